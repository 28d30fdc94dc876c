"""What crosses the wire: plain values come out equal, everything else is refused, forgeries break nothing."""

import datetime as dt
import decimal
import json
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from grader.wire import NotPlain, WireError, decode, encode

LEAVES = (
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.complex_numbers()
    | st.text()
    | st.binary()
    | st.decimals(allow_nan=False)
    | st.dates()
    | st.datetimes()
    | st.times()
    | st.timedeltas()
)
KEYS = st.text() | st.integers() | st.tuples(st.integers(), st.text())
VALUES = st.recursive(
    LEAVES,
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.lists(inner, max_size=4).map(tuple)
        | st.dictionaries(KEYS, inner, max_size=4)
        | st.frozensets(st.integers(), max_size=4)
        | st.sets(st.text(), max_size=4)
    ),
    max_leaves=12,
)
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=8),
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(st.sampled_from("tvx"), inner, max_size=3)
        | st.fixed_dictionaries(
            {
                "t": st.sampled_from(
                    [
                        "fn",
                        "float",
                        "int",
                        "dict",
                        "set",
                        "tuple",
                        "slice",
                        "range",
                        "array",
                        "scalar",
                        "cat",
                        "zoned",
                        "spans",
                        "named",
                        "RangeIndex",
                        "MultiIndex",
                        "Index",
                        "DataFrame",
                        "Series",
                        "Timestamp",
                        "NA",
                        "Timedelta",
                        "Interval",
                        "Period",
                        "decimal",
                        "date",
                    ]
                ),
                "v": inner,
            }
        )
    ),
    max_leaves=12,
)


def through(value: Any) -> Any:
    return decode(json.loads(json.dumps(encode(value))))


def same(one: Any, other: Any) -> bool:
    """Equal in type and value all the way down; NaN is itself, as in a student's list of measurements."""
    if type(one) is not type(other):
        return False
    match one:
        case float():
            return repr(one) == repr(other)  # also tells 0.0 from -0.0
        case complex():
            return same(one.real, other.real) and same(one.imag, other.imag)
        case list() | tuple():
            return len(one) == len(other) and all(map(same, one, other))
        case dict():
            return same(list(one.items()), list(other.items()))
    return bool(one == other)


@given(VALUES)
@settings(max_examples=150, deadline=None)
def test_a_plain_value_comes_out_as_it_went_in(value: Any) -> None:
    try:
        there = encode(value)
    except NotPlain:  # deeper than what may cross
        return
    assert same(decode(json.loads(json.dumps(there))), value)


TABLES = [
    pd.DataFrame({"a": [1, 2], "b": ["x", None], "c": pd.to_datetime(["2026-01-01", None])}),
    pd.DataFrame({"a": [1, 2]}).groupby("a").size().to_frame("n"),
    pd.DataFrame([[1, 2], [3, 4]], columns=["same", "same"], index=pd.Index(["r", "s"], name="row")),
    pd.DataFrame(),
    pd.DataFrame({"k": pd.Categorical(["低", "高", None], categories=["低", "高"], ordered=True)}),
    pd.DataFrame({"z": pd.date_range("2026-01-01", periods=2, tz="Asia/Shanghai")}),
    pd.DataFrame({"i": pd.array([1, None], dtype="Int64"), "s": pd.array(["x", None], dtype="string")}),
    pd.DataFrame({"v": range(4)}, index=pd.MultiIndex.from_product([["a", "b"], [1, 2]], names=["x", None])),
    pd.DataFrame({"v": range(3)}, index=pd.date_range("2026-01-01", periods=3, freq="D")),
    pd.DataFrame({"v": pd.cut([1, 5, 9], [0, 4, 10])}),
    pd.DataFrame({"p": pd.period_range("2026-01", periods=2, freq="M")}),
]


@pytest.mark.parametrize("table", TABLES, ids=range(len(TABLES)))
def test_a_table_comes_out_as_it_went_in(table: pd.DataFrame) -> None:
    pd.testing.assert_frame_equal(through(table), table)
    for name in range(table.shape[1]):
        pd.testing.assert_series_equal(through(table.iloc[:, name]), table.iloc[:, name])
    pd.testing.assert_index_equal(through(table.index), table.index)


ARRAYS = [
    np.arange(6).reshape(2, 3),
    np.array([1.5, np.nan, np.inf]),
    np.array(["甲", "乙丙"]),
    np.array([True, False]),
    np.array([{"a": 1}, None, "x"], dtype=object),
    np.array(["2026-01-01", "NaT"], dtype="datetime64[D]"),
    np.zeros((0, 3), dtype="float32"),
    np.array(5),
]


@pytest.mark.parametrize("array", ARRAYS, ids=range(len(ARRAYS)))
def test_an_array_comes_out_as_it_went_in(array: np.ndarray) -> None:
    there = through(array)
    assert there.dtype == array.dtype and there.shape == array.shape
    np.testing.assert_array_equal(there, array)


SCALARS = [
    np.float64(1.5),
    np.int32(7),
    np.bool_(True),
    np.datetime64("2026-01-01"),
    pd.Timestamp("2026-01-01 08:00", tz="Asia/Shanghai"),
    pd.Timestamp("2026-01-01").as_unit("s"),
    pd.Timedelta("1 day 2 hours"),
    pd.NaT,
    pd.NA,
    pd.Interval(0, 1, closed="left"),
    pd.Period("2026-01", freq="M"),
    2**5000,
    range(3),
    dt.datetime(2026, 1, 1, tzinfo=dt.UTC),
    decimal.Decimal("sNaN"),
]


@pytest.mark.parametrize("value", SCALARS, ids=[type(v).__name__ for v in SCALARS])
def test_a_scalar_keeps_its_kind(value: Any) -> None:
    there = through(value)
    assert type(there) is type(value) and str(there) == str(value)


class Sly(int):
    def __eq__(self, other: object) -> bool:
        return True

    __hash__ = int.__hash__


class SlyText(str):
    def __eq__(self, other: object) -> bool:
        return True

    __hash__ = str.__hash__


def test_a_subclass_crosses_as_its_value_without_its_methods() -> None:
    assert type(through(Sly(3))) is int and through(Sly(3)) != 4
    assert type(through(SlyText("a"))) is str and through(SlyText("a")) != "b"


@pytest.mark.parametrize(
    "value",
    [object(), Sly, (n for n in ()), Ellipsis, open],
    ids=lambda value: type(value).__name__,
)
def test_what_is_not_plain_is_refused_by_its_type(value: Any) -> None:
    with pytest.raises(NotPlain, match=type(value).__name__):
        encode([value])


def test_a_list_that_holds_itself_is_refused() -> None:
    ring: list[Any] = []
    ring.append(ring)
    with pytest.raises(NotPlain, match="嵌套"):
        encode(ring)


def test_functions_cross_as_numbers_and_come_out_as_stubs() -> None:
    there = encode({"f": len}, handle=lambda function: 7)
    assert decode(there, stub=lambda number: number)["f"] == 7
    with pytest.raises(WireError):
        decode(there)


@given(JSON)
@settings(max_examples=300, deadline=None)
def test_a_forged_message_is_a_value_or_a_wire_error(message: Any) -> None:
    try:
        decode(message, stub=lambda number: number)
    except WireError as error:
        assert str(error) is not None


@pytest.mark.parametrize(
    "message",
    [
        {"t": "array", "v": ["O", [10**12], []]},
        {"t": "array", "v": ["<f8", [10**9, 10**9], "AAAA"]},
        {"t": "array", "v": ["V8", [1], "AAAAAAAAAAA="]},
        {"t": "named", "v": ["object", [1]]},
        {"t": "dict", "v": [[[1], 2]]},
        {"t": "os.system", "v": "true"},
        {"v": 1},
    ],
)
def test_a_forgery_on_record_is_refused(message: Any) -> None:
    with pytest.raises(WireError):
        decode(message)
