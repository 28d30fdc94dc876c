"""The grades as a table for spreadsheets and learning platforms."""

import csv
import io
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
)


def export(course: Course, path: Path) -> Path:
    """Write all grades to `path` (nbgrader's columns, then status and open manual tasks) and return it.

    UTF-8 with a byte-order mark, so that spreadsheet programs show Chinese; written whole or not at all. A
    hand-in nobody could grade has no score there. Raises GraderError without a gradebook or a folder.
    """
    if not (course.home / "gradebook.db").exists():
        raise GraderError(f"{course.home} 里没有成绩册 gradebook.db；请先运行 release 和 grade")
    if not path.parent.is_dir():
        raise GraderError(f"文件夹 {path.parent} 不存在；请先建好它，或换一个地方存 {path.name}")
    out = io.StringIO()
    table = csv.DictWriter(out, COLUMNS, lineterminator="\n")
    table.writeheader()
    table.writerows(_rows(course))
    try:
        marks.write_whole(path, out.getvalue(), encoding="utf-8-sig")
    except OSError as error:
        raise GraderError(
            f"{path} 写不进去（{error.strerror}）；请先在表格软件里关闭它，或换个文件名"
        ) from error
    return path


def _rows(course: Course) -> list[dict[str, object]]:
    from nbgrader.api import Gradebook

    names = {student.id: student.name for student in roster.read(course.home / "roster.csv")}
    rows: list[dict[str, object]] = []
    with course.quietly("export"), Gradebook(course.config().CourseDirectory.db_url, "crm") as book:
        for assignment in book.assignments:
            outcomes = marks.load(course, assignment.name)
            submissions = {sub.student.id: sub for sub in assignment.submissions}
            for student in sorted({*names, *submissions, *outcomes, *(s.id for s in book.students)}):
                row = _row(submissions.get(student), outcomes.get(student), assignment)
                rows.append({**row, "student_id": student, "last_name": names.get(student, "")})
    return rows


def _row(submission: Any, mark: marks.Mark | None, assignment: Any) -> dict[str, object]:
    row: dict[str, object] = {
        "assignment": assignment.name,
        "duedate": assignment.duedate or "",
        "max_score": float(assignment.max_score),
        "raw_score": 0.0,
        "late_submission_penalty": 0.0,
        "score": 0.0,
        "status": "not_handed_in",
        "by_hand_pending": 0,
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
    return {**row, **points, "timestamp": stamp, "status": "graded", "by_hand_pending": pending}
