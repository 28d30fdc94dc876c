"""Whether one text speaks of what another says: by numbers and words, or in Chinese numbers and pairs of signs."""

import re
import unicodedata

FEWEST_LETTERS = 4  # shorter English words are in every sentence


def pieces(text: str, lang: str) -> set[str]:
    """Return what of `text` can be recognised again."""
    plain = unicodedata.normalize("NFKC", text).casefold()
    numbers = set(re.findall(r"\d+", plain))
    if lang == "en":
        return numbers | {word for word in re.findall(r"[a-z]+", plain) if len(word) >= FEWEST_LETTERS}
    runs = re.findall(r"[㐀-鿿]+", plain)
    return numbers | {run[i : i + 2] for run in runs for i in range(len(run) - 1)}


def share(of: str, within: str, lang: str) -> float:
    """Return the share of what `of` says, 0-1, that is found in `within`; 0 when `of` says nothing."""
    wanted = pieces(of, lang)
    return len(wanted & pieces(within, lang)) / len(wanted) if wanted else 0.0
