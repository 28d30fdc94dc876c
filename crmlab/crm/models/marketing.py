"""Marketing: consent with purpose and date, campaigns, and what came back."""

from django.db import models
from django.utils import timezone

from crmlab.crm.models.accounts import Account
from crmlab.crm.models.record import Record
from crmlab.crm.words import _


class Consent(Record):
    """A customer agreed to one use of their data, on a day, and may have withdrawn it."""

    class Purpose(models.TextChoices):
        """What for."""

        SERVICE = "service", _("提供服务")
        MARKETING = "marketing", _("营销信息")
        SURVEY = "survey", _("满意度调查")
        SHARING = "sharing", _("与合作方共享")

    account = models.ForeignKey(Account, models.CASCADE, related_name="consents", verbose_name=_("客户"))
    purpose = models.CharField(_("目的"), max_length=10, choices=Purpose)
    given_on = models.DateField(_("同意日期"), default=timezone.localdate)
    how = models.CharField(_("取得方式"), max_length=60, blank=True)
    withdrawn_on = models.DateField(_("撤回日期"), null=True, blank=True)

    class Meta(Record.Meta):
        verbose_name = _("同意")
        verbose_name_plural = _("同意")
        ordering = ("-id",)

    def __str__(self) -> str:
        return f"{self.account} · {self.get_purpose_display()}"


class Campaign(Record):
    """One marketing action with a purpose, for which members must have agreed."""

    FREE = ("notes",)
    FOUND_BY = ("name",)

    name = models.CharField(_("活动名称"), max_length=80)
    purpose = models.CharField(
        _("使用资料的目的"), max_length=10, choices=Consent.Purpose, default=Consent.Purpose.MARKETING
    )
    starts_on = models.DateField(_("开始日期"), null=True, blank=True)
    ends_on = models.DateField(_("结束日期"), null=True, blank=True)
    budget = models.DecimalField(_("预算（元）"), max_digits=12, decimal_places=2, default=0)
    notes = models.TextField(_("备注"), blank=True)

    class Meta(Record.Meta):
        verbose_name = _("营销活动")
        verbose_name_plural = _("营销活动")
        ordering = ("-id",)

    def __str__(self) -> str:
        return self.name


class Response(Record):
    """One customer in a campaign, and what they answered."""

    class Answer(models.TextChoices):
        """What came back."""

        NONE = "none", _("尚无回应")
        INTERESTED = "interested", _("有兴趣")
        BOUGHT = "bought", _("已购买")
        REFUSED = "refused", _("拒绝")

    campaign = models.ForeignKey(
        Campaign, models.CASCADE, related_name="responses", verbose_name=_("营销活动")
    )
    account = models.ForeignKey(Account, models.CASCADE, related_name="responses", verbose_name=_("客户"))
    answer = models.CharField(_("回应"), max_length=12, choices=Answer, default=Answer.NONE)
    answered_on = models.DateField(_("回应日期"), null=True, blank=True)

    class Meta(Record.Meta):
        verbose_name = _("活动回应")
        verbose_name_plural = _("活动回应")
        ordering = ("-id",)
        constraints = (models.UniqueConstraint(fields=("campaign", "account"), name="once_in_a_campaign"),)

    def __str__(self) -> str:
        return f"{self.campaign} · {self.account}"
