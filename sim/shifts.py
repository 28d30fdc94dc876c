"""Shifts: from agents asked for in each interval to whole working days of people."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from sim.errors import InputError
from sim.scenario import Scenario


@dataclass(frozen=True, order=True)
class Shift:
    """One working time, minutes since midnight; made by `parse`, which reads it."""

    start: int
    end: int

    @classmethod
    def parse(cls, text: str) -> "Shift":
        """Return the shift written like `08:00-16:00`; InputError for others."""
        begin, _, end = text.strip().partition("-")
        made = [_minutes(begin), _minutes(end)]
        if None in made or made[0] >= made[1]:  # type: ignore[operator]
            raise InputError(
                f"shift = {text!r}: must be two times, the earlier first; write e.g. 08:00-16:00"
            )
        return cls(*made)  # type: ignore[arg-type]

    def __str__(self) -> str:
        return "-".join(f"{one // 60:02d}:{one % 60:02d}" for one in (self.start, self.end))


def covers(shifts: Sequence[Shift], scenario: Scenario) -> NDArray[np.int64]:
    """Return which intervals each shift works in, 0 or 1: one row an interval, one column a shift.

    Raises InputError for a shift that is named twice, lies outside the hours or begins or ends inside an interval.
    """
    step, opening, closing = scenario.interval_minutes, scenario.opening_minutes, scenario.closing_minutes
    if len(set(shifts)) < len(shifts):
        raise InputError(f"shifts = {', '.join(map(str, shifts))}: one is named twice; name each once")
    for one in shifts:
        if (
            one.start < opening
            or one.end > closing
            or (one.start - opening) % step
            or (one.end - opening) % step
        ):
            hours = Shift(opening, closing)
            raise InputError(
                f"shift = {one}: must lie in the hours {hours} and begin and end with an interval of {step} "
                "minutes; move it"
            )
    starts = opening + step * np.arange(scenario.intervals)
    return np.array([(one.start <= starts) & (starts < one.end) for one in shifts], dtype=np.int64).T


def fewest(
    asked: NDArray[np.int64], covering: NDArray[np.int64], shifts: Sequence[Shift]
) -> NDArray[np.int64]:
    """Return how many people work each shift, so that all asked for are there and the paid time is least.

    The set-covering programme of Dantzig 1954, "A comment on Edie's 'Traffic delays at toll booths'", solved
    exactly by HiGHS. `asked` are agents by interval, `covering` is that of `covers`. Raises InputError where
    agents are asked for and no shift works.
    """
    from scipy.optimize import Bounds, LinearConstraint, milp

    alone = (covering.sum(axis=1) == 0) & (asked > 0)
    if alone.any():
        raise InputError(
            f"shifts = {', '.join(map(str, shifts))}: nobody works in interval {int(np.argmax(alone)) + 1}, where "
            f"{int(asked[alone][0])} agents are needed; add a shift for it"
        )
    length = np.array([one.end - one.start for one in shifts], dtype=float)
    # Of plans with equal paid time the one with fewer people, so that the answer is one and the same.
    cost = length + 1e-3 + 1e-6 * np.arange(len(shifts))
    found = milp(
        cost,
        integrality=np.ones(len(shifts)),
        bounds=Bounds(0),
        constraints=LinearConstraint(covering, lb=asked),
    )
    return np.rint(found.x).astype(np.int64)


def _minutes(text: str) -> int | None:
    hours, _, minutes = text.strip().partition(":")
    if not (hours.isdecimal() and minutes.isdecimal() and len(minutes) == 2):
        return None
    made = int(hours) * 60 + int(minutes)
    return made if int(minutes) < 60 and made <= 24 * 60 else None
