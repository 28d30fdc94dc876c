"""The class report of one project: a single page without scripts, for the teacher."""

from pathlib import Path
from statistics import StatisticsError, correlation, mean
from typing import Any

from grader import marks, roster
from grader.course import Course
from grader.gradebook import Score, TaskScore, max_score, scores
from grader.marks import Mark

TEMPLATES = Path(__file__).resolve().parent / "templates"
STATUS = {"graded": "已评分", "could_not_tell": "评不出分", "not_handed_in": "没有交"}
FLAGS = {"unlisted": "学号不在班级名单里"}
BANDS = ((0, 20), (20, 40), (40, 60), (60, 70), (70, 80), (80, 90), (90, 100))
FEWEST = 5


def report(course: Course, project: str) -> Path:
    """Write `home/reports/<project>.html` and return it; raise GraderError when the project is unknown."""
    from jinja2 import Environment, FileSystemLoader

    course.require(project)
    pages = Environment(loader=FileSystemLoader(TEMPLATES), autoescape=True, trim_blocks=True)
    page = pages.get_template("report.html.j2").render(**facts(course, project))
    path = course.home / "reports" / f"{project}.html"
    marks.write_whole(path, page)
    return path


def facts(course: Course, project: str) -> dict[str, Any]:
    """Return all that the report says, as plain values; points unless a name says otherwise."""
    students = {student.id: student for student in roster.read(course.home / "roster.csv")}
    outcomes = marks.load(course, project)
    points = {
        s: p for s, p in scores(course, project).items() if s in outcomes and outcomes[s].score is not None
    }
    graded = [mark for mark in outcomes.values() if mark.score is not None]
    rows = [
        _row(i, students.get(i), outcomes.get(i)) for i in [*students, *sorted(set(outcomes) - set(students))]
    ]
    earned = [mark.score for mark in graded if mark.score is not None]
    return {
        "project": project,
        "listed": len(students),
        "handed_in": len(outcomes),
        "graded": len(graded),
        "mean": round(mean(earned), 1) if earned else None,
        "max_score": _plain(max_score(course, project)),
        "pending": sum(mark.by_hand_pending for mark in graded),
        "undecided": [row for row in rows if row["class"] == "warn"],
        "flagged": [row for row in rows if row["flags"]],
        "bands": _bands(graded),
        "tasks": tasks(list(points.values())),
        "fewest": FEWEST,
        "rows": rows,
    }


def tasks(points: list[Score]) -> list[dict[str, Any]]:
    """Return mean, difficulty (mean / max) and discrimination of each task, over those with points for it.

    Discrimination is the correlation of a task's points with the points of all other tasks (item-rest, as in
    classical test theory).
    """
    names = dict.fromkeys((task.notebook, task.task) for score in points for task in score.tasks)
    return [_task(points, notebook, name) for notebook, name in names]


def _task(points: list[Score], notebook: str, name: str) -> dict[str, Any]:
    pairs = [
        (score, task)
        for score in points
        for task in score.tasks
        if (task.notebook, task.task) == (notebook, name)
    ]
    seen = [(score, task) for score, task in pairs if task.score is not None]
    earned = [task.score or 0.0 for _, task in seen]
    most = pairs[0][1].max_score
    return {
        "notebook": notebook,
        "task": name,
        "max_score": _plain(most),
        "mean": round(mean(earned), 2) if earned else "—",
        "difficulty": round(mean(earned) / most, 2) if earned and most else "—",
        "discrimination": _discrimination(seen, earned),
        "pending": len(pairs) - len(seen),
    }


def _discrimination(seen: list[tuple[Score, TaskScore]], earned: list[float]) -> float | str:
    if len(seen) < FEWEST:
        return "—"
    rest = [score.score - (task.score or 0.0) for score, task in seen]
    try:
        return round(correlation(earned, rest), 2)
    except StatisticsError:  # all points equal: nothing to correlate
        return "—"


def _bands(graded: list[Mark]) -> list[dict[str, Any]]:
    shares = [100 * (mark.score or 0.0) / mark.max_score for mark in graded if mark.max_score]
    counts = [sum(low <= share < high or share == high == 100 for share in shares) for low, high in BANDS]
    return [
        {"label": f"{low}–{high}%", "count": count, "width": round(100 * count / max(1, *counts))}
        for (low, high), count in zip(BANDS, counts, strict=True)
    ]


def _row(student: str, listed: roster.Student | None, mark: Mark | None) -> dict[str, Any]:
    status = mark.status if mark else "not_handed_in"
    return {
        "student": student,
        "name": listed.name if listed else "",
        "group": listed.group if listed else "",
        "status": STATUS[status],
        "class": {"could_not_tell": "warn", "not_handed_in": "wait"}.get(status, ""),
        "score": "—" if mark is None or mark.score is None else _plain(mark.score),
        "pending": mark.by_hand_pending if mark else 0,
        "note": mark.note if mark else "",
        "flags": "；".join(FLAGS.get(flag, flag) for flag in mark.flags) if mark else "",
    }


def _plain(points: float) -> float | int:
    """Return points as people write them: 4 rather than 4.0."""
    return int(points) if float(points).is_integer() else round(points, 2)
