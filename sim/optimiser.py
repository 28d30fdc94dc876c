"""The staffing of least cost that keeps a promise: begun by Erlang's formulas, decided and checked by simulation.

The method is sample average approximation: a plan is judged on the same days of callers as every other plan, agents are
added where callers of a skill wait too long and taken away where nobody misses them, and the plan that is left is
checked on other days. See J. Atlason, M. Epelman and S. Henderson, "Optimizing call center staffing using simulation
and analytic center cutting-plane methods", Management Science 54 (2008), for the problem and its sample form.
"""

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from sim import promise as promises
from sim.errors import InputError
from sim.experiment import Experiment
from sim.intervals import Estimate
from sim.promise import Counts, Day, Kept, Promise
from sim.scenario import Scenario, Skill
from sim.shifts import Shift, covers, fewest
from sim.staffing import Staffing
from sim.theory import agents_needed

CALLS, FEWEST_RUNS, MOST_RUNS = 20_000, 10, 100  # what a first sample holds, and replications it may take
ROUNDS = 2  # how often the sample may double
MOST_STEPS = 60  # of adding agents; after so many the promise is out of reach
STEP = 0.05  # of the agents at work: a large team grows by more than one at a time
EIGHTY_TWENTY = Promise(0.8)  # the usual promise, within the seconds the scenario names
Plan = NDArray[np.int64]  # agents, one row a team, one column an interval


@dataclass(frozen=True)
class Optimum:
    """The plan found, its cost of a day and that of the scenario's own plan, and what the check on other days said.

    Costs are agent hours, weighted when prices were given. `tried` counts the plans that were simulated. `roster`
    tells, where shifts were given, how many people of each team work each of them.
    """

    staffing: Staffing
    cost: float
    own_cost: float
    by_skill: dict[str, Estimate]
    kept: tuple[Kept, ...]
    tried: int
    roster: Mapping[str, Mapping[Shift, int]]

    @property
    def met(self) -> bool:
        """Whether no part of the promise was shown to be missed."""
        return not any(one.missed for one in self.kept)


def optimise(
    experiment: Experiment,
    promise: Promise = EIGHTY_TWENTY,
    *,
    prices: Mapping[str, float] | None = None,
    shifts: Sequence[Shift] = (),
    on_try: Callable[[int], None] = lambda tried: None,
) -> Optimum:
    """Return the cheapest staffing found that keeps `promise`, with its check on days it was not made from.

    `prices` is the cost of an agent hour by team, 1 unless given. Only telephone skills are promised anything; a team
    without one stays as it is. With `shifts`, people come for whole shifts, and nobody comes whom no caller misses.
    The numbers depend on the experiment's seed alone. Raises InputError for an impossible price, shift or unknown
    team, and when no number of agents would keep the promise.
    """
    scenario = experiment.scenario
    task = _Task(scenario, promise, _rates(scenario, prices))
    covering = covers(shifts, scenario) if shifts else None
    people: Plan | None = None
    plan, size = task.begin(), _first_size(experiment)
    for round_ in range(ROUNDS + 1):
        sample = _Sample(task, list(promises.days_of(experiment, range(1, size + 1))), on_try, task.tried)
        plan = _exchanged(_trimmed(_grown(plan, sample), sample), sample)
        if covering is not None:
            people = _sent_home(_in_shifts(plan, task, covering, shifts), covering, plan, sample)
            plan = _worked(people, covering, plan, task)
        task.tried = sample.tried
        by_skill, kept = promises.check(experiment, promise, task.staffing(plan))
        if round_ == ROUNDS or not any(one.missed for one in kept):
            break
        size *= 2
    own = task.plan_of(Staffing.of(scenario))
    roster = {} if people is None else task.roster(people, shifts)
    return Optimum(task.staffing(plan), task.cost(plan), task.cost(own), by_skill, kept, task.tried, roster)


class _Task:
    """What is asked: the scenario's telephone skills, the teams that may change, their prices and the promise."""

    def __init__(self, scenario: Scenario, promise: Promise, rates: NDArray[np.float64]) -> None:
        self.scenario, self.promise, self.rates = scenario, promise, rates
        names = set(promises.promised(scenario))
        self.skills = [one for one in scenario.skills if one.name in names]
        self.free = [k for k, team in enumerate(scenario.teams) if names.intersection(team.skills)]
        self.hours = scenario.interval_minutes / 60
        self.tried = 0

    def begin(self) -> Plan:
        """Return a first plan: for each skill and interval what Erlang's formulas ask of the team nearest to it."""
        plan = self.plan_of(Staffing.of(self.scenario))
        plan[self.free] = 0
        for skill in self.skills:
            team = self.nearest(skill)
            for interval, rate in enumerate(self.scenario.calls_per_hour):
                plan[team, interval] += self._asked(skill, rate)
        return plan

    def _asked(self, skill: Skill, rate: float) -> int:
        ivr, patience = self.scenario.ivr, self.scenario.patience
        share = skill.share * (1 - ivr.self_service_share - ivr.left_menu_share)
        handle = skill.talk_mean_seconds + skill.wrap_up_mean_seconds
        bears = None if patience.law == "endless" else patience.mean_seconds
        return agents_needed(
            calls_per_hour=rate * share,
            aht_seconds=handle,
            target=self.promise.level,
            seconds=self.promise.limit(self.scenario),
            patience_seconds=bears,
        )

    def nearest(self, skill: Skill) -> int:
        """Return the team that answers a skill first of all it takes, the cheaper of equals."""
        teams = self.scenario.teams
        able = [k for k in self.free if skill.name in teams[k].skills]
        return min(able, key=lambda k: (teams[k].skills.index(skill.name), self.rates[k], k))

    def pairs(self) -> list[tuple[int, int]]:
        """Return the pairs of teams, in both orders, that have a promised skill in common."""
        skills, names = [set(team.skills) for team in self.scenario.teams], {s.name for s in self.skills}
        return [(a, b) for a in self.free for b in self.free if a != b and skills[a] & skills[b] & names]

    def plan_of(self, staffing: Staffing) -> Plan:
        return np.array([staffing[team.name] for team in self.scenario.teams], dtype=np.int64)

    def staffing(self, plan: Plan) -> Staffing:
        named = zip(self.scenario.teams, plan.tolist(), strict=True)
        return Staffing.from_plain({team.name: agents for team, agents in named}, self.scenario)

    def roster(self, people: Plan, shifts: Sequence[Shift]) -> dict[str, dict[Shift, int]]:
        names = [self.scenario.teams[team].name for team in self.free]
        return {
            name: dict(zip(shifts, row, strict=True))
            for name, row in zip(names, people.tolist(), strict=True)
        }

    def cost(self, plan: Plan) -> float:
        return float(self.rates @ plan.sum(axis=1)) * self.hours


class _Sample:
    """Days of callers on which every plan is tried: all plans meet the same people (common random numbers)."""

    def __init__(
        self, task: _Task, runs: list[list[Day]], on_try: Callable[[int], None], tried: int = 0
    ) -> None:
        self.task, self.runs, self.on_try, self.tried = task, runs, on_try, tried

    def served(self, plan: Plan) -> tuple[Counts, Counts]:
        """Return callers who asked and callers answered in time over the whole sample, each by skill and interval."""
        self.tried += 1
        self.on_try(self.tried)
        given = (self.task.scenario, self.task.promise, self.task.staffing(plan))
        told = [promises.served(*given, days) for days in self.runs]
        return np.sum([asked for asked, _ in told], axis=0), np.sum([good for _, good in told], axis=0)

    def late(self, plan: Plan) -> NDArray[np.float64]:
        """Return callers too many who were not served in time, by skill and interval; at most 0 where all is well.

        For a promise over the day, a skill that fails has them where most of its callers are late.
        """
        asked, good = self.served(plan)
        level = np.float64(self.task.promise.level)
        if self.task.promise.over == "interval":
            return level * asked - good
        short = (level * asked.sum(axis=1) - good.sum(axis=1))[:, None]
        late = asked - good
        return np.where((short > 0) & (late == late.max(axis=1, keepdims=True)), short, np.minimum(short, 0))


def _grown(plan: Plan, sample: _Sample) -> Plan:
    """Return the plan with agents added until the promise holds on the sample."""
    task = sample.task
    for _ in range(MOST_STEPS):
        late = sample.late(plan)
        if (late <= 0).all():
            return plan
        plan = plan.copy()
        more = np.zeros_like(plan)
        for row, skill in enumerate(task.skills):
            team = task.nearest(skill)
            step = np.maximum(1, (STEP * plan[team]).astype(int))
            more[team] = np.maximum(more[team], np.where(late[row] > 0, step, 0))
        plan += more
    named = [skill.name for row, skill in enumerate(task.skills) if (late[row] > 0).any()]
    raise InputError(
        f"level = {task.promise.level:g}: cannot be kept for {', '.join(named)}, not even with {int(plan.max())} agents; "
        "lower the level, or look whether shrinkage leaves anybody at work"
    )


def _trimmed(plan: Plan, sample: _Sample) -> Plan:
    """Return the plan without every agent whom nobody misses, the dearest and idlest tried first.

    An agent who was missed once is not tried again: who remains has only become more needed.
    """
    task = sample.task
    keep = np.ones_like(plan, dtype=bool)
    keep[task.free] = False
    late = sample.late(plan)
    while True:
        open_ = ~keep & (plan > 0)
        if not open_.any():
            return plan
        team, interval = _idlest(open_, late, task)
        fewer = plan.copy()
        fewer[team, interval] -= 1
        after = _late_or_endless(sample, fewer)
        if after is None or (after > 0).any():
            keep[team, interval] = True
        else:
            plan, late = fewer, after


def _exchanged(plan: Plan, sample: _Sample) -> Plan:
    """Return the plan after exchanges that pay: an agent goes to another team of a common skill, and one more goes home.

    Trimming alone ends where two half-idle teams each just cannot spare the last agent.
    """
    for giver, taker in sample.task.pairs():
        for interval in range(plan.shape[1]):
            for leaver in (giver, taker):
                moved = plan.copy()
                moved[giver, interval] -= 1
                moved[taker, interval] += 1
                moved[leaver, interval] -= 1
                if (moved < 0).any() or sample.task.cost(moved) >= sample.task.cost(plan):
                    continue
                late = _late_or_endless(sample, moved)
                if late is not None and (late <= 0).all():
                    plan = moved
    return plan


def _in_shifts(plan: Plan, task: _Task, covering: Plan, shifts: Sequence[Shift]) -> Plan:
    """Return the people of each team that may change, one row a team, one column a shift, who cover the plan."""
    return np.array([fewest(plan[team], covering, shifts) for team in task.free])


def _worked(people: Plan, covering: Plan, plan: Plan, task: _Task) -> Plan:
    """Return the plan that these people work; teams that may not change stay as they are."""
    worked = plan.copy()
    worked[task.free] = people @ covering.T
    return worked


def _sent_home(people: Plan, covering: Plan, plan: Plan, sample: _Sample) -> Plan:
    """Return the people without everyone whom no caller misses, the longest and dearest shifts tried first.

    Whole shifts put more agents into some intervals than were asked for, and these do others' work.
    """
    task = sample.task
    dear = np.outer(task.rates[task.free], covering.sum(axis=0))
    for place in np.argsort(-dear, axis=None, kind="stable"):
        team, shift = np.unravel_index(place, people.shape)
        while people[team, shift]:
            fewer = people.copy()
            fewer[team, shift] -= 1
            late = _late_or_endless(sample, _worked(fewer, covering, plan, task))
            if late is None or (late > 0).any():
                break
            people = fewer
    return people


def _late_or_endless(sample: _Sample, plan: Plan) -> NDArray[np.float64] | None:
    """Return who is late, or None where patient callers would meet a line without any agent all day."""
    try:
        return sample.late(plan)
    except InputError:
        return None


def _idlest(open_: NDArray[np.bool_], late: NDArray[np.float64], task: _Task) -> tuple[int, int]:
    """Return team and interval to try next: the dearest team's, where its callers' promise has most room."""
    room = np.full(open_.shape, -math.inf)
    for team in task.free:
        rows = [r for r, skill in enumerate(task.skills) if skill.name in task.scenario.teams[team].skills]
        room[team] = -late[rows].max(axis=0)
    order = np.lexsort((room.ravel(), np.repeat(task.rates, open_.shape[1])))  # by price, then by room
    best = next(k for k in order[::-1] if open_.ravel()[k])
    return int(best // open_.shape[1]), int(best % open_.shape[1])


def _first_size(experiment: Experiment) -> int:
    """Return how many replications hold enough calls to plan on: many of a small shop's days, few of a large centre's."""
    calls = experiment.scenario.expected_calls * experiment.days
    return int(np.clip(math.ceil(CALLS / max(calls, 1.0)), FEWEST_RUNS, MOST_RUNS))


def _rates(scenario: Scenario, prices: Mapping[str, float] | None) -> NDArray[np.float64]:
    known, given = [team.name for team in scenario.teams], dict(prices or {})
    for name, price in given.items():
        if name not in known:
            raise InputError(f"prices: {name!r} is no team; the teams are {', '.join(known)}")
        number = isinstance(price, int | float) and not isinstance(price, bool)
        if not (number and 0 < price < math.inf):
            raise InputError(f"price of {name} = {price!r}: must be a number above 0; give e.g. 30")
    return np.array([float(given.get(name, 1.0)) for name in known])
