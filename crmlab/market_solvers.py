"""Automatic solvers of the market cases: naive, textbook and expert, from visible tables only."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from sim.market.almanac import MONTH_DAYS

FEATURES = ("recency", "frequency", "monetary", "tenure", "contacts", "complaints")
TOP_SHARE = 0.2
R, ALPHA, A, B = 0.55, 2.4, 0.8, 2.5


@dataclass(frozen=True)
class Cut:
    """What is known on a day of customers, one row each, and what came after: whether (`outcome`), and what it was
    `worth`, yuan. In a shop the outcome is that they buy, under contract that they are lost.
    """

    customer_id: NDArray[np.int64]
    features: NDArray[np.float64]
    outcome: NDArray[np.bool_]
    worth: NDArray[np.float64]


def cut(orders: dict[str, NDArray], contacts: dict[str, NDArray], today: int, until: int) -> Cut:
    """Return the customers of a market on a day, by visible tables up to it, and their later orders."""
    before, after = orders["day"] < today, (orders["day"] >= today) & (orders["day"] < until)
    ids, place = np.unique(orders["customer_id"][before], return_inverse=True)
    count = np.bincount(place)
    last, first = np.zeros(len(ids)), np.full(len(ids), np.inf)
    np.maximum.at(last, place, orders["day"][before])
    np.minimum.at(first, place, orders["day"][before])
    spent = np.bincount(place, orders["amount"][before] / 100.0)
    known = contacts["day"] < today
    asked = _count(ids, contacts["customer_id"][known])
    complained = _count(ids, contacts["customer_id"][known & (contacts["skill"] == 1)])
    features = [
        (today - last) / MONTH_DAYS,
        count,
        spent / count,
        (today - first) / MONTH_DAYS,
        asked,
        complained,
    ]
    mine = after & np.isin(orders["customer_id"], ids)
    buyers = np.searchsorted(ids, orders["customer_id"][mine])
    later = np.bincount(buyers, orders["amount"][mine] / 100.0, minlength=len(ids)).astype(np.float64)
    return Cut(ids, np.stack(features, axis=1).astype(float), later > 0, later)


def naive(one: Cut) -> NDArray[np.float64]:
    """Return a score that takes customers in the order of the list."""
    return -one.customer_id.astype(float)


def textbook(one: Cut) -> NDArray[np.float64]:
    """Return the RFM score, three times 1 to 5 by fifths (Hughes 1994)."""
    recency, frequency, monetary = one.features[:, 0], one.features[:, 1], one.features[:, 2]
    ranks = [_rank(-recency), _rank(frequency), _rank(monetary * frequency)]
    return np.sum([np.floor(rank * 5) for rank in ranks], axis=0) + 0.01 * ranks[2]


def expert(one: Cut) -> NDArray[np.float64]:
    """Return expected spending by the BG/NBD model (Fader, Hardie and Lee 2005): rate, still there, basket.

    With the parameters of the CDNOW record, in months; baskets are shrunk to the middle one.
    """
    recency, frequency, monetary, tenure = one.features[:, :4].T
    repeats, seen = frequency - 1.0, tenure - recency
    bent = ((ALPHA + tenure) / (ALPHA + seen)) ** (R + repeats)
    gone = bent * A / (B + np.maximum(repeats, 1.0) - 1.0)
    basket = (monetary * frequency + 1.5 * np.median(monetary)) / (frequency + 1.5)
    return (R + repeats) / (ALPHA + tenure) / (1.0 + gone) * basket


def captured(score: NDArray[np.float64], one: Cut) -> float:
    """Return how much of what the best possible fifth is worth later the best fifth by a score has."""
    top = int(len(score) * TOP_SHARE)
    best = np.sort(one.worth)[::-1][:top].sum()
    return float(one.worth[np.argsort(-score, kind="stable")[:top]].sum() / best)


def reference_auc(one: Cut) -> float:
    """Return the area under the curve of a logistic model of the outcome, fitted on one half, tested on the other."""
    x = np.log1p(one.features)
    x = (x - x.mean(axis=0)) / np.maximum(x.std(axis=0), 1e-9)
    x = np.column_stack([np.ones(len(x)), x])
    odd = np.arange(len(x)) % 2 == 1
    beta = _fit(x[odd], one.outcome[odd])
    other = _fit(x[~odd], one.outcome[~odd])
    return (auc(x[~odd] @ beta, one.outcome[~odd]) + auc(x[odd] @ other, one.outcome[odd])) / 2.0


def auc(score: NDArray[np.float64], truth: NDArray[np.bool_]) -> float:
    """Return the chance that a true case scores above a false one (Mann and Whitney 1947)."""
    ranks = _rank(score) * (len(score) - 1) + 1
    positive = int(truth.sum())
    return float((ranks[truth].sum() - positive * (positive + 1) / 2) / (positive * (len(score) - positive)))


def _fit(x: NDArray, y: NDArray, ridge: float = 1.0) -> NDArray[np.float64]:
    """Return the weights of a logistic regression, by Newton's method."""
    beta = np.zeros(x.shape[1])
    for _ in range(15):
        p = 1.0 / (1.0 + np.exp(-(x @ beta)))
        slope = x.T @ (y - p) - ridge * beta
        bend = (x * (p * (1 - p))[:, None]).T @ x + ridge * np.eye(len(beta))
        beta = beta + np.linalg.solve(bend, slope)
    return beta


def _rank(values: NDArray) -> NDArray[np.float64]:
    """Return ranks 0 to 1, ties in their order."""
    ranks = np.empty(len(values))
    ranks[np.argsort(values, kind="stable")] = np.arange(len(values))
    return ranks / max(len(values) - 1, 1)


def _count(ids: NDArray, who: NDArray) -> NDArray[np.int64]:
    who = who[np.isin(who, ids)]
    return np.bincount(np.searchsorted(ids, who), minlength=len(ids))
