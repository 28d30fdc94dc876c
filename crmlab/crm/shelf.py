"""The CRMs of a student's folder, one a project: which there are, and which one is open."""

import tomllib
from dataclasses import dataclass, replace
from pathlib import Path

from crmlab.crm.place import FILE, Place
from crmlab.errors import LabError


@dataclass(frozen=True)
class Book:
    """One project's CRM, whether its file is there yet or not."""

    project: str
    title: str
    path: Path


def books(shelf: Path) -> list[Book]:
    """Return the CRMs of every project in a folder, in order of name."""
    found = []
    for about in sorted(shelf.glob("*/project.toml")):
        try:
            title = str(tomllib.loads(about.read_text(encoding="utf-8-sig")).get("title", ""))
        except (OSError, ValueError):
            title = ""
        found.append(Book(about.parent.name, title or about.parent.name, about.parent / FILE))
    return found


def first(shelf: Path) -> Path:
    """Return the file to open first: the one worked on last, else the first project's, else the teacher's own."""
    from crmlab import places

    there = books(shelf)
    used = [book.path for book in there if book.path.is_file()]
    if used:
        return max(used, key=lambda path: path.stat().st_mtime)
    own = places.GRADING if shelf.resolve() == places.ROOT else shelf
    return there[0].path if there else own / FILE


def turn_to(place: Place, project: str) -> Place:
    """Return the place of another project's CRM; raise LabError for a project that is not there."""
    there = {book.project: book.path for book in books(place.shelf)} if place.shelf else {}
    if project not in there:
        raise LabError(f"没有项目 {project[:60]!r}；现有的：{'、'.join(there) or '（没有）'}")
    return replace(place, database=there[project])
