"""What the gradebook holds about one project; the only reader of nbgrader's database."""

from dataclasses import dataclass
from typing import Any

from grader.course import Course


@dataclass(frozen=True)
class TaskScore:
    """The points of one graded cell of one student; `score` is None while a person has to look.

    `comment` is what a person wrote beside it.
    """

    notebook: str
    task: str
    score: float | None
    max_score: float
    comment: str = ""


@dataclass(frozen=True)
class Score:
    """What one student has earned in one project, in points."""

    student: str
    score: float
    max_score: float
    by_hand_pending: int
    tasks: tuple[TaskScore, ...]


def scores(course: Course, project: str) -> dict[str, Score]:
    """Return what the gradebook holds about `project`, by student; empty before the first release."""
    from nbgrader.api import Gradebook, MissingEntry

    if not (course.home / "gradebook.db").exists():
        return {}
    with course.quietly("gradebook"), Gradebook(course.config().CourseDirectory.db_url, "crm") as book:
        try:
            submissions = book.find_assignment(project).submissions
        except MissingEntry:
            return {}
        return {sub.student.id: _score(sub) for sub in submissions}


def max_score(course: Course, project: str) -> float:
    """Return the points that can be earned in `project`, 0 when it was never released."""
    from nbgrader.api import Gradebook, MissingEntry

    with course.quietly("gradebook"), Gradebook(course.config().CourseDirectory.db_url, "crm") as book:
        try:
            return float(book.find_assignment(project).max_score)
        except MissingEntry:
            return 0.0


def _score(submission: Any) -> Score:
    comments = {
        (notebook.name, one.name): one.manual_comment or ""
        for notebook in submission.notebooks
        for one in notebook.comments
    }
    tasks = tuple(
        TaskScore(
            notebook=notebook.name,
            task=grade.name,
            score=None if grade.needs_manual_grade else float(grade.score),
            max_score=float(grade.max_score),
            comment=comments.get((notebook.name, grade.name), ""),
        )
        for notebook in sorted(submission.notebooks, key=lambda n: n.name)
        for grade in notebook.grades
    )
    return Score(
        student=submission.student.id,
        score=float(submission.score),
        max_score=float(submission.max_score),
        by_hand_pending=sum(task.score is None for task in tasks),
        tasks=tasks,
    )
