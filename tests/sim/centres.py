"""Small centres and hand-made callers, so that a test can say exactly who calls when."""

import numpy as np

from sim.contacts import Contacts, Draws
from sim.scenario import Scenario, load

NOON = 43_200.0


def one_queue(agents: int, **changes) -> Scenario:
    """One skill, one team, open round the clock, no menu, nobody balks, tries again or hangs up."""
    plain = {
        "opening": "00:00",
        "closing": "24:00",
        "interval_minutes": 1440,
        "calls_per_hour": [60],
        "busyness_cv": 0,
        "patience__balk_share": 0,
        "patience__law": "endless",
        "teams__general__agents": [agents],
    }
    return load("ssj_callcenter").with_(**{**plain, **changes})


def callers(at, *, skill="general", vip=False, day=1) -> Contacts:
    """Contacts 0, 1, 2, … who call at these seconds."""
    at = np.asarray(at, dtype=float)
    ids = np.arange(len(at))
    return Contacts(
        day=np.full(len(at), day),
        contact_id=ids,
        customer_id=ids + 1,
        channel=np.full(len(at), "phone"),
        skill=np.broadcast_to(np.asarray(skill), at.shape),
        reason=np.full(len(at), "general"),
        vip=np.broadcast_to(np.asarray(vip), at.shape),
        at=at,
    )


def draws(contacts: Contacts, *, attempts: int = 1, **columns) -> Draws:
    """Draws in which nothing special happens: talk 60 s, endless patience, no menu, no second attempt."""
    plain = {
        "ivr": 0.0,
        "self_service": 0.5,
        "patience": np.inf,
        "balk": 0.5,
        "talk": 60.0,
        "wrap_up": 0.0,
        "redial": 0.5,
        "redial_delay": 100.0,
        "solved": 0.5,
    }
    rows = (len(contacts) * attempts,)
    return Draws(
        contact_id=np.repeat(contacts["contact_id"], attempts),
        attempt=np.tile(np.arange(1, attempts + 1), len(contacts)),
        **{
            name: np.broadcast_to(np.asarray(value, dtype=float), rows)
            for name, value in {**plain, **columns}.items()
        },
    )
