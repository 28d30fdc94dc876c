"""Fields of the class's own on accounts and contact persons: in forms, lists, filters, files."""

from datetime import date
from typing import Any

from django import forms
from import_export import fields

from crmlab.crm.models import OwnField
from crmlab.crm.words import _


def of(model: Any) -> list[OwnField]:
    """Return the own fields of a table, in the order they were made."""
    return list(OwnField.objects.filter(model=model._meta.model_name).order_by("id"))


def form_field(own: OwnField) -> forms.Field:
    """Return the field of a form in which its values are typed."""
    told: dict[str, Any] = {"label": own.name, "required": False}
    if own.kind == OwnField.Kind.NUMBER:
        return forms.FloatField(**told)
    if own.kind == OwnField.Kind.DATE:
        return forms.DateField(**told, widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"))
    if own.kind == OwnField.Kind.CHOICE:
        return forms.ChoiceField(**told, choices=[("", "---------"), *((one, one) for one in own.options)])
    return forms.CharField(**told, max_length=200)


def put(record: Any, own: OwnField, value: Any) -> None:
    """Put a cleaned value into a record; an empty one takes it away."""
    if value in (None, ""):
        record.extra.pop(own.key, None)
    else:
        record.extra[own.key] = value.isoformat() if isinstance(value, date) else value


class Column(fields.Field):
    """A column of a file for one own field."""

    def __init__(self, own: OwnField) -> None:
        super().__init__(attribute="extra", column_name=own.name)
        self.own = own

    def export(self, instance: Any, **kwargs: Any) -> Any:
        """Return the value as text."""
        return instance.extra.get(self.own.key, "")

    def save(self, instance: Any, row: Any, is_m2m: bool = False, **kwargs: Any) -> None:
        """Take the value of a row; raise ValueError for one of the wrong kind."""
        value = row.get(self.column_name)
        try:
            put(
                instance,
                self.own,
                form_field(self.own).clean(str(value if value is not None else "").strip()),
            )
        except forms.ValidationError as error:
            raise ValueError(
                _("{field}：{value} 填得不对（{why}）").format(
                    field=self.own.name, value=str(value)[:20], why=" ".join(error.messages)
                )
            ) from error
