"""Pages of activities and cases."""

from typing import Any

from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest

from crmlab.crm import deadlines
from crmlab.crm.admin.base import RecordAdmin
from crmlab.crm.admin.linked import Linked
from crmlab.crm.models import Activity, Case
from crmlab.crm.words import _


class ActivityAdmin(RecordAdmin):
    """Activities."""

    list_display = ("at", "kind", "who", "phone", "account", "reason", "next_step", "next_on", "done")
    list_display_links = ("at", "kind")
    list_filter = ("kind", "reason", "done", "next_on")
    autocomplete_fields = ("account", "person", "case", "opportunity")
    date_hierarchy = "at"
    chosen = ("kind", "reason")


class Steps(Linked):
    """What was done for a case."""

    model = Activity
    fields = ("at", "kind", "who", "result", "next_step", "done")


class CaseAdmin(RecordAdmin):
    """Cases; their way goes by actions, each of which keeps the rules."""

    list_display = ("number", "title", "account", "severity", "level", "status", "deadline", "late")
    list_display_links = ("number", "title")
    list_filter = ("status", "severity", "level", "about_staff")
    autocomplete_fields = ("account", "person")
    chosen = ("severity",)
    readable = (
        "number",
        "level",
        "status",
        "deadline",
        "call_back_on",
        "solved_on",
        "follow_up_on",
        "closed_by",
    )
    actions = ("escalate", "call_back", "solve", "close", "put_back")
    inlines = (Steps,)

    @admin.display(description=_("已过期"), boolean=True)
    def late(self, case: Case) -> bool:
        """Return whether the deadline or a promised call-back has passed."""
        return deadlines.late(case)

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        """Save a case with the deadline and level that its severity asks for."""
        deadlines.settle(obj)
        super().save_model(request, obj, form, change)

    @admin.action(description=_("升级上报"), permissions=["change"])
    def escalate(self, request: HttpRequest, queryset: QuerySet) -> None:
        """Hand cases one level up."""
        self._go(request, queryset, deadlines.escalate)

    @admin.action(description=_("已做进度回访"), permissions=["change"])
    def call_back(self, request: HttpRequest, queryset: QuerySet) -> None:
        """Note the call-back of complex cases."""
        self._go(request, queryset, deadlines.call_back)

    @admin.action(description=_("标为已解决"), permissions=["change"])
    def solve(self, request: HttpRequest, queryset: QuerySet) -> None:
        """Mark cases as solved."""
        self._go(request, queryset, deadlines.solve)

    @admin.action(description=_("结束个案"), permissions=["change"])
    def close(self, request: HttpRequest, queryset: QuerySet) -> None:
        """Close cases."""
        self._go(request, queryset, deadlines.close)

    def _go(self, request: HttpRequest, queryset: QuerySet, step: Any) -> None:
        done = 0
        for case in queryset:
            refused = step(case, request.user)
            if refused:
                self.message_user(request, f"{case.number}：{refused}", messages.ERROR)
            else:
                case.save()
                done += 1
        if done:
            self.message_user(request, _("已处理 {count} 条").format(count=done), messages.SUCCESS)


PAGES = {Activity: ActivityAdmin, Case: CaseAdmin}
