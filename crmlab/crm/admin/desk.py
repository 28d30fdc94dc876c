"""Pages of what belongs to the desk: own fields, export log, merges."""

from typing import Any

from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest

from crmlab.crm import merging
from crmlab.crm.models import RECORDS, ExportLog, Merge, OwnField
from crmlab.crm.words import _
from crmlab.errors import LabError


class OwnFieldAdmin(admin.ModelAdmin):
    """Fields of the class's own."""

    list_display = ("name", "model", "kind", "personal")
    list_filter = ("model", "kind")


class LogAdmin(admin.ModelAdmin):
    """A log: it is read, nothing more."""

    def has_add_permission(self, request: HttpRequest) -> bool:
        """Return no."""
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Return no."""
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Return no."""
        return False


class ExportLogAdmin(LogAdmin):
    """Who took data out."""

    list_display = ("at", "user", "table", "rows", "form", "masked")
    fields = ("at", "user", "table", "rows", "form", "masked")
    readonly_fields = ("table",)

    @admin.display(description=_("表"))
    def table(self, note: ExportLog) -> str:
        """Return the table by its name on the page."""
        names = {model._meta.model_name: model._meta.verbose_name for model in RECORDS}
        return str(names.get(note.model, note.model))


class MergeAdmin(LogAdmin):
    """Which records were made one."""

    list_display = ("at", "user", "model", "kept", "gave", "undone_at")
    fields = ("at", "user", "model", "kept", "gave", "undone_at")
    actions = ("undo",)

    @admin.action(description=_("撤销合并"), permissions=["view"])
    def undo(self, request: HttpRequest, queryset: QuerySet) -> None:
        """Take merges back."""
        for note in queryset:
            try:
                merging.undo(note)
            except LabError as refusal:
                self.message_user(request, str(refusal), messages.ERROR)
            else:
                self.message_user(request, _("已撤销，两条记录都在"), messages.SUCCESS)


PAGES = {OwnField: OwnFieldAdmin, ExportLog: ExportLogAdmin, Merge: MergeAdmin}
