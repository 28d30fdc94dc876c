"""A scenario: one contact centre's parameters, read from TOML, frozen, with nonsense refused."""

import math
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sim.errors import InputError
from sim.options import Options, told
from sim.reading import Reader

READY = Path(__file__).resolve().parents[1] / "datasets" / "scenarios"
TALK_LAWS = ("lognormal", "exponential", "gamma", "constant")
PATIENCE_LAWS = (
    "exponential",
    "endless",
    "weibull",
    "lognormal",
    "gamma",
    "constant",
    "uniform",
    "quantiles",
)
CHANNELS = ("phone", "chat", "email", "form", "board")
WRITTEN = ("email", "form", "board")
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
    """One queue: share of all contacts, reasons, law of the talk, mean wrap-up, share solved at once.

    A lower `priority` is served first where a team takes several skills. Callers who have waited
    `overflow_seconds` may also be answered by the teams that name the skill under `overflow`. A share of
    calls is transferred to another skill once the first agent has spoken. A skill with share 0 gets only
    what is transferred, escalated or handed in.
    """

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
    channel: str = "phone"
    priority: int = 0
    overflow_seconds: float = 0.0
    transfer_share: float = 0.0
    transfer_to: str = ""


@dataclass(frozen=True)
class Team:
    """A group of agents: the skills they take, most preferred first, and how many work in each interval.

    `overflow` names skills they help with when its callers have waited long; `shrinkage` is the share of
    paid agents who are away (training, illness, meetings), spread evenly over the intervals.
    """

    name: str
    title_zh: str
    title_en: str
    skills: tuple[str, ...]
    agents: tuple[int, ...]
    overflow: tuple[str, ...] = ()
    shrinkage: float = 0.0


@dataclass(frozen=True)
class Patience:
    """How long callers bear waiting: a share leaves at the sight of a queue, the rest after a random time.

    `endless` means that nobody hangs up while waiting, whatever `mean_seconds` says. `shape` and `quantiles`
    belong to some of the laws, see `sim.laws.patience`.
    """

    law: str
    mean_seconds: float
    balk_share: float
    shape: float = 1.0
    quantiles: tuple[float, ...] = ()


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
    options: Options = Options()

    @property
    def attempts(self) -> int:
        """The most attempts a contact may make."""
        return self.redial.max_attempts

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
        plain = told(self)
        plain |= plain.pop("options", {})
        plain["opening"] = _clock(plain.pop("opening_minutes"))
        plain["closing"] = _clock(plain.pop("closing_minutes"))
        for skill in plain["skills"]:
            skill["reasons"] = {reason["name"]: reason["share"] for reason in skill["reasons"]}
        for group in ("skills", "teams"):
            plain[group] = {one.pop("name"): one for one in plain[group]}
        return plain

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
            options=Options.read(read),
        )
        _check_names(read, scenario)
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
    made = Patience(
        law,
        read.number("mean_seconds", above=True),
        read.share("balk_share"),
        read.number("shape", above=True, high=20.0) if "shape" in read.plain else 1.0,
        read.rising("quantiles") if law == "quantiles" else (),
    )
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
        channel=read.choice("channel", CHANNELS) if "channel" in read.plain else "phone",
        priority=read.whole("priority", low=0, high=99) if "priority" in read.plain else 0,
        overflow_seconds=read.number("overflow_seconds") if "overflow_seconds" in read.plain else 0.0,
        transfer_share=read.share("transfer_share") if "transfer_share" in read.plain else 0.0,
        transfer_to=read.text("transfer_to") if "transfer_to" in read.plain else "",
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
                overflow=one.texts("overflow", names) if "overflow" in one.plain else (),
                shrinkage=one.share("shrinkage") if "shrinkage" in one.plain else 0.0,
            )
        )
        one.done()
    taken = {skill for team in made for skill in team.skills}
    for name in names:
        if name not in taken:
            read.refuse("teams", f"no team takes the skill {name!r}", "add it to the skills of a team")
    return tuple(made)


def _check_names(read: Reader, scenario: Scenario) -> None:
    """Refuse skills that are named somewhere and are not there, and options a channel lacks."""
    names = [skill.name for skill in scenario.skills]
    channels = {skill.channel for skill in scenario.skills}
    escalation, complaints = scenario.options.escalation, scenario.options.complaints
    named = [(f"skills.{s.name}.transfer_to", s.transfer_to, s.transfer_share) for s in scenario.skills]
    if escalation:
        named.append(("escalation.to", escalation.to, 1.0))
        named.append(("escalation.further_to", escalation.further_to, escalation.further_share))
    if complaints:
        named += [("complaints.skill", complaints.skill, 1.0)]
        named += [("complaints.work_skill", complaints.work_skill, 1.0)]
    for where, name, used in named:
        if used and name not in names:
            rule = f"must be one of the skills {', '.join(names)}"
            raise InputError(f"{read.source}: {where} = {name!r}: {rule}; correct the spelling or add the skill")
    for option, needs in (("chat", {"chat"}), ("messages", set(WRITTEN))):
        if needs & channels and getattr(scenario.options, option) is None:
            cure = f"add a table [{option}]"
            read.refuse(option, f"a skill has the channel {min(needs & channels)!r}, which needs it", cure)


def _sums_to_one(read: Reader, name: str, shares: list[float]) -> None:
    total = math.fsum(shares)
    if abs(total - 1) > SUM_ERROR:
        read.refuse(name, f"the shares must sum to 1, and they sum to {total:g}", "correct the shares")


def _clock(minutes: int) -> str:
    return f"{minutes // 60:02d}:{minutes % 60:02d}"
