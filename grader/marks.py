"""The outcome of grading one hand-in, and the file where a class's outcomes are kept."""

import json
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from grader.course import Course

if TYPE_CHECKING:
    from collections.abc import Mapping

    from grader.gradebook import Score

Status = Literal["graded", "could_not_tell"]


@dataclass(frozen=True)
class Mark:
    """One hand-in: what it earned, or why nobody can tell yet; `score` is None then, never a silent zero.

    `score` is what is left after `penalty`, the points taken off for lateness; `bonus` is in it and may take it
    above `max_score`.
    """

    student: str
    project: str
    status: Status
    score: float | None
    max_score: float
    by_hand_pending: int = 0
    note: str = ""
    flags: tuple[str, ...] = ()
    fingerprint: str = ""
    penalty: float = 0.0
    bonus: float = 0.0


def path_of(course: Course, project: str) -> Path:
    """Return where the outcomes of `project` are kept."""
    return course.home / "marks" / f"{project}.json"


def load(course: Course, project: str) -> dict[str, Mark]:
    """Return the outcomes of the last gradings of `project`, by student; also of a grading that was cut off."""
    path = path_of(course, project)
    rows = json.loads(path.read_text(encoding="utf-8")) if path.exists() else []
    journal = _journal(course, project)
    if journal.exists():
        rows += [row for line in journal.read_bytes().splitlines() if (row := _row(line))]
    return {row["student"]: Mark(**{**row, "flags": tuple(row["flags"])}) for row in rows}


def save(course: Course, project: str, marks: dict[str, Mark]) -> None:
    """Keep `marks`, whole or not at all."""
    rows = [asdict(marks[student]) for student in sorted(marks)]
    write_whole(path_of(course, project), json.dumps(rows, ensure_ascii=False, indent=1) + "\n")
    _journal(course, project).unlink(missing_ok=True)


def with_points(known: dict[str, Mark], points: "Mapping[str, Score]") -> dict[str, Mark]:
    """Return the outcomes with the points of the gradebook in them: a person may have given some by hand."""
    return {
        student: replace(
            old,
            score=points[student].score,
            max_score=points[student].max_score,
            by_hand_pending=points[student].by_hand_pending,
            penalty=sum(off for _, off in points[student].penalties),
            bonus=points[student].bonus,
        )
        if old.status == "graded" and student in points
        else old
        for student, old in known.items()
    }


def note(course: Course, project: str, mark: Mark) -> None:
    """Keep one outcome at once, while the rest of the class is graded; a line cut off by a kill is no line."""
    path = _journal(course, project)
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("ab") as journal:
        journal.write(json.dumps(asdict(mark), ensure_ascii=False).encode() + b"\n")


def _journal(course: Course, project: str) -> Path:
    return path_of(course, project).with_suffix(".journal")


def _row(line: bytes) -> dict[str, Any] | None:
    try:
        row = json.loads(line)
    except ValueError:
        return None
    return row if isinstance(row, dict) else None


def write_whole(path: Path, text: str, *, encoding: str = "utf-8") -> None:
    """Write `text` so that a reader sees the old file or the new one, never half of it."""
    path.parent.mkdir(parents=True, exist_ok=True)
    draft = path.with_name(path.name + ".part")
    draft.write_text(text, encoding=encoding, newline="")
    draft.replace(path)
