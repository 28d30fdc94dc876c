"""Work: what agents had in hand over all channels, and the days of a centre with everything, as commands run them."""

from itertools import pairwise

import numpy as np
import pytest
from centres import NOON, one_queue
from rich_centre import drawn, with_options
from test_channels import CHAT, desk, people
from whole_centre import whole

from crmlab import simulation
from sim import measures, tables
from sim.callcenter import Centre
from sim.callcenter.work import Work
from sim.contacts import arrivals
from sim.experiment import Experiment, replicate
from sim.scenario import load
from sim.staffing import Staffing
from sim.streams import Streams

COUNT = 8


def run(scenario, contacts, **columns):
    return Centre(scenario).run(contacts, drawn(contacts, **columns))


def stretches(work: Work) -> list[tuple[float, float]]:
    return sorted(zip(work.since.tolist(), work.length.tolist(), strict=True))


def test_a_plain_phone_day_needs_none_and_its_calls_tell_it():
    made = run(one_queue(1), people([NOON], "general"), talk=100.0, wrap_up=20.0)
    assert made.work is None
    since, length = measures.handled(made.calls)
    assert (since[0], length[0]) == (NOON, 120.0)


def test_a_message_is_work_until_it_is_noted_down():
    made = run(desk(), people([NOON], "email"), talk=100.0, wrap_up=20.0)
    assert stretches(made.work) == [(NOON, 120.0)]


def test_chats_side_by_side_count_once():
    both = people([NOON, NOON + 40], "chat")
    made = run(desk(chat=CHAT | {"slowdown": 0.0}), both, talk=100.0, wrap_up=0.0)
    assert stretches(made.work) == [(NOON, 140.0)]


def test_a_chat_that_was_left_without_a_sign_is_work():
    three = people([NOON, NOON, NOON + 1], "chat")
    made = run(desk(chat=CHAT | {"slowdown": 0.0}), three, talk=100.0, patience=10.0, silent=0.0)
    assert stretches(made.work) == [(NOON, 130.0)]  # the third is found silent after 100 s, for 30 s


def test_ringing_for_who_is_not_reached_is_work():
    offer = {"after_seconds": 10.0, "share": 1.0, "reached_share": 0.5, "ring_seconds": 25.0}
    two = people([NOON, NOON + 1], "general")
    made = run(with_options(callback=offer), two, talk=60.0, reached=0.9, callback=0.0)
    assert stretches(made.work) == [(NOON, 60.0 + 25.0)]  # one after the other


def test_who_stays_in_a_conference_works_until_its_end():
    up = {"share": 1.0, "to": "leader", "mean_seconds": 10.0, "conference_share": 1.0}
    scenario = with_options(skills=["leader"], escalation=up)
    made = run(scenario, people([NOON], "general"), talk=60.0, wrap_up=5.0, escalate=0.0, conference=0.0, escalation_talk=30.0)  # fmt: skip
    assert stretches(made.work) == [(NOON, 95.0), (NOON + 60, 30.0)]
    assert sum(made.work.length) == sum(made.legs["free_at"] - made.legs["answered_at"])


@pytest.mark.parametrize("seed", range(2))
def test_nobody_works_more_than_the_time_on_duty(seed):
    scenario = whole()
    contacts, draws = arrivals(scenario, Streams(seed), 1)
    made = Centre(scenario).run(contacts, draws)
    duty = made.presence["state"] == "duty"
    there = (made.presence["until"] - made.presence["since"])[duty].sum()
    calls = measures.handled(made.calls)[1].sum()
    assert 0.5 * calls < made.work.length.sum() <= there
    told = measures.whole(made.calls, scenario, Staffing.of(scenario), 1, (made.work.since, made.work.length))
    assert 0 < told["occupancy"] < 1.5


@pytest.fixture(scope="module")
def days():
    """Some days of the ready centre with everything, as the command runs them."""
    experiment = Experiment(load("service_centre"), days=COUNT)
    return experiment, simulation.run_first(experiment, simulation.drawn(experiment))


def test_days_of_a_centre_with_everything_are_tables_that_hold(days):
    _, run = days
    wanted = {"calls", "contacts", "presence", "legs", "cases", "chats", "messages", "special_calls", "crew"}
    assert set(run.frames) == wanted and run.days == COUNT
    for name, frame in run.frames.items():
        tables.check(frame, name)
    cases = run.frames["cases"]
    assert set(cases["skill"]) == {"complaint", "mail_complaint"}
    assert {"open", "closed"} == set(cases["status"]) and cases["case_id"].is_monotonic_increasing


def test_its_cases_are_counted_once_and_as_the_last_day_tells_them(days):
    experiment, run = days
    cases, told = run.frames["cases"], replicate(experiment, 1).whole
    assert told["cases"] == len(cases) and told["cases_closed"] == (cases["status"] == "closed").sum()
    assert told["cases_in_time"] == pytest.approx(cases["in_time"].mean())
    assert repr(run.replication) == repr(replicate(experiment, 1))


def test_the_register_knows_callers_of_earlier_days(days):
    _, run = days
    special = run.frames["special_calls"]
    assert len(special) and set(special["kind"]) <= {"silent", "harassment", "threat"}
    assert (special["attempt"] > 1).any()


def test_stretches_are_cut_at_the_edges():
    given = (np.array([0.0, 50.0]), np.array([100.0, 10.0]))
    edges = np.array([0.0, 30.0, 60.0, 200.0])
    assert measures.inside(given, edges).tolist() == [30.0, 40.0, 40.0]
    assert all(a < b for a, b in pairwise(edges))
