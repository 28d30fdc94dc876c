"""Shifts: people who come for whole working times cover what each interval asks for, at the least paid time."""

from itertools import product

import numpy as np
import pytest

from sim.errors import InputError
from sim.experiment import Experiment
from sim.optimiser import optimise
from sim.promise import Promise
from sim.scenario import load
from sim.shifts import Shift, covers, fewest

TINY = load("tests/data/sim/tiny_shop.toml")
HALVES = [Shift(540, 660), Shift(600, 720), Shift(540, 720)]


def hours(*told: str) -> list[Shift]:
    return [Shift.parse(one) for one in told]


def test_a_shift_is_read_and_written_alike():
    assert str(Shift.parse(" 08:00-16:30 ")) == "08:00-16:30" == str(Shift(480, 990))
    assert Shift.parse("0:00-24:00") == Shift(0, 1440)


@pytest.mark.parametrize(
    "text",
    ["", "8-16", "16:00-08:00", "08:00-08:00", "08:00-16:60", "08:00-24:30", "08:0-16:00", "a:00-b:00"],
)
def test_what_is_no_shift_is_refused(text):
    with pytest.raises(InputError, match="must be two times"):
        Shift.parse(text)


@pytest.mark.parametrize("seed", range(5))
def test_the_cover_is_the_cheapest_there_is(seed):
    """Against every plan of up to four people a shift."""
    asked = np.random.default_rng(seed).integers(0, 4, size=3)
    covering = np.array([[1, 0, 1], [1, 1, 1], [0, 1, 1]])
    made = fewest(asked, covering, HALVES)
    paid = np.array([120, 120, 180])
    able = [p for p in product(range(5), repeat=3) if (covering @ np.array(p) >= asked).all()]
    assert (covering @ made >= asked).all()
    assert paid @ made == min(int(paid @ np.array(p)) for p in able)


def test_an_hour_without_a_shift_is_refused_where_somebody_is_needed():
    covering = np.array([[1], [0]])
    assert fewest(np.array([2, 0]), covering, [Shift(540, 600)]).tolist() == [2]
    with pytest.raises(InputError, match="interval 2, where 1 agents"):
        fewest(np.array([2, 1]), covering, [Shift(540, 600)])


@pytest.mark.parametrize(
    ("told", "said"),
    [
        (["09:15-11:00"], "begin and end with an interval"),
        (["07:00-11:00"], "must lie in the hours"),
        (["09:00-23:00"], "must lie in the hours"),
        (["09:00-11:00", "09:00-11:00"], "named twice"),
    ],
)
def test_a_shift_has_to_fit_the_hours(told, said):
    with pytest.raises(InputError, match=said):
        covers(hours(*told), TINY)


@pytest.mark.slow
def test_people_in_shifts_keep_the_promise_and_nobody_could_stay_at_home():
    opening, closing = TINY.opening_minutes, TINY.closing_minutes
    middle = opening + (TINY.intervals // 2) * TINY.interval_minutes
    shifts = [Shift(opening, middle), Shift(middle, closing), Shift(opening, closing)]
    loose = Promise(0.5, over="day")
    found = optimise(Experiment(TINY), loose, shifts=shifts)
    free = optimise(Experiment(TINY), loose)
    assert found.met and found.cost >= free.cost and not free.roster
    covering = covers(shifts, TINY)
    for team, row in found.roster.items():
        people = np.array([row[one] for one in shifts])
        assert (covering @ people).tolist() == list(found.staffing[team])
