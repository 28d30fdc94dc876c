"""Purchases: real tills made ready, whatever lies in them."""

import numpy as np
import pandas as pd
import pytest
from buyers import tills
from hypothesis import given, settings

from sim.errors import InputError
from sim.value.purchases import history, purchases
from sim.value.retention import by_period, cohorts, repurchase_rate
from sim.value.rfm import rfm

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
    table = pd.DataFrame({"customer_id": [1, 1, 2], "day": [0, 2_900_101, 3], "amount": 1.0})
    assert purchases(table)["when"].tolist() == [0.0, 2_900_101.0, 3.0]


def test_a_chinese_till_from_a_spreadsheet(tmp_path):
    """GBK, Chinese headings, a free gift, two purchases at one moment, customers with one purchase."""
    path = tmp_path / "流水.csv"
    path.write_bytes("会员,日期,金额\n甲,2026/3/1,0\n甲,2026/3/1,20\n乙,2026年3月9日,35.5\n".encode("gbk"))
    table = pd.read_csv(path, encoding="gbk")
    made = purchases(table, customer="会员", when="日期", amount="金额")
    assert made["bought"].all() and made["amount"].sum() == 55.5
    told = history(made, until="2026-03-31")
    assert told["repeat_count"].tolist() == [0, 0] and set(told["customer_id"]) == {"甲", "乙"}


def one_each(days: list) -> pd.DataFrame:
    return pd.DataFrame({"customer_id": range(1, len(days) + 1), "day": days, "amount": 1.0})


@pytest.mark.parametrize(
    ("days", "said"),
    [
        (["26/3/1", "26/3/2"], r"day, row 1 = 26/3/1: a year of two figures .* write the whole year first"),
        (["2026-03-01", "26-3-2"], r"day, row 2 = 26-3-2: a year of two figures"),
        (["01/02/26", "02/02/26"], r"day, row 1 = 01/02/26: a year of two figures"),
        (
            ["01/02/2026", "03/02/2026"],
            r"row 1 = 01/02/2026: day and month can be swapped.* write the year first",
        ),
        (
            [1767225600000, 1768225600000],
            r"row 1 = 1767225600000: is too large for a number of days: seconds or",
        ),
        ([1767225600, 3], r"row 1 = 1767225600: is too large for a number of days.*pd.to_datetime"),
        ([20260301, 5], r"row 1 = 20260301: is too large for a number of days.*date in figures"),
        (
            ["2026-01-01T23:30:00+08:00", "2026-01-02T00:30:00+00:00"],
            r"orders: day = zones \+08:00 and \+00:00: the column mixes time zones; convert all moments",
        ),
        (
            ["2026-01-01T23:30:00Z", "2026-01-02T01:30:00"],
            r"orders: day = zones Z and none: the column mixes",
        ),
        (
            [pd.Timestamp("2026-01-01", tz="Asia/Shanghai"), pd.Timestamp("2026-01-02", tz="UTC")],
            r"orders: day = zones 8:00:00 and 0:00:00: the column mixes time zones",
        ),
        (
            [pd.Timestamp("2026-01-01", tz="UTC"), pd.Timestamp("2026-01-02")],
            r"zones 0:00:00 and None: .* mixes",
        ),
        (["13/02/2026", "02/13/2026"], r"orders: day = .*must be a date such as 2026-03-01"),
        (["2026-02-30", "2026-03-01"], r"orders: day = .*must be a date such as 2026-03-01"),
        (["2026-03-01", None], r"orders: day, row 2 = empty: each purchase needs its date"),
    ],
)
def test_dates_that_could_be_read_in_two_ways_are_refused(days, said):
    with pytest.raises(InputError, match=said):
        purchases(one_each(days))


@pytest.mark.parametrize(
    "days",
    [
        ["26年3月1日", "26年3月2日"],
        ["13/03/2026", "14/03/2026"],
        ["2026-03-01T08:00:00+08:00", "2026-03-02T08:00:00+08:00"],
        ["2026-03-01 08:00", "2026-03-02"],
    ],
)
def test_dates_that_can_be_read_in_one_way_are(days):
    when = np.floor(purchases(one_each(days))["when"])
    first = 20525 if days[0].startswith("13/") else 20513
    assert when.tolist() == [first, first + 1]


def test_a_return_booked_later_under_the_order_number_stays_a_return():
    lines = pd.DataFrame(
        {
            "customer_id": [1, 1, 1, 1],
            "day": [1, 1.2, 30, 31],
            "amount": [50.0, -5, -45, -1],
            "o": [9, 9, 9, 8],
        }
    )
    made = purchases(lines, order="o")
    assert made[["when", "amount", "bought"]].values.tolist() == [
        [1.0, 45.0, True],  # a discount of the same day is a line of the purchase
        [30.0, -45.0, False],
        [31.0, -1.0, False],
    ]


def test_an_end_may_be_written_as_figures():
    assert history(purchases(one_each(["2026-03-01"])), until=20260308)["age"].tolist() == [1.0]
    with pytest.raises(InputError, match=r"until, row 1 = 1767225600000: is too large"):
        history(purchases(ORDERS), until=1767225600000)


READERS = {
    "rfm": rfm,
    "history": lambda table: history(table, until=5),
    "cohorts": cohorts,
    "by_period": lambda table: by_period(table, [0, 5]),
    "repurchase_rate": lambda table: repurchase_rate(table, within=3, until=9),
}


@pytest.mark.parametrize("reader", READERS.values(), ids=READERS)
def test_other_tables_than_purchases_are_refused_with_a_cure(reader):
    cure = r"make the table with purchases\(orders\) first"
    for wrong, said in (
        (ORDERS, r"purchases = columns customer_id, day, amount: needs the column 'when'"),
        (None, r"purchases = a NoneType: needs the column 'customer_id'"),
        ([1, 2], r"purchases = a list: needs the column"),
        (
            purchases(ORDERS).astype({"bought": int}),
            r"purchases: when, bought = float64, int64: must be days",
        ),
    ):
        with pytest.raises(InputError, match=f"{said}.*{cure}"):
            reader(wrong)


@pytest.mark.parametrize("reader", READERS.values(), ids=READERS)
def test_a_repeated_index_changes_nothing(reader):
    made = purchases(ORDERS)
    doubled = made.set_index(pd.Index([0] * len(made)))
    one, two = reader(made), reader(doubled)
    assert one.equals(two) if isinstance(one, pd.DataFrame) else one == two


def test_no_rows_are_refused_or_answered_with_nobody():
    nobody = purchases(ORDERS).iloc[:0]
    for name, said in (
        ("rfm", "purchases = 0 rows: must have at least one row"),
        ("history", "until = 5: nobody had bought up to then"),
        ("cohorts", "purchases = none: somebody must have bought"),
        ("repurchase_rate", "within = 3: nobody was watched so long"),
    ):
        with pytest.raises(InputError, match=said):
            READERS[name](nobody)
    assert by_period(nobody, [0, 5])["base"].tolist() == [0]


def test_what_is_no_table_is_refused():
    with pytest.raises(InputError, match=r"orders = None: must be a table \(pandas DataFrame\); give one"):
        purchases(None)
    with pytest.raises(InputError, match=r"orders = a list: must be a table"):
        purchases([1, 2])
