"""The three suggested lines beside the customer: one that helps now, one for later, one that tempts."""

from typing import Any

from crmlab.roleplay.appraisal import calm, knows_enough
from crmlab.roleplay.engine import Play
from crmlab.roleplay.recall import recalled
from crmlab.roleplay.screen.steps import done, settled, steps
from crmlab.roleplay.tagging.acts import violations
from sim.streams import Streams

SOOTHING = 2  # an apology heard more often than this soothes nobody


def chips(play: Play) -> tuple[str, ...]:
    """Return the names of the lines offered now, shuffled by the play's seed; none at level 3 or after the end.

    A line is taken from the list once it was said. It comes back when it did not do its work and could do it now: an
    offer that came too early, a question that was not answered. A goodbye is on offer once the matter is settled, and always from then on.
    """
    if play.state.ended or play.level == 3:
        return ()
    fitting, tempting = _fitting(play), _tempting(play)
    helps = fitting[0] if fitting else ""
    closing = [name for name in fitting[1:] if _closes(play, name)]
    open_still = [name for name in fitting[1:] if name not in closing]
    later = closing if settled(play) and closing else open_still
    tempts = _one(play, "tempt", tempting)
    offered = [name for name in (helps, _one(play, "later", later), tempts) if name]
    return tuple(sorted(offered, key=lambda name: _draw(play, "order", _place(play, name))))


def helping(play: Play) -> str:
    """Return the line among the offered that brings the call on, "" where none is offered."""
    return next(iter(_fitting(play)), "") if chips(play) else ""


def _fitting(play: Play) -> list[str]:
    """Return the right lines: what works now for the next step first, then what comes later or was not yet said."""
    said = {turn.text for turn in play.turns}
    right = {name: row for name, row in play.scenario.lines.items() if not _wrong(play, name)}
    ready = {name: row for name, row in right.items() if set(row.get("after", ())) <= play.state.known}
    fresh = {
        name: row for name, row in ready.items() if row["text"][play.lang] not in said or _again(play, row)
    }
    good = fresh or ready or right  # when all is said, lines come again: nobody is left with a bad one only
    ordered: list[str] = []
    for step in steps(play):
        wanted = [act for act in step["acts"] if act not in done(play)]
        for act in wanted:
            ordered += [name for name, row in good.items() if act in row["acts"] and name not in ordered]
    ordered += [name for name in good if name not in ordered]
    return sorted(ordered, key=lambda name: not _works(play, good[name]))


def _works(play: Play, row: dict[str, Any]) -> bool:
    """Return whether the customer can take a line now: an offer when enough is known, a time and a farewell when one was taken."""
    state, acts = play.state, row["acts"]
    open_ear = calm(play.scenario, state)
    if "solution" in acts:
        return open_ear and knows_enough(state, play.scenario)
    if {"commit_time", "thank_close"} & set(acts):
        return settled(play)
    return open_ear or "empathize" in state.counts or bool({"greet", "empathize", "listen"} & set(acts))


def _again(play: Play, row: dict[str, Any]) -> bool:
    """Return whether a line that was said has something left to do, and can do it now."""
    state, acts = play.state, tuple(row["acts"])
    if not _works(play, row):
        return False
    if {"solution", "commit_time", "thank_close"} & set(acts) - done(play):
        return True
    if "empathize" in acts and not calm(play.scenario, state):
        return state.counts["empathize"] < SOOTHING
    text = row["text"][play.lang]
    return not _answered(play, text) and bool(recalled(state, acts, text, play.scenario, lang=play.lang).fact)


def _answered(play: Play, text: str) -> bool:
    """Return whether these words have brought out a fact already."""
    before: tuple[str, ...] = ()
    for turn in play.turns:
        if turn.text == text and len(turn.state.told) > len(before):
            return True
        before = turn.state.told
    return False


def _tempting(play: Play) -> list[str]:
    """Return the wrong lines that somebody might take; plain rudeness tempts nobody, unless there is no other."""
    wrong = [name for name in play.scenario.lines if _wrong(play, name)]
    return [name for name in wrong if "rude" not in play.scenario.lines[name]["acts"]] or wrong


def _wrong(play: Play, name: str) -> bool:
    row = play.scenario.lines[name]
    refused = "offer" in row and not play.scenario.fits(row["offer"])
    return refused or bool(violations() & set(row["acts"]))


def _closes(play: Play, name: str) -> bool:
    return "thank_close" in play.scenario.lines[name]["acts"]


def _one(play: Play, purpose: str, among: list[str]) -> str:
    if not among:
        return ""
    return among[int(_draw(play, purpose, 0) * len(among))]


def _place(play: Play, name: str) -> int:
    return list(play.scenario.lines).index(name) + 1


def _draw(play: Play, purpose: str, who: int) -> float:
    streams = Streams(play.seed, "roleplay", play.scenario.id, "chips")
    return float(streams.uniforms(purpose, [who], use=len(play.turns))[0])
