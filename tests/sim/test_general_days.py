"""General days: rates by weekday, a mix of skills that changes over the day, and agents who prefer a skill."""

import numpy as np
import pytest
from centres import NOON, callers, draws

from sim.callcenter import Centre
from sim.callcenter.busyness import expected
from sim.callcenter.clock import StockClock
from sim.contacts import arrivals
from sim.errors import InputError
from sim.scenario import Scenario, load
from sim.streams import Streams

FLAT = load("retail_hotline").with_(busyness_cv=0, calls_per_hour=[100] * 12)


def test_a_weekday_may_have_hourly_rates_of_its_own():
    saturday = [10.0 * k for k in range(12)]
    week = {"first_weekday": 4, "calls_per_hour": {"saturday": saturday}, "factors": [1, 1, 1, 1, 1, 0.5, 2]}
    scenario = FLAT.with_(week=week)
    told = [expected(scenario, Streams(1).under("day", day), day).tolist() for day in range(3)]
    assert told == [[100.0] * 12, [rate / 2 for rate in saturday], [200.0] * 12]
    assert Scenario.from_plain(scenario.plain()) == scenario


@pytest.mark.parametrize(
    ("rates", "rule"),
    [
        ({"saturnday": [1.0] * 12}, r"week\.calls_per_hour\.saturnday = .*must be one of monday"),
        ({"monday": [1.0] * 3}, r"week\.calls_per_hour\.monday has 3 numbers: must have 12"),
        ({"monday": [-1.0] * 12}, r"week\.calls_per_hour\.monday = .*it holds -1"),
        ({"monday": "many"}, r"week\.calls_per_hour\.monday = .*must be a list"),
    ],
)
def test_impossible_rates_of_a_weekday_are_refused(rates, rule):
    with pytest.raises(InputError, match=rule):
        FLAT.with_(week={"calls_per_hour": rates})


def test_the_mix_of_skills_may_change_over_the_day():
    enquiry = [0.9] * 6 + [0.2] * 6
    scenario = FLAT.with_(
        skills__enquiry__shares=enquiry,
        skills__complaint__shares=[1 - share for share in enquiry],
        calls_per_hour=[2000] * 12,
    )
    contacts, _ = arrivals(scenario, Streams(2), 1)
    morning = contacts["at"] < 14 * 3600
    for half, share in ((morning, 0.9), (~morning, 0.2)):
        found = (contacts["skill"][half] == "enquiry").mean()
        assert abs(found - share) < 4 * np.sqrt(share * (1 - share) / half.sum())
    assert Scenario.from_plain(scenario.plain()) == scenario


def test_shares_that_do_not_change_change_nobody():
    both = {"skills__enquiry__shares": [0.75] * 12, "skills__complaint__shares": [0.25] * 12}
    one, other = (arrivals(scenario, Streams(2), 1)[0] for scenario in (FLAT, FLAT.with_(**both)))
    assert one.frame().equals(other.frame())


@pytest.mark.parametrize("shares", [[0.5] * 12, [0.75] * 11, [0.75] * 11 + [1.5]])
def test_shares_of_an_interval_sum_to_1(shares):
    with pytest.raises(InputError, match="shares"):
        FLAT.with_(skills__enquiry__shares=shares)


@pytest.mark.parametrize(
    ("next_call", "first"), [("longest_wait", "enquiry"), ("preferred_skill", "complaint")]
)
def test_a_free_agent_takes_who_waits_longest_or_the_preferred_skill(next_call, first):
    scenario = load("retail_hotline").with_(
        next_call=next_call, teams__enquiry__agents=[0] * 12, teams__complaint__agents=[1] * 12
    )
    contacts = callers([NOON, NOON + 1, NOON + 2], skill=["complaint", "enquiry", "complaint"])
    drawn = draws(contacts)
    for clock in ({}, {"clock": StockClock}):
        calls = Centre(scenario, **clock).run(contacts, drawn).calls
        assert calls["skill"][np.argsort(calls["answered_at"])].tolist()[1] == first


def test_a_misspelt_rule_of_the_next_call_is_refused():
    with pytest.raises(InputError, match="next_call = nearest: must be one of longest_wait, preferred_skill"):
        FLAT.with_(next_call="nearest")
