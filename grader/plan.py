"""What the marker has to know about a project: its cells, their tests and points, and whose each name is."""

import hashlib
import json
import sqlite3
from contextlib import closing
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any

from grader import bonus, names, repair
from grader.course import Course
from grader.errors import GraderError

Cell = dict[str, Any]
OTHER_RELEASES = ("release-en",)
EDITIONS = {"en": "release-en"}  # beside Chinese, the language of the course itself


@dataclass(frozen=True)
class Task:
    """One cell that earns points, as the gradebook knows it."""

    cell_id: str
    name: str
    max_score: float
    kind: str
    bonus: float = 0.0
    """Points on top of all others, for a cell that has none of its own."""


@dataclass(frozen=True)
class NotebookPlan:
    """One notebook of a project; texts by grade id."""

    id: str
    name: str
    release: dict[str, Any]
    others: tuple[dict[str, Any], ...]
    source: dict[str, Any] | None
    full: dict[str, str]
    checksums: dict[str, str]
    tasks: dict[str, Task]
    comments: dict[str, str]

    @property
    def file(self) -> str:
        """The notebook's file name."""
        return f"{self.name}.ipynb"

    @property
    def language(self) -> str:
        """The programming language of the notebook's kernel."""
        return str(self.release["metadata"].get("kernelspec", {}).get("language", "python")).lower()

    @cached_property
    def needs(self) -> "dict[str, Need]":
        """What the judge needs for each locked or test cell."""
        return needs_of(self.source or self.release, self.full)


@dataclass(frozen=True)
class Need:
    """`theirs`: names to take from the student; `reads`: all the cell may read; `first`: imports to run before."""

    theirs: frozenset[str]
    reads: frozenset[str]
    ours: frozenset[str]
    first: str


@dataclass(frozen=True)
class Plan:
    """A project ready to be graded."""

    project: str
    assignment_id: str
    notebooks: tuple[NotebookPlan, ...]
    files: tuple[Path, ...]
    editions: dict[str, tuple[Path, ...]] = field(default_factory=dict)
    """The words and the page of a project as released in another language, by language."""

    def files_for(self, submitted: Path) -> tuple[Path, ...]:
        """Return the course's own files for a hand-in, in the language in which its student worked."""
        there = {path.name: path for path in self.editions.get(self._language(submitted), ())}
        return tuple(there.get(path.name, path) for path in self.files)

    def _language(self, submitted: Path) -> str:
        for notebook in self.notebooks if self.editions else ():
            try:
                about = repair.read(submitted / notebook.file)["metadata"].get("crmlab")
            except (GraderError, OSError):
                continue
            if isinstance(about, dict) and isinstance(about.get("language"), str):
                return str(about["language"])
        return ""

    @property
    def max_score(self) -> float:
        """The points that can be earned."""
        return sum(task.max_score for notebook in self.notebooks for task in notebook.tasks.values())

    @cached_property
    def imports(self) -> tuple[str, ...]:
        """The modules that the author's own cells import: worth keeping warm."""
        texts = [
            cell["source"]
            for notebook in self.notebooks
            for cell in (notebook.source or notebook.release)["cells"]
            if cell["cell_type"] == "code"
        ]
        return tuple(sorted(set().union(*(names.modules(text) for text in texts))))

    @cached_property
    def fingerprint(self) -> str:
        """A hash of all of the course's that decides a grade."""
        seen = hashlib.sha256()
        for notebook in self.notebooks:
            about = [
                notebook.file,
                notebook.full,
                notebook.release["cells"],
                (notebook.source or {}).get("cells"),
            ]
            seen.update(json.dumps(about, sort_keys=True).encode())
        for path in (*self.files, *(path for told in self.editions.values() for path in told)):
            seen.update(path.name.encode() + b"\0" + path.read_bytes())
        return seen.hexdigest()


def load(course: Course, project: str) -> Plan:
    """Return the plan of a released project; raise GraderError when it was never released."""
    book = course.home / "gradebook.db"
    refusal = GraderError(f"项目 {project} 还没有发布过，成绩册里没有它的题目；请先运行 release {project}")
    if not book.exists():
        raise refusal
    with closing(sqlite3.connect(f"{book.resolve().as_uri()}?mode=ro", uri=True)) as db:
        try:
            row = db.execute("SELECT id FROM assignment WHERE name = ?", (project,)).fetchone()
        except sqlite3.DatabaseError as error:
            raise GraderError(f"成绩册 {book} 读不出来：{error}；请用备份恢复它") from error
        notebooks = (
            db.execute(
                "SELECT id, name FROM notebook WHERE assignment_id = ? ORDER BY name", (row[0],)
            ).fetchall()
            if row
            else []
        )
        plans = tuple(_notebook(course, project, db, *one) for one in notebooks)
    if not any(plan.tasks for plan in plans):
        raise refusal
    editions = {
        language: tuple(sorted((course.home / folder / project).glob("*.toml")))
        for language, folder in EDITIONS.items()
        if (course.home / folder / project).is_dir()
    }
    return Plan(project, row[0], plans, tuple(_files(course, project)), editions)


def _notebook(course: Course, project: str, db: sqlite3.Connection, key: str, name: str) -> NotebookPlan:
    cells = db.execute(
        "SELECT name, source, checksum FROM source_cell WHERE notebook_id = ?", (key,)
    ).fetchall()
    graded = db.execute(
        "SELECT b.id, b.name, g.max_score, b.type FROM base_cell b JOIN (SELECT id, max_score FROM grade_cells "
        "UNION ALL SELECT id, max_score FROM task_cells) g ON g.id = b.id WHERE b.notebook_id = ?",
        (key,),
    ).fetchall()
    answers = db.execute(
        "SELECT name, id FROM base_cell WHERE notebook_id = ? AND type IN ('SolutionCell', 'TaskCell')",
        (key,),
    ).fetchall()
    release = course.home / "release" / project / f"{name}.ipynb"
    source = course.source / project / f"{name}.ipynb"
    if not release.exists():
        raise GraderError(f"发布的笔记本 {release} 不在了；请再运行 release {project}")
    extra = bonus.of_cells(repair.own(release)["cells"])
    others = [course.home / other / project / f"{name}.ipynb" for other in OTHER_RELEASES]
    return NotebookPlan(
        id=key,
        name=name,
        release=repair.own(release),
        others=tuple(repair.own(other) for other in others if other.exists()),
        source=repair.own(source) if source.exists() else None,
        full={cell: text or "" for cell, text, _sum in cells},
        checksums={cell: checksum or "" for cell, _text, checksum in cells},
        tasks={
            task: Task(cell, task, float(most), kind, 0.0 if most else extra.get(task, 0.0))
            for cell, task, most, kind in graded
        },
        comments=dict(answers),
    )


def _files(course: Course, project: str) -> list[Path]:
    """Return the files of the source that lie beside every graded notebook, as nbgrader chooses them."""
    from fnmatch import fnmatch

    from grader.course import IGNORED

    folder = course.source / project
    return [
        path
        for path in sorted(folder.rglob("*"))
        if path.is_file()
        and path.suffix != ".ipynb"
        and not any(fnmatch(part, one) for part in path.relative_to(folder).parts for one in IGNORED)
    ]


def judged(cell: Cell) -> bool:
    """Return whether the judge runs this cell: locked or test code of the author's."""
    about = cell["metadata"].get("nbgrader", {})
    own = bool(about.get("solution")) or bool(about.get("task"))
    return cell["cell_type"] == "code" and not own and bool(about.get("locked") or about.get("grade"))


def is_test(cell: Cell) -> bool:
    """Return whether this judged cell earns points."""
    return judged(cell) and bool(cell["metadata"]["nbgrader"].get("grade"))


def needs_of(notebook: dict[str, Any], full: dict[str, str]) -> dict[str, Need]:
    """Read from the author's own text whose each name is when a judged cell runs.

    Names set or changed by the author's solution belong to the student from there on, names set by locked
    and test cells to the judge. Imports of the author's solution are made by the judge itself.
    """
    theirs: set[str] = set()
    ours: set[str] = set()
    bodies: dict[str, set[str]] = {}
    imports: list[str] = []
    needs = {}
    for cell in notebook["cells"]:
        if cell["cell_type"] != "code":
            continue
        name = repair.task(cell)
        found = names.of(full.get(name, cell["source"]) if name and judged(cell) else cell["source"])
        if not (name and judged(cell)):
            theirs |= found.sets | found.changes
            ours = (ours | found.imported) - found.sets - found.changes
            imports += found.imports
            continue
        reads = _closure(found.reads, bodies)
        needs[name] = Need(
            frozenset(reads & theirs - found.imported), frozenset(reads), frozenset(ours), "\n".join(imports)
        )
        imports = []
        bodies |= found.reads_of
        ours |= found.sets | found.imported
        theirs -= found.sets | found.imported
    return needs


def _closure(reads: set[str], bodies: dict[str, set[str]]) -> set[str]:
    """Return the names a cell reads, also inside the author's functions that it calls."""
    found, fresh = set(reads), set(reads)
    while fresh:
        fresh = set().union(*(bodies.get(name, set()) for name in fresh)) - found
        found |= fresh
    return found
