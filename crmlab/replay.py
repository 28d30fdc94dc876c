"""A staffing plan, tried on days of calls: the plan a student decides, run through the centre itself."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from crmlab.errors import LabError

if TYPE_CHECKING:
    import pandas as pd

    from sim.scenario import Scenario
    from sim.staffing import Staffing

MOST_AGENTS = 60  # in one block; more seats than the room has


@dataclass(frozen=True)
class Outcome:
    """How a plan did, over all days: shares 0 to 1, seconds, and paid hours a day."""

    service_level: float
    asa: float
    abandonment_rate: float
    occupancy: float
    hours: float


def split(agents_per_block: Sequence[int], scenario: "Scenario") -> "Staffing":
    """Return the whole centre's agents per block as a plan by team and interval.

    Blocks are equal stretches of the opening hours. Within an interval each team gets the share it has in
    the scenario's own plan there, by largest remainder, ties to the team named later (the more skilled one).
    Raises LabError unless the plan is whole numbers, 0 to 60, that divide the day evenly.
    """
    from sim.staffing import Staffing

    plan = _checked(agents_per_block, scenario.intervals)
    width = scenario.intervals // len(plan)
    agents: dict[str, list[int]] = {team.name: [] for team in scenario.teams}
    for interval in range(scenario.intervals):
        weights = [team.agents[interval] for team in scenario.teams]
        for team, count in zip(scenario.teams, _shares(plan[interval // width], weights), strict=True):
            agents[team.name].append(count)
    return Staffing.from_plain(agents, scenario)


def replay_staffing(
    contacts: "pd.DataFrame", draws: "pd.DataFrame", agents_per_block: Sequence[int], scenario: "Scenario"
) -> Outcome:
    """Return how the plan does on every day of `contacts`, all days' calls taken together.

    Raises LabError for an impossible plan (see `split`), InputError for tables that do not fit.
    """
    from sim import metrics

    staffing = split(agents_per_block, scenario)
    calls = run_days(contacts, draws, staffing, scenario)
    days = contacts["day"].nunique()
    seen = metrics.board(calls, seconds=scenario.service_level_seconds)
    return Outcome(
        service_level=seen.service_level,
        asa=seen.asa,
        abandonment_rate=seen.abandonment_rate,
        occupancy=metrics.occupancy(calls, float(staffing.paid_seconds * days)),
        hours=staffing.paid_seconds / 3600,
    )


def run_days(
    contacts: "pd.DataFrame", draws: "pd.DataFrame", staffing: "Staffing", scenario: "Scenario"
) -> "pd.DataFrame":
    """Return the calls of every day of `contacts` under one staffing, day after day."""
    import pandas as pd

    from sim.callcenter import Centre
    from sim.contacts import Contacts, Draws

    centre, days = Centre(scenario), []
    for _, today in contacts.groupby("day", sort=True):
        its_draws = draws[draws["contact_id"].isin(today["contact_id"])]
        days.append(
            centre.run(Contacts.from_frame(today), Draws.from_frame(its_draws), staffing).calls.frame()
        )
    return pd.concat(days, ignore_index=True)


def _checked(agents: Sequence[int], intervals: int) -> list[int]:
    if not isinstance(agents, list | tuple) or not agents or intervals % len(agents):
        raise LabError(f"排班方案 {agents!r} 不能用；请给出每个时段的人数，时段数要能整除 {intervals} 小时")
    for number in agents:
        if isinstance(number, bool) or not isinstance(number, int) or not 0 <= number <= MOST_AGENTS:
            raise LabError(f"排班方案里的 {number!r} 不能用；人数是 0 到 {MOST_AGENTS} 的整数")
    return list(agents)


def _shares(whole: int, weights: list[int]) -> list[int]:
    total = sum(weights) or 1
    exact = [whole * weight / total for weight in weights]
    counts = [int(share) for share in exact]
    order = sorted(range(len(weights)), key=lambda k: (exact[k] - counts[k], k), reverse=True)
    for k in order[: whole - sum(counts)]:
        counts[k] += 1
    return counts
