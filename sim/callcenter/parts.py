"""The parts of a scenario: menu, patience, redials, skills and teams, and how each is read from a file."""

import math
from dataclasses import dataclass

from sim.reading import Reader

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
    what is transferred, escalated or handed in. `self_service_share` goes before that of the menu, where a
    skill has one of its own: the state of an order is sooner told by a machine than a complaint is heard.
    `shares` are those of the intervals, where the mix of contacts changes over the day.
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
    self_service_share: float | None = None
    shares: tuple[float, ...] = ()


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
    belong to some of the laws, see `sim.callcenter.laws.patience`.
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


def read_ivr(read: Reader) -> Ivr:
    """Return the voice menu of its table; InputError for anything impossible."""
    made = Ivr(read.number("menu_seconds"), read.share("self_service_share"), read.share("left_menu_share"))
    if made.self_service_share + made.left_menu_share > 1 + SUM_ERROR:
        rule = f"together with self_service_share = {made.self_service_share:g} must be at most 1"
        read.refuse("left_menu_share", rule, "lower one of them")
    read.done()
    return made


def read_patience(read: Reader) -> Patience:
    """Return how callers bear waiting; InputError for anything impossible."""
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


def read_redial(read: Reader) -> Redial:
    """Return who tries again; InputError for anything impossible."""
    made = Redial(
        read.share("probability"),
        read.number("mean_delay_seconds", above=True),
        read.whole("max_attempts", low=1, high=20),
    )
    read.done()
    return made


def read_skills(read: Reader, intervals: int) -> tuple[Skill, ...]:
    """Return the skills, whose shares sum to 1, in each interval; InputError for anything impossible."""
    made = tuple(_skill(name, one, intervals) for name, one in read.tables("skills").items())
    _sums_to_one(read, "skills", [skill.share for skill in made])
    if any(skill.shares for skill in made):
        for interval in range(intervals):
            shares = [skill.shares[interval] if skill.shares else skill.share for skill in made]
            _sums_to_one(read, "skills", shares, f" in interval {interval + 1}")
    return made


def _skill(name: str, read: Reader, intervals: int) -> Skill:
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
        self_service_share=read.share("self_service_share") if "self_service_share" in read.plain else None,
        shares=read.numbers("shares", intervals, high=1.0) if "shares" in read.plain else (),
    )
    read.done()
    return made


def read_teams(read: Reader, skills: tuple[Skill, ...], intervals: int) -> tuple[Team, ...]:
    """Return the teams, which together take every skill; InputError for anything impossible."""
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


def _sums_to_one(read: Reader, name: str, shares: list[float], where: str = "") -> None:
    total = math.fsum(shares)
    if abs(total - 1) > SUM_ERROR:
        read.refuse(name, f"the shares must sum to 1{where}, and they sum to {total:g}", "correct the shares")
