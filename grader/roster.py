"""The class list: who belongs to the class, in its order."""

import csv
import io
from dataclasses import dataclass
from pathlib import Path

from grader.errors import GraderError

HEADINGS = {
    "id": ("id", "学号", "student_id"),
    "name": ("name", "姓名"),
    "class": ("class", "班级"),
}


@dataclass(frozen=True)
class Student:
    """One line of the class list."""

    id: str
    name: str = ""
    group: str = ""


def read(path: Path) -> list[Student]:
    """Return the students of a CSV file (UTF-8, with or without BOM, or GBK); none when it is absent.

    Raises GraderError when the text cannot be read, a column is missing or an id stands twice.
    """
    if not path.exists():
        return []
    rows = list(csv.DictReader(io.StringIO(_text(path), newline="")))
    if not rows:
        raise GraderError(f"{path.name} 里没有学生；请至少写一行“学号,姓名,班级”和一名学生")
    columns = {field: _column(list(rows[0]), names) for field, names in HEADINGS.items()}
    if columns["id"] is None:
        raise GraderError(f"{path.name} 没有学号一列；请把第一行写成 id,name,class（或 学号,姓名,班级）")
    students = [_student(row, columns) for row in rows]
    students = [student for student in students if student.id]
    ids = [student.id for student in students]
    doubles = sorted({i for i in ids if ids.count(i) > 1})
    if doubles:
        raise GraderError(f"{path.name} 里学号 {'、'.join(doubles)} 出现了不止一次；请只留一行")
    return students


def _text(path: Path) -> str:
    raw = path.read_bytes()
    for encoding in ("utf-8-sig", "gb18030"):
        try:
            return raw.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise GraderError(f"{path.name} 既不是 UTF-8 也不是 GBK 文字；请用表格软件另存为 CSV 再试")


def _column(headings: list[str], names: tuple[str, ...]) -> str | None:
    return next((h for h in headings if h and h.strip().lower() in names), None)


def _student(row: dict[str, str], columns: dict[str, str | None]) -> Student:
    value = {field: (row.get(column) or "").strip() if column else "" for field, column in columns.items()}
    return Student(id=value["id"], name=value["name"], group=value["class"])


def table(students: list[Student]) -> str:
    """Return the class list as CSV text, in the order given."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(["id", "name", "class"])
    writer.writerows([student.id, student.name, student.group] for student in students)
    return out.getvalue()
