"""Which records may be the same customer: equal numbers, equal mail, names that differ only in dress."""

import re
import unicodedata
from typing import Any

from django.db.models import Q, QuerySet

from crmlab.crm.models import Account, Kept, Person

SHOWN = 5
MODELS: dict[str, type[Kept]] = {"account": Account, "person": Person}
_FORMS = re.compile(r"(股份有限公司|有限责任公司|有限公司|集团公司|集团|公司|厂|商行|店)$")
_POLITE = re.compile(r"(先生|女士|小姐|经理|老师|主任|总)$")


def bare_number(text: str) -> str:
    """Return a telephone number without dress: full-width digits, blanks, dashes and +86 gone."""
    digits = re.sub(r"\D", "", unicodedata.normalize("NFKC", text))
    if len(digits) == 13 and digits.startswith("86"):
        digits = digits[2:]
    return digits.removeprefix("0086") if len(digits) == 15 else digits


def bare_name(text: str) -> str:
    """Return a name without dress: width, case, blanks, brackets, the form of a firm, a title."""
    plain = re.sub(r"[\s·•.,，。()（）【】\[\]-]", "", unicodedata.normalize("NFKC", text).casefold())
    short = _POLITE.sub("", _FORMS.sub("", plain))
    return short if len(short) > 1 else plain


def with_number(model: Any, text: str) -> QuerySet:
    """Return the records of a table with the same telephone number, however it is written."""
    bare = bare_number(text)
    if len(bare) < 5:
        return model.objects.none()
    from crmlab.crm import search

    exact = Q(phone=bare) | Q(phone=text.strip())
    found = model.objects.filter(exact)
    if found.exists():
        return found
    dressed = search.find(model.objects.all(), bare, personal=True)
    same = [one.pk for one in dressed[:50] if bare_number(one.phone) == bare]
    return model.objects.filter(pk__in=same)


def by_number(text: str) -> tuple[Account | None, Person | None]:
    """Return the account and the person with a telephone number, None where there is none or more than one."""
    people = list(with_number(Person, text)[:2])
    person = people[0] if len(people) == 1 else None
    if person is not None and person.account is not None:
        return person.account, person
    accounts = list(with_number(Account, text)[:2])
    return (accounts[0] if len(accounts) == 1 else None), person


def alike(model: str, *, name: str = "", phone: str = "", e_mail: str = "", but: str = "") -> list[Any]:
    """Return up to five records that may be the one described, without number `but`."""
    table: Any = MODELS[model]
    found: dict[int, Any] = {one.pk: one for one in with_number(table, phone)[:SHOWN]} if phone else {}
    if e_mail.strip():
        found |= {one.pk: one for one in table.objects.filter(e_mail__iexact=e_mail.strip())[:SHOWN]}
    bare = bare_name(name)
    if len(bare) > 1:
        from crmlab.crm import search

        near = search.find(table.objects.all(), bare, personal=False)[:200]
        found |= {one.pk: one for one in near if bare_name(one.name) == bare}
    return [one for key, one in found.items() if str(key) != but][:SHOWN]
