"""Automatic solvers of the business case: which accounts with an open project will order it, from visible tables only."""

import numpy as np
from numpy.typing import NDArray

from crmlab.market_solvers import Cut
from sim.market.almanac import MONTH_DAYS
from sim.market.pipeline import WON

FEATURES = ("value", "said", "stage", "age", "kind", "met", "money", "authority", "need")
STEP = 100_000  # days of an account: customer_id * STEP + day
LATELY_DAYS = 182
HOUSE_CHANCE = np.array([0.10, 0.25, 0.50, 0.75])  # a usual ladder of a CRM; no house asks who was met
TOLD_WEIGHT = 0.85  # of what a person said himself, against the first guess


def cut(tables: dict[str, dict[str, NDArray]], today: int, until: int) -> Cut:
    """Return the accounts with a project open on day `today`, and which order one of those by `until`.

    `tables` are visible ones, the later days too; only what lies before `today` becomes a feature. Of several open
    projects of an account the furthest counts; what is ordered is worth its price.
    """
    log, rows = tables["opportunity_stages"], tables["opportunities"]
    known = log["day"] < today
    ended = np.unique(log["opportunity_id"][known & (log["stage"] >= WON)])
    open_ = known & ~np.isin(log["opportunity_id"], ended)
    # The last row of each account: its furthest project in the stage it is in.
    order = np.lexsort((log["day"][open_], log["stage"][open_], log["customer_id"][open_]))
    place = np.flatnonzero(open_)[order]
    last = np.append(np.diff(log["customer_id"][place]) != 0, True) if len(place) else np.zeros(0, bool)
    place = place[last]
    ids, project = log["customer_id"][place], log["opportunity_id"][place]
    by_number = np.argsort(rows["opportunity_id"])
    row = by_number[np.searchsorted(rows["opportunity_id"][by_number], project)]
    later = (log["day"] >= today) & (log["day"] < until) & (log["stage"] == WON)
    outcome = np.isin(project, log["opportunity_id"][later])
    value = rows["value"][row] / 100.0
    features = [
        value,
        log["probability"][place],
        log["stage"][place],
        (today - log["day"][place]) / MONTH_DAYS,
        rows["kind"][row],
        *_people(tables, ids, today),
    ]
    return Cut(ids, np.stack(features, axis=1).astype(float), outcome, np.where(outcome, value, 0.0))


def naive(one: Cut) -> NDArray[np.float64]:
    """Return a score that takes accounts in the order of the list."""
    return -one.customer_id.astype(float)


def textbook(one: Cut) -> NDArray[np.float64]:
    """Return the weighted pipeline: price times the chance that the house rules give the stage."""
    return one.features[:, 0] * HOUSE_CHANCE[one.features[:, 2].astype(np.int64)]


def expert(one: Cut) -> NDArray[np.float64]:
    """Return price times a chance: by stage, hope taken off what the salesperson says, and money, authority and need."""
    value, said, stage, _, kind, met, money, authority, need = one.features.T
    odds = np.array([-1.55, -1.25, -0.75, -0.10])[stage.astype(np.int64)] + 1.7 * (said - 0.55) + 0.25 * kind
    odds += 0.18 * met + 0.5 * (money - 0.6) + 0.8 * (authority - 0.6) + 0.2 * (need - 0.6)
    return value / (1.0 + np.exp(-odds))


def _people(tables: dict[str, dict[str, NDArray]], ids: NDArray, today: int) -> list[NDArray[np.float64]]:
    """Return how many of the three people of each account were met of late, and how much there is of each of the three.

    What a person said last, where he was ever met, else the first guess.
    """
    accounts, visits = tables["accounts"], tables["visits"]
    by_number = np.argsort(accounts["customer_id"])
    row = by_number[np.searchsorted(accounts["customer_id"][by_number], ids)]
    met, degrees = np.zeros(len(ids)), []
    for k, role in enumerate(("money", "authority", "need")):
        mine = (visits["role"] == k) & (visits["day"] < today)
        when = visits["customer_id"][mine] * STEP + visits["day"][mine]
        order = np.argsort(when, kind="stable")
        last = np.searchsorted(when[order], ids * STEP + today) - 1
        place = order[np.maximum(last, 0)] if len(order) else np.zeros(len(ids), dtype=np.int64)
        there = (last >= 0) & (visits["customer_id"][mine][place] == ids) if len(order) else met > 0
        said = visits["said"][mine][place] if len(order) else met
        lately = there & (visits["day"][mine][place] >= today - LATELY_DAYS) if len(order) else there
        guess = accounts[f"{role}_seen"][row]
        degrees.append(np.where(there, TOLD_WEIGHT * said + (1.0 - TOLD_WEIGHT) * guess, guess))
        met = met + lately
    return [met, *degrees]
