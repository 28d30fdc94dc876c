"""Merging keeps everything and can be undone; erasing leaves nothing."""

import pytest
from crm_forms import MAIL, PHONE

from crmlab.errors import LabError


@pytest.fixture
def twin(weili):
    """The same customer once more, with something of her own and something different."""
    from crmlab.crm.models import Account, Activity, Campaign, Case, Person, Response

    one = Account(
        name="张偉麗", kind="consumer", phone="13911112222", city="成都", industry="教育", vip=True, points=30,
        notes="喜欢玩具", extra={"own_1": "相机"},
    )  # fmt: skip
    one.save()
    person = Person(name="张伟丽", account=one)
    person.save()
    Activity(who="张", account=one, person=person).save()
    Case(title="掉漆", account=one).save()
    campaign = Campaign(name="六一")
    campaign.save()
    for account in (weili, one):
        Response(campaign=campaign, account=account).save()
    return one


def state() -> dict[str, list[dict]]:
    from crmlab.crm.models import RECORDS

    moving = ("version", "changed_at")
    return {
        model.__name__: [
            {name: value for name, value in row.items() if name not in moving}
            for row in model.everything.order_by("pk").values()
        ]
        for model in RECORDS
    }


def test_a_merge_keeps_every_value_and_everything_that_hung_on_it(weili, twin):
    from crmlab.crm.merging import merge
    from crmlab.crm.models import Account, Response

    weili.extra = {"own_1": "玩具"}
    weili.save()
    merge(weili, twin)
    kept = Account.objects.get()
    assert (kept.phone, kept.industry, kept.vip, kept.points) == (PHONE, "教育", True, 30)
    assert kept.notes.splitlines() == [weili.notes.splitlines()[0], "喜欢玩具"]
    assert kept.other_values == {
        "name": ["张偉麗"], "phone": ["13911112222"], "own_1": ["相机"], "number": [twin.number],
    }  # fmt: skip
    assert [kept.people.count(), kept.activities.count(), kept.cases.count(), kept.responses.count()] == [
        1,
        1,
        1,
        1,
    ]
    assert Response.everything.count() == 2


@pytest.mark.parametrize("turned", [False, True])
def test_undoing_brings_everything_back(weili, twin, turned):
    from crmlab.crm.merging import merge, undo

    before = state()
    note = merge(*((twin, weili) if turned else (weili, twin)))
    assert state() != before
    undo(note)
    assert state() == before
    with pytest.raises(LabError, match="撤销过"):
        undo(note)


def test_what_was_changed_since_the_merge_stays(weili, twin):
    from crmlab.crm.merging import merge, undo

    note = merge(weili, twin)
    weili.refresh_from_db()
    weili.industry = "出版"
    weili.save()
    undo(note)
    weili.refresh_from_db()
    assert (weili.industry, weili.vip) == ("出版", False)


def test_a_merge_that_makes_no_sense_is_refused(weili, twin):
    from crmlab.crm.merging import merge
    from crmlab.crm.models import Person

    person = Person.objects.get()
    for keep, give in ((weili, weili), (weili, person)):
        with pytest.raises(LabError, match="两条不同"):
            merge(keep, give)
    twin.recycle()
    with pytest.raises(LabError, match="回收站"):
        merge(weili, twin)


def test_the_pages_ask_which_one_stays_and_can_take_it_back(weili, twin, seen_by):
    from crmlab.crm.models import Account, Merge

    client, told = seen_by("leader"), {"action": "merge", "_selected_action": [weili.pk, twin.pk]}
    asked = client.post("/crm/crm/account/", told)
    assert asked.status_code == 200 and "张偉麗" in asked.text and Account.objects.count() == 2
    client.post("/crm/crm/account/", {**told, "kept": twin.pk})
    assert Account.objects.get() == twin
    undone = {"action": "undo", "_selected_action": [Merge.objects.get().pk]}
    client.post("/crm/crm/merge/", undone)
    assert Account.objects.count() == 2
    assert "撤销过" in client.post("/crm/crm/merge/", undone, follow=True).text
    assert (
        "正好选两条"
        in client.post("/crm/crm/account/", {**told, "_selected_action": [weili.pk]}, follow=True).text
    )


@pytest.mark.parametrize(
    ("role", "act"), [("csr", "merge"), ("sales", "merge"), ("leader", "erase"), ("marketing", "erase")]
)
def test_who_has_no_right_to_a_deed_cannot_do_it(weili, twin, seen_by, role, act):
    from crmlab.crm.models import Account

    told = {"action": act, "_selected_action": [weili.pk, twin.pk], "kept": weili.pk, "sure": "1"}
    seen_by(role).post("/crm/crm/account/", told)
    assert Account.objects.filter(name="张伟丽", phone=PHONE).exists() and Account.objects.count() == 2


def test_erasing_leaves_nothing_anywhere_in_the_file(weili, twin, seen_by, book):
    from django.db import connection

    from crmlab.crm.merging import merge
    from crmlab.crm.models import Account, Activity, ExportLog, Lead, Merge, Order, Person, SavedView

    weili.extra = {"own_9": "紧急 13700001111"}
    weili.save()
    merge(weili, twin)
    stranger = Person(name="李明", notes=f"是 {PHONE} 的邻居")
    stranger.save()
    stranger.notes = f"也认识 {MAIL}"
    stranger.save()
    Lead(name="张伟丽", phone=PHONE).save()
    Activity(who="张伟丽", phone=PHONE, result="张伟丽要退货").save()
    Order(number="D1", account=weili, ordered_on="2026-09-01", amount=88).save()
    manager = seen_by("manager")
    manager.post("/crm/my/account/", {"act": "view", "name": "她", "query": f"q={PHONE}"})
    manager.post(f"/crm/crm/account/{weili.pk}/delete/", {"post": "yes"})
    Account.everything.get(pk=weili.pk).put_back()
    asked = {"action": "erase", "_selected_action": [weili.pk]}
    assert "不能恢复" in manager.post("/crm/crm/account/", asked).text and PHONE in "".join(
        Account.everything.values_list("phone", flat=True)
    )
    manager.post("/crm/crm/account/", {**asked, "sure": "1"})
    connection.close()
    content = book.read_bytes()
    for secret in (
        PHONE,
        MAIL,
        "张伟丽",
        "张偉麗",
        "13911112222",
        "13700001111",
        "85551234",
        "幸福路8号",
        "喜欢玩具",
    ):
        assert secret.encode() not in content, secret
    assert Order.objects.get().account.name == "[已删除]" and Person.objects.filter(name="李明").exists()
    assert (Merge.objects.get().before, SavedView.objects.count(), ExportLog.objects.count()) == ({}, 1, 0)


def test_a_firm_is_no_person(seen_by):
    from crmlab.crm.erasure import erase
    from crmlab.crm.models import Account

    firm = Account(name="幸福玩具有限公司")
    firm.save()
    with pytest.raises(LabError, match="联系人"):
        erase(firm)
    assert (
        "联系人"
        in seen_by("manager")
        .post(
            "/crm/crm/account/", {"action": "erase", "_selected_action": [firm.pk], "sure": "1"}, follow=True
        )
        .text
    )


def test_a_contact_person_is_erased_with_what_was_said_to_them(weili):
    from crmlab.crm.erasure import erase
    from crmlab.crm.models import Activity, Person

    person = Person(name="李明", phone="13711112222", account=weili)
    person.save()
    Activity(who="李明", phone="13711112222", person=person, result="李明说不要").save()
    note = erase(person)
    one = Activity.objects.get()
    assert (one.who, one.phone, one.result, one.history.count()) == ("", "", "", 0)
    assert (note.model, note.record, Person.objects.get().name) == ("person", person.pk, "[已删除]")
    weili.refresh_from_db()
    assert weili.phone == PHONE


def test_records_kept_longer_than_told_are_listed(weili, seen_by):
    from datetime import date

    client = seen_by("manager")
    assert "张伟丽" not in client.get("/crm/crm/account/?overdue=1").text
    weili.keep_until = date(2020, 1, 1)
    weili.save()
    assert "张伟丽" in client.get("/crm/crm/account/?overdue=1").text
