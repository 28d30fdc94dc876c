"""The centre against published figures and against theory at its largest, and the worth of common callers."""

import math

import numpy as np
import pytest
from centres import callers, draws, one_queue

from sim import theory
from sim.callcenter import Centre
from sim.contacts import arrivals, milliseconds
from sim.metrics import abandonment_rate, service_level
from sim.scenario import load
from sim.streams import Streams

# SSJ's CallCenter example as its authors print it: 10 000 days; mean and standard deviation of a day's arrivals,
# waits (s), calls that waited less than 20 s and calls lost, the last three over the 1660 calls expected.
PUBLISHED = {
    10: [(1661.266, 528.694), (12.736, 29.966), (0.854, 0.168), (0.037, 0.059)],
    400: [(1660.366, 93.620), (4.713, 1.997), (0.925, 0.040), (0.020, 0.0067)],
}
DAYS, THEIR_DAYS, EXPECTED = 300, 10_000, 1660
ROUNDED = [0.0005, 0.0005, 0.0005, 0.0005]  # the printed means are rounded to three digits


def day_of(scenario, number):
    contacts, drawn = arrivals(scenario, Streams(1, "published"), number)
    calls = Centre(scenario).run(contacts, drawn).calls
    wait = calls["wait"]
    lost = np.isin(calls["outcome"], ("abandoned", "balked")).sum()
    return len(contacts), wait.sum() / EXPECTED, (wait < 20).sum() / EXPECTED, lost / EXPECTED


@pytest.mark.slow
@pytest.mark.parametrize("shape", PUBLISHED)
def test_a_day_that_varies_by_the_hour_agrees_with_the_published_figures(shape):
    scenario = load("ssj_callcenter").with_(busyness_cv=shape**-0.5)
    told = np.array([day_of(scenario, number) for number in range(DAYS)])
    for mine, (mean, spread), rounded in zip(told.T, PUBLISHED[shape], ROUNDED, strict=True):
        half = 1.96 * math.hypot(mine.std(ddof=1) / math.sqrt(DAYS), spread / math.sqrt(THEIR_DAYS))
        assert abs(mine.mean() - mean) <= half + rounded
        assert mine.std(ddof=1) == pytest.approx(spread, rel=0.35)


def stationary(agents, calls_per_hour, aht, patience, *, calls, warm_up, replications=60, trunks=1_000_000):
    """Mean wait, service level, shares abandoned, made to wait and blocked of each replication."""
    ids, told = np.arange(calls), []
    scenario = one_queue(agents, trunks=trunks)
    for number in range(replications):
        streams = Streams(77, "large", agents, number)
        contacts = callers(milliseconds(np.cumsum(3600 / calls_per_hour * streams.exponentials("gap", ids))))
        drawn = draws(
            contacts,
            talk=milliseconds(aht * streams.exponentials("talk", ids)),
            patience=milliseconds(patience * streams.exponentials("patience", ids)),
        )
        run = Centre(scenario).run(contacts, drawn).calls.rows(ids >= warm_up)
        busy = (run["outcome"] == "busy").mean()
        wait = run["wait"][run["outcome"] != "busy"]
        told.append(
            (wait.mean(), service_level(run, seconds=20), abandonment_rate(run), (wait > 0).mean(), busy)
        )
    return np.array(told)


def inside(told, exact):
    half = 2.0 * told.std(axis=0, ddof=1) / math.sqrt(len(told))  # Student's t of 40 to 60 degrees, 95 %
    return (np.abs(told.mean(axis=0) - exact) <= half).tolist()


@pytest.mark.slow
@pytest.mark.parametrize(
    ("agents", "calls", "aht", "patience", "runs"),
    [(37, 733, 171, 95, 40), (200, 4000, 180, 120, 40), (1000, 12_000, 300, 180, 60)],
)
def test_erlang_a_with_general_numbers_up_to_a_thousand_agents(agents, calls, aht, patience, runs):
    exact = theory.erlang_a(calls_per_hour=calls, aht_seconds=aht, agents=agents, patience_seconds=patience)
    told = stationary(
        agents, calls, aht, patience, calls=400 * runs, warm_up=300 * (runs - 20), replications=runs
    )
    assert (
        inside(told[:, :4], [exact.mean_wait, exact.service_level(20), exact.p_abandon, exact.p_wait])
        == [True] * 4
    )


@pytest.mark.slow
def test_erlang_c_with_a_thousand_agents():
    exact = theory.erlang_c(calls_per_hour=11_640, aht_seconds=300, agents=1000)
    told = stationary(1000, 11_640, 300, math.inf, calls=20_000, warm_up=10_000)
    assert inside(told[:, [0, 1, 3]], [exact.mean_wait, exact.service_level(20), exact.p_wait]) == [True] * 3


@pytest.mark.slow
def test_erlang_b_with_hundreds_of_trunks():
    exact = theory.erlang_b(calls_per_hour=6000, aht_seconds=180, trunks=300)
    told = stationary(400, 6000, 180, math.inf, calls=10_000, warm_up=4000, trunks=300)
    assert inside(told[:, 4:], [exact]) == [True]


def waits_and_losses(agents, streams, calls=4000):
    ids = np.arange(calls)
    contacts = callers(milliseconds(np.cumsum(6.0 * streams.exponentials("gap", ids))))
    drawn = draws(
        contacts,
        talk=milliseconds(300.0 * streams.exponentials("talk", ids)),
        patience=milliseconds(180.0 * streams.exponentials("patience", ids)),
    )
    run = Centre(one_queue(agents)).run(contacts, drawn).calls
    return np.array([run["wait"].mean(), abandonment_rate(run)])


@pytest.mark.slow
def test_the_same_callers_cut_the_variance_of_a_comparison_by_thirty():
    count, same, other = 60, [], []
    for number in range(count):
        fewer = waits_and_losses(50, Streams(5, "plan", number))
        same.append(fewer - waits_and_losses(51, Streams(5, "plan", number)))
        other.append(fewer - waits_and_losses(51, Streams(6, "plan", number)))
    ratio = np.var(other, axis=0, ddof=1) / np.var(same, axis=0, ddof=1)
    assert (ratio >= 30).all()
