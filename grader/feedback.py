"""Feedback pages: one self-contained page per graded notebook, for the student's eyes."""

import tomllib
from functools import cache
from pathlib import Path
from typing import Any

from grader import marks
from grader.course import Course
from grader.errors import GraderError
from grader.gradebook import scores

HERE = Path(__file__).resolve().parent
TEMPLATE = "crmlab_feedback"


def feedback(course: Course, project: str, students: list[str] | None = None) -> list[Path]:
    """Write the feedback pages of `project` and return them, in order of id; only graded hand-ins get one.

    Raises GraderError when the project is unknown or a page cannot be made.
    """
    course.require(project)
    pending = {
        (score.student, task.notebook): {
            t.task for t in score.tasks if t.score is None and t.notebook == task.notebook
        }
        for score in scores(course, project).values()
        for task in score.tasks
    }
    pages: list[Path] = []
    for student, mark in sorted(marks.load(course, project).items()):
        chosen = students is None or student in students
        if chosen and mark.status == "graded" and course.step("autograded", student, project).is_dir():
            pages += _pages(course, project, student, pending)
    return pages


def words_of(language: str) -> dict[str, str]:
    """Return what a page says in `language`; in Chinese when the language is unknown."""
    known = _all_words()
    return known.get(language, known["zh"])


@cache
def _all_words() -> dict[str, dict[str, str]]:
    return tomllib.loads((HERE / "words.toml").read_text(encoding="utf-8"))


def _pages(
    course: Course, project: str, student: str, pending: dict[tuple[str, str], set[str]]
) -> list[Path]:
    from nbgrader.converters.base import NbGraderException

    with course.quietly(f"{project}-{student}-feedback") as log:
        step = _step_class()(
            coursedir=course.folders(project=project, student=student),
            config=_config(course),
            pending=pending,
        )
        step.force = True
        try:
            step.start()
        except (NbGraderException, GraderError, SystemExit) as error:
            raise GraderError(f"学生 {student} 的反馈页没有做成；原因在日志 {log}") from error
    return sorted(course.step("feedback", student, project).glob("*.html"))


def _config(course: Course) -> Any:
    config = course.config()
    config.HTMLExporter.template_name = TEMPLATE
    config.HTMLExporter.extra_template_basedirs = [str(HERE / "templates")]
    config.HTMLExporter.mathjax_url = ""
    config.HTMLExporter.require_js_url = ""
    config.HTMLExporter.embed_images = True
    return config


def _step_class() -> type:
    from nbconvert.preprocessors import CSSHTMLHeaderPreprocessor
    from nbgrader.converters import GenerateFeedback
    from nbgrader.preprocessors import GetGrades

    from grader.steps import ForStudents

    class Pages(GenerateFeedback):
        """nbgrader's feedback step with our page and only what a student may see."""

        def __init__(self, pending: dict[tuple[str, str], set[str]], **options: Any) -> None:
            super().__init__(**options)
            self.pending = pending
            self.preprocessors = [GetGrades, ForStudents, CSSHTMLHeaderPreprocessor]

        def init_single_notebook_resources(self, notebook_filename: str) -> Any:
            resources = super().init_single_notebook_resources(notebook_filename)
            about = resources["nbgrader"]
            words = words_of(_language(Path(notebook_filename)))
            resources["words"] = words
            resources["pending"] = self.pending.get((about["student"], about["notebook"]), set())
            resources["title"] = words["title"].format(
                project=about["assignment"], notebook=about["notebook"]
            )
            return resources

    return Pages


def _language(notebook: Path) -> str:
    from grader.repair import read

    about = read(notebook)["metadata"].get("crmlab", {})
    return str(about.get("language", "zh"))
