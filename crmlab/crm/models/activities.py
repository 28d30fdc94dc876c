"""Activities: everything done with a customer, or to be done."""

from django.db import models
from django.utils import timezone

from crmlab.crm.models.accounts import Account
from crmlab.crm.models.cases import Case
from crmlab.crm.models.people import Person
from crmlab.crm.models.record import Record
from crmlab.crm.models.sales import Opportunity
from crmlab.crm.words import _


class Activity(Record):
    """One call, visit, mail or task; a call is recorded with who, number, reason, result and next step."""

    PERSONAL = ("phone",)
    FREE = ("result", "next_step")
    FOUND_BY = ("who", "reason")

    class Kind(models.TextChoices):
        """What it is."""

        CALL_IN = "call_in", _("来电")
        CALL_OUT = "call_out", _("去电")
        VISIT = "visit", _("来访")
        GO_OUT = "go_out", _("拜访")
        MAIL = "mail", _("邮件")
        MEETING = "meeting", _("会议")
        TASK = "task", _("任务")

    class Reason(models.TextChoices):
        """Why they got in touch."""

        ENQUIRY = "enquiry", _("咨询")
        ORDER = "order", _("订购")
        TRACKING = "tracking", _("货品跟踪")
        COMPLAINT = "complaint", _("投诉")
        REPAIR = "repair", _("报修")
        CHANGE = "change", _("资料变更")
        COOPERATION = "cooperation", _("合作洽谈")
        HARASSMENT = "harassment", _("骚扰电话")
        THREAT = "threat", _("恐吓电话")
        SILENT = "silent", _("无声电话")
        OTHER = "other", _("其他")

    kind = models.CharField(_("方式"), max_length=10, choices=Kind, default=Kind.CALL_IN)
    at = models.DateTimeField(_("时间"), default=timezone.now, db_index=True)
    who = models.CharField(_("对方姓名"), max_length=60, blank=True)
    phone = models.CharField(_("号码"), max_length=40, blank=True, db_index=True)
    account = models.ForeignKey(
        Account, models.SET_NULL, null=True, blank=True, related_name="activities", verbose_name=_("客户")
    )
    person = models.ForeignKey(
        Person, models.SET_NULL, null=True, blank=True, related_name="activities", verbose_name=_("联系人")
    )
    case = models.ForeignKey(
        Case, models.SET_NULL, null=True, blank=True, related_name="activities", verbose_name=_("个案")
    )
    opportunity = models.ForeignKey(
        Opportunity, models.SET_NULL, null=True, blank=True, related_name="activities",
        verbose_name=_("销售机会"),
    )  # fmt: skip
    reason = models.CharField(_("事由"), max_length=12, choices=Reason, default=Reason.ENQUIRY)
    result = models.TextField(_("内容与结果"), blank=True)
    next_step = models.CharField(_("下一步"), max_length=200, blank=True)
    next_on = models.DateField(_("下一步日期"), null=True, blank=True, db_index=True)
    done = models.BooleanField(_("已完成"), default=False)

    class Meta(Record.Meta):
        verbose_name = _("行动")
        verbose_name_plural = _("行动")
        ordering = ("-at", "-id")

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.who}".strip()
