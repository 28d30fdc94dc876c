"""The pages of import and export: who may, what is masked, and the log of what was taken out."""

from typing import Any

from django import forms
from django.http import HttpRequest
from import_export.admin import ImportExportMixin
from import_export.forms import ConfirmImportForm, ImportForm, SelectableFieldsExportForm

from crmlab.crm.exchange.formats import FORMATS, TABLES, VCard3
from crmlab.crm.exchange.resource import resource_of
from crmlab.crm.models import Account, ExportLog, Person
from crmlab.crm.roles import may
from crmlab.crm.words import _


class TakeIn(ImportForm):
    """A file to be taken in."""

    again = forms.BooleanField(label=_("可能重复的行也导入"), required=False)


class TakeInConfirmed(ConfirmImportForm):
    """The same after the preview."""

    again = forms.BooleanField(required=False, widget=forms.HiddenInput)


class TakeOut(SelectableFieldsExportForm):
    """What to take out: the columns by their names on the page."""

    def _get_field_label(self, resource: Any, field_name: str) -> str:
        return str(resource.fields[field_name].column_name)


class Exchange(ImportExportMixin):
    """A table that can be taken in and out."""

    import_form_class = TakeIn
    confirm_form_class = TakeInConfirmed
    export_form_class = TakeOut
    skip_admin_log = True
    model: Any

    def get_resource_classes(self, request: HttpRequest) -> list[Any]:
        """Return the rows of this table, with headings in today's language."""
        return [resource_of(self.model)]

    def get_import_formats(self) -> list[Any]:
        """Return what can be taken in; address cards for those who have an address."""
        return [one for one in self._formats() if one().can_import()]

    def get_export_formats(self) -> list[Any]:
        """Return what can be taken out."""
        return self._formats()

    def _formats(self) -> list[Any]:
        return FORMATS if self.model in (Account, Person) else TABLES

    def get_import_resource_kwargs(self, request: HttpRequest, **kwargs: Any) -> dict[str, Any]:
        """Return how rows are taken in: whether likely duplicates are wanted."""
        form = kwargs.get("form")
        cleaned = getattr(form, "cleaned_data", None) or {}
        return {"masked": not may(request, "see_personal"), "again": bool(cleaned.get("again"))}

    def get_export_resource_kwargs(self, request: HttpRequest, **kwargs: Any) -> dict[str, Any]:
        """Return how rows are taken out: masked unless the role may see."""
        return {"masked": not may(request, "see_personal"), "plain": getattr(request, "as_cards", False)}

    def get_confirm_form_initial(self, request: HttpRequest, import_form: Any) -> dict[str, Any]:
        """Return what the preview hands on."""
        told = super().get_confirm_form_initial(request, import_form)
        if import_form is not None:
            told["again"] = import_form.cleaned_data.get("again")
        return told

    def get_export_data(self, file_format: Any, request: Any, queryset: Any, **kwargs: Any) -> Any:
        """Return the file, and note who took it."""
        request.as_cards = isinstance(file_format, VCard3)
        if request.as_cards:  # a card has all its lines
            kwargs["export_form"] = None
        data = super().get_export_data(file_format, request, queryset, **kwargs)
        ExportLog.objects.create(
            user=request.user, model=self.model._meta.model_name, rows=queryset.count(),
            form=file_format.get_extension(), masked=not may(request, "see_personal"),
        )  # fmt: skip
        return data
