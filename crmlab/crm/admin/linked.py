"""Records that hang on another one, as a table on its page; and which others a list has to fetch with its own."""

from collections.abc import Iterable
from typing import Any

from django.contrib import admin
from django.db.models import ForeignKey, Model, QuerySet
from django.forms import BaseInlineFormSet
from django.http import HttpRequest
from django.utils.text import format_lazy

from crmlab.crm.admin.masked import replace
from crmlab.crm.words import _

SHOWN = 50


def linked(model: Any, names: Iterable[Any]) -> list[str]:
    """Return the records that a list asks for with its own and not row by row: what it belongs to, and those shown."""
    shown = {name for name in names if isinstance(name, str)}
    points = [field for field in model._meta.fields if isinstance(field, ForeignKey)]
    return [field.name for field in points if field.name in shown or not field.null]


class Newest(BaseInlineFormSet):
    """The newest few: a customer may have thousands of orders, and a campaign more members than a page can show."""

    def get_queryset(self) -> QuerySet:
        """Return them."""
        if not hasattr(self, "_newest"):
            self._newest = super().get_queryset()[:SHOWN]
        return self._newest


class Linked(admin.TabularInline):
    """Records that hang on another one, to be looked at and opened from there."""

    extra = 0
    max_num = 0
    can_delete = False
    show_change_link = True
    classes = ("collapse",)
    formset = Newest

    def __init__(self, parent_model: Any, admin_site: Any) -> None:
        super().__init__(parent_model, admin_site)
        self.verbose_name_plural: Any = format_lazy(
            _("{name}（最近 {count} 条）"), name=self.model._meta.verbose_name_plural, count=SHOWN
        )

    def has_change_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        """Return no: each is changed on its own page."""
        return False

    def get_queryset(self, request: HttpRequest) -> QuerySet:
        """Return those not in the recycle bin."""
        model: Any = self.model
        return model.objects.select_related(*linked(model, self.fields or ())).order_by("-id")

    def get_fields(self, request: HttpRequest, obj: Any = None) -> list[Any]:
        """Return the columns, masked where the visitor may not see."""
        return replace(request, self.model, self.fields or ())

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> list[Any]:
        """Return all of them."""
        return self.get_fields(request, obj)
