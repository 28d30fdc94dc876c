"""How good the archives are that somebody made of messy sources: complete, consistent, right, everybody once."""

import re
from collections.abc import Hashable, Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from crmlab.crm.scoring import Merges, consistency, digits, filled, merges, share, tidy
from crmlab.crm.sources import TOLD, Sources

if TYPE_CHECKING:
    import pandas as pd

WEIGHTS = {"phone": 4, "e_mail": 4, "name": 2, "address": 1}
"""What it says about a row and a record being of one person when they agree in a field."""
ENOUGH = 3
_POLITE = re.compile(r"(先生|女士|小姐)$|^(Mr|Ms|Mrs)\.? ")


@dataclass(frozen=True)
class ArchiveScore:
    """Archives judged against who everybody is."""

    records: int
    persons: int
    """How many there should be."""
    completeness: float
    """Share of the fields known from the sources that are filled, over all persons; a person without a record has none."""
    consistency: float
    """As `scoring.consistency`."""
    right: float
    """Share of the known fields that say what is true of the person."""
    merges: Merges
    """Rows of the sources that stand in one record, against whose they are."""
    missing: tuple[int, ...]
    """person_id of those without a record."""
    invented: int
    """Records in which no row of the sources is found."""


def judge(table: "pd.DataFrame", truth: Sources) -> ArchiveScore:
    """Return how good a table of archives is, whether of accounts or persons of a CRM or made elsewhere.

    `table` has name and phone, may have e_mail, address and other_values (what a merge left over); fields it lacks are
    empty. A row of the sources belongs to the record that agrees with it most, rows that are equal to records of their own.
    Rows that nobody could tell (a bare name that two people bear) are not counted.
    """
    records = [_Record.of(row) for row in _lines(table)]
    rows = _telling(truth)
    held = _held(rows, records)
    who = {row: int(person) for row, person in enumerate(rows["person_id"].tolist())}
    homes: dict[int, dict[int, int]] = {}
    for row, record in held.items():
        homes.setdefault(who[row], {}).setdefault(record, 0)
        homes[who[row]][record] += 1
    best = {person: max(where, key=lambda one: (where[one], -one)) for person, where in homes.items()}
    known = _known(truth.rows)
    full, right = _fields(best, known, records, truth.people)
    stands: dict[int, int] = {row: -1 - row for row in who} | held
    return ArchiveScore(
        len(records), len(known), share(full), consistency(table), share(right),
        merges(stands, who), tuple(sorted({*known} - {*best})), len(records) - len({*held.values()}),
    )  # fmt: skip


@dataclass(frozen=True)
class _Record:
    """One archive: each field as it stands, and all values it has for it, comparable."""

    shown: Mapping[str, str]
    marks: Mapping[str, frozenset[str]]

    @classmethod
    def of(cls, line: Mapping[str, Any]) -> "_Record":
        shown = {name: str(line[name]) if name in line and filled(line[name]) else "" for name in TOLD}
        left = line.get("other_values")
        others = left if isinstance(left, dict) else {}
        marks = {
            name: frozenset(filter(None, (same(name, text) for text in (shown[name], *_texts(others, name)))))
            for name in TOLD
        }
        return cls(shown, marks)


def _texts(others: Mapping[str, Any], name: str) -> list[str]:
    value = others.get(name, [])
    return [str(one) for one in (value if isinstance(value, list) else [value])]


def _lines(table: "pd.DataFrame") -> Iterator[Mapping[str, Any]]:
    for line in table.to_dict("records"):
        yield {str(name): value for name, value in line.items()}


def same(field: str, text: str) -> str:
    """Return a value without its dress, so that two ways to write it are equal."""
    if field == "phone":
        return digits(text).removeprefix("0086")
    if field == "name":
        return tidy(_POLITE.sub("", text.strip())).casefold()
    return tidy(text).casefold()


def _telling(truth: Sources) -> "pd.DataFrame":
    """Return the rows by which perfect archives would find whose they are."""
    perfect = [_Record.of(line) for line in _lines(truth.people)]
    held = _held(truth.rows, perfect)
    bearers = truth.people["person_id"].tolist()
    owners = truth.rows["person_id"].tolist()
    told = [row in held and bearers[held[row]] == owner for row, owner in enumerate(owners)]
    return truth.rows[told].reset_index(drop=True)


def _held(rows: "pd.DataFrame", records: list[_Record]) -> dict[int, int]:
    """Return row of the sources → record that holds it. Of records that agree equally, the one that holds least."""
    index: dict[tuple[str, str], list[int]] = {}
    for number, record in enumerate(records):
        for field, values in record.marks.items():
            for value in values:
                index.setdefault((field, value), []).append(number)
    held: dict[int, int] = {}
    load = [0] * len(records)
    for row, line in enumerate(_lines(rows)):
        points: dict[int, int] = {}
        for field, weight in WEIGHTS.items():
            for number in index.get((field, same(field, str(line[field]))), ()):
                points[number] = points.get(number, 0) + weight
        lone = len(points) == 1  # a name or address that only one record has is enough
        fit = {number: many for number, many in points.items() if many >= ENOUGH or (lone and many >= 2)}
        if fit:
            held[row] = min(fit, key=lambda one: (-fit[one], load[one], one))
            load[held[row]] += 1
    return held


def _known(rows: "pd.DataFrame") -> dict[int, tuple[str, ...]]:
    """Return person → the fields that at least one row of the sources tells of them."""
    known: dict[int, set[str]] = {}
    for line in _lines(rows):
        told = known.setdefault(int(line["person_id"]), set())
        told |= {name for name in TOLD if filled(line[name])}
    return {person: tuple(name for name in TOLD if name in told) for person, told in known.items()}


def _fields(
    best: Mapping[int, int],
    known: Mapping[int, tuple[str, ...]],
    records: list[_Record],
    people: "pd.DataFrame",
) -> tuple[list[bool], list[bool]]:
    """Return for every known field whether it is filled, and whether it is true."""
    true: dict[Hashable, dict[str, Any]] = people.set_index("person_id").to_dict("index")
    full, right = [], []
    for person, fields in known.items():
        shown = records[best[person]].shown if person in best else dict.fromkeys(TOLD, "")
        for name in fields:
            full.append(bool(shown[name]))
            right.append(same(name, shown[name]) == same(name, str(true[person][name])))
    return full, right
