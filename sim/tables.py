"""The columns of every table in one place: names, units, meanings, allowed values, and Parquet in and out."""

import os
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from sim.closed_lists import closed_list
from sim.errors import InputError

if TYPE_CHECKING:
    import pandas as pd
    import pandera.pandas as pa

SOURCE = Path(__file__).with_suffix(".toml")
DTYPES = {"int": "int64", "float": "float64", "bool": "bool", "text": "object"}


@dataclass(frozen=True)
class Column:
    """One column: its name, kind of value, unit, meaning in two languages, what it may hold, and an example.

    `values` are typed here, or those of the closed list called `listed`.
    """

    name: str
    dtype: Literal["int", "float", "bool", "text"]
    unit: str
    zh: str
    en: str
    values: tuple[str, ...] = ()
    min: float | None = None
    max: float | None = None
    absent: bool = False
    default: float | bool | str | None = None
    listed: str = ""
    example: float | bool | str | None = None

    @property
    def choice(self) -> tuple[str, ...]:
        """The values allowed where they are a closed list; empty where they are not."""
        return closed_list(self.listed) if self.listed else self.values


@dataclass(frozen=True)
class Table:
    """One table: name, title in two languages, the columns that tell rows apart, all columns in order.

    `columns` stand in every table of this name; those of `extra` only where the scenario has what they tell
    of, after the others. An extra column that is left out reads as its default.
    """

    name: str
    title_zh: str
    title_en: str
    key: tuple[str, ...]
    columns: tuple[Column, ...]
    extra: tuple[Column, ...] = ()


@cache
def tables() -> Mapping[str, Table]:
    """Return every table of the world by name."""
    plain = tomllib.loads(SOURCE.read_text(encoding="utf-8"))
    return {name: _table(name, told) for name, told in plain.items()}


def table(name: str) -> Table:
    """Return one table; InputError, naming the tables there are, if `name` is none."""
    if name not in tables():
        raise InputError(f"table = {name!r}: there is no such table; choose one of {', '.join(tables())}")
    return tables()[name]


def columns(name: str) -> tuple[str, ...]:
    """Return the names of a table's columns in order, extra ones not; InputError for an unknown table."""
    return tuple(column.name for column in table(name).columns)


def dictionary(name: str) -> list[dict[str, str]]:
    """Return the rows of a data dictionary: table, column, dtype, unit, zh, en, allowed, example; all text."""
    return [
        {
            "table": name,
            "column": c.name,
            "dtype": c.dtype,
            "unit": c.unit,
            "zh": c.zh,
            "en": c.en,
            "allowed": _allowed(c),
            "example": "" if c.example is None else str(c.example),
        }
        for c in (*table(name).columns, *table(name).extra)
    ]


def schema(name: str) -> "pa.DataFrameSchema":
    """Return the pandera schema of a table: exact columns in order, types, allowed values, unique key."""
    import pandera.pandas as pa

    told = table(name)
    return pa.DataFrameSchema(
        {
            c.name: pa.Column(DTYPES[c.dtype], _checks(c), nullable=c.absent, required=c.default is None)
            for c in (*told.columns, *told.extra)
        },
        strict=True,
        ordered=True,
        unique=list(told.key) or None,
        name=name,
    )


def check(df: "pd.DataFrame", name: str) -> "pd.DataFrame":
    """Return `df` if it is a table `name`; InputError, naming column and rule, if it is not."""
    import pandera.errors

    if not hasattr(df, "columns"):
        raise InputError(f"table {name} = {type(df).__name__}: must be a pandas DataFrame; give one")
    if not df.index.is_unique:
        df = df.reset_index(drop=True)  # rows of several tables put together; the index is not kept anyway
    given = [str(c) for c in df.columns]
    wanted = [*columns(name), *(c.name for c in table(name).extra if c.name in given)]
    if given != wanted:
        raise InputError(
            f"table {name}: columns {_difference(given, wanted)}; a table {name} has exactly, in this order: "
            f"{', '.join(wanted)}"
        )
    try:
        return schema(name).validate(df)
    except pandera.errors.SchemaError as refusal:
        raise InputError(
            f"table {name}: {_short(str(refusal))}; see the data dictionary of {name} for what is allowed"
        ) from refusal


def write(df: "pd.DataFrame", name: str, path: Path) -> Path:
    """Write `df` as table `name` to a Parquet file (zstd); return its path. A failure leaves no partial file.

    Raises InputError when `df` is no table `name`, and OSError when the disk refuses.
    """
    check(df, name)
    path = Path(path)
    part = path.with_name(f".{path.name}.{os.getpid()}.part")
    try:
        df.to_parquet(part, engine="pyarrow", compression="zstd", index=False)
        part.replace(path)
    finally:
        part.unlink(missing_ok=True)
    return path


def read(path: Path, name: str) -> "pd.DataFrame":
    """Return the table `name` kept in a Parquet file; InputError if there is none or its columns differ."""
    import pandas as pd
    import pyarrow as arrow

    path = Path(path)
    if not path.is_file():
        raise InputError(f"file = {path}: there is no such file; give the Parquet file of a table {name}")
    try:
        df = pd.read_parquet(path, engine="pyarrow")
    except arrow.ArrowInvalid as refusal:
        raise InputError(f"file = {path}: not a Parquet file; make it again with this program") from refusal
    return check(df, name)


def _table(name: str, told: dict[str, Any]) -> Table:
    made, extra = (
        tuple(
            Column(**{**facts, "name": column, "values": tuple(facts.get("values", ()))})
            for column, facts in told.get(part, {}).items()
        )
        for part in ("columns", "extra")
    )
    return Table(name, told["title_zh"], told["title_en"], tuple(told["key"]), made, extra)


def _checks(column: Column) -> "list[pa.Check]":
    import pandera.pandas as pa

    checks = []
    if column.choice:
        checks.append(pa.Check.isin(list(column.choice)))
    if column.min is not None:
        checks.append(pa.Check.ge(column.min))
    if column.max is not None:
        checks.append(pa.Check.le(column.max))
    return checks


def _allowed(column: Column) -> str:
    if column.choice:
        return ", ".join(column.choice)
    low = "" if column.min is None else f">= {column.min:g}"
    high = "" if column.max is None else f"<= {column.max:g}"
    return ", ".join(part for part in (low, high, "NaN" if column.absent else "") if part)


def _difference(given: Sequence[str], wanted: Sequence[str]) -> str:
    missing = [c for c in wanted if c not in given]
    unknown = [c for c in given if c not in wanted]
    told = [f"missing {', '.join(missing)}"] * bool(missing) + [f"unknown {', '.join(unknown)}"] * bool(
        unknown
    )
    return " and ".join(told) or f"in another order or twice ({', '.join(given)})"


def _short(text: str) -> str:
    return " ".join(text.split())[:300]
