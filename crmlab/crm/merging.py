"""Two records of the same customer made one: nothing is lost, and it can be undone.

The one given up goes into the recycle bin as it is. The one kept takes what it lacks; where both say something
different, the other value is kept beside it. What hung on the one given up hangs on the one kept.
"""

from typing import Any

from django.db import models, transaction
from django.utils import timezone

from crmlab.crm.models import Kept, Merge, Record
from crmlab.crm.words import _
from crmlab.errors import LabError

OWN = ("id", "version", "created_at", "changed_at", "deleted_at", "owner", "number", "merged_into")
SUMMED = ("points",)


def merge(keep: Any, give: Any, user: Any = None) -> Merge:
    """Merge `give` into `keep` and return the note by which `undo` takes it back; LabError when it cannot be."""
    _refuse(keep, give)
    before, given = {}, {}
    with transaction.atomic():
        for name, value in _values(keep, give).items():
            before[name] = _plain(keep, name)
            setattr(keep, name, value)
            given[name] = _plain(keep, name)
        keep.save()
        moved = _move(give, keep)
        give.merged_into = keep
        give.recycle()
        return Merge.objects.create(
            user=user,
            model=keep._meta.model_name,
            kept=keep.pk,
            gave=give.pk,
            before=before,
            given=given,
            moved=moved,
        )


def undo(note: Merge) -> None:
    """Take a merge back; what was changed since stays as it is. Raises LabError when it was taken back already."""
    if note.undone_at is not None:
        raise LabError(str(_("这次合并已经撤销过了")))
    from crmlab.crm.matching import MODELS

    model: Any = MODELS[note.model]
    with transaction.atomic():
        keep, give = model.everything.get(pk=note.kept), model.everything.get(pk=note.gave)
        for name, value in note.before.items():
            if _plain(keep, name) == note.given[name]:
                setattr(keep, name, keep._meta.get_field(name).to_python(value))
        keep.save()
        give.merged_into = None
        give.put_back()
        for relation in _relations(model):
            for key in note.moved.get(_called(relation), []):
                one = relation.related_model._base_manager.filter(
                    pk=key, **{relation.field.name: keep}
                ).first()
                if one is not None:
                    setattr(one, relation.field.name, give)
                    one.save()
        note.undone_at = timezone.now()
        note.save()


def _refuse(keep: Kept, give: Kept) -> None:
    if type(keep) is not type(give) or keep.pk == give.pk:
        raise LabError(str(_("请选两条不同的客户，或两位不同的联系人")))
    if keep.deleted_at or give.deleted_at:
        raise LabError(str(_("回收站里的记录不能合并；请先恢复")))


def _values(keep: Kept, give: Kept) -> dict[str, Any]:
    """Return what changes in the record kept."""
    made: dict[str, Any] = {}
    others = {name: list(values) for name, values in keep.other_values.items()}
    for name, values in give.other_values.items():
        others.setdefault(name, []).extend(values)
    for field in keep._meta.concrete_fields:
        name, mine, theirs = field.name, getattr(keep, field.name), getattr(give, field.name)
        if name in (*OWN, "extra", "other_values") or theirs in (None, "") or mine == theirs:
            continue
        if name in SUMMED:
            made[name] = mine + theirs
        elif isinstance(field, models.BooleanField):
            made[name] = mine or theirs
        elif mine in (None, ""):
            made[name] = theirs
        elif isinstance(field, models.TextField):
            made[name] = f"{mine}\n{theirs}"
        else:
            others.setdefault(name, []).append(_plain(give, name))
    for key, theirs in give.extra.items():
        if keep.extra.get(key, theirs) != theirs:
            others.setdefault(key, []).append(theirs)
    if getattr(give, "number", ""):
        others.setdefault("number", []).append(give.number)
    made["extra"] = {**give.extra, **keep.extra}
    made["other_values"] = others
    return {name: value for name, value in made.items() if value != getattr(keep, name)}


def _plain(record: Any, name: str) -> Any:
    """Return a value as JSON can keep it."""
    value = getattr(record, name)
    if isinstance(value, models.Model):
        return value.pk
    return value if isinstance(value, str | int | float | bool | dict | None) else str(value)


def _relations(model: type[models.Model]) -> list[Any]:
    """Return what hangs on a record of `model` and is itself a record."""
    return [
        one
        for one in model._meta.related_objects
        if issubclass(one.related_model, Record) and one.field.name != "merged_into"
    ]


def _called(relation: Any) -> str:
    return f"{relation.related_model._meta.model_name}.{relation.field.name}"


def _move(give: Kept, keep: Kept) -> dict[str, list[int]]:
    """Hang everything on the record kept; what would stand there twice stays where it is. Return what moved."""
    moved: dict[str, list[int]] = {}
    for relation in _relations(type(give)):
        for one in relation.related_model._base_manager.filter(**{relation.field.name: give}).order_by("pk"):
            setattr(one, relation.field.name, keep)
            if _stands_there(one):
                continue
            one.save()
            moved.setdefault(_called(relation), []).append(one.pk)
    return moved


def _stands_there(one: Any) -> bool:
    for rule in one._meta.constraints:
        if isinstance(rule, models.UniqueConstraint):
            same = {name: getattr(one, name) for name in rule.fields}
            if type(one)._base_manager.filter(**same).exclude(pk=one.pk).exists():
                return True
    return False
