"""The steps of the rubric while a call goes on: which are done, which comes next, and the hint for it."""

from typing import Any

from crmlab.roleplay.appraisal import knows_enough
from crmlab.roleplay.engine import Play
from crmlab.roleplay.judge import judge_play, rubric

FULL, PART, NOW, OPEN = "done", "part", "now", "open"


def steps(play: Play) -> list[dict[str, Any]]:
    """Return the steps of the scenario's rubric, in their order."""
    return list(rubric(play.scenario.plain["rubric"])["steps"])


def done(play: Play) -> set[str]:
    """Return every act the trainee has shown so far and not in vain.

    An offer nobody took, a time for nothing and a farewell that did not end the call are still to be done.
    """
    state = play.state
    vain = set() if settled(play) else {"solution"}
    vain |= set() if state.timed else {"commit_time"}
    vain |= set() if state.ended else {"thank_close"}
    return {act for turn in play.turns for act in turn.acts} - vain


def settled(play: Play) -> bool:
    """Return whether an offer stands: one the customer took or, where parting is right, one made to an open ear."""
    state, scenario = play.state, play.scenario
    return state.accepted or (scenario.parting and bool(state.offer) and knows_enough(state, scenario))


def progress(play: Play, *, over: bool = False) -> list[tuple[dict[str, Any], str]]:
    """Return each step and how it stands: done in full, done in part, to be done now unless the call is `over`, or open."""
    earned, shown = {line.part: line for line in judge_play(play).lines}, done(play)
    lacking = [step for step in steps(play) if len(shown & set(step["acts"])) < step["need"]]
    following = [] if over or play.state.ended else lacking[:1]
    return [(step, _stand(earned[step["id"]], now=step in following)) for step in steps(play)]


def hint(play: Play) -> str:
    """Return the rule of the next open step and a way to say it; the rule of manner when none is open."""
    rules: dict[str, Any] = rubric(play.scenario.plain["rubric"])
    step = next((step for step, state in progress(play) if state == NOW), rules["manner"])
    return f"{step['rule'][play.lang]} → {step['better'][play.lang]}"


def _stand(line: Any, *, now: bool) -> str:
    if now:
        return NOW
    return FULL if line.points == line.of else PART if line.points else OPEN
