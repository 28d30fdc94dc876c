"""Marks the hand-ins of one project, one student after another; none of them can stop the class."""

import hashlib
import os
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

from grader import marks, repair, roster
from grader.course import Course
from grader.errors import GraderError
from grader.gradebook import max_score, scores
from grader.marks import Mark

Environment = Callable[[str], dict[str, str]]
TIDIED = "tidied"
OTHER_RELEASES = ("release-en",)


def mark(
    course: Course,
    project: str,
    students: list[str] | None = None,
    force: bool = False,
    environment: Environment = lambda student: {},
    progress: Callable[[list[str]], Any] = iter,
) -> list[Mark]:
    """Grade what was handed in for `project` and return one Mark per student, in order of id.

    A hand-in that did not change since it was graded is left alone unless `force`. `environment(student)` is
    set for the student's kernel. Raises GraderError when nothing was released, or a named student handed in
    nothing.
    """
    course.require(project)
    if not max_score(course, project):
        raise GraderError(f"项目 {project} 还没有发布过，成绩册里没有它的题目；请先运行 release {project}")
    known = marks.load(course, project)
    chosen = _chosen(course, project, students)
    listed = {student.id for student in roster.read(course.home / "roster.csv")}
    for student in progress(chosen):
        fingerprint = _fingerprint(course, project, student)
        old = known.get(student)
        if force or old is None or old.fingerprint != fingerprint or not _kept(course, project, old):
            made = _mark_one(course, project, student, environment)
            flags = ("unlisted",) if listed and student not in listed else ()
            known[student] = replace(made, fingerprint=fingerprint, flags=made.flags + flags)
            marks.save(course, project, known)
    known = _with_manual_points(course, project, known)
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


def _kept(course: Course, project: str, old: Mark) -> bool:
    return old.status == "graded" and course.step("autograded", old.student, project).is_dir()


def _fingerprint(course: Course, project: str, student: str) -> str:
    """Return a hash of all that decides a grade: the hand-in and the graded cells of the course."""
    seen = hashlib.sha256()
    submitted = course.step("submitted", student, project)
    for folder in (submitted, course.source / project):
        for path in sorted(p for p in folder.rglob("*") if p.is_file() and not p.is_symlink()):
            if folder == submitted or path.suffix == ".ipynb":
                seen.update(path.relative_to(folder).as_posix().encode() + b"\0" + path.read_bytes())
    return seen.hexdigest()


def _with_manual_points(course: Course, project: str, known: dict[str, Mark]) -> dict[str, Mark]:
    """Read the points of graded hand-ins again, because a person may have given some by hand."""
    points = scores(course, project)
    return {
        student: replace(
            old,
            score=points[student].score,
            max_score=points[student].max_score,
            by_hand_pending=points[student].by_hand_pending,
        )
        if old.status == "graded" and student in points
        else old
        for student, old in known.items()
    }


def _mark_one(course: Course, project: str, student: str, environment: Environment) -> Mark:
    unknown = Mark(student, project, "could_not_tell", None, max_score(course, project))
    try:
        notes = _tidy(course, project, student)
        with _surroundings(environment(student)):
            _autograde(course, project, student)
        stopped = _stopped_cells(course.step("autograded", student, project), course.cell_seconds)
    except GraderError as error:
        return replace(unknown, note=str(error))
    except Exception as error:  # one hand-in must never end the class; the cause is told instead
        return replace(
            unknown, note=f"评分时出错：{type(error).__name__}: {_short(error)}；请把日志交给维护者"
        )
    if stopped:
        return replace(unknown, note="；".join([*stopped, *notes]))
    return Mark(student, project, "graded", 0.0, unknown.max_score, note="；".join(notes))


def _tidy(course: Course, project: str, student: str) -> list[str]:
    """Copy one hand-in to `tidied`, mending what can be mended; return what was done."""
    import nbformat

    submitted = course.step("submitted", student, project)
    tidied = course.step(TIDIED, student, project)
    shutil.rmtree(tidied, ignore_errors=True)
    shutil.copytree(submitted, tidied, ignore=_links)
    notes: list[str] = []
    releases = sorted((course.home / "release" / project).glob("*.ipynb"))
    handed = {notebook.name for notebook in tidied.glob("*.ipynb")}
    if not handed & {release.name for release in releases}:
        names = "、".join(release.name for release in releases)
        raise GraderError(f"没有找到笔记本 {names}；请让学生不要改文件名，重新交一次")
    for release in releases:
        if release.name not in handed:
            notes.append(f"没有交 {release.name}，按 0 分计")
            continue
        notebook = repair.read(tidied / release.name)
        others = [course.home / other / project / release.name for other in OTHER_RELEASES]
        found = [repair.read(other) for other in others if other.exists()]
        notes += repair.repair(notebook, repair.read(release), found)
        (tidied / release.name).write_text(nbformat.writes(notebook), encoding="utf-8")
    _mend_timestamp(tidied, notes)
    return notes


def _links(folder: str, names: list[str]) -> list[str]:
    return [name for name in names if (Path(folder) / name).is_symlink() or name == ".ipynb_checkpoints"]


def _mend_timestamp(folder: Path, notes: list[str]) -> None:
    from nbgrader.utils import parse_utc

    stamp = folder / "timestamp.txt"
    if not stamp.exists():
        return
    try:
        parse_utc(stamp.read_text(encoding="utf-8").strip())
    except (ValueError, UnicodeDecodeError):
        stamp.unlink()
        notes.append("交作业的时间读不出来，按没有时间处理")


@contextmanager
def _surroundings(variables: dict[str, str]) -> Iterator[None]:
    before = {name: os.environ.get(name) for name in variables}
    os.environ.update(variables)
    try:
        yield
    finally:
        for name, value in before.items():
            if value is None:
                os.environ.pop(name, None)
            else:
                os.environ[name] = value


def _autograde(course: Course, project: str, student: str) -> None:
    from nbgrader.converters import Autograde
    from nbgrader.converters.base import NbGraderException

    from grader.steps import Harmless

    with course.quietly(f"{project}-{student}-grade") as log:
        folders = course.folders(project=project, student=student, submitted=TIDIED)
        step = Autograde(coursedir=folders, config=course.config())
        step.force = True
        step.autograde_preprocessors = _before(step.autograde_preprocessors, "SaveAutoGrades", Harmless)
        try:
            step.start()
        except (NbGraderException, SystemExit) as error:
            raise GraderError(f"评分没有完成：{_cause(log)}；全部日志在 {log}") from error


def _before(steps: list[Any], name: str, added: type) -> list[Any]:
    place = next(number for number, step in enumerate(steps) if step.__name__ == name)
    return [*steps[:place], added, *steps[place:]]


def _cause(log: Path) -> str:
    text = log.read_text(encoding="utf-8")
    if "DeadKernelError" in text or "Kernel died" in text:
        return "笔记本运行时内核停止了（可能内存用尽）；请打开这份作业看看，再用 grade --student 重评"
    told = [line for line in text.splitlines() if "Error: " in line and not line.startswith(" ")]
    return told[-1][:200] if told else "nbgrader 没有说明原因"


def _stopped_cells(graded: Path, seconds: int) -> list[str]:
    """Return a sentence for each cell that ran out of time: its points would say nothing."""
    found = []
    for path in sorted(graded.glob("*.ipynb")):
        for number, cell in enumerate(repair.read(path)["cells"], start=1):
            if any(output.get("ename") == "CellTimeoutError" for output in cell.get("outputs", [])):
                found.append(
                    f"{path.name} 第 {number} 格运行超过 {seconds} 秒被停下；"
                    "请看这一格是否有不会结束的循环，改好后重评或手工给分"
                )
    return found


def _short(error: Exception) -> str:
    return str(error).strip().splitlines()[0][:200] if str(error).strip() else ""
