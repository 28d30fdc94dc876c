"""A market's visible tables made into a CRM: customers with their orders, contacts, points and consent.

Rows go in by statement, not by record, so that 100,000 accounts and as many people take seconds. They have no
history of their own: the first change of a loaded record writes what it was before.
"""

import tomllib
from collections.abc import Callable, Iterable, Sequence
from datetime import UTC, date, datetime, time, timedelta
from itertools import repeat
from pathlib import Path
from typing import TYPE_CHECKING, Any

from django.db import DatabaseError, connection, models, transaction
from django.utils import timezone

from crmlab.crm import search
from crmlab.crm.models import Account, Activity, Consent, Lead, LoyaltyEntry, Order, Person, Record
from crmlab.errors import LabError

if TYPE_CHECKING:
    import pandas as pd

CHINA = timedelta(hours=8)


def load(folder: Path, *, lang: str = "zh") -> dict[str, int]:
    """Fill an empty CRM with the tables of a market and return the number of rows by table, whole or not at all.

    Raises LabError when the CRM holds accounts already, or a table cannot be read.
    """
    if Account.everything.exists():
        raise LabError("这个 CRM 里已经有客户；请换一个文件再载入，或不加 --market 打开")
    words = _Words(lang)
    first = _first_day(folder)
    try:
        with connection.cursor() as cursor:
            cursor.execute("PRAGMA cache_size = -200000")  # kB: the indexes are filled in no order
        with transaction.atomic():
            made = {name: fill(_table(folder, name), first, words) for name, fill in _FILLS.items()}
            search.refill()
    except (DatabaseError, KeyError, ValueError) as error:
        raise LabError(f"{folder.name} 里的表与本系统的不合（{error}）；请重新生成这个市场的数据") from error
    return made


class _Words:
    def __init__(self, lang: str) -> None:
        told = tomllib.loads(Path(__file__).with_name("market_words.toml").read_text(encoding="utf-8"))
        place = 0 if lang == "zh" else 1
        self.told = {
            group: {code: pair[place] for code, pair in words.items()} for group, words in told.items()
        }

    def __call__(self, group: str, code: str) -> str:
        return self.told[group].get(code, code)

    def all(self, group: str, codes: "pd.Series") -> list[str]:
        return [self.told[group].get(code, code) for code in codes]


def _table(folder: Path, name: str) -> "pd.DataFrame | None":
    from crmlab.data import read_table

    return read_table(folder, name) if (folder / f"{name}.parquet").is_file() else None


def _first_day(folder: Path) -> date:
    calendar = _table(folder, "calendar")
    if calendar is None or calendar.empty:
        return date(timezone.localdate().year, 1, 1)
    return date.fromisoformat(str(calendar["date"].iloc[0])) - timedelta(days=int(calendar["day"].iloc[0]))


def _days(first: date, days: "pd.Series") -> list[date]:
    return [first + timedelta(days=day) for day in days.tolist()]


def _moments(first: date, days: "pd.Series", seconds: "pd.Series") -> list[datetime]:
    start = datetime.combine(first, time(), UTC) - CHINA
    return [
        start + timedelta(days=d, seconds=s) for d, s in zip(days.tolist(), seconds.tolist(), strict=True)
    ]


def insert(model: type[Record], count: int, columns: dict[str, Any]) -> int:
    """Insert `count` rows whose columns are sequences or one value for all; the rest have their defaults."""
    fields: list[models.Field] = [
        f for f in model._meta.concrete_fields if f.column != "id" or "id" in columns
    ]
    ready = []
    for field in fields:
        given = columns.get(field.name, _default(field))
        values: Iterable[Any] = given if isinstance(given, list) else repeat(_stored(field, given), count)
        ready.append(
            [_stored(field, value) for value in given]
            if isinstance(field, _DRESSED) and values is given
            else values
        )
    names = ", ".join(connection.ops.quote_name(f.column) for f in fields)
    places = ", ".join(["%s"] * len(fields))
    rows: Sequence[tuple] = list(zip(*ready, strict=True))
    with connection.cursor() as cursor:
        cursor.executemany(f"INSERT INTO {model._meta.db_table} ({names}) VALUES ({places})", rows)
    return count


_DRESSED = (models.DateField, models.DecimalField, models.JSONField)
"""Fields whose values SQLite keeps in another form than Python does."""


def _stored(field: models.Field, value: Any) -> Any:
    return field.get_db_prep_save(value, connection)


def _default(field: models.Field) -> Any:
    value = 1 if field.name == "version" else field.get_default()
    return value.replace(microsecond=0) if isinstance(value, datetime) else value


def _customers(table: "pd.DataFrame | None", first: date, words: _Words) -> int:
    if table is None:
        return 0
    ids = table["customer_id"].tolist()
    where = (table["province"] + table["city"] + table["district"] + table["street"]).tolist()
    tiers = ["" if tier == "none" else tier for tier in table["tier"]]
    told = {name: table[name].tolist() for name in ("name", "phone", "e_mail", "gender")}
    born = table["birth_year"].tolist()
    insert(Account, len(ids), {
        **told, "id": ids, "number": [f"K{one:06d}" for one in ids], "kind": Account.Kind.CONSUMER,
        "province": table["province"].tolist(), "city": table["city"].tolist(), "address": where,
        "birth_year": born, "employer": table["employer"].tolist(), "channel": words.all("channel", table["channel"]),
        "tier": tiers, "points": table["points"].tolist(), "customer_since": _days(first, table["joined_day"]),
        "stage": Account.Stage.EXPLORATION,
    })  # fmt: skip
    insert(Person, len(ids), {**told, "id": ids, "account": ids})
    agreed = table[table["consent"]]
    insert(Consent, len(agreed), {
        "account": agreed["customer_id"].tolist(), "purpose": Consent.Purpose.MARKETING,
        "given_on": _days(first, agreed["joined_day"]), "how": words("text", "consent"),
    })  # fmt: skip
    return len(ids)


def _orders(table: "pd.DataFrame | None", first: date, words: _Words) -> int:
    if table is None:
        return 0
    return insert(Order, len(table), {
        "number": [f"D{one}" for one in table["order_id"]], "account": table["customer_id"].tolist(),
        "ordered_on": _days(first, table["day"]), "site": words.all("site", table["site"]),
        "amount": [f"{amount:.2f}" for amount in table["amount"]],
    })  # fmt: skip


def _contacts(table: "pd.DataFrame | None", first: date, words: _Words) -> int:
    if table is None:
        return 0
    answered = table[~table["abandoned"]]
    ids = answered["customer_id"].tolist()
    known = (
        dict(Account.everything.filter(pk__in=set(ids)).values_list("pk", "name"))
        if len(ids) < 500
        else dict(Account.everything.values_list("pk", "name"))
    )
    results = [
        f"{words('reason', reason)}：{words('text', 'solved' if solved else 'unsolved')}"
        for reason, solved in zip(answered["reason"], answered["solved"], strict=True)
    ]
    return insert(Activity, len(ids), {
        "kind": Activity.Kind.CALL_IN, "at": _moments(first, answered["day"], answered["at"]),
        "who": [known.get(one, "") for one in ids], "account": ids, "person": ids,
        "reason": ["complaint" if skill == "complaint" else "enquiry" for skill in answered["skill"]],
        "result": results, "done": True,
    })  # fmt: skip


def _ledger(table: "pd.DataFrame | None", first: date, words: _Words) -> int:
    if table is None:
        return 0
    return insert(LoyaltyEntry, len(table), {
        "account": table["customer_id"].tolist(), "booked_on": _days(first, table["day"]),
        "kind": table["kind"].tolist(), "delta": table["delta"].tolist(), "balance": table["balance"].tolist(),
    })  # fmt: skip


def _prospects(table: "pd.DataFrame | None", first: date, words: _Words) -> int:
    if table is None:
        return 0
    return insert(Lead, len(table), {
        "name": [f"{words('text', 'prospect')} {one}" for one in table["prospect_id"]],
        "channel": words.all("channel", table["channel"]),
    })  # fmt: skip


_FILLS: dict[str, Callable[["pd.DataFrame | None", date, _Words], int]] = {
    "customers": _customers,
    "orders": _orders,
    "service_contacts": _contacts,
    "loyalty_ledger": _ledger,
    "prospects": _prospects,
}
