"""What is measured of one replication: the board of the whole run, and of each half hour of the day."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import asdict, fields
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sim import metrics
from sim.errors import InputError
from sim.scenario import Scenario
from sim.staffing import Staffing

STRETCH = 1800  # seconds; the half hour managers plan in
NAMES = (*(one.name for one in fields(metrics.Board)), "occupancy", "cases", "cases_closed", "cases_in_time")
Measures = Mapping[str, float]
Stretches = tuple[NDArray[np.float64], NDArray[np.float64]]  # begin and length, seconds


def whole(
    calls: Any, scenario: Scenario, staffing: Staffing, days: int, work: Stretches | None = None
) -> dict[str, float]:
    """Return every number of `metrics.board` and the occupancy, over all `days` days of `calls`.

    `work` are the stretches in which agents had something in hand, where that is more than the calls.
    """
    told = asdict(metrics.board(calls, seconds=scenario.service_level_seconds))
    _, length = work or handled(calls)
    paid = float(staffing.paid_seconds * days)
    told["occupancy"] = float(length.sum()) / paid if paid else np.nan
    return {name: float(value) for name, value in told.items()}


def of_cases(days: Sequence[Any]) -> dict[str, float]:
    """Return cases opened, cases closed, and the share not late so far, over the days' `cases` tables.

    Each case counts once, as the last day tells it; the share of no cases is NaN.
    """
    names = ("case_id", "status", "in_time")
    ids, status, in_time = (np.concatenate([np.asarray(one[name]) for one in days])[::-1] for name in names)
    _, last = np.unique(ids, return_index=True)
    return {
        "cases": float(len(last)),
        "cases_closed": float((status[last] == "closed").sum()),
        "cases_in_time": float(in_time[last].mean()) if len(last) else np.nan,
    }


def by_half_hour(
    calls: Any, scenario: Scenario, staffing: Staffing, days: int, work: Stretches | None = None
) -> list[dict[str, float]]:
    """Return the measures of each half hour from opening to closing, first to last.

    `start` is seconds since midnight; counts are means a day; `agents` are those planned; `occupancy` is the
    time spent handling inside the half hour over the time paid in it. A measure over nothing is NaN.
    """
    edges = np.arange(scenario.opening_seconds, scenario.closing_seconds, STRETCH, dtype=float)
    place = np.floor((np.asarray(calls["at"]) - edges[0]) / STRETCH)
    busy = inside(work or handled(calls), np.append(edges, scenario.closing_seconds))
    agents = planned(staffing, scenario, edges)
    told = []
    for k, start in enumerate(edges):
        here = _rows(calls, place == k)
        board = asdict(metrics.board(here, seconds=scenario.service_level_seconds))
        counts = {name: value / days if isinstance(value, int) else value for name, value in board.items()}
        paid = agents[k] * (min(start + STRETCH, scenario.closing_seconds) - start) * days
        told.append(
            {"start": start, "agents": agents[k], **counts, "occupancy": busy[k] / paid if paid else np.nan}
        )
    return [{name: float(value) for name, value in one.items()} for one in told]


def handled(calls: Any) -> Stretches:
    """Return when agents were busy with calls: begin, and length of talk, hold and wrap-up, seconds."""
    answered = np.asarray(calls["outcome"]) == "answered"
    length = sum(np.asarray(calls[name])[answered] for name in ("talk", "hold", "wrap_up"))
    return np.asarray(calls["answered_at"])[answered], np.asarray(length)


def inside(stretches: Stretches, edges: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the seconds of all stretches between each two `edges`."""
    start, length = stretches
    until = [float(np.clip(edge - start, 0.0, length).sum()) for edge in edges]
    return np.diff(until)


def planned(staffing: Staffing, scenario: Scenario, starts: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the agents of all teams at the moments `starts`."""
    plan = np.sum([agents for _, agents in staffing.agents], axis=0)
    return plan[((starts - scenario.opening_seconds) // staffing.interval_seconds).astype(int)].astype(float)


def require(name: str, known: Collection[str]) -> None:
    """Raise InputError unless `name` is one of the measures."""
    if name not in known:
        raise InputError(
            f"measure = {name!r}: there is no such measure; choose one of {', '.join(sorted(known))}"
        )


def _rows(calls: Any, which: NDArray[np.bool_]) -> dict[str, NDArray]:
    names = ("contact_id", "wait", "outcome", "talk", "hold", "wrap_up", "solved")
    return {name: np.asarray(calls[name])[which] for name in names}
