"""The three suggested lines beside the customer: one that helps now, one for later, one that tempts."""

from crmlab.roleplay.engine import Play
from crmlab.roleplay.screen.steps import done, steps
from crmlab.roleplay.tagging.acts import violations
from sim.streams import Streams


def chips(play: Play) -> tuple[str, ...]:
    """Return the names of the lines offered now, shuffled by the play's seed; none at level 3 or after the end."""
    if play.state.ended or play.level == 3:
        return ()
    fitting, tempting = _fitting(play), _tempting(play)
    helps = fitting[0] if fitting else ""
    later = [name for name in fitting[1:] if name not in tempting]
    tempts = _one(play, "tempt", tempting)
    offered = [name for name in (helps, _one(play, "later", later), tempts) if name]
    return tuple(sorted(offered, key=lambda name: _draw(play, "order", _place(play, name))))


def _fitting(play: Play) -> list[str]:
    """Return the lines whose acts some step still wants, next step first; else those not yet said."""
    said = {turn.text for turn in play.turns}
    right = {name: row for name, row in play.scenario.lines.items() if not _wrong(play, name)}
    fresh = {
        name: row
        for name, row in right.items()
        if row["text"][play.lang] not in said and set(row.get("after", ())) <= set(play.state.told)
    }
    good = fresh or right  # when all is said, lines come again: nobody is left with a bad one only
    ordered = []
    for step in steps(play):
        wanted = [act for act in step["acts"] if act not in done(play)]
        for act in wanted:
            ordered += [name for name, row in good.items() if act in row["acts"] and name not in ordered]
    return ordered + [name for name in good if name not in ordered]


def _tempting(play: Play) -> list[str]:
    """Return the wrong lines that somebody might take; plain rudeness tempts nobody, unless there is no other."""
    wrong = [name for name in play.scenario.lines if _wrong(play, name)]
    return [name for name in wrong if "rude" not in play.scenario.lines[name]["acts"]] or wrong


def _wrong(play: Play, name: str) -> bool:
    row = play.scenario.lines[name]
    refused = "offer" in row and not play.scenario.fits(row["offer"])
    return refused or bool(violations() & set(row["acts"]))


def _one(play: Play, purpose: str, among: list[str]) -> str:
    if not among:
        return ""
    return among[int(_draw(play, purpose, 0) * len(among))]


def _place(play: Play, name: str) -> int:
    return list(play.scenario.lines).index(name) + 1


def _draw(play: Play, purpose: str, who: int) -> float:
    streams = Streams(play.seed, "roleplay", play.scenario.id, "chips")
    return float(streams.uniforms(purpose, [who], use=len(play.turns))[0])
