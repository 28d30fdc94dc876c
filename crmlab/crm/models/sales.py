"""Selling: opportunities, quotes, orders."""

from decimal import Decimal

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models

from crmlab.crm.models.accounts import Account
from crmlab.crm.models.people import Person
from crmlab.crm.models.record import Record
from crmlab.crm.words import _

NOT_NEGATIVE = MinValueValidator(Decimal(0))


def forecast(amount: Decimal, stage: str, probability: int) -> Decimal:
    """Return what an amount counts for in the forecast, yuan: all of it when won, none when lost, else by probability in %."""
    share = {"won": 100, "lost": 0}.get(stage, probability)
    return (amount * share / 100).quantize(Decimal("0.01"))


class Opportunity(Record):
    """One sale that may come about."""

    FREE = ("notes",)
    FOUND_BY = ("name",)

    class Stage(models.TextChoices):
        """How far the sale has come."""

        CONTACT = "contact", _("初步接触")
        NEED = "need", _("需求确认")
        OFFER = "offer", _("方案报价")
        TALKS = "talks", _("谈判")
        WON = "won", _("赢单")
        LOST = "lost", _("输单")

    name = models.CharField(_("机会名称"), max_length=80)
    account = models.ForeignKey(Account, models.PROTECT, related_name="opportunities", verbose_name=_("客户"))
    person = models.ForeignKey(Person, models.SET_NULL, null=True, blank=True, verbose_name=_("联系人"))
    stage = models.CharField(_("阶段"), max_length=10, choices=Stage, default=Stage.CONTACT)
    amount = models.DecimalField(
        _("金额（元）"), max_digits=14, decimal_places=2, default=0, validators=[NOT_NEGATIVE]
    )
    probability = models.PositiveSmallIntegerField(
        _("成交概率（%）"), default=10, validators=[MaxValueValidator(100)]
    )
    closes_on = models.DateField(_("预计成交日"), null=True, blank=True)
    notes = models.TextField(_("备注"), blank=True)

    class Meta(Record.Meta):
        verbose_name = _("销售机会")
        verbose_name_plural = _("销售机会")
        ordering = ("-id",)

    def __str__(self) -> str:
        return self.name

    @property
    def forecast(self) -> Decimal:
        """Amount times probability, yuan; nothing for a sale that is lost."""
        return forecast(self.amount, self.stage, self.probability)


class Quote(Record):
    """What was offered, at which price, until when."""

    FREE = ("notes",)
    FOUND_BY = ("number",)

    class Status(models.TextChoices):
        """What became of it."""

        DRAFT = "draft", _("草稿")
        SENT = "sent", _("已发出")
        ACCEPTED = "accepted", _("已接受")
        REFUSED = "refused", _("已拒绝")

    number = models.CharField(_("报价单号"), max_length=20, db_index=True)
    account = models.ForeignKey(Account, models.PROTECT, related_name="quotes", verbose_name=_("客户"))
    opportunity = models.ForeignKey(
        Opportunity,
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="quotes",
        verbose_name=_("销售机会"),
    )
    product = models.CharField(_("商品"), max_length=80)
    quantity = models.PositiveIntegerField(_("数量"), default=1)
    price = models.DecimalField(
        _("单价（元）"), max_digits=12, decimal_places=2, default=0, validators=[NOT_NEGATIVE]
    )
    valid_until = models.DateField(_("有效期至"), null=True, blank=True)
    status = models.CharField(_("状态"), max_length=10, choices=Status, default=Status.DRAFT)
    notes = models.TextField(_("备注"), blank=True)

    class Meta(Record.Meta):
        verbose_name = _("报价单")
        verbose_name_plural = _("报价单")
        ordering = ("-id",)

    def __str__(self) -> str:
        return self.number

    @property
    def amount(self) -> Decimal:
        """Quantity times price, yuan."""
        return self.price * self.quantity


class Order(Record):
    """One purchase."""

    FOUND_BY = ("number",)

    number = models.CharField(_("订单号"), max_length=20, db_index=True)
    account = models.ForeignKey(Account, models.PROTECT, related_name="orders", verbose_name=_("客户"))
    quote = models.ForeignKey(Quote, models.SET_NULL, null=True, blank=True, verbose_name=_("报价单"))
    ordered_on = models.DateField(_("订购日期"))
    site = models.CharField(_("购买地点"), max_length=20, blank=True)
    amount = models.DecimalField(
        _("金额（元）"), max_digits=12, decimal_places=2, default=0, validators=[NOT_NEGATIVE]
    )

    class Meta(Record.Meta):
        verbose_name = _("订单")
        verbose_name_plural = _("订单")
        ordering = ("-ordered_on", "-id")

    def __str__(self) -> str:
        return self.number
