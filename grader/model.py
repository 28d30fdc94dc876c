"""The author's own solution, graded once per edition: which test cells cannot be judged apart."""

import json
from dataclasses import dataclass, replace
from pathlib import Path

from grader.children import Unprotected
from grader.course import Course
from grader.marks import write_whole
from grader.submission import Marker

FOLDER = "judged"


@dataclass(frozen=True)
class Findings:
    """`weak` test cells (notebook, task) that only the student's process can run; `broken` ones fail anyway."""

    weak: frozenset[tuple[str, str]]
    broken: tuple[tuple[str, str], ...]


def findings(course: Course, marker: Marker, student: str, *, fingerprint: str) -> Findings:
    """Return what the author's solution shows, from the last time unless the course changed.

    A test that the author's own solution passes only in the student's process is weak; one that it fails in
    both is the author's business, and stays in the judge.
    """
    kept = course.home / FOLDER / f"{marker.plan.project}.json"
    known = _load(kept, fingerprint)
    if known is not None:
        return known
    source = course.source / marker.plan.project
    author = replace(marker, trusted=True, weak=_marked(marker))
    try:
        wrong = author.grade(student, source).wrong
        still = (
            replace(author, weak=author.weak | frozenset(wrong)).grade(student, source).wrong
            if wrong
            else set()
        )
    except Unprotected:
        raise
    except Exception:  # this student's seat could not be made; whoever comes next shows what the model shows
        return Findings(author.weak, ())
    found = Findings(author.weak | frozenset(wrong - still), tuple(sorted(still)))
    about = {"fingerprint": fingerprint, "weak": sorted(found.weak), "broken": found.broken}
    write_whole(kept, json.dumps(about, ensure_ascii=False, indent=1) + "\n")
    return found


def broken(course: Course, project: str) -> list[tuple[str, str]]:
    """Return the test cells (notebook, task) that the author's own solution failed when it was last graded."""
    try:
        about = json.loads((course.home / FOLDER / f"{project}.json").read_text(encoding="utf-8"))
        return [(str(notebook), str(task)) for notebook, task in about["broken"]]
    except (OSError, ValueError, KeyError, TypeError):
        return []


def _marked(marker: Marker) -> frozenset[tuple[str, str]]:
    """Return the cells whose author wrote `"judge": "weak"` beside nbgrader's metadata."""
    return frozenset(
        (plan.name, cell["metadata"]["nbgrader"]["grade_id"])
        for plan in marker.plan.notebooks
        for cell in plan.release["cells"]
        if cell["metadata"].get("judge") == "weak" and "nbgrader" in cell["metadata"]
    )


def _load(path: Path, fingerprint: str) -> Findings | None:
    try:
        about = json.loads(path.read_text(encoding="utf-8"))
        if about["fingerprint"] != fingerprint:
            return None
        pairs = [tuple((str(a), str(b)) for a, b in about[name]) for name in ("weak", "broken")]
    except (OSError, ValueError, KeyError, TypeError):
        return None
    return Findings(frozenset(pairs[0]), pairs[1])
