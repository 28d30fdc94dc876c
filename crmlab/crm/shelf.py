"""The CRMs of a student's folder, one a project: which there are, and which one is open."""

import tomllib
from dataclasses import dataclass, replace
from pathlib import Path

from crmlab.crm.place import DEFAULT, FILE, Place
from crmlab.errors import LabError


@dataclass(frozen=True)
class Book:
    """One project's CRM, whether its file is there yet or not."""

    project: str
    title: str
    path: Path
    role: str = DEFAULT
    """As whom one enters it: what `crm_role` of the project says."""


def books(shelf: Path) -> list[Book]:
    """Return the CRMs of every project in a folder, in order of name."""
    found = []
    for about in sorted(shelf.glob("*/project.toml")):
        try:
            told = tomllib.loads(about.read_text(encoding="utf-8-sig"))
        except (OSError, ValueError):
            told = {}
        name = about.parent.name
        title, role = str(told.get("title", "")) or name, str(told.get("crm_role", DEFAULT))
        found.append(Book(name, title, about.parent / FILE, role))
    return found


def first(shelf: Path) -> Book:
    """Return what to open first: the one worked on last, else the first project's, else the teacher's own."""
    from crmlab import places

    there = books(shelf)
    used = [book for book in there if book.path.is_file()]
    if used:
        return max(used, key=lambda book: book.path.stat().st_mtime)
    own = places.GRADING if shelf.resolve() == places.ROOT else shelf
    return there[0] if there else Book("", "", own / FILE)


def turn_to(place: Place, project: str) -> Place:
    """Return the place of another project's CRM, entered in that project's role.

    Raises LabError for a project that is not there, or names a role that there is not.
    """
    there = {book.project: book for book in books(place.shelf)} if place.shelf else {}
    if project not in there:
        raise LabError(f"没有项目 {project[:60]!r}；现有的：{'、'.join(there) or '（没有）'}")
    return replace(place, database=there[project].path, role=there[project].role)
