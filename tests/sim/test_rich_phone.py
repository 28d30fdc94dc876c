"""The phone day in full: what each option does to a call, and the laws that hold with all of them on."""

import numpy as np
import pytest
from centres import NOON, callers, one_queue
from rich_centre import drawn, rich, with_options

from sim import tables
from sim.callcenter import Centre
from sim.contacts import arrivals
from sim.scenario import Scenario
from sim.streams import Streams

WHOLE = rich()


def run(scenario, contacts, drawn):
    return Centre(scenario).run(contacts, drawn)


ESCALATION = {"share": 0.5, "to": "leader", "mean_seconds": 100.0, "conference_share": 0.5}


# one call


def test_hold_keeps_the_agent_and_the_line():
    contacts = callers([NOON, NOON + 1])
    calls = run(one_queue(1), contacts, drawn(contacts, talk=60.0, hold=[30.0, 0.0])).calls
    assert calls["hold"].tolist() == [30, 0] and calls["ended_at"][0] == NOON + 90
    assert calls["wait"].tolist() == [0, 89]


def test_a_leader_takes_over_and_the_agent_is_free_for_the_next():
    scenario = with_options(skills=["leader"], escalation=ESCALATION)
    contacts = callers([NOON, NOON + 1])
    told = drawn(contacts, talk=60.0, escalate=[0.1, 0.9], conference=0.9, escalation_talk=100.0)
    results = run(scenario, contacts, told)
    assert results.calls["wait"].tolist() == [0, 59]
    assert results.calls["level"].tolist() == [2, 1] and results.calls["legs"].tolist() == [2, 1]
    assert results.calls["talk"].tolist() == [160, 60] and results.calls["ended_at"][0] == NOON + 160
    assert results.legs["kind"].tolist() == ["agent", "leader", "agent"]


def test_in_a_conference_the_agent_stays_until_its_end():
    scenario = with_options(skills=["leader"], escalation=ESCALATION)
    contacts = callers([NOON, NOON + 1])
    told = drawn(contacts, talk=60.0, escalate=[0.1, 0.9], conference=0.1, escalation_talk=100.0)
    results = run(scenario, contacts, told)
    assert results.calls["wait"].tolist() == [0, 159]
    assert results.legs["free_at"].tolist() == [NOON + 160, NOON + 160, NOON + 220]


def test_the_customer_is_on_hold_while_the_leader_is_busy():
    scenario = with_options(2, skills=["leader"], escalation=ESCALATION)
    contacts = callers([NOON, NOON])
    told = drawn(contacts, talk=60.0, escalate=0.1, conference=0.9, escalation_talk=100.0)
    calls = run(scenario, contacts, told).calls
    assert calls["hold"].tolist() == [0, 100] and calls["ended_at"].tolist() == [NOON + 160, NOON + 260]


def test_some_go_on_to_the_manager():
    up = ESCALATION | {"further_share": 0.5, "further_to": "manager"}
    scenario = with_options(skills=["leader", "manager"], escalation=up)
    contacts = callers([NOON])
    told = drawn(contacts, escalate=0.1, conference=0.9, further=0.1, escalation_talk=10.0, further_talk=5.0)
    results = run(scenario, contacts, told)
    assert results.legs["kind"].tolist() == ["agent", "leader", "manager"]
    assert results.calls["level"].tolist() == [3] and results.calls["talk"].tolist() == [75]


def test_a_transfer_goes_to_the_other_skill_before_its_line():
    plain = with_options(skills=["expert"]).plain()
    plain["skills"]["general"] |= {"transfer_share": 0.5, "transfer_to": "expert"}
    contacts = callers([NOON, NOON + 1, NOON + 2], skill=["general", "expert", "expert"])
    told = drawn(contacts, talk=[60, 100, 7], transfer=[0.1, 0.9, 0.9], transfer_talk=20.0)
    results = run(Scenario.from_plain(plain), contacts, told)
    assert results.legs["kind"].tolist() == ["agent", "transfer", "agent", "agent"]
    assert results.legs["answered_at"].tolist() == [NOON, NOON + 101, NOON + 1, NOON + 121]


def test_the_trunk_is_held_through_all_legs():
    plain = with_options(9, skills=["leader"], escalation=ESCALATION).plain() | {"trunks": 1}
    contacts = callers([NOON, NOON + 159, NOON + 160])
    told = drawn(contacts, talk=60.0, escalate=[0.1, 0.9, 0.9], conference=0.9, escalation_talk=100.0)
    outcomes = run(Scenario.from_plain(plain), contacts, told).calls["outcome"].tolist()
    assert outcomes == ["answered", "busy", "answered"]


CALL_BACK = {"after_seconds": 10.0, "share": 0.5, "reached_share": 0.5, "ring_seconds": 30.0}


def test_a_call_back_frees_the_trunk_keeps_the_place_and_ends_patience():
    scenario = with_options(callback=CALL_BACK)
    contacts = callers([NOON, NOON + 1, NOON + 2])
    told = drawn(contacts, talk=60.0, patience=20.0, callback=[0.9, 0.1, 0.9], reached=0.1)
    calls = run(scenario, contacts, told).calls
    assert calls["outcome"].tolist() == ["answered", "answered", "abandoned"]
    assert calls["call_back"].tolist() == ["none", "reached", "none"] and calls["wait"][1] == 59
    few = Scenario.from_plain(scenario.plain() | {"trunks": 2})
    contacts = callers([NOON, NOON + 1, NOON + 5, NOON + 11])
    told = drawn(contacts, talk=60.0, callback=[0.9, 0.1, 0.9, 0.9], reached=0.1)
    assert run(few, contacts, told).calls["outcome"].tolist() == ["answered", "answered", "busy", "answered"]


def test_who_is_not_reached_costs_the_agent_the_ringing():
    contacts = callers([NOON, NOON + 1, NOON + 2])
    told = drawn(contacts, talk=60.0, callback=[0.9, 0.1, 0.9], reached=0.9)
    calls = run(with_options(callback=CALL_BACK), contacts, told).calls
    assert calls["outcome"].tolist() == ["answered", "abandoned", "answered"]
    assert calls["call_back"][1] == "unreached" and calls["answered_at"][2] == NOON + 90


def test_helping_teams_come_in_only_after_the_overflow_time():
    plain = with_options(1, skills=["other"], teams={"other": {"overflow": ["general"]}}).plain()
    plain["skills"]["general"]["overflow_seconds"] = 20.0
    contacts = callers([NOON, NOON + 1])
    calls = run(Scenario.from_plain(plain), contacts, drawn(contacts)).calls
    assert calls["agent_id"].tolist() == [10_001, 20_001] and calls["wait"].tolist() == [0, 20]


def test_a_helping_team_that_is_busy_takes_who_has_waited_long_when_it_is_free():
    plain = with_options(1, skills=["other"], teams={"other": {"overflow": ["general"]}}).plain()
    plain["skills"]["general"]["overflow_seconds"] = 20.0
    contacts = callers([NOON, NOON, NOON + 1], skill=["general", "other", "general"])
    told = drawn(contacts, talk=[100, 40, 5])
    calls = run(Scenario.from_plain(plain), contacts, told).calls
    assert calls["agent_id"][2] == 20_001 and calls["wait"][2] == 39


def test_the_most_idle_team_or_the_agent_idle_longest_answers():
    for routing, agent in (("longest_idle", 10_001), ("most_idle", 20_001)):
        plain = with_options(1, teams={"more": {"agents": [3]}}, routing=routing).plain()
        contacts = callers([NOON])
        assert run(Scenario.from_plain(plain), contacts, drawn(contacts)).calls["agent_id"][0] == agent


def test_a_problem_not_solved_brings_the_customer_back():
    plain = with_options(repeat={"share": 0.5, "mean_delay_seconds": 60.0}).plain()
    plain["skills"]["general"]["solved_share"] = 0.5
    plain["redial"]["max_attempts"] = 2
    contacts = callers([NOON, NOON + 1])
    told = drawn(contacts, attempts=2, solved=[0.9, 0.1, 0.1, 0.1], repeat=0.1, repeat_delay=600.0)
    calls = run(Scenario.from_plain(plain), contacts, told).calls
    assert calls["kind"].tolist() == ["first", "first", "repeat"] and calls["at"][2] == NOON + 660
    assert calls["solved"].tolist() == [False, True, True] and calls["history"].tolist() == [0, 0, 1]


def test_a_special_call_takes_its_own_time_and_solves_nothing():
    told = {"silent_share": 0.1, "harassment_share": 0.1, "threat_share": 0.1}
    contacts = callers([NOON, NOON + 500, NOON + 1000, NOON + 1500])
    given = drawn(contacts, special=[0.05, 0.15, 0.25, 0.35], special_talk=12.0)
    calls = run(with_options(special=told), contacts, given).calls
    assert calls["special"].tolist() == ["silent", "harassment", "threat", "none"]
    assert calls["talk"].tolist() == [12, 12, 12, 60] and calls["solved"].tolist() == [False] * 3 + [True]


def test_a_break_waits_for_the_call_in_hand_and_lasts_its_time():
    scenario = with_options(breaks=[{"start": "12:00", "minutes": 30}])
    contacts = callers([NOON - 10, NOON + 60, NOON + 70])
    calls = run(scenario, contacts, drawn(contacts)).calls
    assert calls["answered_at"].tolist() == [NOON - 10, NOON + 50 + 1800, NOON + 110 + 1800]


def test_waves_take_their_breaks_one_after_the_other():
    scenario = with_options(2, breaks=[{"start": "12:00", "minutes": 30, "waves": 2}])
    contacts = callers([NOON + 60, NOON + 1860])
    calls = run(scenario, contacts, drawn(contacts)).calls
    assert calls["agent_id"].tolist() == [10_002, 10_001] and calls["wait"].tolist() == [0, 0]


def test_shrinkage_takes_its_share_of_the_day():
    plain = one_queue(0, opening="09:00", closing="19:00", interval_minutes=60, calls_per_hour=[1] * 10,
                      teams__general__agents=[3] * 10).plain()  # fmt: skip
    plain["teams"]["general"]["shrinkage"] = 0.25
    from sim.staffing import Staffing

    scenario = Scenario.from_plain(plain)
    there = Staffing.of(scenario).present(scenario)["general"]
    assert abs(sum(there) - 22.5) <= 0.5 and set(there) == {2, 3}
    assert Staffing.of(scenario).paid_seconds == 30 * 3600


# the laws, with everything on


@pytest.fixture(scope="module", params=[1, 2, 3])
def day(request):
    contacts, told = arrivals(WHOLE, Streams(request.param), 1)
    return Centre(WHOLE).run(contacts, told)


def test_its_tables_pass_their_schema(day):
    for store in (day.calls, day.legs, day.carry.crew):
        assert tables.check(store.frame(), store.table) is not None


def test_no_agent_handles_two_calls_at_once(day):
    legs = day.legs
    for agent in np.unique(legs["agent_id"]):
        mine = legs["agent_id"] == agent
        order = np.lexsort((legs["free_at"][mine], legs["answered_at"][mine]))
        start, free = legs["answered_at"][mine][order], legs["free_at"][mine][order]
        assert (start[1:] >= free[:-1] - 1e-6).all()


def test_talk_and_hold_fill_the_time_of_an_answered_call(day):
    calls = day.calls.rows(day.calls["outcome"] == "answered")
    assert np.allclose(calls["answered_at"] + calls["talk"] + calls["hold"], calls["ended_at"], atol=1e-6)
    assert (calls["hold"] >= 0).all() and (calls["legs"] >= 1).all()


def test_the_legs_of_a_call_add_up_to_it(day):
    calls, legs = day.calls.frame(), day.legs.frame()
    sums = legs.groupby(["contact_id", "attempt"]).agg(
        talk=("talk", "sum"), n=("leg", "max"), end=("ended_at", "max")
    )
    answered = calls[calls["outcome"] == "answered"].set_index(["contact_id", "attempt"])
    assert len(sums) == len(answered)
    both = answered.join(sums, rsuffix="_legs")
    assert np.allclose(both["talk"], both["talk_legs"], atol=1e-6)
    assert (both["legs"] == both["n"]).all() and np.allclose(both["ended_at"], both["end"], atol=1e-6)


def test_attempts_are_conserved_and_follow_their_reasons(day):
    calls = day.calls.frame()
    by = calls.sort_values(["contact_id", "attempt"])
    before = by.groupby("contact_id")[["outcome", "solved"]].shift()
    assert (by["attempt"] == by.groupby("contact_id").cumcount() + 1).all()
    redial, repeat = by["kind"] == "redial", by["kind"] == "repeat"
    assert before.loc[redial, "outcome"].isin(["busy", "balked", "abandoned"]).all()
    assert (before.loc[repeat, "outcome"] == "answered").all() and not before.loc[repeat, "solved"].any()
    assert ((by["attempt"] == 1) == (by["kind"] == "first")).all()


def test_everything_happens_in_it(day):
    assert {"first", "redial", "repeat"} == set(day.calls["kind"])
    assert set(day.legs["kind"]) == {"agent", "transfer", "leader", "manager"}
    assert set(day.calls["call_back"]) >= {"none", "reached"} and len(set(day.calls["special"])) > 1
