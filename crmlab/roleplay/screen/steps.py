"""The steps of the rubric while a call goes on: which are done, which comes next, and the hint for it."""

from typing import Any

from crmlab.roleplay.engine import Play
from crmlab.roleplay.judge import rubric


def steps(play: Play) -> list[dict[str, Any]]:
    """Return the steps of the scenario's rubric, in their order."""
    return list(rubric(play.scenario.plain["rubric"])["steps"])


def done(play: Play) -> set[str]:
    """Return every act the trainee has shown so far."""
    return {act for turn in play.turns for act in turn.acts}


def progress(play: Play) -> list[tuple[dict[str, Any], bool]]:
    """Return each step and whether enough of its acts were shown."""
    shown = done(play)
    return [(step, len(shown & set(step["acts"])) >= step["need"]) for step in steps(play)]


def hint(play: Play) -> str:
    """Return the rule of the next open step and a way to say it; the rule of manner when none is open."""
    rules: dict[str, Any] = rubric(play.scenario.plain["rubric"])
    step = next((step for step, over in progress(play) if not over), rules["manner"])
    return f"{step['rule'][play.lang]} → {step['better'][play.lang]}"
