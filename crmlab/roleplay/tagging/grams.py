"""The features of a window of text: runs of signs and words, with marks for its beginning and end."""

import re
from collections import Counter

TOKEN = re.compile(r"[a-z]+(?:'[a-z]+)?|\S")
WORD = re.compile(r"[a-z]+(?:'[a-z]+)?|0|[^\sa-z0]")
LONGEST_RUN = {"zh": 4, "en": 3}


def grams(window: str, lang: str) -> Counter[str]:
    """Return feature → times in `window` (cleaned text): token runs, and for English pieces of words."""
    tokens = ["^", *(TOKEN if lang == "zh" else WORD).findall(window), "$"]
    glue = "" if lang == "zh" else " "
    found: Counter[str] = Counter()
    for size in range(1, LONGEST_RUN[lang] + 1):
        found.update(glue.join(tokens[at : at + size]) for at in range(len(tokens) - size + 1))
    if lang == "en":
        for token in tokens:
            found.update(_pieces(token))
    return found


def _pieces(word: str) -> list[str]:
    padded = f"_{word}_"
    return [padded[at : at + n] for n in (3, 4, 5) for at in range(len(padded) - n + 1) if n < len(padded)]
