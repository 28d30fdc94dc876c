"""Truth: two futures of the same people, their value, and what a lever adds."""

import numpy as np
import pytest

from sim import truth
from sim.market import Market
from sim.policy import Actions, Steady, View

COUPON = Steady(Actions(campaigns={}))


class Coupon:
    """A coupon for a fifth of the customers in turn."""

    name, budget = "coupon", None

    def act(self, view: View) -> Actions:
        ids = view.customers["customer_id"]
        return Actions(campaigns={"coupon": ids[ids % 5 == view.month % 5]})


@pytest.mark.slow
def test_common_numbers_quieten_a_difference_thirtyfold() -> None:
    made = [truth.counterfactual(Market(600, seed), 8, Steady(), Coupon()) for seed in range(24)]
    common = np.var([one.difference for one in made], ddof=1)
    # With independent seeds the variances of the two add up.
    apart = np.var([one.first for one in made], ddof=1) + np.var([one.second for one in made], ddof=1)
    assert common <= apart / 30


def test_two_policies_that_do_the_same_differ_by_nothing() -> None:
    made = truth.counterfactual(Market(200, 3), 5, Steady(), Steady(name="another"))
    assert made.difference == 0 and not made.by_customer.any()


def test_the_effects_on_customers_add_up_to_the_effect_on_the_market() -> None:
    market = Market(300, 3)
    made = truth.counterfactual(market, 6, Steady(), Coupon())
    costs = [market.run(6, one).arrays("costs")["amount"].sum() for one in (Steady(), Coupon())]
    assert made.difference == pytest.approx(made.by_customer.sum() - (costs[1] - costs[0]), abs=0.01)


@pytest.fixture(scope="module")
def late() -> tuple[Market, truth.State]:
    market = Market(500, 7)
    return market, market.run(8).final


def test_the_lost_are_worth_nothing_and_the_eager_most(late: tuple[Market, truth.State]) -> None:
    market, state = late
    people = state.people
    value = truth.clv(market, state, 12, replications=6)
    assert not value[~people.alive].any()
    keen = people.alive & (people.rate > np.quantile(people.rate, 0.8))
    assert value[keen].mean() > 3 * value[people.alive & ~keen].mean() > 0


def test_looking_into_the_future_leaves_the_present_alone(late: tuple[Market, truth.State]) -> None:
    market, state = late
    before = state.copy()
    truth.uplift(market, state, 3, replications=1)
    assert state.month == before.month
    for name in ("need", "endurance", "alive", "perceived", "points"):
        assert np.array_equal(getattr(state.people, name), getattr(before.people, name)), name


@pytest.mark.slow
def test_uplift_follows_who_can_be_moved_and_is_not_the_risk(late: tuple[Market, truth.State]) -> None:
    market, state = late
    people, gains = state.people, truth.uplift(market, state, 12, replications=12)
    here = people.alive & (people.rate > np.quantile(people.rate, 0.5))
    # Held back: who is not put off by it (persuade below 0) gains, who is woken up loses.
    easy, hard = here & (people.persuade < -0.7), here & (people.persuade > 0.7)
    assert gains["save"][easy].mean() > gains["save"][hard].mean()
    keen, cold = (here & people.consent & mask for mask in (people.offer > 0.7, people.offer < -0.7))
    assert gains["coupon"][keen].mean() > gains["coupon"][cold].mean()
    assert (gains["newsletter"][here & ~people.consent] == 0).all()
    # Only the lost can be won back; those still there get a call for nothing.
    assert gains["winback"][~people.alive].mean() > gains["winback"][people.alive].mean()
    risk = np.argsort(np.argsort(people.frailty[here])) / here.sum()
    gain = np.argsort(np.argsort(gains["save"][here])) / here.sum()
    assert abs(np.corrcoef(risk, gain)[0, 1]) < 0.6  # Ascarza 2018: high risk is not high uplift
