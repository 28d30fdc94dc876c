"""A scenario: one contact centre's parameters, read from TOML, frozen, with nonsense refused."""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any

from sim.callcenter.options import SINGLE, Options, told
from sim.callcenter.parts import (
    MOST_AGENTS,
    MOST_TRUNKS,
    WRITTEN,
    Ivr,
    Patience,
    Reason,
    Redial,
    Skill,
    Team,
    read_ivr,
    read_patience,
    read_redial,
    read_skills,
    read_teams,
)
from sim.errors import InputError
from sim.reading import Reader

__all__ = [
    "MOST_AGENTS",
    "READY",
    "Ivr",
    "Patience",
    "Reason",
    "Redial",
    "Scenario",
    "Skill",
    "Team",
    "load",
    "ready",
]

READY = Path(__file__).resolve().parents[1] / "datasets" / "scenarios"
# Names that a file may leave out.
OPTIONAL = {
    *(field.name for field in fields(Options)),
    *("channel", "priority", "overflow_seconds", "transfer_share", "transfer_to", "overflow", "shrinkage"),
    *("shape", "quantiles", "self_service_share", "shares"),
    *(field.name for kind in SINGLE.values() for field in fields(kind)),
}
PLAIN = Options()  # none of the options


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
    options: Options = PLAIN

    @property
    def attempts(self) -> int:
        """The most attempts a contact may make."""
        return self.redial.max_attempts

    @property
    def is_rich(self) -> bool:
        """Whether a phone call may take more than the plain way, so that the records tell more."""
        told = self.options
        extras = (told.callback, told.repeat, told.escalation, told.special, told.crew, told.complaints)
        lines = any(skill.transfer_share for skill in self.skills) or any(
            team.overflow for team in self.teams
        )
        return lines or any(one is not None for one in extras)

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
        skills = read_skills(read, len(times["calls_per_hour"]))
        scenario = cls(
            title_zh=read.text("title_zh"),
            title_en=read.text("title_en"),
            **times,
            busyness_cv=read.number("busyness_cv", high=3.0),
            customers=read.whole("customers", low=1, high=10**9),
            vip_share=read.share("vip_share"),
            trunks=read.whole("trunks", low=1, high=MOST_TRUNKS),
            service_level_seconds=read.number("service_level_seconds"),
            ivr=read_ivr(read.table("ivr")),
            patience=read_patience(read.table("patience")),
            redial=read_redial(read.table("redial")),
            skills=skills,
            teams=read_teams(read, skills, len(times["calls_per_hour"])),
            options=Options.read(read),
        )
        _check_names(read, scenario)
        read.done()
        return scenario

    def with_(self, **changes: Any) -> "Scenario":
        """Return a changed copy, checked like a file; `__` goes inside.

        `scenario.with_(trunks=20, ivr__self_service_share=0.5, teams__enquiry__agents=[9] * 12)`. An option the
        scenario has not is given as a whole: `hold={"share": 0.3, "mean_seconds": 26.0}`.
        Raises InputError for an unknown name or an impossible value.
        """
        plain = self.plain()
        for path, value in changes.items():
            *outer, last = path.split("__")
            inside: Any = plain
            for step in [*outer, last]:
                optional = step == last and step in OPTIONAL
                if not isinstance(inside, dict) or not (step in inside or optional):
                    raise InputError(
                        f"{self.title_en}: {'.'.join([*outer, last])} = {value!r}: there is no such name; "
                        "use the names of the scenario file, with __ between the levels"
                    )
                holder, inside = inside, inside.get(step)
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
        written = [skill.name for skill in scenario.skills if skill.channel in WRITTEN]
        for name in complaints.written_skills:
            if name not in written:
                raise InputError(
                    f"{read.source}: complaints.written_skills = {name!r}: must be a skill of a written channel "
                    f"({', '.join(written) or 'there is none'}); correct the spelling or give the skill such a channel"
                )
    for where, name, used in named:
        if used and name not in names:
            rule = f"must be one of the skills {', '.join(names)}"
            raise InputError(
                f"{read.source}: {where} = {name!r}: {rule}; correct the spelling or add the skill"
            )
    for skill in scenario.skills:
        most = 1 - scenario.ivr.left_menu_share
        if (skill.self_service_share or 0.0) > most + 1e-9:
            raise InputError(
                f"{read.source}: skills.{skill.name}.self_service_share = {skill.self_service_share:g}: together with "
                f"ivr.left_menu_share = {scenario.ivr.left_menu_share:g} must be at most 1; lower one of them"
            )
    for day, rates in scenario.options.week.calls_per_hour if scenario.options.week else ():
        if len(rates) != scenario.intervals:
            raise InputError(
                f"{read.source}: week.calls_per_hour.{day} has {len(rates)} numbers: must have {scenario.intervals}, one for "
                "each interval; give one number for each interval"
            )
    for option, needs in (("chat", {"chat"}), ("messages", set(WRITTEN))):
        if needs & channels and getattr(scenario.options, option) is None:
            cure = f"add a table [{option}]"
            read.refuse(option, f"a skill has the channel {min(needs & channels)!r}, which needs it", cure)


def _clock(minutes: int) -> str:
    return f"{minutes // 60:02d}:{minutes % 60:02d}"
