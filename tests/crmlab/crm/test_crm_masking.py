"""Masking: what is left of a number, a mail address, a text; and each way by which data could leak, one by one."""

import pytest
from crm_forms import MAIL, PHONE

from crmlab.crm.masking import mask, mask_text, reaches, tells
from crmlab.crm.roles import roles

UNSEEING = [key for key, role in roles().items() if not role.may("see_personal")]
SEEING = [key for key, role in roles().items() if role.may("see_personal")]
SECRETS = (PHONE, MAIL, "幸福路8号", "85551234")


@pytest.mark.parametrize(
    ("value", "seen"),
    [
        ("13800138000", "138****8000"),
        ("+86 138-0013-8000", "861****8000"),
        ("１３８００１３８０００", "138****8000"),
        ("85551234", "****34"),
        ("weili@mail.example", "w****@mail.example"),
        ("幸福路8号", "幸****"),
        ("177****5711", "177****5711"),  # masked already
        ("****34", "****34"),
        ("张****8号", "张****"),
        (1990, "1****"),
        ("", ""),
        (None, ""),
    ],
)
def test_a_value_keeps_enough_to_tell_two_apart(value, seen):
    assert mask(value) == seen


@pytest.mark.parametrize(
    "text",
    [
        "打 13800138000",
        "打138 0013 8000",
        "座机028-85551234转3",
        "写信到weili@mail.example",
        "打１３８００１３８０００",
    ],
)
def test_free_text_loses_its_numbers_and_addresses(text):
    masked = mask_text(text)
    assert tells(text) and "****" in masked and not tells(masked)


@pytest.mark.parametrize("text", ["订单 12345，共 1888.50 元", "2026-09-01 到", "下午三点", ""])
def test_free_text_without_personal_data_stays_as_it_is(text):
    assert mask_text(text) == text and not tells(text)


@pytest.mark.parametrize(
    "text",
    ["回电13800138000", "+86 138-0013-8000", "０１０-８５５５１２３４", "a@b.cn", "张（028 85551234）"],
)
def test_what_reaches_somebody_is_told_from_other_numbers(text):
    assert reaches(text)
    assert not any(
        map(reaches, ["订单 D2026090100123", "200 本", "2026-09-01", "A区13栋", "12345678", "G1380013800099"])
    )


@pytest.mark.parametrize(
    ("table", "field", "told"),
    [
        ("account", "name", {"kind": "consumer", "stage": "prospect", "points": 0}),
        ("person", "position", {"name": "李明"}),
        ("lead", "company", {"name": "李明"}),
        ("opportunity", "name", {"amount": 1, "stage": "new", "probability": 10}),
    ],
)
def test_a_field_that_everybody_sees_takes_no_number(book, seen_by, table, field, told):
    from django.apps import apps

    answer = seen_by("manager").post(f"/crm/crm/{table}/add/", {**told, field: "张伟丽 13800138000"})
    assert answer.status_code == 200 and "人人都看得到" in answer.text
    assert not apps.get_model("crm", table).everything.exists()


def test_a_call_record_and_an_import_take_none_either(book, seen_by):
    from test_crm_exchange import take_in

    from crmlab.crm.models import Account, Activity

    told = {"kind": "call_in", "reason": "enquiry", "who": "回电13800138000", "link": "none"}
    assert "人人都看得到" in seen_by("csr").post("/crm/record/", told).text
    preview = take_in(seen_by("manager"), "account", "客户名称\n张伟丽13800138000\n".encode())
    assert "人人都看得到" in preview.text and not (
        Activity.everything.exists() or Account.everything.exists()
    )


def leaks(text: str) -> list[str]:
    return [secret for secret in SECRETS if secret in text]


@pytest.mark.parametrize("role", UNSEEING)
@pytest.mark.parametrize(
    "page",
    ["account/", "account/?q=伟丽", "account/{id}/change/", "account/{id}/history/", "account/{id}/delete/"],
)
def test_no_page_shows_it_to_a_role_that_may_not_see(weili, seen_by, role, page):
    weili.phone = PHONE
    weili.address = "幸福路8号"
    weili.save()
    answer = seen_by(role).get(
        f"/crm/crm/{page.format(id='account').replace('account/account', f'account/{weili.pk}')}"
    )
    assert leaks(answer.text) == []
    if answer.status_code == 200 and "delete" not in page and "history" not in page:
        assert "138****8000" in answer.text


@pytest.mark.parametrize("role", SEEING)
def test_who_may_see_it_sees_all_of_it(weili, seen_by, role):
    assert leaks(seen_by(role).get(f"/crm/crm/account/{weili.pk}/change/").text) == list(SECRETS)


@pytest.mark.parametrize("role", UNSEEING)
@pytest.mark.parametrize("text", [PHONE, "0013800", MAIL, "weili", "幸福路8", "85551234", "1990"])
def test_searching_for_it_confirms_nothing(weili, seen_by, role, text):
    assert "张伟丽" not in seen_by(role).get("/crm/crm/account/", {"q": text}).text


@pytest.mark.parametrize(
    "text", [PHONE, "0013800", MAIL, "weili", "幸福路8", "85551234", "伟丽", "张伟丽", "K000001", "0001"]
)
def test_who_may_see_it_finds_by_any_part(weili, seen_by, text):
    assert "张伟丽" in seen_by("manager").get("/crm/crm/account/", {"q": text}).text


@pytest.mark.parametrize("role", UNSEEING)
@pytest.mark.parametrize(
    "lookup",
    [
        "phone__startswith=138", "phone=13800138000", "e_mail__contains=weili", "notes__contains=8555",
        "birth_year=1990", "birth_year__lt=1991", "history__phone__contains=138", "people__phone__contains=138",
        "merged_from__phone__contains=138", "extra__contains=1", "other_values__contains=1",
    ],
)  # fmt: skip
def test_an_address_cannot_filter_by_it(weili, seen_by, role, lookup):
    answer = seen_by(role).get(f"/crm/crm/account/?{lookup}")
    assert answer.status_code in (302, 400) and leaks(answer.text) == []


@pytest.mark.parametrize("role", UNSEEING)
def test_the_list_cannot_be_put_in_its_order(weili, seen_by, role):
    client = seen_by(role)
    columns = client.get("/crm/crm/account/").context["cl"].list_display
    hidden = [place for place, column in enumerate(columns) if callable(column)]
    assert hidden
    for place in hidden:
        page = client.get("/crm/crm/account/", {"o": place})
        assert page.context["cl"].get_ordering(page.wsgi_request, page.context["cl"].queryset) == ["-id"]


@pytest.mark.parametrize("role", UNSEEING)
def test_history_shows_that_it_changed_and_not_what_it_was(weili, seen_by, role):
    weili.phone, weili.notes = "13911112222", "改到 13911112222"
    weili.save()
    client = seen_by(role)
    told = client.get(f"/crm/crm/account/{weili.pk}/history/").text
    assert leaks(told) == [] and "13911112222" not in told and "139****2222" in told
    for state in weili.history.all():
        answer = client.get(f"/crm/crm/account/{weili.pk}/history/{state.history_id}/")
        assert leaks(answer.text) == [] and "13911112222" not in answer.text


@pytest.mark.parametrize("term", ["138", PHONE, "weili", "8555"])
def test_the_completion_of_other_forms_finds_nothing_by_it(weili, seen_by, term):
    told = {"app_label": "crm", "model_name": "person", "field_name": "account", "term": term}
    answer = seen_by("csr").get("/crm/autocomplete/", told)
    assert answer.status_code == 200 and answer.json()["results"] == []
    told["term"] = "伟丽"
    assert [one["text"] for one in seen_by("csr").get("/crm/autocomplete/", told).json()["results"]] == [
        "张伟丽"
    ]


def test_a_refused_form_repeats_only_what_was_typed(weili, seen_by):
    client = seen_by("csr")
    answer = client.post(f"/crm/crm/account/{weili.pk}/change/", {"name": "", "seen_version": 0})
    assert answer.status_code == 200 and answer.context["errors"] and leaks(answer.text) == []


def test_a_form_of_a_role_that_may_not_see_changes_nothing_hidden(weili, seen_by):
    from crm_forms import form_of

    client, url = seen_by("csr"), f"/crm/crm/account/{weili.pk}/change/"
    sent = {**form_of(client, url), "name": "张伟莉", "phone": "1", "notes": "x"}
    answer = client.post(url, sent)
    assert answer.status_code == 302, answer.context["errors"]
    weili.refresh_from_db()
    assert (weili.name, weili.phone, weili.notes[:4]) == ("张伟莉", PHONE, "家里电话")


def test_the_screen_pop_needs_the_whole_number_and_the_right(weili, seen_by):
    pop = "/crm/pop/?phone="
    assert "张伟丽" in seen_by("csr").get(pop + "138 0013 8000").text
    assert leaks(seen_by("csr").get(pop + PHONE).text) == []
    assert "张伟丽" not in seen_by("csr").get(pop + "1380013800").text
    assert seen_by("marketing").get(pop + PHONE).status_code == 403


def test_who_may_bring_data_in_may_see_it_since_the_preview_shows_what_is_there():
    open_eyed = [role for role in roles().values() if role.may("import") or role.may("merge")]
    assert open_eyed and all(role.may("see_personal") for role in open_eyed)
