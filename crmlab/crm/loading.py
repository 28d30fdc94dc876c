"""A market's visible tables made into a CRM: customers with what they bought and said, points and consent.

Which row goes where is told in `market_tables.toml`, so any market can be loaded. Rows go in by statement, not by
record, so that 100,000 accounts and as many people take seconds. They have no history of their own: the first change
of a loaded record writes what it was before.
"""

import json
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime
from itertools import repeat
from pathlib import Path
from typing import Any

from django.db import DatabaseError, connection, models, transaction

from crmlab.crm import search
from crmlab.crm.market_rows import Market, chosen, made, rules
from crmlab.crm.models import RECORDS, Account, OwnField, Record
from crmlab.errors import LabError


def load(folder: Path, *, lang: str = "zh") -> dict[str, int]:
    """Fill an empty CRM with the tables of a market; return the rows by table of the CRM, whole or not at all.

    Raises LabError when the CRM holds accounts already, or a table cannot be read.
    """
    if Account.everything.exists():
        raise LabError("这个 CRM 里已经有客户；请换一个文件再载入，或不加 --market 打开")
    market = Market(folder, lang)
    tables = {model._meta.model_name: model for model in RECORDS}
    done = dict.fromkeys((str(name) for name in tables), 0)
    try:
        with connection.cursor() as cursor:
            cursor.execute("PRAGMA cache_size = -200000")  # kB: the indexes are filled in no order
        with transaction.atomic():
            for one in rules()["fill"]:
                done[one["into"]] += _fill(tables[one["into"]], one, market)
            for one in rules()["own"]:
                _own(one, market)
            search.refill()
    except (DatabaseError, KeyError, ValueError) as error:
        raise LabError(f"{folder.name} 里的表与本系统的不合（{error}）；请重新生成这个市场的数据") from error
    return done


def _fill(model: type[Record], rule: Mapping[str, Any], market: Market) -> int:
    table = market.table(rule["from"])
    if table is None:
        return 0
    rows = chosen(table, rule)
    return insert(model, len(rows), {name: made(rows, how, market) for name, how in rule["columns"].items()})


def _own(rule: Mapping[str, Any], market: Market) -> None:
    """Make own fields of accounts, filled from the newest row of each customer."""
    table = market.table(rule["from"])
    if table is None:
        return
    rows = table.sort_values(rule["newest"], kind="stable").drop_duplicates(rule["account"], keep="last")
    accounts = rows[rule["account"]].tolist()
    boxes: list[dict[str, Any]] = [{} for _ in accounts]
    for told in rule["fields"]:
        values = made(rows, told["made"], market)
        choices = "\n".join(sorted(set(values))) if told["kind"] == OwnField.Kind.CHOICE else ""
        own = OwnField.objects.get_or_create(
            model="account", name=told["name"][market.words.place],
            defaults={"kind": told["kind"], "choices": choices},
        )[0]  # fmt: skip
        empty = (rows[told["open"]] < 0).tolist() if "open" in told else repeat(False)
        for box, value, left in zip(boxes, values, empty, strict=False):
            if not left:
                box[own.key] = value.isoformat() if isinstance(value, date) else value
    with connection.cursor() as cursor:
        cursor.executemany(
            f"UPDATE {Account._meta.db_table} SET extra = %s WHERE id = %s",
            [(json.dumps(box), account) for box, account in zip(boxes, accounts, strict=True)],
        )


def insert(model: type[Record], count: int, columns: dict[str, Any]) -> int:
    """Insert `count` rows whose columns are sequences or one value for all; the rest have their defaults."""
    fields: list[models.Field] = [
        f for f in model._meta.concrete_fields if f.column != "id" or "id" in columns
    ]
    ready: list[Iterable[Any]] = []
    for field in fields:
        given = columns.get(field.name, _default(field))
        if not isinstance(given, list):
            ready.append(repeat(_stored(field, given), count))
        else:
            ready.append(_all_stored(field, given) if isinstance(field, _DRESSED) else given)
    names = ", ".join(connection.ops.quote_name(f.column) for f in fields)
    places = ", ".join(["%s"] * len(fields))
    rows: Sequence[tuple] = list(zip(*ready, strict=True))
    with connection.cursor() as cursor:
        cursor.executemany(f"INSERT INTO {model._meta.db_table} ({names}) VALUES ({places})", rows)
    return count


_DRESSED = (models.DateField, models.DecimalField, models.JSONField)
"""Fields whose values SQLite keeps in another form than Python does."""


def _all_stored(field: models.Field, values: list[Any]) -> list[Any]:
    if isinstance(field, models.JSONField):  # boxes are no keys
        return [_stored(field, value) for value in values]
    known = {value: _stored(field, value) for value in set(values)}  # days and amounts come again and again
    return [known[value] for value in values]


def _stored(field: models.Field, value: Any) -> Any:
    return field.get_db_prep_save(value, connection)


def _default(field: models.Field) -> Any:
    value = 1 if field.name == "version" else field.get_default()
    return value.replace(microsecond=0) if isinstance(value, datetime) else value
