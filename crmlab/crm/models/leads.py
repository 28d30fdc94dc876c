"""Leads: names one has heard of, looked at by money, authority and need."""

from django.db import models

from crmlab.crm.models.accounts import Account
from crmlab.crm.models.record import Record
from crmlab.crm.words import _


class Lead(Record):
    """One lead, with what is known of its M, A and N and where one knows it from."""

    PERSONAL = ("phone", "e_mail")
    FREE = ("money_evidence", "authority_evidence", "need_evidence", "notes")
    FOUND_BY = ("name", "company")

    class Known(models.TextChoices):
        """What is known of one of the three."""

        UNKNOWN = "unknown", _("未知")
        HAS = "has", _("具备")
        LACKS = "lacks", _("不具备")

    class Status(models.TextChoices):
        """How far one has come with it."""

        NEW = "new", _("新线索")
        WORKING = "working", _("跟进中")
        QUALIFIED = "qualified", _("合格")
        DROPPED = "dropped", _("放弃")

    name = models.CharField(_("姓名"), max_length=60)
    company = models.CharField(_("单位"), max_length=80, blank=True)
    phone = models.CharField(_("电话"), max_length=40, blank=True)
    e_mail = models.EmailField(_("电子邮箱"), blank=True)
    channel = models.CharField(_("来源"), max_length=30, blank=True)
    money = models.CharField(_("购买能力 M"), max_length=8, choices=Known, default=Known.UNKNOWN)
    money_evidence = models.CharField(_("M 的依据"), max_length=200, blank=True)
    authority = models.CharField(_("购买决定权 A"), max_length=8, choices=Known, default=Known.UNKNOWN)
    authority_evidence = models.CharField(_("A 的依据"), max_length=200, blank=True)
    need = models.CharField(_("需求 N"), max_length=8, choices=Known, default=Known.UNKNOWN)
    need_evidence = models.CharField(_("N 的依据"), max_length=200, blank=True)
    status = models.CharField(_("状态"), max_length=10, choices=Status, default=Status.NEW)
    action = models.CharField(_("下一步行动"), max_length=80, blank=True)
    account = models.ForeignKey(
        Account, models.SET_NULL, null=True, blank=True, related_name="leads", verbose_name=_("转成的客户")
    )
    notes = models.TextField(_("备注"), blank=True)

    class Meta(Record.Meta):
        verbose_name = _("销售线索")
        verbose_name_plural = _("销售线索")
        ordering = ("-id",)

    def __str__(self) -> str:
        return self.name

    @property
    def man(self) -> str:
        """The three letters: capital = has, small = lacks, "?" = unknown."""
        pairs = zip("MAN", (self.money, self.authority, self.need), strict=True)
        return "".join({"has": c, "lacks": c.lower()}.get(known, "?") for c, known in pairs)
