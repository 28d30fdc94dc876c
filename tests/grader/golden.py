"""The golden hand-ins: folders with a notebook each and what it must earn."""

import json
import shutil
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import nbformat
import tiny

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


def answered(course: Course, who: str, **answers: str) -> Path:
    """Hand in the released notebook with the cells of these ids filled in; return its folder."""
    folder = course.step("submitted", who, tiny.PROJECT)
    shutil.copytree(course.home / "release" / tiny.PROJECT, folder)
    notebook = nbformat.read(folder / tiny.NOTEBOOK, as_version=4)
    for cell in notebook.cells:
        cell.source = answers.get(cell["id"], cell.source)
    nbformat.write(notebook, folder / tiny.NOTEBOOK)
    return folder


def hand_in(course: Course, case: str, *, who: str | None = None) -> Path:
    target = course.step("submitted", who or student(case), tiny.PROJECT)
    target.mkdir(parents=True)
    shutil.copy(GOLDEN / case / tiny.NOTEBOOK, target)
    return target
