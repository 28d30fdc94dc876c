"""What free words do when nobody confirms it: each act with how far it may be believed, not at all when unsure."""

from crmlab.roleplay.tagging.acts import names, violations
from crmlab.roleplay.tagging.tagger import tag
from crmlab.roleplay.tagging.text import SENTENCE

UNSURE, SURE = (
    0.30,
    0.55,
)  # below the first an act is not believed, from the second in full, in between in part
CHARGED = 0.75  # a violation that nobody confirmed costs nothing below this
GUESSES = 3  # how many acts a trainee is shown to confirm
SURE_OF_VIOLATION = 0.6  # from here on a violation cannot be confirmed away


def heard(text: str, lang: str) -> dict[str, float]:
    """Return act → how far to believe it, 0-1, for the acts that may be believed at all, in the acts' order.

    Sentence by sentence, so that an act is not drowned in a long utterance.
    """
    chances: dict[str, float] = {}
    for sentence in SENTENCE.findall(text) or [text]:
        for act, p in tag(sentence, lang):
            chances[act] = max(p, chances.get(act, 0.0))
    believed = {act: _belief(act, chances[act]) for act in names() if act in chances}
    return {act: sure for act, sure in believed.items() if sure}


def _belief(act: str, p: float) -> float:
    if act in violations():
        return float(p >= CHARGED)
    return max(0.0, min(1.0, (p - UNSURE) / (SURE - UNSURE)))
