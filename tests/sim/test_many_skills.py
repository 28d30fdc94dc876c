"""Two skills and two teams that help one another, against the exact Markov chain: preferences, patience, loss."""

import math
from itertools import product

import numpy as np
import pytest
from scipy.sparse import coo_matrix
from scipy.sparse.linalg import spsolve

from sim.queues import queue, run
from sim.scenario import Scenario
from sim.streams import Streams

TALK, PATIENCE, SHARE = 180.0, 120.0, 0.55  # seconds; SHARE of callers need the first skill
RATE = 6 / TALK  # callers a second: a load of six for six agents
ONE, TWO = 3, 3  # agents: the first team takes skill one only, the second prefers two and helps with one
MOST = 25  # callers of a skill in line; more are as good as impossible
RUNS, STUDENT = 30, 2.045


def n_design(**changes) -> Scenario:
    """The centre of two skills in the shape of an N."""
    plain = queue(calls_per_hour=RATE * 3600, aht_seconds=TALK, agents=ONE, patience_seconds=PATIENCE).plain()
    skill, team = plain["skills"].pop("calls"), plain["teams"].pop("calls")
    plain["skills"] = {"one": skill | {"share": SHARE}, "two": skill | {"share": 1 - SHARE}}
    plain["teams"] = {
        "only_one": team | {"skills": ["one"], "agents": [ONE]},
        "both": team | {"skills": ["two", "one"], "agents": [TWO]},
    }
    return Scenario.from_plain(plain | changes)


def moves(state, waits):
    """Yield what may follow a state (busy in team one and two, in line for one and two), and at what rate.

    Without `waits` who finds nobody free is lost.
    """
    busy, other, first, second = state
    mine, theirs = RATE * SHARE, RATE * (1 - SHARE)
    if busy < ONE:
        yield (busy + 1, other, first, second), mine
    elif other < TWO:
        yield (busy, other + 1, first, second), mine
    elif waits and first < MOST:
        yield (busy, other, first + 1, second), mine
    if other < TWO:
        yield (busy, other + 1, first, second), theirs
    elif waits and second < MOST:
        yield (busy, other, first, second + 1), theirs
    if busy:
        yield (busy, other, first - 1, second) if first else (busy - 1, other, first, second), busy / TALK
    if other:
        following = (busy, other - 1, first, second)
        if second:
            following = (busy, other, first, second - 1)
        elif first:
            following = (busy, other, first - 1, second)
        yield following, other / TALK
    if first:
        yield (busy, other, first - 1, second), first / PATIENCE
    if second:
        yield (busy, other, first, second - 1), second / PATIENCE


def exact(waits):
    """Mean of the number busy, in line for one, for two, and the chance that a caller of each skill finds nobody free."""
    lines = range(MOST + 1) if waits else (0,)
    states = [
        (busy, other, first, second)
        for busy, other, first, second in product(range(ONE + 1), range(TWO + 1), lines, lines)
        if (not second or other == TWO) and (not first or (busy == ONE and other == TWO))
    ]
    place = {state: k for k, state in enumerate(states)}
    rows, columns, rates = [], [], []
    for state in states:
        for following, rate in moves(state, waits):
            rows += [place[following], place[state]]
            columns += [place[state]] * 2
            rates += [rate, -rate]
    size = len(states)
    balance = coo_matrix((rates, (rows, columns)), shape=(size, size)).tolil()
    balance[0, :] = 1.0
    right = np.zeros(size)
    right[0] = 1.0
    share = spsolve(balance.tocsc(), right)
    told = np.array(states)
    full_one = share[(told[:, 0] == ONE) & (told[:, 1] == TWO)].sum()
    return *(share @ told[:, 2:]), full_one, share[told[:, 1] == TWO].sum()


def means(scenario):
    """Wait of each skill and the share of it that found nobody free, of each replication."""
    told = []
    for replication in range(RUNS):
        calls = run(scenario, 6000, Streams(8).under("skills", replication), warm_up=600)
        kinds = [calls["skill"] == name for name in ("one", "two")]
        late = (calls["wait"] > 0) | (calls["outcome"] == "balked")
        told.append([calls["wait"][kind].mean() for kind in kinds] + [late[kind].mean() for kind in kinds])
    return np.array(told)


def assert_inside(told, right):
    half = STUDENT * told.std(axis=0, ddof=1) / math.sqrt(RUNS)
    assert (np.abs(told.mean(axis=0) - right) <= half).all(), (told.mean(axis=0), half, right)


@pytest.mark.slow
def test_two_skills_with_preferences_and_patience_are_the_exact_chain():
    in_line_one, in_line_two, late_one, late_two = exact(waits=True)
    waits = in_line_one / (RATE * SHARE), in_line_two / (RATE * (1 - SHARE))  # Little's law
    assert_inside(means(n_design(next_call="preferred_skill")), (*waits, late_one, late_two))


@pytest.mark.slow
def test_who_waits_longest_goes_first_unless_agents_prefer():
    """The rule of the next call moves waits between the skills and leaves their sum nearly alone."""
    fair, preferring = (
        means(n_design(next_call=rule)).mean(axis=0) for rule in ("longest_wait", "preferred_skill")
    )
    assert preferring[1] < fair[1] and preferring[0] > fair[0]
    assert SHARE * fair[0] + (1 - SHARE) * fair[1] == pytest.approx(
        SHARE * preferring[0] + (1 - SHARE) * preferring[1], rel=0.05
    )


@pytest.mark.slow
def test_overflow_in_a_centre_that_loses_who_finds_nobody_free():
    *_, lost_one, lost_two = exact(waits=False)
    patience = {"law": "exponential", "mean_seconds": PATIENCE, "balk_share": 1.0}
    assert_inside(means(n_design(patience=patience))[:, 2:], (lost_one, lost_two))
