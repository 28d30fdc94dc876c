from collections.abc import Callable

import pandas as pd
import pytest

from crmlab import solvers
from crmlab.replay import MOST_AGENTS, replay_staffing
from crmlab.world import TARGET
from sim.contacts import arrivals
from sim.scenario import Scenario, load
from sim.staffing import Staffing
from sim.streams import Streams

Planner = Callable[[pd.DataFrame, pd.DataFrame, Scenario], list[int]]
PLANNERS = pytest.mark.parametrize("planner", [solvers.textbook, solvers.expert], ids=["textbook", "expert"])


@pytest.fixture(scope="module")
def scenario() -> Scenario:
    return load("retail_hotline")


@pytest.fixture(scope="module")
def day(scenario: Scenario) -> tuple[pd.DataFrame, pd.DataFrame]:
    contacts, draws = arrivals(scenario, Streams(5), 0)
    return contacts.frame(), draws.frame()


@pytest.fixture(scope="module")
def half(day: tuple[pd.DataFrame, pd.DataFrame]) -> tuple[pd.DataFrame, pd.DataFrame]:
    contacts, draws = day
    kept = contacts[contacts["contact_id"] % 2 == 0].reset_index(drop=True)
    return kept, draws[draws["contact_id"].isin(kept["contact_id"])].reset_index(drop=True)


def test_the_naive_plan_is_flat_and_pays_no_more_than_the_scenario(scenario: Scenario) -> None:
    plan = solvers.naive(scenario)
    assert len(plan) == solvers.BLOCKS and len(set(plan)) == 1
    hours = 12 / solvers.BLOCKS * sum(plan)
    own = Staffing.of(scenario).paid_seconds / 3600
    assert own - 12 < hours <= own


@PLANNERS
def test_a_plan_is_whole_agents_for_each_block(
    planner: Planner, day: tuple[pd.DataFrame, pd.DataFrame], scenario: Scenario
) -> None:
    plan = planner(*day, scenario)
    assert len(plan) == solvers.BLOCKS
    assert all(type(agents) is int and 1 <= agents <= MOST_AGENTS for agents in plan)
    assert len(set(plan)) > 1


@PLANNERS
def test_a_plan_keeps_the_promise_on_the_day_it_was_made_from(
    planner: Planner, day: tuple[pd.DataFrame, pd.DataFrame], scenario: Scenario
) -> None:
    assert replay_staffing(*day, planner(*day, scenario), scenario).service_level >= TARGET


@PLANNERS
def test_fewer_calls_never_ask_for_more_hours(
    planner: Planner,
    day: tuple[pd.DataFrame, pd.DataFrame],
    half: tuple[pd.DataFrame, pd.DataFrame],
    scenario: Scenario,
) -> None:
    assert sum(planner(*half, scenario)) < sum(planner(*day, scenario))


@PLANNERS
def test_planning_twice_gives_one_plan_and_leaves_the_tables_alone(
    planner: Planner, day: tuple[pd.DataFrame, pd.DataFrame], scenario: Scenario
) -> None:
    contacts, draws = (table.copy() for table in day)
    assert planner(*day, scenario) == planner(*day, scenario)
    pd.testing.assert_frame_equal(day[0], contacts)
    pd.testing.assert_frame_equal(day[1], draws)
