"""The class report of one project: a single page without scripts, for the teacher."""

import tomllib
from collections import defaultdict
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from statistics import StatisticsError, correlation, mean, median
from typing import Any

from grader import asked, marks, model, notes, pace, roster
from grader.asked import Task
from grader.course import Course
from grader.errors import GraderError
from grader.errors_made import slips
from grader.gradebook import Score, TaskScore, max_score, scores
from grader.marks import Mark
from grader.similar import similar

HERE = Path(__file__).resolve().parent
BANDS = ((0, 20), (20, 40), (40, 60), (60, 70), (70, 80), (80, 90), (90, 100))
FEWEST = 5
NAMED = 12
"""How many names are shown before the rest is folded away."""
Words = dict[str, Any]


def report(
    course: Course, project: str, *, variants: Mapping[str, str] | None = None, lang: str = "zh"
) -> Path:
    """Write `home/reports/<project>.html` (`…-en.html`) and return it.

    `variants` tells each student's world. Raises GraderError when project or language are unknown.
    """
    from jinja2 import Environment, FileSystemLoader

    course.require(project)
    words = words_of(lang)
    pages = Environment(loader=FileSystemLoader(HERE / "templates"), autoescape=True, trim_blocks=True)
    told = facts(course, project, variants=variants or {}, words=words)
    page = pages.get_template("report.html.j2").render(words=words, **told)
    path = course.home / "reports" / f"{project}{'' if lang == 'zh' else f'-{lang}'}.html"
    marks.write_whole(path, page)
    return path


@cache
def words_of(lang: str) -> Words:
    """Return what the report says in `lang`; raise GraderError for a language it has not."""
    known = tomllib.loads((HERE / "report_words.toml").read_text(encoding="utf-8"))
    if lang not in known:
        raise GraderError(f"没有语言 {lang}；可用的语言：{'、'.join(known)}")
    words: Words = known[lang]
    return words


def facts(
    course: Course,
    project: str,
    *,
    variants: Mapping[str, str] | None = None,
    words: Words | None = None,
) -> dict[str, Any]:
    """Return all that the report says, as plain values; points unless a name says otherwise."""
    words = words or words_of("zh")
    students = {student.id: student for student in roster.read(course.home / "roster.csv")}
    outcomes = marks.load(course, project)
    points = {
        s: p for s, p in scores(course, project).items() if s in outcomes and outcomes[s].score is not None
    }
    graded = [mark for mark in outcomes.values() if mark.score is not None]
    ids = [*students, *sorted(set(outcomes) - set(students))]
    rows = [_row(i, students.get(i), outcomes.get(i), words) for i in ids]
    earned = [mark.score for mark in graded if mark.score is not None]
    edition = course.home / f"release-{words['language']}" / project
    released = edition if edition.is_dir() else course.home / "release" / project
    known = asked.tasks(released) if released.is_dir() else []
    names = {student: students[student].name if student in students else "" for student in ids}
    return {
        "project": project,
        "title": asked.names(released, "")[0],
        "listed": len(students),
        "handed_in": len(outcomes),
        "graded": len(graded),
        "mean": round(mean(earned), 1) if earned else None,
        "middle": _plain(median(earned)) if earned else None,
        "max_score": _plain(max_score(course, project)),
        "bonus": _bonus(list(points.values()), known),
        "pending": sum(mark.by_hand_pending for mark in graded),
        "undecided": [row for row in rows if row["class"] == "warn"],
        "flagged": [row for row in rows if row["flags"]],
        "broken": model.broken(course, project),
        "bands": _bands(graded),
        "tasks": tasks(list(points.values()), {(task.notebook, task.name): task.heading for task in known}),
        "fewest": FEWEST,
        "slips": slips(course, project, scores=points, tasks=known),
        "stuck": _stuck(points, known, names),
        "worlds": _worlds(graded, variants or {}),
        "paces": _paces(course, project, list(points), released),
        "alike": similar(course, project, scores=points, variants=variants or {}),
        "names": names,
        "rows": rows,
    }


def tasks(points: list[Score], headings: Mapping[tuple[str, str], str] | None = None) -> list[dict[str, Any]]:
    """Return mean, difficulty (mean / max) and discrimination of each task, over those with points for it.

    Discrimination is the correlation of a task's points with the points of all other tasks (item-rest, as in
    classical test theory).
    """
    names = dict.fromkeys((task.notebook, task.task) for score in points for task in score.tasks)
    known = headings or {}
    ordered = [place for place in known if place in names] + [place for place in names if place not in known]
    return [_task(points, notebook, name, known.get((notebook, name), "")) for notebook, name in ordered]


def _task(points: list[Score], notebook: str, name: str, heading: str) -> dict[str, Any]:
    pairs = [
        (score, task)
        for score in points
        for task in score.tasks
        if (task.notebook, task.task) == (notebook, name)
    ]
    seen = [(score, task) for score, task in pairs if task.score is not None]
    on_top = pairs[0][1].most_bonus
    earned = [task.bonus if on_top else task.score or 0.0 for _, task in seen]
    most = on_top or pairs[0][1].max_score
    return {
        "notebook": notebook,
        "task": name,
        "heading": heading,
        "max_score": f"+{_plain(on_top)}" if on_top else _plain(most),
        "bonus": bool(on_top),
        "mean": _plain(mean(earned)) if earned else "—",
        "difficulty": round(mean(earned) / most, 2) if earned and most else "—",
        "discrimination": _discrimination(seen, earned),
        "pending": len(pairs) - len(seen),
    }


def _bonus(points: list[Score], known: list[Task]) -> dict[str, Any] | None:
    """Return how many earned a bonus, their mean and the most there is; None where nobody has and nobody could."""
    most, won = sum(task.bonus for task in known), [score.bonus for score in points if score.bonus]
    if not most and not won:
        return None
    return {"most": _plain(most), "count": len(won), "mean": _plain(mean(won)) if won else 0}


def _discrimination(seen: list[tuple[Score, TaskScore]], earned: list[float]) -> float | str:
    if len(seen) < FEWEST:
        return "—"
    rest = [score.raw - (task.score or 0.0) for score, task in seen]
    try:
        return round(correlation(earned, rest), 2)
    except StatisticsError:  # all points equal: nothing to correlate
        return "—"


def _bands(graded: list[Mark]) -> list[dict[str, Any]]:
    shares = [100 * (mark.score or 0.0) / mark.max_score for mark in graded if mark.max_score]
    counts = [sum(low <= share < high or share >= high == 100 for share in shares) for low, high in BANDS]
    return [
        {"label": f"{low}–{high}%", "count": count, "width": round(100 * count / max(1, *counts))}
        for (low, high), count in zip(BANDS, counts, strict=True)
    ]


def _stuck(points: Mapping[str, Score], known: list[Task], names: Mapping[str, str]) -> list[dict[str, Any]]:
    """Return, for each section, who earned nothing in it and who earned a part."""
    sections: dict[str, list[Task]] = defaultdict(list)
    for task in known:
        if not task.bonus:  # who leaves an extension alone is not stuck
            sections[task.heading].append(task)
    found = []
    for heading, members in sections.items():
        places = {(task.notebook, task.name) for task in members}
        nothing, some = [], []
        for student, score in points.items():
            mine = [task for task in score.tasks if (task.notebook, task.task) in places]
            got = [task.score for task in mine if task.score is not None]
            if got and sum(got) == 0:
                nothing.append(_called(student, names))
            elif got and sum(got) < sum(task.max_score for task in mine if task.score is not None):
                some.append(_called(student, names))
        found.append(
            {
                "heading": heading,
                "nothing": nothing,
                "some": some,
                "share": round(100 * len(nothing) / max(1, len(points))),
            }
        )
    return found


def _called(student: str, names: Mapping[str, str]) -> str:
    return f"{names[student]}（{student}）" if names.get(student) else student


def _worlds(graded: list[Mark], variants: Mapping[str, str]) -> list[dict[str, Any]]:
    """Compare the worlds that several students share: mean, and whether it is further off than chance takes it.

    Off means more than two standard errors, by the spread inside the worlds.
    """
    shared: dict[str, list[float]] = defaultdict(list)
    for mark in graded:
        if mark.student in variants and mark.score is not None:
            shared[variants[mark.student]].append(mark.score)
    everyone = [score for group in shared.values() for score in group]
    if len(everyone) < FEWEST or all(len(group) < 2 for group in shared.values()):
        return []
    squares = sum((score - mean(group)) ** 2 for group in shared.values() for score in group)
    spread, middle = (squares / (len(everyone) - len(shared))) ** 0.5, mean(everyone)
    return [
        {
            "world": world,
            "count": len(group),
            "mean": round(mean(group), 1),
            "off": round(mean(group) - middle, 1),
            "odd": len(group) > 1 and abs(mean(group) - middle) > 2 * spread / len(group) ** 0.5,
        }
        for world, group in sorted(shared.items())
    ]


def _paces(course: Course, project: str, students: list[str], released: Path) -> list[dict[str, Any]]:
    """Return, for each lab, how many minutes lay between the first and the last saved answer."""
    about = released / "project.toml"
    labs = tomllib.loads(about.read_text(encoding="utf-8")).get("labs", []) if about.exists() else []
    planned = {lab.get("id"): lab.get("minutes") for lab in labs}
    found = []
    for notebook in sorted(released.glob("*.ipynb")):
        lab = notebook.stem
        plain = [asked.answers(course.step("submitted", student, project)) for student in students]
        took = sorted(m for one in plain if (m := pace.minutes(asked.part(one, "when", lab))) is not None)
        if took:
            quarter = len(took) // 4
            found.append(
                {
                    "lab": asked.names(released, lab)[1],
                    "count": len(took),
                    "median": round(median(took)),
                    "low": round(took[quarter]),
                    "high": round(took[-1 - quarter]),
                    "planned": planned.get(lab) or "—",
                }
            )
    return found


def _row(student: str, listed: roster.Student | None, mark: Mark | None, words: Words) -> dict[str, Any]:
    status = mark.status if mark else "not_handed_in"
    return {
        "student": student,
        "name": listed.name if listed else "",
        "group": listed.group if listed else "",
        "status": words["status"][status],
        "class": {"could_not_tell": "warn", "not_handed_in": "wait"}.get(status, ""),
        "score": "—" if mark is None or mark.score is None else _plain(mark.score),
        "bonus": f"+{_plain(mark.bonus)}" if mark and mark.bonus else "",
        "pending": mark.by_hand_pending if mark else 0,
        "note": notes.said(mark.note, str(words["language"])) if mark else "",
        "flags": "；".join(words["flag"].get(flag, flag) for flag in mark.flags) if mark else "",
    }


def _plain(points: float) -> float | int:
    """Return points as people write them: 4 rather than 4.0."""
    return int(points) if float(points).is_integer() else round(points, 2)
