"""One call of a trainee: what was done in it, kept in a file after every action, and played again from there."""

import json
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from crmlab.errors import LabError
from crmlab.language import translator
from crmlab.roleplay import log
from crmlab.roleplay.engine import MOST_CHARACTERS, Play, Turn, clean
from crmlab.roleplay.offering import offered
from crmlab.roleplay.reading import GUESSES, SURE_OF_VIOLATION
from crmlab.roleplay.scenario import Scenario
from crmlab.roleplay.screen.chips import chips
from crmlab.roleplay.tagging.acts import names as act_names
from crmlab.roleplay.tagging.acts import violations
from crmlab.roleplay.tagging.tagger import tag

TOP = GUESSES
LIKELY = 0.02  # below this a guess is not worth reading
HINT_COST = 2
MOST_EVENTS = 400
MOST_NOTE = 500
HOLD_SECONDS = 30
SIGN_SECONDS = 4  # lifting the voice, thinking of an answer
SECONDS_PER_SIGN = {"zh": 0.25, "en": 0.07}  # about 240 Chinese characters, 170 English words a minute
ACTIONS = ("line", "say", "confirm", "rephrase", "hint", "crm", "hold", "transfer", "hang_up")


class Stale(LabError):
    """Another window has gone on with this call; nothing was done, and nothing is lost."""


@dataclass
class Call:
    """A call under way: `play` is the conversation, `events` what the trainee did, in order."""

    path: Path
    play: Play
    events: list[dict[str, Any]] = field(default_factory=list)
    pending: str = ""
    """Free words that wait for the trainee to say what they meant."""
    guesses: tuple[tuple[str, float], ...] = ()
    hints: list[str] = field(default_factory=list)
    crm: dict[str, str] = field(default_factory=dict)
    holds: list[int] = field(default_factory=list)
    notice: str = ""
    """Why an earlier log was not taken up, "" when nothing was wrong."""
    left: bool = False
    """Whether the trainee hung up."""

    @property
    def scenario(self) -> Scenario:
        """The scenario that is played."""
        return self.play.scenario

    @property
    def ended(self) -> str:
        """How the call ended: farewell, hang_up, left; "" while it goes on."""
        return "left" if self.left else self.play.state.ended

    @property
    def seconds(self) -> int:
        """Simulated seconds since the customer was answered; no real clock has a say in it."""
        play, pace = self.play, SECONDS_PER_SIGN[self.play.lang]
        words = sum(len(turn.text) + len(turn.reply) for turn in play.turns)
        opening = len(play.text(play.scenario.plain["opening"]))
        return round(
            (opening + words) * pace + SIGN_SECONDS * len(play.turns) + HOLD_SECONDS * len(self.holds)
        )

    def do(self, kind: str, *, seen: int | None = None, **told: Any) -> None:
        """Take one action of the trainee and keep it; `seen` is how many actions the window knew of.

        Raises Stale when another window went on meanwhile, LabError when the action cannot be done now.
        """
        _ = translator(self.play.lang)
        on_disk = len(_events(self.path)) if self.path.is_file() else 0
        if on_disk != len(self.events) or (seen is not None and seen != len(self.events)):
            raise Stale(_("这次通话在另一个窗口里继续了；已显示最新的内容，请接着从这里说"))
        if len(self.events) >= MOST_EVENTS:
            raise LabError(_("一次通话最多 {most} 步，这次已经满了；请挂断").format(most=MOST_EVENTS))
        event = {"n": len(self.events) + 1, "t": self.seconds, "k": kind, **told}
        self._apply(event)
        self.events.append(event)
        log.save(self.record(), self.path)

    def record(self) -> dict[str, Any]:
        """Return the log: what was done, never how it went."""
        return log.record(self.play, self.events)

    def _apply(self, event: dict[str, Any]) -> None:
        _ = translator(self.play.lang)
        kind = event.get("k")
        if kind not in ACTIONS:
            raise LabError(_("没有动作 {kind}；请只用页面上的按钮").format(kind=str(kind)[:30]))
        if self.ended and kind != "crm":
            raise LabError(_("这次通话已经结束；可以补填工单，或再练一次"))
        if self.pending and kind in ("line", "say", "hold", "transfer"):
            raise LabError(_("上一句还没有确认；请先确认系统的理解，或改写这一句"))
        getattr(self, f"_do_{kind}")(event)

    def _do_line(self, event: dict[str, Any]) -> None:
        _ = translator(self.play.lang)
        name = str(event.get("line"))
        if name not in chips(self.play):
            raise LabError(_("这一句现在不能选；请从显示的建议语句里选"))
        self.play.line(name)

    def _do_say(self, event: dict[str, Any]) -> None:
        _ = translator(self.play.lang)
        typed = str(event.get("text", ""))
        if len(typed) > MOST_CHARACTERS:
            told = _("这句话有 {n} 个字，最多 {most} 个；请说短一点")
            raise LabError(told.format(n=len(typed), most=MOST_CHARACTERS))
        if not any(sign.isprintable() and not sign.isspace() for sign in typed):
            raise LabError(_("这句话是空的；请说点什么，或选一条建议语句"))
        words = clean(typed)
        event["text"] = words
        self.pending = words
        top = tag(words, self.play.lang)[:TOP]
        self.guesses = tuple(pair for n, pair in enumerate(top) if not n or pair[1] >= LIKELY)

    def _do_confirm(self, event: dict[str, Any]) -> None:
        _ = translator(self.play.lang)
        acts = event.get("acts")
        shown = {name for name, _p in self.guesses}
        if not self.pending or not isinstance(acts, list) or not set(map(str, acts)) <= shown:
            raise LabError(_("只能确认系统列出的理解；都不对就请改写这一句"))
        # from SURE_OF_VIOLATION on, a violation cannot be confirmed away
        plain = {name for name, p in self.guesses if name in violations() and p >= SURE_OF_VIOLATION}
        chosen = tuple(name for name in act_names() if name in acts or name in plain) or ("offtopic",)
        lang = self.play.lang
        offer = offered(self.pending, self.scenario, lang=lang) if "solution" in chosen else ""
        self.play.say(self.pending, chosen, offer)
        self.pending, self.guesses = "", ()

    def _do_rephrase(self, _event: dict[str, Any]) -> None:
        self.pending, self.guesses = "", ()

    def _do_hint(self, event: dict[str, Any]) -> None:
        from crmlab.roleplay.screen.steps import hint

        if self.play.level == 3:
            _ = translator(self.play.lang)
            raise LabError(_("这个难度没有提示"))
        event["text"] = hint(self.play)
        self.hints.append(event["text"])

    def _do_crm(self, event: dict[str, Any]) -> None:
        _ = translator(self.play.lang)
        name, value = event.get("field"), event.get("value")
        if not isinstance(name, str) or not isinstance(value, str) or len(value) > MOST_NOTE:
            raise LabError(_("工单的一栏最多 {most} 个字；请写短一点").format(most=MOST_NOTE))
        event["value"] = " ".join("".join(c if c.isprintable() else " " for c in value).split())
        self.crm[name] = event["value"]

    def _do_hold(self, _event: dict[str, Any]) -> None:
        _ = translator(self.play.lang)
        self.play.say(_("请您稍等，我查一下记录。"), ("hold",))
        self.holds.append(len(self.play.turns))

    def _do_transfer(self, _event: dict[str, Any]) -> None:
        _ = translator(self.play.lang)
        self.play.say(_("这件事我请班长来处理，马上为您转过去。"), ("escalate",))

    def _do_hang_up(self, _event: dict[str, Any]) -> None:
        self.left, self.pending, self.guesses = True, "", ()

    def turn(self, n: int) -> Turn:
        """Return turn `n`, counted from 1."""
        return self.play.turns[n - 1]


def begin(path: Path, scenario: Scenario, *, seed: int, level: int, lang: str) -> Call:
    """Return the call kept in `path`, or a fresh one when there is none; raises as `taken_up`."""
    if path.is_file():
        return taken_up(path, scenario)
    return Call(path, Play(scenario, seed=seed, level=level, lang=lang))


def taken_up(path: Path, scenario: Scenario | None = None) -> Call:
    """Return the call that the log in `path` tells, played anew; `scenario` is for one that is not shipped.

    Raises LabError when the log was edited, is of another engine or scenario, or holds an impossible action.
    """
    record = log.read(path)
    events = log.checked(record, most=MOST_EVENTS)
    call = Call(path, log.begun(record, scenario))
    for event in events:
        call._apply(dict(event))
        call.events.append(event)
    return call


def _events(path: Path) -> list[Any]:
    """Return what is kept in `path`, quickly, to see whether another window wrote it."""
    try:
        events = json.loads(path.read_text(encoding="utf-8"))["events"]
    except (OSError, ValueError, KeyError, TypeError, RecursionError):
        return []
    return events if isinstance(events, list) else []
