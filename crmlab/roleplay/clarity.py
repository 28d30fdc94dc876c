"""Whether an utterance can be followed: key words strung together mean nothing, and nobody listens to a lecture."""

import re

from crmlab.roleplay.tagging.text import SENTENCE

MOST_ACTS = 3
SIGNS_AN_ACT = 4  # fewer signs for each act are key words, not speech
LONGEST = 160  # in signs; an English word counts as two, which is about what it takes to say it
HAN = re.compile(r"[㐀-鿿]")
WORD = re.compile(r"[A-Za-z0-9']+")


def length(text: str) -> int:
    """Return how long `text` takes to say, in Chinese signs; a word or a number counts as two."""
    return len(HAN.findall(text)) + 2 * len(WORD.findall(text))


def long(text: str) -> bool:
    """Return whether `text` is a lecture: more than about forty seconds without a break."""
    return length(text) > LONGEST


def clear(text: str, acts: tuple[str, ...], *, most: int = MOST_ACTS) -> bool:
    """Return whether `text` has words enough for all its `acts`.

    One act may be one word. Of several, each needs a few words; more than `most` of them need a sentence each.
    """
    if len(acts) <= 1:
        return True
    if length(text) < SIGNS_AN_ACT * len(acts):
        return False
    return len(acts) <= max(most, sum(length(one) >= SIGNS_AN_ACT for one in SENTENCE.findall(text)))
