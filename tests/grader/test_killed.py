"""kill -9 at any moment of a class: no grade lost, none counted twice, nothing left running, the rest is finished."""

import shutil
import signal
import sqlite3
import subprocess
import sys
import time
from contextlib import closing
from pathlib import Path

import nbformat
import pytest
import tiny
from golden import hand_in

from grader import marking, marks, release
from grader.course import Course
from grader.setting import Setting

STUDENTS = [f"s{number}" for number in range(5)]
THIRD = 3  # the hand-in at which the marker is killed
SETTING = Setting(preload=(), unsafe=True, workers=2)
SCRIPT = """
import itertools, os, signal, sys
from pathlib import Path
from grader import autograded, children, lateness, ledger, marking, marks
from grader.course import Course
from grader.setting import Setting

def die(*_all, **_named):
    parents = {}
    for place in Path("/proc").glob("[0-9]*/stat"):
        try:
            parents[int(place.parent.name)] = int(place.read_text().rpartition(")")[2].split()[1])
        except OSError:
            pass
    ours = {os.getpid()}
    for _level in range(9):
        ours |= {one for one, parent in parents.items() if parent in ours}
    print(*(ours - {os.getpid()}), flush=True)
    os.kill(os.getpid(), signal.SIGKILL)

def half_a_line(course, project, mark):
    with marks.path_of(course, project).with_suffix(".journal").open("ab") as journal:
        journal.write(b'{"student": "' + mark.student.encode())
    die()

def at(owner, name, act, *, after=False):
    whole, calls = getattr(owner, name), itertools.count(1)
    def counted(*all, **named):
        number = next(calls)  # once: another thread may be counting too
        if number == THIRD and not after:
            act(*all, **named)
        done = whole(*all, **named)
        if number == THIRD:
            act(*all, **named)
        return done
    setattr(owner, name, counted)

MOMENTS = {
    "as a process starts": lambda: at(children.ForkServer, "spawn", die, after=True),
    "as the gradebook is written": lambda: at(lateness, "enter", die),
    "after the gradebook": lambda: at(ledger, "write", die, after=True),
    "after the folder": lambda: at(autograded, "write", die, after=True),
    "in the middle of a line": lambda: at(marks, "note", half_a_line),
}
moment, source, home, THIRD = sys.argv[1], sys.argv[2], sys.argv[3], int(sys.argv[4])
MOMENTS[moment]()
setting = Setting(preload=(), unsafe=True, workers=2)
marking.mark(Course(Path(source), Path(home)), "project01_tiny", setting=setting)
"""
MOMENTS = (
    "as a process starts",
    "as the gradebook is written",
    "after the gradebook",
    "after the folder",
    "in the middle of a line",
)


@pytest.fixture(scope="module")
def handed_in(tmp_path_factory: pytest.TempPathFactory) -> Course:
    """A class that handed in and was not graded yet."""
    folder = tmp_path_factory.mktemp("handed-in")
    course = Course(tiny.course(folder), folder / "home")
    release.generate(course, tiny.PROJECT)
    for number, who in enumerate(STUDENTS):
        _answers(course, who, "total = a + b" if number % 2 == 0 else "total = 4")
    return course


@pytest.mark.slow
@pytest.mark.skipif(sys.platform != "linux", reason="looks into /proc for what is left behind")
@pytest.mark.parametrize("moment", MOMENTS)
def test_a_killed_class_is_finished_by_the_next_run(handed_in: Course, tmp_path: Path, moment: str) -> None:
    shutil.copytree(handed_in.root, tmp_path / "class")
    course = Course(tmp_path / "class" / "course", tmp_path / "class" / "home")
    command = [sys.executable, "-c", SCRIPT, moment, str(course.source), str(course.home), str(THIRD)]
    ran = subprocess.run(command, capture_output=True, text=True, check=False, timeout=120)
    assert ran.returncode == -signal.SIGKILL, ran.stderr
    _all_end({int(number) for number in ran.stdout.split()})
    before = {who: _folder(course, who) for who in marks.load(course, tiny.PROJECT)}
    assert moment == "as a process starts" or before  # what was kept counts

    whole = {mark.student: mark.score for mark in marking.mark(course, tiny.PROJECT, setting=SETTING)}
    assert whole == {who: 4.0 if number % 2 == 0 else 0.0 for number, who in enumerate(STUDENTS)}
    assert {who: _folder(course, who) for who in before} == before  # nobody is graded twice
    with closing(sqlite3.connect(course.home / "gradebook.db")) as db:
        assert db.execute("SELECT student_id FROM submitted_assignment ORDER BY 1").fetchall() == [
            (who,) for who in STUDENTS
        ]
        assert db.execute("SELECT COUNT(*), SUM(auto_score) FROM grade").fetchone() == (2 * len(STUDENTS), 12)
        assert db.execute("PRAGMA integrity_check").fetchone() == ("ok",)


def _answers(course: Course, who: str, source: str) -> None:
    path = hand_in(course, "right", who=who) / tiny.NOTEBOOK
    notebook = nbformat.read(path, as_version=4)
    (cell,) = [one for one in notebook.cells if one["id"] == "answer"]
    cell.source = source
    nbformat.write(notebook, path)


def _folder(course: Course, who: str) -> int:
    """Return when the graded folder of a student was made."""
    return (course.step("autograded", who, tiny.PROJECT) / tiny.NOTEBOOK).stat().st_mtime_ns


def _all_end(started: set[int]) -> None:
    """Wait until the fork server and all that came from it is gone; fail when something stays."""
    assert started
    ends = time.monotonic() + 20
    while alive := {number for number in started if _runs(number)}:
        assert time.monotonic() < ends, f"still there: {alive}"
        time.sleep(0.05)


def _runs(number: int) -> bool:
    try:
        return "forkserver" in Path(f"/proc/{number}/cmdline").read_text(encoding="utf-8")
    except OSError:
        return False
