"""What one user arranged for one list: the columns to see, and searches kept under a name."""

from typing import Any
from urllib.parse import parse_qsl, urlencode

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse

from crmlab.crm import own_fields
from crmlab.crm.models import RECORDS, ColumnChoice, Kept, SavedView
from crmlab.crm.words import _

MOST = 14


def candidates(model: Any) -> dict[str, str]:
    """Return the columns one may choose for a table: field → heading; own fields last."""
    told = {
        f.name: str(f.verbose_name)
        for f in model._meta.fields
        if f.name not in ("id", "version", "deleted_at")
    }
    told = {
        name: label for name, label in told.items() if name not in ("extra", "other_values", "merged_into")
    }
    if issubclass(model, Kept):
        told |= {own.key: own.name for own in own_fields.of(model)}
    return told


def chosen(request: HttpRequest, model: Any) -> list[str]:
    """Return the columns a user chose for a table; none when nothing was chosen."""
    kept = ColumnChoice.objects.filter(user_id=request.user.pk, model=model._meta.model_name).first()
    allowed = candidates(model)
    return [name for name in (kept.columns if kept else []) if name in allowed]


def panel(request: HttpRequest, model: Any, shown: list[Any]) -> dict[str, Any]:
    """Return what the list's page shows of it: columns with ticks, views with their addresses."""
    name = model._meta.model_name
    now = set(chosen(request, model)) or {column for column in shown if isinstance(column, str)} | {
        column.__name__.removeprefix("masked_") for column in shown if callable(column)
    }
    views = SavedView.objects.filter(user_id=request.user.pk, model=name)
    return {
        "columns": [(key, label, key in now) for key, label in candidates(model).items()],
        "views": views,
        "url": reverse("admin:my_list", args=[name]),
        "query": request.GET.urlencode(),
        "words": {
            "columns": _("选择列"), "views": _("保存的视图"), "save": _("保存"), "name": _("视图名"),
            "remove": _("删除"), "usual": _("恢复默认"),
        },
    }  # fmt: skip


def change(request: HttpRequest, name: str) -> HttpResponse:
    """Keep the columns, keep a view, or drop one; then go back to the list."""
    model: Any = next((one for one in RECORDS if one._meta.model_name == name), None)
    user: Any = request.user
    if model is None or request.method != "POST":
        raise Http404
    if not user.has_perm(f"crm.view_{name}"):
        raise PermissionDenied
    back = reverse(f"admin:crm_{name}_changelist")
    asked = request.POST.get("act")
    if asked == "columns":
        columns = [key for key in request.POST.getlist("column") if key in candidates(model)][:MOST]
        ColumnChoice.objects.update_or_create(user=user, model=name, defaults={"columns": columns})
    elif asked == "usual":
        ColumnChoice.objects.filter(user=user, model=name).delete()
    elif asked == "view" and (label := request.POST.get("name", "").strip()[:30]):
        query = urlencode(parse_qsl(request.POST.get("query", ""))[:20])[:500]
        SavedView.objects.update_or_create(user=user, model=name, name=label, defaults={"query": query})
        messages.success(request, _("已保存视图“{name}”").format(name=label))
        back = f"{back}?{query}"
    elif asked == "remove":
        SavedView.objects.filter(user=user, model=name, pk=request.POST.get("view") or 0).delete()
    return HttpResponseRedirect(back)
