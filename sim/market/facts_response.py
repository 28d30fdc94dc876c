"""Stylised facts of response: who answers an offer, who can be foretold to leave, and what points do."""

import numpy as np
from numpy.typing import NDArray

from sim.instruments import panel
from sim.market.facts import Evidence, measure
from sim.market.loyalty import EARN, REDEEM
from sim.streams import Streams

AHEAD_MONTHS = 6
STEPS = 25


@measure
def double_jeopardy(e: Evidence) -> float:
    """Return the rank correlation over rivals of penetration and purchases per buyer, in a consumer panel."""
    rows = panel.bought(e.story, Streams(1, "facts"), most=4000)
    count = rows["orders"].reshape(-1, rows["firms"])[:, 1:]
    buys = count > 0
    return _rank_correlation(buys.mean(axis=0), count.sum(axis=0) / buys.sum(axis=0))


@measure
def silence_foretold(e: Evidence) -> float:
    """Return the area under the curve of a logistic model, on visible columns, of who will be silent for half a year.

    Fitted on the customers with an even number, judged on the others.
    """
    day = int(e.story.almanac.first[e.months - AHEAD_MONTHS])
    features, silent, ids = _seen(e, day)
    score = features @ logistic(features[ids % 2 == 0], silent[ids % 2 == 0])
    mine = ids % 2 == 1
    return area(score[mine], silent[mine])


@measure
def coupon_response(e: Evidence) -> float:
    """Return the share of delivered coupons whose customer orders within the month."""
    rows = e.story.arrays("exposures")
    told = rows["delivered"] & (rows["campaign"] == list(e.story.settings.levers.campaigns).index("coupon"))
    month = e.story.almanac.month_of(rows["day"][told])
    sent = rows["customer_id"][told] * 1000 + month
    ordered = np.unique(e.orders["customer_id"] * 1000 + e.story.almanac.month_of(e.orders["day"]))
    return float(np.isin(sent, ordered).mean())


@measure
def own_list_over_prospects(e: Evidence) -> float:
    """Return the response of one's own customers to a coupon over that of prospects to what is done for them, a month."""
    rows = e.story.arrays("prospects")
    early = rows["day"] < e.story.almanac.first[e.months - 1]
    place = np.searchsorted(np.sort(e.people.id), rows["prospect_id"][early])
    ids = np.sort(e.people.id)
    won = ids[np.minimum(place, len(ids) - 1)] == rows["prospect_id"][early]
    open_months = e.story.settings.prospects.months_open
    return coupon_response(e) / float(won.mean() / open_months)


@measure
def risk_list_over_uplift_list(e: Evidence) -> float:
    """Return how many losses a save offer to the tenth at highest risk prevents, over one to the tenth with most to gain.

    What an offer prevents is known here: the hazard times the part that the offer takes off.
    """
    told, rows = e.story.settings.levers, e.story.arrays("truth_month")
    last = rows["month"] == rows["month"].max()
    hazard = sum(rows[name][last].astype(float) for name in rows if name.startswith("hazard_"))
    order = np.argsort(e.people.id)
    place = order[np.searchsorted(e.people.id[order], rows["customer_id"][last])]
    prevented = hazard * (1.0 - np.exp(told.save_mean + told.save_sd * e.people.persuade[place]))
    tenth = len(prevented) // 10
    risky, best = np.argsort(-np.asarray(hazard))[:tenth], np.argsort(-prevented)[:tenth]
    return float(prevented[risky].sum() / prevented[best].sum())


@measure
def gap_near_a_reward(e: Evidence) -> float:
    """Return the time to the next order near a reward over that far from it, customer by customer (geometric mean)."""
    told, rows = e.story.settings.loyalty, e.story.arrays("loyalty_ledger")
    reward = told.modes["own"].reward
    earned = rows["kind"] == EARN
    moment = rows["day"][earned] * 86_400.0 + rows["at"][earned]
    who, balance = rows["customer_id"][earned], rows["balance"][earned]
    order = np.lexsort((moment, who))
    who, moment, balance = who[order], moment[order], balance[order]
    same = np.diff(who) == 0
    gap, balance, who = np.log(np.maximum(np.diff(moment)[same], 60.0)), balance[:-1][same], who[:-1][same]
    near = (balance >= told.near * reward) & (balance < reward)
    _, place = np.unique(who, return_inverse=True)
    count = [
        np.bincount(place[some], minlength=place.max() + 1) for some in (near, balance < told.near * reward)
    ]
    total = [
        np.bincount(place[some], gap[some], minlength=place.max() + 1)
        for some in (near, balance < told.near * reward)
    ]
    both = (count[0] > 0) & (count[1] > 0)
    weight = 1.0 / (1.0 / count[0][both] + 1.0 / count[1][both])
    apart = total[0][both] / count[0][both] - total[1][both] / count[1][both]
    return float(np.exp(np.average(apart, weights=weight)))


@measure
def points_redeemed(e: Evidence) -> float:
    """Return the share of the points earned that were redeemed."""
    rows = e.story.arrays("loyalty_ledger")
    redeemed = -rows["delta"][rows["kind"] == REDEEM].sum()
    return float(redeemed / rows["delta"][rows["kind"] == EARN].sum())


def _seen(e: Evidence, day: int) -> tuple[NDArray[np.float64], NDArray[np.bool_], NDArray[np.int64]]:
    """Return features, who falls silent, and ids, of those who bought in the year before a day."""
    before = (e.orders["day"] < day) & (e.orders["day"] >= day - 365)
    ids, place, count = np.unique(e.orders["customer_id"][before], return_inverse=True, return_counts=True)
    last, first = np.full(len(ids), -1), np.full(len(ids), day)
    np.maximum.at(last, place, e.orders["day"][before])
    np.minimum.at(first, place, e.orders["day"][before])
    spent = np.bincount(place, e.orders["amount"][before] / 100.0)
    rows = e.story.arrays("service_contacts")
    asked = np.isin(ids, rows["customer_id"][(rows["day"] < day) & (rows["day"] >= day - 90)])
    recency, tenure = np.log1p(day - last), np.log1p(day - first)
    columns = [
        np.ones(len(ids)),
        recency,
        np.log(count),
        np.log(np.maximum(spent, 1.0) / count),
        tenure,
        recency * np.log(count),
        asked,
    ]
    features = np.column_stack(columns).astype(float)
    silent = ~np.isin(ids, e.orders["customer_id"][e.orders["day"] >= day])
    return features, silent, ids


def logistic(features: NDArray[np.float64], outcome: NDArray[np.bool_]) -> NDArray[np.float64]:
    """Return the coefficients of a logistic regression, by Newton's method with a little ridge."""
    made = np.zeros(features.shape[1])
    for _ in range(STEPS):
        chance = 1.0 / (1.0 + np.exp(-features @ made))
        weight = chance * (1.0 - chance)
        bend = (features * weight[:, None]).T @ features + 1e-6 * np.eye(len(made))
        made = made + np.linalg.solve(bend, features.T @ (outcome - chance))
    return made


def area(score: NDArray[np.float64], yes: NDArray[np.bool_]) -> float:
    """Return the area under the curve: the chance that a true case scores above a false one."""
    rank = np.empty(len(score))
    rank[np.argsort(score, kind="stable")] = np.arange(1, len(score) + 1)
    return float((rank[yes].mean() - (yes.sum() + 1) / 2) / (~yes).sum())


def _rank_correlation(one: NDArray[np.float64], other: NDArray[np.float64]) -> float:
    ranks = [np.argsort(np.argsort(values)).astype(float) for values in (one, other)]
    return float(np.corrcoef(ranks[0], ranks[1])[0, 1])
