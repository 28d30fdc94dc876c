"""Finding records by any part of a name or number: one full-text index over every table.

Two columns: `plain`, by which everybody may find, and `personal`, for those with the right to see it. Trigrams
find three characters or more; two, as most Chinese names have, are looked for by reading the index's texts.
"""

import json
from collections.abc import Iterator, Mapping
from typing import Any

from django.db import connection, transaction
from django.db.models import QuerySet

from crmlab.crm.models import Account, Activity, Case, Lead, Opportunity, Order, Person, Quote, Record
from crmlab.crm.models.marketing import Campaign

CODES: dict[type[Record], int] = {
    Account: 0, Person: 1, Lead: 2, Opportunity: 3, Activity: 4, Case: 5, Quote: 6, Order: 7, Campaign: 8,
}  # fmt: skip
WIDTH = 16  # row of the index = number of the record * WIDTH + code of its table
LONGEST = 100
CHUNK = 1000
SHORTEST = 3  # characters of a trigram
_DRESS = str.maketrans("", "", " +-()（）.·")
MAKE = "CREATE VIRTUAL TABLE crm_search USING fts5(plain, personal, tokenize='trigram', detail=none)"


def texts(model: type[Record], values: Mapping[str, Any]) -> tuple[str, str]:
    """Return what the index holds of a record of `model` with these values: (plain, personal)."""
    plain = [str(values[name]) for name in model.FOUND_BY if values[name]]
    hidden = [str(values[name]) for name in (*model.PERSONAL, *model.FREE) if values[name]]
    bare = [text.translate(_DRESS) for text in hidden if text[-1].isdigit() and not text.isdigit()]
    for name in ("extra", "other_values"):
        hidden += [str(value) for value in (values.get(name) or {}).values() if value]
    return " ".join(plain), " ".join([*hidden, *bare])


def index(record: Record) -> None:
    """Bring a record's row of the index up to date."""
    if type(record) not in CODES:
        return
    row = record.pk * WIDTH + CODES[type(record)]
    plain, personal = texts(type(record), record.__dict__)
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM crm_search WHERE rowid = %s", [row])
        cursor.execute(
            "INSERT INTO crm_search(rowid, plain, personal) VALUES (%s, %s, %s)", [row, plain, personal]
        )


def forget(record: Record) -> None:
    """Take a record out of the index."""
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM crm_search WHERE rowid = %s", [record.pk * WIDTH + CODES[type(record)]])


def find(queryset: QuerySet, text: str, *, personal: bool) -> QuerySet:
    """Return those of `queryset` in which every word of `text` stands; in personal data only if `personal`."""
    table = queryset.model._meta.db_table
    for word in text[:LONGEST].split():
        one, values = _by_index(word) if len(word) >= SHORTEST else _by_reading(word)
        columns = (0, 1) if personal else (0,)
        found = " UNION ALL ".join(
            f"{one.format(*_NAMES[k])} %% {WIDTH} = {CODES[queryset.model]}" for k in columns
        )
        # the index is no model; its rows are numbers of records
        queryset = queryset.extra(where=[f"{table}.id IN ({found})"], params=values * len(columns))
    return queryset


_NAMES = (("plain", "c0"), ("personal", "c1"))
"""The columns of the index, and of the texts it is made of."""


def _by_index(word: str) -> tuple[str, list[str]]:
    """Return how a word is found by trigrams; the wild cards of LIKE are then taken literally."""
    condition = "{0} LIKE %s AND instr(lower({0}), %s) AND rowid"
    return f"SELECT rowid / {WIDTH} FROM crm_search WHERE {condition}", [f"%{word}%", word.lower()]


def _by_reading(word: str) -> tuple[str, list[str]]:
    """Return how one or two characters are found, for which LIKE on the index gives nothing."""
    text = "{1}" if word.lower() == word.upper() else "lower({1})"
    return f"SELECT id / {WIDTH} FROM crm_search_content WHERE instr({text}, %s) AND id", [word.lower()]


def refill() -> None:
    """Make the index anew from the records."""
    # no savepoint and rising numbers: else the index goes to disk after every row
    with transaction.atomic(savepoint=False), connection.cursor() as cursor:
        cursor.execute("DROP TABLE crm_search")
        cursor.execute(MAKE)
        for model, code in CODES.items():
            cursor.executemany(
                "INSERT INTO crm_search(rowid, plain, personal) VALUES (%s, %s, %s)",
                ((row["id"] * WIDTH + code, *texts(model, row)) for row in _rows(model)),
            )


def _rows(model: type[Record]) -> Iterator[dict[str, Any]]:
    """Yield what the index wants to know of each record of a table, as it is stored."""
    boxes = {f.name for f in model._meta.concrete_fields} & {"extra", "other_values"}
    names = ["id", *model.FOUND_BY, *model.PERSONAL, *model.FREE, *sorted(boxes)]
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {', '.join(names)} FROM {model._meta.db_table} ORDER BY id")
        while rows := cursor.fetchmany(CHUNK):
            for values in rows:
                row = dict(zip(names, values, strict=True))
                for box in boxes:
                    row[box] = {} if row[box] == "{}" else json.loads(row[box])
                yield row
