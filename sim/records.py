"""What the centre leaves behind: the records of calls and of cases."""

from array import array
from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from sim.columns import Columns
from sim.rows import ABANDONED, ANSWERED, BALKED, BUSY, NEVER, OUTCOMES, SELF_SERVED, UNREACHED, WAITING

if TYPE_CHECKING:
    from sim.day import Day

TRAITS = ("day", "contact_id", "customer_id", "skill", "reason", "vip")
ASKED = ("balked", "abandoned", "answered", "waiting", "unreached")  # calls that asked for an agent
ASKED_CODES = [BALKED, ABANDONED, ANSWERED, WAITING, UNREACHED]


class Calls(Columns):
    """One row per attempt, in the order the calls came in; columns in the data dictionary."""

    table = "calls"


class Cases(Columns):
    """One row per problem to solve; columns in the data dictionary."""

    table = "cases"


def calls_of(day: "Day") -> Calls:
    """Return the records of a day's calls, when the day is over."""
    rows, scenario = day.rows, day.scenario
    contacts, draws = rows.contacts, rows.draws
    row = np.array(rows.order, dtype=np.int64)

    def column(values: Sequence[int]) -> NDArray[np.int64]:
        packed = isinstance(values, array)
        return (np.frombuffer(values, dtype=np.int64) if packed else np.array(values, dtype=np.int64))[row]

    who, code = column(rows.who), column(rows.outcome)
    answered, waiting, asked = code == ANSWERED, code == WAITING, np.isin(code, ASKED_CODES)
    queued, seat = column(rows.queued), column(rows.seat)
    picked_up, ended = column(rows.answered), column(rows.ended)
    left_line = np.where(answered, picked_up, ended)
    left_line[waiting] = day.clock.now
    share = np.array([one.solved_share for one in scenario.skills])[column(rows.skill)]
    return Calls(
        **{name: contacts[name][who] for name in TRAITS},
        attempt=draws["attempt"][row],
        at=column(rows.at) / 1000.0,
        ivr=np.where(code == BUSY, np.nan, draws["ivr"][row]),
        queued_at=_seconds(queued, asked),
        wait=_seconds(left_line - queued, asked),
        outcome=np.array(OUTCOMES)[code],
        agent_id=np.append(day.floor.agent_ids(), NEVER)[seat],
        answered_at=_seconds(picked_up, answered),
        talk=np.where(answered, draws["talk"][row], np.nan),
        hold=np.where(answered, draws["hold"][row], np.nan),
        wrap_up=np.where(answered, draws["wrap_up"][row], np.nan),
        ended_at=_seconds(ended, ~waiting),
        solved=(answered & (draws["solved"][row] < share)) | (code == SELF_SERVED),
    )


def _seconds(clock: NDArray[np.int64], present: NDArray[np.bool_]) -> NDArray[np.float64]:
    return np.where(present, clock / 1000.0, np.nan)
