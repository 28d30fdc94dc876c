"""From a verdict to points: right, wrong, could not tell."""

import math
from dataclasses import dataclass
from typing import Any, Literal

from grader import repair
from grader.plan import Cell, NotebookPlan

Cause = Literal["", "gone", "late", "odd", "author", "tampered"]


@dataclass(frozen=True)
class Verdict:
    """What the judge found in one test cell; `cause` says why nobody could tell, or that the value was odd."""

    outputs: tuple[dict[str, Any], ...] = ()
    points: float | None = None
    cause: Cause = ""
    told: str = ""
    weak: bool = False

    @property
    def failed(self) -> bool:
        """Whether something in the cell was not as it should be."""
        return self.cause in ("odd", "tampered") or any(o["output_type"] == "error" for o in self.outputs)

    @property
    def unknown(self) -> bool:
        """Whether nobody can tell from this."""
        return self.cause in ("gone", "late", "author")


@dataclass(frozen=True)
class CellScore:
    """The points of one cell: `auto` is None while a person has to look; `bonus` comes on top."""

    task: str
    auto: float | None
    wants_person: bool
    bonus: float = 0.0


def of_test(verdict: Verdict, max_score: float, *, compat: str = "") -> float | None:
    """Return the points of a test cell, None when nobody can tell.

    As nbgrader: an error gives 0, a number on the last line partial credit, all else full points. Unlike
    nbgrader a warning costs nothing, a number below 0 gives 0 and one above the maximum the maximum; `compat`
    brings its rules back.
    """
    if verdict.unknown:
        return None
    if verdict.failed or (compat and _warned(verdict)):
        return 0.0
    if verdict.points is None:
        return max_score
    if math.isnan(verdict.points) or verdict.points < 0:
        return max_score if compat else 0.0
    if compat and verdict.points > max_score:
        return None
    return min(verdict.points, max_score)


def of_answer(cell: Cell, checksum: str) -> CellScore:
    """Return the points of an answer that a person grades: 0 when it was left as it was."""
    untouched = checksum == checksum_of(cell)
    return CellScore(str(repair.task(cell)), 0.0 if untouched else None, not untouched)


def checksum_of(cell: Cell) -> str:
    """Return nbgrader's checksum of a cell (format: nbgrader.utils.compute_checksum)."""
    import hashlib

    about = cell["metadata"].get("nbgrader", {})
    grade, solution = bool(about.get("grade")), bool(about.get("solution"))
    locked = False if solution else True if grade else bool(about.get("locked"))
    seen = hashlib.md5(usedforsecurity=False)
    for part in (cell["source"], cell["cell_type"], str(grade), str(solution), str(locked)):
        seen.update(part.encode("utf-8", "surrogatepass"))
    if about.get("grade_id"):
        seen.update(about["grade_id"].encode())
    if grade:
        seen.update(str(float(about["points"])).encode())
    return seen.hexdigest()


def unanswered(cell: Cell, plan: NotebookPlan) -> bool:
    """Return whether a solution cell is still as it was released."""
    return plan.checksums.get(str(repair.task(cell))) == checksum_of(cell)


def _warned(verdict: Verdict) -> bool:
    return any(o["output_type"] == "stream" and o["name"] == "stderr" for o in verdict.outputs)
