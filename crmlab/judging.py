"""What hidden tests may look at: the truth of the student's world, and the answers handed in."""

import os
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from crmlab import data, places
from crmlab.errors import LabError
from crmlab.strangers import json_of
from crmlab.student import grading, student_of

if TYPE_CHECKING:
    import pandas as pd

MOST_BYTES = 5_000_000


@dataclass(frozen=True)
class Truth:
    """The hidden side of one world."""

    folder: Path

    @property
    def facts(self) -> dict[str, Any]:
        """What is true of this world, as plain values."""
        return _json(self.folder / "facts.json")

    def table(self, name: str) -> "pd.DataFrame":
        """Return hidden table `name`; raise LabError, with the tables there are, when there is none."""
        return data.read_table(self.folder, name)


def evidence(name: str) -> Any:
    """Return what a hidden test asks for: "truth" → Truth, "answers" → the answers as handed in (a dict),
    "crm" → the CRM's file as tables (`crmlab.crm.Inspection`); nothing in that file is run.

    Raises LabError for another name, or when the evidence is not there.
    """
    if name == "truth":
        return Truth(_truth_folder())
    if name == "answers":
        return _json(Path(os.environ.get("CRMLAB_EVIDENCE", ".")) / "answers.json")
    if name == "crm":
        from crmlab.crm import inspect

        return inspect(Path(os.environ.get("CRMLAB_EVIDENCE", ".")) / "crm.sqlite3")
    raise LabError(f"没有证据 {name!r}；可用 truth、answers、crm")


def _truth_folder() -> Path:
    """Return the folder that the marker names; else that of the student's world; else the demo world's.

    While a hand-in is graded, the demo world never stands in: a wrong truth is worse than none.
    """
    named = os.environ.get("CRMLAB_TRUTH")
    candidates = [Path(named)] if named else _unnamed(Path.cwd())
    for folder in candidates:
        if (folder / "facts.json").is_file():
            return folder
    raise LabError(
        f"找不到这位学生的真值（看过 {'、'.join(map(str, candidates))}）；请先运行 python3 lab.py release 项目名"
    )


def _unnamed(project: Path) -> list[Path]:
    found = [project / "truth"]
    with suppress(LabError):  # no world of the student's: the other places are looked at all the same
        found.insert(0, data.find(project, student_of(project, ask=_nobody)).truth or found[0])
    return found if grading(project) else [*found, places.DATASETS / "demo" / "truth"]


def _nobody(_prompt: str) -> str:
    raise EOFError


def _json(path: Path) -> dict[str, Any]:
    plain = json_of(path, "这份作业里的记录", most=MOST_BYTES)
    if not isinstance(plain, dict):
        raise LabError(f"{path} 里不是一组键和值；请检查这份作业是否完整")
    return plain
