"""The firm's levers: each does something to the outcome, and neither nothing nor everything is best."""

from functools import cache

import numpy as np
import pytest

from sim.market import Market
from sim.market.scene import Levers
from sim.market.settings import load
from sim.market.story import Story
from sim.policy import Actions, Steady, View
from sim.truth import profit

pytestmark = pytest.mark.slow  # every lever, in several markets, over years

SIZE, MONTHS = 1500, 24


@cache
def told(levers: Levers, kind: str = "retail", months: int = MONTHS) -> Story:
    """The same founders under the same luck, the firm holding one set of levers all the time."""
    return Market(SIZE, 11, settings=load(kind)).run(months, Steady(Actions(levers=levers)))


def founders_lost(story: Story) -> int:
    people = story.customers()
    return int((~people.alive & (people.id <= SIZE)).sum())


def test_the_usual_price_is_no_change_at_all() -> None:
    plain, said = Market(300, 5).run(5), Market(300, 5).run(5, Steady(Actions(levers=Levers(price=1.0))))
    for name in ("orders", "service_contacts", "prospects", "truth_loss"):
        assert plain.frame(name).equals(said.frame(name)), name


@pytest.mark.parametrize("kind", ["retail", "subscription", "business"])
def test_a_higher_price_never_brings_more_orders_and_loses_more_of_those_who_were_there(kind: str) -> None:
    stories = [told(Levers(price=price), kind, 12) for price in (0.8, 0.95, 1.0, 1.05, 1.2, 2.0)]
    orders = [len(story.arrays("orders")["day"]) for story in stories]
    assert (np.diff(orders) < 0).all()
    lost = [founders_lost(story) for story in stories[2:]]
    assert (np.diff(lost) > 0).all()


@pytest.mark.parametrize("kind", ["retail", "subscription", "business"])
def test_the_best_price_lies_near_the_usual_and_doubling_is_ruinous(kind: str) -> None:
    prices = (0.9, 1.0, 1.05, 1.1, 1.3, 2.0)
    made = dict(zip(prices, (profit(told(Levers(price=price), kind, 30)) for price in prices), strict=True))
    best = max(prices, key=lambda price: made[price])
    assert 0.95 <= best <= 1.1
    assert made[0.9] < 0.95 * made[best] and made[1.3] < 0.95 * made[best]
    assert (
        made[2.0] < (0.85 if kind == "subscription" else 0.3) * made[1.0]
    )  # contracts bind for up to two years


def mean_wait(story: Story) -> float:
    return float(story.arrays("service_contacts")["wait"].mean())


def test_fewer_questions_leave_more_time_for_the_rest() -> None:
    usual, answered = told(Levers()), told(Levers(faq=1.0))
    assert mean_wait(answered) < 0.5 * mean_wait(usual)
    assert profit(told(Levers(faq=1.0, agents=0.6))) > profit(usual)


def test_a_hotline_that_answers_nobody_is_a_loss_and_twice_the_staff_is_too_much() -> None:
    made = [profit(told(Levers(agents=times))) for times in (0.1, 0.5, 1.0, 2.0)]
    assert made[0] < 0.97 * made[2] and made[1] < made[2] > made[3]
    none, many = told(Levers(agents=0.1)), told(Levers(agents=2.0))
    assert founders_lost(none) > founders_lost(many)
    assert len(none.arrays("orders")["day"]) < len(many.arrays("orders")["day"])


class Caring:
    """Personal attention every third month: to a part of those who bought of late, the largest spenders first."""

    budget = None

    def __init__(self, part: float) -> None:
        self.name, self.part = f"caring for {part}", part

    def act(self, view: View) -> Actions:
        seen = view.customers
        spent = seen["spent"] * (seen["last_day"] > view.day - 120)
        if view.month % 3 or not (spent > 0).any():
            return Actions()
        if self.part == 1.0:
            return Actions(care=seen["customer_id"])
        return Actions(care=seen["customer_id"][spent >= np.quantile(spent[spent > 0], 1.0 - self.part)])


def test_care_is_felt_pays_for_the_valuable_and_never_for_everybody() -> None:
    none, some, everybody = (
        Market(4000, 11).run(24, policy) for policy in (Steady(), Caring(0.2), Caring(1.0))
    )
    satisfied = [
        float(people.satisfaction[people.alive].mean())
        for people in (none.customers(), everybody.customers())
    ]
    assert satisfied[1] > satisfied[0] + 0.15
    assert len(everybody.arrays("truth_loss")["cause"]) < 0.98 * len(none.arrays("truth_loss")["cause"])
    assert profit(some) > profit(none) > profit(everybody)


def test_a_follow_up_call_is_paid_for_by_the_call_and_settles_complaints() -> None:
    plain, called = told(Levers()), told(Levers(follow_up=True))
    costs = called.arrays("costs")
    paid = costs["amount"][costs["kind"] == "follow-up"]
    price = load("retail").levers.follow_up_cost
    assert len(paid) and np.allclose(paid % price, 0.0)
    contacts = called.arrays("service_contacts")
    open_ = (contacts["skill"] == 1) & ~contacts["solved"]
    assert paid.sum() == price * open_.sum()
    assert "follow-up" not in plain.arrays("costs")["kind"]
    again = [float((story.arrays("service_contacts")["attempt"] > 1).mean()) for story in (plain, called)]
    assert again[1] < again[0]


@pytest.mark.parametrize("kind", ["retail", "subscription", "business"])
def test_the_firm_pays_for_those_it_serves_and_not_for_all_who_ever_came(kind: str) -> None:
    story = told(Levers(), kind)
    costs, staff = story.arrays("costs"), load(kind).levers.staff_cost
    served = costs["amount"][costs["kind"] == "hotline"] / staff
    people = story.customers()
    assert served[0] == pytest.approx(SIZE) and served[-1] < 0.95 * len(people)
    if kind != "subscription":  # who has ordered in the eleven months before the last
        orders = story.arrays("orders")
        first, last = (story.almanac.first[month] for month in (MONTHS - 12, MONTHS - 1))
        mine = (orders["day"] >= first) & (orders["day"] < last)
        assert round(served[-1]) == len(np.unique(orders["customer_id"][mine]))


def test_quality_pays_for_a_while_and_not_for_ever() -> None:
    made = [profit(told(Levers(quality=more))) for more in (0.0, 1.0, 3.0)]
    assert made[1] > max(made[0], made[2])


@pytest.mark.parametrize("mode", list(load("retail").loyalty.modes))
def test_a_reward_never_eats_an_order_nor_its_margin(mode: str) -> None:
    story = told(Levers(mode=mode))
    orders, ledger = story.frame("orders"), story.frame("loyalty_ledger")
    assert (ledger["kind"] == "redeem").sum() > 20
    assert orders["amount"].min() >= load("retail").spending.least and orders["margin"].min() >= 0
