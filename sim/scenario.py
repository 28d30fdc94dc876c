"""A scenario: one contact centre's parameters, read from TOML, frozen, with nonsense refused."""

import math
import tomllib
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from sim.errors import InputError
from sim.reading import Reader

READY = Path(__file__).resolve().parents[1] / "datasets" / "scenarios"
TALK_LAWS = ("lognormal", "exponential")
PATIENCE_LAWS = ("exponential", "endless")
MOST_AGENTS = 9_999  # agent numbers leave four digits to each team
MOST_TRUNKS = 1_000_000
SUM_ERROR = 1e-9


@dataclass(frozen=True)
class Ivr:
    """The voice menu: mean time in it, shares that help themselves or leave; the rest asks for an agent."""

    menu_seconds: float
    self_service_share: float
    left_menu_share: float


@dataclass(frozen=True)
class Reason:
    """Why people call, and its share of the calls of its skill."""

    name: str
    share: float


@dataclass(frozen=True)
class Skill:
    """One queue: share of all contacts, reasons, law of the talk, mean wrap-up, share solved at once."""

    name: str
    title_zh: str
    title_en: str
    share: float
    reasons: tuple[Reason, ...]
    talk_law: str
    talk_mean_seconds: float
    talk_cv: float
    wrap_up_mean_seconds: float
    solved_share: float


@dataclass(frozen=True)
class Team:
    """A group of agents: the skills they take, most preferred first, and how many work in each interval."""

    name: str
    title_zh: str
    title_en: str
    skills: tuple[str, ...]
    agents: tuple[int, ...]


@dataclass(frozen=True)
class Patience:
    """How long callers bear waiting: a share leaves at the sight of a queue, the rest after a random time.

    `endless` means that nobody hangs up while waiting, whatever `mean_seconds` says.
    """

    law: str
    mean_seconds: float
    balk_share: float


@dataclass(frozen=True)
class Redial:
    """Whether, after how long and how often callers try who did not get through."""

    probability: float
    mean_delay_seconds: float
    max_attempts: int


@dataclass(frozen=True)
class Scenario:
    """One contact centre; made by `load` or `Scenario.from_plain`, which check it.

    `opening_minutes` and `closing_minutes` count from midnight; every list has one number an interval.
    `busyness_cv` is the coefficient of variation of the day's random factor (gamma, mean 1; 0 = none).
    """

    title_zh: str
    title_en: str
    opening_minutes: int
    closing_minutes: int
    interval_minutes: int
    calls_per_hour: tuple[float, ...]
    busyness_cv: float
    customers: int
    vip_share: float
    trunks: int
    service_level_seconds: float
    ivr: Ivr
    patience: Patience
    redial: Redial
    skills: tuple[Skill, ...]
    teams: tuple[Team, ...]

    @property
    def intervals(self) -> int:
        """The number of intervals in a day."""
        return len(self.calls_per_hour)

    @property
    def opening_seconds(self) -> int:
        """Opening, seconds since midnight."""
        return self.opening_minutes * 60

    @property
    def closing_seconds(self) -> int:
        """Closing, seconds since midnight."""
        return self.closing_minutes * 60

    @property
    def expected_calls(self) -> float:
        """The mean number of contacts of a day, redials not counted."""
        return sum(self.calls_per_hour) * self.interval_minutes / 60

    def plain(self) -> dict[str, Any]:
        """Return the scenario as plain data, the form of its file."""
        told = asdict(self)
        told["opening"] = _clock(told.pop("opening_minutes"))
        told["closing"] = _clock(told.pop("closing_minutes"))
        for skill in told["skills"]:
            skill["reasons"] = {reason["name"]: reason["share"] for reason in skill["reasons"]}
        for group in ("skills", "teams"):
            told[group] = {one.pop("name"): one for one in told[group]}
        return {name: list(value) if isinstance(value, tuple) else value for name, value in told.items()}

    @classmethod
    def from_plain(cls, plain: Mapping[str, Any], source: str = "scenario") -> "Scenario":
        """Return the scenario of plain data; InputError, beginning with `source`, for anything impossible."""
        read = Reader(plain, source)
        times = _times(read)
        skills = _skills(read)
        scenario = cls(
            title_zh=read.text("title_zh"),
            title_en=read.text("title_en"),
            **times,
            busyness_cv=read.number("busyness_cv", high=3.0),
            customers=read.whole("customers", low=1, high=10**9),
            vip_share=read.share("vip_share"),
            trunks=read.whole("trunks", low=1, high=MOST_TRUNKS),
            service_level_seconds=read.number("service_level_seconds"),
            ivr=_ivr(read.table("ivr")),
            patience=_patience(read.table("patience")),
            redial=_redial(read.table("redial")),
            skills=skills,
            teams=_teams(read, skills, len(times["calls_per_hour"])),
        )
        read.done()
        return scenario

    def with_(self, **changes: Any) -> "Scenario":
        """Return a changed copy, checked like a file; `__` goes inside.

        `scenario.with_(trunks=20, ivr__self_service_share=0.5, teams__enquiry__agents=[9] * 12)`.
        Raises InputError for an unknown name or an impossible value.
        """
        plain = self.plain()
        for path, value in changes.items():
            *outer, last = path.split("__")
            inside: Any = plain
            for step in [*outer, last]:
                if not isinstance(inside, dict) or step not in inside:
                    raise InputError(
                        f"{self.title_en}: {'.'.join([*outer, last])} = {value!r}: there is no such name; "
                        "use the names of the scenario file, with __ between the levels"
                    )
                holder, inside = inside, inside[step]
            holder[last] = value
        return Scenario.from_plain(plain, self.title_en)


def ready() -> tuple[str, ...]:
    """Return the names of the scenarios that come with crmlab."""
    return tuple(sorted(path.stem for path in READY.glob("*.toml")))


def load(name_or_path: str | Path) -> Scenario:
    """Return a ready scenario by its name, or the one in a TOML file; InputError says what is wrong."""
    path = Path(name_or_path)
    if str(name_or_path) in ready():
        path = READY / f"{name_or_path}.toml"
    elif not path.is_file():
        raise InputError(
            f"scenario = {str(name_or_path)!r}: there is no ready scenario and no file of this name; "
            f"choose one of {', '.join(ready())}, or give the path of a .toml file"
        )
    try:
        plain = tomllib.loads(path.read_text(encoding="utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as refusal:
        raise InputError(
            f"{path.name}: not a TOML file in UTF-8 ({refusal}); begin with a copy of a ready scenario"
        ) from refusal
    return Scenario.from_plain(plain, path.name)


def _times(read: Reader) -> dict[str, Any]:
    opening, closing = read.clock("opening"), read.clock("closing")
    if closing <= opening:
        read.refuse("closing", f"must be later than opening = {_clock(opening)}", "correct one of them")
    interval = read.whole("interval_minutes", low=1, high=24 * 60)
    if (closing - opening) % interval:
        rule = f"must divide the {closing - opening} minutes from opening to closing without a rest"
        read.refuse("interval_minutes", rule, "choose e.g. 30 or 60")
    return {
        "opening_minutes": opening,
        "closing_minutes": closing,
        "interval_minutes": interval,
        "calls_per_hour": read.numbers("calls_per_hour", (closing - opening) // interval),
    }


def _ivr(read: Reader) -> Ivr:
    made = Ivr(read.number("menu_seconds"), read.share("self_service_share"), read.share("left_menu_share"))
    if made.self_service_share + made.left_menu_share > 1 + SUM_ERROR:
        rule = f"together with self_service_share = {made.self_service_share:g} must be at most 1"
        read.refuse("left_menu_share", rule, "lower one of them")
    read.done()
    return made


def _patience(read: Reader) -> Patience:
    law = read.choice("law", PATIENCE_LAWS)
    made = Patience(law, read.number("mean_seconds", above=True), read.share("balk_share"))
    read.done()
    return made


def _redial(read: Reader) -> Redial:
    made = Redial(
        read.share("probability"),
        read.number("mean_delay_seconds", above=True),
        read.whole("max_attempts", low=1, high=20),
    )
    read.done()
    return made


def _skills(read: Reader) -> tuple[Skill, ...]:
    made = tuple(_skill(name, one) for name, one in read.tables("skills").items())
    _sums_to_one(read, "skills", [skill.share for skill in made])
    return made


def _skill(name: str, read: Reader) -> Skill:
    reasons = read.table("reasons")
    shares = tuple(Reason(reason, reasons.share(reason)) for reason in reasons.plain)
    _sums_to_one(read, "reasons", [reason.share for reason in shares])
    law = read.choice("talk_law", TALK_LAWS)
    cv = read.number("talk_cv", high=10.0)
    if law == "exponential" and cv != 1:
        read.refuse("talk_cv", "must be 1 when talk_law is exponential", "write 1.0, or take lognormal")
    made = Skill(
        name=name,
        title_zh=read.text("title_zh"),
        title_en=read.text("title_en"),
        share=read.share("share"),
        reasons=shares,
        talk_law=law,
        talk_mean_seconds=read.number("talk_mean_seconds", above=True),
        talk_cv=cv,
        wrap_up_mean_seconds=read.number("wrap_up_mean_seconds"),
        solved_share=read.share("solved_share"),
    )
    read.done()
    return made


def _teams(read: Reader, skills: tuple[Skill, ...], intervals: int) -> tuple[Team, ...]:
    names = [skill.name for skill in skills]
    made = []
    for name, one in read.tables("teams").items():
        made.append(
            Team(
                name=name,
                title_zh=one.text("title_zh"),
                title_en=one.text("title_en"),
                skills=one.texts("skills", names),
                agents=one.numbers("agents", intervals, whole=True, high=MOST_AGENTS),
            )
        )
        one.done()
    taken = {skill for team in made for skill in team.skills}
    for name in names:
        if name not in taken:
            read.refuse("teams", f"no team takes the skill {name!r}", "add it to the skills of a team")
    return tuple(made)


def _sums_to_one(read: Reader, name: str, shares: list[float]) -> None:
    total = math.fsum(shares)
    if abs(total - 1) > SUM_ERROR:
        read.refuse(name, f"the shares must sum to 1, and they sum to {total:g}", "correct the shares")


def _clock(minutes: int) -> str:
    return f"{minutes // 60:02d}:{minutes % 60:02d}"
