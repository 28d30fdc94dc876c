"""Own fields as columns, filters and lines of a form, masked like every other field."""

from collections.abc import Callable
from functools import cache
from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest

from crmlab.crm.masking import mask, mask_text
from crmlab.crm.models import OwnField
from crmlab.crm.roles import may


def column(own: OwnField, request: HttpRequest) -> Callable[[Any], Any]:
    """Return a column that shows an own field as whoever asks may see it; it cannot be sorted by."""
    return _column(own.key, own.name, own.personal, may(request, "see_personal"))


@cache  # the admin asks for a column more than once, and compares
def _column(key: str, name: str, personal: bool, open_eyes: bool) -> Callable[[Any], Any]:
    def shown(record: Any) -> Any:
        value = record.extra.get(key, "")
        if open_eyes:
            return value
        return mask(value) if personal else mask_text(str(value))

    shown.__name__ = key
    shown.short_description = name  # type: ignore[attr-defined]
    return shown


def form_names(owns: list[OwnField], request: HttpRequest, record: Any, *, typed: bool = True) -> list[Any]:
    """Return the lines of a form: fields to be typed, or texts where nothing may be or something has to be hidden."""
    names: list[Any] = []
    for own in owns:
        made = column(own, request)
        value = str(record.extra.get(own.key, "")) if record is not None else ""
        names.append(made if not typed or (value and str(made(record)) != value) else own.key)
    return names


def choice_filter(own: OwnField) -> type[admin.SimpleListFilter]:
    """Return a filter by the choices of an own field."""

    class Choice(admin.SimpleListFilter):
        """One own field."""

        title = own.name
        parameter_name = own.key

        def lookups(self, request: Any, model_admin: Any) -> list[tuple[str, str]]:
            """Return its choices."""
            return [(one, one) for one in own.options]

        def queryset(self, request: Any, queryset: QuerySet) -> QuerySet:
            """Return the records with the choice."""
            return queryset.filter(**{f"extra__{own.key}": self.value()}) if self.value() else queryset

    return Choice
