"""Erasing a person who asks for it: in records, history, index, notes of others, and on the disk itself.

What the firm must keep (orders, amounts, dates) stays, hanging on a record without a name.
"""

from collections.abc import Iterable
from typing import Any

from django.contrib.admin.models import LogEntry
from django.db import connection, models, transaction
from django.db.models import Q
from django.utils import timezone

from crmlab.crm.matching import bare_number
from crmlab.crm.models import Account, Activity, Case, Erasure, Kept, Lead, Merge, Person, Survey
from crmlab.crm.words import _
from crmlab.errors import LabError

GONE = "[已删除]"
SHORTEST = 5
"""A value shorter than this is not looked for in the texts of others: it could be anybody's."""


def erase(record: Any, user: Any = None) -> Erasure:
    """Erase the person of an account or contact person and return the note, which holds the number only.

    Raises LabError for a business account: a firm is no person, its contact persons are.
    """
    if isinstance(record, Account) and record.kind == Account.Kind.BUSINESS:
        raise LabError(str(_("企业客户不是个人；请删除其中要求删除的联系人")))
    with transaction.atomic():
        theirs = _all_of(record)
        values, names = _values(theirs), {one.name for one in theirs}
        for one in _hanging_on(theirs):
            _blank(
                one, {*one.PERSONAL, *one.FREE, "who", "title", *(("name",) if isinstance(one, Lead) else ())}
            )
        for one in theirs:
            _blank(
                one,
                {*one.PERSONAL, *one.FREE, "name", "employer", "gender", "position", "extra", "other_values"},
            )
        _forget_elsewhere(values)
        _forget_notes(theirs, names)
        note = Erasure.objects.create(
            model=record._meta.model_name, record=record.pk, user=user, erased_at=timezone.now()
        )
    _leave_nothing_on_disk()
    return note


def _all_of(record: Kept) -> list[Any]:
    """Return the record, what was merged with it, and contact persons or accounts that are the same person."""
    model: Any = type(record)
    found = {record.pk: record}
    growing = True
    while growing:
        near = model.everything.filter(Q(merged_into__in=found) | Q(merged_from__in=found)).exclude(
            pk__in=found
        )
        fresh = {one.pk: one for one in near}
        found |= fresh
        growing = bool(fresh)
    same: list[Any] = list(found.values())
    names = {one.name for one in same}
    if model is Account:
        same += Person.everything.filter(account__in=found, name__in=names)
    else:
        accounts = {one.account_id for one in same if one.account_id}
        same += Account.everything.filter(pk__in=accounts, kind=Account.Kind.CONSUMER, name__in=names)
    return same


def _values(records: Iterable[Any]) -> set[str]:
    """Return the words by which the person could be known in the texts of others."""
    found: set[str] = set()
    for one in records:
        told = [
            str(getattr(one, name) or "") for name in one.PERSONAL if name not in ("birth_year", "birth_date")
        ]
        told += [str(value) for values in one.other_values.values() for value in values]
        told += [str(value) for value in one.extra.values()]
        found |= {*told, *(bare_number(value) for value in told)}
        for old in type(one).history.filter(id=one.pk):
            found |= {str(getattr(old, name) or "") for name in ("phone", "e_mail", "address")}
    return {value for value in found if len(value) >= SHORTEST}


def _hanging_on(records: list[Any]) -> list[Any]:
    """Return the records of others in which the person is spoken of."""
    accounts = [one.pk for one in records if isinstance(one, Account)]
    people = [one.pk for one in records if isinstance(one, Person)]
    numbers = [one.phone for one in records if one.phone]
    about = Q(account__in=accounts) | Q(person__in=people)
    found: list[Any] = list(Activity.everything.filter(about | Q(phone__in=numbers)))
    found += Case.everything.filter(about)
    found += Survey.everything.filter(account__in=accounts)
    found += Lead.everything.filter(Q(account__in=accounts) | Q(phone__in=numbers))
    return found


def _blank(one: Any, names: set[str]) -> None:
    """Empty the named fields of a record, and drop its whole history."""
    for field in one._meta.concrete_fields:
        if field.name not in names:
            continue
        if field.name in ("name", "title"):
            setattr(one, field.name, GONE)
        elif isinstance(field, models.JSONField):
            setattr(one, field.name, {})
        else:
            setattr(one, field.name, None if field.null else "")
    one.skip_history_when_saving = True
    one.save()
    type(one).history.filter(id=one.pk).delete()


def _forget_elsewhere(values: set[str]) -> None:
    """Take the person's numbers and addresses out of every text of every table of ours, history too."""
    from django.apps import apps

    longest_first = sorted(values, key=len, reverse=True)
    with connection.cursor() as cursor:
        for model in apps.get_app_config("crm").get_models():
            texts = [
                f for f in model._meta.concrete_fields if isinstance(f, models.CharField | models.TextField)
            ]
            boxes = [f for f in model._meta.concrete_fields if isinstance(f, models.JSONField)]
            for field in (*texts, *boxes):
                column = connection.ops.quote_name(field.column)
                for value in longest_first:
                    cursor.execute(
                        f"UPDATE {model._meta.db_table} SET {column} = replace({column}, %s, %s)"
                        f" WHERE instr({column}, %s)",
                        [value, GONE, value],
                    )


def _forget_notes(records: list[Any], names: set[str]) -> None:
    """Take the names out of the admin's own log, and the values out of the notes of merges."""
    for name in names:
        for entry in LogEntry.objects.filter(object_repr__contains=name):
            entry.object_repr = entry.object_repr.replace(name, GONE)
            entry.save(update_fields=["object_repr"])
    for one in records:
        same = Merge.objects.filter(model=one._meta.model_name)
        same.filter(Q(kept=one.pk) | Q(gave=one.pk)).update(before={}, given={}, undone_at=timezone.now())


def _leave_nothing_on_disk() -> None:
    """Build index and file anew: what was deleted would else stand in free pages."""
    from crmlab.crm.search import refill

    refill()
    with connection.cursor() as cursor:
        cursor.execute("VACUUM")
