"""The ticket a trainee fills beside the call, held against what the customer told."""

from collections.abc import Mapping
from dataclasses import dataclass

from crmlab.roleplay.engine import Play
from crmlab.roleplay.likeness import share

MOST = 5  # points of the 30 for the outcome, where a scenario says what its ticket should hold
TYPE, DUE, SUMMARY = 2, 1, 2
NAMED = 0.25  # a fact is in the summary when this share of its words is


@dataclass(frozen=True)
class Ticket:
    """A judged ticket: `points` of MOST, its summary, and the facts learnt that it leaves out."""

    points: int
    summary: str
    left_out: tuple[str, ...]


def judge_ticket(play: Play, filled: Mapping[str, str]) -> Ticket | None:
    """Return what the ticket `filled` is worth, by field; None when the scenario does not ask for one.

    Type 2, time limit 1, summary 2: one for half of the facts that the customer told, two for all of them.
    """
    wanted = play.scenario.plain.get("ticket")
    if wanted is None:
        return None
    summary = filled.get("summary", "")
    told = {name: play.text(play.scenario.facts[name]["say"]) for name in play.state.told}
    left = tuple(text for text in told.values() if share(text, summary, play.lang) < NAMED)
    points = TYPE * (filled.get("type") == wanted["type"]) + DUE * (filled.get("due") == wanted["due"])
    if told:
        points += SUMMARY if not left else int(2 * len(left) <= len(told))
    return Ticket(points, summary, left)
