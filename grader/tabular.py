"""Tables as schools have them, CSV or XLSX, read as rows of text."""

import csv
import io
import warnings
import zipfile
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from grader.errors import GraderError

OLD_EXCEL = b"\xd0\xcf\x11\xe0"
DELIMITERS = ",;\t，"
LOOKED_THROUGH = 20
"""How many rows at the top may be titles before the row of headings."""
MOST_DIGITS = 15
"""A spreadsheet keeps this many digits of a number; what comes after them is lost."""


@dataclass(frozen=True)
class Value:
    """The text of one cell; `number` tells that a spreadsheet held it as a number, not as text."""

    text: str
    number: bool = False


@dataclass(frozen=True)
class Table:
    """The rows below the headings, and where they stand; `line` counts from 1 as spreadsheets do."""

    headings: list[str]
    rows: list[list[Value]]
    line: int
    sheet: str = ""
    encoding: str = ""
    delimiter: str = ","
    above: list[list[str]] = field(default_factory=list)

    def column(self, names: tuple[str, ...]) -> int | None:
        """Return the place of the column with one of these headings, or that begins with one; else None."""
        plain = [heading.strip().lower() for heading in self.headings]
        for name in names:
            if name.lower() in plain:
                return plain.index(name.lower())
        for name in (name for name in names if not name.isascii() and len(name) > 1):
            for place, heading in enumerate(plain):
                if heading.startswith(name):
                    return place
        return None


def read(path: Path, wanted: tuple[str, ...]) -> Table:
    """Return the table in `path` whose row of headings holds one of `wanted`.

    CSV in UTF-8, UTF-16 or GBK, with commas, semicolons or tabs; or the first fitting sheet of an XLSX file.
    What the file is called does not matter. Raises GraderError when it is neither, or has no such column.
    """
    raw = _bytes(path)
    if raw.startswith(OLD_EXCEL):
        raise GraderError(f"{path.name} 是旧格式或有密码的 Excel 文件；请另存为没有密码的 .xlsx 或 CSV 再试")
    found = _of_workbook(path, wanted) if zipfile.is_zipfile(path) else _of_text(path, raw, wanted)
    if found is None:
        raise GraderError(
            f"{path.name} 没有{wanted[0]}一列；请在表头一行写上“{wanted[0]}”（前 {LOOKED_THROUGH} 行里找表头）"
        )
    return found


def workbook(path: Path, *, formulas: bool) -> Any:
    """Return the opened XLSX file, with its formulas or their last values; raise GraderError when it is none."""
    from openpyxl import load_workbook

    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # openpyxl warns of styles it does not keep
            return load_workbook(
                path, data_only=not formulas, keep_vba=formulas and path.suffix.lower() == ".xlsm"
            )
    except Exception as error:  # openpyxl raises whatever its parsers do
        raise GraderError(
            f"{path.name} 不是完整的 XLSX 文件（{type(error).__name__}）；请在表格软件里打开、另存一次再试"
        ) from error


def text_of(raw: bytes, name: str) -> tuple[str, str]:
    """Return the text of a CSV file and its encoding; raise GraderError when it is in none of the usual ones."""
    usual = ("utf-16",) if raw[:2] in (b"\xff\xfe", b"\xfe\xff") else ("utf-8-sig", "gb18030")
    for encoding in usual:
        try:
            return raw.decode(encoding), encoding
        except UnicodeDecodeError:
            continue
    raise GraderError(f"{name} 既不是 UTF-8 也不是 GBK 文字；请用表格软件另存为 CSV 再试")


def without_zeros(text: str) -> str:
    """Return an id as a spreadsheet leaves it: no zeros in front, nothing behind the point."""
    head = text.strip().removesuffix(".0")
    return head.lstrip("0") or head


def _bytes(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise GraderError(f"{path} 读不出来（{error.strerror}）；请检查文件名和位置") from error


def _of_text(path: Path, raw: bytes, wanted: tuple[str, ...]) -> Table | None:
    text, encoding = text_of(raw, path.name)
    lines = text.splitlines()[:LOOKED_THROUGH]
    delimiter = max(DELIMITERS, key=lambda sign: max((line.count(sign) for line in lines), default=0))
    try:
        rows = list(csv.reader(io.StringIO(text, newline=""), delimiter=delimiter))
    except csv.Error as error:
        raise GraderError(f"{path.name} 不是一张 CSV 表（{error}）；请用表格软件另存为 CSV 再试") from error
    values = [[Value(cell.strip()) for cell in row] for row in rows]
    found = _below_headings(values, wanted)
    return found and Table(**{**vars(found), "encoding": encoding, "delimiter": delimiter})


def _of_workbook(path: Path, wanted: tuple[str, ...]) -> Table | None:
    book = workbook(path, formulas=False)
    try:
        for sheet in book.worksheets:
            rows = [[_value(cell) for cell in row] for row in sheet.iter_rows()]
            if found := _below_headings(rows, wanted):
                return Table(**{**vars(found), "sheet": sheet.title})
        return None
    finally:
        book.close()


def _value(cell: Any) -> Value:
    plain = cell.value
    if isinstance(plain, bool) or plain is None:
        return Value("" if plain is None else str(plain))
    if not isinstance(plain, (int, float)):
        return Value(str(plain).strip())
    text = str(int(plain)) if float(plain).is_integer() else str(plain)
    shown = str(cell.number_format)
    return Value(text.zfill(len(shown)) if shown and set(shown) == {"0"} else text, number=True)


def _below_headings(rows: list[list[Value]], wanted: tuple[str, ...]) -> Table | None:
    for place, row in enumerate(rows[:LOOKED_THROUGH]):
        headings = [value.text for value in row]
        table = Table(headings, rows[place + 1 :], place + 1)
        if table.column(wanted) is not None:
            return Table(
                headings, rows[place + 1 :], place + 1, above=[[v.text for v in r] for r in rows[:place]]
            )
    return None
