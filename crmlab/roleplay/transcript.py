"""A plain transcript, a JSON list of speaker and text, read into what the trainee said."""

import re
import tomllib
import unicodedata
from collections.abc import Sequence
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import Any

from crmlab.errors import LabError
from crmlab.roleplay.clarity import HAN, WORD
from crmlab.roleplay.engine import MOST_CHARACTERS
from crmlab.roleplay.judge import Said
from crmlab.roleplay.reading import QUESTION, heard
from crmlab.strangers import json_of

SPEAKERS = Path(__file__).with_name("speakers.toml")
SIDES = ("agent", "customer")
KINDS = ("ask_open", "ask_closed")


def read(path: Path, *, lang: str = "") -> tuple[list[Said], str]:
    """Return what the trainee said in the transcript at `path`, and its language; raises as `said_in`.

    Without `lang` the language is that of most of the words.
    """
    rows = json_of(path, "通话文字稿")
    lang = lang or language(rows)
    return said_in(rows, path.name, lang=lang), lang


def language(rows: Any) -> str:
    """Return zh or en, whichever `rows` are written in more."""
    texts = [str(row.get("text")) for row in rows if isinstance(row, dict)] if isinstance(rows, list) else []
    chinese = sum(len(HAN.findall(text)) for text in texts)
    return "zh" if 2 * chinese >= sum(len(WORD.findall(text)) for text in texts) else "en"


def said_in(rows: Any, name: str, *, lang: str) -> list[Said]:
    """Return what the trainee said in `rows`, the plain content of the transcript called `name`.

    Raises LabError naming the entry that is off, or the speaker of whom nobody can tell which side it is.
    """
    if not isinstance(rows, list) or not rows:
        raise LabError(f"{name} 应是不空的列表，每项有 speaker 和 text；请改正")
    for n, row in enumerate(rows, 1):
        _check(n, row)
    agents = _agents([row["speaker"] for row in rows])
    told = [row["text"] for row in rows]
    mine = [row["speaker"] in agents for row in rows]
    said = [
        understood(
            n + 1,
            told[n],
            lang,
            before=[text for text, agent in zip(told[:n], mine[:n], strict=True) if not agent],
            after=next((text for text, agent in zip(told[n:], mine[n:], strict=True) if not agent), ""),
        )
        for n in range(len(rows))
        if mine[n]
    ]
    return _asked_twice(said)


def understood(n: int, text: str, lang: str, *, before: Sequence[str] = (), after: str = "") -> Said:
    """Return utterance `n` with the acts that may be believed; nobody has confirmed them.

    `before` is what the customer has said so far, `after` what the customer answers.
    """
    sure = heard(text, lang, before=before, after=after)
    return Said(n, text, tuple(sure), sure, confirmed=False)


def _asked_twice(said: list[Said]) -> list[Said]:
    """Return the utterances, where all questions seem of one kind the later ones as perhaps of the other.

    Open and closed are the hardest to tell apart, and who asks twice has done more than who asks once.
    """
    asked = list({one.text: one for one in reversed(said) if {*KINDS} & set(one.acts)}.values())[::-1]
    kinds = {act for one in asked for act in one.acts} & {*KINDS}
    if len(asked) < 2 or len(kinds) != 1:
        return said
    (kind,) = kinds
    other = next(act for act in KINDS if act != kind)
    later = {one.n: {**one.sure, other: QUESTION * one.sure[kind]} for one in asked[1:]}
    return [
        replace(one, acts=(*one.acts, other), sure=later[one.n]) if one.n in later else one for one in said
    ]


def side(speaker: str) -> str:
    """Return "agent" or "customer" for the name of a speaker, "" when it tells neither."""
    name = unicodedata.normalize("NFKC", speaker).casefold()
    words = set(re.findall(r"[a-z]+", name))
    for one in SIDES:
        if any(known in words if known.isascii() else known in name for known in _known()[one]):
            return one
    return ""


def _agents(speakers: list[str]) -> set[str]:
    """Return the speakers on the agent's side; of two, one who is named tells who the other is."""
    sides = {speaker: side(speaker) for speaker in speakers}
    unknown = [speaker for speaker, one in sides.items() if not one]
    known = set(sides.values()) - {""}
    if len(unknown) == 1 and len(known) == 1:
        sides[unknown[0]] = next(one for one in SIDES if one not in known)
    elif unknown:
        raise LabError(
            f"文字稿里的 speaker {unknown[0][:30]!r} 看不出是客服还是客户；请写成 agent 或 customer（客服 或 客户）"
        )
    agents = {speaker for speaker, one in sides.items() if one == "agent"}
    if not agents:
        raise LabError("文字稿里没有客服说的话，没有可评的；请把客服的 speaker 写成 agent 或 客服")
    return agents


def _check(n: int, row: Any) -> None:
    if not isinstance(row, dict) or not all(isinstance(row.get(key), str) for key in ("speaker", "text")):
        raise LabError(f"文字稿第 {n} 项缺 speaker 或 text；每项应是 {{speaker, text}} 两段文字")
    if len(row["text"]) > MOST_CHARACTERS:
        raise LabError(f"文字稿第 {n} 项有 {len(row['text'])} 个字，最多 {MOST_CHARACTERS} 个；请截短")


@cache
def _known() -> dict[str, list[str]]:
    return tomllib.loads(SPEAKERS.read_text(encoding="utf-8"))
