"""Deeds on customers that ask back first: merging two, undoing it, erasing a person."""

from collections.abc import Callable
from typing import Any

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone

from crmlab.crm import erasure, merging
from crmlab.crm.roles import may
from crmlab.crm.words import _
from crmlab.errors import LabError


class Overdue(admin.SimpleListFilter):
    """Records whose time of keeping is over."""

    title = _("保存期限")
    parameter_name = "overdue"

    def lookups(self, request: Any, model_admin: Any) -> list[tuple[str, Any]]:
        """Return the one choice there is."""
        return [("1", _("已过期"))]

    def queryset(self, request: Any, queryset: QuerySet) -> QuerySet:
        """Return those that should be erased."""
        return queryset.filter(keep_until__lt=timezone.localdate()) if self.value() else queryset


class Deeds(admin.ModelAdmin):
    """What can be done with accounts and contact persons beside typing."""

    def get_actions(self, request: HttpRequest) -> dict[str, Any]:
        """Return the deeds that whoever asks has the right to."""
        listed = super().get_actions(request)
        for name, right in (("merge", "merge"), ("erase", "erase")):
            if not may(request, right):
                listed.pop(name, None)
        return listed

    @admin.action(description=_("合并所选的两条"))
    def merge(self, request: HttpRequest, queryset: QuerySet) -> HttpResponse | None:
        """Merge two records, after asking which one stays."""
        if not may(request, "merge"):
            raise PermissionDenied
        two = list(queryset.order_by("pk")[:3])
        if len(two) != 2:
            self.message_user(request, _("请正好选两条记录"), messages.ERROR)
            return None
        kept = request.POST.get("kept")
        if kept not in (str(one.pk) for one in two):
            asked = _("合并后保留哪一条？另一条的内容并入它，可以撤销")
            return self._ask(request, "merge", two, asked, choose=True)
        give, keep = sorted(two, key=lambda one: str(one.pk) == kept)
        self._do(
            request, lambda: merging.merge(keep, give, request.user), _("已合并到 {name}").format(name=keep)
        )
        return None

    @admin.action(description=_("按本人要求删除个人信息"))
    def erase(self, request: HttpRequest, queryset: QuerySet) -> HttpResponse | None:
        """Erase persons, after asking."""
        if not may(request, "erase"):
            raise PermissionDenied
        if request.POST.get("sure") != "1":
            return self._ask(
                request, "erase", list(queryset[:100]), _("删除后不能恢复，历史也会清除。确定吗？")
            )
        for one in list(queryset):
            one.refresh_from_db()
            self._do(request, lambda one=one: erasure.erase(one, request.user), _("已删除 1 人的个人信息"))  # type: ignore[misc]
        return None

    def _do(self, request: HttpRequest, deed: Callable[[], Any], said: str) -> None:
        try:
            deed()
        except LabError as refusal:
            self.message_user(request, str(refusal), messages.ERROR)
        else:
            self.message_user(request, said, messages.SUCCESS)

    def _ask(
        self, request: HttpRequest, act: str, records: list[Any], asked: Any, *, choose: bool = False
    ) -> HttpResponse:
        told = {
            **self.admin_site.each_context(request),
            "title": asked, "act": act, "records": records, "choose": choose, "opts": self.opts,
            "rows": self._side_by_side(records) if choose else [],
            "words": {"go": _("确定"), "back": _("返回"), "keep": _("保留这一条")},
        }  # fmt: skip
        return render(request, "crm/ask.html", told)

    def _side_by_side(self, records: list[Any]) -> list[tuple[str, list[str]]]:
        """Return the fields in which the records say anything, each with both values."""
        rows = []
        for field in self.model._meta.concrete_fields:
            if field.editable and field.name != "owner":
                shown = [
                    str(
                        getattr(
                            one, f"get_{field.name}_display", lambda f=field, o=one: getattr(o, f.name) or ""
                        )()
                    )
                    for one in records
                ]
                if any(shown):
                    rows.append((str(field.verbose_name), shown))
        return rows
