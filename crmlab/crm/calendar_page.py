"""The calendar: a month of activities, and a plain list of the same on a narrow screen."""

import calendar
from datetime import date
from typing import Any

from django.core.exceptions import PermissionDenied
from django.db.models import Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone

from crmlab.crm.models import Activity
from crmlab.crm.words import _

YEARS = range(1900, 2200)


def page(request: HttpRequest) -> HttpResponse:
    """Return the page of a month, `?month=2026-09`; of this month where that is none."""
    from crmlab.crm.admin.site import desk

    user: Any = request.user
    if not user.has_perm("crm.view_activity"):
        raise PermissionDenied
    first = _month(request.GET.get("month", ""))
    weeks = calendar.Calendar().monthdatescalendar(first.year, first.month)
    days = _by_day(weeks[0][0], weeks[-1][-1])
    told = {
        **desk.each_context(request),
        "title": _("日程"),
        "due": _("到期"),
        "month": f"{first:%Y-%m}",
        "before": _shifted(first, -1),
        "after": _shifted(first, 1),
        "weekdays": [_("一"), _("二"), _("三"), _("四"), _("五"), _("六"), _("日")],
        "weeks": [
            [{"day": day, "here": day.month == first.month, "items": days.get(day, [])} for day in week]
            for week in weeks
        ],
        "today": timezone.localdate(),
    }
    return render(request, "crm/calendar.html", told)


def _month(text: str) -> date:
    try:
        first = date.fromisoformat(f"{text}-01")
    except ValueError:
        first = date.min
    return first if first.year in YEARS else timezone.localdate().replace(day=1)


def _shifted(first: date, months: int) -> str:
    whole = first.year * 12 + first.month - 1 + months
    return f"{whole // 12:04d}-{whole % 12 + 1:02d}"


def _by_day(first: date, last: date) -> dict[date, list[tuple[str, Activity]]]:
    """Return what happened and what is due, by day."""
    span = (first, last)
    found = Activity.objects.filter(Q(at__date__range=span) | Q(next_on__range=span)).select_related(
        "account"
    )
    days: dict[date, list[tuple[str, Activity]]] = {}
    for one in found.order_by("at")[:2000]:
        days.setdefault(timezone.localtime(one.at).date(), []).append(("at", one))
        if one.next_on and not one.done:
            days.setdefault(one.next_on, []).append(("due", one))
    return days
