"""What customers think and collect: survey replies and the loyalty ledger."""

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.utils import timezone

from crmlab.crm.models.accounts import Account
from crmlab.crm.models.record import Record
from crmlab.crm.words import _

FIVE = [MinValueValidator(1), MaxValueValidator(5)]
SEVEN = [MinValueValidator(1), MaxValueValidator(7)]


class Survey(Record):
    """One customer's reply: satisfaction 1-5, recommendation 0-10, effort 1-7."""

    FREE = ("comment",)

    account = models.ForeignKey(Account, models.CASCADE, related_name="surveys", verbose_name=_("客户"))
    answered_on = models.DateField(_("填写日期"), default=timezone.localdate)
    satisfaction = models.PositiveSmallIntegerField(
        _("满意度（1–5）"), null=True, blank=True, validators=FIVE
    )
    recommend = models.PositiveSmallIntegerField(
        _("推荐意愿（0–10）"), null=True, blank=True, validators=[MaxValueValidator(10)]
    )
    effort = models.PositiveSmallIntegerField(_("费力度（1–7）"), null=True, blank=True, validators=SEVEN)
    comment = models.TextField(_("意见"), blank=True)

    class Meta(Record.Meta):
        verbose_name = _("满意度调查")
        verbose_name_plural = _("满意度调查")
        ordering = ("-id",)

    def __str__(self) -> str:
        return f"{self.account} · {self.answered_on}"


class LoyaltyEntry(Record):
    """One line of the loyalty ledger."""

    account = models.ForeignKey(Account, models.CASCADE, related_name="ledger", verbose_name=_("客户"))
    booked_on = models.DateField(_("日期"), default=timezone.localdate)
    kind = models.CharField(
        _("类别"), max_length=8, choices=[("earn", _("获得")), ("redeem", _("兑换"))], default="earn"
    )
    delta = models.IntegerField(_("积分变动"))
    balance = models.IntegerField(_("余额"), default=0)

    class Meta(Record.Meta):
        verbose_name = _("积分流水")
        verbose_name_plural = _("积分流水")
        ordering = ("-booked_on", "-id")

    def __str__(self) -> str:
        return f"{self.account} {self.delta:+d}"
