"""A policy tried on a market: the months to come lived again under it, with the noise that was there anyway."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

from crmlab.errors import LabError
from sim.errors import InputError
from sim.market import Market
from sim.market.settings import load
from sim.market.story import Story
from sim.market.usual import usual
from sim.policy import Policy
from sim.truth import lived


@dataclass(frozen=True)
class Recipe:
    """What makes a market and its past: `months` lived as usual, then `later` months that are to be decided."""

    market: str
    customers: int
    seed: int
    months: int
    later: int

    def present(self) -> "Present":
        """Return the market on the day of the decision; InputError for an impossible recipe."""
        market = Market(self.customers, self.seed, settings=load(self.market))
        return Present(self, market, market.run(self.months, usual(market.settings)))


@dataclass(frozen=True)
class Present:
    """A market on the day of the decision and the story so far."""

    recipe: Recipe
    market: Market
    story: Story

    def worth(self, policy: Policy) -> float:
        """Return what a policy is worth in the months that follow: margin less costs, yuan, with chance taken out.

        So nobody's policy is graded by luck: two that do the same are worth the same, and a good one is not spoilt by who
        happened to leave. Raises InputError in the policy's name when it fails.
        """
        return lived(self.market, self.recipe.later, policy, self.story.final).quiet_profit

    def future(self, policy: Policy) -> Story:
        """Return the months that follow under a policy, with the same noise for all policies.

        Raises InputError in the policy's name when it fails.
        """
        here, market = self.story.final.copy(), self.market
        length = self.recipe.months + self.recipe.later
        told = Story(market.settings, market.almanac, market.surroundings, length)
        for _ in range(self.recipe.later):
            market.step(here, policy, told)
        told.close(here.people, here)
        return told


@dataclass(frozen=True)
class Tried:
    """What a policy is worth in the months to come, yuan of margin less costs, between what two known ones are worth.

    `refused` is why a policy could not be carried out, "" when it was; such a policy is worth what the naive one is.
    """

    profit: float
    naive: float
    expert: float
    refused: str = ""

    @property
    def share(self) -> float:
        """Return how far it came from the naive policy, 0, to the expert's, 1; never outside."""
        return 0.0 if self.refused else between(self.profit, naive=self.naive, expert=self.expert)


def between(value: float, *, naive: float, expert: float) -> float:
    """Return where a value lies from the naive one, 0, to the expert's, 1; LabError when the two do not differ.

    Outside that stretch it is 0 or 1: nobody loses points for being worse than naive, or wins more than all.
    """
    if not abs(expert - naive) > 0:
        raise LabError(f"两个参照一样（{naive:g}），分不出高低；请换一个世界，或改参照方案")
    return min(max((value - naive) / (expert - naive), 0.0), 1.0)


def key(recipe: Recipe, naive: Policy, expert: Policy) -> dict[str, Any]:
    """Return what a world's facts must hold for `tried`: the recipe, and what the two known policies are worth."""
    present = recipe.present()
    worth = {name: present.worth(one) for name, one in (("naive", naive), ("expert", expert))}
    return {"recipe": asdict(recipe), **worth}


def tried(policy: Policy, key: Mapping[str, Any]) -> Tried:
    """Run a policy through the world of a `key` and return what it is worth; a policy's own failure is told, not raised."""
    recipe, known = Recipe(**key["recipe"]), {"naive": key["naive"], "expert": key["expert"]}
    present = recipe.present()
    try:
        return Tried(present.worth(policy), **known)
    except InputError as failure:
        return Tried(known["naive"], **known, refused=str(failure))
