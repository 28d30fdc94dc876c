"""`tag`: what an utterance does, as acts with probabilities; and what any tagger has to offer."""

from functools import cache
from typing import Protocol

from crmlab.language import require
from crmlab.roleplay.tagging import acts
from crmlab.roleplay.tagging.text import clean, written_in
from crmlab.roleplay.tagging.weights import Weights, load

Tagged = list[tuple[str, float]]


class Tagger(Protocol):
    """Reads an utterance; `name` goes into the log, so that a play is judged by the tagger it was read with."""

    @property
    def name(self) -> str:
        """Kind and version, as `tfidf@1a2b3c4d`."""

    def tag(self, text: str, lang: str) -> Tagged:
        """Return every act with its probability, most probable first; nothing for a text without words."""


class LinearTagger:
    """The default: n-grams and a linear model, offline, the same on every machine."""

    @property
    def name(self) -> str:
        """`tfidf@` and the fingerprint of what both languages were trained on."""
        return "tfidf@" + "".join(weights_of(lang).data[:4] for lang in ("zh", "en"))

    def tag(self, text: str, lang: str = "zh") -> Tagged:
        """Return every act with its probability (to 1/1000), most probable first, ties in the acts' order.

        A text without words gives an empty list. Raises LabError for a language we have not, MissingPart when the
        weights are gone.
        """
        require(lang)
        cleaned = clean(text)
        if not cleaned:
            return []
        chances = weights_of(written_in(cleaned, lang)).chances(cleaned)
        return ranked(dict(zip(acts.names(), chances.tolist(), strict=True)))


def ranked(chances: dict[str, float]) -> Tagged:
    """Return the acts, most probable first; p is rounded to 1/1000 before ties are broken by the acts' order."""
    rounded = [(name, round(chances[name], 3)) for name in acts.names()]
    return sorted(rounded, key=lambda pair: -pair[1])


@cache
def weights_of(lang: str) -> Weights:
    """Return the weights of a language, read once."""
    return load(lang)


def tag(text: str, lang: str = "zh") -> Tagged:
    """Return every act of `text` with its probability, most probable first, by the default tagger.

    An utterance may do several things; each p stands for itself. An empty text gives an empty list; of a very
    long one the beginning and the end are read. Raises LabError for a language other than zh and en.

    >>> tag("真对不起，让您久等了", "zh")[0][0]
    'empathize'
    """
    return LinearTagger().tag(text, lang)
