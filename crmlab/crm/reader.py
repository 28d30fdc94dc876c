"""A CRM's file read by checks and the marker: read-only, nothing in it is ever run, Django is never asked.

A hand-in is a stranger's file. It is opened immutable, with an authorizer that lets through nothing but
reading our own tables, with limits on sizes and time, and only plain columns are asked for by name.
"""

import json
import os
import sqlite3
import tempfile
import time
import tomllib
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from functools import cache, lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from crmlab.errors import LabError

if TYPE_CHECKING:
    import pandas as pd

HEADER = b"SQLite format 3\x00"
MOST_BYTES = 200_000_000
MOST_ROWS = 500_000
LONGEST_VALUE = 200_000
SECONDS = 30.0
_STEPS = 10_000  # virtual machine steps between two looks at the clock
_DECLARED = {"int": (int,), "bool": (int,), "number": (int, float, str), "text": (str,)}


@dataclass(frozen=True)
class Inspection:
    """What a CRM's file holds, as tables without the recycle bin."""

    path: Path
    tables: "dict[str, pd.DataFrame]" = field(repr=False)
    oddities: tuple[str, ...] = ()
    """Values of the wrong kind, which read as missing: "account.points: 2"."""

    def table(self, name: str) -> "pd.DataFrame":
        """Return a fresh copy of a table; raise LabError when there is none of that name."""
        if name not in self.tables:
            raise LabError(f"CRM 里没有表 {name!r}；现有的：{'、'.join(self.tables)}")
        return self.tables[name].copy()

    def __getitem__(self, name: str) -> "pd.DataFrame":
        return self.table(name)


def inspect(path: Path | str) -> Inspection:
    """Return what the CRM's file at `path` holds; raise LabError, with the cause, when it cannot be trusted."""
    path = Path(path)
    _look(path)
    try:
        with closing(_open(path)) as file, _in_time(file):
            _refuse_programs(file, path)
            tables, odd = _read(file)
    except (sqlite3.Error, MemoryError, OverflowError, UnicodeError) as error:
        raise LabError(f"{path.name} 读不出来（{str(error)[:80]}）；请检查这份 CRM 文件是否完整") from error
    return Inspection(path, tables, tuple(f"{name}: {count}" for name, count in odd.items() if count))


def inspect_once(path: Path) -> Inspection:
    """Return the same as `inspect`, read once as long as the file stays as it is: for a hand-in, which nobody writes any more.

    It is shared: who hands its `tables` on to others must copy them.
    """
    told = _look(path)
    return _inspected(path.absolute(), (told.st_ino, told.st_size, told.st_mtime_ns))


@lru_cache(maxsize=2)
def _inspected(path: Path, _state: tuple[int, ...]) -> Inspection:
    return inspect(path)


def inspect_open(path: Path) -> Inspection:
    """Return what one's own CRM holds now, also while it is open and being written; LabError as `inspect`.

    Without a file every table is empty: the lab's cells run before the first record is made.
    """
    if not path.exists():
        return Inspection(path, {name: _empty(name).copy() for name in wanted()})
    _look(path)
    with tempfile.TemporaryDirectory() as scratch:
        copy = Path(scratch) / path.name
        try:
            with (
                closing(sqlite3.connect(f"{path.resolve().as_uri()}?mode=ro", uri=True)) as source,
                closing(sqlite3.connect(copy)) as target,
            ):
                source.backup(target)
        except sqlite3.Error as error:
            raise LabError(f"{path.name} 读不出来（{error}）；请检查这份 CRM 文件是否完整") from error
        return inspect(copy)


def _look(path: Path) -> os.stat_result:
    """Return what the system knows of a file; raise LabError for what is no plain SQLite file of a sane size."""
    try:
        if path.is_symlink() or not path.is_file():
            raise LabError(f"没有 CRM 文件 {path.name}；请先用 crmlab crm 打开一次，或检查文件夹")
        told = path.stat()
        with path.open("rb") as file:
            head = file.read(16)
    except OSError as error:
        raise LabError(f"{path.name} 打不开（{error.strerror}）；请检查文件权限") from error
    if head != HEADER:
        raise LabError(f"{path.name} 不是 CRM 文件；请检查是否交错了文件")
    if told.st_size > MOST_BYTES:
        raise LabError(f"{path.name} 有 {told.st_size} 字节，超过 {MOST_BYTES}；请检查是否交错了文件")
    return told


def _open(path: Path) -> sqlite3.Connection:
    file = sqlite3.connect(f"{path.resolve().as_uri()}?mode=ro&immutable=1", uri=True, isolation_level=None)
    for limit, most in (
        (sqlite3.SQLITE_LIMIT_LENGTH, 2_000_000),
        (sqlite3.SQLITE_LIMIT_SQL_LENGTH, 100_000),
        (sqlite3.SQLITE_LIMIT_EXPR_DEPTH, 20),
        (sqlite3.SQLITE_LIMIT_ATTACHED, 0),
        (sqlite3.SQLITE_LIMIT_TRIGGER_DEPTH, 0),
        (sqlite3.SQLITE_LIMIT_VDBE_OP, 25_000),
    ):
        file.setlimit(limit, most)
    file.execute("PRAGMA trusted_schema = OFF")
    file.execute("PRAGMA cell_size_check = ON")
    file.execute("PRAGMA mmap_size = 0")
    return file


@contextmanager
def _in_time(file: sqlite3.Connection) -> Iterator[None]:
    """Let SQLite work so long and no longer."""
    end = time.monotonic() + SECONDS
    file.set_progress_handler(lambda: int(time.monotonic() > end), _STEPS)
    yield


def _refuse_programs(file: sqlite3.Connection, path: Path) -> None:
    """Raise LabError when a table we read is none: a view, a virtual table, one with computed columns."""
    kinds = dict(
        file.execute("SELECT name, type FROM sqlite_master WHERE type IN ('table', 'view') LIMIT 1000")
    )
    foreign = file.execute("SELECT count(*) FROM sqlite_master WHERE type IN ('trigger', 'view')").fetchone()[
        0
    ]
    if foreign:
        raise LabError(f"{path.name} 里有不是本系统的内容（触发器或视图），不读；请检查这份 CRM 文件")
    for name, columns in wanted().items():
        table = f"crm_{name}"
        if kinds.get(table) != "table":
            raise LabError(f"{path.name} 里缺少表 {name}；请检查是不是本系统的 CRM 文件")
        made = file.execute(
            "SELECT sql FROM sqlite_master WHERE type = 'table' AND name = ?", (table,)
        ).fetchone()
        if not str(made[0]).upper().lstrip().startswith("CREATE TABLE"):
            raise LabError(f"{path.name} 的表 {name} 不是普通的表，不读；请检查这份 CRM 文件")
        have = {row[1]: row[6] for row in file.execute(f"PRAGMA table_xinfo({table})")}
        if any(have.get(column, 1) for column in columns):
            raise LabError(f"{path.name} 的表 {name} 与本系统的不同；请用新版的 crmlab crm 打开一次再交")
    file.set_authorizer(_only_read)


def _only_read(act: int, first: str | None, second: str | None, *_: Any) -> int:
    ours = act == sqlite3.SQLITE_READ and str(first).startswith("crm_") and first != "crm_search"
    return sqlite3.SQLITE_OK if ours or act == sqlite3.SQLITE_SELECT else sqlite3.SQLITE_DENY


@cache
def wanted() -> dict[str, dict[str, str]]:
    """Return table → column → kind of its values, as read."""
    return tomllib.loads(Path(__file__).with_name("columns.toml").read_text(encoding="utf-8"))


def _read(file: sqlite3.Connection) -> "tuple[dict[str, pd.DataFrame], dict[str, int]]":
    tables: dict[str, pd.DataFrame] = {}
    odd: dict[str, int] = {}
    left = MOST_ROWS
    for name, columns in wanted().items():
        listed = ", ".join(f'"{column}"' for column in columns)
        rows = file.execute(f'SELECT {listed} FROM "crm_{name}" NOT INDEXED LIMIT {left + 1}').fetchall()
        left -= len(rows)
        if left < 0:
            raise LabError(f"CRM 文件里的行数超过 {MOST_ROWS}；请检查是否交错了文件")
        tables[name], wrong = _frame(name, rows) if rows else (_empty(name).copy(), {})
        odd |= {f"{name}.{column}": count for column, count in wrong.items()}
    return tables, odd


def _frame(name: str, rows: list[Any]) -> "tuple[pd.DataFrame, dict[str, int]]":
    """Return the rows of a table that are not in the recycle bin, and the count of wrong values by column."""
    import pandas as pd

    made = {
        column: _values([row[place] for row in rows], kind)
        for place, (column, kind) in enumerate(wanted()[name].items())
    }
    frame = pd.DataFrame({column: values for column, (values, _) in made.items()})
    if "deleted_at" in frame:
        frame = frame[frame["deleted_at"].isna()].drop(columns="deleted_at")
    return frame.sort_values("id", ignore_index=True), {column: count for column, (_, count) in made.items()}


@cache
def _empty(name: str) -> "pd.DataFrame":
    """Return a table without rows; most of a student's CRM is empty."""
    return _frame(name, [])[0]


def _values(values: list[Any], kind: str) -> "tuple[pd.Series, int]":
    """Return the values of a column as pandas likes them, and how many were of the wrong kind."""
    import pandas as pd

    if kind in ("date", "time"):
        texts = [value if isinstance(value, str) and len(value) < 40 else None for value in values]
        made = pd.to_datetime(
            pd.Series(texts, dtype=object), errors="coerce", format="ISO8601", utc=kind == "time"
        )
        if kind == "time":
            made = made.dt.tz_convert("Asia/Shanghai").dt.tz_localize(None)
    elif kind == "json":
        made = pd.Series([_json(value) for value in values], dtype=object)
    else:
        right = [value if isinstance(value, _DECLARED[kind]) and _short(value) else None for value in values]
        made = _typed(right, kind)
    missing = sum(value is not None for value in values) - int(made.notna().sum())
    return made, missing


def _typed(values: list[Any], kind: str) -> "pd.Series":
    import pandas as pd

    if kind == "text":
        return pd.Series(values, dtype=object)
    if kind == "number":
        return pd.to_numeric(pd.Series(values, dtype=object), errors="coerce").astype("float64")
    if kind == "bool":
        return pd.Series([None if v is None else bool(v) for v in values], dtype="boolean")
    return pd.Series(values, dtype="Int64")


def _short(value: Any) -> bool:
    return not isinstance(value, str) or len(value) <= LONGEST_VALUE


def _json(value: Any) -> dict[str, Any] | None:
    if not isinstance(value, str) or len(value) > LONGEST_VALUE:
        return None
    try:
        plain = json.loads(value)
    except (ValueError, RecursionError):
        return None
    return plain if isinstance(plain, dict) else None
