"""nbgrader's own autograder, for notebooks whose kernel is not Python's: no judge, no sandbox."""

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from grader import repair
from grader.course import Course
from grader.errors import GraderError

TIDIED = "tidied"


def autograde(
    course: Course, project: str, student: str, notebooks: list[str], variables: dict[str, str]
) -> list[str]:
    """Grade one hand-in by nbclient, as nbgrader does; return what was put right. Raises GraderError."""
    from nbgrader.converters import Autograde
    from nbgrader.converters.base import NbGraderException

    from grader.steps import Harmless

    notes = _tidy(course, project, student, notebooks)
    with course.quietly(f"{project}-{student}-grade") as log, _surroundings(variables):
        folders = course.folders(project=project, student=student, submitted=TIDIED)
        step = Autograde(coursedir=folders, config=course.config())
        step.force = True
        steps = list(step.autograde_preprocessors)
        place = next(number for number, one in enumerate(steps) if one.__name__ == "SaveAutoGrades")
        step.autograde_preprocessors = [*steps[:place], Harmless, *steps[place:]]
        try:
            step.start()
        except (NbGraderException, SystemExit) as error:
            raise GraderError(f"评分没有完成；原因在日志 {log}") from error
    return notes


def _tidy(course: Course, project: str, student: str, notebooks: list[str]) -> list[str]:
    import nbformat

    tidied = course.step(TIDIED, student, project)
    shutil.rmtree(tidied, ignore_errors=True)
    shutil.copytree(course.step("submitted", student, project), tidied, ignore=_links)
    notes: list[str] = []
    for name in notebooks:
        path = tidied / f"{name}.ipynb"
        if not path.exists():
            continue
        notebook = repair.read(path)
        notes += repair.repair(notebook, repair.read(course.home / "release" / project / path.name))
        path.write_text(nbformat.writes(nbformat.from_dict(notebook)), encoding="utf-8")
    return notes


def _links(folder: str, names: list[str]) -> list[str]:
    return [name for name in names if (Path(folder) / name).is_symlink() or name == ".ipynb_checkpoints"]


@contextmanager
def _surroundings(variables: dict[str, Any]) -> Iterator[None]:
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
