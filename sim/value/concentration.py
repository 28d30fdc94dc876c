"""Who brings the money: ABC classes 80/95/100, those who moved, and the Pareto curve."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import ArrayLike, NDArray

from sim.checked import need, number, numbers, once, refuse

if TYPE_CHECKING:
    import pandas as pd

LIMITS = (0.80, 0.95)
CLASSES = ("A", "B", "C")
ROUNDING = 1e-12  # a share that should be exactly .8 may miss it by the last bits of a sum


def abc(
    table: "pd.DataFrame", *, value: str = "total", limits: Sequence[float] = LIMITS, who: str = "customer_id"
) -> "pd.DataFrame":
    """Return `customer_id, value, rank, share, running_share, abc`, richest first: A to 80 %, B to 95 %, C the rest.

    running_share adds the shares of all from the first rank down to this one. A class holds who lies within its
    limit; the customer who steps over it belongs to the next class, except that the first rank is always A.
    Who brought nothing, or cost money, is C, and the shares are of the money of those above zero. Ranks are
    1, 2, 3 …; equal values stand in order of `who`, so that the order of rows never matters.
    Source of 80/95/100: the ABC classes of car service firms (实收金额). InputError when nobody brought money.
    """
    import pandas as pd

    need(table, [who, value], "table")
    first, second = _limits(limits)
    made = pd.DataFrame({who: once(table, who, "table").to_numpy(), "value": numbers(table[value], value)})
    made = made.sort_values(["value", who], ascending=[False, True], kind="stable", ignore_index=True)
    shares = _shares(made["value"].to_numpy(), value)
    running = np.minimum(np.cumsum(shares), 1.0)
    money = made["value"].to_numpy()
    classes = np.where(running <= first + ROUNDING, "A", np.where(running <= second + ROUNDING, "B", "C"))
    classes[0] = "A"
    classes[money <= 0] = "C"
    made["rank"] = np.arange(1, len(made) + 1)
    made["share"], made["running_share"], made["abc"] = shares, running, classes
    return made


def movers(before: "pd.DataFrame", after: "pd.DataFrame", *, who: str = "customer_id") -> "pd.DataFrame":
    """Return `customer_id, before, after, rank_before, rank_after, climbed, moved` of two ABC tables.

    A customer of one table only has class "-" and rank NaN in the other; climbed is ranks won (negative: lost, NaN
    for those). moved is `up`, `down`, `new`, `gone` or `stays`. Greatest change of rank first.
    """
    for name, table in (("before", before), ("after", after)):
        need(table, [who, "rank", "abc"], name)
    both = before[[who, "rank", "abc"]].merge(
        after[[who, "rank", "abc"]], on=who, how="outer", suffixes=("_before", "_after")
    )
    made = both.rename(columns={"abc_before": "before", "abc_after": "after"})
    made["before"], made["after"] = made["before"].fillna("-"), made["after"].fillna("-")
    made["climbed"] = made["rank_before"] - made["rank_after"]
    made["moved"] = [_moved(a, b) for a, b in zip(made["before"], made["after"], strict=True)]
    order = made["climbed"].abs().sort_values(ascending=False, kind="stable", na_position="last").index
    columns = [who, "before", "after", "rank_before", "rank_after", "climbed", "moved"]
    return made.loc[order, columns].reset_index(drop=True)


def pareto_curve(values: ArrayLike) -> "pd.DataFrame":
    """Return `customers, money`: the share of the money that the richest share of customers bring, from (0, 0) to (1, 1).

    The mirror image of the curve of M. O. Lorenz (1905). Values below zero count as zero. InputError when nobody brought money.
    """
    import pandas as pd

    shares = np.sort(_shares(numbers(values, "values"), "values"))[::-1]
    people = np.arange(len(shares) + 1) / len(shares)
    money = np.minimum(np.concatenate([[0.0], np.cumsum(shares)]), 1.0)
    money[-1] = 1.0
    return pd.DataFrame({"customers": people, "money": money})


def top_share(values: ArrayLike, *, top: float = 0.2) -> float:
    """Return the share of the money that the richest `top` share of customers bring, 0 to 1, read off the curve."""
    curve = pareto_curve(values)
    return float(np.interp(number(top, "top", low=0, high=1), curve["customers"], curve["money"]))


def gini(values: ArrayLike) -> float:
    """Return Gini's coefficient, 0 (all equal) to below 1: twice the area between the Pareto curve and the diagonal."""
    curve = pareto_curve(values)
    return float(2 * np.trapezoid(curve["money"], curve["customers"]) - 1)


def _shares(values: NDArray[np.float64], name: str) -> NDArray[np.float64]:
    money = np.maximum(values, 0.0)
    largest = money.max()
    if largest <= 0:
        refuse(name, largest, "somebody must have brought more than 0", "choose a period with sales")
    money = money / largest  # so that sums of huge amounts stay finite
    return money / money.sum()


def _limits(limits: Sequence[float]) -> tuple[float, float]:
    if len(limits) != 2 or not 0 < limits[0] < limits[1] < 1:
        refuse("limits", list(limits), "two shares, rising, between 0 and 1", "write them as (0.8, 0.95)")
    return float(limits[0]), float(limits[1])


def _moved(before: str, after: str) -> str:
    if before == after:
        return "stays"
    if "-" in (before, after):
        return "new" if before == "-" else "gone"
    return "up" if after < before else "down"
