"""Tables: the columns everybody leans on, their schema, and Parquet that is whole or not there."""

import numpy as np
import pandas as pd
import pytest

from sim import tables
from sim.callcenter import Centre
from sim.contacts import Contacts, Draws, arrivals
from sim.errors import InputError
from sim.records import Calls, Cases
from sim.scenario import load
from sim.streams import Streams
from sim.tracing import Trace, TraceRow

NAMES = ("contacts", "draws", "calls", "trace", "cases")
FIXED = {
    "contacts": "day contact_id customer_id channel skill reason vip at",
    "draws": "contact_id attempt ivr self_service patience balk talk wrap_up redial redial_delay solved",
    "calls": "day contact_id attempt customer_id skill reason vip at ivr queued_at wait outcome agent_id "
    "answered_at talk hold wrap_up ended_at solved",
    "trace": "t contact_id attempt event part agent_id",
}


@pytest.fixture(scope="module")
def frames():
    scenario = load("retail_hotline")
    contacts, draws = arrivals(scenario, Streams(1), 1)
    rows: list[TraceRow] = []
    results = Centre(scenario).run(contacts, draws, trace=rows)
    stores = (contacts, draws, results.calls, Trace.of(rows), results.cases)
    return dict(zip(NAMES, (store.frame() for store in stores), strict=True))


def test_the_columns_are_the_contract():
    assert tuple(tables.tables())[: len(NAMES)] == NAMES
    assert {name: " ".join(tables.columns(name)) for name in FIXED} == FIXED


def test_what_the_centre_makes_passes_its_own_schema(frames):
    for name, frame in frames.items():
        assert tables.schema(name).validate(frame).equals(frame)


def test_parquet_gives_back_what_it_took(frames, tmp_path):
    for name, frame in frames.items():
        path = tables.write(frame, name, tmp_path / f"{name}.parquet")
        assert tables.read(path, name).equals(frame)
    assert {path.name for path in tmp_path.iterdir()} == {f"{name}.parquet" for name in NAMES}


def test_the_dictionary_explains_every_column_in_two_languages():
    for name in tables.tables():
        rows = tables.dictionary(name)
        extra = [column.name for column in tables.table(name).extra]
        assert [row["column"] for row in rows] == [*tables.columns(name), *extra]
        assert all(row["zh"] and row["en"] for row in rows)
    allowed = {row["column"]: row["allowed"] for row in tables.dictionary("calls")}
    assert allowed["wait"] == ">= 0, NaN"
    assert allowed["outcome"] == "busy, self_served, left_menu, balked, abandoned, answered, waiting"


CHANGES = [
    (lambda f: f.drop(columns="wait"), "missing wait"),
    (lambda f: f.assign(mood=1), "unknown mood"),
    (lambda f: f[list(f)[::-1]], "in another order"),
    (lambda f: f.assign(outcome="lost"), "outcome"),
    (lambda f: f.assign(talk=-1.0), "talk"),
    (lambda f: f.assign(at=np.nan), "at"),
    (lambda f: f.assign(agent_id=1.5), "agent_id"),
    (lambda f: f.assign(contact_id=1, attempt=1), "contact_id"),
]


@pytest.mark.parametrize(("change", "rule"), CHANGES)
def test_a_wrong_table_is_refused_and_leaves_no_file(frames, tmp_path, change, rule):
    with pytest.raises(InputError, match=f"table calls: .*{rule}"):
        tables.write(change(frames["calls"]), "calls", tmp_path / "calls.parquet")
    assert not list(tmp_path.iterdir())


def test_a_disk_that_refuses_leaves_the_old_file_whole(frames, tmp_path, monkeypatch):
    path = tables.write(frames["calls"], "calls", tmp_path / "calls.parquet")
    before = path.read_bytes()

    def full(frame, part, **_):
        part.write_bytes(b"half")
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("pandas.DataFrame.to_parquet", full)
    with pytest.raises(OSError, match="No space left"):
        tables.write(frames["calls"], "calls", path)
    assert list(tmp_path.iterdir()) == [path] and path.read_bytes() == before


def test_a_file_that_is_not_there_or_not_ours_is_refused(frames, tmp_path):
    with pytest.raises(InputError, match="no such file"):
        tables.read(tmp_path / "calls.parquet", "calls")
    odd = tmp_path / "odd.parquet"
    odd.write_text("not a table")
    with pytest.raises(InputError, match="not a Parquet file"):
        tables.read(odd, "calls")
    tables.write(frames["trace"], "trace", odd)
    with pytest.raises(InputError, match="table calls: columns missing day"):
        tables.read(odd, "calls")


@pytest.mark.parametrize("ask", [tables.columns, tables.dictionary, tables.schema])
def test_an_unknown_table_is_answered_with_the_known_ones(ask):
    with pytest.raises(InputError, match=r"'tickets'.*contacts, draws, calls"):
        ask("tickets")


# the stores behind the tables


def test_a_store_survives_a_frame(frames):
    for store, name in ((Contacts, "contacts"), (Draws, "draws"), (Calls, "calls")):
        assert store.from_frame(frames[name]).frame().equals(frames[name])


def test_a_store_is_frozen(frames):
    calls = Calls.from_frame(frames["calls"])
    with pytest.raises(ValueError, match="read-only"):
        calls["wait"][0] = 1.0
    with pytest.raises(TypeError):
        calls["wait"] = np.zeros(len(calls))


def test_a_store_tells_its_rows():
    assert len(Cases.empty()) == 0 and repr(Calls.empty()) == "Calls(0 rows)"


def test_an_unknown_column_is_answered_with_the_known_ones():
    with pytest.raises(InputError, match="column 'waits' is unknown; choose one of day, contact_id"):
        Calls.empty()["waits"]


ROW = {"t": [1.0], "contact_id": [1], "attempt": [1], "event": ["busy"], "part": ["pbx"], "agent_id": [-1]}


@pytest.mark.parametrize(
    ("change", "rule"),
    [
        ({"mood": [1]}, "column 'mood' is missing or unknown"),
        ({"t": [1.0, 2.0]}, "lengths .* differ"),
        ({"t": ["noon"]}, "t = .*float values"),
        ({"attempt": [1.0]}, "attempt = .*int values"),
        ({"t": [[1.0]]}, "t = "),
    ],
)
def test_a_store_refuses_columns_that_do_not_fit(change, rule):
    with pytest.raises(InputError, match=f"table trace: {rule}"):
        Trace(**{**ROW, **change})


def test_what_is_no_table_is_refused_and_a_repeated_index_is_not() -> None:
    frame = pd.DataFrame({"replication": [1, 2], "measure": ["calls", "calls"], "value": [1.0, 2.0]})
    for wrong, said in ((None, "NoneType"), ([1, 2], "list")):
        with pytest.raises(InputError, match=rf"table replications = {said}: must be a pandas DataFrame"):
            tables.check(wrong, "replications")  # type: ignore[arg-type]
    assert len(tables.check(frame.set_index(pd.Index([7, 7])), "replications")) == 2
    with pytest.raises(InputError, match=r"table replications: "):
        tables.check(pd.concat([frame, frame]), "replications")
