"""Marks the hand-ins of one project, side by side; none of them can stop the class."""

import hashlib
import os
from collections.abc import Callable, Iterator
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from dataclasses import replace
from typing import Any

from grader import autograded, cluster, lateness, ledger, marks, model, plain, plan, roster
from grader.children import ForkServer, Unprotected
from grader.course import Course
from grader.errors import GraderError
from grader.gradebook import scores
from grader.marks import Mark
from grader.plan import Plan
from grader.setting import Environment, Setting
from grader.submission import Marker, Outcome

ENGINE = "2"  # part of every fingerprint: raised when the same hand-in may get another grade
PYTHON = ("python", "python3")


def mark(
    course: Course,
    project: str,
    students: list[str] | None = None,
    force: bool = False,
    *,
    environment: Environment | None = None,
    setting: Setting | None = None,
    progress: Callable[[list[str]], Any] = iter,
) -> list[Mark]:
    """Grade what was handed in for `project` and return one Mark per student, in order of id.

    A hand-in that did not change since it was graded is left alone unless `force`. Each outcome is kept as
    soon as it is there, so a grading that was cut off goes on where it stopped. Raises GraderError when nothing
    was released, a named student handed in nothing, or the machine cannot protect itself.
    """
    course.require(project)
    setting = setting or Setting()
    if environment is not None:
        setting = replace(setting, environment=environment)
    work = plan.load(course, project)
    known = marks.load(course, project)
    chosen = _chosen(course, project, students)
    prints = {student: _fingerprint(course, work, student) for student in chosen}
    due = [who for who in chosen if force or not _settled(course, project, known.get(who), prints[who])]
    listed = {student.id for student in roster.read(course.home / "roster.csv")}
    bar = iter(progress(chosen))
    for _student in range(len(chosen) - len(due)):
        next(bar, None)
    for made in _marked(course, work, setting, due):
        flags = ("unlisted",) if listed and made.student not in listed else ()
        known[made.student] = replace(made, fingerprint=prints[made.student], flags=made.flags + flags)
        marks.note(course, project, known[made.student])
        next(bar, None)
    next(bar, None)
    lateness.refresh(course, project)
    known = marks.with_points(known, scores(course, project))
    marks.save(course, project, known)
    return [known[student] for student in chosen]


def handed_in(course: Course, project: str) -> list[str]:
    """Return the ids of all students with a hand-in for `project`."""
    return sorted(folder.parent.name for folder in (course.home / "submitted").glob(f"*/{project}"))


def _chosen(course: Course, project: str, students: list[str] | None) -> list[str]:
    there = handed_in(course, project)
    absent = sorted(set(students or []) - set(there))
    if absent:
        raise GraderError(
            f"学生 {'、'.join(absent)} 没有交过 {project}；请先用 collect 收作业，或检查学号是否写对"
        )
    return there if students is None else sorted(set(students))


def _settled(course: Course, project: str, old: Mark | None, fingerprint: str) -> bool:
    if old is None or not fingerprint or old.fingerprint != fingerprint or old.status != "graded":
        return False
    return course.step("autograded", old.student, project).is_dir()


def _fingerprint(course: Course, work: Plan, student: str) -> str:
    """Return a hash of all that decides a grade: the hand-in, the course's part, and our own rules.

    Of a hand-in that cannot be read there is none: it is graded anew each time, and told about then.
    """
    seen = hashlib.sha256(f"{ENGINE} {work.fingerprint}".encode())
    submitted = course.step("submitted", student, work.project)
    try:
        for path in sorted(p for p in submitted.rglob("*") if p.is_file() and not p.is_symlink()):
            seen.update(path.relative_to(submitted).as_posix().encode("utf-8", "surrogateescape") + b"\0")
            seen.update(path.read_bytes())
    except (OSError, RecursionError):
        return ""
    return seen.hexdigest()


def _marked(course: Course, work: Plan, setting: Setting, due: list[str]) -> Iterator[Mark]:
    """Grade hand-ins on all cores and yield each Mark when it is kept; a few at a time, so memory stays flat."""
    if not due:
        return
    strange = [notebook.name for notebook in work.notebooks if notebook.language not in PYTHON]
    if strange:
        yield from _by_nbgrader(course, work, setting, due, strange)
        return
    workers = setting.workers or os.cpu_count() or 1
    warm = (*setting.preload, *work.imports)
    with ForkServer(warm, unsafe=setting.unsafe) as server, ThreadPoolExecutor(workers) as pool:
        marker = Marker(work, setting, server, course.cell_seconds)
        found = model.findings(course, marker, due[0], fingerprint=f"{ENGINE} {work.fingerprint}")
        if setting.dask:
            for answer in cluster.graded(course, work, setting, due, weak=found.weak):
                yield answer if isinstance(answer, Mark) else _kept_or_told(course, work, answer)
            return
        marker = replace(marker, weak=found.weak)
        slots = list(range(workers))
        waiting, running = iter(due), dict[Future[Outcome | Mark], int]()
        while True:
            while slots and (student := next(waiting, None)) is not None:
                slot = slots.pop()
                running[pool.submit(grade_one, course, marker, student, slot)] = slot
            if not running:
                return
            done, _rest = wait(running, return_when=FIRST_COMPLETED)
            for future in done:
                slots.append(running.pop(future))
                outcome = future.result()
                yield outcome if isinstance(outcome, Mark) else _kept_or_told(course, work, outcome)


def grade_one(course: Course, marker: Marker, student: str, slot: int) -> Outcome | Mark:
    """Return what became of one hand-in; only a machine that cannot protect itself ends the class (Unprotected)."""
    unknown = Mark(student, marker.plan.project, "could_not_tell", None, marker.plan.max_score)
    try:
        return marker.grade(student, course.step("submitted", student, marker.plan.project), slot=slot)
    except Unprotected:
        raise
    except GraderError as error:
        return replace(unknown, note=str(error))
    except Exception as error:  # one hand-in must never end the class; the cause is told instead
        return replace(unknown, note=_our_fault(error))


def _our_fault(error: Exception) -> str:
    return f"评分时出错：{type(error).__name__}: {_short(error)}；请把这句话告诉维护者"


def _kept_or_told(course: Course, work: Plan, outcome: Outcome) -> Mark:
    try:
        return _kept(course, work, outcome)
    except Exception as error:  # a full disk, a name that no table takes: the rest of the class goes on
        unknown = Mark(outcome.student, work.project, "could_not_tell", None, work.max_score)
        return replace(unknown, note=_our_fault(error))


def _kept(course: Course, work: Plan, outcome: Outcome) -> Mark:
    """Enter an outcome in the gradebook and the autograded folder, and return its Mark."""
    same = autograded.unchanged_answers(course, work, outcome)
    ledger.write(course, work, outcome, unchanged=same)
    autograded.write(course, work, outcome)
    notes = [*outcome.causes, *outcome.notes]
    stamp = course.step("submitted", outcome.student, work.project) / "timestamp.txt"
    if stamp.exists() and ledger.timestamp(stamp.parent) is None:
        notes.append("交作业的时间读不出来，按没有时间处理")
    made = Mark(
        outcome.student,
        work.project,
        "graded" if outcome.could_tell else "could_not_tell",
        0.0 if outcome.could_tell else None,
        work.max_score,
        note="；".join(notes),
        flags=tuple(outcome.flags),
    )
    return made


def _by_nbgrader(
    course: Course, work: Plan, setting: Setting, due: list[str], strange: list[str]
) -> Iterator[Mark]:
    if not setting.unsafe:
        raise GraderError(
            f"笔记本 {'、'.join(strange)} 用的不是 Python，只能不加保护地评分；确认后请加上 --unsafe 再评"
        )
    names = [notebook.name for notebook in work.notebooks]
    for student in due:
        made = Mark(student, work.project, "graded", 0.0, work.max_score, flags=("unprotected",))
        try:
            notes = plain.autograde(course, work.project, student, names, setting.environment(student))
            yield replace(made, note="；".join(notes))
        except Exception as error:  # one hand-in must never end the class
            yield replace(made, status="could_not_tell", score=None, note=_short(error))


def _short(error: Exception) -> str:
    return str(error).strip().splitlines()[0][:200] if str(error).strip() else type(error).__name__
