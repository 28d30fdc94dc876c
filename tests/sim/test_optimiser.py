"""The staffing optimiser: it keeps its promise on other days, equals Erlang where Erlang is right, and wastes nobody."""

import math

import pytest
from centres import one_queue

from sim.errors import InputError
from sim.experiment import Experiment, run
from sim.optimiser import Optimum, optimise
from sim.promise import Promise
from sim.scenario import Scenario, load
from sim.staffing import Staffing
from sim.stopping import StopRule
from sim.theory import agents_needed

pytestmark = pytest.mark.slow  # many plans are tried

TINY = "tests/data/sim/tiny_shop.toml"


def steady(rate: float, **changes) -> Scenario:
    """Six hours of one queue, planned in two stretches of three hours; nobody hangs up."""
    hours = {"opening": "08:00", "closing": "14:00", "interval_minutes": 180, "calls_per_hour": [rate, rate]}
    return one_queue(0, **{**hours, "teams__general__agents": [1, 1], **changes})


def two_teams() -> Scenario:
    """Orders and repairs with lines enough that the telephone exchange is not the limit."""
    changes = {"trunks": 60, "patience__balk_share": 0.0, "redial__probability": 0.0}
    return load(TINY).with_(**changes)


@pytest.fixture(scope="module")
def shop() -> Optimum:
    return optimise(Experiment(two_teams()))


def test_where_erlang_c_is_right_the_plan_is_erlangs_within_one_agent():
    made = optimise(Experiment(steady(180.0)))
    right = agents_needed(calls_per_hour=180, aht_seconds=100)
    (plan,) = made.staffing.plain().values()
    # a day begins with an empty line, so the first hours may need one less than for ever after
    assert set(plan) <= {right - 1, right} and right in plan


def test_where_erlang_a_is_right_the_plan_is_erlangs_within_one_agent():
    leaving = {"patience__law": "exponential", "patience__mean_seconds": 120.0}
    made = optimise(Experiment(steady(400.0, **leaving)))
    right = agents_needed(calls_per_hour=400, aht_seconds=100, patience_seconds=120)
    (plan,) = made.staffing.plain().values()
    assert all(right - 1 <= agents <= right for agents in plan)


@pytest.mark.slow
def test_the_promise_is_kept_on_other_days_for_every_skill_and_interval(shop):
    assert shop.met and {(one.skill, one.start) for one in shop.kept} == {
        (skill, start) for skill in ("order", "repair") for start in (32_400, 36_000)
    }
    assert all(one.level > 0.75 and one.asked > 5 for one in shop.kept)
    assert all(estimate.n == 50 and estimate.high > 0.8 for estimate in shop.by_skill.values())


@pytest.mark.slow
def test_no_flat_plan_keeps_the_promise_for_less():
    scenario = load("small_shop").with_(trunks=60, patience__balk_share=0.0)
    found = optimise(Experiment(scenario), Promise(0.8, over="day"))
    flat = math.floor((found.cost - 0.25) / 9)  # the most agents all day that cost less
    assert found.met and 1 <= flat < max(found.staffing["counter"])
    plan = Staffing.from_plain({"counter": [flat] * 18}, scenario)
    tried = run(Experiment(scenario, seed=99, staffing=plan), StopRule(most=60)).estimates()
    assert tried["service_level"].high < 0.8


@pytest.mark.slow
def test_the_same_seed_gives_the_same_plan():
    first, again = (optimise(Experiment(steady(90.0), seed=5)) for _ in range(2))
    assert repr(first) == repr(again)


@pytest.mark.slow
def test_hours_are_counted_and_those_of_the_own_plan_too(shop):
    assert shop.cost == sum(map(sum, shop.staffing.plain().values())) * 1.0
    assert shop.own_cost == 5.0


@pytest.mark.slow
def test_a_dear_team_is_spared_where_a_cheaper_one_can_help(shop):
    dear = optimise(Experiment(two_teams()), prices={"workshop": 5.0})
    assert sum(dear.staffing["workshop"]) <= sum(shop.staffing["workshop"])
    assert dear.own_cost == 2 + 5.0 * 3


@pytest.mark.slow
def test_over_the_day_asks_no_more_than_over_each_interval(shop):
    day = optimise(Experiment(two_teams()), Promise(0.8, over="day"))
    assert day.cost <= shop.cost and {one.start for one in day.kept} == {32_400}


def test_every_plan_that_is_tried_is_heard_of():
    heard: list[int] = []
    made = optimise(Experiment(steady(30.0)), on_try=heard.append)
    assert heard == list(range(1, made.tried + 1))


@pytest.mark.parametrize(
    ("make", "words"),
    [
        (lambda: Promise(1.0), "level = 1.0: must be a share between 0 and 1"),
        (lambda: Promise(math.nan), "level = nan"),
        (lambda: Promise(0.8, -1.0), "seconds = -1.0: must be 0 or more"),
        (lambda: Promise(0.8, over="week"), "over = 'week': must be 'interval' or 'day'"),
        (lambda: optimise(Experiment(load(TINY)), prices={"nobody": 1.0}), "prices: 'nobody' is no team"),
        (lambda: optimise(Experiment(load(TINY)), prices={"counter": -1.0}), "price of counter = -1.0"),
    ],
)
def test_what_cannot_be_asked_is_refused(make, words):
    with pytest.raises(InputError, match=words.replace("(", r"\(")):
        make()


@pytest.mark.slow
def test_a_promise_that_nobody_could_keep_is_refused():
    empty = steady(30.0, patience__law="exponential", teams__general__shrinkage=1.0)
    with pytest.raises(
        InputError, match=r"level = 0.8: cannot be kept for general, not even with \d+ agents"
    ):
        optimise(Experiment(empty))
