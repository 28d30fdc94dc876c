"""RFM: how recently, how often and for how much money each customer bought, and scores from it."""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from sim.checked import count, need, numbers, refuse
from sim.value.purchases import COLUMNS, moment, ready

if TYPE_CHECKING:
    import pandas as pd

MEASURES = ("recency_days", "frequency", "monetary")


def rfm(bought: "pd.DataFrame", *, until: Any = None) -> "pd.DataFrame":
    """Return `customer_id, recency_days, frequency, monetary, total`, one row for each customer.

    `bought` comes from `purchases`. recency_days: days from the last purchase to `until` (default: the last moment
    in the table); frequency: purchases; monetary: money per purchase, returns taken off; total: all money.
    Who only gave goods back has frequency 0, monetary 0 and the days since their first row. Rows after `until`
    do not count. Source: A. M. Hughes, "Strategic Database Marketing" (1994). InputError when no row is left.
    """
    import pandas as pd

    need(ready(bought), COLUMNS, "purchases")
    end = float(bought["when"].max()) if until is None else moment(until, "until")
    seen = bought[bought["when"] <= end]
    if not len(seen):
        refuse("until", until, "no row lies before it", "give a later date")
    everything = seen.groupby("customer_id", sort=True)
    real = seen[seen["bought"]].groupby("customer_id")["when"]
    made = pd.DataFrame({"first": everything["when"].min(), "total": everything["amount"].sum()})
    made["frequency"] = real.size().reindex(made.index).fillna(0).astype("int64")
    made["recency_days"] = end - real.max().reindex(made.index).fillna(made["first"])
    made["monetary"] = np.where(made["frequency"] > 0, made["total"] / made["frequency"].clip(lower=1), 0.0)
    return made.reset_index()[["customer_id", *MEASURES, "total"]]


def scores(
    table: "pd.DataFrame", *, parts: int = 5, cuts: Mapping[str, Sequence[float]] | None = None
) -> "pd.DataFrame":
    """Return the RFM table with scores `r, f, m` from 1 (worst) to `parts` (best) and `cell`, such as "545".

    Without `cuts` each score is the part of the customers one stands in: 1 + floor(parts · share below), where
    those with an equal value count half, so equal values get equal scores and few days of recency are good.
    `cuts` gives fixed limits instead, rising, for any of recency_days, frequency, monetary; a value on a limit
    belongs to the better side. Raises InputError for bad limits or parts.
    """
    need(table, MEASURES, "RFM table")
    count(parts, "parts", low=2, high=9)
    unknown = set(cuts or {}) - set(MEASURES)
    if unknown:
        refuse(
            "cuts", ", ".join(sorted(unknown)), f"limits are for {', '.join(MEASURES)}", "correct the name"
        )
    made = table.copy()
    for name, short, sign in zip(MEASURES, "rfm", (-1.0, 1.0, 1.0), strict=True):
        values = sign * numbers(table[name], name)
        limits = (cuts or {}).get(name)
        if limits is None:
            made[short] = _by_rank(values, parts)
        else:
            made[short] = _by_limits(values, np.sort(sign * _limits(name, limits, parts)))
    made["cell"] = [f"{r}{f}{m}" for r, f, m in zip(made["r"], made["f"], made["m"], strict=True)]
    return made


def types(table: "pd.DataFrame") -> "pd.DataFrame":
    """Return the RFM table with `kind`: three letters, H or L for R, F and M against the mean of all customers.

    H stands for better than the mean or equal to it; for recency that is fewer days. HHH are the best customers,
    LHH those to be won back, LLL the lost. The eight kinds are trade usage in China.
    """
    need(table, MEASURES, "RFM table")
    made = table.copy()
    letters = []
    for name, sign in zip(MEASURES, (-1.0, 1.0, 1.0), strict=True):
        values = sign * numbers(table[name], name)
        # the mean of equal numbers can miss them by a rounding step; the span keeps it among them
        mean = float(np.clip(values.mean(), values.min(), values.max()))
        letters.append(np.where(values >= mean, "H", "L"))
    made["kind"] = [a + b + c for a, b, c in zip(*letters, strict=True)]
    return made


def _by_rank(values: ArrayLike, parts: int) -> NDArray[np.int64]:
    given = np.asarray(values, dtype=float)
    ordered = np.sort(given)
    below = np.searchsorted(ordered, given, side="left")
    upto = np.searchsorted(ordered, given, side="right")
    # whole numbers until the last division: a score on the border must not hang on rounding
    return 1 + (parts * (below + upto)) // (2 * len(given))


def _by_limits(values: NDArray[np.float64], limits: NDArray[np.float64]) -> NDArray[np.int64]:
    return 1 + np.searchsorted(limits, values, side="right")


def _limits(name: str, limits: Sequence[float], parts: int) -> NDArray[np.float64]:
    given = numbers(limits, f"cuts: {name}")
    if len(given) != parts - 1 or (np.diff(given) <= 0).any():
        refuse(
            f"cuts: {name}",
            list(limits),
            f"{parts} parts need {parts - 1} limits, each above the one before",
            "mend",
        )
    return given
