"""How good the archives in a CRM are: completeness, consistency, merges against the truth; functions of tables only."""

import re
import unicodedata
from collections.abc import Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations
from typing import TYPE_CHECKING, Any

from crmlab.crm.reader import Inspection

if TYPE_CHECKING:
    import pandas as pd

MOBILE = re.compile(r"1[3-9]\d{9}")
LANDLINE = re.compile(r"0\d{2,3}-?\d{7,8}")
MAIL = re.compile(r"[A-Za-z0-9._%+-]+@[A-Za-z0-9.-]+\.[A-Za-z]{2,}")


def completeness(table: "pd.DataFrame", fields: Sequence[str]) -> float:
    """Return the share of cells of `fields` that are filled, 0-1; 1 for a table without rows."""
    cells = [filled(value) for field in fields for value in table[field]]
    return share(cells) if cells else 1.0


def consistency(table: "pd.DataFrame") -> float:
    """Return the share of filled cells that are written as they should be, 0-1; 1 where none is filled.

    Telephone numbers: eleven digits or area code and number, half width; mail addresses with one @ and a domain;
    names without blanks around or inside Chinese text and in half-width letters.
    """
    rules = {"phone": _is_phone, "e_mail": lambda text: MAIL.fullmatch(text) is not None, "name": _is_tidy}
    cells = [
        rule(str(value))
        for field, rule in rules.items()
        if field in table
        for value in table[field]
        if filled(value)
    ]
    return share(cells) if cells else 1.0


@dataclass(frozen=True)
class Merges:
    """Pairs of records that were put together, against who they really are."""

    true: int
    false: int
    missed: int

    @property
    def precision(self) -> float:
        """Share of pairs put together that belong together; 1 when none was."""
        return self.true / (self.true + self.false) if self.true + self.false else 1.0

    @property
    def recall(self) -> float:
        """Share of pairs that belong together which were put together; 1 when there are none."""
        return self.true / (self.true + self.missed) if self.true + self.missed else 1.0


def merged(seen: Inspection, table: str) -> dict[int, int]:
    """Return record → the record it stands for now, of every record that took part in a merge not undone."""
    notes = seen["merge"]
    notes = notes[(notes["model"] == table) & notes["undone_at"].isna()]
    into = {int(gave): int(kept) for kept, gave in zip(notes["kept"], notes["gave"], strict=True)}

    def root(one: int) -> int:
        passed: set[int] = set()
        while one in into and one not in passed:
            passed.add(one)
            one = into[one]
        return one

    return {one: root(one) for one in {*into, *into.values()}}


def merges(stands_for: Mapping[int, int], who: Mapping[int, Hashable]) -> Merges:
    """Return true, false and missed pairs; `who` says which person each record really is, for all records."""
    together = _pairs(who, lambda one: stands_for.get(one, one))
    same = _pairs(who, lambda one: who[one])
    return Merges(len(together & same), len(together - same), len(same - together))


def _pairs(records: Iterable[int], group: Any) -> set[tuple[int, int]]:
    groups: dict[Hashable, list[int]] = {}
    for one in sorted(records):
        groups.setdefault(group(one), []).append(one)
    return {pair for members in groups.values() for pair in combinations(members, 2)}


def digits(value: Any) -> str:
    """Return the digits of a telephone number, half width, without +86."""
    bare = re.sub(r"\D", "", unicodedata.normalize("NFKC", str(value or "")))
    return bare[2:] if len(bare) == 13 and bare.startswith("86") else bare


def tidy(value: Any) -> str:
    """Return a name in half-width letters without blanks."""
    return re.sub(r"\s", "", unicodedata.normalize("NFKC", str(value or "")))


def _is_phone(text: str) -> bool:
    return MOBILE.fullmatch(text) is not None or LANDLINE.fullmatch(text) is not None


def _is_tidy(text: str) -> bool:
    half = unicodedata.normalize("NFKC", text)
    inside = re.search(r"[\u4e00-\u9fff]\s|\s[\u4e00-\u9fff]", text)
    return text == text.strip() and inside is None and (half == text or bool(re.search(r"[（），。·]", text)))


def filled(value: Any) -> bool:
    """Return whether a cell of a table says anything."""
    import pandas as pd

    return not pd.isna(value) and str(value).strip() != ""


def share(values: Sequence[bool | float | None]) -> float:
    """Return the mean of what was asked, 0-1; 1 when nothing was."""
    asked = [float(value) for value in values if value is not None]
    return sum(asked) / len(asked) if asked else 1.0
