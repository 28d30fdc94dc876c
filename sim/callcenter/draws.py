"""Draws: everything random about a contact, drawn at its birth, one row for each possible attempt."""

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from sim.callcenter import laws
from sim.columns import Columns
from sim.errors import InputError
from sim.scenario import Scenario
from sim.streams import Streams

if TYPE_CHECKING:
    from sim.contacts import Contacts

MENU_SPREAD = 0.5  # time in the menu is uniform on mean * (1 - spread, 1 + spread)


class Draws(Columns):
    """Everything random about each contact, one row per possible attempt; columns in the data dictionary."""

    table = "draws"


def milliseconds(seconds: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return seconds rounded to the millisecond, the unit every machine agrees on."""
    return np.rint(seconds * 1000.0) / 1000.0


def draws(scenario: Scenario, streams: Streams, contacts: "Contacts") -> Draws:
    """Return the draws of any contact list: one row for each contact and each attempt the scenario allows.

    Extra columns are drawn for what the scenario has. InputError for a skill the scenario has not.
    """
    attempts = scenario.attempts
    ids = contacts["contact_id"]
    skill = codes(contacts["skill"], [s.name for s in scenario.skills], "skill")
    made = [_attempt(scenario, streams, ids, skill, use) for use in range(attempts)]
    if scenario.options.complaints:  # a customer is of a class, not a call
        of = streams.uniforms("service_class", contacts["customer_id"])
        made = [one | {"service_class": of} for one in made]
    columns = {name: np.stack([one[name] for one in made], axis=1).ravel() for name in made[0]}
    return Draws(
        contact_id=np.repeat(ids, attempts), attempt=np.tile(np.arange(1, attempts + 1), ids.size), **columns
    )


def codes(names: NDArray, known: list[str], column: str) -> NDArray[np.int64]:
    """Return the place of each name in `known`; InputError for a name that is not there."""
    if not len(names):
        return np.zeros(0, dtype=np.int64)
    made = np.full(len(names), -1, dtype=np.int64)
    for code, name in enumerate(known):
        made[names == name] = code
    if (made < 0).any():
        raise InputError(
            f"contacts: {column} = {str(np.unique(names[made < 0])[0])!r}: the scenario has only {', '.join(known)}; "
            "correct the contact list or add it to the scenario"
        )
    return made


def _attempt(
    scenario: Scenario, streams: Streams, ids: NDArray, skill: NDArray, use: int
) -> dict[str, NDArray]:
    spread = 1 + MENU_SPREAD * (2 * streams.uniforms("ivr", ids, use) - 1)
    wrap_up = np.array([s.wrap_up_mean_seconds for s in scenario.skills])[skill]
    return {
        "ivr": milliseconds(scenario.ivr.menu_seconds * spread),
        "self_service": streams.uniforms("self_service", ids, use),
        "patience": milliseconds(laws.patience(scenario.patience, streams, ids, use)),
        "balk": streams.uniforms("balk", ids, use),
        "talk": milliseconds(_talk(scenario, streams, ids, skill, use)),
        "wrap_up": milliseconds(wrap_up * streams.exponentials("wrap_up", ids, use)),
        "redial": streams.uniforms("redial", ids, use),
        "redial_delay": milliseconds(
            scenario.redial.mean_delay_seconds * streams.exponentials("redial_delay", ids, use)
        ),
        "solved": streams.uniforms("solved", ids, use),
        **_extra(scenario, streams, ids, use),
    }


def _extra(scenario: Scenario, streams: Streams, ids: NDArray, use: int) -> dict[str, NDArray]:
    """Return the extra columns that the scenario's options need."""
    told = scenario.options
    uniforms: list[str] = []
    times: dict[str, float] = {}
    if told.escalation:
        uniforms += ["escalate", "conference", "further"]
        times |= dict.fromkeys(("escalation_talk", "further_talk"), told.escalation.mean_seconds)
    if any(skill.transfer_share for skill in scenario.skills):
        uniforms.append("transfer")
        times["transfer_talk"] = _mean_talk(scenario)
    if told.callback:
        uniforms += ["callback", "reached"]
    if told.repeat:
        uniforms.append("repeat")
        times["repeat_delay"] = told.repeat.mean_delay_seconds
    if told.chat:
        uniforms.append("silent")
    if told.special:
        uniforms += ["special", "caller_sex"]
        times["special_talk"] = told.special.mean_seconds
    if told.complaints:
        levels = (1, 2, 3)
        uniforms += ["complaint", "severity", "about_staff", "content", *(f"settled_{k}" for k in levels)]
        times |= {f"case_work_{k}": told.complaints.work_mean_seconds for k in levels}
    made = {name: streams.uniforms(name, ids, use) for name in uniforms}
    made |= {name: milliseconds(mean * streams.exponentials(name, ids, use)) for name, mean in times.items()}
    if told.hold:
        held = streams.uniforms("held", ids, use) < told.hold.share
        made["hold"] = milliseconds(
            np.where(held, told.hold.mean_seconds * streams.exponentials("hold", ids, use), 0.0)
        )
    return made


def _mean_talk(scenario: Scenario) -> float:
    """Return the mean talk of the skills that calls are transferred to, seconds."""
    to = {skill.transfer_to for skill in scenario.skills if skill.transfer_share}
    return float(np.mean([skill.talk_mean_seconds for skill in scenario.skills if skill.name in to]))


def _talk(scenario: Scenario, streams: Streams, ids: NDArray, skill: NDArray, use: int) -> NDArray:
    made = np.empty(len(ids))
    for code, one in enumerate(scenario.skills):
        mine = skill == code
        law = laws.duration(one.talk_law, one.talk_cv, streams, "talk", ids[mine], use)
        made[mine] = one.talk_mean_seconds * law
    return made
