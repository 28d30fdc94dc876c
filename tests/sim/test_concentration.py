"""ABC classes, movers and the Pareto curve."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sim.errors import InputError
from sim.value.concentration import abc, gini, movers, pareto_curve, top_share

amounts = st.lists(st.one_of(st.integers(-50, 50), st.floats(0, 1e12)), min_size=1, max_size=50).filter(
    lambda values: max(values) > 0
)


def table(values: list[float]) -> pd.DataFrame:
    return pd.DataFrame({"customer_id": range(len(values)), "total": values})


@settings(max_examples=25, deadline=None)
@given(amounts)
def test_classes_follow_money_and_stay_within_their_limits(values):
    made = abc(table(values))
    assert made["value"].is_monotonic_decreasing and made["abc"].is_monotonic_increasing
    assert made["abc"].iloc[0] == "A"
    assert np.isclose(made["share"].sum(), 1)
    for name, limit in (("A", 0.8), ("B", 0.95)):
        later = made.iloc[1:]
        assert (later.loc[later["abc"] == name, "running_share"] <= limit + 1e-9).all()
    again = abc(table(values).sample(frac=1, random_state=1))
    pd.testing.assert_frame_equal(made, again)


@settings(max_examples=25, deadline=None)
@given(amounts)
def test_the_pareto_curve_rises_bends_down_and_ends_at_one(values):
    curve = pareto_curve(values)
    assert curve.iloc[0].tolist() == [0, 0] and curve.iloc[-1].tolist() == [1, 1]
    steps = np.diff(curve["money"])
    assert (steps >= -1e-12).all() and (np.diff(steps) <= 1e-9).all()
    assert -1e-9 <= gini(values) < 1
    assert np.isclose(gini(values * 3), gini(values))


def test_the_textbook_case_by_hand():
    made = abc(table([50, 30, 10, 5, 3, 2]))
    assert made["abc"].tolist() == ["A", "A", "B", "B", "C", "C"]
    assert np.allclose(made["running_share"], [0.5, 0.8, 0.9, 0.95, 0.98, 1])


def test_ten_tenths_reach_the_limit_exactly():
    assert "".join(abc(table([0.1] * 10))["abc"]) == "AAAAAAAABC"


def test_a_single_giant_is_gold_and_the_unpaid_are_c():
    assert abc(table([-5, 1e300, 0, 1e-9]))["abc"].tolist() == ["A", "C", "C", "C"]


def test_equal_customers_make_a_straight_curve():
    assert top_share([7] * 10) == pytest.approx(0.2)
    assert gini([7] * 10) == pytest.approx(0)
    assert top_share([1, 0, 0, 0, 0]) == pytest.approx(1)


def test_movers_name_who_rose_fell_came_and_went():
    before, after = (
        abc(table([80, 15, 5])),
        abc(pd.DataFrame({"customer_id": [0, 2, 3], "total": [5, 90, 5]})),
    )
    made = movers(before, after).set_index("customer_id")
    assert made["moved"].to_dict() == {0: "down", 1: "gone", 2: "up", 3: "new"}
    assert made.loc[2, ["before", "after", "climbed"]].tolist() == ["C", "A", 2.0]
    assert made.index[-2:].isin([1, 3]).all()


@pytest.mark.parametrize(
    ("call", "rule"),
    [
        (lambda: abc(table([0, -1])), "somebody must have brought more than 0"),
        (lambda: abc(table([1, np.nan])), "total, row 2 = nan"),
        (lambda: abc(table([1]), limits=(0.95, 0.8)), "limits = .*rising"),
        (lambda: abc(table([1]), value="margin"), "needs the column 'margin'"),
        (lambda: abc(pd.DataFrame({"customer_id": [1, 1], "total": [1, 2]})), "must come once only"),
        (lambda: top_share([1, 2], top=2), "top = 2"),
        (lambda: movers(table([1]), table([1])), "needs the column 'rank'"),
    ],
)
def test_what_has_no_shares_is_refused(call, rule):
    with pytest.raises(InputError, match=rule):
        call()


def test_a_whole_table_has_no_curve():
    table = pd.DataFrame({"customer_id": [1, 2], "total": [100.0, 1.0]})
    with pytest.raises(InputError, match=r"values = a DataFrame: must be one column of numbers; choose one"):
        pareto_curve(table)
    with pytest.raises(InputError, match=r"table = None: must be a table"):
        abc(None)
