"""The ticket a trainee fills beside the call, held against what the customer told."""

from collections.abc import Mapping
from dataclasses import dataclass

from crmlab.roleplay.engine import Play
from crmlab.roleplay.likeness import share

MOST = 5  # points of the 30 for the outcome, where a scenario says what its ticket should hold
TYPE, DUE, SUMMARY = 2, 1, 2
NAMED = 0.25  # a fact is in the summary when this share of its words is
TOUCHED = 0.1  # or this share, with a word it goes by: nobody writes down every word


@dataclass(frozen=True)
class Ticket:
    """A judged ticket: what its type, time limit and summary earned, the summary, and the facts learnt that it leaves out."""

    kind: int
    due: int
    noted: int
    summary: str
    left_out: tuple[str, ...]

    @property
    def points(self) -> int:
        """All it earned, of MOST."""
        return self.kind + self.due + self.noted


def judge_ticket(play: Play, filled: Mapping[str, str]) -> Ticket | None:
    """Return what the ticket `filled` is worth, by field; None when the scenario does not ask for one.

    Type 2, time limit 1, summary 2: one for half of the facts that the customer told, two for all of them.
    """
    wanted = play.scenario.plain.get("ticket")
    if wanted is None:
        return None
    summary = filled.get("summary", "")
    told = {name: play.text(play.scenario.facts[name]["say"]) for name in play.state.told}
    left = tuple(text for name, text in told.items() if not _noted(name, text, summary, play))
    noted = 0
    if told:
        noted = SUMMARY if not left else int(2 * len(left) <= len(told))
    return Ticket(
        TYPE * (filled.get("type") == wanted["type"]),
        DUE * (filled.get("due") == wanted["due"]),
        noted,
        summary,
        left,
    )


def _noted(name: str, text: str, summary: str, play: Play) -> bool:
    """Return whether the summary holds a fact: enough of its words, or some with a word it goes by."""
    found = share(text, summary, play.lang)
    keys = play.scenario.facts[name].get("about", {}).get(play.lang, ())
    return found >= NAMED or (found >= TOUCHED and any(key.casefold() in summary.casefold() for key in keys))
