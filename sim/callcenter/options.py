"""What a centre may have beyond the plain phone day: each option a small table of the scenario file.

Every field says how it is read; an option that is not in the file is None and costs a run nothing.
"""

import math
from collections.abc import Callable
from dataclasses import MISSING, dataclass, field, fields, is_dataclass
from typing import Any, TypeVar

from sim.reading import Reader

ROUTINGS = ("longest_idle", "most_idle")
SUM_ERROR = 1e-9
SEVERITIES = ("simple", "ordinary", "complex")
CLASSES = ("A", "B", "C", "D")
WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
NEXT_CALLS = ("longest_wait", "preferred_skill")
Made = TypeVar("Made")


def _as(read: Callable[[Reader, str], Any], default: Any = MISSING) -> Any:
    return field(metadata={"read": read}, **({} if default is MISSING else {"default": default}))


def a_share(default: Any = MISSING) -> Any:
    """Return a field that holds a share, 0 to 1."""
    return _as(lambda read, name: read.share(name), default)


def a_number(default: Any = MISSING, *, above: bool = False, high: float = math.inf) -> Any:
    """Return a field that holds a number from 0 up, or above 0."""
    return _as(lambda read, name: read.number(name, above=above, high=high), default)


def a_whole(low: int, high: int, default: Any = MISSING) -> Any:
    """Return a field that holds a whole number."""
    return _as(lambda read, name: read.whole(name, low=low, high=high), default)


def a_clock(default: Any = MISSING) -> Any:
    """Return a field that holds a time of day as minutes since midnight."""
    return _as(lambda read, name: read.clock(name), default)


def a_word(default: Any = MISSING) -> Any:
    """Return a field that holds a name, checked against the scenario by the scenario."""
    return _as(lambda read, name: read.text(name), default)


def some_words(default: Any = MISSING) -> Any:
    """Return a field that holds different names, checked against the scenario by the scenario."""
    return _as(lambda read, name: read.texts(name), default)


def some_shares(length: int, each: str, default: Any = MISSING) -> Any:
    """Return a field that holds shares that sum to 1."""
    return _as(lambda read, name: _shares(read, name, length, each), default)


def some_numbers(length: int, each: str, default: Any = MISSING) -> Any:
    """Return a field that holds a list of numbers from 0 up."""
    return _as(lambda read, name: read.numbers(name, length, each=each), default)


def some_days(length: int, each: str, default: Any = MISSING) -> Any:
    """Return a field that holds a list of whole numbers of days."""
    return _as(lambda read, name: read.numbers(name, length, whole=True, high=366, each=each), default)


@dataclass(frozen=True)
class Hold:
    """Customers put on hold while the agent looks something up: share of calls, mean time (exponential)."""

    share: float = a_share()
    mean_seconds: float = a_number(above=True)


@dataclass(frozen=True)
class Callback:
    """A call-back offered to who has waited `after_seconds`: the caller hangs up and keeps the place in line.

    Outgoing calls use lines of their own. Who is not reached costs the agent `ring_seconds`.
    """

    after_seconds: float = a_number()
    share: float = a_share()
    reached_share: float = a_share(0.9)
    ring_seconds: float = a_number(30.0, above=True)


@dataclass(frozen=True)
class Repeat:
    """Customers whose problem an answered call did not solve call again: share, mean delay (exponential).

    All attempts of a contact, redials and repeats, together are at most `redial.max_attempts`.
    """

    share: float = a_share()
    mean_delay_seconds: float = a_number(above=True)


@dataclass(frozen=True)
class Escalation:
    """Calls an agent cannot settle: a leader takes over, or joins in conference; some go on to a manager.

    `to` and `further_to` are skills of the teams of leaders and managers. In a conference the agent stays on
    the line, and the customer is on hold until the leader comes.
    """

    share: float = a_share()
    to: str = a_word()
    mean_seconds: float = a_number(above=True)
    conference_share: float = a_share(0.0)
    further_share: float = a_share(0.0)
    further_to: str = a_word("")


@dataclass(frozen=True)
class Break:
    """A break of every team, taken in waves one after another; the call in hand is finished first."""

    start: int = a_clock()
    minutes: int = a_whole(1, 24 * 60)
    waves: int = a_whole(1, 100, 1)


@dataclass(frozen=True)
class Busyness:
    """Random factors of the intervals, lognormal with mean 1, on top of the day's; neighbours correlate.

    `correlation` is that of the logarithms of two neighbouring intervals; it decays by powers.
    """

    interval_cv: float = a_number(high=3.0)
    correlation: float = a_share(0.0)


@dataclass(frozen=True)
class Burst:
    """A campaign or an incident: for some minutes `factor` times as many contacts, on a share of days.

    It works through the intervals it covers: half an interval of twice as many is an interval of 1.5 times.
    """

    start: int = a_clock()
    minutes: int = a_whole(1, 24 * 60)
    factor: float = a_number(high=1000.0)
    probability: float = a_share(1.0)


@dataclass(frozen=True)
class Week:
    """How busy the weekdays are, Monday first; day 0 of the run falls on `first_weekday` (0 is Monday).

    `factors` multiply the hourly rates; `calls_per_hour` has rates of their own for some weekdays, by name.
    """

    factors: tuple[float, ...] = some_numbers(7, "weekday", (1.0,) * 7)
    first_weekday: int = a_whole(0, 6, 0)
    calls_per_hour: tuple[tuple[str, tuple[float, ...]], ...] = _as(
        lambda read, name: _by_weekday(read, name), ()
    )

    def rates(self, day: int, usual: tuple[float, ...]) -> tuple[float, ...]:
        """Return the hourly rates of the weekday on which a day of the run falls; `usual` where it has none."""
        weekday = (day + self.first_weekday) % 7
        mine = dict(self.calls_per_hour).get(WEEKDAYS[weekday], usual)
        return tuple(rate * self.factors[weekday] for rate in mine)


@dataclass(frozen=True)
class Chat:
    """Chats: how many an agent holds at once, and how much longer each takes for every other one.

    Of those whose patience ends, `silent_share` leave without a sign; opening such a dead chat costs the
    agent `silent_seconds` (Castellanos, Yom-Tov and Goldberg 2023: 30-67 % leave silently).
    """

    concurrency: int = a_whole(1, 20)
    slowdown: float = a_number(0.0)
    silent_share: float = a_share(0.0)
    silent_seconds: float = a_number(30.0, above=True)


@dataclass(frozen=True)
class Messages:
    """Written contacts (e-mail, form, board): five priorities and the promise to answer within some hours.

    With `auto_reply` every message is confirmed as it comes in. What is not answered waits for tomorrow.
    `night_share` of the messages come in while the centre is closed, at any such moment of the day.
    """

    priority_shares: tuple[float, ...] = some_shares(5, "priority")
    promise_hours: float = a_number(24.0, above=True)
    auto_reply: bool = _as(lambda read, name: read.flag(name), True)
    night_share: float = a_share(0.0)


@dataclass(frozen=True)
class Special:
    """Special calls, as shares of all phone calls, and the mean time each takes the agent (exponential)."""

    silent_share: float = a_share(0.0)
    harassment_share: float = a_share(0.0)
    threat_share: float = a_share(0.0)
    mean_seconds: float = a_number(45.0, above=True)


@dataclass(frozen=True)
class CrewTraits:
    """Agents as people. Handle time is multiplied by who the agent is, what they have learned and how tired.

    `speed_cv`: spread of agents' own pace. A novice needs `novice_extra` (0.3: 30 %) more, and the extra
    shrinks by half with every `learning_contacts` handled; `experience_contacts` is how many an agent has
    behind them on the first day, on average. `fatigue_per_hour`: share added for each hour on duty. Mood runs
    from 0 to 1 around `mood_mean`; it moves the share solved by `mood_effect` times its distance from 0.5.
    `praise` is added to the mood of an agent who is praised; what is above the mean fades by half each day.
    """

    speed_cv: float = a_number(0.0, high=2.0)
    novice_extra: float = a_number(0.0, high=10.0)
    learning_contacts: float = a_number(300.0, above=True)
    experience_contacts: float = a_number(0.0)
    fatigue_per_hour: float = a_number(0.0, high=1.0)
    mood_mean: float = a_share(0.5)
    mood_spread: float = a_number(0.0, high=0.5)
    mood_effect: float = a_number(0.0, high=1.0)
    praise: float = a_share(0.2)


@dataclass(frozen=True)
class Complaints:
    """Complaints that get a number: which skill's calls open one, how grave, how long the work, who settles.

    A call of `skill`, or a message to one of the departments `written_skills`, that did not solve its problem
    opens a case with probability `share`; work on it waits in the line of `work_skill`. `severity_shares`:
    simple, ordinary, complex. `class_shares`: customers of the service classes A to D, served in this order.
    Each level (agent, leader, manager) settles `settled_share` of what reaches it, the last all. `content_share` of customers are content when they are
    called three days later; such a call, and a call-back on progress, takes `call_seconds`.
    `solution_days` is the company's policy for the classes A to D: working days until the solution promised.
    """

    skill: str = a_word()
    work_skill: str = a_word()
    share: float = a_share()
    severity_shares: tuple[float, ...] = some_shares(3, "severity", (0.6, 0.3, 0.1))
    class_shares: tuple[float, ...] = some_shares(4, "class", (0.1, 0.2, 0.3, 0.4))
    work_mean_seconds: float = a_number(600.0, above=True)
    settled_share: float = a_share(0.7)
    about_staff_share: float = a_share(0.05)
    content_share: float = a_share(0.85)
    call_seconds: float = a_number(120.0, above=True)
    solution_days: tuple[int, ...] = some_days(4, "class", (1, 2, 3, 5))
    written_skills: tuple[str, ...] = some_words(())


@dataclass(frozen=True)
class Options:
    """All options of a scenario; None or empty where the file does not name one."""

    routing: str = "longest_idle"
    next_call: str = "longest_wait"
    first_day: str = "2026-09-01"
    hold: Hold | None = None
    callback: Callback | None = None
    repeat: Repeat | None = None
    escalation: Escalation | None = None
    breaks: tuple[Break, ...] = ()
    busyness: Busyness | None = None
    bursts: tuple[Burst, ...] = ()
    week: Week | None = None
    chat: Chat | None = None
    messages: Messages | None = None
    special: Special | None = None
    crew: CrewTraits | None = None
    complaints: Complaints | None = None

    @classmethod
    def read(cls, read: Reader) -> "Options":
        """Return the options of a scenario file; InputError for anything impossible."""
        made: dict[str, Any] = {}
        if "routing" in read.plain:
            made["routing"] = read.choice("routing", ROUTINGS)
        if "next_call" in read.plain:
            made["next_call"] = read.choice("next_call", NEXT_CALLS)
        if "first_day" in read.plain:
            made["first_day"] = read.date("first_day")
        for name, kind in SINGLE.items():
            if name in read.plain:
                made[name] = from_reader(kind, read.table(name))
        for name, kind in REPEATED.items():
            if name in read.plain:
                made[name] = tuple(from_reader(kind, one) for one in read.rows(name))
        return cls(**made)


SINGLE: dict[str, Any] = {
    "hold": Hold,
    "callback": Callback,
    "repeat": Repeat,
    "escalation": Escalation,
    "busyness": Busyness,
    "week": Week,
    "chat": Chat,
    "messages": Messages,
    "special": Special,
    "crew": CrewTraits,
    "complaints": Complaints,
}
REPEATED: dict[str, Any] = {"breaks": Break, "bursts": Burst}


def from_reader(kind: type[Made], read: Reader) -> Made:
    """Return the option of one table, each field read as it says; InputError for anything impossible."""
    made = {}
    for one in fields(kind):  # type: ignore[arg-type]
        if one.name in read.plain or one.default is MISSING:
            made[one.name] = one.metadata["read"](read, one.name)
        else:
            read.asked.add(one.name)
    read.done()
    return kind(**made)


def told(one: Any) -> dict[str, Any]:
    """Return a dataclass as plain data, the form of its file; what stands at its default is left out."""
    return {
        f.name: _plain(f.name, value)
        for f in fields(one)
        if (value := getattr(one, f.name)) != f.default or f.default is MISSING
    }


def _plain(name: str, value: Any) -> Any:
    if name == "calls_per_hour" and value and isinstance(value[0], tuple):
        return {day: list(rates) for day, rates in value}
    if name == "start":
        return f"{value // 60:02d}:{value % 60:02d}"
    if is_dataclass(value):
        return told(value)
    if isinstance(value, tuple):
        return [_plain("", one) for one in value]
    return value


def _by_weekday(read: Reader, name: str) -> tuple[tuple[str, tuple[float, ...]], ...]:
    told = read.table(name)
    for day in told.plain:
        if day not in WEEKDAYS:
            told.refuse(day, f"must be one of {', '.join(WEEKDAYS)}", "correct the spelling")
    lengths = {day: len(one) if isinstance(one, list | tuple) else 1 for day, one in told.plain.items()}
    return tuple((day, told.numbers(day, lengths[day])) for day in WEEKDAYS if day in told.plain)


def _shares(read: Reader, name: str, length: int, each: str) -> tuple[float, ...]:
    made = read.numbers(name, length, high=1.0, each=each)
    total = math.fsum(made)
    if abs(total - 1) > SUM_ERROR:
        read.refuse(name, f"the shares must sum to 1, and they sum to {total:g}", "correct the shares")
    return made
