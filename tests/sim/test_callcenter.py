"""Laws of the centre: who goes where, and what must hold on any day."""

import itertools

import numpy as np
import pytest
from centres import NOON, callers, draws, one_queue
from hypothesis import given, settings
from hypothesis import strategies as st

from sim.callcenter import Carry, Centre
from sim.callcenter.floor import AGENT_STEP
from sim.contacts import arrivals
from sim.errors import InputError
from sim.records import ASKED, Calls
from sim.scenario import load
from sim.staffing import Staffing
from sim.streams import Streams
from sim.tables import columns

HOTLINE = load("retail_hotline")
PRESSED = HOTLINE.with_(teams__enquiry__agents=[2] * 12, teams__complaint__agents=[3] * 12, trunks=12)
TWO_SKILLS = HOTLINE.with_(
    teams__enquiry__agents=[1] * 12, teams__complaint__agents=[1] * 12, patience__balk_share=0.0
)


def run(scenario, contacts, drawn, staffing=None) -> Calls:
    return Centre(scenario).run(contacts, drawn, staffing).calls


def outcomes(calls) -> list[str]:
    return calls["outcome"].tolist()


@pytest.fixture(scope="module", params=["retail_hotline", "pressed", "ssj_callcenter"])
def day(request):
    scenario = {"pressed": PRESSED}.get(request.param) or load(request.param)
    contacts, drawn = arrivals(scenario, Streams(1), 2)
    return scenario, contacts, drawn, Centre(scenario).run(contacts, drawn)


# what happens to one caller


def test_a_free_agent_answers_at_once():
    contacts = callers([NOON])
    calls = run(one_queue(1), contacts, draws(contacts, talk=60.0, wrap_up=30.0))
    told = {name: calls[name][0] for name in columns("calls")}
    assert (told["at"], told["queued_at"], told["answered_at"], told["ended_at"]) == (
        NOON,
        NOON,
        NOON,
        NOON + 60,
    )
    assert (told["wait"], told["talk"], told["hold"], told["wrap_up"]) == (0, 60, 0, 30)
    assert (told["outcome"], told["agent_id"], told["solved"]) == ("answered", 10_001, True)


def test_the_next_caller_waits_for_talk_and_wrap_up():
    contacts = callers([NOON, NOON + 10])
    calls = run(one_queue(1), contacts, draws(contacts, talk=60.0, wrap_up=30.0))
    assert calls["wait"].tolist() == [0, 80]


def test_a_caller_hangs_up_when_patience_ends_and_leaves_the_line():
    contacts = callers([NOON, NOON + 1, NOON + 2])
    calls = run(one_queue(1), contacts, draws(contacts, patience=[np.inf, 20, np.inf]))
    assert outcomes(calls) == ["answered", "abandoned", "answered"]
    assert calls["wait"].tolist() == [0, 20, 58]
    assert calls["ended_at"].tolist() == [NOON + 60, NOON + 21, NOON + 120]


def test_an_agent_free_in_the_very_millisecond_is_in_time():
    contacts = callers([NOON, NOON])
    for patience, outcome in ((60.0, "answered"), (59.999, "abandoned")):
        assert outcomes(run(one_queue(1), contacts, draws(contacts, patience=patience)))[1] == outcome


def test_who_balks_leaves_only_at_the_sight_of_a_queue():
    scenario = one_queue(1, patience__balk_share=0.2)
    contacts = callers([NOON, NOON + 1, NOON + 2])
    calls = run(scenario, contacts, draws(contacts, balk=[0.1, 0.1, 0.3]))
    assert outcomes(calls) == ["answered", "balked", "answered"]
    assert calls["wait"].tolist() == [0, 0, 58]


def test_the_menu_takes_time_serves_some_and_loses_some():
    scenario = one_queue(1, ivr__self_service_share=0.4, ivr__left_menu_share=0.1)
    contacts = callers([NOON, NOON + 1, NOON + 2])
    calls = run(scenario, contacts, draws(contacts, ivr=25.0, self_service=[0.39, 0.4, 0.95]))
    assert outcomes(calls) == ["self_served", "answered", "left_menu"]
    assert calls["queued_at"][1] == NOON + 26 and np.isnan(calls["queued_at"][[0, 2]]).all()
    assert calls["ended_at"][[0, 2]].tolist() == [NOON + 25, NOON + 27]
    assert calls["solved"].tolist() == [True, True, False]


def test_a_trunk_is_held_from_menu_to_hang_up():
    contacts = callers([NOON, NOON + 5, NOON + 84, NOON + 85])
    calls = run(one_queue(9, trunks=1), contacts, draws(contacts, ivr=25.0, wrap_up=500.0))
    assert outcomes(calls) == ["answered", "busy", "busy", "answered"]
    assert np.isnan(calls["ivr"]).tolist() == [False, True, True, False]


def test_those_who_did_not_get_through_try_again_with_new_draws():
    scenario = one_queue(1, redial__probability=0.5, redial__max_attempts=3)
    contacts = callers([NOON, NOON + 1])
    again = draws(
        contacts,
        attempts=3,
        talk=[300, 1, 1, 5, 6, 7],
        patience=[np.inf] * 3 + [10, 20, np.inf],
        redial=[0.9] * 3 + [0.4, 0.4, 0.4],
    )
    calls = run(scenario, contacts, again)
    assert outcomes(calls) == ["answered", "abandoned", "abandoned", "answered"]
    assert calls["attempt"].tolist() == [1, 1, 2, 3]
    assert calls["at"].tolist() == [NOON, NOON + 1, NOON + 111, NOON + 231]
    assert calls["talk"][3] == 7


@pytest.mark.parametrize("lost", ["busy", "balked", "abandoned"])
def test_every_loss_may_lead_to_a_redial_up_to_the_last_attempt(lost):
    scenario = one_queue(
        0,
        redial__probability=1.0,
        redial__max_attempts=2,
        trunks=1,
        patience__balk_share=0.9 if lost == "balked" else 0.0,
    )
    contacts = callers([NOON])
    drawn = draws(contacts, attempts=3, patience=10.0)
    if lost == "busy":
        contacts = callers([NOON, NOON])
        drawn = draws(contacts, attempts=3, patience=[1e4] * 3 + [10.0] * 3, redial=[1.0] * 3 + [0.5] * 3)
    calls = run(scenario, contacts, drawn)
    assert outcomes(calls)[-2:] == ([lost] * 2 if lost != "busy" else ["busy", "busy"])
    assert calls["attempt"].max() == 2


def test_nobody_tries_again_after_closing():
    scenario = one_queue(
        0, closing="13:00", interval_minutes=780, redial__probability=1.0, redial__max_attempts=2
    )
    contacts = callers([46_700.0, 46_799.0])
    calls = run(scenario, contacts, draws(contacts, attempts=2, patience=1.0, redial_delay=98.0))
    assert calls["attempt"].tolist() == [1, 1, 2] and calls["at"][2] == 46_799.0


# who answers whom


def test_vips_go_first_then_the_one_who_waits_longest():
    contacts = callers([NOON, NOON + 1, NOON + 2, NOON + 3], vip=[False, False, True, True])
    calls = run(one_queue(1), contacts, draws(contacts))
    assert calls["answered_at"].argsort().tolist() == [0, 2, 3, 1]


def test_callers_of_one_millisecond_are_served_in_the_order_of_the_list():
    contacts = callers([NOON] * 6)
    assert (np.diff(run(one_queue(1), contacts, draws(contacts))["answered_at"]) > 0).all()


def test_the_agent_free_longest_answers():
    contacts = callers([NOON, NOON + 1, NOON + 100, NOON + 200])
    calls = run(one_queue(2), contacts, draws(contacts, talk=[60.0, 20.0, 5.0, 5.0]))
    assert calls["agent_id"].tolist() == [10_001, 10_002, 10_002, 10_001]


def test_the_own_team_goes_before_a_team_that_only_helps():
    contacts = callers([NOON, NOON + 1, NOON + 2], skill=["enquiry", "enquiry", "complaint"])
    calls = run(TWO_SKILLS, contacts, draws(contacts))
    assert calls["agent_id"].tolist() == [10_001, 20_001, 20_001]
    assert calls["wait"].tolist() == [0, 0, 59]


def test_a_team_takes_only_its_skills():
    contacts = callers([NOON, NOON + 1], skill=["complaint", "complaint"])
    assert run(TWO_SKILLS, contacts, draws(contacts))["wait"].tolist() == [0, 59]


# shifts


def shifts(*agents):
    hours = {"interval_minutes": 60, "calls_per_hour": [1] * len(agents)}
    return one_queue(
        0, opening="09:00", closing=f"{9 + len(agents)}:00", teams__general__agents=list(agents), **hours
    )


def test_an_agent_finishes_the_call_in_hand_and_goes():
    contacts = callers([35_990.0, 36_005.0])
    calls = run(shifts(1, 0), contacts, draws(contacts, patience=300.0))
    assert outcomes(calls) == ["answered", "abandoned"] and calls["ended_at"][0] == 36_050


def test_a_free_agent_goes_at_the_end_of_the_shift():
    contacts = callers([32_500.0, 36_100.0, 36_100.0])
    calls = run(shifts(2, 1), contacts, draws(contacts))
    assert calls["agent_id"].tolist() == [10_001, 10_001, 10_001]


def test_agents_who_come_take_the_waiting_at_once():
    contacts = callers([32_500.0, 32_501.0, 32_502.0])
    calls = run(shifts(0, 2), contacts, draws(contacts))
    assert calls["answered_at"].tolist() == [36_000, 36_000, 36_060]


def test_an_agent_held_over_the_break_is_not_doubled():
    contacts = callers([35_990.0, 39_601.0, 39_602.0])
    calls = run(shifts(1, 0, 1), contacts, draws(contacts, talk=[4000.0, 10.0, 10.0]))
    assert calls["answered_at"].tolist() == [35_990, 39_990, 40_000]
    assert set(calls["agent_id"]) == {10_001}


def test_the_line_is_served_to_its_end_after_closing():
    contacts = callers([35_999.0] * 5)
    calls = run(shifts(1), contacts, draws(contacts))
    assert outcomes(calls) == ["answered"] * 5 and calls["ended_at"][-1] == 36_299


def test_who_cannot_be_served_is_still_waiting():
    contacts = callers([38_600.0, 38_700.0])
    results = Centre(shifts(1, 0)).run(contacts, draws(contacts))
    assert outcomes(results.calls) == ["waiting"] * 2
    assert results.calls["wait"].tolist() == [1000, 900] and np.isnan(results.calls["ended_at"]).all()
    assert results.carry == Carry(1, (0, 1))


def test_zero_agents_with_endless_patience_are_refused():
    contacts = callers([35_000.0, 35_100.0])
    with pytest.raises(InputError, match=r"agents for 'general' = 0 in every interval: .*; give a team"):
        run(shifts(0), contacts, draws(contacts))
    assert outcomes(run(shifts(0), contacts, draws(contacts, patience=5.0))) == ["abandoned"] * 2


def test_a_plan_handed_in_goes_before_that_of_the_scenario():
    scenario = shifts(0)
    contacts = callers([35_000.0])
    plan = Staffing.from_plain({"general": [1]}, scenario)
    assert outcomes(run(scenario, contacts, draws(contacts), plan)) == ["answered"]


# laws of any day


def test_attempts_are_conserved(day):
    _, contacts, _, results = day
    calls = results.calls
    asked = np.isin(calls["outcome"], ASKED)
    assert (asked == ~np.isnan(calls["queued_at"])).all()
    assert len(calls) == asked.sum() + np.isin(calls["outcome"], ("busy", "self_served", "left_menu")).sum()
    assert set(calls["contact_id"]) == set(contacts["contact_id"])
    pairs = np.stack([calls["contact_id"], calls["attempt"]])
    assert np.unique(pairs, axis=1).shape[1] == len(calls)
    last = dict(pairs.T.tolist())
    repeated = np.array([attempt < last[contact] for contact, attempt in pairs.T.tolist()])
    assert np.isin(calls["outcome"][repeated], ("busy", "balked", "abandoned")).all()


def test_records_stand_in_order_and_times_follow_one_another(day):
    calls = day[3].calls
    assert (np.diff(calls["at"]) >= 0).all()
    answered = calls["outcome"] == "answered"
    steps = [calls[name][answered] for name in ("at", "queued_at", "answered_at", "ended_at")]
    assert all((later >= earlier).all() for earlier, later in itertools.pairwise(steps))
    assert np.allclose(steps[2] - steps[1], calls["wait"][answered], rtol=0, atol=1e-9)
    assert np.allclose(steps[3] - steps[2], calls["talk"][answered], rtol=0, atol=1e-9)
    assert (calls["agent_id"] >= 0).tolist() == answered.tolist()


def test_no_agent_is_in_two_calls(day):
    calls = day[3].calls
    for agent in np.unique(calls["agent_id"][calls["agent_id"] >= 0]):
        mine = calls["agent_id"] == agent
        start = calls["answered_at"][mine]
        free = calls["ended_at"][mine] + calls["wrap_up"][mine]
        order = start.argsort()
        assert (start[order][1:] >= free[order][:-1] - 1e-6).all()


def test_agents_answer_only_on_duty_and_only_their_skills(day):
    scenario, _, _, results = day
    calls = results.calls
    answered = calls["outcome"] == "answered"
    at = calls["answered_at"][answered]
    interval = ((at - scenario.opening_seconds) // (scenario.interval_minutes * 60)).astype(int)
    interval = np.minimum(interval, scenario.intervals - 1)
    team, place = np.divmod(calls["agent_id"][answered], AGENT_STEP)
    for number, one in enumerate(scenario.teams, start=1):
        mine = team == number
        assert set(calls["skill"][answered][mine]) <= set(one.skills)
        # in the millisecond of a change, agents of both shifts may be there
        plan = np.array(one.agents)
        before = np.array([one.agents[0], *one.agents])
        changing = at % (scenario.interval_minutes * 60) == 0
        allowed = np.where(changing, np.maximum(plan, before[:-1])[interval], plan[interval])
        assert (place[mine] <= allowed[mine]).all()


def test_the_trunks_are_never_overfilled(day):
    scenario, _, _, results = day
    calls = results.calls
    through = (calls["outcome"] != "busy") & ~np.isnan(calls["ended_at"])
    times = np.concatenate([calls["at"][through], calls["ended_at"][through]])
    steps = np.repeat([1, -1], through.sum())
    order = np.lexsort((steps, times))
    assert np.cumsum(steps[order]).max() <= scenario.trunks


def test_littles_law_holds_exactly(day):
    calls = day[3].calls
    asked = np.isin(calls["outcome"], ASKED)
    start = np.rint(calls["queued_at"][asked] * 1000).astype(int)
    end = start + np.rint(calls["wait"][asked] * 1000).astype(int)
    moments = np.unique(np.concatenate([start, end]))
    waiting = np.searchsorted(np.sort(start), moments, "right") - np.searchsorted(
        np.sort(end), moments, "right"
    )
    area = (waiting[:-1] * np.diff(moments)).sum()
    assert area == (end - start).sum()  # number in line over time = sum of waits, on any path


def test_with_agents_enough_nobody_waits():
    plenty = HOTLINE.with_(
        teams__enquiry__agents=[500] * 12, teams__complaint__agents=[500] * 12, trunks=5000
    )
    contacts, drawn = arrivals(plenty, Streams(1), 1)
    calls = run(plenty, contacts, drawn)
    assert set(outcomes(calls)) == {"answered", "self_served", "left_menu"}
    assert calls["wait"][calls["outcome"] == "answered"].max() == 0


def test_without_agents_nobody_is_answered():
    empty = HOTLINE.with_(teams__enquiry__agents=[0] * 12, teams__complaint__agents=[0] * 12)
    contacts, drawn = arrivals(empty, Streams(1), 1)
    assert "answered" not in outcomes(run(empty, contacts, drawn))


def test_a_day_without_callers_is_a_day():
    contacts = callers([])
    results = Centre(HOTLINE).run(contacts, draws(contacts))
    assert len(results.calls) == len(results.cases) == 0


def test_more_agents_never_lengthen_a_wait_when_nobody_hangs_up():
    contacts, drawn = arrivals(one_queue(1, calls_per_hour=[60]), Streams(4), 1)
    waits = [run(one_queue(agents), contacts, drawn)["wait"] for agents in (2, 3, 4, 8)]
    assert all((more <= fewer).all() for fewer, more in itertools.pairwise(waits))


def test_more_agents_are_better_on_average_over_many_days():
    levels = []
    for extra in (0, 1, 2):
        plan = {team.name: [a + extra for a in team.agents] for team in HOTLINE.teams}
        answered = offered = 0
        for number in range(6):  # the same callers for each plan
            contacts, drawn = arrivals(HOTLINE, Streams(9), number)
            calls = run(HOTLINE, contacts, drawn, Staffing.from_plain(plan, HOTLINE))
            answered += int(((calls["outcome"] == "answered") & (calls["wait"] <= 20)).sum())
            offered += int(np.isin(calls["outcome"], ASKED).sum())
        levels.append(answered / offered)
    assert levels == sorted(levels) and levels[0] < levels[2]


@settings(max_examples=30, deadline=None)
@given(
    gaps=st.lists(st.integers(0, 40), min_size=1, max_size=25),
    talk=st.integers(1, 90),
    agents=st.integers(1, 4),
)
def test_nobody_waits_while_an_agent_is_free(gaps, talk, agents):
    contacts = callers(NOON + np.cumsum(gaps))
    calls = run(one_queue(agents), contacts, draws(contacts, talk=float(talk)))
    for k in np.flatnonzero(calls["wait"] > 0):
        before = calls["queued_at"][k]
        talking = (calls["answered_at"] <= before) & (before < calls["ended_at"])
        assert talking.sum() == agents


def test_runs_are_pure():
    contacts, drawn = arrivals(HOTLINE, Streams(1), 1)
    centre = Centre(HOTLINE)
    first, second = centre.run(contacts, drawn).calls, centre.run(contacts, drawn).calls
    assert all(
        np.array_equal(first[n], second[n], equal_nan=first[n].dtype.kind == "f") for n in columns("calls")
    )


def test_days_are_run_in_their_order():
    contacts = callers([NOON], day=3)
    today = callers([NOON], day=3, skill="enquiry")
    assert Centre(HOTLINE).run(today, draws(contacts), carry=Carry(2)).carry.day == 3
    with pytest.raises(InputError, match="must be before the day to run, 3"):
        Centre(one_queue(1)).run(contacts, draws(contacts), carry=Carry(3))
    nobody = callers([])
    assert Centre(HOTLINE).run(nobody, draws(nobody), carry=Carry(3)).carry.day == 4
