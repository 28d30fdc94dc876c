"""Stylised facts of contracts: how churn goes with tenure, term, the end of a term, mood, and who can be foretold."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from sim.market.contracts import CONTRACT_STEP
from sim.market.facts import Evidence, a_few, measure
from sim.market.facts_response import area, logistic
from sim.market.prospects import MONTH_STEP
from sim.policy import Actions, View

AHEAD_MONTHS = 3
BEFORE_DAY = 100_000  # added to days, so that those before the story count too
DAY_STEP = 1_000_000


@dataclass(frozen=True)
class UsualProvider:
    """A provider going about its business: half of those who gave notice are asked to stay, some are offered a
    term, a third are told before they use too much, lost ones called, and a few prospects.
    """

    name: str = "usual provider"
    budget: float | None = None

    def act(self, view: View) -> Actions:
        """Return the month's actions, by customers in turn."""
        ids, seen = view.customers["customer_id"], view.customers
        turn = ids % 12 == view.month % 12
        noticed = (seen["leaves_day"] >= view.day) & (ids % 2 == 0)
        gone = (seen["leaves_day"] >= 0) & (seen["leaves_day"] < view.day)
        free = turn & (seen["end_day"] < 0) & (seen["leaves_day"] < 0)
        return Actions(
            calls=a_few(view),
            campaigns={"newsletter": ids[turn]},
            chances={"newsletter": 1.0 / 12.0},
            save=ids[noticed],
            terms={"12": ids[free]},
            alerts=ids[(ids % 3 == 0) & ~gone],
            winback={
                offer: ids[gone & (ids % 12 == k + 3 * (view.month % 4))]
                for k, offer in enumerate(("call", "voucher", "bundle"))
            },
        )


@dataclass(frozen=True)
class Months:
    """Every month of every customer, a row each: the term he is in (months), whether it ends, and whether he goes."""

    customer_id: NDArray[np.int64]
    month: NDArray[np.int64]
    tenure: NDArray[np.float64]
    term: NDArray[np.int64]
    ends: NDArray[np.bool_]
    lost: NDArray[np.bool_]


def months(e: Evidence) -> Months:
    """Return the months of a story, from its bills and contracts."""
    bills, lost = e.story.arrays("bills"), e.story.arrays("truth_loss")
    row = running(e.story.arrays("contracts"), bills["customer_id"], bills["day"])
    contracts = e.story.arrays("contracts")
    gone = lost["customer_id"] * 1000 + np.floor(lost["lost_at"]).astype(np.int64)
    order = np.argsort(e.people.id)
    place = order[np.searchsorted(e.people.id[order], bills["customer_id"])]
    return Months(
        bills["customer_id"],
        bills["month"].astype(np.int64),
        bills["month"] + 1.0 - e.people.joined[place],
        contracts["term_months"][row],
        contracts["end_day"][row] == bills["day"],
        np.isin(bills["customer_id"] * 1000 + bills["month"], gone),
    )


def running(contracts: dict[str, NDArray], customer_id: NDArray, day: NDArray) -> NDArray[np.int64]:
    """Return the row of the contract that runs for each customer on a day."""
    order = np.argsort(contracts["contract_id"])
    start = contracts["contract_id"][order] // CONTRACT_STEP * DAY_STEP
    start += contracts["start_day"][order] + BEFORE_DAY
    found = np.searchsorted(start, customer_id * DAY_STEP + day + BEFORE_DAY, side="right") - 1
    return order[np.maximum(found, 0)]


def _share(e: Evidence, low: float, high: float) -> float:
    """Return the share lost in a month, of months at this tenure."""
    told = months(e)
    return float(told.lost[(told.tenure > low) & (told.tenure <= high)].mean())


@measure
def lost_in_first_half_year(e: Evidence) -> float:
    """Return the share lost a month in the first six months."""
    return _share(e, 0, 6)


@measure
def lost_later_over_early(e: Evidence) -> float:
    """Return the share lost a month in months 13 to 72 over that in the first six."""
    return _share(e, 12, 72) / _share(e, 0, 6)


@measure
def kept_a_year(e: Evidence) -> float:
    """Return the share of newcomers who are there after 12 months (Kaplan-Meier)."""
    return _kept(e, 12)


@measure
def kept_two_years(e: Evidence) -> float:
    """Return the share of newcomers who are there after 24 months (Kaplan-Meier)."""
    return _kept(e, 24)


def _kept(e: Evidence, age: int) -> float:
    told = months(e)
    new = (told.customer_id >= MONTH_STEP) & (told.tenure <= age)
    step = np.ceil(told.tenure[new]).astype(np.int64)
    risk, lost = np.bincount(step, minlength=age + 1), np.bincount(step, told.lost[new], minlength=age + 1)
    return float(np.prod(1.0 - lost[1:] / np.maximum(risk[1:], 1)))


def _by_term(e: Evidence, term: int) -> float:
    told = months(e)
    return float(told.lost[told.term == term].mean())


@measure
def monthly_over_yearly(e: Evidence) -> float:
    """Return the share lost a month of those by the month over that of those in a term of a year."""
    return _by_term(e, 1) / _by_term(e, 12)


@measure
def yearly_over_two_yearly(e: Evidence) -> float:
    """Return the share lost a month of those in a term of a year over that of those in one of two."""
    return _by_term(e, 12) / _by_term(e, 24)


@measure
def end_of_term_over_inside(e: Evidence) -> float:
    """Return the share lost in the last month of a term over that in a month inside one."""
    told = months(e)
    bound = told.term > 1
    return float(told.lost[bound & told.ends].mean() / told.lost[bound & ~told.ends].mean())


@measure
def mood_counts_when_free(e: Evidence) -> float:
    """Return the hazard of the least satisfied fifth over that of the most satisfied, of those by the month."""
    return _mood(e, free=True)


@measure
def mood_counts_when_bound(e: Evidence) -> float:
    """Return the hazard of the least satisfied fifth over that of the most satisfied, inside a term."""
    return _mood(e, free=False)


def _mood(e: Evidence, *, free: bool) -> float:
    rows = e.story.arrays("truth_month")
    last = e.story.almanac.first[rows["month"] + 1] - 1
    contracts = e.story.arrays("contracts")
    term = contracts["term_months"][running(contracts, rows["customer_id"], last)]
    hazard = np.asarray(sum(rows[name] for name in rows if name.startswith("hazard_")), dtype=float)
    told = e.story.settings.contract
    window = (
        contracts["end_day"][running(contracts, rows["customer_id"], last)]
        == e.story.almanac.first[np.minimum(rows["month"] + 1 + int(told.notice_months), e.months)] - 1
    )
    some = (hazard > 0) & ((term == 1) if free else (term > 1) & ~window)
    mood, hazard = rows["satisfaction"][some], hazard[some]
    low, high = np.quantile(mood, [0.2, 0.8])
    return float(hazard[mood <= low].mean() / hazard[mood >= high].mean())


@measure
def loss_foretold(e: Evidence) -> float:
    """Return the area under the curve of a logistic model, on visible columns, of who is lost within three months.

    Of those who have not given notice; fitted on the customers with an even number, judged on the others.
    """
    features, lost, ids = _seen(e, e.months - AHEAD_MONTHS - 1)
    even = ids % 2 == 0
    return area(features[~even] @ logistic(features[even], lost[even]), lost[~even])


@measure
def lift_of_top_tenth(e: Evidence) -> float:
    """Return how many times as many of the tenth at highest foretold risk are lost as of all."""
    features, lost, ids = _seen(e, e.months - AHEAD_MONTHS - 1)
    even = ids % 2 == 0
    score, truth = features[~even] @ logistic(features[even], lost[even]), lost[~even]
    top = np.argsort(-score, kind="stable")[: max(1, len(score) // 10)]
    return float(truth[top].mean() / truth.mean())


@measure
def saved_of_those_leaving(e: Evidence) -> float:
    """Return the share of save offers to those under notice that are taken."""
    rows, notices = e.story.arrays("retention"), e.story.arrays("notices")
    given = notices["customer_id"] * DAY_STEP + notices["leaves_day"]
    asked = rows["act"] == 0
    under = np.isin(rows["customer_id"][asked], given // DAY_STEP)
    return float(rows["taken"][asked][under].mean())


def _seen(e: Evidence, month: int) -> tuple[NDArray[np.float64], NDArray[np.bool_], NDArray[np.int64]]:
    """Return features, who is lost, and ids of those billed in a month, there at its end and not under notice."""
    told, bills, use = months(e), e.story.arrays("bills"), e.story.arrays("usage")
    here = (told.month == month) & ~told.lost
    ids = told.customer_id[here]
    day = int(e.story.almanac.first[month + 1])
    notices = e.story.arrays("notices")
    open_ = (notices["day"] < day) & (notices["leaves_day"] >= day - 1) & (notices["kind"] == 0)
    asked = e.story.arrays("service_contacts")
    lately = (asked["day"] < day) & (asked["day"] >= day - 90)
    before, _ = _usual(use, ids, month - 4, month - 1)
    now, _ = _usual(use, ids, month, month)
    left = _left(e, ids, day)
    columns = [
        np.ones(len(ids)),
        told.term[here] == 12,
        told.term[here] == 24,
        left <= AHEAD_MONTHS + 1,
        np.log1p(told.tenure[here]),
        np.log(np.maximum(now, 0.1) / np.maximum(before, 0.1)),
        np.log(np.maximum(bills["amount"][here], 1)),
        bills["above"][here] > 0,
        np.isin(ids, asked["customer_id"][lately]),
        np.isin(ids, asked["customer_id"][lately & (asked["skill"] == 1)]),
    ]
    features = np.column_stack(columns).astype(float)
    later = np.unique(
        told.customer_id[told.lost & (told.month > month) & (told.month <= month + AHEAD_MONTHS)]
    )
    keep = ~np.isin(ids, notices["customer_id"][open_])
    return features[keep], np.isin(ids, later)[keep], ids[keep]


def _left(e: Evidence, ids: NDArray, day: int) -> NDArray[np.float64]:
    """Return the months left in the term of each on a day; many for those who have none."""
    contracts = e.story.arrays("contracts")
    end = contracts["end_day"][running(contracts, ids, np.full(len(ids), day - 1))]
    return np.where(end < 0, 99.0, (end + 1.0 - day) / 30.4)


def _usual(use: dict[str, NDArray], ids: NDArray, first: int, last: int) -> tuple[NDArray, NDArray]:
    """Return mean use of each in some months, and in how many of them he was there."""
    some = (use["month"] >= first) & (use["month"] <= last) & np.isin(use["customer_id"], ids)
    order = np.argsort(ids)
    place = order[np.searchsorted(ids[order], use["customer_id"][some])]
    count = np.bincount(place, minlength=len(ids))
    total = np.bincount(place, use["gigabytes"][some], minlength=len(ids))
    return total / np.maximum(count, 1), count
