"""Data sets: whole or not there, in every format the same rows, and no truth where students look."""

import json
import sqlite3
import sys
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from sim import dataset, instruments, tables
from sim.instruments import forms
from sim.market.settings import READY
from sim.market.tables import SEEN, TRUTH

pytestmark = pytest.mark.slow  # whole data sets are built and written

COMMITTED = [
    path.parent
    for path in sorted(READY.glob("*/demo/manifest.json"))
    if (path.parents[1] / "market.toml").is_file()
]
SMALL = {"customers": 150, "months": 4, "seed": 2}
FEW = {"replications": 2}
AHEAD = ("truth_value", "truth_uplift", "truth_lever", "truth_call")


@pytest.fixture(scope="module")
def data() -> dataset.Dataset:
    return dataset.build("retail", **SMALL, **FEW, with_truth=True)


def test_without_futures_the_truth_of_what_happened_is_the_same(data: dataset.Dataset) -> None:
    """`replications` 0 leaves out what lies ahead, which is most of what the truth costs."""
    made = dataset.build("retail", **SMALL, with_truth=True, replications=0)
    assert set(data.truth) - set(made.truth) == set(AHEAD)
    assert all(frame.equals(data.truth[name]) for name, frame in made.truth.items())


def test_every_table_passes_its_schema(data: dataset.Dataset) -> None:
    assert tuple(data.visible) == (*SEEN, *instruments.SEEN)
    assert tuple(data.truth) == (*TRUTH, *AHEAD, *instruments.TRUTH)
    for frames in (data.visible, data.truth):
        for name, frame in frames.items():
            tables.check(frame, name)


def test_parquet_and_csv_hold_what_was_built(data: dataset.Dataset, tmp_path: Path) -> None:
    dataset.write(data, tmp_path / "p")
    dataset.write(data, tmp_path / "c", form="csv")
    for name, frame in data.visible.items():
        assert tables.read(tmp_path / "p" / f"{name}.parquet", name).equals(frame)
        assert len(pd.read_csv(tmp_path / "c" / f"{name}.csv", encoding="utf-8-sig")) == len(frame)
    assert (tmp_path / "p" / "truth" / "truth_value.parquet").is_file()
    assert (tmp_path / "c" / "orders.csv").read_bytes().startswith(b"\xef\xbb\xbf")


def test_sqlite_holds_every_table(data: dataset.Dataset, tmp_path: Path) -> None:
    dataset.write(data, tmp_path, form="sqlite")
    base = sqlite3.connect(tmp_path / "retail.sqlite")
    try:
        for name, frame in data.visible.items():
            assert base.execute(f"select count(*) from {name}").fetchone() == (len(frame),)
    finally:
        base.close()


def test_duckdb_and_sheets_hold_every_table(data: dataset.Dataset, tmp_path: Path) -> None:
    duckdb = pytest.importorskip("duckdb")
    pytest.importorskip("openpyxl")
    dataset.write(data, tmp_path, form="duckdb")
    dataset.write(data, tmp_path, form="xlsx")
    with duckdb.connect(str(tmp_path / "retail.duckdb"), read_only=True) as base:
        got = base.execute("select sum(amount) from orders").fetchone()[0]
    assert got == pytest.approx(data.visible["orders"]["amount"].sum())
    assert set(pd.read_excel(tmp_path / "retail.xlsx", sheet_name=None)) == set(data.visible)


def test_too_many_rows_for_a_sheet_are_refused_and_nothing_is_left(
    data: dataset.Dataset, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from sim.errors import InputError

    monkeypatch.setattr(dataset, "SHEET_ROWS", 10)
    with pytest.raises(
        InputError, match=r"table customers: .* a sheet holds at most 10; take parquet or csv"
    ):
        dataset.write(data, tmp_path, form="xlsx")
    assert not list(tmp_path.iterdir())


def test_a_disk_that_refuses_leaves_no_partial_file(data: dataset.Dataset, tmp_path: Path) -> None:
    blocked = tmp_path / "blocked"
    blocked.mkdir()
    (blocked / "orders.parquet").mkdir()  # a folder stands where a file must go
    with pytest.raises(OSError):
        dataset.write(data, blocked)
    assert not (blocked / ".part").exists()


def test_the_manifest_says_what_made_it(data: dataset.Dataset, tmp_path: Path) -> None:
    dataset.write(data, tmp_path)
    told = json.loads((tmp_path / dataset.MANIFEST).read_text(encoding="utf-8"))
    assert told["recipe"] == {"market": "retail", **SMALL, **FEW, "lang": "zh"} and told["made_with"]["faker"]
    files = {path.relative_to(tmp_path).as_posix() for path in tmp_path.rglob("*.*") if path.is_file()}
    assert set(told["sha256"]) == files - {dataset.MANIFEST}
    assert {"dictionary.csv", "truth/dictionary.csv"} < files


def test_the_balance_of_the_ledger_is_a_running_sum_in_the_order_of_the_file() -> None:
    ledger = dataset.build("retail", customers=300, months=12, seed=2).visible["loyalty_ledger"]
    assert (ledger["kind"] == "redeem").any()
    assert (ledger.groupby("customer_id")["delta"].cumsum() == ledger["balance"]).all()


@pytest.mark.parametrize("market", ["retail", "subscription", "business"])
def test_some_prospects_are_called_and_the_chance_of_each_message_is_noted(market: str) -> None:
    seen = dataset.build(market, customers=400, months=8, seed=2).visible
    a_month = len(seen["interviews"]) / 8
    assert 0.4 < a_month < 30 and seen["interviews"]["prospect_id"].is_unique
    sent = seen["exposures"]
    assert sent["propensity"].between(0.01, 0.5).all()
    # As often as it says: of those who were customers all along.
    founders = seen["customers"].query("joined_day < 0")["customer_id"]
    share = sent["customer_id"].isin(founders).sum() / (8 * len(founders))
    assert abs(share - sent["propensity"].iloc[0]) < 0.03


def test_the_english_edition_differs_in_people_only(data: dataset.Dataset) -> None:
    english = dataset.build("retail", **SMALL, lang="en")
    for name in data.visible:
        if name not in ("customers", "mails", "questions", "paper_cards", *forms.FORMS):
            assert english.visible[name].equals(data.visible[name]), name
    texts = (("customers", "city"), ("mails", "text"), ("paper_cards", "name"), ("form_tracking", "note"))
    for table, column in texts:
        assert all(text.isascii() for text in english.visible[table][column])
        assert len(english.visible[table]) == len(data.visible[table])


def test_no_visible_column_is_a_hidden_one_or_nearly_so(data: dataset.Dataset) -> None:
    truth = data.truth["truth_customer"].set_index("customer_id")
    value = data.truth["truth_value"].set_index("customer_id")
    customers = data.visible["customers"].set_index("customer_id")
    assert not (set(customers) & set(truth)) and not any(name.startswith("truth") for name in data.visible)
    hidden = pd.concat([truth.select_dtypes(["number", "bool"]), value], axis=1).astype(float)
    seen = customers.select_dtypes(["number", "bool"]).astype(float)
    ids = pd.Series(customers.index, index=customers.index, dtype=float)
    for column in [ids, *(seen[name] for name in seen)]:
        for simple in (column, column.rank(), column % 10):
            if simple.std() > 0:
                corr = hidden.loc[simple.index].corrwith(simple).abs()
                assert not (corr > 0.9).any(), column.name


def test_a_code_of_an_order_tells_nothing_of_its_failure(data: dataset.Dataset) -> None:
    failed = data.visible["orders"]["order_id"].isin(data.truth["truth_failure"]["order_id"])
    assert abs(np.corrcoef(failed, data.visible["orders"]["at"] % 60)[0, 1]) < 0.15


@pytest.mark.slow
@pytest.mark.parametrize("kept_in", COMMITTED, ids=lambda path: path.parent.name)
def test_the_committed_demo_rebuilds_byte_for_byte(kept_in: Path, tmp_path: Path) -> None:
    """Write it anew after a wanted change: `python tests/sim/test_dataset.py retail`."""
    assert {path.parent.name for path in COMMITTED} >= {"business", "retail", "subscription"}
    dataset.write(dataset.build(kept_in.parent.name, **dataset.DEMO, with_truth=True), tmp_path)
    made = {path.relative_to(tmp_path): path.read_bytes() for path in tmp_path.rglob("*") if path.is_file()}
    kept = {path.relative_to(kept_in): path.read_bytes() for path in kept_in.rglob("*") if path.is_file()}
    assert made.keys() == kept.keys()
    assert [
        str(name) for name in made if made[name].replace(b"\r\n", b"\n") != kept[name].replace(b"\r\n", b"\n")
    ] == []


if __name__ == "__main__":
    for market in sys.argv[1:]:
        written = dataset.build(market, **dataset.DEMO, with_truth=True)
        dataset.write(written, READY / market / "demo")
