"""The register of complaints: the cases of an exercise on one page, each with what its agent decides."""

from datetime import date, timedelta
from typing import Any

from django import forms
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse

from crmlab.crm import deadlines
from crmlab.crm.desk_feed import at_clock
from crmlab.crm.masking import mask_text
from crmlab.crm.models import Activity, Case
from crmlab.crm.roles import may
from crmlab.crm.words import PLEASE, _
from sim.workdays import Workdays

PARTS = ("new", "mine")
DAYS_AHEAD = 12
WEEKDAYS = (_("周一"), _("周二"), _("周三"), _("周四"), _("周五"), _("周六"), _("周日"))
MARKS = {"off": _("休"), "on": _("班"), "": ""}
SORRY = _("打电话道歉，说明进度")
CALLS_AT = "09:00"
DESKS = [one for one in Case.Level.choices if one[0] != Case.Level.NOBODY]


class New(forms.Form):
    """What is decided on a new complaint: its class, whose desk, and whether it is done with."""

    severity = forms.ChoiceField(label=_("级别"), choices=[PLEASE, *Case.Severity.choices], required=False)
    level = forms.TypedChoiceField(
        label=_("交给"), choices=[PLEASE, *DESKS], coerce=int, required=False, empty_value=Case.Level.NOBODY
    )
    closed = forms.BooleanField(label=_("当场办好，结束"), required=False)
    seen_version = forms.IntegerField(widget=forms.HiddenInput)


class Mine(forms.Form):
    """What is promised for a complaint in hand: the last day, and a call to say sorry where that has passed."""

    by = forms.ChoiceField(label=_("最晚哪一天"), required=False)
    late = forms.BooleanField(label=_("已过期：今天打电话道歉"), required=False)
    seen_version = forms.IntegerField(widget=forms.HiddenInput)

    def __init__(self, *args: Any, days: list[tuple[str, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["by"].choices = [PLEASE, *days]


def page(request: HttpRequest) -> HttpResponse:
    """Return a part of the register, `?part=new` or `mine`; a POST saves what was decided, case by case."""
    from crmlab.crm.admin.site import desk

    user: Any = request.user
    part = request.GET.get("part", "")
    part = part if part in PARTS else PARTS[0]
    if not user.has_perm("crm.view_case"):
        raise PermissionDenied
    cases = list(of(part))
    if request.method == "POST":
        if not user.has_perm("crm.change_case"):
            raise PermissionDenied
        _save(request, cases, part)
        return HttpResponseRedirect(f"{reverse('admin:complaints')}?part={part}")
    open_eyes = may(request, "see_personal")
    told = {
        **desk.each_context(request),
        "title": _("投诉台账"),
        "part": part,
        "parts": [(name, _title(name), decided(name), of(name).count()) for name in PARTS],
        "rows": [
            (
                case,
                case.story if open_eyes else mask_text(case.story),
                _form(case, part, _days(cases)),
                deadlines.late(case),
            )
            for case in cases
        ],
        "today": cases[0].desk_day if cases else None,
        "weeks": _calendar(cases) if part == "mine" else [],
        "weekdays": WEEKDAYS,
        "typed": user.has_perm("crm.change_case"),
        "words": _words(),
    }
    return render(request, "crm/complaints.html", told)


def of(part: str) -> Any:
    """Return the cases of a part of the register, in order of their numbers."""
    return Case.objects.filter(desk_mark__startswith=f"{part} ").select_related("account").order_by("number")


def decided(part: str) -> int:
    """Return how many cases of a part have all that has to be chosen: class and desk, or a day."""
    cases = of(part)
    if part == "new":
        return int(cases.exclude(severity="").exclude(level=Case.Level.NOBODY).count())
    return int(cases.exclude(deadline=None, call_back_on=None).count())


def _title(part: str) -> Any:
    return _("新来的：分级与分工") if part == "new" else _("手里的：定期限")


def _words() -> dict[str, Any]:
    return {
        "save": _("保存"), "nothing": _("台账里还没有投诉：回到笔记本，运行打开 CRM 的那一格"), "open": _("打开这一条"),
        "late": _("已过期"), "opened": _("登记"), "today": _("练习里的今天"), "off": MARKS["off"], "on": MARKS["on"],
        "unsaved": _("有改动，还没有保存"), "rules": _("公司的规定"), "story": _("经过"), "decide": _("你的决定"),
        "number": _("编号"),
        "severity_rules": [
            _("简单：系统里当场就查得清"),
            _("一般：要换货、退款，或者要请另一个部门看一看"),
            _("复杂：有人受伤；同一件事第三次来电；或者要两个以上的部门对账"),
        ],
        "level_rules": [
            _("客服代表：简单和一般的，金额不超过 200 元"),
            _("班长：投诉我们员工的；复杂的；金额在 200 元以上、1000 元以内"),
            _("经理：有人受伤的；金额超过 1000 元的"),
        ],
        "due_rules": [
            _("都按工作日数，登记那天不算"),
            _("简单 1 个工作日；一般 3 个工作日；复杂填第一次回电的日子，也是 3 个工作日"),
        ],
    }  # fmt: skip


def _days(cases: list[Case]) -> list[date]:
    """Return the days that may be promised: from the first complaint to some time after the exercise's today."""
    if not cases:
        return []
    first = min(case.opened_on for case in cases)
    last = deadlines.today_of(cases[0]) + timedelta(days=DAYS_AHEAD)
    return [first + timedelta(days=n) for n in range((last - first).days + 1)]


def _mark(day: date) -> str:
    """Return "off" for a holiday, "on" for a weekend day that is worked, "" for any other day."""
    worked, weekend = Workdays(day.isoformat()).is_open(0), day.weekday() >= 5
    if worked:
        return "on" if weekend else ""
    return "off" if not weekend or _in_holiday(day) else ""


def _calendar(cases: list[Case]) -> list[list[dict[str, Any]]]:
    """Return the weeks of those days: a day, whether it is a holiday, whether a weekend day that is worked."""
    days = _days(cases)
    if not days:
        return []
    begin = days[0] - timedelta(days=days[0].weekday())
    calendar = Workdays(begin.isoformat())
    cells: list[dict[str, Any]] = []
    for n in range((days[-1] - begin).days + 7 - days[-1].weekday()):
        day = calendar.date(n)
        cells.append({"day": day, "mark": _mark(day)})
    return [cells[k : k + 7] for k in range(0, len(cells), 7)]


def _in_holiday(day: date) -> bool:
    """Return whether a day of a weekend lies beside a holiday, which calendars mark like its other days."""
    calendar = Workdays(day.isoformat())
    return any(not calendar.is_open(n) and calendar.date(n).weekday() < 5 for n in range(-2, 3))


def _form(case: Case, part: str, days: list[date], data: Any = None) -> Any:
    prefix = f"case{case.pk}"
    if part == "new":
        now: dict[str, Any] = {
            "severity": case.severity,
            "level": case.level or "",
            "closed": case.status == Case.Status.CLOSED,
        }
        return New(data, prefix=prefix, initial={**now, "seen_version": case.version})
    by = case.deadline or case.call_back_on
    now = {"by": by.isoformat() if by else "", "late": _calls(case).exists()}
    choices = [
        (day.isoformat(), f"{day:%m-%d} {WEEKDAYS[day.weekday()]} {MARKS[_mark(day)]}".rstrip())
        for day in days
    ]
    return Mine(data, prefix=prefix, initial={**now, "seen_version": case.version}, days=choices)


def _calls(case: Case) -> Any:
    return Activity.objects.filter(case=case, kind=Activity.Kind.CALL_OUT)


def _save(request: HttpRequest, cases: list[Case], part: str) -> None:
    """Save every case that was changed, and say of each that was refused why."""
    done, days = 0, _days(cases)
    for case in cases:
        form = _form(case, part, days, request.POST)
        if not form.is_valid():
            if any(name.startswith(f"{form.prefix}-") for name in request.POST):
                messages.error(
                    request, _("{number}：没有这个选项，这一条没有保存").format(number=case.number)
                )
            continue
        changed = set(form.changed_data) - {"seen_version"}
        if not changed:
            continue
        if form.cleaned_data["seen_version"] != case.version:
            told = _("{number}：另一个窗口已经改过，这一条没有保存；请看清现在的内容再改")
            messages.error(request, told.format(number=case.number))
            continue
        with transaction.atomic():
            step = _decide if part == "new" else _promise
            refused = step(case, form.cleaned_data, request.user)
        if refused:
            messages.error(request, f"{case.number}：{refused}")
        done += 1
    if done:
        all_there = decided(part) == len(cases)
        said = (
            _("已保存 {count} 条；这一页都选好了，回到笔记本往下运行")
            if all_there
            else _("已保存 {count} 条")
        )
        messages.success(request, said.format(count=done))


def _decide(case: Case, wanted: dict[str, Any], user: Any) -> Any:
    """Class a case and give it to somebody; close or open it; return why the closing is refused, None when it is not."""
    refused = None
    if case.status == Case.Status.CLOSED and not (wanted["closed"] and wanted["level"] == Case.Level.AGENT):
        case.status, case.solved_on, case.closed_on, case.closed_by = Case.Status.OPEN, None, None, None
    case.severity, case.level = wanted["severity"], wanted["level"]
    if wanted["closed"] and case.status == Case.Status.OPEN:
        if case.level == Case.Level.NOBODY:
            refused = _("先选交给谁，再结束")
        elif case.level > Case.Level.AGENT:
            refused = _("交上去的，等事情办完，由班长或班长指定的人来结束")
        else:
            case.solution = case.solution or str(_("当场办好"))
            refused = deadlines.solve(case, user)
    case.save()
    return refused


def _promise(case: Case, wanted: dict[str, Any], user: Any) -> Any:
    """Set the day of a case, and note or take back the call that says sorry; return why that is refused, or None."""
    by = date.fromisoformat(wanted["by"]) if wanted["by"] else None
    complex_one = case.severity == Case.Severity.COMPLEX
    case.deadline, case.call_back_on = (None, by) if complex_one else (by, None)
    case.save()
    calls = _calls(case)
    if wanted["late"] and not calls.exists():
        who, day = case.account.name if case.account else "", deadlines.today_of(case)
        Activity(
            kind=Activity.Kind.CALL_OUT, who=who, account=case.account, case=case, owner=user,
            reason=Activity.Reason.COMPLAINT, next_step=str(SORRY), next_on=day,
            at=at_clock(day, CALLS_AT),
        ).save()  # fmt: skip
    elif not wanted["late"]:
        for call in calls:
            if call.result:
                return _("那通电话已经写了内容，请在行动里改")
            call.recycle()
    return None
