"""Experiments: replications that can be run alone, paired comparisons, sweeps, and stopping in time."""

import math
import os
import signal
from concurrent.futures import Executor
from dataclasses import replace

import numpy as np
import pytest
from centres import one_queue

from sim import experiment as experiments
from sim import measures
from sim.callcenter import Centre
from sim.contacts import arrivals
from sim.errors import InputError
from sim.executors import Serial, executor
from sim.experiment import Experiment, Study, compare, replicate, run
from sim.scenario import load
from sim.stopping import Narrow, StopRule
from sim.streams import Streams

TINY = "tests/data/sim/tiny_shop.toml"


@pytest.fixture(scope="module")
def shop() -> Experiment:
    return Experiment(load(TINY), days=2)


@pytest.fixture(scope="module")
def study(shop) -> Study:
    return run(shop, StopRule(most=12))


def same(a: Study, b: Study) -> bool:
    """Equal numbers, NaN equal to NaN."""
    return repr(a.replications) == repr(b.replications)


def test_a_replication_is_the_same_alone_and_among_others(shop, study):
    assert [one.number for one in study.replications] == list(range(1, 13))
    assert repr(replicate(shop, 7)) == repr(study.replications[6])
    assert len({one.whole["offered"] for one in study.replications}) > 6


def test_the_first_replication_is_the_plain_seed(shop):
    days = [arrivals(shop.scenario, Streams(1), day) for day in (1, 2)]
    answered = [(Centre(shop.scenario).run(*day).calls["outcome"] == "answered").sum() for day in days]
    assert replicate(shop, 1).whole["answered"] == sum(answered)


def test_half_hours_add_up_to_the_whole(study):
    first = study.replications[0]
    assert [one["start"] for one in first.half_hours] == [32400, 34200, 36000, 37800]
    for name in ("offered", "answered", "abandoned", "busy", "self_served"):
        assert sum(one[name] for one in first.half_hours) * 2 == pytest.approx(first.whole[name])
    assert [one["agents"] for one in first.half_hours] == [3, 3, 2, 2]


def test_handling_time_is_shared_out_to_the_half_hours_it_falls_in():
    from centres import NOON, callers, draws

    from sim.measures import by_half_hour
    from sim.staffing import Staffing

    scenario = one_queue(2)
    contacts = callers([NOON + 1700])
    calls = Centre(scenario).run(contacts, draws(contacts, talk=200.0, wrap_up=80.0)).calls
    busy = [one["occupancy"] for one in by_half_hour(calls, scenario, Staffing.of(scenario), 1)]
    assert busy[24:26] == [pytest.approx(100 / 3600), pytest.approx(180 / 3600)]
    assert sum(busy) == pytest.approx(280 / 3600)


def test_warm_up_days_are_run_and_not_counted(shop):
    late = replicate(Experiment(shop.scenario, days=1, warm_up=1), 1).whole
    both = replicate(Experiment(shop.scenario, days=2), 1).whole
    first = replicate(Experiment(shop.scenario, days=1), 1).whole
    assert late["offered"] == both["offered"] - first["offered"]


def test_two_plans_meet_the_same_callers_and_are_told_apart():
    few, more = (Experiment(one_queue(n, calls_per_hour=[30], patience__law="exponential")) for n in (1, 2))
    base, other = compare([few, more], StopRule(most=6))
    gain = other.against(base)["service_level"]
    assert gain.mean > 0 and gain.differs and gain.n == 6
    alone = math.hypot(*(one.estimates()["service_level"].half_width for one in (base, other)))
    assert gain.half_width < alone


def test_an_interrupt_while_the_others_catch_up_ends_the_comparison(shop, monkeypatch):
    def uneven(experiment, stop, *, executor=None, on_done=lambda n: None, begun=()):
        if begun:
            return Study(experiment, tuple(begun), complete=False)
        return run(experiment, StopRule(most=2 if experiment.name == "short" else 3))

    monkeypatch.setattr("sim.experiment.run", uneven)
    short, long = replace(shop, name="short"), replace(shop, name="long")
    told = compare([short, long, short], StopRule(most=3))
    assert [study.complete for study in told] == [False, True, True]
    assert [len(study.replications) for study in told] == [2, 3, 2]


def test_the_names_of_the_measures_are_those_that_come(study):
    assert tuple(study.replications[0].whole) == measures.NAMES


def test_a_sweep_sets_one_name_to_each_value(shop):
    swept = shop.over("patience__mean_seconds", [30.0, 90.0, 900.0])
    assert [one.name for one in swept] == [f"patience__mean_seconds={v}" for v in (30.0, 90.0, 900.0)]
    lost = [run(one, StopRule(most=3)).estimates()["abandoned"].mean for one in swept]
    assert lost[0] > lost[1] > lost[2]


def test_a_run_stops_when_the_interval_is_narrow_and_not_before(shop):
    wish = Narrow("asa", 0.25, relative=True)
    stopped = run(shop, StopRule(most=80, narrow=(wish,), look_ahead=3))
    n = len(stopped.replications)
    assert 3 < n < 80
    seen = stopped.estimates()["asa"]
    assert seen.half_width <= 0.25 * seen.mean
    assert not all(wish.holds(stopped.values("asa")[:k], 0.95) for k in (n - 4, n - 3, n - 2, n - 1))


def test_the_number_of_replications_does_not_depend_on_the_batch(shop, monkeypatch):
    rule = StopRule(most=40, narrow=(Narrow("asa", 0.3, relative=True),))
    first = run(shop, rule)
    monkeypatch.setattr(experiments, "BATCH", 3)
    assert same(first, run(shop, rule))


class Impatient(Executor):
    """Somebody presses Ctrl-C while the fifth replication runs."""

    def __init__(self) -> None:
        self.count = 0

    def submit(self, fn, /, *args, **kwargs):
        self.count += 1
        if self.count == 5:
            os.kill(os.getpid(), signal.SIGINT)
        return Serial().submit(fn, *args, **kwargs)


def test_an_interrupt_keeps_what_is_finished(shop, study):
    cut = run(shop, StopRule(most=12), executor=Impatient())
    assert not cut.complete and [one.number for one in cut.replications] == [1, 2, 3, 4]
    assert repr(cut.replications) == repr(study.replications[:4])


@pytest.mark.slow
def test_processes_give_equal_numbers(shop, study):
    with executor(workers=2) as pool:
        assert same(study, run(shop, StopRule(most=12), executor=pool))


@pytest.mark.slow
def test_a_cluster_gives_equal_numbers(shop, study):
    distributed = pytest.importorskip("distributed")
    with (
        distributed.LocalCluster(
            n_workers=2, threads_per_worker=1, processes=True, dashboard_address=":0"
        ) as cluster,
        executor(dask=cluster.scheduler_address) as cloud,
    ):
        assert len(cluster.workers) == 2
        assert same(study, run(shop, StopRule(most=12), executor=cloud))


def test_a_failure_of_the_model_comes_out(shop):
    class Broken(Serial):
        def submit(self, fn, /, *args, **kwargs):
            return super().submit(lambda: 1 / 0)

    with pytest.raises(ZeroDivisionError):
        run(shop, StopRule(most=2), executor=Broken())


def test_studies_of_other_seeds_are_not_paired(shop, study):
    other = run(Experiment(shop.scenario, days=2, seed=2), StopRule(most=3))
    with pytest.raises(InputError, match="seed = 2: must be that of the base, 1"):
        other.against(study)


def test_an_unknown_measure_is_refused(shop, study):
    with pytest.raises(InputError, match=r"measure = 'happiness'.*asa"):
        study.values("happiness")
    with pytest.raises(InputError, match="measure = 'happiness'"):
        run(shop, StopRule(most=3, narrow=(Narrow("happiness", 1.0),)))


@pytest.mark.parametrize(
    ("made", "said"),
    [
        (lambda s: Experiment(s, days=0), "days = 0"),
        (lambda s: Experiment(s, days=1.5), "days = 1.5"),
        (lambda s: Experiment(s, warm_up=-1), "warm_up = -1"),
        (lambda s: Experiment(s, seed=-1), "seed = -1"),
        (lambda s: replicate(Experiment(s), 0), "replication = 0"),
        (lambda s: compare([Experiment(s)], StopRule(most=1)), "experiments = 1"),
        (lambda s: executor(workers=-1).__enter__(), "workers = -1"),
        (lambda s: executor(dask="tcp://127.0.0.1:nowhere").__enter__(), "dask = 'tcp"),
    ],
)
def test_an_impossible_experiment_is_refused(shop, made, said):
    with pytest.raises(InputError, match=said):
        made(shop.scenario)


def test_an_interrupted_study_of_nothing_has_no_numbers(shop):
    nothing = Study(shop, (), complete=False)
    assert nothing.estimates() == {} and nothing.half_hours() == [] and nothing.against(nothing) == {}


def test_the_day_as_a_mean_over_replications(study):
    hours = study.half_hours()
    assert hours[1]["offered"] == pytest.approx(
        np.mean([one.half_hours[1]["offered"] for one in study.replications])
    )


def test_replications_that_were_run_before_are_not_run_again(shop, study):
    asked: list[int] = []
    again = run(shop, StopRule(most=12), begun=study.replications[:3], on_done=asked.append)
    assert same(again, study) and asked == list(range(4, 13))
    assert run(shop, StopRule(most=1), begun=study.replications[:1]).replications == study.replications[:1]
