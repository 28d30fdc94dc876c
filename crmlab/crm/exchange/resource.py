"""One table as rows of a file: which columns, how values are written, what makes a row a bad one."""

from typing import Any

from django.core.exceptions import ValidationError
from django.db import models
from django.utils import translation
from django.utils.dateparse import parse_date
from import_export import fields, resources, widgets
from import_export.results import Error

from crmlab.crm import matching, own_fields
from crmlab.crm.admin.masked import masked_value
from crmlab.crm.exchange.formats import CARD, OWN
from crmlab.crm.masking import mask
from crmlab.crm.models import Account, Kept
from crmlab.crm.settings import LANGUAGES
from crmlab.crm.words import _

FORMULA = ("=", "@", "\t", "\r")
LEFT_OUT = ("id", "owner", "keep_until")


class Word(widgets.Widget):
    """A value with a label: written as its label, read as either."""

    def __init__(self, choices: list[tuple[Any, Any]]) -> None:
        super().__init__()
        self.labels = {str(value): str(label) for value, label in choices}
        self.values = {text: str(value) for value, label in choices for text in in_both(label)}

    def clean(self, value: Any, row: Any = None, **kwargs: Any) -> Any:
        """Return the value of a label."""
        text = str(value or "").strip()
        return self.values.get(text, text)

    def render(self, value: Any, obj: Any = None, **kwargs: Any) -> str:
        """Return the label of a value."""
        return self.labels.get(str(value), str(value or ""))


class Day(widgets.Widget):
    """A date, as Chinese tables write it: 2026-09-01, 2026/9/1, 2026.9.1, 2026年9月1日."""

    def clean(self, value: Any, row: Any = None, **kwargs: Any) -> Any:
        """Return the date; raise ValueError for what is none."""
        text = str(value or "").strip()
        for sign in "/.年月":
            text = text.replace(sign, "-")
        text = text.rstrip("日")
        if not text:
            return None
        parts = text.split("-")
        day = parse_date("-".join(part.zfill(2) for part in parts)) if len(parts) == 3 else None
        if day is None:
            raise ValueError(_("{value} 不是日期；请写成 2026-09-01").format(value=str(value)[:20]))
        return day

    def render(self, value: Any, obj: Any = None, **kwargs: Any) -> str:
        """Return the date as text."""
        return "" if value is None else str(value)


class YesNo(widgets.BooleanWidget):
    """Yes or no, in words."""

    TRUE_VALUES = ["1", 1, True, "true", "True", "TRUE", "是", "yes", "Yes", "Y", "y"]
    FALSE_VALUES = ["0", 0, False, "false", "False", "FALSE", "否", "no", "No", "N", "n", ""]


class Firm(widgets.Widget):
    """The account of a row, by its number or its name; a name nobody bears yet makes a new account."""

    def clean(self, value: Any, row: Any = None, **kwargs: Any) -> Account | None:
        """Return the account; raise ValueError when several bear the name."""
        text = str(value or "").strip()
        if not text:
            return None
        found = list(Account.objects.filter(number=text)[:1]) or list(Account.objects.filter(name=text)[:2])
        if len(found) > 1:
            raise ValueError(_("有几个客户都叫“{name}”；请改填客户编号").format(name=text))
        if found:
            return found[0]
        account = Account(name=text[:80])
        account.save()
        return account

    def render(self, value: Any, obj: Any = None, **kwargs: Any) -> str:
        """Return the name of the account."""
        return str(value or "")


class Refusal(Error):
    """What is wrong with a file or a row, in one sentence and without the program's own lines."""

    traceback = ""

    def __init__(self, error: Any, row: Any = None, number: Any = None) -> None:
        said = " ".join(error.messages) if isinstance(error, ValidationError) else error
        super().__init__(said, row, number)


class Rows(resources.ModelResource):
    """One table in and out; made for each model by `resource_of`."""

    def __init__(
        self, *, masked: bool = True, plain: bool = False, again: bool = False, **_kwargs: Any
    ) -> None:
        super().__init__()
        self.masked, self.again = masked, again
        if plain:  # an address card knows fields by their names in the program
            for name, field in self.fields.items():
                own = isinstance(field, own_fields.Column)
                field.column_name = f"{OWN}{field.own.name}" if own else name

    def get_export_order(self) -> list[str]:
        """Return the columns in their order, own fields last."""
        return list(self.fields)

    get_import_order = get_export_order

    def get_error_result_class(self) -> type[Error]:
        """Return how a mistake is told."""
        return Refusal

    def before_import(self, dataset: Any, **kwargs: Any) -> None:
        """Let a heading be the field's name in Chinese, in English or in the program."""
        known: dict[str, str] = {}
        for name, field in self.fields.items():
            known |= dict.fromkeys((name, *_labels(self._meta.model, name)), str(field.column_name))
        known |= {str(field.column_name): str(field.column_name) for field in self.fields.values()}
        dataset.headers = [known.get(str(head).strip(), head) for head in dataset.headers or []]
        if not set(dataset.headers) & set(known.values()):
            raise ValidationError(_("第一行没有认得的列名；请用“导出”得到的表作样子"))
        strange = [str(head) for head in dataset.headers if head and head not in {*known.values(), *CARD}]
        if strange:  # what would else be lost without a word
            raise ValidationError(
                _("不认得的列：{names}；请改成“导出”得到的表里的列名，或先删去这几列").format(
                    names="、".join(strange)[:200]
                )
            )

    def import_row(self, row: Any, instance_loader: Any, **kwargs: Any) -> Any:
        """Take in one row; what is wrong with it is told by the headings of the file, not by the program's names."""
        result = super().import_row(row, instance_loader, **kwargs)
        wrong = result.validation_error
        if wrong is not None and hasattr(wrong, "error_dict"):
            heads = {name: str(field.column_name) for name, field in self.fields.items()}
            result.validation_error = ValidationError(
                {heads.get(name, name): errors for name, errors in wrong.error_dict.items()}
            )
        return result

    def get_instance(self, instance_loader: Any, row: Any) -> Any:
        """Return the record that a row with a number is about; none makes a new one."""
        if "number" not in self.fields:
            return None
        number = str(row.get(str(self.fields["number"].column_name)) or "").strip()
        return self._meta.model.objects.filter(number=number).first() if number else None

    def import_instance(self, instance: Any, row: Any, **kwargs: Any) -> None:
        """Fill a record from a row; ValidationError for one that seems to be there already."""
        super().import_instance(instance, row, **kwargs)
        if instance.pk is None and not self.again and isinstance(instance, Kept):
            found = matching.alike(
                instance._meta.model_name or "", name="" if instance.phone else instance.name,
                phone=instance.phone, e_mail=instance.e_mail,
            )  # fmt: skip
            if found:
                raise ValidationError(
                    {"name": _("可能重复：{names}").format(names="、".join(map(str, found)))}
                )

    def export_field(self, field: Any, instance: Any, **kwargs: Any) -> Any:
        """Return a value of a row, masked where it has to be, never a formula."""
        value = super().export_field(field, instance, **kwargs)
        if self.masked:
            name = field.attribute or ""
            if isinstance(field, own_fields.Column):
                value = mask(value) if field.own.personal or field.own.kind == "text" else value
            elif name in (*instance.PERSONAL, *instance.FREE):
                value = masked_value(instance, name, getattr(instance, name))
        return f"'{value}" if isinstance(value, str) and value.startswith(FORMULA) else value


def in_both(text: Any) -> set[str]:
    """Return a text of ours in Chinese and in English, so that a table made under either is read under both."""
    said = set()
    for language in LANGUAGES.values():
        with translation.override(language):
            said.add(str(text))
    return said


def _labels(model: Any, name: str) -> set[str]:
    fields = {field.name: field for field in model._meta.fields}
    return in_both(fields[name].verbose_name) if name in fields else set()


def _widget(field: Any) -> widgets.Widget:
    if field.choices:
        return Word(list(field.flatchoices))
    if isinstance(field, models.BooleanField):
        return YesNo()
    if isinstance(field, models.DateTimeField):
        return widgets.DateTimeWidget()
    if isinstance(field, models.DateField):
        return Day()
    if isinstance(field, models.DecimalField):
        return widgets.DecimalWidget()
    if isinstance(field, models.IntegerField):
        return widgets.IntegerWidget()
    if isinstance(field, models.ForeignKey):
        return Firm() if field.related_model is Account else widgets.ForeignKeyWidget(field.related_model)
    return widgets.CharWidget(allow_blank=True)


def resource_of(model: type[models.Model]) -> type[Rows]:
    """Return the rows of a table, its headings in the language of the page."""
    chosen = [f for f in model._meta.fields if f.editable and f.name not in LEFT_OUT]
    made: dict[str, Any] = {
        f.name: fields.Field(
            attribute=f.name, column_name=str(f.verbose_name), widget=_widget(f),
            saves_null_values=f.null,
        )
        for f in chosen
    }  # fmt: skip
    if issubclass(model, Kept):
        made |= {own.key: own_fields.Column(own) for own in own_fields.of(model)}
    meta = {
        "model": model, "fields": list(made), "import_id_fields": (), "clean_model_instances": True,
        "use_transactions": True, "skip_unchanged": True, "report_skipped": True, "use_natural_foreign_keys": False,
    }  # fmt: skip
    made["Meta"] = type("Meta", (), meta)
    return type(f"{model.__name__}Rows", (Rows,), made)
