"""The only writer of grades: nbgrader's own rows in its own database, one transaction a hand-in."""

import sqlite3
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from uuid import uuid4

from grader import bonus, lateness
from grader.course import Course
from grader.plan import NotebookPlan, Plan
from grader.submission import Graded, Outcome

PATIENCE = 60.0
NO_RESPONSE = "No response."  # nbgrader's own words, which formgrader shows


def write(course: Course, plan: Plan, outcome: Outcome, *, unchanged: frozenset[tuple[str, str]]) -> None:
    """Enter the outcome of one hand-in, whole or not at all; manual points and comments stay.

    `unchanged` names the answers (notebook, task) whose text is what a person has already graded.
    """
    stamp = timestamp(course.step("submitted", outcome.student, plan.project))
    with closing(sqlite3.connect(course.home / "gradebook.db", timeout=PATIENCE, isolation_level=None)) as db:
        db.execute("BEGIN IMMEDIATE")
        try:
            db.execute("INSERT OR IGNORE INTO student (id) VALUES (?)", (outcome.student,))
            key = _submission(db, plan, outcome.student, stamp)
            for notebook in plan.notebooks:
                book = _row(db, "submitted_notebook", notebook_id=notebook.id, assignment_id=key)
                done = {task for name, task in unchanged if name == notebook.name}
                _notebook(db, book, notebook, outcome.notebooks.get(notebook.name), done)
            lateness.enter(course, db, plan.project, outcome.student)
            db.execute("COMMIT")
        except BaseException:
            db.execute("ROLLBACK")
            raise


def timestamp(submitted: Path) -> datetime | None:
    """Return when a hand-in came, in UTC; None when nothing readable says so (rules: nbgrader's parse_utc)."""
    from dateutil import parser, tz

    try:
        text = (submitted / "timestamp.txt").read_text(encoding="utf-8").strip()[:100]
        words = text.split(" ")
        if len(words) == 3:
            zone: Any = int(words[2]) if words[2].lstrip("+-").isdigit() else tz.gettz(words[2])
            when = parser.parse(" ".join([*words[:2], "TZ"]), tzinfos={"TZ": zone})
        else:
            when = parser.parse(text)
        return when if when.tzinfo is None else when.astimezone(UTC).replace(tzinfo=None)
    except (OSError, ValueError, OverflowError, TypeError):
        return None


def _submission(db: sqlite3.Connection, plan: Plan, student: str, stamp: datetime | None) -> str:
    key = _row(db, "submitted_assignment", assignment_id=plan.assignment_id, student_id=student)
    if stamp is not None:
        written = stamp.strftime(lateness.STAMP)
        db.execute("UPDATE submitted_assignment SET timestamp = ? WHERE id = ?", (written, key))
    return key


def _notebook(
    db: sqlite3.Connection, book: str, plan: NotebookPlan, graded: Graded | None, done: set[str]
) -> None:
    scores = {score.task: score for score in graded.scores} if graded else {}
    for task in plan.tasks.values():
        grade = _row(db, "grade", notebook_id=book, cell_id=task.cell_id)
        score = scores.get(task.name)
        auto = 0.0 if graded is None else score.auto if score else None
        manual, waiting = db.execute(
            "SELECT manual_score, needs_manual_grade FROM grade WHERE id = ?", (grade,)
        ).fetchone()
        theirs = bool(task.bonus) and bonus.enter(db, grade, score.bonus if score else 0.0)
        if manual is None:
            waiting = (score.wants_person if score else auto is None) and not theirs
        elif task.name not in done:
            waiting = True
        db.execute(
            "UPDATE grade SET auto_score = ?, needs_manual_grade = ? WHERE id = ?",
            (auto, bool(waiting), grade),
        )
    for name, cell in plan.comments.items():
        comment = _row(db, "comment", notebook_id=book, cell_id=cell)
        empty = graded is not None and name in graded.unanswered and not _is_task(plan, name)
        text = NO_RESPONSE if empty else None
        db.execute("UPDATE comment SET auto_comment = ? WHERE id = ?", (text, comment))


def _is_task(plan: NotebookPlan, name: str) -> bool:
    return name in plan.tasks and plan.tasks[name].kind == "TaskCell"


def _row(db: sqlite3.Connection, table: str, **keys: str) -> str:
    """Return the id of the row with these keys; make it, with nbgrader's defaults, when it is not there."""
    where = " AND ".join(f"{name} = ?" for name in keys)
    found = db.execute(f"SELECT id FROM {table} WHERE {where}", tuple(keys.values())).fetchone()
    if found:
        return str(found[0])
    more = {"grade": {"needs_manual_grade": True}, "submitted_notebook": {"flagged": False}}.get(table, {})
    row = {"id": uuid4().hex, **keys, **more}
    names, places = ", ".join(row), ", ".join("?" * len(row))
    db.execute(f"INSERT INTO {table} ({names}) VALUES ({places})", tuple(row.values()))
    return str(row["id"])
