"""Who comes back: the customer base period by period, cohorts, repurchase, and the share of what customers spend."""

from collections.abc import Sequence
from itertools import pairwise
from typing import TYPE_CHECKING, Any

import numpy as np

from sim.checked import count, need, number, numbers, once, refuse
from sim.value.estimates import Estimate, share
from sim.value.purchases import moment, ready

if TYPE_CHECKING:
    import pandas as pd


def retention_rate(*, at_start: int, at_end: int, new: int) -> float:
    """Return (at_end − new) / at_start, customers counted, as firms with contracts reckon it; churn is 1 − this.

    InputError unless the old customers at the end are between none and those at the start.
    """
    start = count(at_start, "at_start")
    end, fresh = count(at_end, "at_end", low=0), count(new, "new", low=0)
    if not 0 <= end - fresh <= start:
        refuse("at_end − new", end - fresh, f"must lie between 0 and at_start, {start}", "count again")
    return (end - fresh) / start


def by_period(bought: "pd.DataFrame", edges: Sequence[Any]) -> "pd.DataFrame":
    """Return the loyalty measures of each period [edges[k], edges[k + 1]), one row a period, from `purchases`.

    base: customers who bought; new: those among them who never did before; retention: the share of the last period's
    buyers who bought again, told apart for who was new then (retention_new) and the others (retention_old);
    churn: 1 − retention; frequency: purchases per customer; basket: money per purchase, returns taken off. A measure
    that nobody can give (first period, no buyers) is NaN. Source: seven measures of loyalty in the trade's handbooks
    (顾客基数、新顾客维持率、主顾客维持率、顾客占有率、顾客流失率、购买频率、平均购买金额); share: `share_of_customer`.
    """
    import pandas as pd

    borders = np.array([moment(edge, "edges") for edge in edges])
    if len(borders) < 2 or (np.diff(borders) <= 0).any():
        refuse("edges", list(edges), "at least two moments, each later than the one before", "sort them")
    bought = ready(bought)
    real = bought[bought["bought"]]
    first = real.groupby("customer_id")["when"].min()
    rows, last, last_new = [], pd.Index([]), pd.Index([])
    for k, (start, end) in enumerate(pairwise(borders)):
        inside = bought[(bought["when"] >= start) & (bought["when"] < end)]
        orders = int(inside["bought"].sum())
        now = pd.Index(inside.loc[inside["bought"], "customer_id"].unique())
        new = now[first.reindex(now).to_numpy() >= start] if len(now) else now
        kept = _kept(last, now)
        rows.append(
            {
                "start": start,
                "end": end,
                "base": len(now),
                "new": len(new),
                "retention": kept if k else np.nan,
                "retention_new": _kept(last_new, now) if k else np.nan,
                "retention_old": _kept(last.difference(last_new), now) if k else np.nan,
                "churn": 1 - kept if k else np.nan,
                "frequency": orders / len(now) if len(now) else np.nan,
                "basket": inside["amount"].sum() / orders if orders else np.nan,
            }
        )
        last, last_new = now, new
    return pd.DataFrame(rows)


def cohorts(bought: "pd.DataFrame", *, period_days: float = 30.4375, until: Any = None) -> "pd.DataFrame":
    """Return `cohort, age, customers, active, share`: of those who first bought in a period, who buys at each age.

    Periods of `period_days` count from the first purchase of all; only whole periods up to `until` (default: the last
    row) appear. share is active / customers; at age 0 it is 1.
    """
    import pandas as pd

    size = number(period_days, "period_days", low=0, above=True)
    bought = ready(bought)
    real = bought[bought["bought"]]
    if not len(real):
        refuse("purchases", "none", "somebody must have bought", "give a table with purchases")
    start = float(real["when"].min())
    end = float(bought["when"].max()) if until is None else moment(until, "until")
    whole = max(1, int(np.floor((end - start) / size)))
    period = np.floor((real["when"] - start) / size).astype(int)
    seen = pd.DataFrame({"customer_id": real["customer_id"], "period": period})
    seen = seen[seen["period"] < whole].drop_duplicates()
    seen["cohort"] = seen.groupby("customer_id")["period"].transform("min")
    sizes = seen.groupby("cohort")["customer_id"].nunique()
    active = seen.groupby(["cohort", "period"]).size()
    rows = [
        (c, p - c, int(n), int(active.get((c, p), 0))) for c, n in sizes.items() for p in range(int(c), whole)
    ]
    made = pd.DataFrame(rows, columns=["cohort", "age", "customers", "active"])
    made["share"] = made["active"] / made["customers"]
    return made


def repurchase_rate(
    bought: "pd.DataFrame", *, within: float, until: Any = None, confidence: float = 0.95
) -> Estimate:
    """Return the share who bought again within so many days of the first purchase, among those watched so long.

    Two purchases on one day are one. Interval: Wilson's. InputError when nobody was watched that long.
    """
    span = number(within, "within", low=0, above=True)
    bought = ready(bought)
    real = bought[bought["bought"]].assign(day=lambda df: np.floor(df["when"]))
    end = float(bought["when"].max()) if until is None else moment(until, "until")
    days = real.drop_duplicates(["customer_id", "day"]).sort_values(["customer_id", "day"])
    gap = days["day"] - days.groupby("customer_id")["day"].transform("min")
    second = gap[gap > 0].groupby(days["customer_id"]).min()
    first = days.groupby("customer_id")["day"].min()
    watched = first.index[first + span <= end]
    if not len(watched):
        refuse("within", within, "nobody was watched so long", "ask for fewer days or watch longer")
    return share((second.reindex(watched) <= span).to_numpy(), confidence=confidence)


def share_of_customer(spending: "pd.DataFrame") -> "pd.DataFrame":
    """Return the table with `share`: here / everywhere, 0 to 1 (顾客占有率), NaN for who spent nothing at all.

    `spending` has customer_id, here and everywhere, money of one period for one kind of goods.
    """
    need(spending, ["customer_id", "here", "everywhere"], "spending")
    once(spending, "customer_id", "spending")
    ours, all_of_it = (
        numbers(spending["here"], "here", low=0),
        numbers(spending["everywhere"], "everywhere", low=0),
    )
    over = ours > all_of_it
    if over.any():
        place = int(np.argmax(over))
        refuse(
            f"here, row {place + 1}",
            ours[place],
            f"is more than everywhere, {all_of_it[place]}",
            "mend this row",
        )
    made = spending.copy()
    made["share"] = np.divide(ours, all_of_it, out=np.full(len(ours), np.nan), where=all_of_it > 0)
    return made


def _kept(before: "pd.Index", now: "pd.Index") -> float:
    return float(before.isin(now).mean()) if len(before) else float("nan")
