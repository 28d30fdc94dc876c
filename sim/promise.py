"""A promise to callers, and how a staffing keeps it: counted on days of callers, and checked on days of its own."""

import math
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from sim.contacts import Contacts, Draws, arrivals
from sim.errors import InputError
from sim.experiment import Experiment
from sim.intervals import Estimate, estimate
from sim.records import ASKED
from sim.scenario import Scenario
from sim.staffing import Staffing

CHECKS = 50  # replications of the check
OTHER_DAYS = 1_000_000  # replications from here on are those of the check
Day = tuple[Contacts, Draws]
Counts = NDArray[np.int64]


@dataclass(frozen=True)
class Promise:
    """So large a share of the callers of every skill is answered in time: in each interval, or over the day.

    `seconds` is the scenario's own limit unless given. Raises InputError unless 0 < level < 1 and seconds ≥ 0.
    """

    level: float = 0.8
    seconds: float | None = None
    over: Literal["interval", "day"] = "interval"

    def __post_init__(self) -> None:
        if not 0 < self.level < 1:
            raise InputError(f"level = {self.level!r}: must be a share between 0 and 1; give e.g. 0.8")
        if self.seconds is not None and not 0 <= self.seconds < math.inf:
            raise InputError(f"seconds = {self.seconds!r}: must be 0 or more; give e.g. 20")
        if self.over not in ("interval", "day"):
            raise InputError(f"over = {self.over!r}: must be 'interval' or 'day'; choose one of them")


@dataclass(frozen=True)
class Kept:
    """How a promise was kept on other days: share in time of a skill's callers from `start` (seconds) on.

    `missed` tells that the shortfall is larger than chance explains (95 %); `asked` is callers a replication.
    """

    skill: str
    start: int
    asked: float
    level: float
    missed: bool


def promised(scenario: Scenario) -> tuple[str, ...]:
    """Return the skills that callers reach by telephone of themselves: only they can be promised a quick answer."""
    return tuple(one.name for one in scenario.skills if one.channel == "phone" and one.share > 0)


def days_of(experiment: Experiment, numbers: range) -> Iterator[list[Day]]:
    """Give the callers of each replication in `numbers`, day by day."""
    for number in numbers:
        streams = experiment.streams(number)
        yield [arrivals(experiment.scenario, streams, day) for day in range(1, experiment.days + 1)]


def served(
    scenario: Scenario, promise: Promise, staffing: Staffing, days: list[Day]
) -> tuple[Counts, Counts]:
    """Return callers who asked for an agent and callers answered in time, each by promised skill and interval."""
    from sim.callcenter import Centre

    centre, skills, carry = Centre(scenario), promised(scenario), None
    limit = scenario.service_level_seconds if promise.seconds is None else promise.seconds
    asked, good = np.zeros((2, len(skills), scenario.intervals), dtype=np.int64)
    for contacts, draws in days:
        results = centre.run(contacts, draws, staffing, carry)
        carry, calls = results.carry, results.calls
        since = (calls["at"] - scenario.opening_seconds) // (scenario.interval_minutes * 60)
        place = np.clip(since, 0, scenario.intervals - 1).astype(int)
        counts = np.isin(calls["outcome"].astype(str), ASKED)
        in_time = (calls["outcome"] == "answered") & (calls["wait"] <= limit)
        for row, skill in enumerate(skills):
            mine = counts & (calls["skill"] == skill)
            asked[row] += np.bincount(place[mine], minlength=scenario.intervals)
            good[row] += np.bincount(place[mine & in_time], minlength=scenario.intervals)
    return asked, good


def check(
    experiment: Experiment, promise: Promise, staffing: Staffing
) -> tuple[dict[str, Estimate], tuple[Kept, ...]]:
    """Return how a staffing does on days of the check's own: each skill over the day, and each part of the promise."""
    scenario, skills = experiment.scenario, promised(experiment.scenario)
    runs = days_of(experiment, range(OTHER_DAYS, OTHER_DAYS + CHECKS))
    told = [served(scenario, promise, staffing, run) for run in runs]
    asked, good = np.array([one for one, _ in told]), np.array([one for _, one in told])
    whole_asked, whole_good = asked.sum(axis=2), good.sum(axis=2)
    with np.errstate(invalid="ignore", divide="ignore"):
        levels = whole_good / whole_asked
    by_skill = {skill: estimate(levels[:, row].tolist()) for row, skill in enumerate(skills)}
    if promise.over == "day":
        asked, good = whole_asked[:, :, None], whole_good[:, :, None]
    starts = scenario.opening_seconds + np.arange(asked.shape[2]) * scenario.interval_minutes * 60
    kept = [
        _kept(promise, skill, int(start), asked[:, row, place], good[:, row, place])
        for row, skill in enumerate(skills)
        for place, start in enumerate(starts)
    ]
    return by_skill, tuple(kept)


def _kept(promise: Promise, skill: str, start: int, asked: Counts, good: Counts) -> Kept:
    total = int(asked.sum())
    # callers in time beyond what was promised, replication by replication: a mean, so its interval is known
    beyond = estimate((good - promise.level * asked).tolist())
    level = float(good.sum() / total) if total else math.nan
    return Kept(skill, start, total / len(asked), level, bool(total) and beyond.high < 0)
