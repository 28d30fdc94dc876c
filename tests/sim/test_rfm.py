"""RFM: measures and scores, by law and by hand."""

import numpy as np
import pandas as pd
import pytest
from buyers import tills
from hypothesis import given, settings
from hypothesis import strategies as st

from sim.errors import InputError
from sim.value.purchases import purchases
from sim.value.rfm import MEASURES, rfm, scores, types


def table(**columns: list[float]) -> pd.DataFrame:
    n = len(next(iter(columns.values())))
    plain = {name: columns.get(name, [1.0] * n) for name in MEASURES}
    return pd.DataFrame({"customer_id": range(n), **plain})


@settings(max_examples=25, deadline=None)
@given(tills())
def test_the_measures_are_those_of_a_plain_loop(till):
    made = rfm(purchases(till), until=41).set_index("customer_id")
    for customer, rows in till.groupby("customer_id"):
        real = rows[rows["amount"] >= 0]
        row = made.loc[customer]
        assert row["frequency"] == len(real)
        assert np.isclose(row["total"], rows["amount"].sum())
        if len(real):
            assert row["recency_days"] == 41 - real["day"].max()
            assert np.isclose(row["monetary"], rows["amount"].sum() / len(real))
        else:
            assert row["monetary"] == 0


@settings(max_examples=25, deadline=None)
@given(st.lists(st.integers(0, 5), min_size=1, max_size=60), st.integers(2, 9))
def test_equal_values_score_equally_and_more_never_scores_less(values, parts):
    made = scores(table(frequency=values, recency_days=values), parts=parts)
    assert made["f"].between(1, parts).all() and made["r"].between(1, parts).all()
    pairs = made.sort_values("frequency")
    assert pairs["f"].is_monotonic_increasing and pairs["r"].is_monotonic_decreasing
    assert (made.groupby("frequency")["f"].nunique() == 1).all()
    doubled = scores(table(frequency=values * 2, recency_days=values * 2), parts=parts)
    assert doubled["f"].tolist() == made["f"].tolist() * 2


def test_a_hundred_different_customers_fill_five_equal_parts():
    made = scores(table(recency_days=list(range(100)), frequency=list(range(100)), monetary=list(range(100))))
    assert made["f"].value_counts().tolist() == [20] * 5
    assert made["cell"].iloc[0] == "511" and made["cell"].iloc[-1] == "155"


def test_one_customer_stands_in_the_middle():
    assert scores(table(frequency=[3.0]))["cell"].tolist() == ["333"]


def test_fixed_limits_belong_to_the_better_side():
    made = scores(
        table(recency_days=[7, 30, 31, 8], frequency=[1, 3, 5, 2]),
        parts=3,
        cuts={"recency_days": [7, 30], "frequency": [2, 5]},
    )
    assert made["r"].tolist() == [3, 2, 1, 2]
    assert made["f"].tolist() == [1, 2, 3, 2]


def test_kinds_compare_with_the_mean():
    made = types(table(recency_days=[1, 9], frequency=[1, 9], monetary=[0.1, 0.1]))
    assert made["kind"].tolist() == ["HLH", "LHH"]


def test_who_only_gave_back_has_bought_nothing():
    made = rfm(purchases(pd.DataFrame({"customer_id": [1], "day": [4], "amount": [-30.0]})), until=10)
    assert made.iloc[0].tolist() == [1, 6, 0, 0, -30]


@pytest.mark.parametrize(
    ("call", "rule"),
    [
        (lambda t: scores(t, parts=1), "parts = 1: must be a whole number from 2 to 9"),
        (lambda t: scores(t, cuts={"money": [1]}), "cuts = money"),
        (lambda t: scores(t, parts=3, cuts={"frequency": [2]}), "3 parts need 2 limits"),
        (lambda t: scores(t, parts=3, cuts={"frequency": [2, 2]}), "each above the one before"),
        (lambda t: scores(t.assign(monetary=np.nan)), "monetary, row 1 = nan"),
        (lambda t: types(t.assign(frequency=np.inf)), "frequency, row 1 = inf"),
    ],
)
def test_what_cannot_be_scored_is_refused(call, rule):
    with pytest.raises(InputError, match=rule):
        call(table(frequency=[1.0, 2.0]))


def test_a_time_before_the_first_row_is_refused():
    with pytest.raises(InputError, match="until = 0: no row lies before it"):
        rfm(purchases(pd.DataFrame({"customer_id": [1], "day": [4], "amount": [3.0]})), until=0)


def test_no_rows_and_other_tables_have_no_scores_and_no_kinds():
    for measure in (scores, types):
        with pytest.raises(InputError, match=r"RFM table = 0 rows: must have at least one row"):
            measure(pd.DataFrame(columns=["customer_id", "recency_days", "frequency", "monetary"]))
        with pytest.raises(InputError, match=r"RFM table = None: must be a table"):
            measure(None)
