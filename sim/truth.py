"""What only the world knows: two futures of the same people, their lifetime value, and what each lever adds."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from sim.errors import InputError
from sim.market import Market
from sim.market.customers import Customers
from sim.market.settings import kind_of
from sim.market.state import State
from sim.market.story import Story
from sim.policy import Actions, Policy, Selling, Steady, View
from sim.streams import Streams

LEVERS = ("coupon", "newsletter", "care", "save", "winback")
OWN_LEVERS: Mapping[str, tuple[str, ...]] = {
    "subscription": ("term", "alert"),
    "business": ("visit", "programme", "discount"),
}
MONTHLY_DISCOUNT = 0.008  # about 10 % a year


@dataclass(frozen=True)
class Comparison:
    """Two policies on the same people and noise: yuan of margin less costs, and the difference by customer.

    `difference` is second minus first; `by_customer` counts margins only (costs belong to nobody).
    """

    first: float
    second: float
    customer_id: NDArray[np.int64]
    by_customer: NDArray[np.float64]

    @property
    def difference(self) -> float:
        """How much better the second policy does, yuan."""
        return self.second - self.first


def profit(story: Story) -> float:
    """Return margin less the costs of what the firm did, yuan."""
    margins, costs = story.income().get("margin"), story.arrays("costs").get("amount")
    return (0.0 if margins is None else float(margins.sum()) / 100.0) - (
        0.0 if costs is None else float(costs.sum())
    )


def counterfactual(market: Market, months: int, first: Policy, second: Policy) -> Comparison:
    """Run a market under two policies with common random numbers and compare.

    Every number belongs to a person and a purpose, so who is treated alike lives alike in both.
    """
    stories = [market.run(months, policy) for policy in (first, second)]
    ids = np.unique(np.concatenate([story.customers().id for story in stories]))
    margins = [_margins(story, ids) for story in stories]
    return Comparison(profit(stories[0]), profit(stories[1]), ids, margins[1] - margins[0])


def clv(market: Market, state: State, months: int, *, replications: int = 10) -> NDArray[np.float64]:
    """Return the expected discounted margin of the next `months` months for each customer of `state`, yuan.

    The mean over futures with fresh noise, from the same present; the firm does nothing special.
    """
    return np.mean([_future(market, state, months, Steady(), k) for k in range(_many(replications))], axis=0)


def uplift(
    market: Market, state: State, months: int, *, replications: int = 10
) -> dict[str, NDArray[np.float64]]:
    """Return what each lever, pulled once now, adds for each customer of `state`: margin less its cost, yuan.

    The future is run again with the same noise, everybody treated and nobody treated, for several noises.
    """
    base = [_future(market, state, months, Steady(), k) for k in range(_many(replications))]
    made = {}
    for lever in levers(market):
        futures = [_future(market, state, months, Once(lever), k) for k in range(replications)]
        made[lever] = np.mean(futures, axis=0) - np.mean(base, axis=0) - _cost(market, state, lever)
    return made


def levers(market: Market) -> tuple[str, ...]:
    """Return the levers whose uplift is known in a market."""
    return (*LEVERS, *OWN_LEVERS.get(kind_of(market.settings), ()))


@dataclass(frozen=True)
class Once:
    """The policy that pulls one lever for everybody."""

    lever: str
    name: str = "once"
    budget: float | None = None

    def act(self, view: View) -> Actions:
        """Return the action, whatever is seen."""
        return _PULL[self.lever](view.customers["customer_id"])


_PULL: Mapping[str, Callable[[ArrayLike], Actions]] = {
    "coupon": lambda ids: Actions(campaigns={"coupon": ids}),
    "newsletter": lambda ids: Actions(campaigns={"newsletter": ids}),
    "care": lambda ids: Actions(care=ids),
    "save": lambda ids: Actions(save=ids),
    "winback": lambda ids: Actions(winback={"call": ids}),
    "term": lambda ids: Actions(terms={"12": ids}),
    "alert": lambda ids: Actions(alerts=ids),
    "visit": lambda ids: Actions(selling=Selling(visits={"authority": ids})),
    "programme": lambda ids: Actions(selling=Selling(programme=ids)),
    "discount": lambda ids: Actions(selling=Selling(discounts={"10": ids})),
}


def _future(market: Market, state: State, months: int, policy: Policy, noise: int) -> NDArray[np.float64]:
    """Return each customer's discounted margin of the months after `state`, under one noise."""
    here = state.copy()
    people, futures = here.people, market.with_streams(Streams(market.streams.seed, "future", noise))
    _forget(people, futures.streams)
    futures.dealing.forget(here, futures.streams)
    story = Story(market.settings, market.almanac, market.surroundings, state.month + months)
    ids = people.id.copy()
    for k in range(months):
        futures.step(here, policy if k == 0 else Steady(), story)
    paid = story.income()
    if not paid:
        return np.zeros(len(ids))
    month = market.almanac.month_of(paid["day"]) - state.month
    value = paid["margin"] / 100.0 * (1.0 + MONTHLY_DISCOUNT) ** -month
    return _sums(paid["customer_id"], value, ids)


def _forget(people: Customers, streams: Streams) -> None:
    """Draw anew what lies ahead: needs and endurance are exponential, so what is left has the same law."""
    people.need[:] = streams.exponentials("need again", people.id)
    people.endurance[:] = streams.exponentials("endurance again", people.id)


def _margins(story: Story, ids: NDArray) -> NDArray[np.float64]:
    paid = story.income()
    return _sums(paid["customer_id"], paid["margin"] / 100.0, ids) if paid else np.zeros(len(ids))


def _sums(who: NDArray, value: NDArray, ids: NDArray) -> NDArray[np.float64]:
    """Return the sum of `value` for each of `ids`; others are left out."""
    order = np.argsort(ids)
    place = np.minimum(np.searchsorted(ids[order], who), len(ids) - 1)
    mine = ids[order][place] == who
    made = np.zeros(len(ids))
    made[order] = np.bincount(place[mine], value[mine], minlength=len(ids))
    return made


def _cost(market: Market, state: State, lever: str) -> NDArray[np.float64]:
    told, consent = market.settings.levers, state.people.consent
    costs: dict[str, float | NDArray] = {
        "coupon": told.campaigns.coupon.cost * consent,
        "newsletter": told.campaigns.newsletter.cost * consent,
        "care": told.care_cost,
        "save": told.save_cost,
        "winback": market.settings.winback.costs["call"],
    }
    if "contract" in market.settings:
        own = market.settings.contract.levers
        costs |= {"term": own.term_cost, "alert": own.alert_cost}
    if "sales" in market.settings:
        sales = market.settings.sales
        costs |= {"visit": sales.visit_cost, "programme": sales.programme_cost, "discount": 0.0}
    return np.broadcast_to(np.asarray(costs[lever], dtype=float), consent.shape)


def _many(replications: int) -> int:
    if isinstance(replications, bool) or not isinstance(replications, int) or replications < 1:
        raise InputError(
            f"replications = {replications!r}: must be a whole number from 1 up; correct the number"
        )
    return replications
