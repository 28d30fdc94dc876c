"""How far a student is: the projects of the course, their labs, and how many checkpoints are answered."""

import json
import tomllib
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from crmlab import places


@dataclass(frozen=True)
class LabState:
    """One lab of a project as it stands in the workspace; `bonus` is what its extension adds at most."""

    path: str
    title: str
    minutes: int
    points: float
    answered: int
    total: int
    bonus: float = 0.0


@dataclass(frozen=True)
class ProjectState:
    """One project of the course; `labs` is empty until it is released."""

    number: int
    name: str
    title: str
    summary: str
    labs: tuple[LabState, ...]


def course_state(workspace: Path, *, lang: str = "zh") -> tuple[ProjectState, ...]:
    """Return every project of the curriculum, in order, with the labs that are in `workspace`."""
    listed = tomllib.loads((places.DATASETS / "curriculum.toml").read_text(encoding="utf-8"))["projects"]
    return tuple(
        _project_state(number, entry["id"], entry[lang], workspace) for number, entry in enumerate(listed, 1)
    )


def _project_state(number: int, name: str, title: str, workspace: Path) -> ProjectState:
    about = _toml(workspace / name / "project.toml")
    answers = _answers(workspace / name / "answers.json")
    labs = tuple(
        _lab_state(name, lab, *(part.get(lab["id"]) for part in answers))
        for lab in about.get("labs", [])
        if (workspace / name / f"{lab.get('id')}.ipynb").exists()
    )
    return ProjectState(number, name, about.get("title", title), about.get("summary", ""), labs)


def _lab_state(project: str, lab: dict[str, Any], answers: object, worked: object) -> LabState:
    forms = lab.get("checkpoints", [])
    given = {
        form: value for part in (answers, worked) if isinstance(part, dict) for form, value in part.items()
    }
    return LabState(
        path=f"{project}/{lab['id']}.ipynb",
        title=lab.get("title", lab["id"]),
        minutes=lab.get("minutes", 0),
        points=lab.get("points", 0),
        answered=sum(given.get(form) not in (None, "", {}, []) for form in forms),
        total=len(forms),
        bonus=lab.get("bonus", 0.0),
    )


def _toml(path: Path) -> dict[str, Any]:
    """Return a word file; one absent or spoilt counts as empty, for the start page must always open."""
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}


def _answers(path: Path) -> tuple[dict[str, Any], dict[str, Any]]:
    """Return what was saved in forms and what was read in the CRM, each by lab."""
    try:
        plain = json.loads(path.read_text(encoding="utf-8"))
        answers, worked = plain.get("answers", {}), plain.get("crm", {})
    except (OSError, ValueError, AttributeError):
        return {}, {}
    return answers if isinstance(answers, dict) else {}, worked if isinstance(worked, dict) else {}
