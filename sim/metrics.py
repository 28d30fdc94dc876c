"""The board: measures of a contact centre, computed from records only; each says its denominator.

`calls` is anything whose `["column"]` gives an array of the table `calls`: a `Calls` store or a DataFrame.
One row is one attempt, so a caller who tries again is offered again. A measure over nothing is NaN.
"""

import math
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sim.errors import InputError
from sim.records import ASKED
from sim.staffing import Staffing


@dataclass(frozen=True)
class Board:
    """The numbers on the wall: counts of attempts, shares 0 to 1, times in seconds; NaN over nothing.

    `abandoned` counts all who hung up before an answer, balked ones too, as `abandonment_rate` does.
    """

    offered: int
    answered: int
    abandoned: int
    service_level: float
    asa: float
    abandonment_rate: float
    aht: float
    fcr: float
    busy: int
    self_served: int


@dataclass(frozen=True)
class Interval:
    """One stretch of the day: its start (seconds since midnight), as read on a clock, and its board."""

    start: int
    label: str
    board: Board


def offered(calls: Any) -> int:
    """Return the number of attempts that asked for an agent: balked, abandoned, answered or still waiting."""
    return int(_asked(calls).sum())


def service_level(calls: Any, *, seconds: float = 20, short_abandons: float = 0) -> float:
    """Return the share of offered attempts answered within `seconds`.

    Denominator: all offered, balked and still waiting included, but without those who hung up (abandoned or
    balked) after less than `short_abandons` seconds; by default nobody is left out. Raises InputError for a
    negative limit.
    """
    for name, value in (("seconds", seconds), ("short_abandons", short_abandons)):
        if not value >= 0:
            raise InputError(f"{name} = {value!r}: must be 0 or more seconds; give e.g. 20")
    wait = np.asarray(calls["wait"])
    counted = _asked(calls) & ~(_gave_up(calls) & (wait < short_abandons))
    return _ratio((_is(calls, "answered") & (wait <= seconds)).sum(), counted.sum())


def asa(calls: Any) -> float:
    """Return the average speed of answer: mean wait of the answered attempts, seconds."""
    return _mean(np.asarray(calls["wait"])[_is(calls, "answered")])


def abandonment_rate(calls: Any) -> float:
    """Return the share of offered attempts that hung up before an answer, abandoned or balked."""
    return _ratio(_gave_up(calls).sum(), _asked(calls).sum())


def aht(calls: Any) -> float:
    """Return the average handle time: mean of talk + hold + wrap-up over answered attempts, seconds."""
    return _mean(_handle_time(calls))


def occupancy(calls: Any, staffing: Staffing | float) -> float:
    """Return handling time / paid time: of the whole plan, or of paid seconds given as a number.

    Work after closing counts as handling but not as paid, so a short-staffed day may exceed 1.
    """
    paid = staffing.paid_seconds if isinstance(staffing, Staffing) else staffing
    return _ratio(float(_handle_time(calls).sum()), paid)


def fcr(calls: Any) -> float:
    """Return the share of contacts whose first answered attempt solved the problem.

    Denominator: contacts answered at least once. Attempts that never reached an agent do not count
    against it: the agent who answers a redial meets the problem for the first time.
    """
    answered = _is(calls, "answered")
    _, first = np.unique(np.asarray(calls["contact_id"])[answered], return_index=True)
    return _mean(np.asarray(calls["solved"])[answered][first].astype(float))


def board(calls: Any, *, seconds: float = 20) -> Board:
    """Return all numbers of the board; `seconds` is the limit of the service level."""
    return Board(
        offered=offered(calls),
        answered=int(_is(calls, "answered").sum()),
        abandoned=int(_gave_up(calls).sum()),
        service_level=service_level(calls, seconds=seconds),
        asa=asa(calls),
        abandonment_rate=abandonment_rate(calls),
        aht=aht(calls),
        fcr=fcr(calls),
        busy=int(_is(calls, "busy").sum()),
        self_served=int(_is(calls, "self_served").sum()),
    )


def by_interval(calls: Any, *, minutes: int = 60, seconds: float = 20) -> list[Interval]:
    """Return the board of each stretch of `minutes`, by the time an attempt came in, first to last.

    Stretches count from midnight; empty ones in between are there too. Raises InputError unless minutes > 0.
    """
    if not minutes > 0:
        raise InputError(f"minutes = {minutes!r}: must be above 0; give e.g. 30 or 60")
    at = np.asarray(calls["at"])
    if not len(at):
        return []
    place = np.floor(at / (minutes * 60)).astype(int)
    names = ("contact_id", "wait", "outcome", "talk", "hold", "wrap_up", "solved")
    columns = {name: np.asarray(calls[name]) for name in names}
    return [
        Interval(
            start=k * minutes * 60,
            label=f"{k * minutes // 60:02d}:{k * minutes % 60:02d}",
            board=board({name: column[place == k] for name, column in columns.items()}, seconds=seconds),
        )
        for k in range(place.min(), place.max() + 1)
    ]


def _is(calls: Any, outcome: str) -> NDArray[np.bool_]:
    return np.asarray(calls["outcome"]) == outcome


def _asked(calls: Any) -> NDArray[np.bool_]:
    return np.isin(np.asarray(calls["outcome"]).astype(str), ASKED)


def _gave_up(calls: Any) -> NDArray[np.bool_]:
    return _is(calls, "abandoned") | _is(calls, "balked")


def _handle_time(calls: Any) -> NDArray[np.float64]:
    answered = _is(calls, "answered")
    talk, hold, wrap_up = (np.asarray(calls[name])[answered] for name in ("talk", "hold", "wrap_up"))
    return talk + hold + wrap_up


def _ratio(part: float, whole: float) -> float:
    return float(part / whole) if whole else math.nan


def _mean(values: NDArray[np.float64]) -> float:
    return float(values.mean()) if len(values) else math.nan
