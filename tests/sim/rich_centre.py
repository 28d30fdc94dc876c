"""Centres with options: one queue with a few, and a hotline with everything a phone day may have."""

import copy

import numpy as np
from centres import draws, one_queue

from sim import tables
from sim.callcenter.draws import Draws
from sim.scenario import Scenario, load

OPTIONS = {
    "routing": "longest_idle",
    "hold": {"share": 0.3, "mean_seconds": 26.0},
    "callback": {"after_seconds": 40.0, "share": 0.4, "reached_share": 0.8},
    "repeat": {"share": 0.5, "mean_delay_seconds": 3600.0},
    "escalation": {
        "share": 0.1,
        "to": "leader",
        "mean_seconds": 200.0,
        "conference_share": 0.5,
        "further_share": 0.3,
        "further_to": "manager",
    },
    "breaks": [{"start": "11:30", "minutes": 30, "waves": 3}],
    "special": {"silent_share": 0.02, "harassment_share": 0.01, "threat_share": 0.005},
    "crew": {"speed_cv": 0.2, "novice_extra": 0.3, "mood_spread": 0.2, "mood_effect": 0.2},
}


def plain() -> dict:
    """The retail hotline with leaders, managers, overflow, transfers and every option of the phone."""
    made = copy.deepcopy(load("retail_hotline").plain()) | copy.deepcopy(OPTIONS)
    skills, teams = made["skills"], made["teams"]
    for name in ("leader", "manager"):
        skills[name] = copy.deepcopy(skills["complaint"]) | {"share": 0.0}
        teams[name] = {"title_zh": name, "title_en": name, "skills": [name], "agents": [1] * 12}
    skills["enquiry"] |= {"transfer_share": 0.08, "transfer_to": "complaint"}
    skills["complaint"]["overflow_seconds"] = 30.0
    teams["enquiry"] |= {"overflow": ["complaint"], "shrinkage": 0.1}
    return made


def rich(**changes) -> Scenario:
    """The scenario of `plain`, changed."""
    return Scenario.from_plain(plain()).with_(**changes)


def with_options(agents=1, *, skills=None, teams=None, **options) -> Scenario:
    """One queue with options, and further skills and teams of one agent each."""
    plain = one_queue(agents).plain() | options
    for name in skills or ():
        plain["skills"][name] = plain["skills"]["general"] | {"share": 0.0}
        plain["teams"][name] = plain["teams"]["general"] | {"skills": [name], "agents": [1]}
    for name, told in (teams or {}).items():
        plain["teams"].setdefault(name, dict(plain["teams"]["general"])).update(told)
    return Scenario.from_plain(plain)


def drawn(contacts, *, attempts=1, **columns) -> Draws:
    """Draws in which only what is told happens; extra columns as told."""
    extra = {c.name for c in tables.table("draws").extra} & set(columns)
    base = draws(contacts, attempts=attempts, **{n: v for n, v in columns.items() if n not in extra})
    made = {n: np.broadcast_to(np.asarray(columns[n], dtype=float), (len(base),)) for n in extra}
    return Draws(**{n: base[n] for n in base.names}, **made)
