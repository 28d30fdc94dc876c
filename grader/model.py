"""The author's own solution, graded once per edition: which test cells cannot be judged apart."""

import hashlib
import json
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

from grader.children import Unprotected
from grader.course import Course
from grader.marks import write_whole
from grader.submission import Marker

FOLDER = "judged"
BESIDE = Path("teacher") / "handin"
"""What the author hands in beside the notebooks, in a project's folder: calls made, files filled in."""


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
    source = course.source / marker.plan.project
    fingerprint += _print_of(source / BESIDE)
    known = _load(kept, fingerprint)
    if known is not None:
        return known
    author = replace(marker, trusted=True, weak=_marked(marker))
    try:
        with _handed_in(source) as mine:
            wrong = author.grade(student, mine).wrong
            still = (
                replace(author, weak=author.weak | frozenset(wrong)).grade(student, mine).wrong
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


@contextmanager
def _handed_in(source: Path) -> Iterator[Path]:
    """Yield the author's own hand-in: the project's folder, with what lies in BESIDE put beside the notebooks."""
    if not (source / BESIDE).is_dir():
        yield source
        return
    with tempfile.TemporaryDirectory() as room:
        mine = Path(room) / source.name
        shutil.copytree(source, mine, ignore=shutil.ignore_patterns(BESIDE.parts[0]))
        shutil.copytree(source / BESIDE, mine, dirs_exist_ok=True)
        yield mine


def _print_of(folder: Path) -> str:
    """Return a hash of the files of `folder`, "" when there are none."""
    seen = hashlib.sha256()
    files = sorted(path for path in folder.rglob("*") if path.is_file())
    for path in files:
        seen.update(path.relative_to(folder).as_posix().encode() + b"\0" + path.read_bytes())
    return f" {seen.hexdigest()}" if files else ""


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
