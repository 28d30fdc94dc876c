"""Presence: when each agent was logged in, and on a break, and when that was to end by plan."""

from typing import TYPE_CHECKING

import numpy as np

from sim.callcenter.floor import BREAK_BEGAN, LOGGED_IN, LOGGED_OUT
from sim.columns import Columns

if TYPE_CHECKING:
    from sim.callcenter.day import Day

DUTY, BREAK = "duty", "break"


class Presence(Columns):
    """One row each time an agent is logged in or on a break; columns in the data dictionary."""

    table = "presence"


def presence_of(day: "Day") -> Presence:
    """Return the stretches of a day's agents, when the day is over, by agent and time.

    A break lies inside a stretch of duty; who goes home during one logs out as it ends. In a stretch of duty,
    `until` less `planned_until` is the overtime for the call in hand.
    """
    made: list[tuple[int, str, int, int]] = []
    since: dict[int, int] = {}
    resting: dict[int, int] = {}
    for now, seat, what in day.floor.log:
        if what == LOGGED_IN:
            since[seat] = now
        elif what == BREAK_BEGAN:
            resting[seat] = now
        else:
            if seat in resting:
                made.append((seat, BREAK, resting.pop(seat), now))
            if what == LOGGED_OUT:
                made.append((seat, DUTY, since.pop(seat), now))
    made.sort(key=lambda one: (one[0], one[2], one[1] == BREAK))
    if not made:
        return Presence.empty()
    seats, state, begin, end = (np.array(column) for column in zip(*made, strict=True))
    names = [
        told.name
        for told, team in zip(day.scenario.teams, day.floor.teams, strict=True)
        for _ in range(team.size)
    ]
    return Presence(
        day=np.full(len(made), day.rows.number),
        agent_id=day.floor.agent_ids()[seats],
        team=np.array(names)[seats],
        state=state,
        since=begin / 1000.0,
        until=end / 1000.0,
        planned_until=[_planned(day, one[0], one[2]) if one[1] == DUTY else np.nan for one in made],
    )


def _planned(day: "Day", seat: int, since: int) -> float:
    """Return when a stretch of duty that began at `since` was to end by the plan, seconds since midnight."""
    scenario, team = day.scenario, day.floor.team_at[seat]
    opening, length = scenario.opening_seconds, scenario.interval_minutes * 60
    interval = max((since // 1000 - opening) // length, 0)
    while interval < scenario.intervals and team.plan[interval] > seat - team.first:
        interval += 1
    return float(opening + interval * length)
