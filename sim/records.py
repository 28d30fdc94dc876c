"""What the centre leaves behind: the records of calls and of cases."""

from array import array
from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from sim.cases import Cases
from sim.columns import Columns
from sim.legs import LEVEL
from sim.rows import ABANDONED, ANSWERED, BALKED, BUSY, NEVER, OUTCOMES, SELF_SERVED, WAITING

if TYPE_CHECKING:
    from sim.day import Day

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
    row = np.array(rows.order, dtype=np.int64)

    def column(values: Sequence[int]) -> NDArray[np.int64]:
        if isinstance(values, array):
            return np.frombuffer(values, dtype=np.int64)[row]
        return np.array(values, dtype=np.int64)[row]

    who, code, picked_up = column(rows.who), column(rows.outcome), column(rows.answered)
    code[(code == WAITING) & (picked_up >= 0)] = ANSWERED
    answered, waiting, asked = code == ANSWERED, code == WAITING, np.isin(code, ASKED_CODES)
    at = column(rows.at)
    queued = at + column(rows.ivr)
    ended = np.where(answered, picked_up + column(rows.talk), column(rows.ended))
    left_line = np.where(answered, picked_up, ended)
    left_line[waiting] = day.clock.now
    share = np.array([one.solved_share for one in scenario.skills])[column(rows.skill)]
    plain = dict(
        day=rows.day_of(who),
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
    return Calls(**(plain | _further(day, plain) if scenario.is_rich else plain))


def _further(day: "Day", plain: dict[str, NDArray]) -> dict[str, NDArray]:
    """Return what a rich scenario changes or adds: sums over the legs of each call, and the extra columns.

    `talk` and `wrap_up` are those of all agents who handled the call; `hold` is the time between the first
    answer and the end in which the customer spoke to nobody.
    """
    rows, answered = day.rows, plain["outcome"] == "answered"
    place = {row: k for k, row in enumerate(rows.order)}
    row = np.array(rows.order, dtype=np.int64)
    hold = rows.hold[row]
    talk = np.array(rows.talk, dtype=np.int64)[row] - hold
    wrap_up = np.array(rows.wrap_up, dtype=np.int64)[row]
    ended = np.array(rows.answered, dtype=np.int64)[row] + talk + hold
    legs = answered.astype(np.int64)
    level = answered.astype(np.int64)
    for leg, origin in rows.origin.items():
        k = place.get(origin)
        if k is not None and rows.answered[leg] >= 0:
            talk[k] += rows.talk[leg]
            wrap_up[k] += rows.wrap_up[leg]
            ended[k] = max(ended[k], rows.answered[leg] + rows.talk[leg])
            legs[k] += 1
            level[k] = max(level[k], LEVEL[rows.kind[leg]])
    solved = [rows.solved.get(one, False) for one in rows.order]
    picked_up = np.array(rows.answered, dtype=np.int64)[row]
    return {
        "talk": _seconds(talk, answered),
        "wrap_up": _seconds(wrap_up, answered),
        "hold": _seconds(ended - picked_up - talk, answered),
        "ended_at": np.where(answered, ended / 1000.0, plain["ended_at"]),
        "solved": np.array(solved, dtype=bool) | (plain["outcome"] == "self_served"),
        "kind": np.array([_why(day, one) for one in rows.order], dtype="<U6"),
        "legs": legs,
        "level": level,
        "call_back": np.array([_call_back(day, one) for one in rows.order], dtype="<U9"),
        "special": np.array(
            [
                rows.special.get(one, "none") if told else "none"
                for one, told in zip(rows.order, answered, strict=True)
            ],
            dtype="<U10",
        ),
        "history": _history(plain["customer_id"], plain["answered_at"]),
    }


def _why(day: "Day", row: int) -> str:
    rows = day.rows
    first = rows.draws["attempt"][row] == 1
    return rows.kind.get(row, "first" if first else "redial")


def _call_back(day: "Day", row: int) -> str:
    if row not in day.phone.promised:
        return "none"
    return day.rows.call_back.get(row, "due")


def _history(customer: NDArray, answered_at: NDArray) -> NDArray[np.int64]:
    """Return for each answered call how many calls of its customer were answered before it today."""
    made = np.zeros(len(customer), dtype=np.int64)
    seen: dict[int, int] = {}
    for k in np.argsort(answered_at, kind="stable").tolist():
        if not np.isnan(answered_at[k]):
            made[k] = seen.get(customer[k], 0)
            seen[customer[k]] = int(made[k]) + 1
    return made


def _seconds(clock: NDArray[np.int64], present: NDArray[np.bool_]) -> NDArray[np.float64]:
    return np.where(present, clock / 1000.0, np.nan)
