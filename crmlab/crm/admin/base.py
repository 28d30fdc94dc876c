"""What every list and form of a record does: masking, finding, history, recycle bin, no lost changes."""

from typing import Any, ClassVar

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from simple_history.admin import SimpleHistoryAdmin

from crmlab.crm import my_lists, own_fields, search
from crmlab.crm.admin import own_columns
from crmlab.crm.admin.exchange import Exchange
from crmlab.crm.admin.linked import linked
from crmlab.crm.admin.masked import MaskedDelta, column, hidden, left_over, replace
from crmlab.crm.models import Kept
from crmlab.crm.roles import may
from crmlab.crm.words import PLEASE, _

LAST = ("keep_until", "owner")
"""Fields that stand at the end of every form."""


class VersionedForm(forms.ModelForm):
    """A form that is refused when somebody else has saved the record since it was opened."""

    seen_version = forms.IntegerField(required=False, widget=forms.HiddenInput, label="")
    reverting = False

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if "seen_version" in self.fields:
            self.fields["seen_version"].initial = self.instance.version if self.instance.pk else 0
        for name in self.fields:
            if name.startswith("own_"):
                self.fields[name].initial = self.instance.extra.get(name)

    def clean(self) -> dict[str, Any]:
        """Raise ValidationError when the record is newer than what was shown."""
        cleaned = super().clean() or self.cleaned_data
        record = self.instance
        if record.pk and not self.reverting:
            now = type(record).everything.filter(pk=record.pk).values_list("version", flat=True).first()
            if now != cleaned.get("seen_version"):
                last = record.history.first()
                who = getattr(last, "history_user", None) or "?"
                raise forms.ValidationError(
                    _(
                        "您打开以后，{who} 已经改过这条记录；您填的还在下面，请另开一页看新的内容，再改一次"
                    ).format(who=who)
                )
        return cleaned


class Bin(admin.SimpleListFilter):
    """The recycle bin, as a filter."""

    title = _("回收站")
    parameter_name = "bin"

    def lookups(self, request: Any, model_admin: Any) -> list[tuple[str, Any]]:
        """Return the one choice there is."""
        return [("1", _("已删除的"))]

    def queryset(self, request: Any, queryset: QuerySet) -> QuerySet:
        """Return the queryset as it is: `RecordAdmin.get_queryset` has chosen already."""
        return queryset


class RecordAdmin(Exchange, SimpleHistoryAdmin):
    """The pages of one table of records."""

    form = VersionedForm
    show_full_result_count = False
    list_per_page = 50
    list_max_show_all = 200
    save_on_top = False
    change_list_template = "crm/change_list.html"
    object_history_list_template = "crm/history_list.html"
    view_on_site = False
    readable: ClassVar[tuple[str, ...]] = ()
    """Fields of a record that are shown and never typed."""
    chosen: ClassVar[tuple[str, ...]] = ()
    """Choices that a new record begins without: whoever makes it has to choose."""
    search_fields = ("id",)  # a sign for the admin that one can search; how is told below
    actions: ClassVar[tuple[str, ...]] = ("put_back",)

    # ---- who sees what

    def get_list_display(self, request: HttpRequest) -> list[Any]:
        """Return the columns, masked where the visitor may not see."""
        mine = my_lists.chosen(request, self.model)
        own = {one.key: one for one in self._own()}
        names = [n for n in mine if n not in own] or list(super().get_list_display(request))
        added = [own_columns.column(own[n], request) for n in mine if n in own]
        return [*replace(request, self.model, names), *added]

    def get_list_display_links(self, request: HttpRequest, list_display: Any) -> Any:
        """Return the columns that lead to the record: the usual ones, else the first."""
        usual = [name for name in self.list_display_links or () if name in list_display]
        return usual or list(list_display)[:1]

    def changelist_view(self, request: HttpRequest, extra_context: Any = None) -> HttpResponse:
        """Return the list with what its user arranged."""
        told = {"my_list": my_lists.panel(request, self.model, self.get_list_display(request))}
        return super().changelist_view(request, {**(extra_context or {}), **told})

    def get_list_select_related(self, request: HttpRequest) -> list[str]:
        """Return the records that the columns point to, fetched with the list in one go."""
        return linked(self.model, self.get_list_display(request))

    def _own(self) -> list[Any]:
        return own_fields.of(self.model) if issubclass(self.model, Kept) else []

    def get_fields(self, request: HttpRequest, obj: Any = None) -> list[Any]:
        """Return the fields of the form; hidden ones as masked texts once the record exists."""
        names = [f.name for f in self.model._meta.fields if f.editable and f.name not in ("id", "version")]
        names = [name for name in names if name not in (*self.readable, *LAST)] + [
            n for n in LAST if n in names
        ]
        typed = obj is None or self.has_change_permission(request, obj)
        own = own_columns.form_names(self._own(), request, obj, typed=typed)
        if obj is None:
            return [*names, *own, "seen_version"]
        shown = replace(request, self.model, [*self.readable, *names], obj)
        if isinstance(obj, Kept) and obj.other_values:
            shown.append(column(self.model, "other_values") if hidden(request, self.model) else left_over)
        return [*shown, *own, "seen_version"] if typed else [*shown, *own]

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> list[Any]:
        """Return what is shown and not typed."""
        masked = [] if obj is None else [f for f in self.get_fields(request, obj) if callable(f)]
        return [*self.readable, *masked]

    def lookup_allowed(self, lookup: str, value: str, request: HttpRequest | None = None) -> bool:
        """Return whether an address may filter by `lookup`: only what stands among the list's filters."""
        if request is not None and may(request, "see_personal"):
            return super().lookup_allowed(lookup, value, request)
        first = lookup.split("__")[0]
        unseen = (*self.model.PERSONAL, *self.model.FREE)
        filters = self.get_list_filter(request)
        offered = {name for name in filters if isinstance(name, str)} | {"id"}
        if lookup in {getattr(one, "parameter_name", "") for one in filters}:
            return True
        dated = self.date_hierarchy or ""
        return (
            first not in unseen
            and (lookup.removesuffix("__exact") in offered or first in (*offered, dated))
            and (super().lookup_allowed(lookup, value, request))
        )

    def get_historical_record_context_helper(self, request: HttpRequest, historical_record: Any) -> Any:
        """Return who words the changes of the history."""
        if hidden(request, self.model):
            return MaskedDelta(self.model, historical_record)
        return super().get_historical_record_context_helper(request, historical_record)

    # ---- finding

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet, search_term: str
    ) -> tuple[QuerySet, bool]:
        """Return what the full-text index finds; in personal data only for those who may see it."""
        if not search_term.strip() or self.model not in search.CODES:
            return queryset, False
        return search.find(queryset, search_term, personal=may(request, "see_personal")), False

    # ---- recycle bin

    def get_queryset(self, request: HttpRequest) -> QuerySet:
        """Return the records that are not in the recycle bin, or those that are."""
        everything = self.model.everything.all()
        queryset = everything.filter(deleted_at__isnull=request.GET.get("bin") != "1")
        return queryset.order_by(*self.get_ordering(request) or self.model._meta.ordering)

    def get_object(self, request: HttpRequest, object_id: str, from_field: str | None = None) -> Any:
        """Return a record, also one in the recycle bin."""
        try:
            return self.model.everything.filter(pk=int(object_id)).first()
        except (ValueError, OverflowError):
            return None

    def get_list_filter(self, request: HttpRequest) -> list[Any]:
        """Return the filters, the recycle bin last."""
        own = [
            own_columns.choice_filter(one) for one in self._own() if one.kind == "choice" and not one.personal
        ]
        return [*super().get_list_filter(request), *own, Bin]

    def get_deleted_objects(self, objs: Any, request: HttpRequest) -> tuple[list[str], dict, set, list]:
        """Return what goes into the recycle bin: the records themselves, nothing that hangs on them."""
        return [str(one) for one in objs], {self.opts.verbose_name_plural: len(objs)}, set(), []

    def delete_model(self, request: HttpRequest, obj: Any) -> None:
        """Put a record into the recycle bin."""
        obj.recycle()

    def delete_queryset(self, request: HttpRequest, queryset: QuerySet) -> None:
        """Put records into the recycle bin."""
        for one in queryset:
            one.recycle()

    @admin.action(description=_("从回收站恢复"), permissions=["delete"])
    def put_back(self, request: HttpRequest, queryset: QuerySet) -> None:
        """Take records out of the recycle bin."""
        back = [one for one in queryset if one.deleted_at and not getattr(one, "merged_into_id", None)]
        for one in back:
            one.put_back()
        self.message_user(request, _("已恢复 {count} 条").format(count=len(back)), messages.SUCCESS)

    def formfield_for_choice_field(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        """Return the field of a choice; one that has to be chosen begins with "please choose"."""
        if db_field.name in self.chosen:
            kwargs |= {"choices": [PLEASE, *db_field.choices], "initial": ""}
        return super().formfield_for_choice_field(db_field, request, **kwargs)

    # ---- saving

    def save_model(self, request: HttpRequest, obj: Any, form: forms.ModelForm, change: bool) -> None:
        """Save a record; a new one belongs to whoever made it."""
        if not change and not obj.owner_id:
            obj.owner = request.user
        if change:  # an older state put back must not take the number of a version again
            obj.version = type(obj).everything.values_list("version", flat=True).get(pk=obj.pk)
        for own in self._own():
            if own.key in form.cleaned_data:
                own_fields.put(obj, own, form.cleaned_data[own.key])
        super().save_model(request, obj, form, change)

    def history_view(self, request: HttpRequest, object_id: str, extra_context: Any = None) -> HttpResponse:
        """Return who changed what and when."""
        words = {"heads": (_("时间"), _("谁"), _("动作"), _("改了什么"))}
        return super().history_view(request, object_id, {**(extra_context or {}), "words": words})

    def history_form_view(
        self, request: HttpRequest, object_id: str, version_id: str, extra_context: Any = None
    ) -> HttpResponse:
        """Return an older state of a record; saving it brings that state back."""
        if request.method == "POST" and not self.has_change_permission(request):
            raise PermissionDenied
        request.reverting = True
        return super().history_form_view(request, object_id, version_id, extra_context)

    def get_form(self, request: HttpRequest, obj: Any = None, change: bool = False, **kwargs: Any) -> Any:
        """Return the form's class, which knows whether an older state is being brought back."""
        own = {one.key: own_fields.form_field(one) for one in self._own()}
        kwargs["form"] = type(self.form.__name__, (self.form,), own)
        made = super().get_form(request, obj, change=change, **kwargs)
        return type(made.__name__, (made,), {"reverting": getattr(request, "reverting", False)})
