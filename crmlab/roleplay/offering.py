"""Which of a scenario's offers free words make: by the words of its name, and of the lines that make it."""

import re

from crmlab.roleplay.likeness import pieces
from crmlab.roleplay.reading import signs
from crmlab.roleplay.scenario import Scenario

NAMED = 0.5  # the share of an offer's name that is enough by itself
OF_OFFERS = frozenset({"commit_time", "explain"})  # what speaks of an offer, too
FEWEST = {"zh": 2, "en": 1}  # pairs of signs, or words, that only this offer has


def offered(words: str, scenario: Scenario, *, lang: str) -> str:
    """Return the offer that `words` make, "" when they speak of none in particular."""
    plain = scenario.plain["offers"]
    shares = {name: _shared(text[lang], words, lang) for name, text in plain.items()}
    best = max(shares, key=lambda name: shares[name])
    if shares[best] >= NAMED:
        return best
    said = _matter(words, lang)
    hits = {name: len(said & own) for name, own in _own(scenario, lang).items()}
    first, second = sorted(hits, key=lambda name: -hits[name])[:2] if len(hits) > 1 else (best, "")
    clear = hits[first] >= FEWEST[lang] and hits[first] > hits.get(second, 0)
    return first if clear else ""


def _own(scenario: Scenario, lang: str) -> dict[str, set[str]]:
    """Return what each offer, by its name and its lines, has for itself: what no other offer and no line about something else says."""
    told = {name: _matter(text[lang], lang) for name, text in scenario.plain["offers"].items()}
    rest: set[str] = set()
    for row in scenario.lines.values():
        if row.get("offer") in told:
            told[row["offer"]] |= _matter(row["text"][lang], lang)
        elif not OF_OFFERS & set(row["acts"]):
            rest |= _matter(row["text"][lang], lang)
    return {
        name: own - rest - set().union(*(other for one, other in told.items() if one != name))
        for name, own in told.items()
    }


def _matter(text: str, lang: str) -> set[str]:
    """Return what of `text` can be recognised again, without the words that any offer may have."""
    any_offer = sorted(signs("of_no_matter", lang), key=len, reverse=True)
    if lang == "en":
        return pieces(text, lang) - set(any_offer)
    return pieces(re.sub("|".join(map(re.escape, any_offer)), " ", text), lang)


def _shared(offer: str, words: str, lang: str) -> float:
    if lang == "en":
        parts = {part for part in offer.lower().split() if len(part) > 3}
        return sum(part in words.lower() for part in parts) / max(1, len(parts))
    pairs = {offer[i : i + 2] for i in range(len(offer) - 1)}
    return sum(pair in words for pair in pairs) / max(1, len(pairs))
