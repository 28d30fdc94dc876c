"""Erlang's formulas against exact chains solved by linear algebra, limits and the simulator."""

import math

import numpy as np
import pytest
from centres import callers, draws, one_queue
from scipy.stats import norm

from sim import metrics, theory
from sim.callcenter import Centre
from sim.contacts import milliseconds
from sim.errors import InputError
from sim.streams import Streams


def chain(arrival, service, agents, patience_rate, states):
    """Stationary law of the birth-death chain, from its generator matrix."""
    generator = np.zeros((states, states))
    for n in range(states - 1):
        generator[n, n + 1] = arrival
        generator[n + 1, n] = min(n + 1, agents) * service + max(n + 1 - agents, 0) * patience_rate
    generator -= np.diag(generator.sum(axis=1))
    system = generator.T.copy()
    system[-1] = 1.0
    return np.linalg.solve(system, np.append(np.zeros(states - 1), 1.0))


@pytest.mark.parametrize(("load", "trunks"), [(0.5, 1), (3.0, 5), (10.0, 8), (20.0, 30)])
def test_erlang_b_equals_its_recursion(load, trunks):
    blocked = 1.0
    for n in range(1, trunks + 1):
        blocked = load * blocked / (n + load * blocked)
    told = theory.erlang_b(calls_per_hour=load * 20, aht_seconds=180, trunks=trunks)
    assert told == pytest.approx(blocked, rel=1e-12)


def test_erlang_b_at_the_edges():
    assert theory.erlang_b(calls_per_hour=60, aht_seconds=60, trunks=0) == 1
    assert theory.erlang_b(calls_per_hour=0, aht_seconds=60, trunks=0) == 1
    assert theory.erlang_b(calls_per_hour=0, aht_seconds=60, trunks=5) == 0
    assert theory.erlang_b(calls_per_hour=1, aht_seconds=1, trunks=500) == 0  # too small for a float


def test_erlang_c_equals_the_exact_chain():
    law = chain(200 / 3600, 1 / 180, 12, 0.0, 300)
    told = theory.erlang_c(calls_per_hour=200, aht_seconds=180, agents=12)
    assert told.p_wait == pytest.approx(law[12:].sum(), rel=1e-9)
    assert told.queue == pytest.approx((np.arange(288) * law[12:]).sum(), rel=1e-9)
    assert told.asa == told.mean_wait == pytest.approx(told.queue * 18, rel=1e-12)
    assert told.service_level(0) == pytest.approx(1 - told.p_wait)


def test_the_textbook_case_of_ten_erlangs():
    # The usual first example of the trade: 10 erlangs, 12 agents, 45 % wait; 14 agents for 80/20.
    assert theory.erlang_c(calls_per_hour=200, aht_seconds=180, agents=12).p_wait == pytest.approx(
        0.449, abs=5e-4
    )
    assert theory.agents_needed(calls_per_hour=200, aht_seconds=180) == 14


def test_one_agent_is_the_single_server_queue():
    told = theory.erlang_c(calls_per_hour=16, aht_seconds=180, agents=1)
    assert told.p_wait == pytest.approx(0.8) and told.mean_wait == pytest.approx(0.8 / 0.2 * 180)


def test_a_load_that_is_not_below_the_agents_has_no_end():
    told = theory.erlang_c(calls_per_hour=200, aht_seconds=180, agents=10)
    assert (told.p_wait, told.mean_wait, told.occupancy) == (1, math.inf, 1) and told.service_level(20) == 0


@pytest.mark.parametrize(
    ("calls", "agents", "patience"), [(200, 8, 120), (200, 12, 600), (60, 3, 30), (30, 1, 900)]
)
def test_erlang_a_equals_the_exact_chain(calls, agents, patience):
    law = chain(calls / 3600, 1 / 180, agents, 1 / patience, agents + 250)
    waiting = (np.arange(250) * law[agents:]).sum()
    told = theory.erlang_a(calls_per_hour=calls, aht_seconds=180, agents=agents, patience_seconds=patience)
    assert told.p_wait == pytest.approx(law[agents:].sum(), rel=1e-8)
    assert told.queue == pytest.approx(waiting, rel=1e-8)
    assert told.p_abandon == pytest.approx(waiting / patience / (calls / 3600), rel=1e-8)
    assert told.mean_wait == pytest.approx(told.p_abandon * patience, rel=1e-12)
    busy = (np.minimum(np.arange(agents + 250), agents) * law).sum()
    assert told.occupancy == pytest.approx(busy / agents, rel=1e-8)


def test_the_law_of_the_wait_fits_its_mean():
    told = theory.erlang_a(calls_per_hour=200, aht_seconds=180, agents=8, patience_seconds=120)
    served = 1 - told.p_abandon
    assert told.service_level(1e6) == pytest.approx(served, rel=1e-12)
    assert told.service_level(0) == pytest.approx(1 - told.p_wait, rel=1e-12)
    at = np.linspace(0, 3000, 6001)
    late = np.array([served - told.service_level(t) for t in at])
    assert np.trapezoid(late, at) / served == pytest.approx(told.asa, rel=1e-4)


def test_endless_patience_leads_to_erlang_c():
    load = {"calls_per_hour": 200, "aht_seconds": 180, "agents": 12}
    waiting, leaving = theory.erlang_c(**load), theory.erlang_a(**load, patience_seconds=1e8)
    assert leaving.p_wait == pytest.approx(waiting.p_wait, rel=1e-4)
    assert leaving.service_level(20) == pytest.approx(waiting.service_level(20), rel=1e-4)


@pytest.mark.parametrize("beta", [-1.0, 0.5])
def test_large_centres_tend_to_the_law_of_garnett_mandelbaum_and_reiman(beta):
    load, patience, service = 1e6, 180.0, 300.0
    agents = round(load + beta * math.sqrt(load))
    told = theory.erlang_a(
        calls_per_hour=load * 12, aht_seconds=service, agents=agents, patience_seconds=patience
    )

    def hazard(x):
        return norm.pdf(x) / norm.sf(x)

    s = math.sqrt(service / patience)
    p = 1 / (1 + s * hazard(beta / s) / hazard(-beta))
    assert told.p_wait == pytest.approx(p, abs=0.002)
    assert told.p_abandon * math.sqrt(agents) == pytest.approx(p * (s * hazard(beta / s) - beta), rel=0.01)


def test_large_centres_tend_to_the_law_of_halfin_and_whitt():
    load, beta = 1e6, 0.5
    told = theory.erlang_c(calls_per_hour=load * 12, aht_seconds=300, agents=round(load + beta * 1000))
    assert told.p_wait == pytest.approx(1 / (1 + beta * norm.cdf(beta) / norm.pdf(beta)), abs=0.001)


def test_nobody_calls_and_nobody_works():
    quiet = theory.erlang_a(calls_per_hour=0, aht_seconds=180, agents=3, patience_seconds=60)
    assert (quiet.p_wait, quiet.p_abandon, quiet.occupancy) == (0, 0, 0)
    empty = theory.erlang_a(calls_per_hour=60, aht_seconds=180, agents=0, patience_seconds=60)
    assert (empty.p_abandon, empty.mean_wait) == pytest.approx((1, 60)) and empty.service_level(20) == 0
    assert math.isnan(empty.asa)


@pytest.mark.parametrize("patience", [None, 120.0])
def test_the_agents_needed_are_the_fewest(patience):
    ask = {"calls_per_hour": 450, "aht_seconds": 200}

    def level(agents):
        if patience is None:
            return theory.erlang_c(**ask, agents=agents).service_level(20)
        return theory.erlang_a(**ask, agents=agents, patience_seconds=patience).service_level(20)

    agents = theory.agents_needed(**ask, patience_seconds=patience)
    assert level(agents) >= 0.8 > level(agents - 1)


def test_occupancy_may_ask_for_more_agents():
    assert theory.agents_needed(calls_per_hour=200, aht_seconds=180, max_occupancy=0.5) == 20
    assert theory.agents_needed(calls_per_hour=0, aht_seconds=180) == 0


BAD = [
    (theory.erlang_b, {"calls_per_hour": -1, "aht_seconds": 60, "trunks": 1}, "calls_per_hour = -1"),
    (theory.erlang_b, {"calls_per_hour": math.nan, "aht_seconds": 60, "trunks": 1}, "calls_per_hour = nan"),
    (theory.erlang_b, {"calls_per_hour": 1, "aht_seconds": 0, "trunks": 1}, "aht_seconds = 0"),
    (theory.erlang_b, {"calls_per_hour": 1, "aht_seconds": 60, "trunks": -1}, "trunks = -1"),
    (theory.erlang_c, {"calls_per_hour": 1, "aht_seconds": 60, "agents": 1.5}, "agents = 1.5"),
    (theory.erlang_a, {"calls_per_hour": 1, "aht_seconds": 60, "agents": 1, "patience_seconds": 0},
     "patience_seconds = 0"),
    (theory.erlang_a, {"calls_per_hour": 1, "aht_seconds": 60, "agents": 1, "patience_seconds": math.inf},
     "use erlang_c"),
    (theory.agents_needed, {"calls_per_hour": 1, "aht_seconds": 60, "target": 1.0}, "target = 1.0"),
    (theory.agents_needed, {"calls_per_hour": 1, "aht_seconds": 60, "max_occupancy": 0}, "max_occupancy = 0"),
]  # fmt: skip


@pytest.mark.parametrize(("formula", "values", "rule"), BAD)
def test_impossible_values_are_refused(formula, values, rule):
    with pytest.raises(InputError, match=rule):
        formula(**values)


def test_a_limit_is_not_negative():
    for told in (
        theory.erlang_c(calls_per_hour=60, aht_seconds=60, agents=3),
        theory.erlang_a(calls_per_hour=60, aht_seconds=60, agents=3, patience_seconds=60),
    ):
        with pytest.raises(InputError, match="seconds = -1"):
            told.service_level(-1)


# the simulator against the formulas


def simulated(*, agents, calls_per_hour, aht, patience, replications=60, calls=8000, warm_up=3000):
    """Wait, service level, share abandoned and share made to wait of each replication, after a warm-up."""
    ids, told = np.arange(calls), []
    for number in range(replications):
        streams = Streams(2024, "theory", agents, number)
        at = milliseconds(np.cumsum(3600 / calls_per_hour * streams.exponentials("gap", ids)))
        contacts = callers(at)
        drawn = draws(
            contacts,
            talk=milliseconds(aht * streams.exponentials("talk", ids)),
            patience=milliseconds(patience * streams.exponentials("patience", ids)),
        )
        run = Centre(one_queue(agents)).run(contacts, drawn).calls.rows(ids >= warm_up)
        told.append(
            (
                run["wait"].mean(),
                metrics.service_level(run, seconds=20),
                metrics.abandonment_rate(run),
                (run["wait"] > 0).mean(),
            )
        )
    return np.array(told)


def inside(told, exact):
    """Whether each exact value lies in the 95 % interval of its replications (Student's t, 59 degrees)."""
    half = 2.001 * told.std(axis=0, ddof=1) / math.sqrt(len(told))
    return (np.abs(told.mean(axis=0) - exact) <= half).tolist()


@pytest.mark.slow
@pytest.mark.parametrize(("agents", "calls"), [(10, 170), (50, 930)])
def test_the_centre_agrees_with_erlang_c(agents, calls):
    exact = theory.erlang_c(calls_per_hour=calls, aht_seconds=180, agents=agents)
    told = simulated(agents=agents, calls_per_hour=calls, aht=180, patience=math.inf)
    assert inside(told, [exact.mean_wait, exact.service_level(20), 0, exact.p_wait]) == [True] * 4


@pytest.mark.slow
@pytest.mark.parametrize(("agents", "calls", "patience"), [(10, 240, 120), (50, 600, 180), (1, 15, 300)])
def test_the_centre_agrees_with_erlang_a(agents, calls, patience):
    aht = 300 if agents == 50 else 180
    exact = theory.erlang_a(calls_per_hour=calls, aht_seconds=aht, agents=agents, patience_seconds=patience)
    told = simulated(agents=agents, calls_per_hour=calls, aht=aht, patience=patience)
    assert (
        inside(told, [exact.mean_wait, exact.service_level(20), exact.p_abandon, exact.p_wait]) == [True] * 4
    )


@pytest.mark.slow
def test_the_centre_agrees_with_erlang_b():
    ids, lost = np.arange(6000), []
    for number in range(60):
        streams = Streams(2024, "blocking", number)
        contacts = callers(milliseconds(np.cumsum(18.0 * streams.exponentials("gap", ids))))
        drawn = draws(contacts, talk=milliseconds(180.0 * streams.exponentials("talk", ids)))
        calls = Centre(one_queue(100, trunks=12)).run(contacts, drawn).calls
        lost.append((calls["outcome"][1000:] == "busy").mean())
    exact = theory.erlang_b(calls_per_hour=200, aht_seconds=180, trunks=12)
    assert inside(np.array(lost)[:, None], [exact]) == [True]
