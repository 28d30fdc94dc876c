"""Stylised facts: what a story's tables look like, measured the way real data are measured."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from sim.market.prospects import MONTH_STEP
from sim.market.scene import Levers
from sim.market.story import Story
from sim.policy import Actions, View

WEEK = 7
MONTH = 31
COHORT_MONTHS = 6  # newcomers of so many first months are followed
FOLLOWED_DAYS = 546  # 78 weeks, as long as the CDNOW record


@dataclass(frozen=True)
class Usual:
    """A firm going about its business: a coupon now and then, a call to a few prospects, win-back after half a year's silence, points."""

    name: str = "usual"
    budget: float | None = None

    def act(self, view: View) -> Actions:
        """Return the month's actions: a tenth of the customers in turn get a coupon, the long silent an offer."""
        ids = view.customers["customer_id"]
        last, turn = view.customers["last_day"], ids % 12
        silent, offers = (last >= 0) & (last < view.day - 180), ("call", "voucher", "bundle")
        return Actions(
            levers=Levers(mode="own"),
            calls=a_few(view),
            campaigns={"coupon": ids[turn == view.month % 12]},
            chances={"coupon": 1.0 / 12.0},
            winback={
                offer: ids[silent & (turn == k + 3 * (view.month % 4))] for k, offer in enumerate(offers)
            },
        )


def a_few(view: View) -> NDArray[np.int64]:
    """Return a few of the prospects of the last month, whom nobody called: one of twelve, whatever they are like."""
    found = view.prospects
    ids = found["prospect_id"]
    return ids[~found["called"] & (found["day"] >= view.day - MONTH) & (ids % 12 == view.month % 12)]


class Evidence:
    """One story ready to be measured: its arrays, its newcomers, and their purchases after the first."""

    def __init__(self, story: Story) -> None:
        self.story = story
        self.orders = story.arrays("orders")
        self.people = story.customers()
        self.months = story.months

    @cached_property
    def newcomers(self) -> NDArray[np.int64]:
        """Ids of those who joined in the first months of the story."""
        mine = (
            (self.people.joined >= 0) & (self.people.joined < COHORT_MONTHS) & (self.people.id >= MONTH_STEP)
        )
        return np.sort(self.people.id[mine])

    @cached_property
    def ages(self) -> tuple[NDArray[np.int64], NDArray[np.float64], NDArray[np.float64]]:
        """For each repeat order of a newcomer: his place among them, days since the first order, yuan."""
        mine = np.isin(self.orders["customer_id"], self.newcomers)
        who = np.searchsorted(self.newcomers, self.orders["customer_id"][mine])
        moment = self.orders["day"][mine] + self.orders["at"][mine] / 86_400
        first = np.full(len(self.newcomers), np.inf)
        np.minimum.at(first, who, moment)
        age = moment - first[who]
        repeat = (age > 0) & (age <= FOLLOWED_DAYS)
        return who[repeat], age[repeat], self.orders["amount"][mine][repeat] / 100.0

    def repeats(self, start: float, end: float) -> NDArray[np.int64]:
        """Repeat orders of each newcomer between two ages, days."""
        who, age, _ = self.ages
        return np.bincount(who[(age > start) & (age <= end)], minlength=len(self.newcomers))

    @cached_property
    def totals(self) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
        """Orders and yuan of every customer who bought in the last twelve months of the story."""
        start = self.story.almanac.first[max(self.months - 12, 0)]
        late = self.orders["day"] >= start
        _, place = np.unique(self.orders["customer_id"][late], return_inverse=True)
        spent = np.bincount(place, self.orders["amount"][late] / 100.0)
        return np.bincount(place).astype(np.int64), spent.astype(np.float64)


Measure = Callable[[Evidence], float]
MEASURES: dict[str, Measure] = {}


def measure(function: Measure) -> Measure:
    """Enter a function under its own name among the measures."""
    MEASURES[function.__name__] = function
    return function


@measure
def one_time_buyers(e: Evidence) -> float:
    """Return the share of newcomers without a repeat in 78 weeks."""
    return float((e.repeats(0, FOLLOWED_DAYS) == 0).mean())


@measure
def variance_to_mean(e: Evidence) -> float:
    """Return variance over mean of repeats in 39 weeks; 1 if all customers were alike."""
    made = e.repeats(0, 39 * WEEK)
    return float(made.var() / made.mean())


@measure
def fall_of_repeats(e: Evidence) -> float:
    """Return repeats in weeks 14-26 over those in weeks 1-13 of a customer's life."""
    return float(e.repeats(13 * WEEK, 26 * WEEK).mean() / e.repeats(0, 13 * WEEK).mean())


@measure
def late_fall_of_repeats(e: Evidence) -> float:
    """Return repeats in weeks 53-65 over those in weeks 40-52: the fall flattens."""
    return float(e.repeats(52 * WEEK, 65 * WEEK).mean() / e.repeats(39 * WEEK, 52 * WEEK).mean())


@measure
def second_by_90_days(e: Evidence) -> float:
    """Return the share of newcomers who bought again within 90 days."""
    return float((e.repeats(0, 90) > 0).mean())


@measure
def second_by_365_days(e: Evidence) -> float:
    """Return the share of newcomers who bought again within a year."""
    return float((e.repeats(0, 365) > 0).mean())


@measure
def past_predicts_next(e: Evidence) -> float:
    """Return how much more those with 4 or more repeats in 39 weeks buy in the next 39 than those with none."""
    before, after = e.repeats(0, 39 * WEEK), e.repeats(39 * WEEK, 78 * WEEK)
    return float(after[before >= 4].mean() / after[before == 0].mean())


@measure
def recency_counts(e: Evidence) -> float:
    """Return later purchases of the most recent third over the least recent third, at 2 repeats before."""
    who, age, _ = e.ages
    last = np.zeros(len(e.newcomers))
    np.maximum.at(last, who, np.where(age <= 39 * WEEK, age, 0.0))
    some = np.isin(e.repeats(0, 39 * WEEK), (2, 3))
    order = np.argsort(last[some], kind="stable")
    after = e.repeats(39 * WEEK, 78 * WEEK)[some][order]
    third = len(after) // 3
    return float(after[-third:].mean() / after[:third].mean())


@measure
def frequency_and_spend(e: Evidence) -> float:
    """Return the correlation of orders and mean amount over customers of a year."""
    count, total = e.totals
    return float(np.corrcoef(count, total / count)[0, 1])


@measure
def amount_icc(e: Evidence) -> float:
    """Return the share of the variance of log amounts that lies between customers (one-way ANOVA)."""
    logs = np.log(np.maximum(e.orders["amount"], 1) / 100.0)
    _, place, count = np.unique(e.orders["customer_id"], return_inverse=True, return_counts=True)
    kept = count[place] >= 2
    logs, (_, place, count) = logs[kept], np.unique(place[kept], return_inverse=True, return_counts=True)
    means = np.bincount(place, logs) / count
    within = ((logs - means[place]) ** 2).sum() / (len(logs) - len(count))
    usual = (len(logs) - (count**2).sum() / len(logs)) / (len(count) - 1)
    between = (count * (means - logs.mean()) ** 2).sum() / (len(count) - 1)
    extra = max((between - within) / usual, 0.0)
    return float(extra / (extra + within))


@measure
def top_fifth(e: Evidence) -> float:
    """Return the share of a year's revenue from the best fifth of its customers."""
    total = np.sort(e.totals[1])[::-1]
    return float(total[: len(total) // 5].sum() / total.sum())


@measure
def class_a(e: Evidence) -> float:
    """Return the share of customers in class A (the first 80 % of revenue)."""
    total = np.sort(e.totals[1])[::-1]
    return float((np.cumsum(total) <= 0.8 * total.sum()).mean())


@measure
def gap_variation(e: Evidence) -> float:
    """Return the median over newcomers of the coefficient of variation of gaps, 3 gaps or more."""
    who, age, _ = e.ages
    order = np.lexsort((age, who))
    who, age = who[order], age[order]
    gap = np.diff(age, prepend=0.0)
    starts = np.diff(who, prepend=-1) != 0
    gap[starts] = age[starts]
    count = np.bincount(who, minlength=1)
    mean = np.bincount(who, gap) / np.maximum(count, 1)
    spread = np.bincount(who, (gap - mean[who]) ** 2) / np.maximum(count - 1, 1)
    some = count >= 3
    return float(np.median(np.sqrt(spread[some]) / mean[some]))


@measure
def busiest_day_of_month(e: Evidence) -> float:
    """Return the largest share of orders on one day of the month, 1 to 31."""
    dates = np.array([e.story.almanac.date(d).day for d in range(e.story.almanac.first[e.months])])
    count = np.bincount(dates[e.orders["day"]], minlength=32)
    return float(count.max() / count.sum())


@measure
def quietest_weekday(e: Evidence) -> float:
    """Return the smallest share of orders on one weekday."""
    return float(_weekdays(e).min())


@measure
def busiest_weekday(e: Evidence) -> float:
    """Return the largest share of orders on one weekday."""
    return float(_weekdays(e).max())


@measure
def hazard_falls(e: Evidence) -> float:
    """Return the monthly hazard of months 13-18 of a relation over that of its first 6 (newcomers)."""
    mine = (e.people.id >= MONTH_STEP) & (e.people.joined < e.months - 18)
    ids, joined = e.people.id[mine], e.people.joined[mine]
    order = np.argsort(ids)
    rows = e.story.arrays("truth_loss")
    first = (rows["life"] == 0) & np.isin(rows["customer_id"], ids)  # who came back had left all the same
    place = order[np.searchsorted(ids[order], rows["customer_id"][first])]
    life = e.months - joined
    life[place] = rows["lost_at"][first] - joined[place]
    lost = np.zeros(len(ids), dtype=bool)
    lost[place] = True
    hazard = [
        (lost & (life > a) & (life <= b)).sum() / np.clip(life - a, 0.0, b - a).sum()
        for a, b in ((0, 6), (12, 18))
    ]
    return float(hazard[1] / hazard[0])


@measure
def minor_complained(e: Evidence) -> float:
    """Return the share of small failures that anybody hears of."""
    return _complained(e, 0)


@measure
def major_complained(e: Evidence) -> float:
    """Return the share of big failures that anybody hears of."""
    return _complained(e, 1)


@measure
def causes_of_core_failure(e: Evidence) -> float:
    """Return the share of losses whose true cause is the product."""
    return _cause(e, "quality")


@measure
def causes_of_price(e: Evidence) -> float:
    """Return the share of losses whose true cause is price."""
    return _cause(e, "price")


@measure
def price_said_over_price_true(e: Evidence) -> float:
    """Return how much oftener price is named than it is the cause, among those lost and asked."""
    said, lost = e.story.arrays("winbacks")["stated"], e.story.arrays("truth_winback")["gone"]
    price = e.story.settings.churn.causes.index("price")
    return float((said[lost] == price).mean() / max(_cause(e, "price"), 1e-9))


@measure
def satisfied_lost_in_a_year(e: Evidence) -> float:
    """Return the share of satisfied customers (upper half) at the end who were to leave within a year."""
    satisfied = e.people.satisfaction >= np.median(e.people.satisfaction[e.people.alive])
    joined_before = e.people.joined < e.months - 12
    lost = ~e.people.alive & (e.people.lost_at >= e.months - 12)
    risk = satisfied & joined_before & (e.people.alive | lost)
    return float(lost[risk].mean())


@measure
def winback_return(e: Evidence) -> float:
    """Return the share of lost customers who come back after an offer."""
    rows = e.story.arrays("truth_winback")
    asked = rows["gone"]
    ids = np.unique(rows["customer_id"][asked])
    lives = e.people.life[np.isin(e.people.id, ids)]
    return float((lives > 0).mean())


@measure
def bundle_over_call(e: Evidence) -> float:
    """Return how many times as often a bundle wins a lost customer back as a call alone."""
    rows = e.story.arrays("truth_winback")
    asked, shares = rows["gone"], []
    for offer in (2, 0):
        ids = rows["customer_id"][asked & (rows["offer"] == offer)]
        shares.append((e.people.life[np.isin(e.people.id, ids)] > 0).mean())
    return float(shares[0] / shares[1])


def _weekdays(e: Evidence) -> NDArray[np.float64]:
    offset = e.story.almanac.start.weekday()
    count = np.bincount((e.orders["day"] + offset) % 7, minlength=7)
    return count / count.sum()


def _complained(e: Evidence, severity: int) -> float:
    rows = e.story.arrays("truth_failure")
    return float((rows["ending"][rows["severity"] == severity] != 3).mean())


def _cause(e: Evidence, name: str) -> float:
    causes = e.story.arrays("truth_loss")["cause"]
    return float((causes == e.story.settings.churn.causes.index(name)).mean())
