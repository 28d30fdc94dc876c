"""Contact persons: the people one talks to, most of them in an account."""

from django.db import models

from crmlab.crm.models.accounts import Account
from crmlab.crm.models.record import Kept
from crmlab.crm.words import _


class Person(Kept):
    """One contact person."""

    PERSONAL = ("phone", "e_mail", "address", "birth_date", "wechat")
    FREE = ("notes",)
    FOUND_BY = ("name",)

    class Say(models.TextChoices):
        """What a person may do about a purchase."""

        DECIDES = "decides", _("决定")
        ADVISES = "advises", _("建议")
        OBJECTS = "objects", _("反对")

    account = models.ForeignKey(
        Account, models.SET_NULL, null=True, blank=True, related_name="people", verbose_name=_("客户")
    )
    name = models.CharField(_("姓名"), max_length=60, db_index=True)
    gender = models.CharField(_("性别"), max_length=1, blank=True, choices=[("f", _("女")), ("m", _("男"))])
    position = models.CharField(_("职务"), max_length=40, blank=True)
    say = models.CharField(_("购买中的作用"), max_length=10, choices=Say, blank=True)
    phone = models.CharField(_("手机"), max_length=40, blank=True, db_index=True)
    e_mail = models.EmailField(_("电子邮箱"), blank=True)
    wechat = models.CharField(_("微信号"), max_length=40, blank=True)
    birth_date = models.DateField(_("生日"), null=True, blank=True)
    address = models.CharField(_("地址"), max_length=120, blank=True)
    notes = models.TextField(_("备注"), blank=True)
    merged_into = models.ForeignKey(
        "self", models.SET_NULL, null=True, blank=True, editable=False, related_name="merged_from"
    )

    class Meta(Kept.Meta):
        verbose_name = _("联系人")
        verbose_name_plural = _("联系人")
        ordering = ("-id",)

    def __str__(self) -> str:
        return self.name
