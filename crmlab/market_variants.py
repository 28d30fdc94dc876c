"""Variants of the retail market: seeds whose difficulty, measured by automatic solvers, lies in a narrow band."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from crmlab import market_solvers as solvers
from sim.errors import InputError
from sim.market import Market
from sim.market.facts import Usual
from sim.market.state import State
from sim.market.story import Story
from sim.policy import Actions, Policy, Steady, View
from sim.truth import profit

CUSTOMERS, MONTHS, LATER = 2500, 12, 6
AUC_BAND = (0.755, 0.775)  # of the reference solver; the middle of what seeds give
PASS_MARK = 0.60  # share of the best possible spending that a list of a fifth must hold
NAIVE_MOST = 0.45
MOST_TRIES = 200


@dataclass(frozen=True)
class Difficulty:
    """How hard a variant is: area under the curve of the reference solver, what the three solvers' lists hold,
    the policies from best to worst, and the key of its answers.
    """

    seed: int
    auc: float
    naive: float
    textbook: float
    expert: float
    ranks: tuple[str, ...]
    key: tuple[int, ...]

    @property
    def accepted(self) -> bool:
        """Whether the variant is as hard as the others."""
        low, high = AUC_BAND
        fair = self.naive < NAIVE_MOST < PASS_MARK < self.expert
        return low <= self.auc <= high and fair and self.ranks == RANKS


@dataclass(frozen=True)
class WinBack:
    """Calls to those silent for half a year."""

    name: str = "win-back"
    budget: float | None = None

    def act(self, view: View) -> Actions:
        """Return a call to a sixth of the silent, in turn."""
        ids, last = view.customers["customer_id"], view.customers["last_day"]
        silent = ids[(last >= 0) & (last < view.day - 180)]
        return Actions(winback={"call": silent[silent % 6 == view.month % 6]})


@dataclass(frozen=True)
class CouponsForAll:
    """A coupon for everybody, every month."""

    name: str = "coupons for all"
    budget: float | None = None

    def act(self, view: View) -> Actions:
        """Return a coupon for all."""
        return Actions(campaigns={"coupon": view.customers["customer_id"]})


POLICIES: tuple[Policy, ...] = (WinBack(), CouponsForAll())
RANKS = ("win-back", "nothing", "coupons for all")


def difficulty(seed: int) -> Difficulty | None:
    """Return how hard the variant of a seed is; None, early, when the reference solver is outside its band."""
    market = Market(CUSTOMERS, seed)
    story = market.run(MONTHS, Usual())
    quiet = _future(market, story.final, Steady(name="nothing"))
    one = _cut(market, story, quiet)
    area = solvers.reference_auc(one)
    if not AUC_BAND[0] <= area <= AUC_BAND[1]:
        return None
    gains = {policy.name: profit(_future(market, story.final, policy)) for policy in POLICIES}
    gains["nothing"] = profit(quiet)
    spent = np.sort(story.customers().spent)[::-1]
    return Difficulty(
        seed=seed,
        auc=area,
        naive=solvers.captured(solvers.naive(one), one),
        textbook=solvers.captured(solvers.textbook(one), one),
        expert=solvers.captured(solvers.expert(one), one),
        ranks=tuple(sorted(gains, key=lambda name: -gains[name])),
        key=(
            int((np.cumsum(spent) <= 0.8 * spent.sum()).sum()),
            round(spent.sum()),
            round(gains["win-back"] - gains["nothing"]),
            int(one.buys.sum()),
        ),
    )


def _cut(market: Market, story: Story, quiet: Story) -> solvers.Cut:
    later = quiet.arrays("orders")
    orders = {name: np.concatenate([column, later[name]]) for name, column in story.arrays("orders").items()}
    days = market.almanac.first[[MONTHS, MONTHS + LATER]]
    return solvers.cut(orders, story.arrays("service_contacts"), int(days[0]), int(days[1]))


def accepted(start: int, count: int, *, tries: int = MOST_TRIES) -> Iterator[Difficulty]:
    """Yield `count` accepted variants, trying seeds from `start` on; InputError when `tries` a variant are not enough."""
    found = 0
    keys: set[tuple[int, ...]] = set()
    for seed in range(start, start + count * tries):
        if found == count:
            return
        one = difficulty(seed)
        if one is not None and one.accepted and one.key not in keys:
            keys.add(one.key)
            found += 1
            yield one
    if found < count:
        raise InputError(
            f"tries = {tries}: only {found} of {count} variants are as hard as they should be; allow more tries"
        )


def _future(market: Market, state: State, policy: Policy) -> Story:
    """Return the months after `state` under a policy, with the same noise for all policies."""
    here = state.copy()
    story = Story(market.settings, market.almanac, market.surroundings, MONTHS + LATER)
    for _ in range(LATER):
        market.step(here, policy, story)
    story.close(here.people, here)
    return story
