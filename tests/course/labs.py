"""A lab's cells, run one after another in this process against the committed demo world."""

import contextlib
import io
import tomllib
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import nbformat

from crmlab.judging import evidence
from crmlab.places import COURSE


@dataclass
class Bench:
    """One lab with the model solution in place; answers are tried on copies of its names."""

    notebook: Path
    names: dict[str, Any] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.cells = nbformat.read(self.notebook, as_version=4).cells
        for cell in self.cells:
            about = cell.metadata.get("nbgrader", {})
            if cell.cell_type == "code" and not about.get("grade"):
                quietly(cell.source, self.names)

    @property
    def graded(self) -> dict[str, str]:
        """Source of each automatically graded cell, by its id."""
        return {
            cell.metadata["nbgrader"]["grade_id"]: cell.source
            for cell in self.cells
            if cell.cell_type == "code" and cell.metadata.get("nbgrader", {}).get("grade")
        }

    def lost(self, code: str = "") -> set[str]:
        """Return the graded cells that fail, by assertion or refusal, after `code` changed an answer."""
        names = dict(self.names)
        names["truth"] = evidence("truth")
        quietly(code, names)
        failed = set()
        for grade_id, source in self.graded.items():
            try:
                quietly(source, dict(names))
            except Exception:
                failed.add(grade_id)
        return failed


def quietly(source: str, names: dict[str, Any]) -> None:
    """Run a cell, its output thrown away."""
    with contextlib.redirect_stdout(io.StringIO()):
        exec(compile(source, "<cell>", "exec"), names)


def answers_on_record(project: str, lab: str) -> list[dict[str, Any]]:
    """Return the answers that the teacher's material records for a lab."""
    path = COURSE / project / "teacher" / f"{lab}_answers.toml"
    return tomllib.loads(path.read_text(encoding="utf-8"))["answers"]
