"""A gradebook written down instead of earned: for tests of what reads it."""

from dataclasses import replace
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from grader import marks
from grader.course import Course
from grader.gradebook import scores
from grader.marks import Mark

PROJECT = "project01_tiny"
LAB = "lab1_sum"
TASKS: dict[str, tuple[float, str]] = {"total": (4.0, "code"), "why": (2.0, "markdown")}
Points = dict[str, dict[str, float | None]]


def keep(
    course: Course,
    points: Points,
    *,
    project: str = PROJECT,
    tasks: dict[str, tuple[float, str]] = TASKS,
    undecided: dict[str, str] | None = None,
) -> Course:
    """Enter points by student and task (None: a person has to look), and hand-ins that could not be graded."""
    from nbgrader.api import Gradebook

    course.home.mkdir(parents=True, exist_ok=True)
    (course.home / "gradebook.db").write_bytes(_blank())
    with course.quietly("books"), Gradebook(course.config().CourseDirectory.db_url, "crm") as book:
        book.update_or_create_assignment(project)
        book.update_or_create_notebook(LAB, project)
        for name, (most, kind) in tasks.items():
            book.update_or_create_grade_cell(name, LAB, project, max_score=most, cell_type=kind)
            if kind == "markdown":
                book.update_or_create_solution_cell(name, LAB, project)
        for student, earned in points.items():
            book.update_or_create_student(student)
            book.update_or_create_submission(project, student)
            for name, score in earned.items():
                grade = book.find_grade(name, LAB, project, student)
                grade.auto_score, grade.needs_manual_grade = score, score is None
            book.db.commit()
    known = {who: Mark(who, project, "graded", 0.0, 6.0) for who in points}
    for who, one in scores(course, project).items():
        known[who] = replace(
            known[who], score=one.score, max_score=one.max_score, by_hand_pending=one.by_hand_pending
        )
    for who, note in (undecided or {}).items():
        known[who] = Mark(who, project, "could_not_tell", None, 6.0, note=note)
    marks.save(course, project, known)
    return course


@cache
def _blank() -> bytes:
    """Return an empty gradebook; nbgrader starts another program to make one, so it is made once."""
    from nbgrader.api import Gradebook

    with TemporaryDirectory() as folder:
        course = Course(Path(folder) / "course", Path(folder))
        with course.quietly("blank"), Gradebook(course.config().CourseDirectory.db_url, "crm"):
            pass
        return (course.home / "gradebook.db").read_bytes()


def listed(course: Course, *students: tuple[str, str, str]) -> None:
    """Write the class list of `course`: id, name, class."""
    lines = [",".join(one) for one in (("id", "name", "class"), *students)]
    course.home.mkdir(parents=True, exist_ok=True)
    (course.home / "roster.csv").write_text("\n".join(lines) + "\n", encoding="utf-8")


def everything(course: Course, project: str = PROJECT) -> dict[str, Any]:
    """Return task → score by student, as the gradebook now says."""
    return {who: {t.task: t.score for t in one.tasks} for who, one in scores(course, project).items()}
