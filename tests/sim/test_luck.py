"""Luck: two policies compared without chance, on the mean as it happened, and far more quietly."""

from functools import cache

import numpy as np
import pytest

from sim import luck, truth
from sim.futures import followed
from sim.market import Market
from sim.market.scene import Levers
from sim.market.settings import load
from sim.policy import Actions, Policy, Steady, View
from sim.truth import Comparison

pytestmark = pytest.mark.slow  # many futures

SEEDS = range(16)


class Message:
    """A campaign for a fifth of the customers in turn, or for all."""

    budget = None

    def __init__(self, kind: str, every: int) -> None:
        self.name, self.kind, self.every = kind, kind, every

    def act(self, view: View) -> Actions:
        ids = view.customers["customer_id"]
        return Actions(campaigns={self.kind: ids[ids % self.every == view.month % self.every]})


class Save:
    """A save offer for a fifth of the customers in turn."""

    name, budget = "save", None

    def act(self, view: View) -> Actions:
        ids = view.customers["customer_id"]
        return Actions(save=ids[ids % 5 == view.month % 5])


def steady(**levers: float | str | bool) -> Policy:
    return Steady(Actions(levers=Levers(**levers)))  # type: ignore[arg-type]


POLICIES: dict[str, Policy] = {
    "dearer": steady(price=1.1),
    "cheaper": steady(price=0.9),
    "quality": steady(quality=1.0),
    "service": steady(service=1.0),
    "agents": steady(agents=2.0),
    "faq": steady(faq=1.0),
    "points": steady(mode="own"),
    "club": steady(mode="club"),
    "coupon": Message("coupon", 5),
    "newsletter": Message("newsletter", 1),
    "save": Save(),
}


@cache
def compared(kind: str, policy: str) -> tuple[Comparison, ...]:
    """Return a comparison with doing nothing for each seed: 300 customers, a year."""
    settings = load(kind)
    return tuple(
        truth.counterfactual(Market(300, seed, settings=settings), 12, Steady(), POLICIES[policy])
        for seed in SEEDS
    )


@pytest.mark.parametrize("policy", POLICIES)
def test_a_difference_varies_thirty_times_less_than_between_independent_seeds(policy: str) -> None:
    made = compared("retail", policy)
    apart = np.var([one.first for one in made], ddof=1) + np.var([one.second for one in made], ddof=1)
    assert np.var([one.difference for one in made], ddof=1) <= apart / 30


@pytest.mark.parametrize(
    ("kind", "policy"),
    [*(("retail", policy) for policy in POLICIES), ("subscription", "agents"), ("business", "agents")],
)
def test_on_the_mean_nothing_is_added_or_taken(kind: str, policy: str) -> None:
    """Agents too: calls that are missed put orders off, which is no luck of the orders."""
    luck = [one.second - one.first - one.difference for one in compared(kind, policy)]
    assert abs(np.mean(luck)) < 3.7 * np.std(luck, ddof=1) / len(luck) ** 0.5


def test_who_comes_and_what_newcomers_are_like_is_luck_and_nothing_on_the_mean() -> None:
    told, won = [], []
    for seed in range(24):
        market = Market(200, seed)
        here = market.start()
        made = followed(market, here, 18, lambda month: Steady())
        came = np.flatnonzero(~made.there[0] & made.there.any(axis=0))
        left = 18 - made.there[:, came].argmax(axis=0)
        usual = luck._usual(market.settings, 18)
        newcomers = luck._born(market.settings, market.streams, here.people.id[came])
        told.append((luck._promise(market.settings, newcomers, left) - usual[left]).sum())
        won.append((made.met.luck * usual[18 - made.met.month]).sum())
        assert made.met.luck[np.isin(made.met.id, here.people.id)].max() > 0.5
        assert len(came) > 20
    for several in (told, won):
        assert 0 < abs(np.mean(several)) < 4 * np.std(several, ddof=1) / len(several) ** 0.5


def test_two_policies_that_do_the_same_differ_by_nothing() -> None:
    made = truth.counterfactual(Market(200, 3), 5, Steady(), Steady(name="another"))
    assert made.difference == 0 and not made.by_customer.any() and made.first == made.second


def test_the_effects_on_customers_add_up_to_the_effect_on_the_market() -> None:
    market = Market(300, 3)
    made = truth.counterfactual(market, 6, Steady(), POLICIES["coupon"])
    costs = [market.run(6, one).arrays("costs")["amount"].sum() for one in (Steady(), POLICIES["coupon"])]
    assert made.difference == pytest.approx(made.by_customer.sum() - (costs[1] - costs[0]), abs=0.01)


@pytest.mark.parametrize("kind", ["retail", "subscription", "business"])
def test_what_is_said_to_have_come_is_what_the_market_tells(kind: str) -> None:
    market = Market(100, 5, settings=load(kind))
    made = truth.counterfactual(market, 6, Steady(), POLICIES["agents"])
    profits = [truth.profit(market.run(6, policy)) for policy in (Steady(), POLICIES["agents"])]
    assert [made.first, made.second] == pytest.approx(profits, abs=0.01)


def test_a_comparison_may_begin_in_any_present_and_leaves_it_alone() -> None:
    market = Market(150, 4)
    state = market.run(5).final
    before = state.people.need.copy()
    made = truth.counterfactual(market, 6, Steady(), POLICIES["cheaper"], state=state)
    assert np.array_equal(state.people.need, before) and state.month == 5
    assert set(state.people.id) <= set(made.customer_id.tolist())
    begun = truth.counterfactual(market, 6, Steady(), POLICIES["cheaper"], state=market.start())
    assert begun.difference == truth.counterfactual(market, 6, Steady(), POLICIES["cheaper"]).difference
