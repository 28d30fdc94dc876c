"""Finding records by any part of a name or number: one full-text index over every table.

Two columns: `plain`, by which everybody may find, and `personal`, for those with the right to see it. Trigrams
find three characters or more; two, as most Chinese names have, are looked for by reading the index's texts.
"""

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
MAKE = "CREATE VIRTUAL TABLE crm_search USING fts5(plain, personal, tokenize='trigram')"


def texts(record: Any) -> tuple[str, str]:
    """Return what the index holds of a record: (plain, personal)."""
    plain = [str(getattr(record, name) or "") for name in record.FOUND_BY]
    hidden = [str(getattr(record, name) or "") for name in (*record.PERSONAL, *record.FREE)]
    digits = ["".join(c for c in text if c.isdigit()) for text in hidden if not text.isdigit()]
    for name in ("extra", "other_values"):
        hidden += [str(value) for value in (getattr(record, name, None) or {}).values()]
    return " ".join(filter(None, plain)), " ".join(filter(None, [*hidden, *digits]))


def index(record: Record) -> None:
    """Bring a record's row of the index up to date."""
    if type(record) not in CODES:
        return
    row = record.pk * WIDTH + CODES[type(record)]
    plain, personal = texts(record)
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
    code = CODES[queryset.model]
    table = queryset.model._meta.db_table
    for word in text[:LONGEST].split():
        if len(word) >= 3:
            quoted = word.replace('"', '""')
            condition, values = "crm_search MATCH %s", [f'"{quoted}"' if personal else f'plain : "{quoted}"']
        else:
            like = "%" + word.replace("\\", r"\\").replace("%", r"\%").replace("_", r"\_") + "%"
            columns = ("plain", "personal") if personal else ("plain",)
            condition = " OR ".join(f"{column} LIKE %s ESCAPE '\\'" for column in columns)
            values = [like] * len(columns)
        queryset = queryset.extra(  # the index is no model; its rows are numbers of records
            where=[
                f"{table}.id IN (SELECT rowid / {WIDTH} FROM crm_search WHERE ({condition})"
                f" AND rowid % {WIDTH} = {code})"
            ],
            params=values,
        )
    return queryset


def refill() -> None:
    """Make the index anew from the records."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("DROP TABLE crm_search")
        cursor.execute(MAKE)
        for model, code in CODES.items():
            rows = (
                (one.pk * WIDTH + code, *texts(one)) for one in model._base_manager.iterator(chunk_size=2000)
            )
            cursor.executemany("INSERT INTO crm_search(rowid, plain, personal) VALUES (%s, %s, %s)", rows)
