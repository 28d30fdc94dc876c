"""Working days in China: weekends, holidays, and the days worked in their stead."""

from datetime import date

import pytest

from sim.workdays import Workdays

AUTUMN = Workdays("2026-09-01")


@pytest.mark.parametrize(
    ("day", "is_open"),
    [
        ("2026-09-11", True),  # a Friday
        ("2026-09-12", False),  # a Saturday
        ("2026-09-20", True),  # a Sunday worked for the National Day week
        ("2026-09-25", False),  # Mid-Autumn Festival
        ("2026-10-01", False),  # National Day
        ("2026-10-10", True),  # a Saturday worked
        ("2027-01-01", False),  # New Year of a year not yet announced
    ],
)
def test_weekends_holidays_and_make_up_days(day, is_open):
    number = (date.fromisoformat(day) - AUTUMN.first).days
    assert AUTUMN.is_open(number) is is_open and AUTUMN.date(number).isoformat() == day


def test_counting_working_days():
    friday = 10
    assert [AUTUMN.after(friday, count) for count in (0, 1, 3)] == [10, 13, 15]
    assert AUTUMN.after(friday + 1, 0) == 13  # a Saturday counts as the Monday after
    eve = (date(2026, 9, 30) - AUTUMN.first).days
    assert AUTUMN.date(AUTUMN.after(eve, 1)) == date(2026, 10, 8)
