"""Retention: periods, cohorts, repurchase and the share of what customers spend."""

import numpy as np
import pandas as pd
import pytest
from buyers import tills
from hypothesis import given, settings

from sim.errors import InputError
from sim.value.purchases import purchases
from sim.value.retention import by_period, cohorts, repurchase_rate, retention_rate, share_of_customer

# a buys in each of three months, b in the first and third, c from the second on
ORDERS = pd.DataFrame(
    {
        "customer_id": list("aaabbcc"),
        "day": [0, 31, 61, 5, 70, 40, 75],
        "amount": [10.0, 10, 40, 20, 20, 30, 30],
    }
)
EDGES = [0, 30, 60, 90]


def test_three_months_by_hand():
    made = by_period(purchases(ORDERS), EDGES)
    assert made["base"].tolist() == [2, 2, 3] and made["new"].tolist() == [2, 1, 0]
    assert np.array_equal(made["retention"], [np.nan, 0.5, 1.0], equal_nan=True)
    assert np.array_equal(made["retention_new"], [np.nan, 0.5, 1.0], equal_nan=True)
    assert np.array_equal(made["retention_old"], [np.nan, np.nan, 1.0], equal_nan=True)
    assert made["basket"].tolist() == [15, 20, 30] and made["frequency"].tolist() == [1, 1, 1]


@settings(max_examples=25, deadline=None)
@given(tills())
def test_laws_of_any_till(till):
    bought = purchases(till)
    made = by_period(bought, [0, 10, 20, 41])
    ended = (made["retention"] + made["churn"]).dropna()
    assert np.allclose(ended, 1)
    assert (made["new"] <= made["base"]).all()
    real = till[till["amount"] >= 0]
    assert made["new"].sum() == real["customer_id"].nunique()
    if len(real):
        grid = cohorts(bought, period_days=10)
        assert (grid.loc[grid["age"] == 0, "share"] == 1).all() and grid["share"].between(0, 1).all()


def test_cohorts_by_hand():
    made = cohorts(purchases(ORDERS), period_days=30, until=90)
    told = {(c, a): n for c, a, n in made[["cohort", "age", "active"]].itertuples(index=False)}
    assert told == {(0, 0): 2, (0, 1): 1, (0, 2): 2, (1, 0): 1, (1, 1): 1}


def test_repurchase_counts_only_who_was_watched_long_enough():
    made = repurchase_rate(purchases(ORDERS), within=35, until=76)
    assert made.value == pytest.approx(2 / 3) and made.n == 3
    assert repurchase_rate(purchases(ORDERS), within=40, until=76).n == 2


def test_share_of_customer():
    spent = pd.DataFrame({"customer_id": [1, 2, 3], "here": [25, 0, 0.0], "everywhere": [100, 50, 0.0]})
    assert np.array_equal(share_of_customer(spent)["share"], [0.25, 0, np.nan], equal_nan=True)


def test_firms_with_contracts_count_heads():
    assert retention_rate(at_start=200, at_end=210, new=30) == 0.9


SPENT = pd.DataFrame({"customer_id": [1], "here": [2.0], "everywhere": [1.0]})


@pytest.mark.parametrize(
    ("call", "rule"),
    [
        (lambda: retention_rate(at_start=10, at_end=12, new=1), "must lie between 0 and at_start, 10"),
        (lambda: retention_rate(at_start=0, at_end=0, new=0), "at_start = 0"),
        (lambda: by_period(purchases(ORDERS), [0]), "at least two moments"),
        (lambda: by_period(purchases(ORDERS), [0, 0]), "each later than the one before"),
        (lambda: cohorts(purchases(ORDERS), period_days=0), "period_days = 0"),
        (lambda: cohorts(purchases(ORDERS.assign(amount=-1))), "somebody must have bought"),
        (lambda: repurchase_rate(purchases(ORDERS), within=500), "nobody was watched so long"),
        (lambda: repurchase_rate(purchases(ORDERS), within=0), "within = 0"),
        (lambda: share_of_customer(SPENT), "is more than everywhere"),
    ],
)
def test_what_cannot_be_counted_is_refused(call, rule):
    with pytest.raises(InputError, match=rule):
        call()
