"""What the marker notes beside a hand-in, said in the reader's language."""

import re
import tomllib
from functools import cache
from pathlib import Path

SLOT = re.compile(r"\\\{[a-c]\\\}")


def said(note: str, language: str) -> str:
    """Return a note in `language`, "zh" or "en"; what stands in quotes of the hand-in stays as it is."""
    if language != "en":
        return note
    for pattern, english in _pairs():
        while found := pattern.search(note):
            note = note[: found.start()] + english.format(**found.groupdict()) + note[found.end() :]
    return note.replace("；", "; ").replace("、", ", ")


@cache
def _pairs() -> list[tuple[re.Pattern[str], str]]:
    """Return what to look for and what to say, the longest first, so that no sentence is taken for part of itself."""
    path = Path(__file__).with_name("notes.toml")
    pairs = tomllib.loads(path.read_text(encoding="utf-8"))["note"]
    return [
        (_pattern(chinese), english) for chinese, english in sorted(pairs, key=lambda pair: -len(pair[0]))
    ]


def _pattern(chinese: str) -> re.Pattern[str]:
    """Return what finds a sentence: its slots hold no more than is needed, and no end of another sentence."""
    return re.compile(SLOT.sub(lambda slot: rf"(?P<{slot[0][2]}>[^；]+?)", re.escape(chinese)))
