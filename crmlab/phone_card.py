"""A card of sentences of one's own: what each part must do, and whether the tagger hears it done."""

from collections.abc import Sequence

from crmlab.roleplay.reading import heard
from crmlab.roleplay.tagging.acts import violations
from crmlab.roleplay.tagging.tagger import tag
from crmlab.roleplay.tagging.text import CLAUSE

ENOUGH = 0.5  # belief from which a sentence does what it should; the same here and in the marks
PLAIN = 0.9  # from which a clause alone shows what a friendly beginning covers up
MUST: dict[str, tuple[str, ...]] = {
    "opening": ("greet",),
    "question": ("ask_open",),
    "back": ("restate",),
    "refusal": ("solution", "commit_time", "explain", "escalate"),
}
COMPANY = ("澄湖", "chenghu")  # an opening names it: who calls wants to know where


def does(part: str, text: object, lang: str, *, before: Sequence[str] = ()) -> bool:
    """Return whether `text` does what `part` of the card must do: one of its acts, and nothing that hurts.

    An opening must name the company as well.
    `before` is what the customer said. Anything but a text does nothing.
    """
    if not isinstance(text, str) or not text.strip():
        return False
    if part == "opening" and not any(name in text.lower() for name in COMPANY):
        return False
    acts = heard(text, lang, before=before)
    return max(acts.get(act, 0.0) for act in MUST[part]) >= ENOUGH and not hurts(text, lang)


def hurts(text: object, lang: str) -> bool:
    """Return whether a sentence blames, cuts off, promises too much or is rude, or a clause of it is rude."""
    if not isinstance(text, str):
        return False
    rude = any(dict(tag(clause, lang)).get("rude", 0.0) >= PLAIN for clause in CLAUSE.findall(text))
    return rude or bool(set(heard(text, lang)) & set(violations()))
