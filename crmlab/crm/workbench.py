"""The workbench: today's activities, open cases, pipeline, reminders, and the quick call record."""

from typing import Any

from django import forms
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.db.models import Count, Q, Sum
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone

from crmlab.crm import deadlines, desk_feed, matching
from crmlab.crm.masking import mask, mask_text, reaches
from crmlab.crm.models import Account, Activity, Case, Opportunity
from crmlab.crm.models.record import REACHES
from crmlab.crm.models.sales import forecast
from crmlab.crm.roles import may
from crmlab.crm.words import PLEASE, _

SHOWN = 8
END, OWN = "end", "own"
NEXT = {
    "reply": _("查清后回电"), "leader": _("转交班长"), "evidence": _("留下证据，防他再打"),
    "alert": _("记下全部细节，立即报班长"),
}  # fmt: skip
"""What usually comes next, as it is kept in the record; where the call was the end of it, nothing is kept."""
LINK = [("", _("按号码自动关联")), ("new", _("新建客户")), ("none", _("不关联客户"))]


class CallForm(forms.Form):
    """The quick call record: who, number, reason, result, next step, on one screen."""

    kind = forms.ChoiceField(label=_("方式"), choices=Activity.Kind, initial=Activity.Kind.CALL_IN)
    phone = forms.CharField(label=_("号码"), max_length=40, required=False)
    who = forms.CharField(label=_("对方姓名"), max_length=60, required=False)
    reason = forms.ChoiceField(
        label=_("事由"),
        choices=[PLEASE, *Activity.Reason.choices],
        error_messages={"required": _("请选一个事由")},
    )
    result = forms.CharField(label=_("内容与结果"), required=False, widget=forms.Textarea(attrs={"rows": 3}))
    next_step = forms.ChoiceField(
        label=_("下一步"),
        choices=[PLEASE, (END, _("登记后结束")), *NEXT.items(), (OWN, _("别的：自己写"))],
        error_messages={"required": _("请选下一步；说完就完了的，选“登记后结束”")},
    )
    next_own = forms.CharField(label=_("写出下一步"), max_length=200, required=False)
    next_on = forms.DateField(
        label=_("下一步日期"),
        required=False,
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
    )
    link = forms.ChoiceField(label=_("客户"), choices=LINK, required=False)
    name = forms.CharField(label=_("新客户名称"), max_length=80, required=False)

    def clean(self) -> dict[str, Any]:
        """Raise ValidationError for a record that says nothing, or a new account without a name."""
        cleaned = super().clean() or self.cleaned_data
        if not cleaned.get("phone") and not cleaned.get("who"):
            raise forms.ValidationError(_("请至少填写号码或对方姓名"))
        if cleaned.get("link") == "new" and not (cleaned.get("name") or cleaned.get("who")):
            raise forms.ValidationError(_("请填写新客户名称"))
        for name in ("who", "name"):
            if reaches(cleaned.get(name) or ""):
                self.add_error(name, REACHES)
        if cleaned.get("next_step") == OWN and not cleaned.get("next_own"):
            self.add_error("next_own", _("请写下一步做什么"))
        return cleaned

    def next_text(self) -> str:
        """Return the next step as the record keeps it, "" where the call was the end of it."""
        chosen = self.cleaned_data["next_step"]
        return str(self.cleaned_data["next_own"] if chosen == OWN else NEXT.get(chosen, ""))


def context(request: HttpRequest) -> dict[str, Any]:
    """Return what the workbench shows to whoever asks."""
    user: Any = request.user
    today = timezone.localdate()
    seen = {name: user.has_perm(f"crm.view_{name}") for name in ("activity", "case", "opportunity")}
    day = Activity.objects.select_related("account")
    coming = (
        day.filter(done=False, next_on__lte=today).order_by("next_on") if seen["activity"] else day.none()
    )
    stages = _pipeline() if seen["opportunity"] else []
    cases = _cases() if seen["case"] else []
    return {
        "call_form": CallForm(auto_id="call_%s") if user.has_perm("crm.add_activity") else None,
        "today": [_line(request, one) for one in day.filter(at__date=today)[:SHOWN]]
        if seen["activity"]
        else [],
        "reminders": [_line(request, one) for one in coming[:SHOWN]],
        "cases": [(case, deadlines.late(case), today) for case in cases],
        "stages": stages,
        "seen": seen,
        "words": _words(),
        "panel": desk_feed.panel(request),
        "register": seen["case"] and Case.objects.exclude(desk_mark="").exists(),
    }


def _words() -> dict[str, Any]:
    return {
        "call": _("快速来电记录"), "save": _("保存"), "today": _("今天的行动"), "reminders": _("到期提醒"),
        "cases": _("未结束的个案"), "pipeline": _("销售机会"), "nothing": _("没有"), "late": _("已过期"),
        "forecast": _("预测（元）"), "amount": _("金额（元）"), "count": _("个数"), "stage": _("阶段"), "all": _("全部"),
        "tables": _("全部资料"), "register": _("投诉台账"),
    }  # fmt: skip


def _line(request: HttpRequest, one: Activity) -> dict[str, Any]:
    open_eyes = may(request, "see_personal")
    return {
        "one": one,
        "phone": one.phone if open_eyes else mask(one.phone),
        "next": one.next_step if open_eyes else mask_text(one.next_step),
    }


def _cases() -> list[Case]:
    opened = Case.objects.exclude(status=Case.Status.CLOSED).select_related("account")
    return list(opened.order_by("deadline", "call_back_on", "id")[:SHOWN])


def _pipeline() -> list[dict[str, Any]]:
    """Return one line a stage: how many, how much, and the forecast, yuan."""
    told = Opportunity.objects.order_by().values("stage", "probability")  # few groups, however many there are
    groups = list(told.annotate(count=Count("id"), total=Sum("amount")))
    lines = []
    for stage in list(Opportunity.Stage):
        here = [one for one in groups if one["stage"] == stage.value]
        parts = [forecast(one["total"], one["stage"], one["probability"]) for one in here]
        lines.append(
            {
                "stage": stage.label,
                "key": stage.value,
                "count": sum(one["count"] for one in here),
                "amount": sum(one["total"] for one in here),
                "forecast": sum(parts),
            }
        )
    return lines


def record(request: HttpRequest) -> HttpResponse:
    """Save a quick call record; refused ones come back with what was typed."""
    user: Any = request.user
    if not user.has_perm("crm.add_activity"):
        raise PermissionDenied
    form = CallForm(request.POST or None, auto_id="call_%s")
    if request.method != "POST" or not form.is_valid():
        from crmlab.crm.admin.site import desk

        return desk.index(request, {"call_form": form}) if request.method != "POST" else _again(request, form)
    with transaction.atomic():
        activity = save({**form.cleaned_data, "next_step": form.next_text()}, user)
    said = (
        _("已记录：{what}。办完了，就在左边按“处理完了，下一件”")
        if desk_feed.waiting()
        else _("已记录：{what}")
    )
    messages.success(request, said.format(what=activity))
    return HttpResponseRedirect(reverse("admin:index"))


def _again(request: HttpRequest, form: CallForm) -> HttpResponse:
    from crmlab.crm.admin.site import desk

    told = {**desk.each_context(request), **context(request), "call_form": form}
    told |= {"title": desk.index_title, "app_list": desk.get_app_list(request)}
    return render(request, "crm/workbench.html", told)


def save(told: dict[str, Any], user: Any) -> Activity:
    """Return the activity made of a call record, its account found by the number or made."""
    names = ("kind", "phone", "who", "reason", "result", "next_step", "next_on")
    activity = Activity(owner=user, **{name: told[name] for name in names})
    activity.done = not told["next_step"]
    activity.at = desk_feed.time_of(told["phone"]) or activity.at
    if told["link"] == "new":
        if not user.has_perm("crm.add_account"):
            raise PermissionDenied
        activity.account = Account(
            name=told["name"] or told["who"], phone=told["phone"], owner=user, kind=Account.Kind.CONSUMER
        )
        activity.account.save()
    elif told["link"] == "" and told["phone"]:
        activity.account, activity.person = matching.by_number(told["phone"])
    activity.save()
    return activity


def pop(request: HttpRequest) -> HttpResponse:
    """Return the screen pop for a whole number: the account, its flags and last contacts."""
    if not may(request, "screen_pop"):
        raise PermissionDenied
    account, person = matching.by_number(request.GET.get("phone", ""))
    if account is None and person is None:
        return render(request, "crm/pop.html", {"nobody": _("没有这个号码的客户")})
    about = Q(account=account) if account else Q(person=person)
    last = Activity.objects.filter(about)[:5]
    opened = Case.objects.filter(about).exclude(status=Case.Status.CLOSED)[:5]
    told = {
        "account": account, "person": person, "cases": opened,
        "lines": [{"one": one, "result": one.result if may(request, "see_personal") else mask_text(one.result)}
                  for one in last],
        "words": {"history": _("最近的联系"), "cases": _("未结束的个案"), "vip": _("重要客户（VIP）"),
                  "fleet": _("大客户（车队）"), "difficult": _("需特别关照")},
    }  # fmt: skip
    return render(request, "crm/pop.html", told)


def duplicates(request: HttpRequest) -> HttpResponse:
    """Return a warning about records like the one being typed; empty when there are none."""
    user: Any = request.user
    if not user.has_perm("crm.add_account"):
        raise PermissionDenied
    model = {"person": "person"}.get(request.GET.get("model", ""), "account")
    found = matching.alike(
        model,
        name=request.GET.get("name", ""),
        phone=request.GET.get("phone", "") if may(request, "screen_pop") else "",
        e_mail=request.GET.get("e_mail", "") if may(request, "see_personal") else "",
        but=request.GET.get("but", ""),
    )
    told = {"found": found, "model": model, "words": {"alike": _("可能重复，请先看看：")}}
    return render(request, "crm/duplicates.html", told)
