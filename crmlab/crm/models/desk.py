"""What belongs to the desk and not to a customer: own fields, views, columns, logs, merges, events."""

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.utils import timezone

from crmlab.crm.words import _

OWNERS = [("account", _("客户")), ("person", _("联系人"))]


class OwnField(models.Model):
    """A field that the class adds to accounts or persons; its values stand in `extra`, under its number."""

    class Kind(models.TextChoices):
        """What its values are."""

        TEXT = "text", _("文字")
        NUMBER = "number", _("数字")
        DATE = "date", _("日期")
        CHOICE = "choice", _("选项")

    model = models.CharField(_("用于"), max_length=10, choices=OWNERS, default="account")
    name = models.CharField(_("字段名"), max_length=30)
    kind = models.CharField(_("类型"), max_length=8, choices=Kind, default=Kind.TEXT)
    choices = models.TextField(_("选项，每行一个"), blank=True)
    personal = models.BooleanField(_("属于个人信息"), default=False)

    class Meta:
        verbose_name = _("自定义字段")
        verbose_name_plural = _("自定义字段")
        constraints = (models.UniqueConstraint(fields=("model", "name"), name="own_field_once"),)

    def __str__(self) -> str:
        return self.name

    @property
    def key(self) -> str:
        """The key of its values."""
        return f"own_{self.pk}"

    @property
    def options(self) -> list[str]:
        """The values one may choose."""
        return [line.strip() for line in self.choices.splitlines() if line.strip()]


class Mine(models.Model):
    """Something one user arranged for one list."""

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.CASCADE, related_name="+", verbose_name=_("用户")
    )
    model = models.CharField(_("列表"), max_length=20)

    class Meta:
        abstract = True


class ColumnChoice(Mine):
    """The columns one user wants to see in a list."""

    columns = models.JSONField(_("列"), default=list)

    class Meta:
        verbose_name = _("列的选择")
        verbose_name_plural = _("列的选择")
        constraints = (models.UniqueConstraint(fields=("user", "model"), name="columns_once"),)


class SavedView(Mine):
    """A search with filters and order, under a name."""

    name = models.CharField(_("视图名"), max_length=30)
    query = models.CharField(_("条件"), max_length=500, blank=True)

    class Meta:
        verbose_name = _("保存的视图")
        verbose_name_plural = _("保存的视图")
        constraints = (models.UniqueConstraint(fields=("user", "model", "name"), name="view_once"),)

    def __str__(self) -> str:
        return self.name


class ExportLog(models.Model):
    """Who took which data out, when, and whether masked; it holds no data itself."""

    at = models.DateTimeField(_("时间"), default=timezone.now)
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+", verbose_name=_("用户")
    )
    model = models.CharField(_("表"), max_length=20)
    rows = models.PositiveIntegerField(_("行数"), default=0)
    form = models.CharField(_("格式"), max_length=10)
    masked = models.BooleanField(_("已遮蔽"), default=True)

    class Meta:
        verbose_name = _("导出记录")
        verbose_name_plural = _("导出记录")
        ordering = ("-id",)

    def __str__(self) -> str:
        return f"{self._meta.verbose_name} {self.pk}"


class Merge(models.Model):
    """Two records made one: what each was before, and which records moved, so that it can be undone."""

    PERSONAL: ClassVar[tuple[str, ...]] = ("before", "given")

    at = models.DateTimeField(_("时间"), default=timezone.now)
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+", verbose_name=_("用户")
    )
    model = models.CharField(_("表"), max_length=10, choices=OWNERS)
    kept = models.PositiveBigIntegerField(_("保留的记录"))
    gave = models.PositiveBigIntegerField(_("并入的记录"))
    before = models.JSONField(default=dict)
    given = models.JSONField(default=dict)
    moved = models.JSONField(default=dict)
    undone_at = models.DateTimeField(_("撤销时间"), null=True, blank=True)

    class Meta:
        verbose_name = _("合并记录")
        verbose_name_plural = _("合并记录")
        ordering = ("-id",)

    def __str__(self) -> str:
        return f"{self._meta.verbose_name} {self.pk}"


class DeskEvent(models.Model):
    """Something that happens at the front desk this morning, as the side panel shows it."""

    name = models.CharField(_("名称"), max_length=30, unique=True)
    at = models.CharField(_("时间"), max_length=5)
    kind = models.CharField(_("方式"), max_length=10)
    text = models.TextField(_("内容"))
    phone = models.CharField(_("号码"), max_length=40, blank=True)
    done_at = models.DateTimeField(_("处理时间"), null=True, blank=True)

    class Meta:
        verbose_name = _("前台事件")
        verbose_name_plural = _("前台事件")
        ordering = ("at", "id")


class Erasure(models.Model):
    """A request to erase a customer or a person; after it is carried out only the number is left."""

    model = models.CharField(_("表"), max_length=10, choices=OWNERS)
    record = models.PositiveBigIntegerField(_("记录号"))
    asked_on = models.DateField(_("申请日期"), default=timezone.localdate)
    erased_at = models.DateTimeField(_("删除完成时间"), null=True, blank=True)
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+", verbose_name=_("经办人")
    )

    class Meta:
        verbose_name = _("删除申请")
        verbose_name_plural = _("删除申请")
        ordering = ("-id",)
