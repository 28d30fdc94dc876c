"""The class list: who belongs to the class, in its order."""

import csv
import io
import re
import unicodedata
from dataclasses import dataclass
from pathlib import Path

from grader import tabular
from grader.errors import GraderError
from grader.tabular import MOST_DIGITS, Table, Value

HEADINGS = {
    "id": ("学号", "id", "student_id", "student id", "学生学号", "学籍号"),
    "name": ("姓名", "name", "学生姓名"),
    "class": ("班级", "class", "行政班", "班"),
}
SCIENTIFIC = re.compile(r"\d(\.\d+)?E\+?\d+", re.IGNORECASE)
FLOAT = re.compile(r"\d+\.0+")


@dataclass(frozen=True)
class Student:
    """One line of the class list."""

    id: str
    name: str = ""
    group: str = ""


@dataclass(frozen=True)
class ClassList:
    """The students of a table, and one sentence for each thing a person should look at."""

    students: list[Student]
    notes: list[str]


def read(path: Path) -> list[Student]:
    """Return the students of a class list, none when the file is absent; see `class_list`."""
    return class_list(path).students if path.exists() else []


def class_list(path: Path) -> ClassList:
    """Return the students of a table (CSV or XLSX; columns 学号, 姓名, 班级 in any order, others are skipped).

    Numbers a spreadsheet turned into floats are put right and told; ids that look as if they had lost the
    zeros in front are told. Raises GraderError when there is no such table, an id stands twice, or digits of
    an id are lost for good.
    """
    table = tabular.read(path, HEADINGS["id"])
    columns = {field: table.column(names) for field, names in HEADINGS.items()}
    lines = [
        (line, [_cell(row, columns[field]) for field in ("id", "name", "class")])
        for line, row in enumerate(table.rows, start=table.line + 1)
    ]
    lines = [(line, cells) for line, cells in lines if cells[0].text]
    if not lines:
        raise GraderError(f"{path.name} 里没有学生；请至少写一行“学号,姓名,班级”和一名学生")
    _refuse_lost_digits(path.name, lines)
    ids = [(line, _clean(cells[0].text)) for line, cells in lines]
    _refuse_doubles(path.name, ids, [cells[1].text for _, cells in lines])
    students = [
        Student(i, cells[1].text, cells[2].text) for (_, i), (_, cells) in zip(ids, lines, strict=True)
    ]
    return ClassList(students, _floats(lines) + _short_ids(students, lines) + _missing(table, columns))


def _cell(row: list[Value], column: int | None) -> Value:
    return row[column] if column is not None and column < len(row) else Value("")


def _clean(typed: str) -> str:
    """Return an id half-width, without the point a spreadsheet put behind it or the sign that kept it text."""
    plain = unicodedata.normalize("NFKC", typed).strip().lstrip("'’").strip()
    return plain.split(".")[0] if FLOAT.fullmatch(plain) else plain


def _refuse_lost_digits(name: str, lines: list[tuple[int, list[Value]]]) -> None:
    for line, cells in lines:
        told = cells[0].text
        too_long = cells[0].number and len(told.lstrip("0")) > MOST_DIGITS
        if SCIENTIFIC.fullmatch(told) or too_long:
            raise GraderError(
                f"{name} 第 {line} 行的学号 {told} 被表格软件当成了数，后面的数字已经丢了；"
                "请从教务系统重新导出，并把学号一列设为“文本”"
            )


def _refuse_doubles(name: str, ids: list[tuple[int, str]], names: list[str]) -> None:
    where: dict[str, list[str]] = {}
    for (line, student), called in zip(ids, names, strict=True):
        where.setdefault(student, []).append(f"第 {line} 行{f'（{called}）' if called else ''}")
    told = [
        f"学号 {student} 出现了不止一次：{'、'.join(lines)}" for student, lines in where.items() if lines[1:]
    ]
    if told:
        raise GraderError(f"{name} 里{'；'.join(told[:5])}；请每个学号只留一行")


def _floats(lines: list[tuple[int, list[Value]]]) -> list[str]:
    changed = [cells[0].text for _, cells in lines if FLOAT.fullmatch(cells[0].text)]
    if not changed:
        return []
    return [f"{len(changed)} 个学号带着小数点（如 {changed[0]}），已按整数 {_clean(changed[0])} 读入"]


def _short_ids(students: list[Student], lines: list[tuple[int, list[Value]]]) -> list[str]:
    """Tell ids that are shorter than all others would have them: a spreadsheet eats zeros in front."""
    digits = [student.id for student in students if student.id.isdigit()]
    usual = max((len(i) for i in digits), default=0)
    short = [i for i in digits if len(i) < usual]
    as_numbers = all(cells[0].number for _, cells in lines)
    padded = any(i.startswith("0") for i in digits)
    if not short or padded or len(short) == len(digits) or not (as_numbers or len(short) * 3 <= len(digits)):
        return []
    return [
        f"学号 {'、'.join(short[:5])}{' 等' if short[5:] else ''}比别人的短，"
        f"可能被表格软件吃掉了前面的 0（应为 {short[0].zfill(usual)}？）；"
        "如果是，请把学号一列设为“文本”，补上 0，再导入一次"
    ]


def _missing(table: Table, columns: dict[str, int | None]) -> list[str]:
    words = {"name": "姓名", "class": "班级"}
    absent = [words[field] for field, column in columns.items() if column is None]
    return (
        [f"表里没有{'、'.join(absent)}一列，这一项留空；表头是：{'、'.join(filter(None, table.headings))}"]
        if absent
        else []
    )


def table(students: list[Student]) -> str:
    """Return the class list as CSV text, in the order given."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(["id", "name", "class"])
    writer.writerows([student.id, student.name, student.group] for student in students)
    return out.getvalue()
