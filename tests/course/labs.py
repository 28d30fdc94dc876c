"""A lab's cells, run one after another in this process against the committed demo world."""

import contextlib
import io
import json
import shutil
import tomllib
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import nbformat
import pytest

from crmlab import crm_hand
from crmlab.judging import evidence
from crmlab.places import COURSE, DATASETS


@dataclass
class Bench:
    """One lab with the model solution in place; answers are tried on copies of its names."""

    notebook: Path
    names: dict[str, Any] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.cells = nbformat.read(self.notebook, as_version=4).cells
        for cell in self.cells:
            if cell.cell_type == "code" and not about(cell).get("grade"):
                quietly(cell.source, self.names)
        self.names["truth"] = evidence("truth")

    @property
    def graded(self) -> dict[str, str]:
        """Source of each automatically graded cell, by its id."""
        cells = (cell for cell in self.cells if cell.cell_type == "code" and about(cell).get("grade"))
        return {about(cell)["grade_id"]: cell.source for cell in cells}

    def lost(self, code: str = "") -> dict[str, Exception]:
        """Return what the graded cells raise after `code` changed an answer, by id."""
        names = dict(self.names)
        quietly(code, names)
        failed: dict[str, Exception] = {}
        for grade_id, source in self.graded.items():
            try:
                quietly(source, names)
            except Exception as error:
                failed[grade_id] = error
        return failed


def about(cell: Any) -> dict[str, Any]:
    """Return what nbgrader keeps in a cell, empty for a plain one."""
    return dict(cell.metadata.get("nbgrader", {}))


def quietly(source: str, names: dict[str, Any]) -> None:
    """Run a cell, its output thrown away."""
    with contextlib.redirect_stdout(io.StringIO()):
        exec(compile(source, "<cell>", "exec"), names)


def answers_on_record(project: str, lab: str) -> list[dict[str, Any]]:
    """Return the answers that the teacher's material records for a lab."""
    path = COURSE / project / "teacher" / f"{lab}_answers.toml"
    return tomllib.loads(path.read_text(encoding="utf-8"))["answers"]


def marks(n: int) -> Any:
    """Return the marks of the n-th answer on record: one in twenty-four is run in the quick part, too."""
    return () if n % 24 == 0 else pytest.mark.slow


def with_crm(evidence: Path, folder: Path, forms: tuple[str, ...], told: dict[str, Any]) -> Path:
    """Return a copy of the evidence with a CRM in it, in which a student did right but for what `told` says."""
    facts = json.loads((DATASETS / "demo" / "truth" / "facts.json").read_text(encoding="utf-8"))
    made = folder / "evidence"
    shutil.copytree(evidence, made)
    done = crm_hand.recorded(told, crm_hand.right(facts, forms))
    crm_hand.work(made / "crm.sqlite3", DATASETS / "demo" / "visible", done)
    return made
