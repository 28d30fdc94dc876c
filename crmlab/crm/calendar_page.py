"""The calendar: a month of activities, and a plain list of the same on a narrow screen."""

import calendar
from datetime import date, datetime, time, timedelta
from typing import Any
from urllib.parse import urlencode

from django.core.exceptions import PermissionDenied
from django.db.models import Count, F, QuerySet, Window
from django.db.models.functions import RowNumber, TruncDate
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone

from crmlab.crm.models import Activity
from crmlab.crm.words import _

YEARS = range(1900, 2200)
SHOWN = 6
"""Activities of a day, and as many that are due."""


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
            [{"day": day, "here": day.month == first.month, **days.get(day, {})} for day in week]
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


def _by_day(first: date, last: date) -> dict[date, dict[str, Any]]:
    """Return what happened and what is due, by day: the first few of each, how many more, and where all of them are."""
    start, end = (timezone.make_aware(datetime.combine(day, time())) for day in (first, last + timedelta(1)))
    was = Activity.objects.filter(at__gte=start, at__lt=end).annotate(day=TruncDate("at"))
    due = Activity.objects.filter(next_on__range=(first, last), done=False).annotate(day=F("next_on"))
    days: dict[date, dict[str, Any]] = {}
    for kind, found in (("at", was), ("due", due)):
        for one in _few(found):
            cell = days.setdefault(one.day, {"lines": [], "more": []})
            cell["lines"].append((kind, one))
            if one.place == SHOWN and one.many > SHOWN:
                cell["more"].append(
                    (_("还有 {count} 条").format(count=one.many - SHOWN), _all_of(kind, one.day))
                )
    return days


def _few(found: QuerySet) -> QuerySet:
    """Return the first few of each day, and with each how many that day has."""
    by_day = {"partition_by": F("day")}
    placed = found.annotate(
        place=Window(RowNumber(), order_by=[F("at"), F("id")], **by_day), many=Window(Count("id"), **by_day)
    )
    return placed.filter(place__lte=SHOWN).select_related("account").order_by("day", "place")


def _all_of(kind: str, day: date) -> str:
    """Return the address of the list with all of a day."""
    if kind == "at":
        asked: dict[str, Any] = {"at__year": day.year, "at__month": day.month, "at__day": day.day}
    else:
        asked = {"next_on__gte": day, "next_on__lt": day + timedelta(1), "done__exact": 0}
    return f"{reverse('admin:crm_activity_changelist')}?{urlencode(asked)}"
