"""Fitting by maximum likelihood: positive parameters, searched on a log scale from a few starts."""

from collections.abc import Callable
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from numpy.typing import NDArray

from sim.checked import need, numbers, refuse

if TYPE_CHECKING:
    import pandas as pd

WIDTH = 12.0  # exp(12) is 160 000 times the natural size of a parameter: beyond that the data cannot tell
FEWEST = 10
NOWHERE = 1e15
PRECISE = {"ftol": 1e-14, "gtol": 1e-8, "maxiter": 2000, "maxfun": 40_000}


Slope = Callable[[NDArray[np.float64]], tuple[float, NDArray[np.float64]]]


class Fit(NamedTuple):
    """Where the search ended: parameters, log-likelihood, and the names that ran to the edge of what data can tell."""

    values: tuple[float, ...]
    log_likelihood: float
    at_edge: tuple[str, ...]


class Buyers(NamedTuple):
    """Equal customers counted together: repeat purchases, age at the last, age, and how many of them."""

    repeats: NDArray[np.float64]
    t_x: NDArray[np.float64]
    age: NDArray[np.float64]
    weight: NDArray[np.float64]


def buyers(history: "pd.DataFrame") -> Buyers:
    """Return the distinct rows of a buying history with their counts.

    Raises InputError unless repeat_count is whole and ≥ 0, 0 ≤ t_x ≤ age, and t_x is 0 exactly where there is no repeat.
    """
    rows = columns(history)
    distinct, weight = np.unique(rows, axis=0, return_counts=True)
    return Buyers(distinct[:, 0], distinct[:, 1], distinct[:, 2], weight.astype(float))


def each(history: "pd.DataFrame") -> Buyers:
    """Return every row of a buying history for itself, in its order; InputError as told by `buyers`."""
    rows = columns(history)
    return Buyers(rows[:, 0], rows[:, 1], rows[:, 2], np.ones(len(rows)))


def columns(history: "pd.DataFrame") -> NDArray[np.float64]:
    """Return repeat_count, t_x and age as three checked columns; InputError as told by `buyers`."""
    need(history, ["repeat_count", "t_x", "age"], "history")
    x = numbers(history["repeat_count"], "repeat_count", low=0, whole=True)
    t_x, age = numbers(history["t_x"], "t_x", low=0), numbers(history["age"], "age", low=0)
    rules = (
        (t_x > age, "t_x", t_x, "the last purchase cannot be later than the age"),
        ((x > 0) & (t_x <= 0), "t_x", t_x, "who bought again did so at an age above 0"),
        ((x == 0) & (t_x > 0), "t_x", t_x, "who never bought again has t_x = 0"),
    )
    for bad, name, values, rule in rules:
        if bad.any():
            place = int(np.argmax(bad))
            refuse(
                f"history: {name}, row {place + 1}", values[place], rule, "make the history with `history`"
            )
    return np.column_stack([x, t_x, age])


def enough(history: "pd.DataFrame") -> None:
    """Raise InputError unless there are ten customers, somebody bought again, and somebody was watched at all."""
    x = np.asarray(history["repeat_count"], dtype=float)
    if len(x) < FEWEST:
        refuse("history", f"{len(x)} customers", f"a model needs at least {FEWEST}", "take a larger group")
    if not (x > 0).any():
        refuse(
            "history", "0 repeat purchases", "a model needs customers who bought again", "watch them longer"
        )


def fitted(
    history: "pd.DataFrame",
    slope: Callable[[NDArray[np.float64], Buyers], tuple[float, NDArray[np.float64]]],
    log_likelihood: Callable[[tuple[float, ...], Buyers], NDArray[np.float64]],
    names: tuple[str, ...],
    *,
    times: tuple[str, ...],
    starts: list[list[float]],
) -> Fit:
    """Return the parameters most likely to give a buying history and its log-likelihood; InputError for too little of it.

    The search runs in mean ages, so that every parameter is of the order of one; `times` names the parameters that are
    times and go back to the unit of the history.
    """
    seen = buyers(history)
    enough(history)
    scale = float(np.average(seen.age, weights=seen.weight))
    own = seen._replace(t_x=seen.t_x / scale, age=seen.age / scale)
    found = maximise(lambda p: slope(p, own), names, starts)
    values = tuple(v * scale if name in times else v for name, v in zip(names, found.values, strict=True))
    return Fit(values, float(seen.weight @ log_likelihood(values, seen)), found.at_edge)


def maximise(slope: Slope, names: tuple[str, ...], starts: list[list[float]]) -> Fit:
    """Return the parameters, all above 0, where the log-likelihood is greatest; InputError when it is nowhere finite.

    `slope(parameters)` gives the log-likelihood and its derivative by each parameter.
    """
    from scipy.optimize import minimize

    def loss(logs: NDArray[np.float64]) -> tuple[float, NDArray[np.float64]]:
        parameters = np.exp(logs)
        value, slopes = slope(parameters)
        if not np.isfinite(value) or not np.isfinite(slopes).all():
            return NOWHERE, np.zeros(len(logs))
        return -value, -slopes * parameters

    bounds = [(-WIDTH, WIDTH)] * len(names)
    best = None
    for start in starts:
        found = minimize(loss, np.log(start), method="L-BFGS-B", jac=True, bounds=bounds, options=PRECISE)
        if best is None or found.fun < best.fun:
            best = found
    if best is None or best.fun >= NOWHERE:
        refuse("history", names, "no parameters make these purchases possible", "look at the history again")
    edge = tuple(name for name, at in zip(names, best.x, strict=True) if abs(at) > WIDTH - 1.0)
    return Fit(tuple(float(v) for v in np.exp(best.x)), -float(best.fun), edge)
