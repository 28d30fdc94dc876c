"""One class, graded once for all tests of the marker that need a graded class."""

from pathlib import Path

import pytest
import tiny
from golden import CASES, Class, hand_in, student

from grader import feedback, marking, release
from grader.course import Course


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
