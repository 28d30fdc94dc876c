"""Bonus points: what an extension earns on top, kept as nbgrader's extra credit of a cell without points of its own."""

import sqlite3
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from grader import repair

OURS = "crmlab_bonus"
"""The table, beside nbgrader's own, that says which extra credit is the machine's; all other is a person's."""


def of_cell(cell: dict[str, Any]) -> float:
    """Return the bonus points of a cell, from `crmlab: {bonus: …}` in its metadata; 0 for all that is no such cell.

    A cell with points of its own has no bonus: nbgrader would count its points as well.
    """
    about = cell["metadata"].get("crmlab")
    most = about.get("bonus") if isinstance(about, dict) else None
    known = cell["metadata"].get("nbgrader", {})
    plain = known.get("grade") and not known.get("solution") and not known.get("points")
    if cell["cell_type"] != "code" or not plain or type(most) not in (int, float):
        return 0.0
    return max(0.0, float(most))  # type: ignore[arg-type]


def of_cells(cells: Iterable[dict[str, Any]]) -> dict[str, float]:
    """Return the cells that earn a bonus, by grade id, each with its most points."""
    return {str(repair.task(cell)): most for cell in cells if (most := of_cell(cell))}


def of_release(folder: Path) -> dict[tuple[str, str], float]:
    """Return the same for a released project, by notebook and grade id; {} when it is not there."""
    return {
        (path.stem, name): most
        for path in sorted(folder.glob("*.ipynb"))
        for name, most in of_cells(repair.own(path)["cells"]).items()
    }


def enter(db: sqlite3.Connection, grade: str, earned: float) -> bool:
    """Write what the machine found as extra credit of a grade; return whether a person's stands there and stays.

    Only what we wrote ourselves is written over: extra credit that was given, changed or taken away by a person
    is theirs.
    """
    db.execute(f"CREATE TABLE IF NOT EXISTS {OURS} (grade_id TEXT PRIMARY KEY, points REAL NOT NULL)")
    (now,) = db.execute("SELECT extra_credit FROM grade WHERE id = ?", (grade,)).fetchone()
    mine = db.execute(f"SELECT points FROM {OURS} WHERE grade_id = ?", (grade,)).fetchone()
    if now != (mine[0] if mine else None) and not (mine is None and now == 0):
        return True
    db.execute("UPDATE grade SET extra_credit = ? WHERE id = ?", (earned, grade))
    db.execute(f"INSERT OR REPLACE INTO {OURS} (grade_id, points) VALUES (?, ?)", (grade, earned))
    return False
