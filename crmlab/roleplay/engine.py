"""One conversation: the trainee speaks, the customer feels and answers; nothing but the seed and the words decides."""

from dataclasses import dataclass, replace
from functools import cache
from itertools import permutations
from typing import Any

from crmlab.errors import LabError
from crmlab.roleplay.appraisal import (
    State,
    appraise,
    break_promises,
    calm,
    knows_enough,
    part,
    parted,
    rules_of,
    table,
)
from crmlab.roleplay.clarity import clear, long
from crmlab.roleplay.recall import Recalled, recalled, said_back
from crmlab.roleplay.scenario import FOLDER, Scenario, read_yaml
from sim.streams import Streams

LEVELS = (1, 2, 3)
MOST_TURNS = 40
MOST_CHARACTERS = 2_000
UNKIND = frozenset({"blame", "interrupt", "rude", "offtopic"})
EASE = tuple(permutations((2, 0, -2)))  # a personality is an order of one budget, so none is harder


@dataclass(frozen=True)
class Turn:
    """What was said and felt in one turn; `n` counts the trainee's utterances from 1, `offer` names what was offered."""

    n: int
    text: str
    acts: tuple[str, ...]
    reply: str
    state: State
    offer: str = ""


class Play:
    """A conversation under way; `turns` holds what happened, `state` how the customer feels."""

    def __init__(self, scenario: Scenario, *, seed: int, level: int = 1, lang: str = "zh") -> None:
        if level not in LEVELS:
            raise LabError(f"没有难度 {level}；可用 1、2、3")
        if lang not in ("zh", "en"):
            raise LabError(f"没有语言 {lang}；可用 zh、en")
        self.scenario, self.seed, self.level, self.lang = scenario, seed, level, lang
        streams = Streams(seed, "roleplay", scenario.id)
        self._mood = EASE[int(float(streams.uniforms("person", [0])[0]) * len(EASE))]
        self._wordings = streams.uniforms("wording", list(range(MOST_TURNS)))
        self.turns: list[Turn] = []
        self.state = self._start()

    def say(self, text: str, acts: tuple[str, ...], offer: str = "") -> Turn:
        """Return the turn in which the trainee says `text`; raise LabError when it cannot be said."""
        words = clean(text)
        self._require(acts, offer)
        before, strains = self.state, strain(words, acts)
        state = appraise(before, acts, offer, self.scenario, strains=strains)
        lost = state.ended or "confusing" in strains
        told = Recalled() if lost else recalled(state, acts, words, self.scenario, lang=self.lang)
        state = replace(state, told=(*state.told, told.fact)) if told.fact else state
        if not state.ended and "thank_close" in acts and not strains and (state.offer or len(self.turns) > 2):
            state = break_promises(replace(parted(state, self.scenario), ended="farewell"), self.scenario)
        reply = self._confirmed(words, before, state, acts) + self._reply(words, state, acts, offer, told)
        self.turns.append(Turn(len(self.turns) + 1, words, acts, reply, state, offer))
        self.state = state
        return self.turns[-1]

    def line(self, name: str) -> Turn:
        """Return the turn in which the trainee says suggested line `name`."""
        if name not in self.scenario.lines:
            raise LabError(f"剧本里没有建议语句 {name[:60]}；可用：{'、'.join(self.scenario.lines)}")
        row = self.scenario.lines[name]
        return self.say(row["text"][self.lang], tuple(row["acts"]), row.get("offer", ""))

    def text(self, wording: dict[str, Any]) -> str:
        """Return a text of the scenario in the language of this play."""
        return str(wording[self.lang])

    def _start(self) -> State:
        level, ease = self.scenario.plain["levels"][str(self.level)], self._mood
        return State(
            part(level["anger"] - ease[0]), part(level["trust"] + ease[1]), part(level["patience"] + ease[2])
        )

    def _require(self, acts: tuple[str, ...], offer: str) -> None:
        if self.state.ended:
            raise LabError("这次通话已经结束，不能再说；请重新开始一次")
        if len(self.turns) >= MOST_TURNS:
            raise LabError(f"一次通话最多 {MOST_TURNS} 句；请重新开始一次")
        if not acts or (unknown := sorted(set(acts) - {*table()["acts"], "solution"})):
            raise LabError(f"不认识的话语行为 {unknown if acts else '（空）'}；请从建议语句里选")
        if offer and offer not in self.scenario.plain["offers"]:
            named = "、".join(self.scenario.plain["offers"])
            raise LabError(f"剧本里没有方案 {offer[:60]}；可用：{named}")

    def _confirmed(self, text: str, before: State, state: State, acts: tuple[str, ...]) -> str:
        """Return a word of agreement when something was said back rightly, else nothing."""
        if state.ended or "restate" not in acts or UNKIND & set(acts):
            return ""
        if not said_back(before, text, self.scenario, lang=self.lang):
            return ""
        return self._worded(common()["confirmed"][self.lang]) + (" " if self.lang == "en" else "")

    def _reply(self, text: str, state: State, acts: tuple[str, ...], offer: str, told: Recalled) -> str:
        if told.fact:
            return self.text(self.scenario.facts[told.fact]["say"])
        if told.again:
            said = self.text(self.scenario.facts[told.again]["say"])
            return self._worded(common()["again"][self.lang], fact=said)
        if offer in self.scenario.plain.get("beyond", ()) and not state.ended:
            mood = "accepted"  # who is promised too much is glad, until the promise is broken
        else:
            mood = _mood(state, acts, offer, self.scenario, lost=not clear(text, acts))
            if mood == "goal" and self.scenario.parting and "solution" in state.counts:
                mood = "parting"
        wordings = (self.scenario.plain["replies"].get(mood) or common()[mood])[self.lang]
        if mood == "early" and not offer:  # who names no offer is not told its name
            wordings = [one for one in wordings if "{offer}" not in one] or common()["hasty"][self.lang]
        named = offer or (state.offer if mood == "settled" else "")
        said = self.text(self.scenario.plain["offers"][named]) if named else ""
        return self._worded(wordings, offer=said)

    def _worded(self, wordings: list[str], *, offer: str = "", fact: str = "") -> str:
        """Return one of several wordings with its slots filled; one heard before only when all have been."""
        heard = {turn.reply for turn in self.turns}
        filled = [_filled(one, offer, fact) for one in wordings]
        fresh = [one for one in filled if one not in heard] or filled
        return fresh[int(float(self._wordings[len(self.turns)]) * len(fresh))]


def _filled(wording: str, offer: str, fact: str) -> str:
    begins = wording.startswith("{offer}")
    return wording.replace("{offer}", offer[:1].upper() + offer[1:] if begins else offer).replace(
        "{fact}", fact
    )


@cache
def common() -> dict[str, Any]:
    """Return the replies that any customer may give, by kind and language."""
    return dict(read_yaml((FOLDER / "replies.yaml").read_bytes(), "replies.yaml"))


def strain(text: str, acts: tuple[str, ...]) -> tuple[str, ...]:
    """Return how the way of speaking strains the customer: confusing, lecture, both or none."""
    told = {"confusing": not clear(text, acts), "lecture": long(text)}
    return tuple(name for name, true in told.items() if true)


def clean(text: str) -> str:
    """Return `text` without control characters; raise LabError when it is empty or too long."""
    if len(text) > MOST_CHARACTERS:
        raise LabError(f"这句话有 {len(text)} 个字，最多 {MOST_CHARACTERS} 个；请说短一点")
    words = " ".join("".join(c if c.isprintable() else " " for c in text).split())
    if not words:
        raise LabError("这句话是空的；请说点什么，或选一条建议语句")
    return words


def _mood(state: State, acts: tuple[str, ...], offer: str, scenario: Scenario, *, lost: bool) -> str:
    if state.ended:
        return state.ended
    if lost or UNKIND & set(acts):
        return "hurt"
    if "solution" not in acts:
        upset = state.anger > rules_of(scenario)["calm_enough"]
        return "upset" if upset else "settled" if state.accepted else "goal"
    if offer and offer == state.offer:
        return "accepted" if state.accepted else "refused"
    if not offer and knows_enough(state, scenario) and calm(scenario, state):
        return "vague"  # an offer it may be, but of what?
    return "refused" if offer and state.accepted else "early"
