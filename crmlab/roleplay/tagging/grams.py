"""The features of a window of text: runs of signs and words, the kinds of words in it, and marks for its two ends."""

import re
from collections import Counter
from functools import cache
from pathlib import Path

KINDS = Path(__file__).parent
TOKEN = re.compile(r"[a-z]+(?:'[a-z]+)?|\S")
WORD = re.compile(r"[a-z]+(?:'[a-z]+)?|0|[^\sa-z0]")
KIND = re.compile(r"\[(\w+)\] (.+)")
LONGEST_RUN = {"zh": 4, "en": 3}


def grams(window: str, lang: str) -> Counter[str]:
    """Return feature → times in `window` (cleaned text): token runs, `@kind`, and for English pieces of words."""
    tokens = ["^", *(TOKEN if lang == "zh" else WORD).findall(window), "$"]
    glue = "" if lang == "zh" else " "
    found: Counter[str] = Counter()
    for size in range(1, LONGEST_RUN[lang] + 1):
        found.update(glue.join(tokens[at : at + size]) for at in range(len(tokens) - size + 1))
    if lang == "en":
        for token in tokens:
            found.update(_pieces(token))
    words, pattern = kinds(lang)
    found.update({f"@{kind}" for match in pattern.finditer(window) for kind in words[match[0]]})
    return found


@cache
def kinds(lang: str) -> tuple[dict[str, tuple[str, ...]], re.Pattern[str]]:
    """Return word → its kinds, and the pattern that finds the words, longest first."""
    words: dict[str, tuple[str, ...]] = {}
    for line in (KINDS / f"kinds-{lang}.txt").read_text(encoding="utf-8").splitlines():
        if found := KIND.fullmatch(line.strip()):
            for word in found[2].lower().split("|"):
                words[word] = (*words.get(word, ()), found[1])
    any_word = "|".join(sorted(map(re.escape, words), key=len, reverse=True))
    return words, re.compile(any_word if lang == "zh" else rf"(?<![a-z'])(?:{any_word})(?![a-z'])")


def _pieces(word: str) -> list[str]:
    padded = f"_{word}_"
    return [padded[at : at + n] for n in (3, 4, 5) for at in range(len(padded) - n + 1) if n < len(padded)]
