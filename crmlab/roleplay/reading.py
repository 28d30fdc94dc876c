"""What free words do when nobody confirms it: each act with how far it may be believed, not at all when unsure."""

import re
import tomllib
import unicodedata
from collections.abc import Sequence
from functools import cache
from pathlib import Path

from crmlab.roleplay.appraisal import QUESTIONS
from crmlab.roleplay.clarity import length
from crmlab.roleplay.likeness import pieces
from crmlab.roleplay.tagging.acts import names, violations
from crmlab.roleplay.tagging.tagger import tag
from crmlab.roleplay.tagging.text import CLAUSE, SENTENCE

SIGNS = Path(__file__).with_name("reading.toml")
GUESSES = 3  # how many acts a trainee is shown to confirm
SURE_OF_VIOLATION = 0.6  # from here on a violation cannot be confirmed away
UNSURE, SURE = (
    0.30,
    0.55,
)  # below the first an act is not believed, from the second in full, in between in part
CHARGED = 0.75  # a violation that nobody confirmed costs nothing below this
COSTS = 0.7  # and from there on this part: the tagger is right in about nine of ten
BARE = 12  # an apology of fewer signs names no feeling and no cause
BYE = 6  # thanks and farewell in fewer signs are a farewell only
IN_PART = 0.6  # what a bare apology or a bare farewell is worth
UNASKED = 0.75  # what an offer is worth that asks nobody
QUESTION = 0.7  # what a question is worth whose kind is not clear
SURE_OTHER = 0.6  # from here on a sentence with a question mark is something else
MAYBE = 0.1  # a sentence of which this may be true goes with what is surer beside it
ECHO = 0.4  # the share of a sentence that the customer said before, from which it says back
PARROT = 0.7  # and from here on it does nothing else
GROUND = 0.15  # below this share hardly anything of what the customer said is in it
ASIDE = 14  # signs of a question that only asks whether what was just offered is welcome
SAYS_WHEN = 0.3  # from which a promise with a limit in it is one
GUESS = 0.5  # what saying back is worth then: perhaps in other words
FEWEST = 4  # pieces a sentence must have to be an echo of anything


def heard(text: str, lang: str, *, before: Sequence[str] = (), after: str = "") -> dict[str, float]:
    """Return act → how far to believe it, 0-1, for the acts that may be believed at all, in the acts' order.

    `before` is what the customer has said so far, `after` the answer to this utterance. Read sentence by sentence, so
    that an act is not drowned in a long utterance.
    """
    sure: dict[str, float] = {}
    for sentence in _sentences(text, lang):
        for act, belief in _of_sentence(sentence, lang, before).items():
            sure[act] = max(belief, sure.get(act, 0.0))
    for act, least in (("empathize", BARE), ("thank_close", BYE)):
        if act in sure and _about(act, text, lang, before) < least:
            sure[act] *= IN_PART
    if sure.get("greet", 0.0) >= SURE and has("says_who", text, lang):
        sure["self_intro"] = 1.0
    if "solution" in sure and not (has("asks_consent", text, lang) or _taken(after, lang)):
        sure["solution"] *= UNASKED
    if "solution" in sure and sure.get("restate", 1.0) <= GUESS:
        del sure["restate"]  # “is that all right?” after an offer repeats nothing
    if len(sure) > 1:
        sure.pop("offtopic", None)
    return {act: sure[act] for act in names() if sure.get(act)}


def _sentences(text: str, lang: str) -> list[str]:
    """Return the sentences of a text; “would that help?” belongs to the offer before it."""
    made: list[str] = []
    for sentence in SENTENCE.findall(text) or [text]:
        asked = made and length(sentence) <= ASIDE and _asks(sentence) and has("asks_consent", sentence, lang)
        if asked and has("offers", made[-1], lang) and not has("checks", made[-1] + sentence, lang):
            made[-1] += sentence
        else:
            made.append(sentence)
    return made


def has(sign: str, text: str, lang: str) -> bool:
    """Return whether `text` holds one of the words of `sign`, a table of `reading.toml`."""
    plain = unicodedata.normalize("NFKC", text).casefold()
    if lang == "en":
        return any(
            re.search(rf"(?<![a-z]){re.escape(word)}(?![a-z])", plain) for word in _signs()[sign]["en"]
        )
    return any(word in plain for word in _signs()[sign]["zh"])


def signs(name: str, lang: str) -> list[str]:
    """Return the words of one table of `reading.toml`."""
    return list(_signs()[name][lang])


def _of_sentence(sentence: str, lang: str, before: Sequence[str]) -> dict[str, float]:
    chances = dict(tag(sentence, lang))
    sure = {act: belief for act, p in chances.items() if (belief := _belief(act, p))}
    if chances.get("commit_time", 0.0) >= SAYS_WHEN and has("by_when", sentence, lang):
        sure["commit_time"] = 1.0
    share = _echoed(sentence, lang, before)
    if share >= PARROT:
        return {"restate": 1.0}
    if before and "restate" in sure and share < GROUND:
        sure["restate"] *= GUESS
    if share >= GROUND and chances.get("commit_time", 0.0) < max(
        chances.get("empathize", 0.0), chances.get("restate", 0.0)
    ):
        sure.pop(
            "commit_time", None
        )  # “three days, anyone would be upset”: the customer's days, not a promise
    if share >= ECHO and has("checks", sentence, lang):
        sure["restate"] = 1.0
        sure.pop("offtopic", None)
    elif _asks(sentence) and has("accuses", sentence, lang):
        sure = {"blame": COSTS}
    elif _asks(sentence) and has("asks_consent", sentence, lang) and has("offers", sentence, lang):
        _offer(sure, chances)
    elif _asks(sentence):
        _ask(sure, "ask_open" if has("open_question", sentence, lang) else "ask_closed")
    return sure


def _offer(sure: dict[str, float], chances: dict[str, float]) -> None:
    """Take an offer that asks whether it is welcome for a solution, unless it is surely something else."""
    other = max(
        (p for act, p in chances.items() if act not in {*QUESTIONS, "solution", "explain"}), default=0.0
    )
    if other < SURE_OTHER:
        sure["solution"] = 1.0
        for act in QUESTIONS:
            sure.pop(act, None)


def _ask(sure: dict[str, float], kind: str) -> None:
    """Take a sentence with a question mark for a question of that kind, unless it is surely something else."""
    other = max((belief for act, belief in sure.items() if act not in {*QUESTIONS, "offtopic"}), default=0.0)
    if other < SURE_OTHER:
        sure.pop("offtopic", None)
        known = max(sure.get("ask_open", 0.0), sure.get("ask_closed", 0.0))
        sure[kind] = max(sure.get(kind, 0.0), QUESTION if known < QUESTION else 0.0)


def _belief(act: str, p: float) -> float:
    if act in violations() or act == "offtopic":
        return COSTS * (p >= CHARGED)
    return max(0.0, min(1.0, (p - UNSURE) / (SURE - UNSURE)))


def _asks(sentence: str) -> bool:
    return sentence.rstrip().endswith(("?", "？"))


def _taken(answer: str, lang: str) -> bool:
    return has("gives_consent", answer, lang) and not has("refuses", answer, lang)


def _about(act: str, text: str, lang: str, before: Sequence[str]) -> int:
    """Return how many signs of `text` go with `act`: clauses that may do it, or speak of the customer's own trouble."""
    fitting = (
        clause
        for clause in CLAUSE.findall(text) or [text]
        if not _asks(clause)
        and (dict(tag(clause, lang)).get(act, 0.0) >= MAYBE or _echoed(clause, lang, before) >= ECHO / 2)
    )
    return sum(map(length, fitting))


def _echoed(sentence: str, lang: str, before: Sequence[str]) -> float:
    """Return the share of `sentence` that the customer said before, 0 when it is too short to say."""
    plain = sentence.strip().casefold()
    if length(plain) >= FEWEST and any(plain in one.casefold() for one in before):
        return 1.0
    said = pieces(sentence, lang)
    known = set().union(*(pieces(one, lang) for one in before))
    return len(said & known) / len(said) if len(said) >= FEWEST else 0.0


@cache
def _signs() -> dict[str, dict[str, list[str]]]:
    return tomllib.loads(SIGNS.read_text(encoding="utf-8"))
