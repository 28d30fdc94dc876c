"""The legs: one record each time an agent handles a call, for centres where a call may have several."""

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from sim.columns import Columns
from sim.rows import AGENT, LEADER, MANAGER, TRANSFER

if TYPE_CHECKING:
    from sim.day import Day

LEVEL = {AGENT: 1, TRANSFER: 1, LEADER: 2, MANAGER: 3}


class Legs(Columns):
    """One row each time an agent handles a call; columns in the data dictionary."""

    table = "legs"


def legs_of(day: "Day") -> Legs:
    """Return the legs of a day's calls, in the order the calls came in; none for a plain scenario."""
    rows, first = day.rows, len(day.rows.draws)
    if not day.scenario.is_rich:
        return Legs.empty()
    made: list[int] = [row for row in rows.order if rows.answered[row] >= 0]
    made += [row for row in range(first, rows.count) if rows.answered[row] >= 0 and row in rows.origin]
    place = {row: k for k, row in enumerate(rows.order)}
    made.sort(key=lambda leg: (place[rows.origin[leg]] if leg in rows.origin else place[leg], leg))
    places = np.array(made, dtype=np.int64)
    origin = np.array([rows.origin.get(one, one) for one in made], dtype=np.int64)
    who = np.array(rows.who, dtype=np.int64)[origin]
    is_first = places < first
    answered = _of(rows.answered, places)
    talk = _of(rows.talk, places)
    wrap_up = _of(rows.wrap_up, places)
    hold = np.where(is_first, rows.hold[origin], 0)
    queued = _of(rows.at, places) + _of(rows.ivr, places)
    return Legs(
        day=rows.day_of(who),
        contact_id=rows.contacts["contact_id"][who],
        attempt=rows.draws["attempt"][origin],
        leg=_number(origin),
        kind=np.array([rows.kind[one] if one >= first else AGENT for one in made], dtype="<U8"),
        skill=np.array([s.name for s in day.scenario.skills])[_of(rows.skill, places)],
        agent_id=day.floor.agent_ids()[_of(rows.seat, places)],
        queued_at=queued / 1000.0,
        wait=(answered - queued) / 1000.0,
        answered_at=answered / 1000.0,
        talk=(talk - hold) / 1000.0,
        hold=hold / 1000.0,
        ended_at=(answered + talk) / 1000.0,
        wrap_up=wrap_up / 1000.0,
        free_at=np.array([_free_at(day, one) for one in made], dtype=float) / 1000.0,
    )


def _free_at(day: "Day", row: int) -> float:
    """Return when the agent of a leg is free again; who stays in a conference waits for its end."""
    rows = day.rows
    last = rows.hosted.get(row, row)
    if rows.answered[last] < 0:
        return np.nan
    return float(rows.answered[last] + rows.talk[last] + rows.wrap_up[row])


def _of(values: object, row: NDArray[np.int64]) -> NDArray[np.int64]:
    return np.array(values, dtype=np.int64)[row]


def _number(origin: NDArray[np.int64]) -> NDArray[np.int64]:
    """Return 1, 2, … within each run of equal numbers."""
    if not len(origin):
        return origin
    place = np.arange(len(origin))
    start = np.append(True, np.diff(origin) != 0)
    return place - np.maximum.accumulate(np.where(start, place, 0)) + 1
