"""What the centre leaves behind: the records of calls and of cases."""

from collections.abc import Sequence
from operator import attrgetter
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from sim.columns import Columns
from sim.contacts import Contacts, Draws
from sim.scenario import Scenario

if TYPE_CHECKING:
    from sim.callcenter import Call

TRAITS = ("day", "contact_id", "customer_id", "skill", "reason", "vip")
ASKED = ("balked", "abandoned", "answered", "waiting")  # the outcomes of calls that asked for an agent


class Calls(Columns):
    """One row per attempt, in the order the calls came in; columns in the data dictionary."""

    table = "calls"


class Cases(Columns):
    """One row per problem to solve; columns in the data dictionary."""

    table = "cases"


def calls_of(made: Sequence["Call"], scenario: Scenario, contacts: Contacts, draws: Draws, end: int) -> Calls:
    """Return the records of a day's calls; `end` is the clock when the day was over, milliseconds."""

    def column(name: str) -> NDArray[np.int64]:
        return np.fromiter(map(attrgetter(name), made), dtype=np.int64, count=len(made))

    who, row = column("who"), column("row")
    outcome = np.array([call.outcome for call in made], dtype="<U11")
    answered, waiting = outcome == "answered", outcome == "waiting"
    asked = np.isin(outcome, ASKED)
    queued, left_line = column("queued"), np.where(answered, column("answered"), column("ended"))
    left_line[waiting] = end
    skill = contacts["skill"][who]
    solved_share = np.zeros(len(made))
    for one in scenario.skills:
        solved_share[skill == one.name] = one.solved_share
    return Calls(
        **{name: contacts[name][who] for name in TRAITS},
        attempt=column("attempt"),
        at=column("at") / 1000.0,
        ivr=np.where(outcome == "busy", np.nan, draws["ivr"][row]),
        queued_at=_seconds(queued, asked),
        wait=_seconds(left_line - queued, asked),
        outcome=outcome,
        agent_id=column("agent"),
        answered_at=_seconds(column("answered"), answered),
        talk=np.where(answered, draws["talk"][row], np.nan),
        hold=np.where(answered, 0.0, np.nan),
        wrap_up=np.where(answered, draws["wrap_up"][row], np.nan),
        ended_at=_seconds(column("ended"), ~waiting),
        solved=(answered & (draws["solved"][row] < solved_share)) | (outcome == "self_served"),
    )


def _seconds(clock: NDArray[np.int64], present: NDArray[np.bool_]) -> NDArray[np.float64]:
    return np.where(present, clock / 1000.0, np.nan)
