"""From the source of a project to what students get: no solution, no hidden test."""

from pathlib import Path

from grader.course import Course
from grader.errors import GraderError


def generate(course: Course, project: str) -> Path:
    """Make `home/release/<project>` and enter its tasks in the gradebook; return the folder.

    Raises GraderError when the project is unknown, or when nbgrader refuses its notebooks.
    """
    from nbgrader.converters import GenerateAssignment
    from nbgrader.converters.base import NbGraderException

    course.require(project)
    course.home.mkdir(parents=True, exist_ok=True)
    with course.quietly(f"{project}-release") as log:
        step = GenerateAssignment(coursedir=course.folders(project=project), config=course.config())
        step.force = True
        try:
            step.start()
        except (NbGraderException, SystemExit) as error:
            raise GraderError(
                f"项目 {project} 不能发布：{_reason(log, str(error))}；请改好笔记本后重试，全部日志在 {log}"
            ) from error
    return course.home / "release" / project


def _reason(log: Path, otherwise: str) -> str:
    """Return the sentence of the exception that nbgrader wrote down, or what it raised itself."""
    lines = log.read_text(encoding="utf-8").splitlines()
    told = [line for line in lines if "Error: " in line and not line.startswith(" ")]
    return told[-1] if told else otherwise
