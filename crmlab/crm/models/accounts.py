"""Accounts: the firms and the consumers one does business with."""

from typing import Any

from django.db import models, transaction

from crmlab.crm.models.record import Kept
from crmlab.crm.words import _


class Account(Kept):
    """One customer, with a number of its own."""

    PERSONAL = ("phone", "e_mail", "address", "birth_year")
    FREE = ("notes",)
    FOUND_BY = ("number", "name")

    class Kind(models.TextChoices):
        """Who buys."""

        BUSINESS = "business", _("企业客户")
        CONSUMER = "consumer", _("个人客户")

    class Stage(models.TextChoices):
        """How far the relationship has come."""

        PROSPECT = "prospect", _("潜在客户")
        EXPLORATION = "exploration", _("考察期")
        BUILD_UP = "build_up", _("形成期")
        STABILITY = "stability", _("稳定期")
        DECLINE = "decline", _("退化期")

    class Abc(models.TextChoices):
        """Class by the amount paid."""

        A = "A", _("A 金牌")
        B = "B", _("B 重要")
        C = "C", _("C 一般")

    class Tier(models.TextChoices):
        """Tier of the loyalty scheme."""

        SILVER = "silver", _("白银")
        GOLD = "gold", _("黄金")
        DIAMOND = "diamond", _("钻石")

    number = models.CharField(_("客户编号"), max_length=20, blank=True, db_index=True)
    name = models.CharField(_("客户名称"), max_length=80, db_index=True)
    kind = models.CharField(_("客户类型"), max_length=10, choices=Kind, default=Kind.BUSINESS)
    industry = models.CharField(_("客户行业"), max_length=40, blank=True)
    phone = models.CharField(_("电话"), max_length=40, blank=True, db_index=True)
    e_mail = models.EmailField(_("电子邮箱"), blank=True)
    province = models.CharField(_("省份"), max_length=20, blank=True)
    city = models.CharField(_("城市"), max_length=20, blank=True)
    address = models.CharField(_("地址"), max_length=120, blank=True)
    gender = models.CharField(_("性别"), max_length=1, blank=True, choices=[("f", _("女")), ("m", _("男"))])
    birth_year = models.PositiveSmallIntegerField(_("出生年"), null=True, blank=True)
    employer = models.CharField(_("工作单位"), max_length=80, blank=True)
    channel = models.CharField(_("来源"), max_length=30, blank=True)
    stage = models.CharField(_("关系阶段"), max_length=12, choices=Stage, default=Stage.PROSPECT)
    abc = models.CharField(_("ABC 分类"), max_length=1, choices=Abc, blank=True)
    tier = models.CharField(_("会员等级"), max_length=10, choices=Tier, blank=True)
    points = models.IntegerField(_("积分余额"), default=0)
    customer_since = models.DateField(_("成为客户的日期"), null=True, blank=True)
    fleet = models.BooleanField(_("大客户（车队）"), default=False)
    vip = models.BooleanField(_("重要客户（VIP）"), default=False)
    difficult = models.BooleanField(_("需特别关照"), default=False)
    notes = models.TextField(_("备注"), blank=True)
    merged_into = models.ForeignKey(
        "self", models.SET_NULL, null=True, blank=True, editable=False, related_name="merged_from"
    )

    class Meta(Kept.Meta):
        verbose_name = _("客户")
        verbose_name_plural = _("客户")
        ordering = ("-id",)

    def __str__(self) -> str:
        return self.name

    def save(self, *args: Any, **kwargs: Any) -> None:
        """Save it; one without a number gets the number of its row."""
        from crmlab.crm import search

        with transaction.atomic():
            super().save(*args, **kwargs)
            if not self.number:
                self.number = f"K{self.pk:06d}"
                Account.everything.filter(pk=self.pk).update(number=self.number)
                self.history.update(number=self.number)
                search.index(self)
