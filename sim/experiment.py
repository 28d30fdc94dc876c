"""An experiment: one scenario run again and again on other days, until its numbers are known well enough."""

from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import Executor, Future, as_completed
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np

from sim import measures
from sim.errors import InputError
from sim.executors import Serial
from sim.intervals import Estimate, estimate, paired
from sim.scenario import Scenario
from sim.staffing import Staffing
from sim.stopping import StopRule
from sim.streams import Streams

if TYPE_CHECKING:
    from sim.callcenter import Results

BATCH = 8  # replications sent out together; the numbers do not depend on it
LONGEST = 3660  # days of a replication


@dataclass(frozen=True)
class Experiment:
    """What is run: `days` days that count, after `warm_up` days that do not, for each replication.

    Two experiments of one seed meet the same callers, replication by replication, as far as their scenarios
    agree (common random numbers). Raises InputError for impossible numbers of days.
    """

    scenario: Scenario
    days: int = 1
    warm_up: int = 0
    seed: int = 1
    staffing: Staffing | None = None
    name: str = ""

    def __post_init__(self) -> None:
        for name, value, low in (("days", self.days, 1), ("warm_up", self.warm_up, 0)):
            if isinstance(value, bool) or not isinstance(value, int) or not low <= value <= LONGEST:
                raise InputError(
                    f"{name} = {value!r}: must be a whole number of days from {low} to {LONGEST}; correct it"
                )
        Streams(self.seed)  # refuses an impossible seed

    @property
    def plan(self) -> Staffing:
        """The staffing that is run: its own, or the scenario's."""
        return self.staffing or Staffing.of(self.scenario)

    def streams(self, replication: int) -> Streams:
        """Return the random numbers of a replication; the first one's are those of the plain seed."""
        if replication < 1:
            raise InputError(f"replication = {replication!r}: replications count from 1; give 1 or more")
        streams = Streams(self.seed)
        return streams if replication == 1 else streams.under("replication", replication)

    def over(self, path: str, values: Iterable[Any]) -> "list[Experiment]":
        """Return this experiment with one name of the scenario set to each value, for a sensitivity sweep.

        `path` is written as for `Scenario.with_`; raises InputError as that does.
        """
        return [
            replace(self, scenario=self.scenario.with_(**{path: value}), name=f"{path}={value}")
            for value in values
        ]


@dataclass(frozen=True)
class Replication:
    """One replication's measures: of the whole run, and of each half hour of the day."""

    number: int
    whole: measures.Measures
    half_hours: tuple[measures.Measures, ...]


@dataclass(frozen=True)
class Study:
    """The replications of an experiment, by number; `complete` is False when somebody interrupted it."""

    experiment: Experiment
    replications: tuple[Replication, ...]
    complete: bool = True
    confidence: float = 0.95

    def values(self, measure: str) -> list[float]:
        """Return one measure of every replication; InputError when there is no such measure."""
        if self.replications:
            measures.require(measure, self.replications[0].whole)
        return [one.whole[measure] for one in self.replications]

    def estimates(self) -> dict[str, Estimate]:
        """Return mean and interval of every measure."""
        names = self.replications[0].whole if self.replications else {}
        return {name: estimate(self.values(name), confidence=self.confidence) for name in names}

    def half_hours(self) -> list[dict[str, float]]:
        """Return the measures of each half hour, means over the replications that have them."""
        if not self.replications:
            return []
        stretches = zip(*(one.half_hours for one in self.replications), strict=True)
        return [
            {name: estimate([one[name] for one in stretch]).mean for name in stretch[0]}
            for stretch in stretches
        ]

    def against(self, base: "Study") -> dict[str, Estimate]:
        """Return how much each measure differs from that of `base`, paired by replication.

        Only replications that both have are compared. Raises InputError when the seeds differ: then the
        callers are others, and pairing would be an illusion.
        """
        if base.experiment.seed != self.experiment.seed:
            raise InputError(
                f"seed = {self.experiment.seed}: must be that of the base, {base.experiment.seed}; "
                "run both with one seed"
            )
        mine, theirs = ({one.number: one.whole for one in study.replications} for study in (self, base))
        both = sorted(mine.keys() & theirs.keys())
        names = [name for name in mine[both[0]] if name in theirs[both[0]]] if both else []
        return {
            name: paired(
                [theirs[k][name] for k in both], [mine[k][name] for k in both], confidence=self.confidence
            )
            for name in names
        }


def replicate(experiment: Experiment, number: int) -> Replication:
    """Return one replication: a pure function of its arguments, alone or among others, on any machine."""
    from sim.callcenter import Centre
    from sim.contacts import arrivals

    streams, centre = experiment.streams(number), Centre(experiment.scenario)
    carry, days = None, []
    for day in range(1, experiment.warm_up + experiment.days + 1):
        contacts, draws = arrivals(experiment.scenario, streams, day)
        results = centre.run(contacts, draws, staffing=experiment.staffing, carry=carry)
        carry = results.carry
        if day > experiment.warm_up:
            days.append(results)
    return measured(experiment, number, days)


def measured(experiment: Experiment, number: int, days: "Sequence[Results]") -> Replication:
    """Return the measures of the days that count of a replication, however they were run."""
    names = ("contact_id", "at", "wait", "outcome", "answered_at", "talk", "hold", "wrap_up", "solved")
    calls = {name: np.concatenate([one.calls[name] for one in days]) for name in names}
    given = (calls, experiment.scenario, experiment.plan, len(days), _work(days))
    whole = measures.whole(*given) | measures.of_cases([one.cases for one in days])
    return Replication(number, whole, tuple(measures.by_half_hour(*given)))


def _work(days: "Sequence[Results]") -> measures.Stretches | None:
    told = [one.work for one in days if one.work is not None]
    if not told:
        return None
    return np.concatenate([one.since for one in told]), np.concatenate([one.length for one in told])


def run(
    experiment: Experiment,
    stop: StopRule,
    *,
    executor: Executor | None = None,
    on_done: Callable[[int], None] = lambda finished: None,
    begun: Sequence[Replication] = (),
) -> Study:
    """Return the study of an experiment; serial, process pool and cluster give equal numbers.

    `begun` are the first replications, where they have been run already. `on_done` hears how many are
    finished. An interrupt (Ctrl-C) ends it early: what is finished is kept, and the study says that it is not
    complete. Raises InputError for a wish about an unknown measure.
    """
    executor = executor or Serial()
    done: dict[int, Replication] = {one.number: one for one in begun}
    waiting: dict[Future[Replication], int] = {}
    try:
        while True:
            first = len(done) + 1
            for number in range(first, min(first + BATCH, stop.most + 1)):
                waiting[executor.submit(replicate, experiment, number)] = number
            for future in as_completed(list(waiting)):
                done[waiting.pop(future)] = future.result()
                on_done(len(done))
            enough = stop.enough([done[k].whole for k in sorted(done)])
            if enough is not None:
                kept = tuple(done[k] for k in range(1, enough + 1))
                return Study(experiment, kept, confidence=stop.confidence)
    except KeyboardInterrupt:
        for future, number in waiting.items():
            if future.done() and not future.cancelled() and future.exception() is None:
                done[number] = future.result()
            future.cancel()
        kept = tuple(done[k] for k in sorted(done))
        return Study(experiment, kept, complete=False, confidence=stop.confidence)


def compare(
    experiments: Sequence[Experiment],
    stop: StopRule,
    *,
    executor: Executor | None = None,
    on_done: Callable[[int], None] = lambda finished: None,
) -> list[Study]:
    """Return a study for each experiment, all over the same replications: as many as the hungriest needs.

    Use `study.against(base)` on them. `on_done` hears how many replications of all are finished. An interrupt
    ends it early: the studies begun so far are returned, one of them not complete. Raises InputError when
    there is nothing to compare.
    """
    if len(experiments) < 2:
        raise InputError(
            f"experiments = {len(experiments)}: must be two or more to compare; give another one"
        )
    studies: list[Study] = []
    for one in experiments:
        before = sum(len(study.replications) for study in studies)

        def also(finished: int, before: int = before) -> None:
            on_done(before + finished)

        studies.append(run(one, stop, executor=executor, on_done=also))
        if not studies[-1].complete:
            return studies
    most = max(len(study.replications) for study in studies)
    level = StopRule(most=most, confidence=stop.confidence)
    for k, study in enumerate(studies):
        if len(study.replications) < most:
            studies[k] = run(study.experiment, level, executor=executor, begun=study.replications)
        if not studies[k].complete:
            return studies
    return studies
