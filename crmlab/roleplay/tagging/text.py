"""The words as the tagger reads them: cleaned, folded to one way of writing, and cut into windows."""

import re
import unicodedata
from functools import cache
from pathlib import Path

LONGEST = 1000  # characters that are read; nobody says more in one turn, and time stays bounded
MOST_WINDOWS = 40
TRADITIONAL = Path(__file__).with_name("traditional.txt")

TAG = re.compile(r"<[^<>]{0,200}>")
DIGITS = re.compile(r"\d+")
SPACE = re.compile(r"\s+")
REPEAT = re.compile(r"(.)\1{2,}")
SENTENCE = re.compile(r"[^.!?。！？…;；\n]+[.!?。！？…;；\n]*")
CLAUSE = re.compile(r"[^,.!?，、。！？…;；:：\n]+[,.!?，、。！？…;；:：\n]*")
HAN = re.compile(r"[㐀-鿿]")
LATIN = re.compile(r"[a-z]{2}", re.IGNORECASE)


@cache
def _folding() -> dict[int, str]:
    rows = TRADITIONAL.read_text(encoding="utf-8").split()
    return {ord(row[0]): row[1] for row in rows}


def clean(text: str) -> str:
    """Return `text` in one way of writing: half width, lower case, simplified, no markup, no control characters.

    Runs of digits become one `0` and a sign repeated more than twice is kept twice; at most LONGEST characters
    are read, the first and the last of a longer text.
    """
    if len(text) > LONGEST:
        text = text[: LONGEST * 3 // 4] + " " + text[-LONGEST // 4 :]
    text = TAG.sub(" ", unicodedata.normalize("NFKC", text)).lower().translate(_folding())
    text = "".join(_visible(sign) for sign in text)
    return REPEAT.sub(r"\1\1", DIGITS.sub("0", SPACE.sub(" ", text))).strip()[:LONGEST]


def _visible(sign: str) -> str:
    # a line end is a space between words; other control and format signs stand for nothing
    return sign if not unicodedata.category(sign).startswith("C") else " " if sign.isspace() else ""


def windows(cleaned: str) -> list[str]:
    """Return the whole line, then its sentences and clauses where there are several, each once."""
    pieces = [cleaned]
    for cut in (SENTENCE, CLAUSE):
        pieces += [piece.strip() for piece in cut.findall(cleaned)]
    return list(dict.fromkeys(piece for piece in pieces if piece))[:MOST_WINDOWS]


def written_in(text: str, lang: str) -> str:
    """Return the language `text` is written in: `lang`, unless it holds only the other one's letters."""
    han, latin = HAN.search(text), LATIN.search(text)
    if lang == "zh" and latin and not han:
        return "en"
    return "zh" if lang == "en" and han and not latin else lang
