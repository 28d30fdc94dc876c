"""The reader of strangers' files: what it reads, and what it never does."""

import os
import sqlite3
import subprocess
import sys
import tomllib
from contextlib import closing
from pathlib import Path

import pytest

from crmlab import judging
from crmlab.crm import inspect, reader
from crmlab.crm.reader import inspect_open
from crmlab.errors import LabError


def spoilt(book: Path, *statements: str) -> Path:
    with closing(sqlite3.connect(book)) as file:
        file.executescript(";".join(statements))
    return book


def test_the_tables_come_as_they_were_typed(weili, book):
    weili.extra = {"own_1": "玩具"}
    weili.save()
    seen = inspect(book)
    row = seen["account"].set_index("name").loc["张伟丽"]
    assert (row["phone"], row["birth_year"], row["vip"], row["extra"]) == (
        "13800138000",
        1990,
        False,
        {"own_1": "玩具"},
    )
    assert row["created_at"].year >= 2020 and seen.oddities == ()


def test_what_lies_in_the_recycle_bin_is_not_there(weili, book):
    weili.recycle()
    assert inspect(book)["account"].empty


def test_its_list_of_columns_is_that_of_the_tables(book):
    with closing(sqlite3.connect(book)) as file:
        real = {
            name: [row[1] for row in file.execute(f"PRAGMA table_info(crm_{name})")]
            for name in reader.wanted()
        }
    assert {name: list(columns) for name, columns in reader.wanted().items()} == real


def test_it_needs_no_django(weili, book):
    code = (
        "import sys; from crmlab.crm import inspect; inspect(sys.argv[1]); assert 'django' not in sys.modules"
    )
    subprocess.run([sys.executable, "-c", code, str(book)], check=True)


def test_the_file_is_not_touched_and_nothing_lies_beside_it(weili, book):
    before = (book.read_bytes(), book.stat().st_mtime_ns)
    inspect(book)
    assert (book.read_bytes(), book.stat().st_mtime_ns) == before
    assert [path.name for path in book.parent.iterdir()] == [book.name]


@pytest.mark.parametrize(
    "statement",
    [
        "CREATE TRIGGER t AFTER INSERT ON crm_account BEGIN DELETE FROM crm_account; END",
        "CREATE VIEW v AS SELECT 1",
        "DROP TABLE crm_lead; CREATE VIEW crm_lead AS SELECT * FROM crm_account",
        "DROP TABLE crm_lead",
        "DROP TABLE crm_lead; CREATE VIRTUAL TABLE crm_lead USING fts5(a)",
        "ALTER TABLE crm_lead DROP COLUMN notes; ALTER TABLE crm_lead ADD COLUMN notes TEXT AS (hex(zeroblob(1000000)))",
        "ALTER TABLE crm_lead DROP COLUMN notes",
    ],
)
def test_a_schema_that_is_not_ours_is_refused(book, statement):
    with pytest.raises(LabError, match=r"crm\.sqlite3"):
        inspect(spoilt(book, statement))


@pytest.mark.parametrize(
    "content", [b"", b"hello", b"SQLite format 3\x00" + b"\xff" * 5000, os.urandom(4096)]
)
def test_what_is_no_database_is_refused_by_name(tmp_path, content):
    path = tmp_path / "crm.sqlite3"
    path.write_bytes(content)
    with pytest.raises(LabError, match=r"crm\.sqlite3"):
        inspect(path)


def test_an_absent_file_a_folder_and_a_link_are_refused(tmp_path, book):
    (tmp_path / "link").symlink_to(book)
    for name in ("absent", ".", "link"):
        with pytest.raises(LabError, match="没有 CRM 文件"):
            inspect(tmp_path / name)


def test_a_torn_file_is_refused(weili, book):
    whole = book.read_bytes()
    book.write_bytes(whole[: len(whole) // 3])
    with pytest.raises(LabError, match=r"读不出来|缺少"):
        inspect(book)


def test_values_of_the_wrong_kind_read_as_missing_and_are_told(weili, book):
    seen = inspect(
        spoilt(
            book,
            "UPDATE crm_account SET points = 'many', name = x'00ff', created_at = 'soon', extra = '{\"a\": 1}'",
        )
    )
    assert seen["account"][["points", "name", "created_at"]].isna().all(axis=None)
    assert seen.oddities == ("account.created_at: 1", "account.name: 1", "account.points: 1")


def test_too_many_rows_and_too_large_values_end_in_a_word(weili, book, monkeypatch):
    monkeypatch.setattr(reader, "MOST_ROWS", 0)
    with pytest.raises(LabError, match="行数"):
        inspect(book)
    monkeypatch.setattr(reader, "MOST_BYTES", 10)
    with pytest.raises(LabError, match="字节"):
        inspect(book)


def test_a_huge_value_does_not_fill_the_memory(weili, book):
    spoilt(book, "UPDATE crm_account SET notes = hex(zeroblob(1500000))")
    with pytest.raises(LabError, match="读不出来"):
        inspect(book)


def test_work_without_end_is_stopped(weili, book, monkeypatch):
    monkeypatch.setattr(reader, "SECONDS", -1.0)
    monkeypatch.setattr(reader, "_STEPS", 1)
    with pytest.raises(LabError, match="读不出来"):
        inspect(book)


def test_an_unknown_table_is_named_with_those_there_are(book):
    with pytest.raises(LabError, match=r"accounts.*account、"):
        inspect(book).table("accounts")


def test_the_columns_file_is_plain():
    told = tomllib.loads(Path(reader.__file__).with_name("columns.toml").read_text(encoding="utf-8"))
    assert {kind for table in told.values() for kind in table.values()} <= {
        "int", "bool", "number", "text", "date", "time", "json",
    }  # fmt: skip


def test_one_s_own_file_is_read_whole_while_it_is_being_written(weili, book):
    with closing(sqlite3.connect(book, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        other.execute("UPDATE crm_account SET name = '半句话'")
        assert inspect_open(book)["account"]["name"].tolist() == ["张伟丽"]
        other.execute("COMMIT")
    assert inspect_open(book)["account"]["name"].tolist() == ["半句话"]


def test_before_the_first_record_every_table_is_empty(tmp_path):
    seen = inspect_open(tmp_path / "crm.sqlite3")
    assert list(seen.tables) == list(reader.wanted()) and all(table.empty for table in seen.tables.values())
    assert "phone" in seen["account"] and not (tmp_path / "crm.sqlite3").exists()


def test_one_s_own_file_that_is_torn_is_refused(tmp_path):
    (tmp_path / "crm.sqlite3").write_bytes(reader.HEADER + b"\x00" * 200)
    with pytest.raises(LabError, match="读不出来"):
        inspect_open(tmp_path / "crm.sqlite3")


def test_a_hidden_test_reads_the_file_that_was_handed_in(weili, book, monkeypatch, tmp_path):
    monkeypatch.setenv("CRMLAB_EVIDENCE", str(book.parent))
    assert judging.evidence("crm")["account"]["name"].tolist() == ["张伟丽"]
    monkeypatch.setenv("CRMLAB_EVIDENCE", str(tmp_path / "nowhere"))
    with pytest.raises(LabError, match="没有 CRM 文件"):
        judging.evidence("crm")


def test_what_is_handed_in_while_the_crm_is_open_is_whole(weili, book, tmp_path):
    import zipfile

    from crmlab.handin import submit

    project = tmp_path / "work space#1" / "project01_intro"
    project.mkdir(parents=True)
    (project / "lab1_x.ipynb").write_text("{}", encoding="utf-8")
    (project / "crm.sqlite3").write_bytes(book.read_bytes())
    with closing(sqlite3.connect(project / "crm.sqlite3", isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        other.execute("DELETE FROM crm_account")
        made = submit(project.parent, "project01_intro", "2024001")
    with zipfile.ZipFile(made) as file:
        (tmp_path / "handed.sqlite3").write_bytes(file.read("project01_intro/crm.sqlite3"))
    assert inspect(tmp_path / "handed.sqlite3")["account"]["name"].tolist() == ["张伟丽"]


def test_a_hand_in_is_read_once_until_its_file_is_another(weili, book):
    first = reader.inspect_once(book)
    assert reader.inspect_once(book) is first
    changed = spoilt(book, "UPDATE crm_account SET name = '另一家'")
    second = reader.inspect_once(changed)
    assert set(second["account"]["name"]) == {"另一家"} != set(first["account"]["name"])
    for name in reader.wanted():
        assert second[name].dtypes.equals(reader.inspect(changed)[name].dtypes), name


def test_what_a_graded_cell_does_to_the_crm_reaches_no_other(weili, book, monkeypatch):
    monkeypatch.setenv("CRMLAB_EVIDENCE", str(book.parent))
    spoiling = judging.evidence("crm").tables
    spoiling["account"].loc[:, "name"] = "别人"
    spoiling.pop("case")
    assert judging.evidence("crm")["account"]["name"].tolist() == ["张伟丽"]
    assert "case" in judging.evidence("crm").tables
