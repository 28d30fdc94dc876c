"""Simulated trainees: each is a habit that works with any scenario and rubric, by suggested lines or in free text."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from functools import cache
from itertools import cycle, islice
from typing import Any

from crmlab.errors import LabError
from crmlab.roleplay.appraisal import QUESTIONS, knows_enough
from crmlab.roleplay.clarity import clear
from crmlab.roleplay.engine import MOST_TURNS, Play
from crmlab.roleplay.judge import rubric
from crmlab.roleplay.reading import GUESSES, SURE_OF_VIOLATION
from crmlab.roleplay.scenario import FOLDER, Scenario, read_yaml
from crmlab.roleplay.tagging.acts import names as act_names
from crmlab.roleplay.tagging.acts import violations
from crmlab.roleplay.tagging.tagger import tag
from sim.streams import Streams

TRIES = 3  # how often a bot asks once more, or offers again, before it goes on
TURNS = 12  # what a bot without a plan says
PADDING = 6  # how many times the long-talker says a thing


@dataclass(frozen=True)
class Speech:
    """What a bot says next: the words in the language of the play, the acts it means, and perhaps an offer."""

    text: str
    acts: tuple[str, ...]
    offer: str = ""


class Sight:
    """What a bot sees: the conversation, the suggested lines, and the steps its rubric names."""

    def __init__(self, play: Play) -> None:
        self.play, self.steps = play, rubric(play.scenario.plain["rubric"])["steps"]
        self._used: set[str] = set()

    def right(self, act: str) -> Speech | None:
        """Return a right line that carries `act`, a fresh one first, the one with fewest other acts first."""
        fitting = [
            name
            for name, row in self.play.scenario.lines.items()
            if act in row["acts"] and not self._wrong(row)
        ]
        if not fitting:
            return None
        rows = self.play.scenario.lines
        known = self.play.state.known
        name = min(
            fitting,
            key=lambda one: (
                bool(set(rows[one].get("after", ())) - known),
                one in self._used,
                len(rows[one]["acts"]),
            ),
        )
        self._used.add(name)
        return self._spoken(rows[name])

    def wrong(self, act: str) -> Speech:
        """Return the line of the scenario that does the forbidden `act`, else plain words that do."""
        rows = [row for row in self.play.scenario.lines.values() if act in row["acts"]]
        return self._spoken(rows[0]) if rows else self.plain(act)

    def plain(self, act: str) -> Speech:
        """Return words that do `act` in any scenario; of an act without words, the words of listening."""
        known = words()["lines"]
        return Speech(known.get(act, known["listen"])[self.play.lang], (act,))

    def any_line(self, draw: float) -> Speech:
        """Return one of all lines, by a number 0-1."""
        rows = list(self.play.scenario.lines.values())
        return self._spoken(rows[int(draw * len(rows))])

    def _wrong(self, row: dict[str, Any]) -> bool:
        refused = "offer" in row and not self.play.scenario.fits(row["offer"])
        return refused or bool({*violations(), "offtopic"} & set(row["acts"]))

    def _spoken(self, row: dict[str, Any]) -> Speech:
        return Speech(row["text"][self.play.lang], tuple(row["acts"]), row.get("offer", ""))


Habit = Callable[[Sight], Iterator[Speech]]


@cache
def words() -> dict[str, Any]:
    """Return the words that bots say in any scenario, by act and language."""
    return dict(read_yaml((FOLDER / "bots.yaml").read_bytes(), "bots.yaml"))


def names() -> tuple[str, ...]:
    """Return the names of all bots."""
    return tuple(HABITS)


def play_bot(
    scenario: Scenario, bot: str, *, seed: int, level: int, lang: str = "zh", free: bool = False
) -> Play:
    """Return the conversation of `bot` with the customer, to the end of the call or of what the bot has to say.

    With `free` the words go through the tagger, and the bot confirms what it meant of the guesses, as on the screen.
    Raises LabError for a bot we have not.
    """
    if bot not in (*HABITS, thorough.__name__):
        raise LabError(f"没有试演者 {bot[:40]}；可用：{'、'.join(HABITS)}")
    play = Play(scenario, seed=seed, level=level, lang=lang)
    see = Sight(play)
    for speech in islice(HABITS.get(bot, thorough)(see), MOST_TURNS):
        said = _understood(speech, see) if free else speech
        play.say(said.text, said.acts, said.offer if "solution" in said.acts else "")
        if play.state.ended:
            break
    return play


def _understood(speech: Speech, see: Sight) -> Speech:
    """Return what counts when free words are confirmed honestly: of the best guesses those that were meant.

    What was not understood at all is said once more in plain words, as the screen offers; then it is nothing. Key
    words strung together have no plain words.
    """
    needed = {"solution"} if speech.offer else set(speech.acts)
    again = see.plain(next(act for act in speech.acts if act in needed))
    spoken = [speech, replace(again, offer=speech.offer)] if clear(speech.text, speech.acts) else [speech]
    for said in spoken:
        guesses = tag(said.text, see.play.lang)[:GUESSES]
        meant = {act for act, _p in guesses} & set(speech.acts)
        plain = {act for act, p in guesses if act in violations() and p >= SURE_OF_VIOLATION}
        if (meant & needed) | plain:
            return replace(said, acts=tuple(act for act in act_names() if act in meant | plain))
    return replace(speech, acts=("offtopic",))


def good(see: Sight) -> Iterator[Speech]:
    """Takes every step of the rubric in its order, and offers when enough is known and the customer is calm."""
    for step in see.steps:
        yield from _take(see, step, enough=len(step["acts"]))


def mediocre(see: Sight) -> Iterator[Speech]:
    """Does one thing a step, feelings after facts, and leaves out who does what by when."""
    steps = list(see.steps)
    if len(steps) > 3:
        steps[1], steps[2] = steps[2], steps[1]
        left = [step for step in steps[1:-1] if "solution" not in step["acts"]]
        steps = [step for step in steps if step not in left[-1:]]
    for step in steps:
        yield from _take(see, step, enough=1)


def polite_only(see: Sight) -> Iterator[Speech]:
    """Is kind, and does nothing."""
    yield from _said(see, "greet", "empathize", "listen", "empathize", "thank_close")


def robot(see: Sight) -> Iterator[Speech]:
    """Takes the steps without a word about feelings, and never listens."""
    for step in see.steps:
        yield from _take(
            see, step, enough=len(step["acts"]), leave=frozenset({"empathize", "listen", "restate", "greet"})
        )


def parrot(see: Sight) -> Iterator[Speech]:
    """Says back what the customer just said, again and again."""
    yield from _said(see, "greet")
    for _n in range(TURNS):
        play = see.play
        last = play.turns[-1].reply if play.turns else play.text(play.scenario.plain["opening"])
        yield Speech(words()["echo"][play.lang].replace("{words}", last), ("restate",))


def over_promiser(see: Sight) -> Iterator[Speech]:
    """Is kind, asks little, and promises what nobody may promise instead of what can be done."""
    yield from _said(see, "greet", "empathize", *sorted(QUESTIONS))
    yield see.wrong("overpromise")
    yield see.wrong("overpromise")
    yield from _said(see, "thank_close")


def blamer(see: Sight) -> Iterator[Speech]:
    """Takes the steps of the good one, and finds the fault with the customer at each of them."""
    for step in see.steps:
        yield from _take(see, step, enough=1)
        yield see.wrong("blame")


def rude(see: Sight) -> Iterator[Speech]:
    """Greets, then insults."""
    yield from _said(see, "greet")
    for _n in range(TURNS):
        yield see.wrong("rude")


def random(see: Sight) -> Iterator[Speech]:
    """Says any line whatever."""
    streams = Streams(see.play.seed, "roleplay", see.play.scenario.id, "bots")
    for draw in streams.uniforms("random", list(range(TURNS))):
        yield see.any_line(float(draw))


def keyword_stuffer(see: Sight) -> Iterator[Speech]:
    """Strings key words together and hopes that one of them counts."""
    play = see.play
    offer = next(name for name in play.scenario.plain["offers"] if play.scenario.fits(name))
    for _n in range(TURNS // 2):
        yield Speech(words()["keywords"][play.lang], tuple(words()["keyword_acts"]), offer)


def long_talker(see: Sight) -> Iterator[Speech]:
    """Says what the good one says, each thing at endless length."""
    for speech in good(see):
        yield Speech(
            " ".join([speech.text, *[words()["filler"][see.play.lang]] * PADDING]), speech.acts, speech.offer
        )


def thorough(see: Sight) -> Iterator[Speech]:
    """Soothes, then asks in every way again and again: no trainee, but whatever can be learnt it learns."""
    yield from _said(see, "greet", "empathize", "listen", "empathize", "empathize")
    asked = sorted({act for fact in see.play.scenario.facts.values() for act in fact["asked"]} | {"restate"})
    for _n in range(TURNS):
        yield from _said(see, *asked)


HABITS: dict[str, Habit] = {
    habit.__name__: habit
    for habit in (good, mediocre, polite_only, robot, parrot, over_promiser, blamer, rude, random, keyword_stuffer, long_talker)
}  # fmt: skip


def _said(see: Sight, *acts: str) -> Iterator[Speech]:
    for act in acts:
        speech = see.right(act)
        if speech is not None:
            yield speech


def _take(
    see: Sight, step: dict[str, Any], *, enough: int, leave: frozenset[str] = frozenset()
) -> Iterator[Speech]:
    """Say lines for the acts of one step until `enough` are shown; what is handed up only if it must be."""
    shown: set[str] = set()
    for act in step["acts"]:
        over = len(shown) >= (step["need"] if act in ("escalate", "hold") else enough)
        if over or act in shown or act in leave:
            continue
        if act == "solution":
            yield from _offered(see, leave)
            shown.add(act)
        else:
            yield from _once(see, act, shown)


def _once(see: Sight, act: str, shown: set[str]) -> Iterator[Speech]:
    speech = see.right(act)
    if speech is not None:
        shown |= set(speech.acts)
        yield speech


def _offered(see: Sight, leave: frozenset[str]) -> Iterator[Speech]:
    """Ask until enough is known, then offer; when it is not taken, soothe and offer again."""
    wanted = {act for fact in see.play.scenario.facts.values() for act in fact["asked"]} | {"restate"}
    asked = sorted(wanted - leave, key=act_names().index) or ["ask_open"]
    for act in islice(cycle(asked), TRIES * 2):
        if knows_enough(see.play.state, see.play.scenario):
            break
        yield from _said(see, act)
    for _n in range(TRIES):
        yield from _said(see, "solution")
        if see.play.state.accepted or see.play.scenario.parting:
            return
        yield from _said(see, *(frozenset({"empathize"}) - leave))
