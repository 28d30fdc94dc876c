"""A lab looked over before a class gets it: metadata, points, leaks, judge, answers on record, reading, time."""

import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from crmlab.errors import LabError

Level = Literal["error", "warning", "note"]


@dataclass(frozen=True)
class Finding:
    """One thing an author should know: how bad, where, what and how to cure it."""

    level: Level
    where: str
    said: str


@dataclass(frozen=True)
class Lab:
    """One notebook of a project with what lies beside it, read once for all checks."""

    folder: Path
    notebook: Path
    cells: list[Any]
    about: dict[str, Any]
    """What `project.toml` says of this lab, {} when it does not know it."""
    answers: list[dict[str, Any]] | None
    """The answers on record; None when there are none."""

    @property
    def name(self) -> str:
        """The notebook's name without its ending."""
        return self.notebook.stem

    @property
    def short(self) -> str:
        """The name of its files in `teacher/`: lab1."""
        return self.name.split("_")[0]

    @property
    def calls(self) -> Path:
        """Where calls on record lie, one folder a caller with `plays` in it."""
        return self.folder / "teacher" / f"{self.short}_calls"

    @property
    def handin(self) -> Path:
        """Where lies what the author hands in beside the notebooks, as the marker reads it."""
        return self.folder / "teacher" / "handin"

    @property
    def graded(self) -> dict[str, Any]:
        """The automatically graded cells by id."""
        return {told(cell)["grade_id"]: cell for cell in self.cells if is_test(cell)}

    @property
    def by_hand(self) -> list[str]:
        """The ids of the cells that a person marks."""
        return [
            told(cell)["grade_id"] for cell in self.cells if told(cell).get("grade") and not is_test(cell)
        ]

    @property
    def solutions(self) -> list[Any]:
        """The code cells in which students answer."""
        return [cell for cell in self.cells if cell.cell_type == "code" and told(cell).get("solution")]


def told(cell: Any) -> dict[str, Any]:
    """Return what nbgrader keeps in a cell, {} for a plain one."""
    return dict(cell.metadata.get("nbgrader", {}))


def is_test(cell: Any) -> bool:
    """Tell whether a cell is graded by running it."""
    about = told(cell)
    return bool(cell.cell_type == "code" and about.get("grade") and not about.get("solution"))


def check(folder: Path, *, run: bool = True) -> list[Finding]:
    """Look over the project in `folder` and return what was found, worst first; nothing of it is changed.

    Without `run` the model solution and the answers on record are not tried. Raises LabError when there is no
    project, or one of its files cannot be read at all.
    """
    from crmlab.lint import answers, cells, leaks, minutes, reading, trial

    found: list[Finding] = []
    labs = list(read(folder))
    for lab in labs:
        found += [*cells.check(lab), *answers.check(lab), *reading.check(lab)]
        if run:
            found += [*trial.check(lab), *minutes.check(lab)]
    found += reading.check_project(folder, labs)
    if run:
        found += leaks.check(folder, labs)
    order = {"error": 0, "warning": 1, "note": 2}
    return sorted(found, key=lambda one: order[one.level])


def read(folder: Path) -> Iterator[Lab]:
    """Yield the labs of a project; raise LabError when there is none, or a file cannot be read."""
    import nbformat

    paths = sorted(folder.glob("lab*.ipynb"))
    if not paths:
        raise LabError(
            f"{folder} 里没有 lab 开头的笔记本；请给出一个项目文件夹，例如 course/project03_phone_service"
        )
    labs = {lab.get("id"): lab for lab in toml(folder / "project.toml").get("labs", [])}
    for path in paths:
        try:
            cells = nbformat.read(path, as_version=4).cells
        except Exception as error:  # nbformat raises many kinds for what is no notebook
            raise LabError(
                f"{path.name} 不是完整的笔记本（{type(error).__name__}）；请运行 crmlab build"
            ) from error
        kept = folder / "teacher" / f"{path.stem.split('_')[0]}_answers.toml"
        answers = toml(kept).get("answers", []) if kept.exists() else None
        yield Lab(folder, path, list(cells), labs.get(path.stem, {}), answers)


def toml(path: Path) -> dict[str, Any]:
    """Return what a TOML file says, {} when it is absent; raise LabError when it cannot be read."""
    try:
        return tomllib.loads(path.read_text(encoding="utf-8")) if path.exists() else {}
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise LabError(f"{path.name} 读不出来（{error}）；请按 TOML 的写法改好") from error
