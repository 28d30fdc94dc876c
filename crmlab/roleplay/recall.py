"""What of the customer's knowledge an utterance asks for, and what the customer tells of it."""

from dataclasses import dataclass

from crmlab.roleplay.appraisal import QUESTIONS, State, calm
from crmlab.roleplay.likeness import share
from crmlab.roleplay.scenario import Scenario

OPEN = frozenset({"ask_open"})
SAID_BACK = 0.25  # of what a fact says, found again in a restatement that the customer confirms


@dataclass(frozen=True)
class Recalled:
    """What the customer has to say: a `fact` that is new, or one told before and asked for `again`; "" for none."""

    fact: str = ""
    again: str = ""


def recalled(state: State, acts: tuple[str, ...], text: str, scenario: Scenario, *, lang: str) -> Recalled:
    """Return what an utterance brings out of a customer who feels like `state`.

    A question that names a fact by one of its `about` words gets that fact: told, kept back while trust is too low, or
    told once more (an open question about it rather brings something new). Whatever names none gets the first
    that the acts bring out, in the order of the file.
    """
    if not calm(scenario, state) and "empathize" not in state.counts:
        return Recalled()
    fitting = [name for name, fact in scenario.facts.items() if set(fact["asked"]) & set(acts)]
    fresh = [name for name in fitting if name not in state.told]
    ready = [name for name in fresh if state.trust >= scenario.facts[name].get("trust", 0)]
    if QUESTIONS & set(acts):
        hits = {name: _hits(scenario, name, text, lang) for name in fitting}
        named = sorted((name for name in fitting if hits[name]), key=lambda name: -hits[name])
        for name in named:
            if name in ready:
                return Recalled(name)
        if named and named[0] in state.told and not (OPEN & set(acts) and ready):
            return Recalled(again=named[0])
        if named and named[0] not in state.told:
            return Recalled()
    return Recalled(ready[0]) if ready else Recalled()


def said_back(state: State, text: str, scenario: Scenario, *, lang: str) -> bool:
    """Return whether `text` says back something of what the customer has told."""
    return any(share(scenario.facts[name]["say"][lang], text, lang) >= SAID_BACK for name in state.told)


def _hits(scenario: Scenario, name: str, text: str, lang: str) -> int:
    words = scenario.facts[name].get("about", {}).get(lang, ())
    return sum(word.casefold() in text.casefold() for word in words)
