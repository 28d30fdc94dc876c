"""Purchases: real tills made ready, whatever lies in them."""

import numpy as np
import pandas as pd
import pytest
from buyers import tills
from hypothesis import given, settings

from sim.errors import InputError
from sim.value.purchases import history, purchases

ORDERS = pd.DataFrame({"customer_id": [7, 7, 7, 9], "day": [0, 3.5, 3.75, 2], "amount": [10.0, 20, 30, -5]})


@settings(max_examples=25, deadline=None)
@given(tills())
def test_nothing_is_lost_and_order_of_rows_does_not_matter(till):
    made = purchases(till)
    assert len(made) == len(till)
    assert np.isclose(made["amount"].sum(), till["amount"].sum())
    shuffled = purchases(till.sample(frac=1, random_state=3))
    for column in ("customer_id", "when"):
        assert made[column].tolist() == shuffled[column].tolist()
    assert int(made["bought"].sum()) == int((till["amount"] >= 0).sum())


def test_lines_of_one_order_are_one_purchase():
    lines = pd.DataFrame({"c": list("aab"), "at": [1, 1, 2], "yuan": [5.0, 7, 1], "no": [1, 1, 2]})
    made = purchases(lines, customer="c", when="at", amount="yuan", order="no")
    assert made.to_dict("list") == {
        "customer_id": ["a", "b"],
        "when": [1.0, 2.0],
        "amount": [12.0, 1.0],
        "bought": [True, True],
    }


def test_dates_and_numbers_of_days_measure_alike():
    dates = pd.Timestamp("2026-03-01") + pd.to_timedelta(ORDERS["day"], unit="D")
    told = {"text": dates.astype(str), "dates": dates, "zoned": dates.dt.tz_localize("Asia/Shanghai")}
    for kind, column in told.items():
        made = purchases(ORDERS.assign(day=column))
        assert (made["when"] - made["when"].min()).tolist() == [0, 3.5, 3.75, 2], kind


def test_a_history_counts_days_not_rows():
    made = history(purchases(ORDERS), until=14)
    assert made.to_dict("list") == {
        "customer_id": [7],
        "repeat_count": [1],
        "t_x": [3 / 7],
        "age": [2.0],
        "mean_repeat": [50.0],
    }


def test_a_history_looks_no_further_than_its_end():
    early, whole = purchases(ORDERS[ORDERS["day"] < 3]), purchases(ORDERS)
    pd.testing.assert_frame_equal(history(early, until=2.9), history(whole, until=2.9))


REFUSED = [
    (ORDERS.drop(columns="amount"), "needs the column 'amount'"),
    (ORDERS.iloc[:0], "at least one row"),
    (ORDERS.assign(amount=[1, np.nan, 2, 3]), r"amount, row 2 = nan: must be a number"),
    (ORDERS.assign(amount=[1, 2, np.inf, 3]), "amount, row 3 = inf"),
    (ORDERS.assign(amount=["1", "2", "many", "3"]), "not all values are numbers"),
    (ORDERS.assign(customer_id=[7, None, 9, 9]), r"customer_id, row 2 = empty.*\(1 in all\)"),
    (ORDERS.assign(day=["2026-01-01", None, "2026-01-01", "2026-01-02"]), "row 2 = empty"),
    (ORDERS.assign(day=["2026-01-01", "soon", "2026-01-01", "2026-01-02"]), "must be a date"),
    (pd.concat([ORDERS, ORDERS["day"]], axis=1), "has 'day' twice"),
]


@pytest.mark.parametrize(("table", "rule"), REFUSED)
def test_a_till_that_cannot_be_read_is_refused_by_name(table, rule):
    with pytest.raises(InputError, match=rule):
        purchases(table)


@pytest.mark.parametrize(
    ("options", "rule"),
    [
        ({"until": -1}, "nobody had bought"),
        ({"until": 9, "unit_days": 0}, "unit_days = 0: must be a number above 0"),
        ({"until": 9, "step_days": -1}, "step_days = -1"),
    ],
)
def test_a_history_of_nobody_is_refused(options, rule):
    with pytest.raises(InputError, match=rule):
        history(purchases(ORDERS), **options)


@pytest.mark.parametrize(
    "written",
    [
        ["2026/3/1", "2026/3/5", "2026/4/1"],
        ["2026-03-01", "2026/3/5", " 2026-04-01 "],
        ["2026年3月1日", "2026年3月5日", "2026年4月1日"],
        [20260301, 20260305, 20260401],
        ["20260301", "20260305", "20260401"],
        pd.to_datetime(["2026-03-01", "2026-03-05", "2026-04-01"]),
    ],
)
def test_dates_as_schools_write_them_are_the_same_days(written):
    table = pd.DataFrame({"customer_id": [1, 1, 2], "day": written, "amount": [0.0, 2.0, 3.0]})
    assert purchases(table)["when"].tolist() == [20513.0, 20517.0, 20544.0]


def test_days_as_numbers_stay_days():
    table = pd.DataFrame({"customer_id": [1, 1, 2], "day": [0, 19_000_101, 3], "amount": 1.0})
    assert purchases(table)["when"].tolist() == [0.0, 19_000_101.0, 3.0]


def test_a_chinese_till_from_a_spreadsheet(tmp_path):
    """GBK, Chinese headings, a free gift, two purchases at one moment, customers with one purchase."""
    path = tmp_path / "流水.csv"
    path.write_bytes("会员,日期,金额\n甲,2026/3/1,0\n甲,2026/3/1,20\n乙,2026年3月9日,35.5\n".encode("gbk"))
    table = pd.read_csv(path, encoding="gbk")
    made = purchases(table, customer="会员", when="日期", amount="金额")
    assert made["bought"].all() and made["amount"].sum() == 55.5
    told = history(made, until="2026-03-31")
    assert told["repeat_count"].tolist() == [0, 0] and set(told["customer_id"]) == {"甲", "乙"}
