"""What the centre leaves behind: the records of calls and of cases."""

from array import array
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from sim.callcenter.cases import Cases
from sim.callcenter.known import history, open_cases
from sim.callcenter.legs import LEVEL
from sim.callcenter.rows import (
    ABANDONED,
    ANSWERED,
    BALKED,
    BUSY,
    NEVER,
    OUTCOMES,
    SELF_SERVED,
    WAITING,
    ticks,
)
from sim.columns import Columns

if TYPE_CHECKING:
    from sim.callcenter.day import Day

__all__ = ["ASKED", "Calls", "Cases", "calls_of"]

TRAITS = ("contact_id", "customer_id", "skill", "reason", "vip")
ASKED = ("balked", "abandoned", "answered", "waiting")  # the outcomes of calls that asked for an agent
ASKED_CODES = [BALKED, ABANDONED, ANSWERED, WAITING]


class Calls(Columns):
    """One row per attempt, in the order the calls came in; columns in the data dictionary."""

    table = "calls"


def calls_of(day: "Day") -> Calls:
    """Return the records of a day's calls, when the day is over."""
    rows, scenario = day.rows, day.scenario
    contacts, draws = rows.contacts, rows.draws
    row = _places(rows.order)

    def column(values: "array[int]") -> NDArray[np.int64]:
        return np.frombuffer(values, dtype=np.int64)[row]

    who, code, picked_up = _places(rows.born_who[row]), column(rows.outcome).copy(), column(rows.answered)
    code[(code == WAITING) & (picked_up >= 0)] = ANSWERED
    answered, waiting, asked = code == ANSWERED, code == WAITING, np.isin(code, ASKED_CODES)
    at = column(rows.at)
    queued = at + ticks(draws["ivr"])[row]
    ended = np.where(answered, picked_up + ticks(draws["talk"] + draws["hold"])[row], column(rows.ended))
    left_line = np.where(answered, picked_up, ended)
    left_line[waiting] = day.clock.now
    share = np.array([one.solved_share for one in scenario.skills])[rows.born_skill[row]]
    plain = dict(
        day=rows.day_of(at),
        **{name: contacts[name][who] for name in TRAITS},
        attempt=draws["attempt"][row],
        at=at / 1000.0,
        ivr=np.where(code == BUSY, np.nan, draws["ivr"][row]),
        queued_at=_seconds(queued, asked),
        wait=_seconds(left_line - queued, asked),
        outcome=np.array(OUTCOMES)[code],
        agent_id=np.append(day.floor.agent_ids(), NEVER)[np.where(answered, column(rows.seat), NEVER)],
        answered_at=_seconds(picked_up, answered),
        talk=np.where(answered, draws["talk"][row], np.nan),
        hold=np.where(answered, draws["hold"][row], np.nan),
        wrap_up=np.where(answered, draws["wrap_up"][row], np.nan),
        ended_at=_seconds(ended, ~waiting),
        solved=(answered & (draws["solved"][row] < share)) | (code == SELF_SERVED),
    )
    return Calls.own(**(plain | _further(day, plain) if scenario.is_rich else plain))


def _places(order: Any) -> Any:
    """Return what selects these places: where they are 0, 1, 2, … a slice, which copies nothing."""
    row = np.asarray(order, dtype=np.int64)
    return slice(0, len(row)) if (row == np.arange(len(row))).all() else row


def _further(day: "Day", plain: dict[str, NDArray]) -> dict[str, NDArray]:
    """Return what a rich scenario changes or adds: sums over the legs of each call, and the extra columns.

    `talk` and `wrap_up` are those of all agents who handled the call; `hold` is the time between the first
    answer and the end in which the customer spoke to nobody.
    """
    rows, answered = day.rows, plain["outcome"] == "answered"
    count = len(rows.draws)
    row = np.array(rows.order, dtype=np.int64)
    picked_up = rows.array("answered")[:count]
    talk = rows.array("talk")[:count] - rows.hold
    wrap_up, ended = rows.array("wrap_up")[:count].copy(), picked_up + talk + rows.hold
    legs, level = np.ones(count, dtype=np.int64), np.ones(count, dtype=np.int64)
    for leg, origin in rows.origin.items():
        if rows.answered[leg] >= 0:
            talk[origin] += rows.talk[leg]
            wrap_up[origin] += rows.wrap_up[leg]
            ended[origin] = max(ended[origin], rows.answered[leg] + rows.talk[leg])
            legs[origin] += 1
            level[origin] = max(level[origin], LEVEL[rows.kind[leg]])
    told = plain["solved"].copy()
    marks = _marks(day, count)
    pop = plain["customer_id"], plain["answered_at"]
    solved = marks["solved"][row]
    told = np.where(answered & (solved != UNTOLD), solved == 1, told)
    return {
        "talk": _seconds(talk[row], answered),
        "wrap_up": _seconds(wrap_up[row], answered),
        "hold": _seconds((ended - picked_up - talk)[row], answered),
        "ended_at": np.where(answered, ended[row] / 1000.0, plain["ended_at"]),
        "solved": told & ~(answered & (marks["special"][row] != "none")),
        "kind": np.where(marks["repeat"][row], "repeat", np.where(plain["attempt"] == 1, "first", "redial")),
        "legs": np.where(answered, legs[row], 0),
        "level": np.where(answered, level[row], 0),
        "call_back": marks["call_back"][row],
        "special": np.where(answered, marks["special"][row], "none"),
        "history": history(*pop),
        "history_before": np.where(answered, day.known.contacts_of(plain["customer_id"]), 0),
        "open_cases": open_cases(day, *pop),
    }


UNTOLD = -1


def _marks(day: "Day", count: int) -> dict[str, NDArray]:
    """Return, by row, what is noted of few rows only."""
    rows = day.rows
    made: dict[str, NDArray] = {
        "solved": np.full(count, UNTOLD),
        "repeat": np.zeros(count, dtype=bool),
        "call_back": np.full(count, "none", dtype="<U9"),
        "special": np.full(count, "none", dtype="<U10"),
    }
    promised = {row: rows.call_back.get(row, "due") for row in day.phone.promised}
    repeats = dict.fromkeys(rows.repeats, True)
    noted: dict[str, dict[int, Any]] = {
        "solved": rows.solved,
        "repeat": repeats,
        "call_back": promised,
        "special": rows.special,
    }
    for name, told in noted.items():
        if told:
            made[name][list(told)] = list(told.values())
    return made


def _seconds(clock: NDArray[np.int64], present: NDArray[np.bool_]) -> NDArray[np.float64]:
    return np.where(present, clock / 1000.0, np.nan)
