"""Whether a student's notebook is whole: held cell by cell against the one that was given out."""

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from crmlab.language import translator

Cell = dict[str, Any]
HEADING = re.compile(r"^#{1,3} +(.+?)\s*$", re.MULTILINE)
BRACKETS = re.compile(r"\s*(（[^（）]*）|\([^()]*\))")
MOST = 4  # headings named in one sentence


def told(project: Path, released: Path | None, *, lang: str = "zh") -> list[str]:
    """Return one sentence for each notebook of `project` that is not whole, with its cure; none when all are.

    Without a release to hold it against, only a notebook that cannot be read is told.
    """
    _ = translator(lang)
    sentences = []
    for path in sorted(project.glob("lab*.ipynb")):
        here = _cells(path)
        if here is None:
            sentences.append(_("注意：{name} 读不出来，老师可能批不了。").format(name=path.name))
        elif released is not None and (given := _cells(released / path.name)) is not None:
            parts = list(dict.fromkeys(_damaged(here, given)))
            if parts:
                named = ", ".join(parts[:MOST]) + (" …" if parts[MOST:] else "")
                said = _("注意：{name} 里有的格子被删掉、合并或改坏了，在这些部分：{parts}。")
                sentences.append(said.format(name=path.name, parts=named))
    if sentences:
        cure = _(
            "作业照样打包，表单里的答案都在。要修好：给坏了的笔记本改个名字，再运行 python3 lab.py，会送来一份新的，"
            "答案自己回来；把写给老周的话再填进去，保存，重新交一次。"
        )
        sentences.append(cure)
    return sentences


def _cells(path: Path) -> list[Cell] | None:
    try:
        cells = json.loads(path.read_text(encoding="utf-8-sig"))["cells"]
        return [
            one for one in cells if isinstance(one["cell_type"], str) and isinstance(one["metadata"], dict)
        ]
    except (OSError, ValueError, KeyError, TypeError, RecursionError):
        return None


def _damaged(here: list[Cell], given: list[Cell]) -> Iterator[str]:
    """Give the heading above each released cell that is gone, of another kind, or without its heading."""
    there = {name: cell for cell in here for name in _names(cell)}
    heading = ""
    for cell in given:
        found = HEADING.search(_text(cell)) if cell["cell_type"] == "markdown" else None
        heading = BRACKETS.sub("", found.group(1)) if found else heading
        mine = next((there[name] for name in _names(cell) if name in there), None)
        # of a text only the heading is asked for: the rest may be a newer one of the teacher's
        if mine is None or mine["cell_type"] != cell["cell_type"] or (found and heading not in _text(mine)):
            yield heading


def _names(cell: Cell) -> list[str]:
    about = cell["metadata"].get("nbgrader")
    task = about.get("grade_id") if isinstance(about, dict) else None
    return [name for name in (f"task {task}" if task else "", str(cell.get("id", ""))) if name]


def _text(cell: Cell) -> str:
    source = cell.get("source", "")
    return "".join(source) if isinstance(source, list) else str(source)
