"""Partners on empty seats: a leader who starts high and gives way towards the end, an expert who asks, then argues."""

from functools import cache
from typing import Any

from crmlab.roleplay.negotiation.case import CASES, WORDS, Terms
from crmlab.roleplay.negotiation.talk import Move, Talk
from crmlab.roleplay.scenario import read_yaml
from sim.streams import Streams

START, END = 0.95, 0.25  # of what one could gain at most, wanted in the first round and in the last
LATE = 1.6  # above 1 most of the way is given late (Faratin, Sierra and Jennings 1998)


def speak(talk: Talk) -> Move:
    """Let the seat whose turn it is act by itself, and return the move; the same talk gives the same move."""
    return _lead(talk) if talk.case.leads(talk.seat) else _expert(talk)


def wanted(talk: Talk, side: str) -> float:
    """Return what a leader of ours wants to gain in this round, points."""
    gone = (talk.round - 1) / max(talk.case.rounds - 1, 1)
    return talk.case.most(side) * (START - (START - END) * gone**LATE)


def _lead(talk: Talk) -> Move:
    case, side = talk.case, talk.case.side(talk.seat)
    least, there = wanted(talk, side), talk.on_table()
    if there is not None and case.gain(side, there) >= least:
        return talk.do("accept", _said(talk, "accept"))
    if talk.round == case.rounds and there is not None and case.gain(side, there) < 0:
        return talk.do("walk", _said(talk, "walk"))
    terms = _proposal(talk, side, least)
    kind = "open" if talk.standing(side) is None else "offer"
    return talk.do("offer", _said(talk, kind, case.told(terms, talk.lang)), terms)


def _proposal(talk: Talk, side: str, least: float) -> Terms:
    """Return of all terms that gain enough the ones nearest to what the other side asked for, else the best for us."""
    case, there = talk.case, talk.on_table()
    enough = [terms for terms in case.grid if case.gain(side, terms) >= least]
    if there is None:
        # hears nothing yet: asks for much, but for nothing absurd
        return min(enough, key=lambda terms: (case.gain(side, terms) - least, tuple(terms.values())))
    spans = {name: max(row["to"] - row["from"], 1) for name, row in case.plain["terms"].items()}
    return min(
        enough,
        key=lambda terms: (
            sum(abs(terms[name] - there[name]) / spans[name] for name in spans),
            tuple(terms.values()),
        ),
    )


def _expert(talk: Talk) -> Move:
    return talk.do("say", _said(talk, "ask" if talk.round <= 2 else "argue"))


def _said(talk: Talk, kind: str, terms: str = "") -> str:
    wordings = words()[kind][talk.lang]
    heard = {move.text for move in talk.moves}
    fresh = [one for one in (row.replace("{terms}", terms) for row in wordings) if one not in heard]
    fresh = fresh or [row.replace("{terms}", terms) for row in wordings]
    streams = Streams(talk.seed, "negotiation", talk.case.id)
    draw = float(streams.uniforms("wording", [len(talk.moves)])[0])
    return str(fresh[int(draw * len(fresh))])


@cache
def words() -> dict[str, Any]:
    """Return what partners say, by kind and language."""
    return dict(read_yaml((CASES / f"{WORDS}.yaml").read_bytes(), f"{WORDS}.yaml"))
