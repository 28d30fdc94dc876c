"""How long customers stay: the Kaplan-Meier curve, and the causes of leaving that compete."""

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import ArrayLike, NDArray

from sim.checked import need, number, numbers, refuse
from sim.value.estimates import normal_quantile

if TYPE_CHECKING:
    import pandas as pd


def kaplan_meier(
    table: "pd.DataFrame", *, duration: str = "duration", event: str = "lost", confidence: float = 0.95
) -> "pd.DataFrame":
    """Return `time, at_risk, events, censored, survival, low, high`, a row for time 0 and each duration that occurs.

    One row a customer: how long they were watched, and whether they then left (True) or were only seen so long (False).
    survival = Π (1 − events/at_risk); who was last seen at a time still counts as at risk then. Interval: Greenwood's
    variance on the log(−log) scale; [0, 1] is all one can say once nobody is left. Source: E. Kaplan and P. Meier,
    JASA 53 (1958); J. Kalbfleisch and R. Prentice, "The statistical analysis of failure time data" (1980).
    """
    import pandas as pd

    z = normal_quantile(confidence)
    spans, left = _watched(table, duration, event)
    times, at_risk, gone, seen = _counts(spans, left)
    survival = np.cumprod(1 - gone / np.maximum(at_risk, 1))
    with np.errstate(divide="ignore", invalid="ignore"):
        greenwood = np.cumsum(gone / (at_risk * (at_risk - gone)))
        half = z * np.sqrt(greenwood) / np.abs(np.log(survival))
        low, high = survival ** np.exp(half), survival ** np.exp(-half)
    whole, none = survival >= 1, survival <= 0
    low, high = np.where(whole, 1.0, np.where(none, 0.0, low)), np.where(whole | none, 1.0, high)
    return pd.DataFrame(
        {
            "time": np.concatenate([[0.0], times]) if not len(times) or times[0] > 0 else times,
            **_from_start(len(spans), times, at_risk, gone, seen, survival, low, high),
        }
    )


def competing_causes(
    table: "pd.DataFrame", *, duration: str = "duration", cause: str = "cause", none: str = "none"
) -> "pd.DataFrame":
    """Return `time, survival` and one column a cause: the share that has left for it by then (cumulative incidence).

    `cause` holds why a customer left, or `none` (or nothing) for who has not. At each time the shares of all causes and
    survival add up to 1. Source: O. Aalen and S. Johansen, Scandinavian Journal of Statistics 5 (1978).
    """
    import pandas as pd

    need(table, [duration, cause], "table")
    why = table[cause].fillna(none).astype(str).to_numpy()
    spans = numbers(table[duration], duration, low=0)
    names = sorted(set(why) - {none})
    clash = {"time", "survival"} & set(names)
    if clash:
        refuse(cause, clash.pop(), "is the name of a column of the answer", "give this cause another name")
    times, at_risk, gone, _ = _counts(spans, why != none)
    survival = np.cumprod(1 - gone / np.maximum(at_risk, 1))
    before = np.concatenate([[1.0], survival[:-1]])
    made = {"time": times, "survival": survival}
    for name in names:
        here = np.bincount(np.searchsorted(times, spans[why == name]), minlength=len(times))
        made[name] = np.cumsum(before * here / np.maximum(at_risk, 1))
    frame = pd.DataFrame(made)
    if not len(times) or times[0] > 0:
        start = pd.DataFrame([{"time": 0.0, "survival": 1.0, **dict.fromkeys(names, 0.0)}])
        frame = pd.concat([start, frame], ignore_index=True)
    return frame


def survival_at(curve: "pd.DataFrame", times: ArrayLike) -> NDArray[np.float64]:
    """Return survival at the given times, read off a curve of `kaplan_meier`; NaN after the last time watched."""
    need(curve, ["time", "survival"], "curve")
    at = numbers(times, "times", low=0)
    known = curve["time"].to_numpy()
    values = curve["survival"].to_numpy()[np.searchsorted(known, at, side="right") - 1]
    return np.where((at > known[-1]) & (values > 0), np.nan, values)


def median_stay(curve: "pd.DataFrame", *, left: float = 0.5) -> float:
    """Return the first time when survival is at or below `left`; inf when the curve never comes down so far."""
    need(curve, ["time", "survival"], "curve")
    number(left, "left", low=0, high=1)
    below = curve["survival"].to_numpy() <= left + 1e-12
    return float(curve["time"].to_numpy()[int(np.argmax(below))]) if below.any() else float("inf")


def _watched(
    table: "pd.DataFrame", duration: str, event: str
) -> tuple[NDArray[np.float64], NDArray[np.bool_]]:
    need(table, [duration, event], "table")
    left = numbers(table[event], event, low=0, high=1, whole=True) > 0
    return numbers(table[duration], duration, low=0), left


def _counts(spans: NDArray[np.float64], left: NDArray[np.bool_]) -> tuple[NDArray, NDArray, NDArray, NDArray]:
    """Return the distinct durations and, at each, how many are at risk, leave, and are last seen."""
    times, place = np.unique(spans, return_inverse=True)
    gone = np.bincount(place, weights=left, minlength=len(times))
    seen = np.bincount(place, weights=~left, minlength=len(times))
    at_risk = np.cumsum((gone + seen)[::-1])[::-1]
    return times, at_risk, gone, seen


def _from_start(n: int, times: NDArray[np.float64], *columns: NDArray) -> dict[str, NDArray]:
    """Return the columns with the row of time 0 before them, unless a duration is 0 itself."""
    names = ("at_risk", "events", "censored", "survival", "low", "high")
    first = (n, 0, 0, 1.0, 1.0, 1.0)
    started = len(times) > 0 and times[0] == 0
    made = {}
    for name, start, column in zip(names, first, columns, strict=True):
        whole = column if started else np.concatenate([[start], column])
        made[name] = whole.astype(np.int64) if name in ("at_risk", "events", "censored") else whole
    return made
