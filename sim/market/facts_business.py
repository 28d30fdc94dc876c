"""Stylised facts of selling to firms: projects won and lost, forecasts, relations, and salespeople who leave."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from sim.market.facts import Evidence, measure
from sim.market.facts_response import area, logistic
from sim.market.pipeline import LOST, NEGOTIATION, PROPOSAL, WON
from sim.policy import Actions, Selling, View

YEAR = 12  # sales in so many months before and after a salesperson leaves
KEY_SHARE = 12  # one account in so many is a key account
QUARTER_DAYS = 91
HALF_YEAR = 182


@dataclass(frozen=True)
class UsualSupplier:
    """A supplier going about its business: who has a project is called on, large accounts are looked after, some
    quotes are cut, a quarter of the accounts are handed over with care.
    """

    name: str = "usual supplier"
    budget: float | None = None

    def act(self, view: View) -> Actions:
        """Return the month's actions, account by account."""
        seen, month = view.customers, view.month
        ids, busy = seen["customer_id"], seen["projects"] > 0
        turn = (ids + month) % 4
        large = (seen["employees"] >= 400) & (seen["last_day"] >= view.day - 180)
        quiet = (seen["last_day"] >= 0) & (seen["last_day"] < view.day - 180) & (ids % 12 == month % 12)
        return Actions(
            campaigns={"newsletter": ids[ids % 6 == month % 6]},
            chances={"newsletter": 1.0 / 6.0},
            calls=view.prospects["prospect_id"][
                ~view.prospects["called"] & (view.prospects["need_seen"] > 0.5)
            ],
            winback={"call": ids[quiet]},
            selling=Selling(
                visits={
                    role: ids[busy & (turn == k)] for k, role in enumerate(("money", "authority", "need"))
                },
                programme=ids[large],
                discounts={
                    "5": ids[(seen["projects"] > 0) & (ids % 3 == 0)],
                    "10": ids[(seen["projects"] > 0) & (ids % 9 == 1)],
                },
                handover=ids[seen["owner_leaves"] & (ids % 4 == 0)],
            ),
        )


@dataclass(frozen=True)
class Projects:
    """Every project that arose early enough to be over, a row each; days, -1 for a stage never reached."""

    id: NDArray[np.int64]
    customer_id: NDArray[np.int64]
    reached: NDArray[np.int64]  # a column a stage
    said: NDArray[np.float64]  # chance by the salesperson, a column a stage
    kind: NDArray[np.int64]

    @property
    def won(self) -> NDArray[np.bool_]:
        """Which are won."""
        return self.reached[:, WON] >= 0

    @property
    def over(self) -> NDArray[np.bool_]:
        """Which have come to an end."""
        return self.won | (self.reached[:, LOST] >= 0)


def projects(e: Evidence) -> Projects:
    """Return the projects of a story that arose before its last nine months."""
    rows, log = e.story.arrays("opportunities"), e.story.arrays("opportunity_stages")
    early = rows["day"] < e.story.almanac.first[max(e.months - 9, 1)]
    order = np.argsort(rows["opportunity_id"][early])
    ids = rows["opportunity_id"][early][order]
    mine = np.isin(log["opportunity_id"], ids)
    place, stage = np.searchsorted(ids, log["opportunity_id"][mine]), log["stage"][mine]
    reached, said = np.full((len(ids), LOST + 1), -1), np.full((len(ids), LOST + 1), np.nan)
    reached[place, stage], said[place, stage] = log["day"][mine], log["probability"][mine]
    return Projects(ids, rows["customer_id"][early][order], reached, said, rows["kind"][early][order])


def _won(told: Projects, some: NDArray) -> float:
    return float(told.won[some & told.over].mean())


@measure
def won_of_forecast(e: Evidence) -> float:
    """Return the share won of projects that came to a quote: those a firm puts into its forecast."""
    told = projects(e)
    return _won(told, told.reached[:, PROPOSAL] >= 0)


@measure
def won_of_all_projects(e: Evidence) -> float:
    """Return the share won of all projects."""
    told = projects(e)
    return _won(told, told.reached[:, 0] >= 0)


@measure
def lost_to_no_decision(e: Evidence) -> float:
    """Return the share of projects with a quote that nobody wins: no need, no decision or no money in the end."""
    told, why = projects(e), e.story.arrays("truth_opportunity")
    nobody = why["opportunity_id"][(why["stage"] == LOST) & (why["why"] >= 0) & (why["why"] < 3)]
    quoted = (told.reached[:, PROPOSAL] >= 0) & told.over
    return float(np.isin(told.id[quoted], nobody).mean())


@measure
def said_over_won(e: Evidence) -> float:
    """Return the mean chance that salespeople give to projects with a quote over the share that is won."""
    told = projects(e)
    quoted = (told.reached[:, PROPOSAL] >= 0) & told.over
    return float(told.said[quoted, PROPOSAL].mean() / told.won[quoted].mean())


@measure
def days_to_win(e: Evidence) -> float:
    """Return the median days from the beginning of a project to the order."""
    told = projects(e)
    return float(np.median((told.reached[:, WON] - told.reached[:, 0])[told.won]))


@measure
def new_task_days_over_rebuy(e: Evidence) -> float:
    """Return median days to the order of new tasks over those of modified rebuys."""
    told = projects(e)
    days = told.reached[:, WON] - told.reached[:, 0]
    new = told.kind == 0
    return float(np.median(days[told.won & new]) / np.median(days[told.won & ~new]))


@measure
def won_when_all_three_were_met(e: Evidence) -> float:
    """Return the share won of quoted projects whose three people were met in the half year before, over those with one."""
    told, met = projects(e), _met(e)
    quoted = (told.reached[:, PROPOSAL] >= 0) & told.over
    return _won(told, quoted & (met == 3)) / _won(told, quoted & (met <= 1))


def _met(e: Evidence) -> NDArray[np.int64]:
    """Return how many of the three people were met in the half year before each project's quote."""
    told, visits = projects(e), e.story.arrays("visits")
    day, made = told.reached[:, PROPOSAL], np.zeros(len(told.id), dtype=np.int64)
    for role in range(3):
        mine = visits["role"] == role
        when = np.sort(visits["customer_id"][mine] * 100_000 + visits["day"][mine])
        upto = np.searchsorted(when, told.customer_id * 100_000 + day, side="right")
        since = np.searchsorted(when, told.customer_id * 100_000 + np.maximum(day - HALF_YEAR, 0))
        made += upto > since
    return made


@measure
def sales_lost_with_salesperson(e: Evidence) -> float:
    """Return by which share accounts buy less in the year after their salesperson left, beside those whose stayed.

    Accounts that lost one salesperson in those two years, beside those that lost none. Orders above the 99th
    hundredth count as that much, so that a few large projects do not decide.
    """
    ids, bought = np.unique(e.people.id), _by_month(e)
    joined, gone = (column[np.argsort(e.people.id)] for column in (e.people.joined, e.people.lost_at))
    rows = e.story.arrays("handovers")
    left: NDArray[np.float64] = np.zeros((len(ids), e.months))
    left[np.searchsorted(ids, rows["customer_id"]), e.story.almanac.month_of(rows["day"])] = 1.0
    sums: NDArray[np.float64] = np.zeros(
        (2, 2)
    )  # whose salesperson left, or stayed; a year before, and after
    for month in range(YEAR - 1, e.months - YEAR):
        before, after = slice(month + 1 - YEAR, month + 1), slice(month + 1, month + 1 + YEAR)
        there = (joined < before.start) & ~(gone <= month + 1 - 1e-5)
        changes = left[:, before].sum(axis=1) + left[:, after].sum(axis=1)
        hit, calm = there & (left[:, month] > 0) & (changes == 1), there & (changes == 0)
        if hit.any() and calm.any():
            for k, span in enumerate((before, after)):
                sold = bought[:, span].sum(axis=1)
                sums[:, k] += sold[hit].sum(), sold[calm].mean() * hit.sum()
    return float(1.0 - (sums[0, 1] / sums[0, 0]) / (sums[1, 1] / sums[1, 0]))


def _by_month(e: Evidence) -> NDArray[np.float64]:
    """Return what every account bought in every month, a row an account by number; the largest orders cut."""
    ids, orders = np.unique(e.people.id), e.orders
    amount = np.minimum(orders["amount"], np.quantile(orders["amount"], 0.99))
    cell = np.searchsorted(ids, orders["customer_id"]) * e.months
    cell += e.story.almanac.month_of(orders["day"])
    made = np.bincount(cell, amount.astype(np.float64), minlength=len(ids) * e.months)
    return made.astype(np.float64).reshape(len(ids), e.months)


@measure
def accounts_lost_a_year(e: Evidence) -> float:
    """Return the share of accounts of old that are lost in a year, from the second year on."""
    lost, ids = e.story.arrays("truth_loss"), e.people.id[e.people.joined < 0]
    late = (lost["lost_at"] >= 12) & np.isin(lost["customer_id"], ids)
    before = (lost["lost_at"] < 12) & np.isin(lost["customer_id"], ids)
    there = len(ids) - before.sum() / 2 - late.sum() / 2
    return float(late.sum() / there / (e.months - 12) * 12)


@measure
def salespeople_who_leave(e: Evidence) -> float:
    """Return the share of salespeople who leave in a year."""
    leaves = e.story.surroundings.leaves
    return float(leaves.mean() * 12)


@measure
def best_channel_over_worst(e: Evidence) -> float:
    """Return the share of prospects sent by customers who become accounts over that of prospects written to unasked."""
    rows, names = e.story.arrays("prospects"), list(e.story.settings.prospects.channels)
    early = rows["day"] < e.story.almanac.first[e.months - 9]
    won = np.isin(rows["prospect_id"], e.people.id)
    share = [won[early & (rows["channel"] == names.index(one))].mean() for one in ("old_customers", "e_mail")]
    return float(share[0] / share[1])


@measure
def interviews_tell(e: Evidence) -> float:
    """Return the correlation of what prospects say in an interview with what is so, over that of the first guess."""
    asked, seen, true = (e.story.arrays(name) for name in ("interviews", "prospects", "truth_prospect"))
    rows = [np.argsort(one["prospect_id"]) for one in (seen, true)]
    places = [
        order[np.searchsorted(one["prospect_id"][order], asked["prospect_id"])]
        for one, order in zip((seen, true), rows, strict=True)
    ]
    told, guess = (
        [float(np.corrcoef(known, true[name][places[1]])[0, 1]) for name, known in pairs]
        for pairs in (
            [(name, asked[name]) for name in ("money", "authority", "need")],
            [(name, seen[f"{name}_seen"][places[0]]) for name in ("money", "authority", "need")],
        )
    )
    return float(np.mean(told) / np.mean(guess))


@measure
def revenue_of_top_fifth_of_accounts(e: Evidence) -> float:
    """Return the share of revenue of the last year that the top fifth of its buyers bring."""
    _, spent = e.totals
    ranked = np.sort(spent)[::-1]
    return float(ranked[: round(0.2 * len(ranked))].sum() / ranked.sum())


@measure
def wins_foretold(e: Evidence) -> float:
    """Return the area under the curve of a logistic model, on visible columns at the quote, of which project is won.

    Fitted on the accounts with an even number, judged on the others.
    """
    told = projects(e)
    quoted = (told.reached[:, PROPOSAL] >= 0) & told.over
    accounts = e.story.arrays("accounts")
    order = np.argsort(accounts["customer_id"])
    place = order[np.searchsorted(accounts["customer_id"][order], told.customer_id[quoted])]
    columns = [
        np.ones(quoted.sum()),
        told.said[quoted, PROPOSAL],
        told.kind[quoted],
        _met(e)[quoted],
        (told.reached[:, PROPOSAL] - told.reached[:, 0])[quoted] / 30.0,
        *(accounts[f"{role}_seen"][place] for role in ("money", "authority", "need")),
        np.log(accounts["employees"][place]),
    ]
    features, won = np.column_stack(columns).astype(float), told.won[quoted]
    even = told.customer_id[quoted] % 2 == 0
    return area(features[~even] @ logistic(features[even], won[even]), won[~even])


@measure
def negotiations_won(e: Evidence) -> float:
    """Return the share won of projects that came to a negotiation over the share of those that came to a quote."""
    told = projects(e)
    late = _won(told, told.reached[:, NEGOTIATION] >= 0)
    return late / _won(told, told.reached[:, PROPOSAL] >= 0)
