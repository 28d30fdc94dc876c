"""What every record of the CRM has: history, a version against lost changes, and the recycle bin."""

from typing import Any, ClassVar

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import models, transaction
from django.utils import timezone
from simple_history.models import HistoricalRecords

from crmlab.crm.masking import reaches
from crmlab.crm.words import _

REACHES = _("这一栏人人都看得到，不要写电话号码或邮箱；请写到电话栏或邮箱栏")


class Live(models.Manager):
    """The records that are not in the recycle bin."""

    def get_queryset(self) -> models.QuerySet:
        """Return them."""
        return super().get_queryset().filter(deleted_at=None)


class Record(models.Model):
    """One record; deleting puts it into the recycle bin."""

    PERSONAL: ClassVar[tuple[str, ...]] = ()
    """Fields that tell who somebody is or how to reach them; shown to roles with that right only."""
    FREE: ClassVar[tuple[str, ...]] = ()
    """Fields of free text, in which anything may stand."""
    FOUND_BY: ClassVar[tuple[str, ...]] = ()
    """Fields by which everybody may find it."""

    version = models.PositiveIntegerField(_("版本"), default=0, editable=False)
    created_at = models.DateTimeField(_("建立时间"), default=timezone.now, editable=False)
    changed_at = models.DateTimeField(_("修改时间"), default=timezone.now, editable=False)
    deleted_at = models.DateTimeField(_("删除时间"), null=True, blank=True, editable=False)
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("负责人"),
    )

    objects = Live()
    everything = models.Manager()
    history = HistoricalRecords(inherit=True, excluded_fields=["changed_at"])

    class Meta:
        abstract = True
        base_manager_name = "everything"

    @classmethod
    def open_texts(cls) -> list[str]:
        """Return the typed fields that every role sees: names, titles, firms."""
        covered = (*cls.PERSONAL, *cls.FREE, "number")
        return [
            f.name
            for f in cls._meta.concrete_fields
            if isinstance(f, models.CharField) and f.editable and not f.choices and f.name not in covered
        ]

    def clean_fields(self, exclude: Any = None) -> None:
        """Raise ValidationError as Django does, and for a telephone number or address that would be masked for nobody."""
        wrong: dict[str, Any] = {}
        try:
            super().clean_fields(exclude=exclude)
        except ValidationError as error:
            wrong = error.update_error_dict({})
        for name in self.open_texts():
            if name not in {*wrong, *(exclude or ())} and reaches(str(getattr(self, name) or "")):
                wrong[name] = [REACHES]
        if wrong:
            raise ValidationError(wrong)

    def save(self, *args: Any, **kwargs: Any) -> None:
        """Save it under the next version; one that was loaded without history gets what it was first."""
        if self.pk and not self._state.adding and not self.history.exists():
            before = type(self).everything.filter(pk=self.pk).first()
            if before is not None and not getattr(self, "skip_history_when_saving", False):
                type(self).history.bulk_history_create([before], default_date=before.created_at)
        self.version += 1
        self.changed_at = timezone.now()
        if kwargs.get("update_fields") is not None:
            kwargs["update_fields"] = {*kwargs["update_fields"], "version", "changed_at"}
        with transaction.atomic():  # the record, its history and its row of the index, or nothing
            super().save(*args, **kwargs)

    def recycle(self) -> None:
        """Put it into the recycle bin."""
        self.deleted_at = timezone.now()
        self.save()

    def put_back(self) -> None:
        """Take it out of the recycle bin."""
        self.deleted_at = None
        self.save()


class Kept(Record):
    """An account or a person: it may have fields of the class's own, and values left over from a merge."""

    extra = models.JSONField(_("自定义字段"), default=dict, blank=True, editable=False)
    other_values = models.JSONField(_("合并时保留的其他值"), default=dict, blank=True, editable=False)
    keep_until = models.DateField(_("保存期限"), null=True, blank=True)

    class Meta(Record.Meta):
        abstract = True
