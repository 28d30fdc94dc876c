"""What the gradebook holds about one project; the only reader of nbgrader's database."""

import sqlite3
from contextlib import closing
from dataclasses import dataclass
from typing import Any

from grader import bonus
from grader.course import Course
from grader.errors import GraderError

# nbgrader's own rules (its api.py): a person's points stand before the machine's, extra credit comes on top
# of either; an answer nobody and nothing has given points counts as 0
EARNED = (
    "COALESCE(g.manual_score, g.auto_score, 0.0), "
    "CASE WHEN COALESCE(g.manual_score, g.auto_score) IS NULL THEN 0.0 ELSE COALESCE(g.extra_credit, 0.0) END"
)
TASKS = f"""
SELECT a.student_id, n.name, b.name, g.needs_manual_grade, {EARNED},
       COALESCE(gc.max_score, tc.max_score, 0.0), c.manual_comment
FROM submitted_assignment a
JOIN submitted_notebook s ON s.assignment_id = a.id
JOIN notebook n ON n.id = s.notebook_id
JOIN grade g ON g.notebook_id = s.id
JOIN base_cell b ON b.id = g.cell_id
LEFT JOIN grade_cells gc ON gc.id = b.id
LEFT JOIN task_cells tc ON tc.id = b.id
LEFT JOIN base_cell w ON w.notebook_id = b.notebook_id AND w.name = b.name AND w.type IN ('SolutionCell', 'TaskCell')
LEFT JOIN comment c ON c.cell_id = w.id AND c.notebook_id = s.id
WHERE a.assignment_id = (SELECT id FROM assignment WHERE name = ?)
ORDER BY a.student_id, n.name, g.rowid
"""
SUBMITTED = (
    "SELECT student_id FROM submitted_assignment "
    "WHERE assignment_id = (SELECT id FROM assignment WHERE name = ?) ORDER BY student_id"
)
PENALTIES = """
SELECT a.student_id, n.name, s.late_submission_penalty
FROM submitted_assignment a JOIN submitted_notebook s ON s.assignment_id = a.id JOIN notebook n ON n.id = s.notebook_id
WHERE a.assignment_id = (SELECT id FROM assignment WHERE name = ?) AND s.late_submission_penalty > 0
"""
MOST = """
SELECT COALESCE(SUM(COALESCE(gc.max_score, tc.max_score)), 0.0)
FROM notebook n JOIN base_cell b ON b.notebook_id = n.id
LEFT JOIN grade_cells gc ON gc.id = b.id LEFT JOIN task_cells tc ON tc.id = b.id
WHERE n.assignment_id = (SELECT id FROM assignment WHERE name = ?)
"""


@dataclass(frozen=True)
class TaskScore:
    """The points of one graded cell of one student; `score` is None while a person has to look.

    `comment` is what a person wrote beside it. `bonus` comes on top: the extra credit of a machine or a person;
    `most_bonus` is what the machine gives at most.
    """

    notebook: str
    task: str
    score: float | None
    max_score: float
    comment: str = ""
    bonus: float = 0.0
    most_bonus: float = 0.0

    @property
    def won(self) -> bool:
        """Whether nothing is left to win here."""
        return (
            self.score is not None and self.score >= self.max_score and self.bonus + 1e-9 >= self.most_bonus
        )


@dataclass(frozen=True)
class Score:
    """What one student has earned in one project, in points; `score` is what is left after a penalty for lateness.

    It has the bonus in it and may so lie above `max_score`.
    """

    student: str
    score: float
    max_score: float
    by_hand_pending: int
    tasks: tuple[TaskScore, ...]
    penalties: tuple[tuple[str, float], ...] = ()
    """By notebook, points taken off because it came late."""

    @property
    def raw(self) -> float:
        """The points of all tasks, before any penalty and without any bonus."""
        return sum(task.score or 0.0 for task in self.tasks)

    @property
    def bonus(self) -> float:
        """The points on top of all tasks, before any penalty."""
        return sum(task.bonus for task in self.tasks)


def scores(course: Course, project: str) -> dict[str, Score]:
    """Return what the gradebook holds about `project`, by student; empty before the first release.

    Raises GraderError when the file is no gradebook.
    """
    if not (course.home / "gradebook.db").exists():
        return {}
    earned: dict[str, float] = {}
    whole = max_score(course, project)
    tasks: dict[str, list[TaskScore]] = {who: [] for (who,) in _rows(course, SUBMITTED, project)}
    extra = bonus.of_release(course.home / "release" / project)
    for who, notebook, name, waits, points, more, most, comment in _rows(course, TASKS, project):
        score = None if waits else float(points)
        on_top = 0.0 if most else extra.get((notebook, name), 0.0)
        tasks[who].append(TaskScore(notebook, name, score, float(most), comment or "", float(more), on_top))
        earned[who] = earned.get(who, 0.0) + float(points) + float(more)
    late: dict[str, list[tuple[str, float]]] = {}
    for who, notebook, points in _rows(course, PENALTIES, project):
        late.setdefault(who, []).append((notebook, float(points)))
    return {
        who: Score(
            student=who,
            score=max(0.0, earned.get(who, 0.0) - sum(points for _, points in late.get(who, ()))),
            max_score=whole,
            by_hand_pending=sum(task.score is None for task in each),
            tasks=tuple(each),
            penalties=tuple(late.get(who, ())),
        )
        for who, each in tasks.items()
    }


def max_score(course: Course, project: str) -> float:
    """Return the points that can be earned in `project`, 0 when it was never released."""
    if not (course.home / "gradebook.db").exists():
        return 0.0
    return float(_rows(course, MOST, project)[0][0])


def _rows(course: Course, query: str, project: str) -> list[Any]:
    book = course.home / "gradebook.db"
    try:
        with closing(sqlite3.connect(f"{book.resolve().as_uri()}?mode=ro", uri=True)) as db:
            return db.execute(query, (project,)).fetchall()
    except sqlite3.DatabaseError as error:
        raise GraderError(f"成绩册 {book} 读不出来：{error}；请用备份恢复它") from error
