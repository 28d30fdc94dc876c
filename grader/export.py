"""The grades as a table for spreadsheets and learning platforms."""

import csv
import io
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from grader import marks, roster
from grader.course import Course
from grader.errors import GraderError

COLUMNS = (
    "assignment",
    "duedate",
    "timestamp",
    "student_id",
    "last_name",
    "first_name",
    "email",
    "raw_score",
    "late_submission_penalty",
    "score",
    "max_score",
    "status",
    "by_hand_pending",
    "bonus",
)
FORMATS = ("nbgrader", "moodle", "canvas")
FORMULA_SIGNS = ("=", "+", "-", "@", "\t", "\r")
Row = dict[str, Any]


def export(course: Course, path: Path, *, form: str = "nbgrader", cap: bool = False) -> Path:
    """Write all grades to `path` and return it.

    Scores have the bonus in them, which stands once more in a column of our own table; with `cap` no score
    is above the full points.

    `form` is nbgrader (one line a student and project, with status and open manual tasks), moodle or canvas
    (one line a student, one column a project). UTF-8 with a byte-order mark, so that spreadsheet programs
    show Chinese; written whole or not at all. A hand-in nobody could grade has no score there. Raises
    GraderError for an unknown form, or without a gradebook or a folder.
    """
    if form not in FORMATS:
        raise GraderError(f"没有成绩表格式 {form}；可用的格式：{'、'.join(FORMATS)}")
    found = capped(rows(course)) if cap else rows(course)
    out = io.StringIO()
    if form == "nbgrader":
        table = csv.DictWriter(out, COLUMNS, lineterminator="\n")
        table.writeheader()
        table.writerows(found)
    else:
        csv.writer(out, lineterminator="\n").writerows(_by_student(course, found, form))
    write(path, out.getvalue().encode("utf-8-sig"))
    return path


def write(path: Path, content: bytes) -> None:
    """Write `path` whole or not at all; raise GraderError when its folder is not there or it is in use."""
    if not path.parent.is_dir():
        raise GraderError(f"文件夹 {path.parent} 不存在；请先建好它，或换一个地方存 {path.name}")
    draft = path.with_name(path.name + ".part")
    try:
        draft.write_bytes(content)
        draft.replace(path)
    except OSError as error:
        raise GraderError(
            f"{path} 写不进去（{error.strerror}）；请先在表格软件里关闭它，或换个文件名"
        ) from error
    finally:
        draft.unlink(missing_ok=True)


def rows(course: Course) -> list[Row]:
    """Return one row per project and student, by `COLUMNS`; raise GraderError without a gradebook."""
    from nbgrader.api import Gradebook

    if not (course.home / "gradebook.db").exists():
        raise GraderError(f"{course.home} 里没有成绩册 gradebook.db；请先运行 release 和 grade")
    names = {student.id: student.name for student in roster.read(course.home / "roster.csv")}
    found: list[Row] = []
    with course.quietly("export"), Gradebook(course.config().CourseDirectory.db_url, "crm") as book:
        for assignment in book.assignments:
            outcomes = marks.load(course, assignment.name)
            submissions = {sub.student.id: sub for sub in assignment.submissions}
            for student in sorted({*names, *submissions, *outcomes, *(s.id for s in book.students)}):
                row = _row(submissions.get(student), outcomes.get(student), assignment)
                called = no_formula(names.get(student, ""))
                found.append({**row, "student_id": student, "last_name": called})
    return found


def capped(found: list[Row]) -> list[Row]:
    """Return the rows with no score above the full points: not every platform takes one."""
    return [
        {**row, "score": row["score"] if row["score"] == "" else min(row["score"], row["max_score"])}
        for row in found
    ]


def no_formula(text: str) -> str:
    """Return a name that no spreadsheet takes for a formula."""
    return f"'{text}" if text.startswith(FORMULA_SIGNS) else text


def points(score: float) -> str:
    """Return a score as people write it: 4 rather than 4.0, at most two decimals."""
    return f"{round(score, 2):g}"


def _row(submission: Any, mark: marks.Mark | None, assignment: Any) -> Row:
    row: Row = {
        "assignment": assignment.name,
        "duedate": assignment.duedate or "",
        "max_score": float(assignment.max_score),
        "raw_score": 0.0,
        "late_submission_penalty": 0.0,
        "score": 0.0,
        "status": "not_handed_in",
        "by_hand_pending": 0,
        "bonus": 0.0,
    }
    if mark is not None and mark.status == "could_not_tell":
        return {**row, "raw_score": "", "score": "", "status": mark.status}
    if submission is None:
        return row
    penalty = float(submission.late_submission_penalty or 0)
    raw = float(submission.score)
    pending = sum(g.needs_manual_grade for n in submission.notebooks for g in n.grades)
    stamp = submission.timestamp or ""
    points = {"raw_score": raw, "late_submission_penalty": penalty, "score": max(0.0, raw - penalty)}
    bonus = sum(float(g.extra_credit or 0) for n in submission.notebooks for g in n.grades)
    told = {"timestamp": stamp, "status": "graded", "by_hand_pending": pending, "bonus": bonus}
    return {**row, **points, **told}


def _by_student(course: Course, found: list[Row], form: str) -> Iterable[list[str]]:
    """Yield the lines of a platform's table; who handed in nothing, or cannot be graded, has an empty cell."""
    listed = {student.id: student for student in roster.read(course.home / "roster.csv")}
    most = {row["assignment"]: row["max_score"] for row in found}
    scores = {
        (row["student_id"], row["assignment"]): points(row["score"])
        for row in found
        if row["status"] == "graded"
    }
    students = [*listed, *sorted({row["student_id"] for row in found} - set(listed))]
    if form == "moodle":
        yield ["ID number", "Full name", *most]
    else:
        yield ["Student", "ID", "SIS User ID", "SIS Login ID", "Section", *most]
        yield ["    Points Possible", "", "", "", "", *(points(value) for value in most.values())]
    for student in students:
        known = listed.get(student, roster.Student(student))
        name, group = no_formula(known.name), no_formula(known.group)
        head = [student, name] if form == "moodle" else [name or student, "", student, student, group]
        yield [*head, *(scores.get((student, assignment), "") for assignment in most)]
