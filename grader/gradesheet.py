"""A grade sheet downloaded from the school's system, filled in: nothing else in it changes."""

import csv
import io
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from grader import tabular
from grader.course import Course
from grader.errors import GraderError
from grader.export import Row, capped, points, rows, write
from grader.tabular import Table

IDS = (
    "学号",
    "学生学号",
    "ID number",
    "SIS User ID",
    "SIS Login ID",
    "Student ID",
    "student_id",
    "用户名",
    "Username",
    "登录名",
    "ID",
)
GRADES = (("成绩", "分数", "得分", "Grade", "Score"), ("总评", "总分", "总评成绩"))
"""What a column of grades is called; a total is taken only where there is no other."""
LOST = ("xl/charts/", "xl/chartsheets/", "xl/diagrams/", "xl/ctrlProps/", "xl/slicers/")
"""Parts of a workbook that would be lost when it is written again."""


@dataclass(frozen=True)
class Filled:
    """What became of a sheet: how many scores went in, and what a person should look at."""

    path: Path
    count: int
    notes: list[str]


@dataclass(frozen=True)
class Plan:
    """Which cell gets which score: rows and columns from 0 in the whole sheet; `heading` is new when set."""

    cells: dict[int, float]
    column: int
    heading: str
    notes: list[str]


def fill(
    course: Course,
    template: Path,
    path: Path,
    *,
    project: str | None = None,
    column: str | None = None,
    out_of: float | None = None,
    cap: bool = False,
) -> Filled:
    """Write `template` (XLSX or CSV) to `path` with the scores of one project in it.

    Students are found by id. The column is `column`, else one named after the project, else one called 成绩,
    Grade and the like, else a new one. `out_of` scales the scores to that many points, `cap` keeps a bonus from taking them above the full ones. Formulas, other columns and the
    rows of other people stay as they are. Raises GraderError when project or column are not clear, when the
    sheet would lose something, or when nobody in it is ours.
    """
    if template.resolve() == path.resolve():
        raise GraderError(f"{path.name} 就是模板本身；请把结果存成另一个文件名，模板会保持原样")
    table = tabular.read(template, IDS)
    workbook = bool(table.sheet)
    if workbook != (path.suffix.lower() in (".xlsx", ".xlsm")):
        raise GraderError(
            f"模板是{'XLSX' if workbook else 'CSV'}，结果却要存成 {path.name}；请用同样的扩展名"
        )
    found = capped(rows(course)) if cap else rows(course)
    chosen = _project(found, project)
    graded = [row for row in found if row["assignment"] == chosen]
    plan = _plan(table, graded, _column(table, chosen, column), chosen, out_of)
    notes = (
        _into_workbook(template, path, table, plan) if workbook else _into_text(template, path, table, plan)
    )
    return Filled(path, len(plan.cells), [*plan.notes, *notes])


def _project(found: list[Row], project: str | None) -> str:
    known = sorted({str(row["assignment"]) for row in found})
    if project is None and len(known) == 1:
        return known[0]
    if project is None or project not in known:
        said = f"成绩册里没有项目 {project}" if project else "成绩册里的项目不止一个"
        raise GraderError(f"{said}；请用 --project 选一个：{'、'.join(known)}")
    return project


def _column(table: Table, project: str, wanted: str | None) -> int | None:
    plain = [heading.strip() for heading in table.headings]
    for names in [(wanted,)] if wanted else [(project,), *GRADES]:
        places = [place for place, heading in enumerate(plain) if heading in names]
        if len(places) > 1:
            there = "、".join(plain[place] for place in places)
            raise GraderError(f"模板里有几列都可能是成绩：{there}；请用 --column 写明填哪一列")
        if places:
            return places[0]
    if wanted:
        raise GraderError(f"模板里没有“{wanted}”一列；表头是：{'、'.join(filter(None, plain))}")
    return None


def _plan(table: Table, graded: list[Row], column: int | None, project: str, out_of: float | None) -> Plan:
    ours = {row["student_id"]: row for row in graded}
    found = max((_found(table, place, ours) for place in _id_columns(table)), key=len, default={})
    if not found:
        raise GraderError("模板里没有一个学号在成绩册里；请看看学号一列是否是文本，或模板是不是这个班的")
    scores = {
        line: ours[student]["score"] for line, student in found.items() if ours[student]["status"] == "graded"
    }
    if out_of:
        scale = {student: out_of / row["max_score"] for student, row in ours.items() if row["max_score"]}
        scores = {line: score * scale.get(found[line], 0.0) for line, score in scores.items()}
    place = len(table.headings) if column is None else column
    return Plan(scores, place, project if column is None else "", list(_notes(ours, found, column, project)))


def _notes(ours: dict[str, Row], found: dict[int, str], column: int | None, project: str) -> Iterator[str]:
    here = set(found.values())
    if column is None:
        yield f"模板里没有成绩一列，在最后加了一列“{project}”"
    for status, told in (("could_not_tell", "评不出分"), ("not_handed_in", "没有交")):
        if some := sorted(s for s in here if ours[s]["status"] == status):
            yield f"{len(some)} 人{told}，留空：{_some(some)}"
    over = [s for s in here if ours[s]["status"] == "graded" and ours[s]["score"] > ours[s]["max_score"]]
    if over:
        yield f"{len(over)} 人加上附加分超过满分：{_some(sorted(over))}；系统不收时请加上 --cap"
    if pending := sorted(s for s in here if ours[s]["by_hand_pending"]):
        yield f"{len(pending)} 人还有题等人工评分，分数会再变：{_some(pending)}"
    if absent := sorted(s for s in set(ours) - here if ours[s]["status"] == "graded"):
        yield f"{len(absent)} 人有成绩，但不在模板里：{_some(absent)}"


def _some(ids: list[str]) -> str:
    return "、".join(ids[:8]) + (" 等" if ids[8:] else "")


def _id_columns(table: Table) -> list[int]:
    names = {name.lower() for name in IDS}
    exact = [place for place, heading in enumerate(table.headings) if heading.strip().lower() in names]
    first = table.column(IDS)
    return exact or ([] if first is None else [first])


def _found(table: Table, place: int, ours: dict[str, Row]) -> dict[int, str]:
    """Return line (from 0, in the sheet) → id, also for ids that a spreadsheet robbed of their zeros."""
    short: dict[str, list[str]] = {}
    for student in ours:
        short.setdefault(tabular.without_zeros(student), []).append(student)
    found = {}
    for line, row in enumerate(table.rows, start=table.line):
        typed = row[place].text.lstrip("'") if place < len(row) else ""
        alike = [typed] if typed in ours else short.get(tabular.without_zeros(typed), []) if typed else []
        if len(alike) == 1:
            found[line] = alike[0]
    return found


def _into_workbook(template: Path, path: Path, table: Table, plan: Plan) -> list[str]:
    with zipfile.ZipFile(template) as parts:
        lost = sorted({name.split("/")[1] for name in parts.namelist() if name.startswith(LOST)})
    if lost:
        raise GraderError(
            f"{template.name} 里有图表或控件（{'、'.join(lost)}），重新保存会丢；请把名单一页另存成单独的文件再试"
        )
    book = tabular.workbook(template, formulas=True)
    sheet = book[table.sheet]
    if plan.heading:
        sheet.cell(table.line, plan.column + 1, plan.heading)
    formulas, changed = 0, 0
    for line, score in plan.cells.items():
        cell = sheet.cell(line + 1, plan.column + 1)
        if cell.data_type == "f":
            formulas += 1
            continue
        changed += _differs(cell.value, score)
        cell.value = round(score, 2)
    kept = io.BytesIO()
    book.save(kept)
    write(path, kept.getvalue())
    return _overwritten(changed, formulas)


def _into_text(template: Path, path: Path, table: Table, plan: Plan) -> list[str]:
    raw = template.read_bytes()
    text, encoding = tabular.text_of(raw, template.name)
    lines = list(csv.reader(io.StringIO(text, newline=""), delimiter=table.delimiter))
    changed = 0
    for line, score in plan.cells.items():
        row = lines[line]
        row += [""] * (plan.column + 1 - len(row))
        changed += _differs(row[plan.column], score)
        row[plan.column] = points(score)
    if plan.heading:
        head = lines[table.line - 1]
        head += [""] * (plan.column - len(head)) + [plan.heading]
    out = io.StringIO()
    ending = "\r\n" if "\r\n" in text else "\n"
    csv.writer(
        out, delimiter=table.delimiter, lineterminator=ending, quoting=_quoting(text, table)
    ).writerows(lines)
    marked = encoding != "utf-8-sig" or raw.startswith(b"\xef\xbb\xbf")
    write(path, out.getvalue().encode(encoding if marked else "utf-8"))
    return _overwritten(changed, 0)


def _quoting(text: str, table: Table) -> Literal[0, 1]:
    """Return whether the template puts every value in quotes."""
    first = text.splitlines()[0]
    return csv.QUOTE_ALL if first.count('"') >= 2 * (first.count(table.delimiter) + 1) else csv.QUOTE_MINIMAL


def _differs(before: Any, score: float) -> bool:
    try:
        return before not in (None, "") and round(float(before), 2) != round(score, 2)
    except (TypeError, ValueError):
        return True


def _overwritten(changed: int, formulas: int) -> list[str]:
    notes = [f"{changed} 格原来有别的内容，已改成新的分数"] if changed else []
    return notes + ([f"{formulas} 格是公式，没有改"] if formulas else [])
