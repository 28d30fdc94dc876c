"""Working days: weekends, Chinese holidays and the days worked in their stead, by number of the day."""

from datetime import date, timedelta
from functools import cache
from typing import Any


class Workdays:
    """The calendar of a run whose day 0 falls on `first_day`, a date like 2026-09-01.

    Holidays and make-up days are those of the package `holidays`; for years whose arrangement the State
    Council has not yet announced it knows the holidays, not the make-up days.
    """

    def __init__(self, first_day: str) -> None:
        self.first = date.fromisoformat(first_day)

    def date(self, day: int) -> date:
        """Return the date of a day's number."""
        return self.first + timedelta(days=day)

    def is_open(self, day: int) -> bool:
        """Return whether a day is a working day."""
        return bool(_china().is_working_day(self.date(day)))

    def after(self, day: int, count: int) -> int:
        """Return the number of the `count`-th working day after `day`; the next one or `day` itself for 0."""
        while count > 0 or not self.is_open(day):
            day += 1
            count -= self.is_open(day)
        return day


@cache
def _china() -> Any:
    import holidays

    return holidays.country_holidays("CN")
