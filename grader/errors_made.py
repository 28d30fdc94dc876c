"""The commonest errors of a class, in words: what its authors say of each slip, and which answers were wrong."""

import json
from collections import Counter, defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from grader import asked
from grader.asked import Task
from grader.course import Course
from grader.gradebook import Score
from grader.verdicts import Author, Verdict, author

SHOWN = 3


@dataclass(frozen=True)
class Slips:
    """What went wrong at one task: sentences with how many met them, and the commonest wrong answers."""

    task: Task
    sentences: list[tuple[str, int]]
    broken: int
    answers: list[tuple[str, int]]


def slips(course: Course, project: str, *, scores: Mapping[str, Score], tasks: list[Task]) -> list[Slips]:
    """Return the slips of each task that cost points, the most frequent task first."""
    wrote = author(course, project)
    said: dict[tuple[str, str], Counter[str]] = defaultdict(Counter)
    broken: Counter[tuple[str, str]] = Counter()
    wrong: dict[tuple[str, str], Counter[str]] = defaultdict(Counter)
    for student, score in scores.items():
        plain = asked.answers(course.step("submitted", student, project))
        lost = {(t.notebook, t.task) for t in score.tasks if t.score is not None and not t.won}
        verdicts = _verdicts(course, project, student, wrote)
        for task in tasks:
            place = (task.notebook, task.name)
            if place not in lost or task.by_hand or (task.bonus and not _tried(plain, task)):
                continue
            verdict = verdicts.get(place, Verdict("failed"))
            said[place][verdict.said] += 1
            broken[place] += verdict.state in ("broken", "timed_out")
            if task.form and not task.form.rows:
                given = asked.part(plain, "answers", task.notebook).get(task.form.name)
                wrong[place].update(f"{label} → {shown}" for label, shown in task.form.came(given) if shown)
    found = [
        Slips(
            task=task,
            sentences=[(text, count) for text, count in said[place].most_common(SHOWN) if text],
            broken=broken[place],
            answers=_telling(wrong[place], _right(course, project, scores, task), said[place].total()),
        )
        for task in tasks
        if (place := (task.notebook, task.name)) in said
    ]
    return sorted(found, key=lambda one: -said[one.task.notebook, one.task.name].total())


def _tried(plain: dict[str, Any], task: Task) -> bool:
    """Return whether a student went for a bonus: who left it alone made no error."""
    return task.form is None or bool(asked.part(plain, "answers", task.notebook).get(task.form.name))


def _verdicts(course: Course, project: str, student: str, wrote: Author) -> dict[tuple[str, str], Verdict]:
    found = {}
    for path in sorted(course.step("autograded", student, project).glob("*.ipynb")):
        try:
            cells = json.loads(path.read_text(encoding="utf-8-sig"))["cells"]
        except (OSError, ValueError, KeyError, TypeError):
            continue
        for cell in cells:
            about = cell.get("metadata", {}).get("nbgrader", {})
            if about.get("grade") and not about.get("solution"):
                found[path.stem, about.get("grade_id", "")] = wrote.verdict(cell)
    return found


def _right(course: Course, project: str, scores: Mapping[str, Score], task: Task) -> set[str]:
    """Return the answers of those who got all points: they are not among the errors, whatever the world."""
    right: set[str] = set()
    for student, score in scores.items():
        earned = {(t.notebook, t.task): t.won for t in score.tasks}
        if task.form and earned.get((task.notebook, task.name)):
            plain: dict[str, Any] = asked.answers(course.step("submitted", student, project))
            given = asked.part(plain, "answers", task.notebook).get(task.form.name)
            right |= {f"{label} → {shown}" for label, shown in task.form.came(given)}
    return right


def _telling(wrong: Counter[str], right: set[str], lost: int) -> list[tuple[str, int]]:
    """Return the answers that several who lost points gave and nobody who won them did."""
    common = [(text, count) for text, count in wrong.most_common() if text not in right]
    return [(text, count) for text, count in common if count >= 2 or lost == 1][:SHOWN]
