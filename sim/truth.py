"""What only the world knows: two futures of the same people, their lifetime value, and what each lever adds."""

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from sim import futures, luck
from sim.errors import InputError
from sim.futures import Course, Future, Guide
from sim.market import Market
from sim.market.almanac import months_allowed
from sim.market.state import State
from sim.market.story import Story
from sim.policy import Policy
from sim.pulls import Pull, pulls

REPLICATIONS = 8
LEAST_SPREAD = 1e-9  # yuan; figures that differ by no more tell nobody apart


@dataclass(frozen=True)
class Comparison:
    """Two policies on the same people and noise. `first` and `second` are what came of each: margin less costs, yuan.

    `by_customer` is what the second policy adds to the margin of each customer, and prospect (costs belong to nobody), and
    `difference` what it adds in all, second less first, both with chance taken out: who was won, orders, losses and returns
    that were only luck count as what was to be expected of them. On the mean over all chances that is what happens.
    """

    first: float
    second: float
    difference: float
    customer_id: NDArray[np.int64]
    by_customer: NDArray[np.float64]


def profit(story: Story) -> float:
    """Return margin less the costs of what the firm did, yuan."""
    margins, costs = story.income().get("margin"), story.arrays("costs").get("amount")
    return (0.0 if margins is None else float(margins.sum()) / 100.0) - (
        0.0 if costs is None else float(costs.sum())
    )


@dataclass(frozen=True)
class Lived:
    """What came of a market under one policy: `profit`, margin less `costs`, as it happened, yuan.

    `margin` is that of each customer, and prospect, with chance taken out: who was won, orders, losses and returns that
    were only luck count as what was to be expected of them.
    """

    profit: float
    costs: float
    customer_id: NDArray[np.int64]
    margin: NDArray[np.float64]

    @property
    def quiet_profit(self) -> float:
        """What the policy is worth: margin less costs, yuan, with chance taken out."""
        return float(self.margin.sum()) - self.costs


def lived(market: Market, months: int, policy: Policy, state: State | None = None) -> Lived:
    """Return what comes of a policy in so many months, from a market's start or from `state`, which is left alone.

    Raises InputError for an impossible number of months, or in the name of a policy that fails.
    """
    months = months_allowed(market.settings, months)
    here = market.start() if state is None else state.copy()
    told = futures.followed(market, here, months, lambda month: policy)
    start = here.month - months
    return Lived(told.profit, float(told.costs.sum()), *luck.values(market, told, here.people.id, start))


def counterfactual(
    market: Market, months: int, first: Policy, second: Policy, *, state: State | None = None
) -> Comparison:
    """Run a market under two policies with common random numbers, from its start or from `state`, and compare.

    Every number belongs to a person and a purpose, so who is treated alike lives alike in both. What chance is left, as
    the policies drive lives apart, is taken out (`sim/luck.py`).
    """
    one, two = (lived(market, months, policy, state) for policy in (first, second))
    ids = np.union1d(one.customer_id, two.customer_id)
    more = np.zeros(len(ids))
    for sign, side in ((-1.0, one), (1.0, two)):
        more[np.searchsorted(ids, side.customer_id)] += sign * side.margin
    return Comparison(one.profit, two.profit, float(more.sum()) - (two.costs - one.costs), ids, more)


@dataclass(frozen=True)
class Told:
    """A figure for each customer and its standard error: the mean of so many `replications` futures."""

    mean: NDArray[np.float64]
    error: NDArray[np.float64]
    replications: int

    @classmethod
    def of(cls, several: NDArray[np.float64], doubt: NDArray[np.float64] | float = 0.0) -> "Told":
        """Return the figure of futures (rows); with one future the error is not known (NaN).

        Their variance is at least `doubt`: what rare events not seen in so few futures would bring.
        """
        n = len(several)
        variance = several.var(axis=0, ddof=1) if n > 1 else np.full(several.shape[1], np.nan)
        return cls(several.mean(axis=0), np.sqrt(np.maximum(variance, doubt) / n), n)

    @property
    def reliability(self) -> float:
        """Which part of the spread between customers is no chance, 0-1; NaN where all are alike or it is not known.

        What two independent sets of as many replications would correlate by.
        """
        spread = float(self.mean.var())
        if self.replications < 2 or spread < LEAST_SPREAD:
            return float("nan")
        return max(0.0, 1.0 - float(np.mean(self.error**2)) / spread)


@dataclass(frozen=True)
class Gain:
    """What a lever adds for each customer: `value` in yuan (margin less cost), `kept` in chance to be still there."""

    pull: Pull
    value: Told
    kept: Told


@dataclass(frozen=True)
class Calls:
    """What a call does for each prospect: `chance` to become a customer without it, `more` with it, `value` in yuan."""

    prospect_id: NDArray[np.int64]
    chance: NDArray[np.float64]
    more: NDArray[np.float64]
    value: Told


def clv(
    market: Market,
    state: State,
    months: int,
    *,
    policy: Policy | None = None,
    replications: int = REPLICATIONS,
    guide: Guide | None = None,
) -> Told:
    """Return the expected discounted margin of the next `months` months for each customer of `state`, yuan.

    The mean over futures with fresh noise, from the same present, under one policy: the firm does nothing
    special unless another is given. Costs of the policy are not taken off: they belong to nobody.
    """
    guide = guide or futures.guide(market, state, months)
    course = futures.nothing if policy is None else (lambda month: policy)
    several = _futures(market, state, months, course, _many(replications))
    doubt = np.mean([one.doubt(guide.rest_variance) for one in several], axis=0)
    return Told.of(np.stack([one.value(guide) for one in several]), doubt)


def uplift(
    market: Market,
    state: State,
    months: int,
    *,
    replications: int = REPLICATIONS,
    guide: Guide | None = None,
    only: Iterable[str] | None = None,
) -> dict[str, Gain]:
    """Return what each lever adds for each customer of `state`, by its name; `only` these, if given.

    Each future is run again with the same noise, everybody treated and nobody treated. A lever of single
    customers is pulled once, now; one of the whole firm from now on.
    """
    wanted = [pull for pull in pulls(market.settings) if only is None or pull.name in only]
    guide = guide or futures.guide(market, state, months)
    base = _futures(market, state, months, futures.nothing, _many(replications))
    return {
        pull.name: _gain(state, pull, base, _futures(market, state, months, pull.course, replications), guide)
        for pull in wanted
    }


def _gain(state: State, pull: Pull, base: list[Future], treated: list[Future], guide: Guide) -> Gain:
    pairs = list(zip(treated, base, strict=True))
    cost = _cost(state, pull, np.mean([one.costs - other.costs for one, other in pairs], axis=0))
    value = np.stack([one.value(guide) - other.value(guide) - cost for one, other in pairs])
    kept = np.stack([one.stays(guide) - other.stays(guide) for one, other in pairs])
    doubts = [
        np.mean([one.doubt(variance, other) for one, other in pairs], axis=0)
        for variance in (guide.rest_variance, guide.stay_variance)
    ]
    return Gain(pull, Told.of(value, doubts[0]), Told.of(kept, doubts[1]))


def calls(market: Market, state: State, months: int, *, replications: int = REPLICATIONS) -> Calls:
    """Return what a call now does for each prospect whose trail is warm at `state`.

    Chances follow exactly from how fast the clocks of prospects run; what a customer is worth is the mean over those
    whom futures win at once, and less for whoever comes later.
    """
    warm, noises = state.prospects, range(_many(replications))
    without, called = (futures.arrivals(market, state, months, called=called) for called in (False, True))
    worth = [
        futures.worth_of_newcomers(market, state, months, k).mean() if len(warm) else 0.0 for k in noises
    ]
    left = 1.0 - np.arange(months) / months
    sooner = ((called - without) * left[:, None]).sum(axis=0)
    value = Told.of(np.outer(worth, sooner) - market.settings.prospects.call_cost)
    return Calls(warm.id.copy(), without.sum(axis=0), (called - without).sum(axis=0), value)


def levers(market: Market) -> tuple[str, ...]:
    """Return the names of the levers whose uplift is known in a market."""
    return tuple(pull.name for pull in pulls(market.settings))


def _futures(market: Market, state: State, months: int, course: Course, replications: int) -> list[Future]:
    return [futures.future(market, state, months, course, k) for k in range(replications)]


def _cost(state: State, pull: Pull, spent: NDArray) -> NDArray[np.float64]:
    """Return what pulling a lever costs for each customer, yuan; `spent` is what the firm spent more, by month."""
    people = state.people
    if pull.cost is not None:
        return np.broadcast_to(np.asarray(pull.cost(people), dtype=float), people.consent.shape)
    total = float((futures.discount(len(spent)) * spent).sum())
    return people.alive * (total / max(int(people.alive.sum()), 1))


def _many(replications: int) -> int:
    if isinstance(replications, bool) or not isinstance(replications, int) or replications < 1:
        raise InputError(
            f"replications = {replications!r}: must be a whole number from 1 up; correct the number"
        )
    return replications
