"""The data dictionary: every column has an example that it allows itself, and the dictionary lies beside the tables."""

import csv
import datetime as dt
from pathlib import Path

import pandas as pd
import pytest

from sim import closed_lists, data_dictionary, dataset, tables
from sim.errors import InputError

pytestmark = pytest.mark.slow  # a whole data set behind them

COLUMNS = [
    pytest.param(name, column, id=f"{name}.{column.name}")
    for name, table in tables.tables().items()
    for column in (*table.columns, *table.extra)
]
TYPES = {"int": (int,), "float": (int, float), "bool": (bool,), "text": (str,)}


def fault(column: tables.Column) -> str:
    """Return what is wrong with the example of a column; nothing if it is one."""
    value = column.example
    if value is None:
        return "has no example; add example = … in sim/tables.toml"
    if not isinstance(value, TYPES[column.dtype]) or isinstance(value, bool) != (column.dtype == "bool"):
        return f"example {value!r} is no {column.dtype}"
    if column.choice and value not in column.choice:
        return f"example {value!r} is none of the values allowed"
    if isinstance(value, str):
        return "" if value.strip() or column.choice else "example is blank"
    if (column.min is not None and value < column.min) or (column.max is not None and value > column.max):
        return f"example {value!r} is out of bounds"
    if column.unit == "0-1" and not 0 <= value <= 1:
        return f"example {value!r} is no share"
    return ""


def test_every_column_has_an_example_that_it_allows_itself() -> None:
    faults = {param.id: fault(param.values[1]) for param in COLUMNS}
    assert {name: told for name, told in faults.items() if told} == {}


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"example": None}, "has no example"),
        ({"example": "x"}, "is no int"),
        ({"example": True}, "is no int"),
        ({"example": -1}, "out of bounds"),
        ({"example": 2, "unit": "0-1"}, "is no share"),
    ],
)
def test_a_wrong_example_is_found(change: dict, said: str) -> None:
    told = {"name": "n", "dtype": "int", "unit": "", "zh": "数", "en": "number", "min": 0, **change}
    assert said in fault(tables.Column(**told))


def test_the_day_of_the_calendar_is_a_date() -> None:
    column = next(c for c in tables.table("calendar").columns if c.name == "date")
    dt.date.fromisoformat(str(column.example))


@pytest.mark.parametrize("name", sorted(closed_lists.LISTS))
def test_closed_lists_come_from_the_files(name: str) -> None:
    values = closed_lists.closed_list(name)
    assert len(values) == len(set(values)) >= 5
    assert name in {column.listed for _, column in (param.values for param in COLUMNS)}


def test_an_unknown_list_is_refused() -> None:
    with pytest.raises(
        InputError, match="list = 'planets': there is no such closed list; choose one of costs"
    ):
        closed_lists.closed_list("planets")


@pytest.fixture(scope="module")
def data() -> dataset.Dataset:
    return dataset.build("retail", customers=60, months=3, seed=2, with_truth=True, replications=1)


def test_the_dictionary_lies_beside_the_tables_it_tells_of(data: dataset.Dataset, tmp_path: Path) -> None:
    dataset.write(data, tmp_path, form="csv")
    for folder, frames in ((tmp_path, data.visible), (tmp_path / "truth", data.truth)):
        raw = (folder / data_dictionary.FILE).read_bytes()
        assert raw.startswith(b"\xef\xbb\xbf")
        told = list(csv.DictReader(raw.decode("utf-8-sig").splitlines()))
        assert {(row["table"], row["column"]) for row in told} >= {
            (name, column) for name, frame in frames.items() for column in frame
        }
        assert all(row["zh"] and row["en"] and row["example"] for row in told)
        note = next(row for row in told if row["column"] == "customer_id")
        assert "文本" in note["note_zh"] and "text" in note["note_en"]


def test_what_is_blank_reads_back_as_the_dictionary_says(data: dataset.Dataset, tmp_path: Path) -> None:
    dataset.write(data, tmp_path, form="csv")
    for name in ("paper_cards", "form_survey"):
        read = pd.read_csv(
            tmp_path / f"{name}.csv",
            encoding="utf-8-sig",
            keep_default_na=False,
            dtype={c.name: tables.DTYPES[c.dtype] for c in tables.table(name).columns},
        )
        assert read.equals(data.visible[name])


def test_a_sheet_keeps_long_numbers_whole(data: dataset.Dataset, tmp_path: Path) -> None:
    pytest.importorskip("openpyxl")
    frame = data.visible["orders"].copy()
    frame["order_id"] += 10**16  # as those of friends of friends
    dataset.write(dataset.Dataset({"orders": frame}, {}, data.recipe), tmp_path, form="xlsx")
    read = pd.read_excel(tmp_path / "retail.xlsx", dtype=object)
    assert read["order_id"].map(type).eq(str).all()
    assert (read["order_id"].astype("int64") == frame["order_id"]).all()
    assert read["customer_id"].map(type).eq(int).all()  # short ones stay numbers


def test_a_write_that_fails_leaves_no_empty_folder(data: dataset.Dataset, tmp_path: Path) -> None:
    with pytest.raises(InputError):
        dataset.write(
            dataset.Dataset({"orders": data.visible["costs"]}, {}, data.recipe), tmp_path / "new" / "one"
        )
    assert not list(tmp_path.iterdir())
