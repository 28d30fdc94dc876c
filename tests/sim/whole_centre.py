"""A centre with every channel: phone, chat, e-mail of five departments, form and board, and complaints."""

import copy

from rich_centre import plain as phone

from sim.scenario import Scenario

DEPARTMENTS = ("sales", "billing", "delivery", "returns", "technical")


def plain() -> dict:
    """The hotline in full, half of its contacts now by the other channels, and a small team for them."""
    made = phone()
    skills, teams = made["skills"], made["teams"]
    base = copy.deepcopy(skills["enquiry"])
    del base["transfer_share"], base["transfer_to"]
    skills["enquiry"]["share"], skills["complaint"]["share"] = 0.35, 0.15
    others = {f"mail_{name}": "email" for name in DEPARTMENTS} | {
        "form": "form",
        "board": "board",
        "chat": "chat",
    }
    for name, channel in others.items():
        skills[name] = copy.deepcopy(base) | {
            "channel": channel,
            "share": 0.2 if channel == "chat" else 0.3 / 7,
            "priority": 0 if channel == "chat" else 1,
        }
    skills["case_work"] = copy.deepcopy(base) | {"share": 0.0, "priority": 2}
    written = [name for name, channel in others.items() if channel != "chat"]
    teams["online"] = {
        "title_zh": "在线组",
        "title_en": "Online team",
        "skills": ["chat", *written],
        "agents": [3] * 12,
    }
    teams["complaint"]["skills"] = ["complaint", "enquiry", "case_work", "mail_returns"]
    made["chat"] = {"concurrency": 3, "slowdown": 0.3, "silent_share": 0.5, "silent_seconds": 30.0}
    made["messages"] = {"priority_shares": [0.1, 0.2, 0.4, 0.2, 0.1], "promise_hours": 24.0}
    made["complaints"] = {"skill": "complaint", "work_skill": "case_work", "share": 0.6}
    made["first_day"] = "2026-09-24"
    return made


def whole() -> Scenario:
    """The scenario of `plain`."""
    return Scenario.from_plain(plain())
