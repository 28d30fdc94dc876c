"""Automatic solvers of the subscription case: who is about to be lost, from visible tables only."""

import numpy as np
from numpy.typing import NDArray

from crmlab.market_solvers import Cut
from sim.market.almanac import MONTH_DAYS
from sim.market.facts_subscription import running

FEATURES = ("by_month", "soon", "tenure", "use", "fee", "above", "contacts", "complaints")
LATELY_DAYS = 120


def cut(tables: dict[str, dict[str, NDArray]], joined: NDArray, today: int, until: int) -> Cut:
    """Return the customers under contract on day `today` who have not given notice, and who gives it by `until`.

    `tables` are visible ones, the later days too; only what lies before `today` becomes a feature. `joined` is the first
    day of each customer of the table customers, in its order: pairs of id and day. What is lost is worth its fees.
    """
    bills, notices = tables["bills"], tables["notices"]
    last = bills["day"] == today - 1
    ids, order = bills["customer_id"][last], np.argsort(bills["customer_id"][last])
    given = notices["kind"] == 0
    known = given & (notices["day"] < today) & (notices["leaves_day"] >= today - 1)
    stays = ~np.isin(ids, notices["customer_id"][known])
    later = given & (notices["day"] >= today) & (notices["day"] < until)
    outcome = np.isin(ids, notices["customer_id"][later])
    row = running(tables["contracts"], ids, np.full(len(ids), today - 1))
    end = tables["contracts"]["end_day"][row]
    asked = tables["service_contacts"]
    lately = (asked["day"] < today) & (asked["day"] >= today - LATELY_DAYS)
    begun = joined[np.searchsorted(joined[:, 0], ids), 1]
    fee = bills["fee"][last] / 100.0
    features = [
        end < 0,
        (end >= 0) & (end < until),
        (today - begun) / MONTH_DAYS,
        _trend(tables["usage"], ids, order, int(bills["month"][last][0])),
        fee,
        bills["above"][last] / 100.0,
        _count(ids, order, asked["customer_id"][lately]),
        _count(ids, order, asked["customer_id"][lately & (asked["skill"] == 1)]),
    ]
    table = np.stack(features, axis=1).astype(float)[stays]
    return Cut(ids[stays], table, outcome[stays], np.where(outcome, fee, 0.0)[stays])


def naive(one: Cut) -> NDArray[np.float64]:
    """Return a score that takes customers in the order of the list."""
    return -one.customer_id.astype(float)


def textbook(one: Cut) -> NDArray[np.float64]:
    """Return points: a complaint two, free to go one, a term that ends soon one, less than a year here one."""
    by_month, soon, tenure, complaints = one.features[:, [0, 1, 2, 7]].T
    return 2.0 * (complaints > 0) + by_month + soon + (tenure < 12.0) + 1e-3 * one.features[:, 4] / 100.0


def expert(one: Cut) -> NDArray[np.float64]:
    """Return fees at risk: a hazard that falls with tenure, is little inside a term and grows as use falls."""
    by_month, soon, tenure, use, fee, above, contacts, complaints = one.features.T
    bound = np.exp(1.2 * by_month + 0.25 * soon)
    asked = np.exp(0.25 * np.minimum(contacts, 3) + 0.1 * np.minimum(complaints, 2) + 0.5 * (above > 0))
    return bound * asked / (6.0 + tenure) ** 0.95 / np.clip(use, 0.35, 1.3) ** 2.3 * fee


def _trend(use: dict[str, NDArray], ids: NDArray, order: NDArray, month: int) -> NDArray[np.float64]:
    """Return use in the last month over that of the four before; 1 for those who were not there."""
    now = _mean(use, ids, order, month, month)
    before = _mean(use, ids, order, month - 4, month - 1)
    return np.where(before > 0, np.maximum(now, 0.1) / np.maximum(before, 0.1), 1.0)


def _mean(
    use: dict[str, NDArray], ids: NDArray, order: NDArray, first: int, last: int
) -> NDArray[np.float64]:
    some = (use["month"] >= first) & (use["month"] <= last) & np.isin(use["customer_id"], ids)
    place = order[np.searchsorted(ids[order], use["customer_id"][some])]
    count = np.bincount(place, minlength=len(ids))
    return np.bincount(place, use["gigabytes"][some], minlength=len(ids)) / np.maximum(count, 1)


def _count(ids: NDArray, order: NDArray, who: NDArray) -> NDArray[np.int64]:
    who = who[np.isin(who, ids)]
    return np.bincount(order[np.searchsorted(ids[order], who)], minlength=len(ids))
