"""Cases: problems to solve, each with a number, a deadline and a level."""

from django.conf import settings
from django.db import models
from django.utils import timezone

from crmlab.crm.models.accounts import Account
from crmlab.crm.models.people import Person
from crmlab.crm.models.record import Record
from crmlab.crm.words import _


class Case(Record):
    """One case; what may happen to it when is told in `crmlab.crm.deadlines`.

    A case of an exercise has a `desk_mark`, and a `desk_day` which is its today: there the student sets deadlines by hand.
    """

    FREE = ("story", "solution")
    FOUND_BY = ("number", "title")

    class Severity(models.TextChoices):
        """How hard it is, which decides the deadline."""

        SIMPLE = "simple", _("简单")
        ORDINARY = "ordinary", _("一般")
        COMPLEX = "complex", _("复杂")

    class Level(models.IntegerChoices):
        """Whose desk it lies on."""

        NOBODY = 0, _("还没有交给谁")
        AGENT = 1, _("客服代表")
        LEADER = 2, _("班长")
        MANAGER = 3, _("经理")

    class Status(models.TextChoices):
        """How far it has come."""

        OPEN = "open", _("处理中")
        SOLVED = "solved", _("已解决，待回访")
        CLOSED = "closed", _("已结束")

    number = models.CharField(_("个案编号"), max_length=20, blank=True, db_index=True)
    title = models.CharField(_("标题"), max_length=80)
    account = models.ForeignKey(
        Account, models.SET_NULL, null=True, blank=True, related_name="cases", verbose_name=_("客户")
    )
    person = models.ForeignKey(Person, models.SET_NULL, null=True, blank=True, verbose_name=_("联系人"))
    reason = models.CharField(_("事由"), max_length=40, blank=True)
    severity = models.CharField(
        _("级别"), max_length=10, choices=Severity, default=Severity.SIMPLE, blank=True
    )
    about_staff = models.BooleanField(_("针对员工"), default=False)
    story = models.TextField(_("经过"), blank=True)
    solution = models.TextField(_("处理结果"), blank=True)
    opened_on = models.DateField(_("受理日期"), default=timezone.localdate)
    deadline = models.DateField(_("处理时限"), null=True, blank=True, editable=False)
    call_back_on = models.DateField(_("下次进度回访"), null=True, blank=True, editable=False)
    solved_on = models.DateField(_("解决日期"), null=True, blank=True, editable=False)
    follow_up_on = models.DateField(_("回访日期"), null=True, blank=True, editable=False)
    level = models.PositiveSmallIntegerField(
        _("处理层级"), choices=Level, default=Level.AGENT, editable=False
    )
    status = models.CharField(
        _("状态"), max_length=8, choices=Status, default=Status.OPEN, editable=False, db_index=True
    )
    closed_on = models.DateField(_("结束日期"), null=True, blank=True, editable=False)
    delegate = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+",
        verbose_name=_("班长委派的结束人"),
    )  # fmt: skip
    closed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, editable=False, related_name="+",
        verbose_name=_("结束人"),
    )  # fmt: skip
    desk_day = models.DateField(_("练习里的今天"), null=True, blank=True, editable=False)
    desk_mark = models.CharField(_("练习"), max_length=30, blank=True, editable=False, db_index=True)

    class Meta(Record.Meta):
        verbose_name = _("个案")
        verbose_name_plural = _("个案")
        ordering = ("-id",)

    def __str__(self) -> str:
        return f"{self.number} {self.title}".strip()
