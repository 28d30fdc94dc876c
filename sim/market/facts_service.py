"""Stylised facts of service: what failures, recovery, effort and win-back do to customers."""

import numpy as np
from numpy.typing import NDArray

from sim.market.experience import QUICK, RESOLVED, SILENT, UNRESOLVED
from sim.market.facts import Evidence, measure

AFTER_DAYS = 180
EFFORT_MONTHS = 4
MAJOR = 1


@measure
def recovered_over_silent(e: Evidence) -> float:
    """Return repurchase in 180 days after a big failure: settled complaint over silence."""
    return _repurchase(e, (QUICK, RESOLVED)) / _repurchase(e, (SILENT,))


@measure
def unresolved_over_recovered(e: Evidence) -> float:
    """Return repurchase in 180 days after a big failure: complaint without result over settled complaint."""
    return _repurchase(e, (UNRESOLVED,)) / _repurchase(e, (QUICK, RESOLVED))


@measure
def paradox_in_loyalty(e: Evidence) -> float:
    """Return repurchase in 180 days after a failure settled at once over that after an order without failure."""
    rows = e.story.arrays("truth_failure")
    fine = ~np.isin(e.orders["order_id"], rows["order_id"]) & _followed(e)
    return _repurchase(e, (QUICK,), major_only=False) / float(_bought_again(e)[fine].mean())


@measure
def effort_counts(e: Evidence) -> float:
    """Return how much oftener customers are lost in 4 months after a second attempt than after help at once."""
    rows = e.story.arrays("service_contacts")
    month = e.story.almanac.month_of(rows["day"])
    early = month < e.months - EFFORT_MONTHS
    again = early & (rows["attempt"] >= 2)
    helped = early & (rows["attempt"] == 1) & rows["solved"]
    shares = []
    for some in (again, helped):
        place = _places(e, rows["customer_id"][some])
        after = e.people.lost_at[place] - month[some]
        shares.append(float(((after >= 0) & (after <= EFFORT_MONTHS)).mean()))
    return shares[0] / shares[1]


@measure
def loyalty_is_convex(e: Evidence) -> float:
    """Return which part of the fall of the hazard lies between the lowest and the middle fifth of satisfaction.

    A half if the curve were straight; more in a market with choice: much is lost at the bottom.
    """
    rows = e.story.arrays("truth_month")
    hazard = sum(rows[name] for name in rows if name.startswith("hazard_"))
    edges = np.quantile(rows["satisfaction"], np.linspace(0, 1, 6)[1:-1])
    fifth = np.searchsorted(edges, rows["satisfaction"])
    means = [float(np.asarray(hazard)[fifth == k].mean()) for k in range(5)]
    return (means[0] - means[2]) / (means[0] - means[4])


@measure
def price_returns_over_service(e: Evidence) -> float:
    """Return how many times as often customers lost for price come back as those lost for service, when asked."""
    causes, rows = e.story.settings.churn.causes, e.story.arrays("truth_loss")
    people = _places(e, rows["customer_id"])
    asked = np.isin(rows["customer_id"], e.story.arrays("winbacks")["customer_id"])
    back = e.people.life[people] > rows["life"]
    price, service = (
        back[asked & (rows["cause"] == causes.index(name))].mean() for name in ("price", "service")
    )
    return float(price / service)


def _followed(e: Evidence) -> NDArray[np.bool_]:
    return e.orders["day"] < e.story.almanac.first[e.months] - AFTER_DAYS


def _bought_again(e: Evidence) -> NDArray[np.bool_]:
    """Return for each order whether its customer bought again within 180 days."""
    moment = e.orders["day"] * 86_400.0 + e.orders["at"]
    order = np.lexsort((moment, e.orders["customer_id"]))
    same = np.append(np.diff(e.orders["customer_id"][order]) == 0, False)
    gap = np.append(np.diff(moment[order]), np.inf)
    made = np.zeros(len(order), dtype=bool)
    made[order] = same & (gap <= AFTER_DAYS * 86_400.0)
    return made


def _repurchase(e: Evidence, endings: tuple[int, ...], *, major_only: bool = True) -> float:
    rows = e.story.arrays("truth_failure")
    some = np.isin(rows["ending"], endings) & ((rows["severity"] == MAJOR) | (not major_only))
    mine = np.isin(e.orders["order_id"], rows["order_id"][some]) & _followed(e)
    return float(_bought_again(e)[mine].mean())


def _places(e: Evidence, ids: NDArray) -> NDArray[np.int64]:
    """Return the place of each customer among the people."""
    order = np.argsort(e.people.id, kind="stable")
    return order[np.searchsorted(e.people.id[order], ids)]
