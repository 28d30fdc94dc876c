"""What may happen to a case: deadlines in working days, levels, follow-up and closing, as in the simulated centre.

Every step changes the case in memory and returns None, or returns why it is refused and changes nothing.
"""

from datetime import date, timedelta
from typing import Any

from django.utils import timezone

from crmlab.crm.models import Case
from crmlab.crm.roles import role_of
from crmlab.crm.words import _
from sim.callcenter.cases import DEADLINES, FOLLOW_UP_AFTER, PROGRESS_EVERY
from sim.workdays import Workdays

Refusal = Any  # a text of ours, or None


def working_days_after(day: date, count: int) -> date:
    """Return the `count`-th working day after `day`, by the Chinese calendar of holidays and make-up days."""
    calendar = Workdays(day.isoformat())
    return calendar.date(calendar.after(0, count))


def settle(case: Case) -> None:
    """Give a case the number, deadline, call-back and least level that its severity and its story ask for.

    The deadlines of an exercise are the student's own and stay as they are.
    """
    if case.desk_day is None:
        _set_dates(case)
    if case.about_staff:  # no agent works on a complaint about agents
        case.level = max(case.level, Case.Level.LEADER)
    if not case.number:
        first = f"C{case.opened_on:%Y%m%d}"
        case.number = f"{first}-{Case.everything.filter(number__startswith=first).count() + 1:03d}"


def _set_dates(case: Case) -> None:
    days = DEADLINES.get(case.severity)
    case.deadline = working_days_after(case.opened_on, days) if days else None
    if days or not case.severity:  # a case that nobody has classed yet is owed no date
        case.call_back_on = None
    elif case.call_back_on is None:
        case.call_back_on = working_days_after(case.opened_on, PROGRESS_EVERY)


def today_of(case: Case) -> date:
    """Return today; for a case of an exercise, the day on which that plays."""
    return case.desk_day or timezone.localdate()


def late(case: Case, today: date | None = None) -> bool:
    """Return whether an open case is past its deadline or its promised call-back."""
    due = case.deadline or case.call_back_on
    return case.status == Case.Status.OPEN and due is not None and (today or today_of(case)) > due


def escalate(case: Case, user: Any) -> Refusal:
    """Hand an open case one level up."""
    if case.status != Case.Status.OPEN:
        return _("只有处理中的个案可以升级")
    if case.level >= Case.Level.MANAGER:
        return _("已经在最高一级")
    case.level = max(case.level, Case.Level.AGENT) + 1
    return None


def call_back(case: Case, user: Any) -> Refusal:
    """Note that the customer of a complex case was told how it stands; the next call is due."""
    if case.status != Case.Status.OPEN or case.severity != Case.Severity.COMPLEX:
        return _("只有处理中的复杂个案要做进度回访")
    case.call_back_on = working_days_after(today_of(case), PROGRESS_EVERY)
    return None


def solve(case: Case, user: Any) -> Refusal:
    """Mark a case as solved: what an agent solved is closed with it, the rest is followed up first."""
    if case.status != Case.Status.OPEN:
        return _("这个个案已经解决")
    if not case.solution.strip():
        return _("请先填写处理结果")
    if role_of(user).key == "csr" and case.level > Case.Level.AGENT:
        return _("这个个案在上一级，由班长或经理解决")
    case.solved_on = today_of(case)
    if case.level <= Case.Level.AGENT:
        case.level = Case.Level.AGENT
        case.status, case.closed_on, case.closed_by = Case.Status.CLOSED, case.solved_on, user
    else:
        case.status, case.follow_up_on = Case.Status.SOLVED, case.solved_on + timedelta(days=FOLLOW_UP_AFTER)
    return None


def close(case: Case, user: Any) -> Refusal:
    """Close a solved case: a team leader may, or whom the leader has named."""
    if case.status != Case.Status.SOLVED:
        return _("只有已解决、待回访的个案可以结束")
    if not role_of(user).may("close_case") and case.delegate_id != user.pk:
        return _("个案由班长或其委派的人结束")
    case.status, case.closed_on, case.closed_by = Case.Status.CLOSED, today_of(case), user
    return None
