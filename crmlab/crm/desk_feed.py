"""The side panel of the front desk: a morning put into a CRM, its events handed out one after another."""

from datetime import date, datetime
from typing import Any

from django.db import transaction
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils import timezone

from crmlab.crm.front_desk import Morning
from crmlab.crm.models import Account, DeskEvent, Person
from crmlab.crm.scoring import digits
from crmlab.crm.words import _
from crmlab.errors import LabError


def start(morning: Morning) -> int:
    """Put the records and events of a morning into an empty CRM; return the number of events.

    Raises LabError when a morning has begun here already, or customers are there that are not its own.
    """
    if DeskEvent.objects.exists():
        raise LabError("这个 CRM 里的早晨已经开始了；要重新来过，请换一个文件")
    if Account.everything.exists():
        raise LabError("这个 CRM 里已经有客户；请换一个文件再开始")
    with transaction.atomic():
        accounts = {}
        for told in morning.accounts:
            accounts[told["name"]] = Account(**told)
            accounts[told["name"]].save()
        for told in morning.persons:
            Person(**{**told, "account": accounts.get(told.get("account", ""))}).save()
        for event in morning.events:
            DeskEvent.objects.create(
                name=event.name, at=event.at, kind=event.kind, text=event.text, phone=event.phone
            )
    return len(morning.events)


def panel(request: HttpRequest) -> dict[str, Any] | None:
    """Return what the side panel shows: the event of now, those done, how many are left; None without a morning."""
    user: Any = request.user
    events = list(DeskEvent.objects.all()) if user.has_perm("crm.add_activity") else []
    if not events:
        return None
    now = next((event for event in events if event.done_at is None), None)
    done = [event for event in events if event.done_at is not None]
    return {
        "now": now, "done": done, "count": len(done), "total": len(events),
        "words": {"title": _("前台事件"), "next": _("处理完了，下一件"), "over": _("这些事都处理完了：回到笔记本，往下运行"),
                  "done": _("已处理的"), "again": _("再看一次"), "fill": _("填入号码")},
    }  # fmt: skip


def waiting() -> bool:
    """Return whether an event is still to be dealt with."""
    return DeskEvent.objects.filter(done_at=None).exists()


def time_of(phone: str) -> datetime | None:
    """Return when what is recorded happened, by the clock of the exercise; None where nothing is going on.

    It is today, at the time of the event with that number, else of the one that is shown.
    """
    events = list(DeskEvent.objects.all())
    same = [event for event in events if digits(phone) and digits(event.phone) == digits(phone)]
    event = next(iter([*same, *(one for one in events if one.done_at is None)]), None)
    try:
        return event and at_clock(timezone.localdate(), event.at)
    except ValueError:  # a morning of the teacher's own that says "early"
        return None


def at_clock(day: date, clock: str) -> datetime:
    """Return the moment of a day at "HH:MM", in the time of the company."""
    return timezone.make_aware(datetime.combine(day, datetime.strptime(clock, "%H:%M").time()))


def move_on(request: HttpRequest) -> HttpResponse:
    """Mark an event as done, or take one back to be looked at again."""
    if request.method == "POST" and request.user.has_perm("crm.add_activity"):
        when = None if request.POST.get("again") else timezone.now()
        DeskEvent.objects.filter(name=request.POST.get("event", "")).update(done_at=when)
    return HttpResponseRedirect(reverse("admin:index"))
