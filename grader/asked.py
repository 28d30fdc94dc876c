"""What each graded task asked, read from the released notebook and the words beside it."""

import re
import tomllib
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from grader import bonus, repair, tamed

ASKS = re.compile(r"""\.(?:form|live_board)\(\s*["'](\w+)["']""")
HEADING = re.compile(r"^#{1,3} +(.+?)\s*#*$", re.MULTILINE)
BRACKETS = re.compile(r"（[^（）]*）|\([^()]*\)")
CHINESE = re.compile(r"[\u4e00-\u9fff]")
LONGEST = 400


@dataclass(frozen=True)
class Field:
    """One question of a form, as the words beside the notebook describe it."""

    name: str
    kind: str
    label: str
    options: dict[str, str]
    about: dict[str, Any]

    def shown(self, value: Any) -> str:
        """Return an answer in the reader's words, "" for none; anything at all may stand in a hand-in."""
        if value is None or value == [] or value == "":
            return ""
        if isinstance(value, list):
            between = "、" if CHINESE.search(self.label + "".join(self.options.values())) else ", "
            return between.join(self.options.get(str(one), str(one)) for one in value)[:LONGEST]
        return str(self.options.get(str(value), str(value)))[:LONGEST]


@dataclass(frozen=True)
class Form:
    """A form of the lab; with `rows` its fields are asked for each row of a table."""

    name: str
    title: str
    intro: str
    hints: tuple[str, ...]
    fields: tuple[Field, ...]
    rows: bool

    def came(self, answer: Any) -> list[tuple[str, str]]:
        """Return (question, answer in words) for each question; no line for rows nobody filled in."""
        given = answer if isinstance(answer, dict) else {}
        if not self.rows:
            return [(field.label, field.shown(given.get(field.name))) for field in self.fields]
        lines = []
        for row, cells in given.items():
            filled = cells if isinstance(cells, dict) else {}
            parts = [shown for field in self.fields if (shown := field.shown(filled.get(field.name)))]
            lines.append((str(row)[:40], " · ".join(parts)))
        return lines


@dataclass(frozen=True)
class Task:
    """One graded cell: which notebook and section it stands in, its points, and the form it reads, if any."""

    notebook: str
    name: str
    points: float
    heading: str
    form: Form | None
    by_hand: bool
    asked: str = ""
    bonus: float = 0.0
    """Points on top of all others; such a task has no `points` of its own."""


def tasks(folder: Path) -> list[Task]:
    """Return the graded cells of a released project in the order in which students meet them.

    Raises GraderError when a notebook in `folder` cannot be read.
    """
    found: list[Task] = []
    for path in sorted(folder.glob("*.ipynb")):
        found += _of_notebook(path)
    return found


def forms(folder: Path, lab: str) -> dict[str, Form]:
    """Return the forms of a lab by name; none when no words lie beside its notebook."""
    path = folder / f"{lab}.toml"
    if not path.exists():
        return {}
    words = tomllib.loads(path.read_text(encoding="utf-8"))
    shared = words.get("options", {})
    return {name: _form(name, about, shared) for name, about in words.get("form", {}).items()}


def names(folder: Path, lab: str) -> tuple[str, str]:
    """Return what a released project and one of its labs are called, their folder and file names at the least."""
    told = []
    for path, otherwise in ((folder / "project.toml", folder.name), (folder / f"{lab}.toml", lab)):
        words = tomllib.loads(path.read_text(encoding="utf-8")) if path.exists() else {}
        told.append(str(words.get("title", otherwise)))
    return told[0], told[1]


def answers(folder: Path) -> dict[str, Any]:
    """Return the answers file of a hand-in, {} when there is none that can be read: a stranger wrote it."""
    plain = tamed.json_of(folder / "answers.json")
    return plain if isinstance(plain, dict) else {}


def part(plain: dict[str, Any], name: str, lab: str) -> dict[str, Any]:
    """Return one part of an answers file for one lab: form → value; {} for anything else."""
    labs = plain.get(name)
    kept = labs.get(lab) if isinstance(labs, dict) else None
    return kept if isinstance(kept, dict) else {}


def given(plain: dict[str, Any], lab: str) -> dict[str, Any]:
    """Return what was answered in one lab, form → answer: of forms worked in a program beside it, what was last read there.

    Row by row, since a form may be worked in both.
    """
    found = dict(part(plain, "answers", lab))
    for form, worked in part(plain, "crm", lab).items():
        if isinstance(worked, dict):
            kept = found.get(form)
            found[form] = {**(kept if isinstance(kept, dict) else {}), **worked}
    return found


def title(heading: str) -> str:
    """Return a section's heading without the brackets that tell points and minutes."""
    return re.sub(r"[*_`]", "", BRACKETS.sub("", heading)).strip()


def _of_notebook(path: Path) -> list[Task]:
    known = forms(path.parent, path.stem)
    found: list[Task] = []
    heading, form, asked = path.stem, "", ""
    for cell in repair.read(path)["cells"]:
        about = cell["metadata"].get("nbgrader", {})
        if cell["cell_type"] == "markdown" and not about.get("solution"):
            asked = cell["source"]
            if headings := HEADING.findall(asked):
                heading, form = headings[-1], ""
        elif named := ASKS.findall(cell["source"]):
            form = named[-1]
        if about.get("grade"):
            by_hand = bool(about.get("solution") or about.get("task"))
            one = Task(
                notebook=path.stem,
                name=about["grade_id"],
                points=float(about.get("points", 0)),
                heading=title(heading),
                form=known.get(form),
                by_hand=by_hand,
                asked=asked,
                bonus=bonus.of_cell(cell),
            )
            found.append(one)
    return found


def _form(name: str, about: dict[str, Any], shared: dict[str, Any]) -> Form:
    fields = tuple(_field(one, shared) for one in about.get("field", []))
    return Form(
        name=name,
        title=about.get("title", name),
        intro=about.get("intro", ""),
        hints=tuple(about.get("hints", ())),
        fields=fields,
        rows="rows" in about,
    )


def _field(about: dict[str, Any], shared: dict[str, Any]) -> Field:
    options = about.get("options", [])
    pairs = shared.get(options, []) if isinstance(options, str) else options
    return Field(
        name=about["name"],
        kind=about.get("kind", "text"),
        label=about.get("label", about["name"]),
        options={str(value): str(label) for value, label in pairs},
        about=about,
    )
