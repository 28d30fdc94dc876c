"""A morning by the half hour: plans that fit, what they cost, and how formula and simulation agree."""

import pandas as pd
import pytest

from crmlab import half_hours
from crmlab.errors import LabError
from crmlab.places import DATASETS
from sim.scenario import Scenario, load

DEMO = DATASETS / "demo" / "visible"


@pytest.fixture(scope="module")
def scenario() -> Scenario:
    return load("retail_hotline")


@pytest.fixture(scope="module")
def calls() -> pd.DataFrame:
    return pd.read_parquet(DEMO / "calls.parquet")


@pytest.fixture(scope="module")
def friday() -> tuple[pd.DataFrame, pd.DataFrame]:
    return pd.read_parquet(DEMO / "contacts.parquet"), pd.read_parquet(DEMO / "draws.parquet")


@pytest.mark.parametrize(
    ("agents", "fit"),
    [([5] * 8, True), ([0, 60] * 4, True), ([5] * 7, False), ([61] * 8, False), ([-1] * 8, False),
     ([5.0] * 8, False), ([True] * 8, False), (["5"] * 8, False), (tuple([5] * 8), False), (None, False)],
)  # fmt: skip
def test_a_plan_is_eight_whole_numbers_that_fit_the_room(agents: object, fit: bool) -> None:
    assert half_hours.fits(agents) is fit


def test_the_volumes_are_the_callers_who_asked_for_an_agent(calls: pd.DataFrame, scenario: Scenario) -> None:
    counts, aht = half_hours.volumes(calls, scenario)
    asked = calls[(calls["at"] < 12 * 3600) & (calls["attempt"] == 1)]
    asked = asked[asked["outcome"].isin(["answered", "abandoned", "balked"])]
    assert counts.sum() * calls["day"].nunique() == pytest.approx(len(asked))
    assert 200 < aht < 350 and counts[-1] > counts[0]


def test_more_people_serve_more_and_every_half_hour_is_told(
    friday: tuple[pd.DataFrame, pd.DataFrame], scenario: Scenario
) -> None:
    few, many = (half_hours.tried(*friday, [n] * 8, scenario) for n in (7, 12))
    assert few.service_level < many.service_level and (few.hours, many.hours) == (28, 48)
    assert len(many.levels) == half_hours.HALVES and all(0 <= one <= 1 for one in few.levels)
    with pytest.raises(LabError):
        half_hours.tried(*friday, [5] * 7, scenario)


def test_erlang_c_asks_for_more_than_the_expert_and_the_naive_for_most(
    calls: pd.DataFrame, scenario: Scenario
) -> None:
    plans = [
        planner(calls, scenario) for planner in (half_hours.expert, half_hours.by_erlang_c, half_hours.naive)
    ]
    hours = [sum(plan) for plan in plans]
    assert hours == sorted(hours) and hours[1] > half_hours.ROOM * hours[0]
    assert all(half_hours.fits(plan) for plan in plans) and len(set(plans[2])) == 1


@pytest.mark.slow
def test_in_every_world_the_expert_keeps_the_promise_cheaply_and_the_naive_wastes() -> None:
    from crmlab import world

    tried, scenario = 0, load(world.SCENARIO)
    for seed in range(16):
        made = world.build(seed)
        if not made.accepted:
            continue
        calls, days = made.visible["calls"], (made.truth["contacts"], made.truth["draws"])
        expert = half_hours.tried(*days, half_hours.expert(calls, scenario), scenario)
        dear = half_hours.tried(*days, half_hours.by_erlang_c(calls, scenario), scenario)
        naive = half_hours.tried(*days, half_hours.naive(calls, scenario), scenario)
        assert expert.service_level > 0.78
        assert min(dear.hours, naive.hours) > half_hours.ROOM * expert.hours
        tried += 1
    assert tried >= 3
