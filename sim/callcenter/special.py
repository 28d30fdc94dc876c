"""Special calls: the register that is kept of silent, harassing and threatening calls."""

from typing import Any

import numpy as np

from sim.columns import Columns


class SpecialCalls(Columns):
    """One row per special call answered; columns in the data dictionary."""

    table = "special_calls"


def register(calls: Any, draws: Any) -> SpecialCalls:
    """Return the register of a day: of each, the line it came on, the time, the desk; of a threat also the
    caller's sex, and that it was reported to the leader.

    `calls` and `draws` are stores or DataFrames of one day, the draws with those of contacts carried over to
    it; without special calls the register is empty.
    """
    kind = np.asarray(calls["special"]).astype(str)
    told = np.flatnonzero(kind != "none")
    if not len(told):
        return SpecialCalls.empty()
    given = {
        (int(contact), int(attempt)): float(sex)
        for contact, attempt, sex in zip(
            *(np.asarray(draws[name]) for name in ("contact_id", "attempt", "caller_sex")), strict=True
        )
    }
    contact, attempt = (np.asarray(calls[name])[told] for name in ("contact_id", "attempt"))
    woman = np.array([given[int(c), int(a)] < 0.5 for c, a in zip(contact, attempt, strict=True)])
    threat = kind[told] == "threat"
    return SpecialCalls(
        day=np.asarray(calls["day"])[told],
        contact_id=contact,
        attempt=attempt,
        customer_id=np.asarray(calls["customer_id"])[told],
        agent_id=np.asarray(calls["agent_id"])[told],
        at=np.asarray(calls["answered_at"])[told],
        talk=np.asarray(calls["talk"])[told],
        kind=kind[told],
        caller_sex=np.where(threat, np.where(woman, "female", "male"), "unknown"),
        reported=threat,
    )
