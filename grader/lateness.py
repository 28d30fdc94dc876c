"""When a project is due, and what lateness costs: a share of its points for every day begun."""

import json
import math
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from dataclasses import asdict, dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from grader.course import Course
from grader.errors import GraderError
from grader.marks import write_whole

DAY = 86_400.0
PATIENCE = 60.0
Book = tuple[str, float, float]  # a submitted notebook, the points earned in it, and its full points
SUBMITTED = """
SELECT s.id, s.student_id, s.timestamp, s.extension, a.duedate FROM submitted_assignment s
JOIN assignment a ON a.id = s.assignment_id WHERE a.name = ? AND (? IS NULL OR s.student_id = ?)
"""
BOOKS = """
SELECT n.id, SUM(COALESCE(g.manual_score, g.auto_score, 0) + COALESCE(g.extra_credit, 0)),
       SUM(COALESCE(gc.max_score, tc.max_score, 0))
FROM submitted_notebook n JOIN grade g ON g.notebook_id = n.id
LEFT JOIN grade_cells gc ON gc.id = g.cell_id LEFT JOIN task_cells tc ON tc.id = g.cell_id
WHERE n.assignment_id = ? GROUP BY n.id
"""
STAMP = "%Y-%m-%d %H:%M:%S.%f"  # of nbgrader's database, in UTC


@dataclass(frozen=True)
class LateRule:
    """`percent` of the full points for every day begun, never more than was earned; GraderError if it is no share.

    A bonus does not make lateness dearer, and saves nobody when lateness costs all points.
    """

    percent: float

    def __post_init__(self) -> None:
        if not 0 <= self.percent <= 100:
            raise GraderError(f"每迟一天扣 {self.percent:g}%：要在 0 到 100 之间；请改一下")

    def penalty(self, seconds: float, *, score: float, max_score: float) -> float:
        """Return the points taken off for being `seconds` late."""
        share = self.percent / 100 * math.ceil(max(seconds, 0.0) / DAY)
        return score if share >= 1 else min(score, max_score * share)


def moment_of(when: str) -> datetime:
    """Return a time as people write it, of this machine's zone unless it names one, in UTC; GraderError for others."""
    try:
        return datetime.fromisoformat(when.strip()).astimezone(UTC)
    except (ValueError, OverflowError) as error:
        raise GraderError(f'截止时间 {when} 读不出来；请写成 "2026-12-01 23:59" 这样') from error


def due(course: Course, project: str, when: str) -> datetime:
    """Note when a released project is due; return it in UTC. GraderError as `moment_of`, or if it was not released."""
    moment = moment_of(when)
    book = course.home / "gradebook.db"
    changed = 0
    if book.exists():
        with closing(sqlite3.connect(book, timeout=PATIENCE)) as db, db:
            change = "UPDATE assignment SET duedate = ? WHERE name = ?"
            changed = db.execute(change, (moment.strftime(STAMP), project)).rowcount
    if not changed:
        raise GraderError(f"项目 {project} 还没有发布，记不下截止时间；请先 release")
    return moment


def keep(course: Course, project: str, percent: float) -> LateRule:
    """Keep what lateness in `project` costs; 0 takes the rule away. Raises GraderError for an impossible share."""
    made = LateRule(percent)
    rules = {name: told for name, told in _all(course).items() if name != project}
    if percent:
        rules[project] = asdict(made)
    write_whole(_path(course), json.dumps(rules, ensure_ascii=False, indent=1) + "\n")
    return made


def rule(course: Course, project: str) -> LateRule | None:
    """Return what lateness in `project` costs, None where nothing was arranged."""
    told = _all(course).get(project)
    return LateRule(told["percent"]) if told else None


def refresh(course: Course, project: str) -> None:
    """Set the penalties of all hand-ins of `project` anew: a due date, a rule or a person's points may have changed."""
    book = course.home / "gradebook.db"
    if book.exists():
        with closing(sqlite3.connect(book, timeout=PATIENCE)) as db, db:
            enter(course, db, project)


def enter(course: Course, db: sqlite3.Connection, project: str, student: str | None = None) -> None:
    """Set the penalty of each notebook of one student, or of all: by the class's own rule, else by nbgrader's plugin."""
    for key, who, stamp, extension, duedate in db.execute(SUBMITTED, (project, student, student)).fetchall():
        db.execute(
            "UPDATE submitted_notebook SET late_submission_penalty = NULL WHERE assignment_id = ?", (key,)
        )
        seconds = _seconds_late(stamp, duedate, extension)
        if seconds <= 0:
            continue
        books = db.execute(BOOKS, (key,)).fetchall()
        own = rule(course, project)
        made = _by_rule(own, books, seconds) if own else _by_plugin(course, project, who, books, seconds)
        for book, penalty in made:
            db.execute(
                "UPDATE submitted_notebook SET late_submission_penalty = ? WHERE id = ?", (penalty, book)
            )


def _by_rule(own: LateRule, books: list[Book], seconds: float) -> Iterator[tuple[str, float]]:
    for book, score, most in books:
        yield book, own.penalty(seconds, score=score, max_score=most)


def _by_plugin(
    course: Course, project: str, student: str, books: list[Book], seconds: float
) -> Iterator[tuple[str, float]]:
    from nbgrader.preprocessors import AssignLatePenalties

    with course.quietly(f"{project}-{student}-late"):
        step = AssignLatePenalties(config=course.config())
        step.init_plugin()
        for book, score, _most in books:
            penalty = step.plugin_inst.late_submission_penalty(student, score, seconds)
            if penalty is not None:
                yield book, min(max(0.0, float(penalty)), score)


def _seconds_late(stamp: str | None, duedate: str | None, extension: str | None) -> float:
    if stamp is None or duedate is None:
        return 0.0
    due_at = datetime.fromisoformat(duedate)
    if extension:  # kept by nbgrader as a moment counted from 1970
        due_at += datetime.fromisoformat(extension) - datetime(1970, 1, 1)
    return max(timedelta(0), datetime.fromisoformat(stamp) - due_at).total_seconds()


def _all(course: Course) -> dict[str, dict[str, float]]:
    path = _path(course)
    if not path.exists():
        return {}
    try:
        return {
            str(name): {"percent": float(told["percent"])}
            for name, told in json.loads(path.read_text("utf-8")).items()
        }
    except (ValueError, TypeError, KeyError, AttributeError) as error:
        raise GraderError(f"{path} 读不出来；请删掉它，再用 release --due --late 定一次") from error


def _path(course: Course) -> Path:
    return course.home / "late.json"
