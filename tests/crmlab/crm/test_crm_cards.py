"""Address cards out and in again, versions 3 and 4: Chinese names, own fields, second numbers, GBK."""

import pytest
from crm_forms import MAIL, PHONE
from test_crm_exchange import take_in, take_out


def lin(own):
    """A person of whom every line of a card tells something."""
    from crmlab.crm.models import Account, Person

    firm = Account(name="幸福玩具；相机, 公司")
    firm.save()
    person = Person(
        name="欧阳晓林", account=firm, position="经理", phone=PHONE, e_mail=MAIL, wechat="lin_88",
        birth_date="1990-01-02", address="成都市幸福路8号", notes="下午在；\n周五休息", extra={own.key: "晚上, 九点=后"},
    )  # fmt: skip
    person.save()
    return person


@pytest.fixture
def own(book):
    from crmlab.crm.models import OwnField

    return OwnField.objects.create(model="person", name="方便联系的时间")


TOLD = ("name", "position", "phone", "e_mail", "wechat", "birth_date", "address", "notes")


@pytest.mark.parametrize(("form", "version"), [(2, "3.0"), (3, "4.0")])
@pytest.mark.parametrize("encoding", ["utf-8", "gbk"])
def test_a_card_out_and_in_again_tells_the_same(own, seen_by, form, version, encoding):
    from crmlab.crm.models import Account, Person

    lin(own)
    before = Person.objects.values(*TOLD, "extra", "account__name").get()
    card = take_out(seen_by("manager"), "person", form).content
    assert f"VERSION:{version}" in card.decode()
    Person.everything.all().delete()
    Account.everything.all().delete()
    preview = take_in(seen_by("manager"), "person", card.decode().encode(encoding), form=2)
    assert "欧阳晓林" in preview.text
    assert Person.objects.values(*TOLD, "extra", "account__name").get() == before


def test_a_card_for_a_role_that_may_not_see_masks_own_fields_too(weili, seen_by):
    from crmlab.crm.models import OwnField

    own = OwnField.objects.create(model="account", name="孩子的学校", personal=True)
    weili.extra = {own.key: "实验小学"}
    weili.save()
    for role, seen in (("manager", True), ("marketing", False)):
        card = take_out(seen_by(role), "account", 2).content.decode()
        assert "X-CRM-FIELD:孩子的学校=实" in card and ("实验小学" in card) == seen


def test_a_second_number_or_mail_goes_to_the_notes(book, seen_by):
    from crmlab.crm.models import Person

    card = (
        "BEGIN:VCARD\nVERSION:3.0\nN:赵;六;;;\nFN:赵六\nTEL:13800138000\nTEL:028-85551234\n"
        "EMAIL:a@mail.example\nEMAIL:b@mail.example\nNOTE:老客户\nEND:VCARD\n"
    )
    take_in(seen_by("manager"), "person", card.encode(), form=2)
    one = Person.objects.get()
    assert (one.phone, one.e_mail) == (PHONE, "a@mail.example")
    assert one.notes == "老客户；028-85551234；b@mail.example"


def test_an_own_field_nobody_knows_is_told_and_not_dropped(book, seen_by):
    from crmlab.crm.models import Person

    card = "BEGIN:VCARD\nVERSION:3.0\nN:赵;六;;;\nFN:赵六\nX-CRM-FIELD:会员卡=8\nEND:VCARD\n"
    assert "不认得的列：会员卡" in take_in(seen_by("manager"), "person", card.encode(), form=2).text
    assert not Person.objects.exists()


def test_a_table_made_under_one_language_is_read_under_the_other(book, seen_by):
    from crmlab.crm.models import Account

    take_in(seen_by("manager"), "account", b"Account name,Kind of account\nZhang Weili,Consumer\n")
    assert Account.objects.values_list("name", "kind").get() == ("Zhang Weili", "consumer")
