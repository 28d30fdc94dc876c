"""Intervals and the rule that stops: against closed forms, a published table, and hand-made sequences."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sim.errors import InputError
from sim.intervals import estimate, paired
from sim.stopping import Narrow, StopRule


def told(*values):
    return [{"x": float(v)} for v in values]


def test_the_interval_is_students():
    # t(0.975, 4) = 2.776 in every table; the sample 1..5 has mean 3 and variance 2.5
    seen = estimate([1, 2, 3, 4, 5])
    assert (seen.mean, seen.n) == (3, 5)
    assert seen.half_width == pytest.approx(2.776445 * math.sqrt(2.5 / 5), rel=1e-6)
    assert (seen.low, seen.high) == (3 - seen.half_width, 3 + seen.half_width)


def test_absent_values_are_left_out_and_one_value_has_no_interval():
    assert estimate([math.nan, 2, 4]).n == 2
    assert math.isnan(estimate([7]).half_width) and math.isnan(estimate([]).mean)


@given(st.lists(st.floats(-1e6, 1e6), min_size=2, max_size=20), st.floats(-100, 100))
def test_a_constant_difference_is_known_exactly(values, shift):
    seen = paired(values, [v + shift for v in values])
    assert seen.mean == pytest.approx(shift, abs=1e-6) and seen.half_width < 1e-5


def test_pairs_need_equal_lengths_and_a_confidence_lies_between():
    with pytest.raises(InputError, match="second = 1 values"):
        paired([1, 2], [1])
    with pytest.raises(InputError, match="confidence = 1"):
        estimate([1, 2], confidence=1)


def test_without_wishes_all_are_run():
    assert StopRule(most=4).enough(told(1, 2, 3)) is None
    assert StopRule(most=4).enough(told(1, 2, 3, 4, 5)) == 4


def test_the_wish_must_hold_for_the_look_ahead_too():
    rule = StopRule(most=50, narrow=(Narrow("x", 0.5),), look_ahead=2)
    calm = told(5, 5, 5, 5, 5)
    assert rule.enough(calm[:4]) is None
    assert rule.enough(calm) == 5  # narrow at 3, and still at 4 and 5
    luck = told(5, 5, 5, 90, 5, 5, 5)
    assert rule.enough(luck) is None


def test_a_long_run_looks_further_ahead():
    rule = StopRule(most=1000, narrow=(Narrow("x", 0.1),), look_ahead=5, least=200)
    assert rule.enough(told(*[1] * 209)) is None
    assert rule.enough(told(*[1] * 212)) == 210  # from 200 on, and for 10 more


def test_all_wishes_must_hold():
    rule = StopRule(most=50, narrow=(Narrow("x", 0.5), Narrow("y", 0.5)), look_ahead=0)
    rows = [{"x": 1.0, "y": float(y)} for y in (0, 100, 0, 100, 0)]
    assert rule.enough(rows) is None
    assert rule.enough([{"x": 1.0, "y": 2.0}] * 5) == 3


def test_a_relative_wish_is_a_share_of_the_mean():
    assert Narrow.parse("asa=5%") == Narrow("asa", 0.05, relative=True)
    assert Narrow.parse(" service_level = 0.01") == Narrow("service_level", 0.01)
    assert Narrow("x", 0.05, relative=True).holds([100, 101, 100, 101], 0.95)
    assert not Narrow("x", 0.05).holds([100, 101, 100, 101], 0.95)


@pytest.mark.parametrize("text", ["asa", "asa=", "asa=wide", "asa=5%%"])
def test_a_wish_that_cannot_be_read_is_refused(text):
    with pytest.raises(InputError, match=r"precision = .*asa=5%"):
        Narrow.parse(text)


@pytest.mark.parametrize("width", [0, -1, math.nan, math.inf])
def test_a_width_is_above_nothing(width):
    with pytest.raises(InputError, match="width of x"):
        Narrow("x", width)


@pytest.mark.parametrize(("name", "value"), [("most", 0), ("most", 2.5), ("most", True), ("least", 0)])
def test_numbers_of_replications_are_whole(name, value):
    with pytest.raises(InputError, match=f"{name} = "):
        StopRule(**{"most": 5, name: value})
    with pytest.raises(InputError, match="confidence = 0"):
        StopRule(most=5, confidence=0)
