"""Why a task lost points, in its author's own sentence and never in anything else."""

import ast
import re
import tomllib
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from grader import repair
from grader.course import Course

State = Literal["passed", "failed", "broken", "timed_out"]
HIDDEN = re.compile(r"BEGIN HIDDEN TESTS[^\n]*\n(.*?)\n[^\n]*END HIDDEN TESTS", re.DOTALL)
RELEASES = ("release", "release-en")
SHORTEST_SECRET = 12
LONGEST_ROWS = 1500
PLACE = re.compile(r"^[^{}]+\{\w+\}$")
"""A sentence with one place, at its end, for the rows that are wrong."""
BETWEEN = re.compile(r"；|; ")
ROW = re.compile(r"[A-Z]\d{1,2}(?: ?[（(][^（）()]{1,40}[）)][^（）()]{1,100})?")
"""One of those rows: its mark, what was chosen, what to look at again."""


@dataclass(frozen=True)
class Verdict:
    """What a graded cell came to; `said` is its author's sentence, `kind` the exception's type.

    `rows` names the rows that were wrong, where the author's sentence ends in a place for them.
    """

    state: State
    said: str = ""
    kind: str = ""
    rows: str = ""


@dataclass(frozen=True)
class Author:
    """What the author of a project wrote: sentences for students, and lines no student may see."""

    sentences: frozenset[str]
    secrets: frozenset[str]

    def verdict(self, cell: dict[str, Any]) -> Verdict:
        """Return what a marked cell came to.

        The text of an exception may come from a student's code and repeat a hidden argument, so it is told
        only when it is, word for word, a sentence of the author's; what fills the place at its end only when it is
        a list of rows, each a short mark, what was chosen, and what to look at again.
        """
        for output in cell.get("outputs", []):
            if output.get("output_type") != "error":
                continue
            kind = str(output.get("ename", ""))
            if kind == "CellTimeoutError":
                return Verdict("timed_out", kind=kind)
            said = (str(output.get("evalue", "")).strip().splitlines() or [""])[0].strip()
            known, rows = self._known(said)
            state: State = "failed" if known or kind == "AssertionError" else "broken"
            return Verdict(state, known, kind if kind.isidentifier() else "", rows)
        return Verdict("passed")

    def _known(self, said: str) -> tuple[str, str]:
        """Return the author's sentence that a text is, and the rows that it names; "" twice when it is none."""
        if said in self.sentences:
            return said, ""
        for sentence in self.sentences:
            begin, place, _end = sentence.partition("{")
            if place and PLACE.search(sentence) and said.startswith(begin):
                rows = said[len(begin) :]
                if len(rows) <= LONGEST_ROWS and all(ROW.fullmatch(one) for one in BETWEEN.split(rows)):
                    return begin.strip(), rows
        return "", ""

    def gives_away(self, text: str) -> bool:
        """Tell whether `text` holds a line of a hidden test."""
        return any(secret in text for secret in self.secrets)


def author(course: Course, project: str) -> Author:
    """Return what the author of `project` wrote; GraderError when a notebook of the course cannot be read."""
    sentences: set[str] = set()
    secrets: set[str] = set()
    for path in sorted((course.source / project).glob("*.ipynb")):
        for cell in repair.read(path)["cells"]:
            if cell["cell_type"] == "code" and cell["metadata"].get("nbgrader", {}).get("grade"):
                sentences |= _messages(cell["source"])
                hidden = "\n".join(HIDDEN.findall(cell["source"]))
                lines = {line.strip() for line in hidden.splitlines()}
                secrets |= {line for line in lines if len(line) >= SHORTEST_SECRET and not _public(line)}
    folders = [course.source / project, *(course.home / name / project for name in RELEASES)]
    for folder in folders:
        for path in sorted(folder.glob("lab*.toml")):
            sentences |= _words(path)
    return Author(frozenset(sentences), frozenset(secrets))


def _public(line: str) -> bool:
    return line.startswith(("import ", "from ", "#"))


def _messages(source: str) -> set[str]:
    """Return the constant sentences beside the assertions of a cell."""
    try:
        tree = ast.parse(source)
    except SyntaxError:  # a cell with a magic; its sentences stay untold
        return set()
    found = [node.msg for node in ast.walk(tree) if isinstance(node, ast.Assert)]
    found += [
        node.exc.args[0] for node in ast.walk(tree)
        if isinstance(node, ast.Raise) and isinstance(node.exc, ast.Call) and node.exc.args
    ]  # fmt: skip
    return {
        first
        for one in found
        if isinstance(one, ast.Constant) and isinstance(one.value, str) and (first := _first(one.value))
    }


def _words(path: Path) -> set[str]:
    told = tomllib.loads(path.read_text(encoding="utf-8"))
    found = list(told.get("say", {}).values())
    for checks in told.get("check", {}).values():
        found += checks.values() if isinstance(checks, dict) else []
    return {first for one in found if isinstance(one, str) and (first := _first(one))}


def _first(text: str) -> str:
    return (text.strip().splitlines() or [""])[0].strip()
