"""Marks that a person gives: read, kept in the gradebook at once, and kept over every regrading."""

import hashlib
import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime
from functools import lru_cache
from pathlib import Path
from typing import Any

from grader import asked, lateness, marks, repair
from grader.course import Course
from grader.errors import GraderError
from grader.gradebook import scores

Place = tuple[str, str, str]
"""Student, notebook, task."""
LONGEST_COMMENT = 5_000


@dataclass(frozen=True)
class Answer:
    """One answer to be marked by a person, and the mark it has; `score` is None while it has none.

    `version` changes with mark, words and answer; `changed` tells that the answer is not the one that was
    marked.
    """

    student: str
    notebook: str
    task: str
    heading: str
    points: float
    text: str
    score: float | None
    comment: str
    pending: bool
    changed: bool
    version: str
    by_person: bool = True
    """Whether a person gave the score; an answer left blank has its 0 from the program."""

    @property
    def place(self) -> Place:
        """Where the answer is found."""
        return self.student, self.notebook, self.task


@dataclass(frozen=True)
class Kept:
    """One mark as it was given, beside a print of the answer it was given for."""

    student: str
    notebook: str
    task: str
    score: float
    comment: str
    answer: str
    at: str


class Conflict(GraderError):
    """Somebody else marked this answer in the meantime; `now` is the answer with that mark."""

    def __init__(self, now: Answer) -> None:
        given = "还没有分" if now.score is None else f"{now.score:g} 分"
        super().__init__(f"{now.student} 的 {now.task} 刚才在别处改过，现在是 {given}；请选用哪一个")
        self.now = now


def answers(course: Course, project: str, *, only: str | None = None) -> list[Answer]:
    """Return every answer of `project` (of student `only`) that a person marks, in order of task and student.

    Raises GraderError when the project is unknown.
    """
    course.require(project)
    released = course.home / "release" / project
    headings = {
        (task.notebook, task.name): task.heading
        for task in (asked.tasks(released) if released.is_dir() else [])
        if task.by_hand
    }
    kept = _load(course, project)
    texts: dict[str, dict[tuple[str, str], str]] = {}
    found = []
    with _book(course) as book:
        for student, notebook, grade, comment in _by_hand(book, project, only):
            if student not in texts:
                texts[student] = _texts(course, project, student)
            text = texts[student].get((notebook, grade.name))
            if text is None:  # nothing was graded: there is nothing to look at
                continue
            mark = kept.get((student, notebook, grade.name))
            heading = headings.get((notebook, grade.name), grade.name)
            found.append(_answer(student, notebook, grade, comment, text, heading, mark))
    order = {place: number for number, place in enumerate(headings)}
    return sorted(found, key=lambda one: (order.get((one.notebook, one.task), 999), one.task, one.student))


def give(
    course: Course,
    project: str,
    place: Place,
    *,
    score: float | None,
    comment: str,
    version: str,
    words_only: bool = False,
) -> Answer:
    """Write one mark (None takes it back) and its words into the gradebook; return the answer as it is now.

    With `words_only` the points stay as they are.

    Raises Conflict when the answer is no longer the `version` that was looked at, GraderError for a task
    that is not there or points that it does not have.
    """
    before = {one.place: one for one in answers(course, project, only=place[0])}.get(place)
    if before is None:
        raise GraderError(f"{place[0]} 的 {place[1]} 里没有人工题 {place[2]}；请重新打开人工评分")
    if score is not None and not 0 <= score <= before.points:
        raise GraderError(f"{place[2]} 的分数应在 0 到 {before.points:g} 之间，不是 {score:g}；请重新给分")
    if before.version != version:
        raise Conflict(before)
    comment = comment.strip()[:LONGEST_COMMENT]
    kept = _load(course, project)
    if words_only and place in kept:
        kept[place] = replace(kept[place], comment=comment)
    elif not words_only and score is None:
        kept.pop(place, None)
    elif not words_only and score is not None:
        kept[place] = Kept(*place, score, comment, _print(before.text), _now())
    with _book(course) as book:
        if not words_only:
            _write_points(book, project, place, score, pending=score is None)
        _write_words(book, project, place, comment)
    _save(course, project, kept)
    return next(one for one in answers(course, project, only=place[0]) if one.place == place)


def remember(course: Course, project: str) -> None:
    """Note every mark that a person gave anywhere (also in formgrader), before a regrading can disturb it."""
    if not (course.home / "gradebook.db").exists():
        return
    kept = _load(course, project)
    for one in answers(course, project):
        if one.score is not None and one.by_person and not one.pending:
            old = kept.get(one.place)
            if old is None or (old.score, old.comment) != (one.score, one.comment):
                kept[one.place] = Kept(*one.place, one.score, one.comment, _print(one.text), _now())
    if kept:
        _save(course, project, kept)


def settle(course: Course, project: str) -> list[Answer]:
    """Put the marks back that a regrading disturbed; return the answers that changed since they were marked.

    A mark stands when its answer is still the one that was marked; otherwise it stays visible and a person
    has to look again.
    """
    kept, again = _load(course, project), []
    for one in answers(course, project) if kept else []:
        mark = kept.get(one.place)
        if mark is None or not (one.pending or one.score is None):
            continue
        same = mark.answer == _print(one.text)
        with _book(course) as book:
            _write_points(book, project, one.place, mark.score, pending=not same)
            _write_words(book, project, one.place, mark.comment)
        if not same:
            again.append(replace(one, score=mark.score, comment=mark.comment, changed=True))
    refresh(course, project)
    return again


def refresh(course: Course, project: str) -> None:
    """Bring the points of the gradebook into the kept outcomes of `project`."""
    lateness.refresh(course, project)
    known = marks.with_points(marks.load(course, project), scores(course, project))
    if known:
        marks.save(course, project, known)


@contextmanager
def _book(course: Course) -> Iterator[Any]:
    from nbgrader.api import Gradebook

    if not (course.home / "gradebook.db").exists():
        raise GraderError(f"{course.home} 里没有成绩册 gradebook.db；请先运行 release 和 grade")
    with course.quietly("by_hand"), Gradebook(course.config().CourseDirectory.db_url, "crm") as book:
        yield book


def _by_hand(book: Any, project: str, only: str | None) -> Iterator[tuple[str, str, Any, str]]:
    """Yield student, notebook, grade and comment of each cell that a person marks."""
    from nbgrader.api import MissingEntry

    try:
        submissions = book.find_assignment(project).submissions
    except MissingEntry:
        return
    for submission in submissions:
        if only is not None and submission.student.id != only:
            continue
        for notebook in submission.notebooks:
            comments = {one.name: one.manual_comment or "" for one in notebook.comments}
            for grade in notebook.grades:
                if grade.name in comments:  # only what is an answer as well has room for words
                    yield submission.student.id, notebook.name, grade, comments[grade.name]


def _answer(
    student: str, notebook: str, grade: Any, comment: str, text: str, heading: str, mark: Kept | None
) -> Answer:
    score = grade.manual_score if grade.manual_score is not None else grade.auto_score
    told = f"{grade.manual_score}|{grade.auto_score}|{grade.needs_manual_grade}|{comment}|{text}"
    return Answer(
        student=student,
        notebook=notebook,
        task=grade.name,
        heading=heading,
        points=float(grade.max_score),
        text=text,
        score=None if score is None else float(score),
        comment=comment,
        pending=bool(grade.needs_manual_grade),
        changed=mark is not None and mark.answer != _print(text),
        version=hashlib.sha256(told.encode()).hexdigest()[:16],
        by_person=grade.manual_score is not None,
    )


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="seconds")


def _write_points(book: Any, project: str, place: Place, score: float | None, *, pending: bool) -> None:
    student, notebook, task = place
    grade = book.find_grade(task, notebook, project, student)
    grade.manual_score, grade.needs_manual_grade = score, pending
    book.db.commit()


def _write_words(book: Any, project: str, place: Place, comment: str) -> None:
    student, notebook, task = place
    book.find_comment(task, notebook, project, student).manual_comment = comment or None
    book.db.commit()


def _texts(course: Course, project: str, student: str) -> dict[tuple[str, str], str]:
    found: dict[tuple[str, str], str] = {}
    for path in sorted(course.step("autograded", student, project).glob("*.ipynb")):
        found |= {
            (path.stem, name): text for name, text in _graded_cells(path, path.stat().st_mtime_ns).items()
        }
    return found


@lru_cache(maxsize=4096)
def _graded_cells(path: Path, stamp: int) -> dict[str, str]:
    try:
        cells = repair.by_task(repair.read(path))
    except GraderError:  # told where it is graded; here it has nothing to mark
        return {}
    about = {name: cell["metadata"]["nbgrader"] for name, cell in cells.items()}
    return {
        name: str(cell["source"])
        for name, cell in cells.items()
        if about[name].get("grade") or about[name].get("task")
    }


def _print(text: str) -> str:
    return hashlib.sha256(text.strip().encode()).hexdigest()


def _load(course: Course, project: str) -> dict[Place, Kept]:
    path = course.home / "by_hand" / f"{project}.json"
    if not path.exists():
        return {}
    rows = [Kept(**row) for row in json.loads(path.read_text(encoding="utf-8"))]
    return {(row.student, row.notebook, row.task): row for row in rows}


def _save(course: Course, project: str, kept: dict[Place, Kept]) -> None:
    rows = [asdict(kept[place]) for place in sorted(kept)]
    path = course.home / "by_hand" / f"{project}.json"
    marks.write_whole(path, json.dumps(rows, ensure_ascii=False, indent=1) + "\n")
