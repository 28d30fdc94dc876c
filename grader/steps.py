"""Our own small steps inside nbgrader's rows of steps."""

import re
from typing import Any

from nbgrader.preprocessors import NbGraderPreprocessor
from nbgrader.utils import is_grade, is_solution

Answer = tuple[Any, Any]
CHINESE = re.compile(r"[\u4e00-\u9fff]")
HIDDEN = re.compile(r"^[^\n]*BEGIN HIDDEN TESTS.*?END HIDDEN TESTS[^\n]*\n?", re.MULTILINE | re.DOTALL)
ACTIVE = re.compile(r"<\s*(script|iframe|object|embed|link|meta|base|form)\b", re.IGNORECASE)
ADDRESS = re.compile(r"""(src|href|srcset|action)\s*=\s*["']?\s*(https?:)?//""", re.IGNORECASE)
FORGOTTEN = ("application/javascript", "application/vnd.jupyter.widget-view+json", "text/latex")


class Harmless(NbGraderPreprocessor):
    """A warning in a graded cell costs no points: nbgrader would take any word on stderr for a failure."""

    def preprocess_cell(self, cell: Any, resources: Any, index: int) -> Answer:
        """Return the cell with its warnings filed under ordinary output."""
        if is_grade(cell) and not is_solution(cell):
            for output in cell.get("outputs", []):
                if output.output_type == "stream" and output.name == "stderr":
                    output.name = "stdout"
        return cell, resources


class ForStudents(NbGraderPreprocessor):
    """What a student may see: no hidden test, no traceback of a graded cell, nothing that acts or loads."""

    def preprocess_cell(self, cell: Any, resources: Any, index: int) -> Answer:
        """Return the cell as it goes on the feedback page."""
        if cell.cell_type != "code":
            return cell, resources
        if is_grade(cell) and not is_solution(cell):
            words = resources["words"]
            cell.metadata.nbgrader["verdict"] = _verdict(cell, words)
            cell.source = HIDDEN.sub("", cell.source).strip()
            cell.outputs = []
        else:
            cell.outputs = [kept for output in cell.get("outputs", []) if (kept := _inert(output))]
        return cell, resources


def _verdict(cell: Any, words: dict[str, str]) -> str:
    """Return what the author wrote beside the assertion that failed; empty when nothing failed."""
    for output in cell.get("outputs", []):
        if output.output_type != "error":
            continue
        if output.ename == "AssertionError":
            sentence = (output.evalue.strip().splitlines() or [""])[0]
            return sentence if CHINESE.search(sentence) or " " in sentence else words["failed"]
        if output.ename == "CellTimeoutError":
            return words["timed_out"]
        return words["broken"].format(kind=output.ename)
    return ""


def _inert(output: Any) -> Any | None:
    """Return an output without scripts, widgets and outside addresses; None when nothing is left."""
    if "data" not in output:
        return output
    if any("widget-view" in kind for kind in output.data):
        return None
    for kind in list(output.data):
        text = output.data[kind]
        active = isinstance(text, str) and kind in ("text/html", "image/svg+xml", "text/markdown")
        if kind in FORGOTTEN or (active and (ACTIVE.search(text) or ADDRESS.search(text))):
            del output.data[kind]
    return output if output.data else None
