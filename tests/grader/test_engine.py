"""The two halves: functions are called as they were when their test was due, and what a test hands them stays unseen."""

from pathlib import Path
from typing import Any

import nbformat
import pytest
import tiny
from nbformat.v4 import new_notebook

from grader import marking, release
from grader.course import Course
from grader.names import of
from grader.setting import Setting

HIDDEN = """### BEGIN HIDDEN TESTS
assert double(20261) == 40522, "翻倍不对。"
try:
    double("x")
    assert False, "该报错。"
except ValueError:
    pass
### END HIDDEN TESTS"""
RIGHT = "rate = 2\nnoted = []\ndef double(n):\n    noted.append(n)\n    if isinstance(n, str):\n        raise ValueError(n)\n    return n * rate"


@pytest.fixture
def course(tmp_path: Path) -> Course:
    cells = [
        tiny.code("answer", f"### BEGIN SOLUTION\n{RIGHT}\n### END SOLUTION", solution=True),
        tiny.code("double", HIDDEN, grade=True, locked=True, points=3),
        tiny.code("later", "### BEGIN SOLUTION\nend = 1\n### END SOLUTION", solution=True),
    ]
    kernel = {"display_name": "Python 3", "language": "python", "name": "python3"}
    folder = tmp_path / "course" / tiny.PROJECT
    folder.mkdir(parents=True)
    nbformat.write(new_notebook(cells=cells, metadata={"kernelspec": kernel}), folder / tiny.NOTEBOOK)
    made = Course(tmp_path / "course", tmp_path / "home", cell_seconds=10)
    release.generate(made, tiny.PROJECT)
    return made


def hand_in(course: Course, who: str, **sources: str) -> None:
    notebook: Any = nbformat.read(course.home / "release" / tiny.PROJECT / tiny.NOTEBOOK, as_version=4)
    for cell in notebook.cells:
        cell.source = sources.get(cell.metadata["nbgrader"]["grade_id"], cell.source)
    target = course.step("submitted", who, tiny.PROJECT)
    target.mkdir(parents=True)
    nbformat.write(notebook, target / tiny.NOTEBOOK)


@pytest.mark.slow
def test_a_function_is_called_as_it_was_and_its_arguments_are_seen_by_no_later_cell(course: Course) -> None:
    hand_in(course, "sloppy", answer=RIGHT, later="rate = 9\nend = 1")
    hand_in(course, "nosy", answer=RIGHT, later="print('NOTED', noted)\nend = 1")
    hand_in(course, "wrong", answer="def double(n):\n    return n", later="end = 1")
    marks = {one.student: one for one in marking.mark(course, tiny.PROJECT, setting=Setting(unsafe=True))}
    assert {who: mark.score for who, mark in marks.items()} == {"sloppy": 3, "nosy": 3, "wrong": 0}
    assert {mark.status for mark in marks.values()} == {"graded"}
    seen = nbformat.read(course.step("autograded", "nosy", tiny.PROJECT) / tiny.NOTEBOOK, as_version=4)
    assert seen.cells[-1].outputs[0]["text"] == "NOTED []\n"


def test_names_of_a_cell_are_told_from_its_text() -> None:
    found = of(
        "import os\nx = 1\ny['a'] = x\nz.append(2)\nprint(q)\ndef f(a):\n    b = c\n    return b\n%time x"
    )
    assert found.sets == {"x", "f"}
    assert found.changes == {"y", "z"}
    assert found.imported == {"os"}
    assert "c" in found.reads_of["f"]
