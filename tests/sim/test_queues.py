"""Plain queues in a line, against theory: general talk, general patience, general gaps, up to hundreds of agents."""

import math

import numpy as np
import pytest
from scipy.optimize import brentq
from scipy.special import gammaln, logsumexp

from sim import theory
from sim.errors import InputError
from sim.metrics import abandonment_rate, board, occupancy
from sim.queues import callers, queue, run
from sim.streams import Streams

RUNS, STUDENT = 30, 2.045  # replications; Student's t of 29 degrees, 95 %


def means(scenario, count, warm_up, **gaps):
    """Mean wait of all, share who waits, share who gives up, of each replication."""
    told = []
    for replication in range(RUNS):
        calls = run(scenario, count, Streams(6).under("queues", replication), warm_up=warm_up, **gaps)
        told.append((calls["wait"].mean(), (calls["wait"] > 0).mean(), abandonment_rate(calls)))
    return np.array(told)


def assert_inside(told, exact):
    half = STUDENT * told.std(axis=0, ddof=1) / math.sqrt(RUNS)
    for mean, width, right in zip(told.mean(axis=0), half, exact, strict=True):
        assert abs(mean - right) <= width, (told.mean(axis=0), half, exact)


@pytest.mark.slow
@pytest.mark.parametrize(("law", "cv"), [("constant", 0.0), ("lognormal", 1.4), ("gamma", 0.5)])
def test_one_agent_and_any_talk_is_the_formula_of_pollaczek_and_khinchine(law, cv):
    """M/G/1: E[W] = rho * E[S] * (1 + cv^2) / (2 * (1 - rho))."""
    load = 0.7
    scenario = queue(calls_per_hour=3600 * load / 120, aht_seconds=120, agents=1, talk_law=law, talk_cv=cv)
    exact = load * 120 * (1 + cv**2) / (2 * (1 - load))
    assert_inside(means(scenario, 8000, 1500)[:, :2], (exact, load))


@pytest.mark.slow
@pytest.mark.parametrize(("law", "cv"), [("constant", 0.0), ("gamma", 0.5)])
def test_arrivals_that_are_not_poisson(law, cv):
    """GI/M/1: who comes waits with chance s, the root of s = A(mu (1 - s)) with A the transform of the gaps."""
    talk, gap = 90.0, 100.0
    stages = cv**-2 if cv else math.inf

    def transform(at: float) -> float:
        return math.exp(-at * gap) if math.isinf(stages) else (1 + at * gap / stages) ** -stages

    root = brentq(lambda s: s - transform((1 - s) / talk), 0.0, 0.999)
    scenario = queue(calls_per_hour=3600 / gap, aht_seconds=talk, agents=1)
    told = means(scenario, 8000, 2000, gap_law=law, gap_cv=cv)
    assert_inside(told[:, :2], (root * talk / (1 - root), root))


def general_patience(rate, talk, agents, stays, longest):
    """M/M/n+G (Zeltyn and Mandelbaum 2005): mean wait, share who waits, share who gives up.

    `stays(x)` is the share of callers whose patience is longer than x; `rate` per second.
    """
    grid = np.linspace(0.0, longest, 200_001)
    held = np.concatenate([[0.0], np.cumsum((stays(grid)[1:] + stays(grid)[:-1]) / 2 * np.diff(grid))])
    weight = np.exp(rate * held - agents / talk * grid)
    whole, wait = np.trapezoid(weight, grid), np.trapezoid(held * weight, grid)
    load = rate * talk
    below = np.arange(agents)
    terms = below * math.log(load) - gammaln(below + 1)
    epsilon = math.exp(logsumexp(terms) - terms[-1])
    scale = epsilon + rate * whole
    return rate * wait / scale, rate * whole / scale, (1 + (rate - agents / talk) * whole) / scale


PATIENCE = {
    "constant": (lambda x: (x < 60.0).astype(float), {}),
    "uniform": (lambda x: np.clip(1 - x / 120.0, 0.0, 1.0), {}),
    "weibull": (lambda x: np.exp(-((x * math.gamma(1.5) / 60.0) ** 2)), {"patience_shape": 2.0}),
}


@pytest.mark.slow
@pytest.mark.parametrize("law", PATIENCE)
@pytest.mark.parametrize(("agents", "load"), [(10, 10.5), (120, 118.0)])
def test_patience_of_any_law_is_that_of_zeltyn_and_mandelbaum(law, agents, load):
    stays, more = PATIENCE[law]
    talk = 180.0
    exact = general_patience(load / talk, talk, agents, stays, 2000.0)
    scenario = queue(
        calls_per_hour=load / talk * 3600,
        aht_seconds=talk,
        agents=agents,
        patience_seconds=60.0,
        patience_law=law,
        **more,
    )
    assert_inside(means(scenario, 12_000, 3000), exact)


def test_general_patience_that_is_exponential_is_erlang_a():
    told = general_patience(12 / 200, 200.0, 11, lambda x: np.exp(-x / 150.0), 6000.0)
    exact = theory.erlang_a(calls_per_hour=216, aht_seconds=200, agents=11, patience_seconds=150)
    assert told == pytest.approx((exact.mean_wait, exact.p_wait, exact.p_abandon), rel=1e-5)


def test_a_queue_takes_the_arguments_of_theory():
    given = {"calls_per_hour": 600, "aht_seconds": 300, "agents": 50, "patience_seconds": 180}
    scenario, exact, told = queue(**given), theory.erlang_a(**given), []
    for replication in range(RUNS):
        calls = run(scenario, 5000, Streams(4).under(replication), warm_up=1000)
        said = board(calls, seconds=20)
        paid = 50 * (calls["at"][-1] - calls["at"][0])
        told.append((said.service_level, said.abandonment_rate, said.asa, occupancy(calls, paid)))
    assert_inside(np.array(told), (exact.service_level(20), exact.p_abandon, exact.asa, exact.occupancy))


def test_quantiles_and_lost_calls_are_written_in_a_line_too():
    scenario = queue(
        calls_per_hour=60, aht_seconds=60, agents=1, patience_law="quantiles", quantiles=(0.0, 30.0, 90.0)
    )
    _, drawn = callers(scenario, 500, Streams(1))
    assert drawn["patience"].max() <= 90 and 0.4 < (drawn["patience"] <= 30).mean() < 0.6
    lost = run(queue(calls_per_hour=600, aht_seconds=60, agents=5, trunks=5), 2000, Streams(1))
    assert set(lost["outcome"]) == {"answered", "busy"}


@pytest.mark.parametrize(
    ("call", "rule"),
    [
        (lambda: queue(calls_per_hour=-1, aht_seconds=60, agents=1), "calls_per_hour = .*-1"),
        (lambda: queue(calls_per_hour=math.nan, aht_seconds=60, agents=1), "calls_per_hour"),
        (lambda: queue(calls_per_hour=1, aht_seconds=0, agents=1), "talk_mean_seconds = 0"),
        (lambda: queue(calls_per_hour=1, aht_seconds=60, agents=-1), "agents"),
        (lambda: queue(calls_per_hour=1, aht_seconds=60, agents=1, patience_seconds=0), "mean_seconds = 0"),
        (
            lambda: queue(calls_per_hour=1, aht_seconds=60, agents=1, patience_law="weibul"),
            "law = weibul: must be one of",
        ),
        (
            lambda: callers(queue(calls_per_hour=0, aht_seconds=60, agents=1), 5, Streams(1)),
            "nobody ever calls",
        ),
        (lambda: callers(queue(calls_per_hour=1, aht_seconds=60, agents=1), 0, Streams(1)), "count = 0"),
        (
            lambda: run(queue(calls_per_hour=1, aht_seconds=60, agents=1), 5, Streams(1), warm_up=-1),
            "warm_up = -1",
        ),
    ],
)
def test_an_impossible_queue_is_refused(call, rule):
    with pytest.raises(InputError, match=rule):
        call()
