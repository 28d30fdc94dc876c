"""Presence: who was logged in and on a break, against the plan and against the calls."""

import numpy as np
import pytest
from centres import NOON, callers, draws, one_queue
from rich_centre import rich, with_options

from sim import tables
from sim.callcenter import Centre
from sim.contacts import arrivals
from sim.streams import Streams

HOURS = {"opening": "11:00", "closing": "13:00", "interval_minutes": 60, "calls_per_hour": [1, 1]}


def stretches(results, state="duty"):
    kept = results.presence.frame().query("state == @state")
    return kept[["agent_id", "since", "until"]].values.tolist()


def test_an_agent_logs_out_at_the_end_of_the_shift_or_of_the_call_in_hand():
    scenario = one_queue(0, **HOURS, teams__general__agents=[2, 1])
    contacts = callers([NOON - 50, NOON - 40])
    results = Centre(scenario).run(contacts, draws(contacts, talk=[20.0, 100.0]))
    assert stretches(results) == [[10_001, NOON - 3600, NOON + 3600], [10_002, NOON - 3600, NOON + 60]]
    assert results.presence["planned_until"].tolist() == [NOON + 3600, NOON]


def test_the_last_shift_stays_until_the_line_is_empty():
    scenario = one_queue(0, **HOURS, teams__general__agents=[0, 1])
    contacts = callers([NOON + 3500])
    results = Centre(scenario).run(contacts, draws(contacts, talk=300.0))
    assert stretches(results) == [[10_001, NOON, NOON + 3800]]


def test_who_is_held_over_into_the_next_shift_never_logged_out():
    hours = HOURS | {"closing": "14:00", "calls_per_hour": [1, 1, 1]}
    scenario = one_queue(0, **hours, teams__general__agents=[1, 0, 1])
    contacts = callers([NOON - 10])
    results = Centre(scenario).run(contacts, draws(contacts, talk=4000.0))
    assert stretches(results) == [[10_001, NOON - 3600, NOON + 7200]]


def test_a_break_begins_after_the_call_in_hand():
    scenario = with_options(1, breaks=[{"start": "12:00", "minutes": 30}])
    contacts = callers([NOON - 10])
    results = Centre(scenario).run(contacts, draws(contacts, talk=60.0))
    assert stretches(results, "break") == [[10_001, NOON + 50, NOON + 50 + 1800]]
    assert len(stretches(results)) == 1


def test_a_break_ends_with_the_shift():
    scenario = one_queue(0, **HOURS, teams__general__agents=[1, 0]).plain()
    scenario["breaks"] = [{"start": "11:45", "minutes": 30}]
    results = Centre(type(one_queue(1)).from_plain(scenario)).run(contacts := callers([]), draws(contacts))
    assert stretches(results) == [[10_001, NOON - 3600, NOON]]
    assert stretches(results, "break") == [[10_001, NOON - 900, NOON]]


@pytest.mark.parametrize("seed", [1, 2])
def test_agents_answer_only_while_logged_in_and_never_on_a_break(seed):
    scenario = rich()
    results = Centre(scenario).run(*arrivals(scenario, Streams(seed), 1))
    there = results.presence
    tables.schema("presence").validate(there.frame())
    assert (there["until"] >= there["since"]).all()
    duty, rest = there["state"] == "duty", there["state"] == "break"
    assert rest.sum() > 0
    for agent in np.unique(results.legs["agent_id"]):
        mine = results.legs["agent_id"] == agent
        at, free = results.legs["answered_at"][mine], results.legs["free_at"][mine]
        on, off = (there[c][duty & (there["agent_id"] == agent)] for c in ("since", "until"))
        inside = (at[:, None] >= on) & (free[:, None] <= off)
        assert inside.any(axis=1).all()
        begin, end = (there[c][rest & (there["agent_id"] == agent)] for c in ("since", "until"))
        assert not ((at[:, None] < end) & (free[:, None] > begin)).any()
