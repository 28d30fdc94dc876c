"""A student's complaints put into the practice CRM as cases, once; what was written there since is never touched."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from hashlib import sha256
from typing import TYPE_CHECKING

from django.db import transaction

from crmlab.crm.models import Account, Case

if TYPE_CHECKING:
    import pandas as pd

LONGEST_TITLE = 60


@dataclass(frozen=True)
class Told:
    """One complaint as it comes to the desk; `severity` is empty while nobody has classed it."""

    number: str
    who: str
    title: str
    story: str
    opened: date
    root: str
    """What tells it from another student's of the same number, whatever the language."""
    severity: str = ""


def told(rows: "pd.DataFrame", *, today: date, lang: str) -> list[Told]:
    """Return the complaints of a table `cases_new` or `cases_due`, in a language; new ones were opened today."""
    plain = rows.to_dict("records")
    return [_one(row, today, lang) for row in plain]


def _one(row: dict, today: date, lang: str) -> Told:
    due = "opened" in row
    story = str(row[f"note_{lang}" if due else f"new_{lang}"])
    name, _colon, rest = str(row["note_zh"]).partition("：")
    number = str(row["case_id"])
    first = re.split(r"[，。；：]|[,.;:] ", rest if lang == "zh" else story)[0]
    return Told(
        number,
        name if lang == "zh" else f"Customer {number}",
        first[:LONGEST_TITLE],
        story,
        date.fromisoformat(row["opened"]) if due else today,
        f"{row['note_zh']}{row['amount']}",
        str(row["severity"]) if due else "",
    )


def put(complaints: Iterable[Told], part: str, *, today: date) -> int:
    """Put complaints into the CRM as a part of the register that plays `today`; return how many are new there.

    One that is there stays as it is, and comes back out of the recycle bin. One of the same number with another story,
    from another student's casebook, goes into the bin under another number, with all that was written on it.
    """
    made = 0
    with transaction.atomic():
        for one in complaints:
            mark = f"{part} {one.number} {sha256(one.root.encode()).hexdigest()[:12]}"
            _make_room(one.number, mark)
            there = Case.everything.filter(desk_mark=mark).first()
            if there is None:
                _new(one, mark, today)
                made += 1
            elif there.deleted_at is not None:
                there.number, there.deleted_at = one.number, None
                there.save()
    return made


def _make_room(number: str, mark: str) -> None:
    for other in Case.objects.filter(number=number).exclude(desk_mark=mark):
        other.number = f"{number}-{other.pk}"
        other.recycle()


def _new(one: Told, mark: str, today: date) -> None:
    account = Account(name=one.who, kind=Account.Kind.CONSUMER)
    account.save()
    Case(
        number=one.number, title=one.title, account=account, reason="", severity=one.severity, story=one.story,
        opened_on=one.opened, desk_day=today, desk_mark=mark,
        level=Case.Level.AGENT if one.severity else Case.Level.NOBODY,
    ).save()  # fmt: skip
