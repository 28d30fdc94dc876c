"""One class, graded once for all tests of the marker that need a graded class."""

import json
import shutil
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import tiny

from grader import feedback, marking, release
from grader.course import Course
from grader.marks import Mark

GOLDEN = Path(__file__).parents[1] / "data" / "submissions"
CASES = sorted(path.name for path in GOLDEN.iterdir())


@dataclass(frozen=True)
class Class:
    """A graded class whose students are called like the golden hand-ins."""

    course: Course
    marks: dict[str, Mark]
    pages: list[Path]


def expected(case: str) -> dict[str, Any]:
    return json.loads((GOLDEN / case / "expected.json").read_text(encoding="utf-8"))


def student(case: str) -> str:
    return case.replace("_", "-")


def hand_in(course: Course, case: str, *, who: str | None = None) -> Path:
    target = course.step("submitted", who or student(case), tiny.PROJECT)
    target.mkdir(parents=True)
    shutil.copy(GOLDEN / case / tiny.NOTEBOOK, target)
    return target


@pytest.fixture
def course(tmp_path: Path) -> Course:
    return Course(tiny.course(tmp_path), tmp_path / "home")


@pytest.fixture(scope="session")
def team(tmp_path_factory: pytest.TempPathFactory) -> Class:
    folder = tmp_path_factory.mktemp("team (a+b)")  # signs that mean something in patterns
    course = Course(tiny.course(folder), folder / "home", cell_seconds=3)
    release.generate(course, tiny.PROJECT)
    listed = [student(case) for case in CASES if case != "wrong"] + ["absent"]
    rows = "".join(f"{who},学生{number},一班\n" for number, who in enumerate(listed))
    (course.home / "roster.csv").write_text("学号,姓名,班级\n" + rows, encoding="gb18030")
    for case in CASES:
        hand_in(course, case)
    marks = marking.mark(course, tiny.PROJECT)
    pages = feedback.feedback(course, tiny.PROJECT)
    return Class(course, {mark.student: mark for mark in marks}, pages)
