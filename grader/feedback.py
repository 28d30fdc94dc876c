"""Feedback pages: one self-contained page per graded notebook, for the student's eyes."""

import tomllib
from dataclasses import dataclass
from functools import cache
from itertools import groupby
from pathlib import Path
from typing import Any

from grader import asked, harmless, marks, repair
from grader.asked import Form, Task
from grader.course import TEXT_STUB, Course
from grader.errors import GraderError
from grader.gradebook import Score, TaskScore, scores
from grader.verdicts import Author, Verdict, author

HERE = Path(__file__).resolve().parent
EDITIONS = {"zh": "release", "en": "release-en"}
Words = dict[str, str]


@dataclass(frozen=True)
class Step:
    """One graded cell on the page; `score` is None while a person has to look.

    `bonus` was earned on top, of at most `most_bonus`; with the latter the cell is an extension that costs nobody
    anything.
    """

    name: str
    score: float | None
    points: float
    verdict: str
    good: bool
    comment: str = ""
    bonus: float = 0.0
    most_bonus: float = 0.0


@dataclass(frozen=True)
class Section:
    """One section of the lab: what was asked, what came, what was expected in kind, how it went, the hints."""

    heading: str
    intro: str
    expected: list[str]
    came: list[tuple[str, str]]
    text: str
    steps: list[Step]
    hints: tuple[str, ...]

    @property
    def good(self) -> bool:
        """Tell whether nothing was lost, or left to win."""
        return all(step.good for step in self.steps)

    @property
    def optional(self) -> bool:
        """Tell whether the section can only add points."""
        return all(step.most_bonus for step in self.steps)


@dataclass(frozen=True)
class Release:
    """The released project in one language, read once for the whole class."""

    tasks: list[Task]
    cells: dict[str, dict[str, dict[str, Any]]]
    """By notebook, the released cells by id."""
    names: dict[str, tuple[str, str]]
    """By notebook, what project and lab are called."""


def feedback(course: Course, project: str, students: list[str] | None = None) -> list[Path]:
    """Write the feedback pages of `project` and return them, in order of id; only graded hand-ins get one.

    A page is made of the released text, the verdicts and what the student wrote; hidden tests are never in it.
    Raises GraderError when the project is unknown or a page cannot be made.
    """
    course.require(project)
    wrote, points = author(course, project), scores(course, project)
    pages: list[Path] = []
    for student, mark in sorted(marks.load(course, project).items()):
        chosen = students is None or student in students
        if chosen and mark.status != "graded":  # what an earlier hand-in got is not what this one gets
            _take_away(course.step("feedback", student, project))
        graded = course.step("autograded", student, project)
        if chosen and mark.status == "graded" and graded.is_dir() and student in points:
            for path in sorted(graded.glob("*.ipynb")):
                pages.append(_page(course, project, path, points[student], wrote))
    return pages


def _take_away(folder: Path) -> None:
    for page in folder.glob("*.html"):
        page.unlink()


def words_of(language: str) -> Words:
    """Return what a page says in `language`; in Chinese when the language is unknown."""
    known = _all_words()
    return known.get(language, known["zh"])


@cache
def _all_words() -> dict[str, Words]:
    return tomllib.loads((HERE / "words.toml").read_text(encoding="utf-8"))


def _page(course: Course, project: str, path: Path, score: Score, wrote: Author) -> Path:
    try:
        notebook = repair.read(path)
    except GraderError as error:
        raise GraderError(
            f"学生 {score.student} 的反馈页没有做成：{error}；请用 grade --student {score.student} --force 重评"
        ) from error
    language = _language(course, notebook, path, score.student, project)
    released = _release(
        course.home / EDITIONS.get(language, "release") / project, course.home / "release" / project
    )
    words = words_of(language)
    facts = _facts(course, project, path.stem, notebook, score, wrote, released, words)
    page = _template().render(words=words, **facts)
    target = course.step("feedback", score.student, project) / f"{path.stem}.html"
    marks.write_whole(target, page)
    return target


def _facts(
    course: Course,
    project: str,
    lab: str,
    notebook: dict[str, Any],
    score: Score,
    wrote: Author,
    released: Release,
    words: Words,
) -> dict[str, Any]:
    cells = repair.by_task(notebook)
    given = asked.given(asked.answers(course.step("submitted", score.student, project)), lab)
    earned = {task.task: task for task in score.tasks if task.notebook == lab}
    tasks = [task for task in released.tasks if task.notebook == lab and task.name in earned]
    sections = [
        _section(list(group), cells, given, earned, wrote, words)
        for _, group in groupby(tasks, key=lambda task: (task.heading, task.form))
    ]
    pending = sum(step.score is None for section in sections for step in section.steps)
    called = released.names.get(lab, (project, lab))
    penalty = dict(score.penalties).get(lab, 0.0)
    bonus = sum(task.bonus for task in earned.values())
    most = sum(task.most_bonus for task in earned.values())
    return {
        "title": words["title"].format(project=called[0], notebook=called[1]),
        "student": score.student,
        "score": max(0.0, sum(task.score or 0.0 for task in earned.values()) + bonus - penalty),
        "bonus": _bonus_note(bonus, most, words),
        "late": words["late_note"].format(points=f"{round(penalty, 2):g}") if penalty else "",
        "max_score": sum(task.max_score for task in earned.values()),
        "pending": words["pending_note"].format(count=pending) if pending else "",
        "sections": sections,
        "cells": _notebook(notebook, released.cells.get(lab, {}), wrote, words),
    }


def _bonus_note(bonus: float, most: float, words: Words) -> str:
    """Return what the page says of the bonus of a lab, "" where there is none to win and none was given."""
    name = "bonus_of" if most else "bonus_note" if bonus else ""
    return words[name].format(points=f"{round(bonus, 2):g}", most=f"{most:g}") if name else ""


def _section(
    group: list[Task],
    cells: dict[str, dict[str, Any]],
    given: dict[str, Any],
    earned: dict[str, TaskScore],
    wrote: Author,
    words: Words,
) -> Section:
    form = group[0].form
    steps = [_step(task, cells.get(task.name, {}), earned[task.name], wrote, words) for task in group]
    lost = not all(step.good for step in steps)
    by_hand = [task for task in group if task.by_hand and task.name in cells]
    return Section(
        heading=group[0].heading,
        intro=harmless.markdown(form.intro) if form else "",
        expected=expected(form, words) if form and lost else [],
        came=form.came(given.get(form.name)) if form else [],
        text="\n\n".join(_written(cells[task.name], words) for task in by_hand),
        steps=steps,
        hints=form.hints if form and lost else (),
    )


def _written(cell: dict[str, Any], words: Words) -> str:
    source = str(cell["source"])
    return words["unwritten"] if source.strip() == TEXT_STUB else source


def _step(task: Task, cell: dict[str, Any], earned: TaskScore, wrote: Author, words: Words) -> Step:
    if task.by_hand:
        good = earned.score is not None and earned.score >= earned.max_score
        good = good or earned.score is None
        return Step(task.name, earned.score, earned.max_score, "", good, earned.comment, earned.bonus)
    verdict = wrote.verdict(cell)
    whole = earned.won
    if verdict.state == "passed" and not whole and earned.score is not None:
        verdict = Verdict("failed")
    good = whole or earned.score is None  # a person's points count, whatever the test said
    said = words["passed"] if good and whole else _said(verdict, words)
    return Step(
        task.name, earned.score, earned.max_score, said, good, earned.comment, earned.bonus, earned.most_bonus
    )


def _said(verdict: Verdict, words: Words) -> str:
    if verdict.state == "passed":
        return words["passed"]
    said = f"{verdict.said} {verdict.rows}".strip()
    return said or words[verdict.state].format(kind=verdict.kind or "Exception")


def expected(form: Form, words: Words) -> list[str]:
    """Return, for each question of `form`, what kind of answer it wants; never which."""
    if form.rows:
        labels = ("、" if words["language"].startswith("zh") else ", ").join(one.label for one in form.fields)
        return [words["rows"].format(labels=labels)]
    lines = []
    for field in form.fields:
        low, high = field.about.get("min"), field.about.get("max")
        kind = "whole" if field.kind == "number" and field.about.get("step") == 1 else field.kind
        known = words["range"].format(low=low, high=high) if low is not None and high is not None else ""
        unit = words["unit"].format(unit=field.about["unit"]) if field.about.get("unit") else ""
        count = len(field.options) or len(field.about.get("blocks", ()))
        sentence = words.get(kind, words["text"])
        lines.append(sentence.format(label=field.label, count=count, range=known, unit=unit))
    return lines


def _notebook(
    notebook: dict[str, Any], released: dict[str, dict[str, Any]], wrote: Author, words: Words
) -> list[dict[str, str]]:
    """Return the cells of a notebook as they go on the page: prose, code, shown; graded cells are left out."""
    shown = []
    for cell in notebook["cells"]:
        about = cell["metadata"].get("nbgrader", {})
        ours = released.get(about.get("grade_id") or cell.get("id", ""))
        source = str(cell["source"])
        if about.get("grade"):
            continue
        if cell["cell_type"] == "markdown":
            known = ours is not None and ours["source"] == source
            prose = harmless.markdown(source) if known else f"<pre>{harmless.text(source)}</pre>"
            shown.append({"prose": prose, "code": "", "shown": ""})
        elif cell["cell_type"] == "code":
            outputs = [
                harmless.shown(output, gives_away=wrote.gives_away) for output in cell.get("outputs", [])
            ]
            dropped = any(wrote.gives_away(str(output)) for output in cell.get("outputs", []))
            note = f"<p>{words['hidden_output']}</p>" if dropped else ""
            kept = "" if about.get("locked") or wrote.gives_away(source) else source
            shown.append({"prose": "", "code": kept, "shown": "".join(outputs) + note})
    return [one for one in shown if any(part.strip() for part in one.values())]


def _language(course: Course, notebook: dict[str, Any], path: Path, student: str, project: str) -> str:
    about = notebook["metadata"].get("crmlab")
    if not isinstance(about, dict):
        handed = course.step("submitted", student, project) / path.name
        try:
            about = repair.read(handed)["metadata"].get("crmlab")
        except (GraderError, OSError):
            about = None
    return str(about.get("language", "zh")) if isinstance(about, dict) else "zh"


@cache
def _template() -> Any:
    from jinja2 import Environment, FileSystemLoader

    pages = Environment(loader=FileSystemLoader(HERE / "templates"), autoescape=True, trim_blocks=True)
    pages.filters["points"] = lambda value: f"{round(float(value), 2):g}"
    return pages.get_template("feedback.html.j2")


def _release(folder: Path, otherwise: Path) -> Release:
    """Return the edition in `folder`, or the other one when the class was never given it."""
    return _read_release(folder if folder.is_dir() else otherwise, _stamp(folder))


def _stamp(folder: Path) -> float:
    return folder.stat().st_mtime if folder.is_dir() else 0.0


@cache
def _read_release(folder: Path, stamp: float) -> Release:
    cells: dict[str, dict[str, dict[str, Any]]] = {}
    for path in sorted(folder.glob("*.ipynb")):
        read = repair.read(path)["cells"]
        cells[path.stem] = {repair.task(cell) or cell.get("id", ""): cell for cell in read}
    return Release(asked.tasks(folder), cells, {lab: asked.names(folder, lab) for lab in cells})
