"""Personal data in forms, lists and history: shown to those who may see it, masked for the rest."""

from collections.abc import Callable, Iterable
from functools import cache
from typing import Any

from django.http import HttpRequest
from django.utils.html import format_html_join
from simple_history.template_utils import HistoricalRecordContextHelper

from crmlab.crm import own_fields
from crmlab.crm.masking import STARS, mask, mask_text, tells
from crmlab.crm.roles import may
from crmlab.crm.words import _

BOXES = ("extra", "other_values")


@cache
def column(model: type, field: str) -> Callable[[Any], str]:
    """Return a column that shows `field` of a record masked; it cannot be sorted by."""

    def shown(record: Any) -> str:
        return masked_value(record, field, getattr(record, field))

    shown.__name__ = f"masked_{field}"
    shown.short_description = model._meta.get_field(field).verbose_name  # type: ignore[attr-defined]
    return shown


def left_over(record: Any) -> str:
    """Return what a merge left over, one field a line, by the names on the page."""
    names = {field.name: str(field.verbose_name) for field in record._meta.fields}
    names |= {own.key: own.name for own in own_fields.of(type(record))}
    lines = [(names.get(name, name), "、".join(map(str, told))) for name, told in record.other_values.items()]
    return format_html_join("", "<div>{}: {}</div>", lines)


left_over.short_description = _("合并时保留的其他值")  # type: ignore[attr-defined]


def masked_value(model: Any, field: str, value: Any) -> str:
    """Return the value of a field as those without the right see it."""
    if field in BOXES:
        return STARS if value else ""
    if field in model.PERSONAL:
        return mask(value)
    return mask_text(str(value or ""))


def hidden(request: HttpRequest, model: Any) -> tuple[str, ...]:
    """Return the fields of a model that whoever asks may not see."""
    return () if may(request, "see_personal") else (*model.PERSONAL, *model.FREE)


def replace(request: HttpRequest, model: Any, names: Iterable[Any], record: Any = None) -> list[Any]:
    """Return field names with those hidden replaced by masked columns.

    In a form (`record` given) free text without anything to hide stays a field that can be changed.
    """
    unseen = hidden(request, model)
    if record is not None:
        unseen = tuple(n for n in unseen if n in model.PERSONAL or tells(str(getattr(record, n) or "")))
    return [column(model, name) if name in unseen else name for name in names]


class MaskedDelta(HistoricalRecordContextHelper):
    """What changed, as history shows it to those without the right."""

    def prepare_delta_change_value(self, change: Any, value: Any) -> Any:
        """Return one value of a change, masked where it has to be."""
        model: Any = self.model
        if change.field in (*model.PERSONAL, *model.FREE, *BOXES):
            return masked_value(model, change.field, value)
        return super().prepare_delta_change_value(change, value)
