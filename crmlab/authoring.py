"""Labs for their authors: the text form people edit, and the output-free notebook made from it."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from crmlab.errors import LabError
from crmlab.places import COURSE

if TYPE_CHECKING:
    from nbformat import NotebookNode

KERNEL = {"display_name": "Python 3", "language": "python", "name": "python3"}
MARKER = re.compile(r"^# %%.*$", re.MULTILINE)
LAB_NAME = re.compile(r"lab\d+_\w+")


@dataclass(frozen=True)
class Pair:
    """The two forms of one lab; `text` is edited, `notebook` is made from it."""

    text: Path

    @property
    def notebook(self) -> Path:
        """The notebook beside the text form."""
        return self.text.with_suffix(".ipynb")


def pairs(course: Path = COURSE, *, project: str | None = None) -> list[Pair]:
    """Return every lab under `course`, in order of its name; raise LabError when `project` is no folder of it."""
    if project is not None and not (course / project).is_dir():
        known = "、".join(sorted(p.name for p in course.glob("project*"))) or "（还没有）"
        raise LabError(f"没有名为 {project} 的项目；现有的项目：{known}")
    texts = sorted(course.glob(f"{project or 'project*'}/lab*.py"))
    return [Pair(text) for text in texts if LAB_NAME.fullmatch(text.stem)]


def notebook_of(text: Path) -> "NotebookNode":
    """Return the notebook that `text` (jupytext's percent format) stands for, in normal form.

    No outputs, no counts, nothing but the kernel in its metadata; a cell's id is its grade id, or its place.
    Raises LabError when two cells claim one grade id, or when a marker's keys are out of order.
    """
    import jupytext
    import nbformat
    from nbformat.v4 import new_notebook

    cells = jupytext.reads(text.read_text(encoding="utf-8"), fmt="py:percent").cells
    _refuse_unsorted(text, cells)
    _refuse_doubles(text, cells)
    for place, cell in enumerate(cells, start=1):
        cell["id"] = cell.metadata.get("nbgrader", {}).get("grade_id", f"cell-{place:03d}")
    notebook = new_notebook(cells=cells, metadata={"kernelspec": dict(KERNEL)})
    nbformat.validate(notebook)
    return notebook


def text_of(notebook: "NotebookNode") -> str:
    """Return the percent form of a notebook's cells, without the header that names tools and versions."""
    import jupytext

    return body(jupytext.writes(notebook, fmt="py:percent"))


def body(source: str) -> str:
    """Return a percent text from its first cell marker on."""
    found = MARKER.search(source)
    return source[found.start() :] if found else ""


def build(pair: Pair) -> bool:
    """Write the notebook of `pair`; return whether the file changed."""
    import nbformat

    made = nbformat.writes(notebook_of(pair.text)) + "\n"
    if pair.notebook.exists() and pair.notebook.read_text(encoding="utf-8") == made:
        return False
    pair.notebook.write_text(made, encoding="utf-8", newline="\n")
    return True


def _refuse_unsorted(text: Path, cells: list["NotebookNode"]) -> None:
    for place, cell in enumerate(cells, start=1):
        for keys in _keys(cell.metadata):
            if keys != sorted(keys):
                raise LabError(
                    f"{text.name}：第 {place} 格标记里的键 {'、'.join(keys)} 没有按字母排序；"
                    f"请改为 {'、'.join(sorted(keys))}"
                )


def _keys(told: Mapping[str, Any]) -> Iterator[list[str]]:
    yield list(told)
    for value in told.values():
        if isinstance(value, Mapping):
            yield from _keys(value)


def _refuse_doubles(text: Path, cells: list["NotebookNode"]) -> None:
    ids = [cell.metadata["nbgrader"]["grade_id"] for cell in cells if "nbgrader" in cell.metadata]
    doubles = sorted({i for i in ids if ids.count(i) > 1})
    if doubles:
        raise LabError(f"{text.name}：grade_id {'、'.join(doubles)} 用了不止一次；请给每个格子一个自己的名字")
