"""A first-come-first-served day equals the Kiefer-Wolfowitz recursion, every wait, bit for bit."""

from heapq import heapify, heapreplace

import numpy as np
import pytest
from centres import NOON, callers, draws, one_queue
from hypothesis import given, settings
from hypothesis import strategies as st

from sim.callcenter import Centre
from sim.callcenter import recursion as without_clock
from sim.callcenter.clock import StockClock
from sim.callcenter.day import Day, Today
from sim.contacts import milliseconds
from sim.scenario import Scenario
from sim.staffing import Staffing
from sim.streams import Streams


def recursion(at, talk, patience, agents):
    """Waits, and whether each caller stays: Kiefer and Wolfowitz 1955, with patience; milliseconds."""
    free = [0] * agents
    heapify(free)
    waits, stays = [], []
    for arrival, service, limit in zip(at, talk, patience, strict=True):
        wait = max(free[0] - arrival, 0)
        stays.append(wait <= limit)
        waits.append(min(wait, limit))
        if stays[-1]:
            heapreplace(free, arrival + wait + service)
    return waits, stays


@pytest.mark.parametrize(("agents", "patience"), [(1, np.inf), (7, np.inf), (7, 120.0), (25, 60.0)])
def test_the_centre_equals_the_recursion_bit_for_bit(agents, patience):
    streams, ids = Streams(8).under("recursion", agents), np.arange(5000)
    gap = 200.0 / agents / (0.97 if np.isinf(patience) else 1.1)
    at = milliseconds(np.cumsum(gap * streams.exponentials("gap", ids)))
    talk = milliseconds(200.0 * streams.exponentials("talk", ids))
    limit = milliseconds(patience * streams.exponentials("patience", ids))
    contacts = callers(at)
    calls = Centre(one_queue(agents)).run(contacts, draws(contacts, talk=talk, patience=limit)).calls
    clock = [np.rint(x * 1000).tolist() for x in (at, talk, limit)]
    waits, stays = recursion(*clock, agents)
    assert calls["wait"].tolist() == [wait / 1000 for wait in waits]
    assert (calls["outcome"] == "answered").tolist() == stays
    assert np.isinf(patience) == all(stays) and max(waits) > 0


def queues(skills, agents, **changes) -> Scenario:
    """Several plain queues, each with a team of its own."""
    plain = one_queue(agents).plain() | {"trunks": 100}
    for name in skills:
        plain["skills"][name] = plain["skills"]["general"] | {"share": 0.0}
        plain["teams"][name] = plain["teams"]["general"] | {"skills": [name], "agents": [agents]}
    return Scenario.from_plain(plain).with_(**changes)


def by_recursion(scenario, contacts, drawn) -> bool:
    """Whether the day is one that the recursion takes."""
    return without_clock.run(Day(scenario, Today(1, contacts, drawn), Staffing.of(scenario)))


SHORT = st.integers(0, 12)  # milliseconds, so that many things fall into one


@settings(max_examples=60, deadline=None)
@given(data=st.data(), agents=st.integers(1, 3), wrap=st.booleans(), trunks=st.sampled_from([3, 100]))
def test_the_recursion_takes_the_path_of_stock_simpy_bit_for_bit(data, agents, wrap, trunks):
    calls = data.draw(
        st.lists(st.tuples(SHORT, SHORT, SHORT, st.integers(1, 9), st.booleans(), st.booleans()))
    )
    gaps, talk, limit, after, balks, other = (
        (np.array(column) for column in zip(*calls, strict=True)) if calls else [np.zeros(0)] * 6
    )
    contacts = callers(NOON + np.cumsum(gaps) / 1000, skill=np.where(other, "second", "general"))
    drawn = draws(
        contacts,
        talk=talk / 1000,
        patience=np.where(limit > 10, np.inf, limit / 1000),
        wrap_up=after / 1000 if wrap else 0.0,
        balk=np.where(balks, 0.1, 0.9),
    )
    scenario = queues(
        ["second"], agents, trunks=trunks, patience__balk_share=0.5, patience__law="exponential"
    )
    one, other = (c.run(contacts, drawn) for c in (Centre(scenario), Centre(scenario, clock=StockClock)))
    for mine, theirs in ((one.calls, other.calls), (one.presence, other.presence)):
        assert mine.frame().equals(theirs.frame())


@pytest.mark.parametrize(
    ("takes", "changes", "columns"),
    [
        (True, {}, {}),
        (True, {"trunks": 2}, {}),  # never more than two at once
        (False, {"trunks": 1}, {}),
        (False, {}, {"ivr": 5.0}),
        (False, {}, {"wrap_up": [0.0, 5.0, 5.0]}),
        (False, {"patience__balk_share": 0.9}, {"talk": 100.0}),  # comes in as the agent becomes free
        (False, {"breaks": [{"start": "13:00", "minutes": 10, "waves": 1}]}, {}),
        (False, {"interval_minutes": 720, "calls_per_hour": [1, 1], "teams__general__agents": [1, 2]}, {}),
        (False, {"teams__general__agents": [0], "patience__law": "exponential"}, {}),
    ],
)
def test_the_recursion_takes_only_days_for_which_it_holds(takes, changes, columns):
    contacts = callers([NOON, NOON + 100, NOON + 130])
    scenario = one_queue(1)
    if changes:
        plain = scenario.plain() | {k: changes.pop(k) for k in ("breaks",) if k in changes}
        scenario = Scenario.from_plain(plain).with_(**changes)
    assert by_recursion(scenario, contacts, draws(contacts, **columns)) is takes


def test_vips_redials_and_shared_teams_need_the_clock():
    contacts = callers([NOON, NOON + 100], vip=[True, False])
    assert not by_recursion(one_queue(1), contacts, draws(contacts))
    contacts = callers([NOON, NOON + 100])
    again = one_queue(1, redial__max_attempts=2, redial__probability=0.9)
    assert not by_recursion(again, contacts, draws(contacts, attempts=2))
    shared = queues(["second"], 1, teams__general__skills=["general", "second"])
    assert not by_recursion(shared, contacts, draws(contacts))
