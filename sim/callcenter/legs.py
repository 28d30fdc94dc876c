"""The legs: one record each time an agent handles a call, for centres where a call may have several."""

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from sim.callcenter.rows import AGENT, LEADER, MANAGER, TRANSFER
from sim.columns import Columns

if TYPE_CHECKING:
    from sim.callcenter.day import Day

LEVEL = {AGENT: 1, TRANSFER: 1, LEADER: 2, MANAGER: 3}


class Legs(Columns):
    """One row each time an agent handles a call; columns in the data dictionary."""

    table = "legs"


def legs_of(day: "Day") -> Legs:
    """Return the legs of a day's calls, in the order the calls came in; none for a plain scenario."""
    rows, first = day.rows, len(day.rows.draws)
    if not day.scenario.is_rich:
        return Legs.empty()
    further = np.array([leg for leg in rows.origin if rows.answered[leg] >= 0], dtype=np.int64)
    origin_of = np.arange(rows.count)
    origin_of[further] = [rows.origin[leg] for leg in further.tolist()]
    place = np.zeros(first, dtype=np.int64)
    place[rows.order] = np.arange(len(rows.order))
    primary = np.array(rows.order, dtype=np.int64)
    primary = primary[rows.array("answered")[primary] >= 0]
    row = np.concatenate([primary, further])
    row = row[np.lexsort((row, place[origin_of[row]]))]
    origin = origin_of[row]
    who = rows.array("who")[origin]
    kind = np.full(rows.count, AGENT, dtype="<U8")
    kind[further] = [rows.kind[leg] for leg in further.tolist()]
    answered, talk, wrap_up = (rows.array(name)[row] for name in ("answered", "talk", "wrap_up"))
    hold = np.where(row < first, rows.hold[origin], 0)
    queued = rows.array("at")[row] + rows.array("ivr")[row]
    return Legs(
        day=rows.day_of(who),
        contact_id=rows.contacts["contact_id"][who],
        attempt=rows.draws["attempt"][origin],
        leg=running(origin) + 1,
        kind=kind[row],
        skill=np.array([s.name for s in day.scenario.skills])[rows.array("skill")[row]],
        agent_id=day.floor.agent_ids()[rows.array("seat")[row]],
        queued_at=queued / 1000.0,
        wait=(answered - queued) / 1000.0,
        answered_at=answered / 1000.0,
        talk=(talk - hold) / 1000.0,
        hold=hold / 1000.0,
        ended_at=(answered + talk) / 1000.0,
        wrap_up=wrap_up / 1000.0,
        free_at=_free_at(day, row, answered + talk + wrap_up),
    )


def _free_at(day: "Day", row: NDArray[np.int64], alone: NDArray[np.int64]) -> NDArray[np.float64]:
    """Return when the agent of each leg is free again; who stays in a conference waits for its end."""
    rows, made = day.rows, alone / 1000.0
    for k in np.flatnonzero(np.isin(row, list(rows.hosted))).tolist():
        leg = rows.hosted[int(row[k])]
        end = rows.answered[leg] + rows.talk[leg] + rows.wrap_up[int(row[k])]
        made[k] = end / 1000.0 if rows.answered[leg] >= 0 else np.nan
    return made


def running(values: NDArray) -> NDArray[np.int64]:
    """Return 0, 1, 2, … within each run of equal values."""
    place = np.arange(len(values))
    start = np.append(True, values[1:] != values[:-1])[: len(values)]
    return place - np.maximum.accumulate(np.where(start, place, 0))
