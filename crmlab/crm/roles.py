"""Who may do what: six roles, read from roles.toml."""

import tomllib
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

LETTERS = {"view": "v", "add": "a", "change": "c", "delete": "d", "export": "e"}
CODED = {"ownfield": "own_fields", "merge": "merge", "erasure": "erase", "exportlog": "log"}
"""Tables of the desk, and the right that opens each."""
READ_ONLY = {"merge", "exportlog"}


@dataclass(frozen=True)
class Role:
    """One role."""

    key: str
    zh: str
    en: str
    rights: frozenset[str]
    tables: dict[str, str]

    def may(self, right: str) -> bool:
        """Return whether the role has a right."""
        return right in self.rights

    def on(self, table: str, act: str) -> bool:
        """Return whether the role may `act` (view, add, change, delete, export, import) on a table."""
        if table in CODED:
            return self.may(CODED[table]) and (act == "view" or table not in READ_ONLY)
        letters = self.tables.get(table, self.tables.get("*", ""))
        if act == "import":
            return self.may("import") and "a" in letters and "c" in letters
        return LETTERS.get(act, "?") in letters


@cache
def roles() -> dict[str, Role]:
    """Return every role by its key."""
    told = tomllib.loads(Path(__file__).with_name("roles.toml").read_text(encoding="utf-8"))
    return {
        key: Role(key, role["zh"], role["en"], frozenset(role["rights"]), role["tables"])
        for key, role in told.items()
    }


NOBODY = Role("nobody", "", "", frozenset(), {})


def role_of(user: Any) -> Role:
    """Return the role of a user; one that may do nothing for a stranger."""
    if not getattr(user, "is_active", False):
        return NOBODY
    return roles().get(user.get_username(), NOBODY)


def named(user: Any) -> str:
    """Return how a user is called on a page: the role, in the page's language."""
    from django.utils.translation import get_language

    role = roles().get(user.get_username())
    if role is None:
        return str(user.get_username())
    return role.en if (get_language() or "").startswith("en") else role.zh


def may(request: Any, right: str) -> bool:
    """Return whether whoever asks has a right."""
    return role_of(request.user).may(right)
