"""What a step of the rubric earns: which acts were shown, how surely, and whether the step before had been done."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from crmlab.roleplay.clarity import MOST_ACTS, clear, long
from crmlab.roleplay.tagging.acts import violations

EARLY = 0.5  # what is left of a credit when the step before came only afterwards
ALONE = 0.75  # what is left when the step before was left out altogether, which costs points of its own
BURIED = 0.8  # what is left of a credit when the act lies in a lecture
HURT = 0.5  # what is left of a credit when the same utterance hurts; nothing, of what should be kind
KIND = frozenset({"greet", "self_intro", "empathize", "listen", "thank_close"})
UNKIND = violations() - {"overpromise"}


@dataclass(frozen=True)
class Said:
    """One utterance of the trainee: its turn, its words, its acts.

    `sure` says how far an act may be credited, 0-1; an act that is not named there is certain, because a suggested
    line carries it or the trainee confirmed it. `confirmed` is False for acts that only the tagger saw.
    """

    n: int
    text: str
    acts: tuple[str, ...]
    sure: Mapping[str, float] = field(default_factory=dict)
    confirmed: bool = True


@dataclass(frozen=True)
class Credit:
    """What one step earned: `share` 0-1 of its points, and the utterance that shows it best (None: none does).

    `acts` are those that earned it, `turns` when each was said. `order` is what the step before left of their worth, 1 when it was done by then;
    `late` says that one of them came after the utterances the step allows.
    """

    share: float
    said: Said | None
    acts: tuple[str, ...] = ()
    order: float = 1.0
    late: bool = False
    turns: tuple[int, ...] = ()

    def done_at(self, need: int) -> int:
        """Return the turn in which the last of the `need` acts was said, 0 while one is lacking."""
        return max(self.turns) if len(self.turns) >= need else 0


def credits_of(rules: Mapping[str, Any], said: Sequence[Said]) -> dict[str, Credit]:
    """Return the credit of each step of a rubric.

    A step earns the mean of its best `need` acts. An act counts as far as it is sure: in full when the step named by
    `after` was complete by then, in half when that came only afterwards, in three quarters when it was left out, in
    between when it was done in part; in half when it came after the first `within` utterances, in four fifths inside a
    lecture. The best moment of an act counts, so that coming back to a step does no harm. Words said before mean what
    they meant then: saying them again for other acts earns nothing.
    """
    steps = {str(step["id"]): step for step in rules["steps"]}
    heard = [one for one in _first_meant(said) if follows(one, most=rules.get("most_acts", MOST_ACTS))]
    return {
        name: _credit(step, steps.get(step.get("after", "")), heard, said) for name, step in steps.items()
    }


def _first_meant(said: Sequence[Said]) -> list[Said]:
    """Return the utterances, of words said before only with the acts they had the first time."""
    first: dict[str, frozenset[str]] = {}
    made = []
    for one in said:
        meant = first.setdefault("".join(filter(str.isalnum, one.text.casefold())), frozenset(one.acts))
        made.append(replace(one, acts=tuple(act for act in one.acts if act in meant)))
    return made


def follows(one: Said, *, most: int = MOST_ACTS) -> bool:
    """Return whether an utterance can be followed; one that cannot earns nothing."""
    # the tagger finds more acts in natural speech than a trainee may confirm at once
    return clear(one.text, one.acts, most=most if one.confirmed else len(one.acts))


def _worth(one: Said, act: str) -> float:
    """Return what an act of an utterance is worth by itself, 0-1."""
    hurts = bool(UNKIND & set(one.acts))
    if hurts and act in KIND:
        return 0.0
    return one.sure.get(act, 1.0) * (HURT if hurts else 1.0) * (BURIED if long(one.text) else 1.0)


def _credit(
    step: Mapping[str, Any], before: Mapping[str, Any] | None, heard: Sequence[Said], said: Sequence[Said]
) -> Credit:
    late = {one.n for one in said[step["within"] :]} if "within" in step else set()
    earned: dict[str, tuple[float, Said, float]] = {}
    for one in heard:
        order = _ready(before, [other for other in heard if other.n <= one.n], heard)
        for act in set(one.acts) & set(step["acts"]):
            worth = _worth(one, act) * order * (EARLY if one.n in late else 1.0)
            if worth > earned.get(act, (0.0, one, order))[0]:
                earned[act] = (worth, one, order)
    best = sorted(earned.items(), key=lambda found: (-found[1][0], found[1][1].n))[: step["need"]]
    if not best:
        return Credit(0.0, None)
    return Credit(
        share=sum(worth for _act, (worth, *_rest) in best) / step["need"],
        said=best[0][1][1],
        acts=tuple(act for act, _found in best),
        order=min(order for _act, (*_rest, order) in best),
        late=any(one.n in late for _act, (_worth, one, _order) in best),
        turns=tuple(one.n for _act, (_worth, one, _order) in best),
    )


def _ready(before: Mapping[str, Any] | None, so_far: Sequence[Said], heard: Sequence[Said]) -> float:
    """Return the factor of a step, EARLY to 1, by how much of the step before was done so far, and at all."""
    if before is None:
        return 1.0
    done, at_all = _done(before, so_far), _done(before, heard)
    return 1.0 - (1.0 - EARLY) * (at_all - done) - (1.0 - ALONE) * (1.0 - at_all)


def _done(step: Mapping[str, Any], said: Sequence[Said]) -> float:
    """Return how much of a step was done in `said`, 0-1, whatever came first."""
    sure = [max((_worth(one, act) for one in said if act in one.acts), default=0.0) for act in step["acts"]]
    return min(1.0, sum(sorted(sure, reverse=True)[: step["need"]]) / float(step["need"]))
