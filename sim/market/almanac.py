"""The almanac: months, weekdays, holidays and hours of a market, and the clock that runs faster on busy days."""

import datetime as dt
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from sim.errors import InputError
from sim.market.settings import Section

MONTH_DAYS = 365.25 / 12
DAY_SECONDS = 86_400


@dataclass(frozen=True)
class Almanac:
    """The days of a market: `first[m]` is the first day of month m, `busy[d]` how busy day d is (mean about 1).

    `busy` holds weekday, season and holidays. Day 0 is January 1st of `start`'s year.
    """

    start: dt.date
    first: NDArray[np.int64]
    busy: NDArray[np.float64]
    hours: NDArray[np.float64]
    tables: dict[int, NDArray[np.float64]] = field(default_factory=dict, repr=False, compare=False)

    @classmethod
    def of(cls, settings: Section) -> "Almanac":
        """Return the almanac of a market's settings."""
        told = settings.calendar
        start = dt.date(settings.start_year, 1, 1)
        years = range(settings.start_year, settings.start_year + settings.most_years + 1)
        starts = [dt.date(year, month, 1) for year in years for month in range(1, 13)]
        starts.append(dt.date(years.stop, 1, 1))
        first = np.array([(day - start).days for day in starts], dtype=np.int64)
        weekday = (np.arange(first[-1]) + start.weekday()) % 7
        month = np.repeat(np.arange(len(starts) - 1) % 12, np.diff(first))
        busy = np.array(told.weekdays)[weekday] * np.array(told.months)[month]
        for text, factor in told.festivals.items():
            for year in years:
                busy[(dt.date.fromisoformat(f"{year}-{text}") - start).days] *= factor
        for text in told.spring_festival:
            day = (dt.date.fromisoformat(text) - start).days
            busy[max(day - 7, 0) : max(day, 0)] *= told.before_spring_factor
            busy[max(day, 0) : max(day + 7, 0)] *= told.spring_festival_factor
        hours = np.cumsum(np.array(told.hours))
        return cls(start, first, busy, np.concatenate([[0.0], hours / hours[-1]]))

    @property
    def months(self) -> int:
        """How many months the almanac holds."""
        return len(self.first) - 1

    def month_of(self, day: NDArray) -> NDArray[np.int64]:
        """Return the month of each day."""
        return np.searchsorted(self.first, day, side="right") - 1

    def load(self, month: int) -> float:
        """Return how much a month holds, in mean months: its days, each as busy as it is, over 30.4."""
        return float(self._days(month).sum() / MONTH_DAYS)

    def moment(self, month: int, part: NDArray[np.float64]) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
        """Return day and second of the day at which `part` (0-1) of the month's business is done.

        Increasing in `part`: busy days and hours pass slowly, so that more of what happens falls on them.
        """
        table = self._table(month)
        place = np.clip(part, 0.0, 1.0 - 1e-12) * (len(table) - 1)
        low = place.astype(np.int64)
        start = table.take(low)
        second = np.floor(start + (place - low) * (table.take(low + 1) - start)).astype(np.int64)
        day = second // DAY_SECONDS
        return self.first[month] + day, (second - day * DAY_SECONDS).astype(np.float64)

    def day_of(self, moment: NDArray[np.float64]) -> NDArray[np.int64]:
        """Return the day of moments in months; before month 0 by the mean length of a month."""
        days = np.floor(moment * MONTH_DAYS).astype(np.int64)
        there = np.flatnonzero(moment >= 0)
        whole = moment[there].astype(np.int16)  # two bytes: sorted in two passes
        there = there[np.argsort(whole, kind="stable")]
        counts = np.bincount(whole)
        ends = np.cumsum(counts)
        for month in np.flatnonzero(counts).tolist():
            mine = there[ends[month] - counts[month] : ends[month]]
            days[mine] = self.moment(month, moment[mine] - month)[0]
        return days

    def second(self, part: NDArray[np.float64]) -> NDArray[np.float64]:
        """Return the second of the day, whole, at which `part` (0-1) of the day's business is done."""
        return np.floor(np.interp(part, self.hours, np.arange(25.0)) * 3600.0).clip(0, DAY_SECONDS - 1)

    def date(self, day: int) -> dt.date:
        """Return the date of a day."""
        return self.start + dt.timedelta(days=int(day))

    def _table(self, month: int) -> NDArray[np.float64]:
        """Return the second of the month at each of many even steps of its business; made once a month."""
        if month not in self.tables:
            shares = np.repeat(self._days(month), 24) * np.tile(np.diff(self.hours), len(self._days(month)))
            edges = np.concatenate([[0.0], np.cumsum(shares)])
            made = _even(edges, 32_769)
            made[-1] -= 1e-3  # the last moment is still in the month
            self.tables[month] = made
        return self.tables[month]

    def _days(self, month: int) -> NDArray[np.float64]:
        return self.busy[self.first[month] : self.first[month + 1]]


def _even(edges: NDArray[np.float64], count: int) -> NDArray[np.float64]:
    """Return the seconds at `count` even steps of the business that hours, one an edge, bring; as np.interp, faster."""
    steps = np.linspace(0.0, edges[-1], count)
    within = np.diff(np.searchsorted(steps, edges))  # how many steps fall into each hour
    within[-1] += 1  # the last step is the end of the last hour
    slopes = 3600.0 / np.maximum(np.diff(edges), 1e-300)  # an hour of no business has no steps
    hours = np.arange(len(slopes)) * 3600.0
    return np.repeat(slopes, within) * (steps - np.repeat(edges[:-1], within)) + np.repeat(hours, within)


def months_allowed(settings: Section, months: int) -> int:
    """Return `months`; InputError unless it is a whole number from 1 to what the almanac holds."""
    most = settings.most_years * 12
    if isinstance(months, bool) or not isinstance(months, int | np.integer) or not 1 <= months <= most:
        raise InputError(f"months = {months!r}: must be a whole number from 1 to {most}; correct the number")
    return int(months)
