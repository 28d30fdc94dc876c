"""The board: each measure on a handful of records, so that the denominators can be counted by hand."""

import math
from dataclasses import astuple

import numpy as np
import pytest

from sim import metrics
from sim.callcenter import Centre
from sim.contacts import arrivals
from sim.errors import InputError
from sim.records import Calls
from sim.scenario import load
from sim.staffing import Staffing
from sim.streams import Streams

NAN = math.nan
# contact, attempt, at (h), outcome, wait, talk, hold, wrap-up, solved
ROWS = [
    (1, 1, 8.1, "answered", 0, 100, 10, 40, True),
    (2, 1, 8.2, "answered", 20, 200, 0, 50, False),
    (3, 1, 8.3, "abandoned", 4, NAN, NAN, NAN, False),
    (3, 2, 8.6, "answered", 30, 300, 20, 60, True),
    (4, 1, 8.4, "balked", 0, NAN, NAN, NAN, False),
    (5, 1, 8.5, "self_served", NAN, NAN, NAN, NAN, True),
    (6, 1, 10.1, "busy", NAN, NAN, NAN, NAN, False),
    (7, 1, 10.2, "left_menu", NAN, NAN, NAN, NAN, False),
    (8, 1, 10.3, "waiting", 500, NAN, NAN, NAN, False),
    (9, 1, 10.4, "abandoned", 60, NAN, NAN, NAN, False),
]
NAMES = ("contact_id", "attempt", "at", "outcome", "wait", "talk", "hold", "wrap_up", "solved")
CALLS = {name: np.array(column) for name, column in zip(NAMES, zip(*ROWS, strict=True), strict=True)}
CALLS["at"] = CALLS["at"] * 3600


def test_who_asked_for_an_agent_was_offered():
    assert metrics.offered(CALLS) == 7  # 3 answered, 2 abandoned, 1 balked, 1 waiting


def test_the_limit_of_the_service_level_counts_as_in_time():
    assert metrics.service_level(CALLS, seconds=20) == 2 / 7
    assert metrics.service_level(CALLS, seconds=19.999) == 1 / 7
    assert metrics.service_level(CALLS, seconds=30) == 3 / 7


def test_short_abandons_may_be_left_out():
    assert metrics.service_level(CALLS, short_abandons=4) == 2 / 6  # only the one who balked
    assert metrics.service_level(CALLS, short_abandons=5) == 2 / 5
    assert metrics.service_level(CALLS, short_abandons=100) == 2 / 4  # the one still waiting stays


def test_asa_and_aht_are_means_over_the_answered():
    assert metrics.asa(CALLS) == 50 / 3
    assert metrics.aht(CALLS) == (150 + 250 + 380) / 3


def test_giving_up_is_measured_against_the_offered():
    assert metrics.abandonment_rate(CALLS) == 3 / 7


def test_occupancy_is_handling_over_paid_time():
    assert metrics.occupancy(CALLS, 7800) == 0.1
    plan = Staffing((("team", (1, 2)),), 1300)
    assert metrics.occupancy(CALLS, plan) == 0.2
    assert math.isnan(metrics.occupancy(CALLS, 0))


def test_a_redial_answered_first_time_is_a_first_contact():
    assert metrics.fcr(CALLS) == 2 / 3


def test_a_second_answered_call_of_a_contact_does_not_mend_the_first():
    again = {name: column[[1, 1]] for name, column in CALLS.items()}
    again["solved"] = np.array([False, True])
    assert metrics.fcr(again) == 0


def test_the_board_holds_them_all():
    board = metrics.board(CALLS)
    assert astuple(board) == (7, 3, 3, 2 / 7, 50 / 3, 3 / 7, 260, 2 / 3, 1, 1)


def test_an_empty_table_has_counts_of_zero_and_nothing_else():
    board = metrics.board(Calls.empty())
    assert (board.offered, board.answered, board.abandoned, board.busy, board.self_served) == (0,) * 5
    shares = (board.service_level, board.asa, board.abandonment_rate, board.aht, board.fcr)
    assert all(math.isnan(share) for share in shares)
    assert metrics.by_interval(Calls.empty()) == []


def test_stretches_of_the_day_add_up_and_leave_no_gap():
    hours = metrics.by_interval(CALLS, minutes=60)
    assert [(one.label, one.start) for one in hours] == [("08:00", 28800), ("09:00", 32400), ("10:00", 36000)]
    assert [one.board.offered for one in hours] == [5, 0, 2]
    assert math.isnan(hours[1].board.service_level)
    assert [one.label for one in metrics.by_interval(CALLS, minutes=30)][:2] == ["08:00", "08:30"]


def test_a_store_and_a_frame_give_the_same_board():
    scenario = load("retail_hotline")
    calls = Centre(scenario).run(*arrivals(scenario, Streams(1), 1)).calls
    assert metrics.board(calls) == metrics.board(calls.frame())
    whole, parts = metrics.board(calls), metrics.by_interval(calls, minutes=30)
    for name in ("offered", "answered", "abandoned", "busy", "self_served"):
        assert getattr(whole, name) == sum(getattr(one.board, name) for one in parts)


@pytest.mark.parametrize("name", ["seconds", "short_abandons"])
@pytest.mark.parametrize("value", [-1, math.nan])
def test_a_limit_below_zero_is_refused(name, value):
    with pytest.raises(InputError, match=f"{name} = "):
        metrics.service_level(CALLS, **{name: value})


@pytest.mark.parametrize("minutes", [0, -30, math.nan])
def test_a_stretch_has_a_length(minutes):
    with pytest.raises(InputError, match="minutes = "):
        metrics.by_interval(CALLS, minutes=minutes)
