"""A course of one project with one notebook, small enough to grade in seconds."""

from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pandas as pd

PROJECT = "project01_tiny"
NOTEBOOK = "lab1_sum.ipynb"

HIDDEN = """assert isinstance(total, int), "请填一个整数。"
### BEGIN HIDDEN TESTS
secret_answer = 5
assert total == secret_answer, "两数之和不对，请再加一次。"
### END HIDDEN TESTS"""


def code(name: str, source: str, **about: Any) -> Any:
    return _cell("code", name, source, about)


def text(name: str, source: str, **about: Any) -> Any:
    return _cell("markdown", name, source, about)


def _cell(kind: str, name: str, source: str, about: dict[str, Any]) -> Any:
    from nbformat.v4 import new_code_cell, new_markdown_cell

    cell = new_code_cell(source) if kind == "code" else new_markdown_cell(source)
    cell["id"] = name
    if about:
        flags = {"grade": False, "locked": False, "solution": False, "task": False, "schema_version": 3}
        cell["metadata"]["nbgrader"] = {"grade_id": name, **flags, **about}
    return cell


def course(folder: Path) -> Path:
    """Write the course under `folder` and return its source folder."""
    import nbformat
    from nbformat.v4 import new_notebook

    cells = [
        text("story", "# 两数之和\n\n算出 2 + 3。"),
        code("given", "a, b = 2, 3", locked=True),
        code("answer", "### BEGIN SOLUTION\ntotal = a + b\n### END SOLUTION", solution=True),
        code("total", HIDDEN, grade=True, locked=True, points=4),
        text("why", "因为加法。", grade=True, solution=True, points=2),
    ]
    kernel = {"display_name": "Python 3", "language": "python", "name": "python3"}
    notebook = new_notebook(cells=cells, metadata={"kernelspec": kernel})
    project = folder / "course" / PROJECT
    (project / "teacher").mkdir(parents=True)
    nbformat.write(notebook, project / NOTEBOOK)
    (project / "lab1_sum.py").write_text("secret_answer = 5\n", encoding="utf-8")
    (project / "teacher" / "key.md").write_text("答案是 5\n", encoding="utf-8")
    (project / "lab1_sum.toml").write_text('hello = "你好"\n', encoding="utf-8")
    (project / "project.toml").write_text('tables = ["calls"]\n', encoding="utf-8")
    return folder / "course"


@dataclass(frozen=True)
class World:
    """What `crmlab.world.build` gives, in small; every third seed is not accepted."""

    visible: dict[str, pd.DataFrame]
    truth: dict[str, pd.DataFrame]
    facts: dict[str, Any]
    difficulty: dict[str, float]
    accepted: bool


def world(seed: int) -> World:
    calls = pd.DataFrame({"contact_id": [1, 2], "wait": [seed % 97 / 10, 3.5]})
    return World(
        visible={"calls": calls, "notes": calls.head(1)},
        truth={"causes": calls},
        facts={"answer": seed % 97},
        difficulty={"asa": seed % 97 / 97},
        accepted=seed % 3 != 0,
    )


def hopeless(seed: int) -> World:
    return replace(world(seed), accepted=False)
