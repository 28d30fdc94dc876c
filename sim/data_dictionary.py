"""The data dictionary that goes with a data set: what its columns mean, and what a spreadsheet must be told of them."""

import csv
from collections.abc import Iterable
from pathlib import Path

from sim import tables

FILE = "dictionary.csv"
HEAD = ("table", "column", "dtype", "unit", "zh", "en", "allowed", "example", "note_zh", "note_en")
EXACT_DIGITS = 15  # a spreadsheet keeps no more of a number
ID = (
    "编号可能超过 15 位：电子表格会改掉后面的数字，导入 CSV 时请把这一列设为“文本”",
    "may have more than 15 digits, which a spreadsheet would change: import this column of a CSV as text",
)
BLANK = (
    "空白就是空文本（没有填写），不是缺失；用程序读时也请读成空文本",
    "blank is the empty text (nothing written), not a missing value; read it as such",
)
ABSENT = ("空白表示没有这个数", "blank: there is no such number")


def rows(names: Iterable[str]) -> list[dict[str, str]]:
    """Return the dictionary of these tables, a row a column, with the columns of HEAD; InputError for an unknown table."""
    made = []
    for name in names:
        told = tables.table(name)
        for column, row in zip((*told.columns, *told.extra), tables.dictionary(name), strict=True):
            zh, en = _note(column)
            made.append({**row, "note_zh": zh, "note_en": en})
    return made


def write(names: Iterable[str], folder: Path) -> Path:
    """Write the dictionary of these tables into a folder, as CSV that spreadsheets read; return its path."""
    path = folder / FILE
    with path.open("w", encoding="utf-8-sig", newline="") as file:
        writer = csv.DictWriter(file, HEAD, lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows(names))
    return path


def is_id(column: tables.Column) -> bool:
    """Whether a column holds numbers of people and things, which may be too long for a sheet."""
    return column.dtype == "int" and (column.name.endswith("_id") or column.name == "referred_by")


def _note(column: tables.Column) -> tuple[str, str]:
    if is_id(column):
        return ID
    if column.dtype == "text":
        return BLANK
    return ABSENT if column.absent else ("", "")
