"""Honest accidents in a handed-in notebook, put right on a copy before it is graded."""

import json
import re
from collections.abc import Iterable
from copy import deepcopy
from pathlib import Path
from typing import Any

from grader.errors import GraderError

Cell = dict[str, Any]
MOST_CELLS = 2000
KINDS = ("code", "markdown", "raw")
CELL_ID = re.compile(r"[a-zA-Z0-9_-]{1,64}")


def read(path: Path) -> dict[str, Any]:
    """Return the notebook in `path` in today's format; raise GraderError as `parsed` does."""
    return parsed(path.read_bytes(), path.name)


def own(path: Path) -> dict[str, Any]:
    """Return a notebook of ours, made by today's format; other formats are read as `read` does."""
    notebook = json.loads(path.read_bytes())
    return dict(plain(notebook)) if notebook.get("nbformat") == 4 else read(path)


def parsed(data: bytes, name: str) -> dict[str, Any]:
    """Return a notebook in today's format; a byte-order mark and old formats are fine.

    Raises GraderError, with the cure, when it is no notebook at all.
    """
    try:
        text = data.decode("utf-8-sig")
        notebook = json.loads(text)
    except UnicodeDecodeError as error:
        raise GraderError(f"{name} 不是 UTF-8 文字；请让学生在实训环境里重新保存并再交一次") from error
    except json.JSONDecodeError as error:
        raise GraderError(
            f"{name} 第 {error.lineno} 行起不完整或被改坏；请让学生在实训环境里打开、保存并再交一次"
        ) from error
    except (ValueError, RecursionError) as error:
        raise GraderError(f"{name} 的内容不像笔记本；请让学生在实训环境里重新保存并再交一次") from error
    try:
        made = dict(plain(notebook if _of_today(notebook) else _from_another_format(text)))
    except Exception as error:  # what is no notebook fails in many ways
        raise GraderError(f"{name} 不是笔记本文件；请让学生交 lab 开头的 .ipynb 文件") from error
    if len(made["cells"]) > MOST_CELLS:
        raise GraderError(
            f"{name} 有 {len(made['cells'])} 格，最多 {MOST_CELLS} 格；请让学生删掉多余的格子再交一次"
        )
    return made


def _of_today(notebook: Any) -> bool:
    return isinstance(notebook, dict) and notebook.get("nbformat") == 4 and "cells" in notebook


def _from_another_format(text: str) -> Any:
    import nbformat  # seconds of imports: only who needs it pays for it

    return nbformat.reads(text, as_version=4)


def plain(notebook: Any) -> Any:
    """Return the notebook with nothing in it but what the marker leans on: known cells, in nbformat's form.

    Raises whatever it meets in what is no notebook.
    """
    cells = [_plain_cell(cell) for cell in notebook["cells"] if cell["cell_type"] in KINDS]
    taken: set[str] = set()
    for number, cell in enumerate(cells):  # an id may stand once only, and today's format wants one
        if cell.get("id") is None or cell["id"] in taken:
            cell["id"] = f"cell-{number}-{len(cells)}"
        taken.add(cell["id"])
    about = notebook.get("metadata")
    return {
        "cells": cells,
        "metadata": dict(about) if isinstance(about, dict) else {},
        "nbformat": 4,
        "nbformat_minor": 5,
    }


def _plain_cell(cell: Any) -> Cell:
    source, about = cell.get("source", ""), cell.get("metadata")
    made: Cell = {
        "cell_type": str(cell["cell_type"]),
        "source": "".join(source) if isinstance(source, list) else str(source),
        "metadata": dict(about) if isinstance(about, dict) else {},
    }
    known = made["metadata"].get("nbgrader")
    if not (isinstance(known, dict) and isinstance(known.get("grade_id", ""), str)):
        made["metadata"].pop("nbgrader", None)
    if isinstance(cell.get("id"), str) and CELL_ID.fullmatch(cell["id"]):
        made["id"] = cell["id"]
    if made["cell_type"] == "code":
        shown = cell.get("outputs")
        made["outputs"] = (
            [_joined(one) for one in shown if isinstance(one, dict)] if isinstance(shown, list) else []
        )
        made["execution_count"] = None
    elif isinstance(cell.get("attachments"), dict):
        made["attachments"] = cell["attachments"]
    return made


def _joined(output: dict[str, Any]) -> dict[str, Any]:
    """Return an output with each text in one piece; files keep long ones as lists of lines."""
    made = dict(output)
    if isinstance(made.get("text"), list):
        made["text"] = "".join(map(str, made["text"]))
    if isinstance(made.get("data"), dict):
        made["data"] = {
            kind: "".join(map(str, value)) if isinstance(value, list) and "json" not in kind else value
            for kind, value in made["data"].items()
        }
    return made


def repair(
    notebook: dict[str, Any], release: dict[str, Any], others: Iterable[dict[str, Any]] = ()
) -> list[str]:
    """Mend `notebook` in place against its `release`; return one sentence for each thing done.

    Cells whose marks were stripped get them back, of copied cells the one the student worked in stays, deleted
    cells come back, and an untouched answer cell of a release in another language (`others`) counts as untouched.
    Raises GraderError when nothing in the notebook can be told to be the author's.
    """
    notes = _marks_again(notebook, release) + _drop_copies(notebook, release)
    for other in others:
        _untouched_stays_untouched(notebook, release, other)
    return notes + _put_back(notebook, release)


def task(cell: Cell) -> str | None:
    """Return the grade id of a cell, None for a cell that nbgrader does not know."""
    return cell["metadata"].get("nbgrader", {}).get("grade_id")


def by_task(notebook: dict[str, Any]) -> dict[str, Cell]:
    """Return the cells that nbgrader knows, by grade id."""
    return {name: cell for cell in notebook["cells"] if (name := task(cell))}


def _marks_again(notebook: dict[str, Any], release: dict[str, Any]) -> list[str]:
    """Give cells that some program stripped of their marks these back: told by id, else by their place."""
    there = by_task(notebook)
    lost = {name: cell for name, cell in by_task(release).items() if name not in there}
    bare = [cell for cell in notebook["cells"] if task(cell) is None]
    known = {cell["id"]: cell for cell in bare if "id" in cell}
    pairs = [(cell, known[cell["id"]]) for cell in lost.values() if cell.get("id") in known]
    kinds = [[cell["cell_type"] for cell in one["cells"]] for one in (notebook, release)]
    if not there and not pairs and kinds[0] == kinds[1]:
        pairs = [(a, b) for a, b in zip(release["cells"], notebook["cells"], strict=True) if task(a)]
    if not there and not pairs and lost and any(cell["source"].strip() for cell in bare):
        raise GraderError(
            "笔记本里的评分标记全都没有了，认不出哪一格是哪道题；请让学生用发下来的笔记本重新做、重新交"
        )
    for original, cell in pairs:
        cell["metadata"]["nbgrader"] = dict(original["metadata"]["nbgrader"])
    names = "、".join(str(task(cell)) for _original, cell in pairs)
    return [f"格子 {names} 丢了的评分标记已补回"] if pairs else []


def _drop_copies(notebook: dict[str, Any], release: dict[str, Any]) -> list[str]:
    released = by_task(release)
    groups: dict[str, list[Cell]] = {}
    for cell in notebook["cells"]:
        if name := task(cell):
            groups.setdefault(name, []).append(cell)
    notes = []
    for name, cells in groups.items():
        if len(cells) == 1:
            continue
        original = released.get(name, cells[0])["source"]
        worked_in = [cell for cell in cells if cell["source"] != original]
        kept = worked_in[0] if worked_in else cells[0]
        for cell in cells:
            if cell is not kept:
                del cell["metadata"]["nbgrader"]
        notes.append(f"格子 {name} 有 {len(cells)} 份，按{'第一份改过的' if worked_in else '第一份'}评分")
    return notes


def _untouched_stays_untouched(
    notebook: dict[str, Any], release: dict[str, Any], other: dict[str, Any]
) -> None:
    released, translated = by_task(release), by_task(other)
    for name, cell in by_task(notebook).items():
        if name in released and name in translated and cell["source"] == translated[name]["source"]:
            cell["source"] = released[name]["source"]


def _put_back(notebook: dict[str, Any], release: dict[str, Any]) -> list[str]:
    place = {name: number for number, cell in enumerate(notebook["cells"]) if (name := task(cell))}
    missing, after = [], -1
    for cell in release["cells"]:
        name = task(cell)
        if name is None:
            continue
        if name in place:
            after = max(after, place[name])
        else:
            missing.append((after, deepcopy(cell)))  # the release itself stays as it is
    for after, cell in reversed(missing):
        notebook["cells"].insert(after + 1, cell)
    names = "、".join(str(task(cell)) for _, cell in missing)
    return [f"被删掉的格子 {names} 已放回"] if missing else []
