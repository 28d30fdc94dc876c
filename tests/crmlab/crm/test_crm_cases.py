"""Cases: deadlines in working days, levels, who solves and who closes; consent before a campaign; the call record."""

from datetime import date

import pytest
from crm_forms import PHONE, form_of


def case(**told):
    from crmlab.crm import deadlines
    from crmlab.crm.models import Case

    one = Case(title="掉漆", **told)
    deadlines.settle(one)
    one.save()
    return one


def user(role):
    from django.contrib.auth import get_user_model

    return get_user_model().objects.get(username=role)


@pytest.mark.parametrize(
    ("severity", "opened", "deadline", "call_back"),
    [
        ("simple", "2026-11-20", "2026-11-23", None),  # a Friday, then Monday
        ("ordinary", "2026-11-20", "2026-11-25", None),
        ("complex", "2026-11-20", None, "2026-11-25"),
        ("simple", "2026-09-30", "2026-10-08", None),  # the National Day holidays
    ],
)
def test_a_deadline_is_counted_in_working_days(book, severity, opened, deadline, call_back):
    one = case(severity=severity, opened_on=date.fromisoformat(opened))
    assert (one.deadline and f"{one.deadline}", one.call_back_on and f"{one.call_back_on}") == (
        deadline,
        call_back,
    )


def test_every_case_has_a_number_of_its_own(book):
    numbers = [case(opened_on=date(2026, 11, 20)).number for _ in range(3)]
    assert numbers == ["C20261120-001", "C20261120-002", "C20261120-003"]


def test_a_complaint_about_staff_begins_with_the_leader_and_is_late_after_its_deadline(book):
    from crmlab.crm import deadlines

    one = case(about_staff=True, opened_on=date(2026, 11, 20))
    assert one.level == 2
    assert not deadlines.late(one, date(2026, 11, 23)) and deadlines.late(one, date(2026, 11, 24))


def test_what_an_agent_solved_is_closed_and_the_rest_by_the_leader(book):
    from crmlab.crm import deadlines

    one = case()
    assert "处理结果" in str(deadlines.solve(one, user("csr")))
    one.solution = "换了新的"
    assert deadlines.solve(one, user("csr")) is None and one.status == "closed"
    two = case(solution="道歉并退款")
    assert "待回访" in str(deadlines.close(two, user("leader")))
    assert deadlines.escalate(two, user("csr")) is None and two.level == 2
    assert "上一级" in str(deadlines.solve(two, user("csr")))
    assert deadlines.solve(two, user("leader")) is None
    assert (two.status, (two.follow_up_on - two.solved_on).days) == ("solved", 3)
    assert "班长" in str(deadlines.close(two, user("csr")))
    two.delegate = user("csr")
    assert deadlines.close(two, user("csr")) is None and two.closed_by == user("csr")
    assert "已经解决" in str(deadlines.solve(two, user("leader"))) and "处理中" in str(
        deadlines.escalate(two, user("csr"))
    )


def test_a_case_goes_no_higher_than_the_manager_and_only_complex_ones_are_called_back(book):
    from crmlab.crm import deadlines

    one = case(severity="complex")
    for level in (2, 3):
        assert deadlines.escalate(one, user("csr")) is None and one.level == level
    assert "最高" in str(deadlines.escalate(one, user("csr")))
    assert deadlines.call_back(one, user("csr")) is None and one.call_back_on > date.today()
    assert "复杂" in str(deadlines.call_back(case(), user("csr")))


def test_the_page_of_cases_keeps_the_rules(book, seen_by):
    one = case()
    answer = seen_by("csr").post(
        "/crm/crm/case/", {"action": "solve", "_selected_action": [one.pk]}, follow=True
    )
    assert "请先填写处理结果" in answer.text
    one.refresh_from_db()
    assert one.status == "open"


def test_nobody_gets_into_a_campaign_without_consent(weili, seen_by):
    from crmlab.crm.models import Campaign, Consent, Response

    campaign = Campaign(name="六一")
    campaign.save()
    client, url = seen_by("marketing"), "/crm/crm/response/add/"
    sent = {**form_of(client, url), "campaign": campaign.pk, "account": weili.pk}
    assert "没有同意" in client.post(url, sent).text and not Response.objects.exists()
    consent = Consent(
        account=weili, purpose="marketing", given_on=date(2026, 1, 1), withdrawn_on=date(2026, 2, 1)
    )
    consent.save()
    assert "没有同意" in client.post(url, sent).text
    consent.withdrawn_on = None
    consent.save()
    assert client.post(url, sent).status_code == 302 and Response.objects.count() == 1


def test_a_call_finds_its_account_or_makes_one(weili, seen_by):
    from crmlab.crm.models import Account, Activity

    client = seen_by("csr")
    told = {
        "kind": "call_in",
        "reason": "complaint",
        "who": "张女士",
        "next_step": "own",
        "next_own": "周五前回电",
        "next_on": "2026-11-30",
    }
    assert client.post("/crm/record/", {**told, "phone": "138 0013 8000"}).status_code == 302
    one = Activity.objects.get()
    assert (one.account, one.owner.username, one.done) == (weili, "csr", False)
    assert one.next_step == "周五前回电"
    client.post("/crm/record/", {**told, "phone": "13799990000", "link": "new", "name": "李明"})
    assert Activity.objects.first().account.phone == "13799990000" and Account.objects.count() == 2
    client.post("/crm/record/", {**told, "phone": PHONE, "link": "none"})
    assert Activity.objects.first().account is None


@pytest.mark.parametrize(
    "told",
    [
        {},
        {"link": "new", "phone": "13799990000"},
        {"phone": "1", "next_on": "soon"},
        {"phone": "1", "reason": ""},
        {"phone": "1", "next_step": ""},
        {"phone": "1", "next_step": "own"},
        {"phone": "1", "next_step": "周五前回电"},
    ],
)
def test_a_refused_call_record_comes_back_with_what_was_typed(book, seen_by, told):
    from crmlab.crm.models import Activity

    answer = seen_by("csr").post(
        "/crm/record/",
        {"kind": "call_in", "reason": "other", "result": "很长的话", "next_step": "end", **told},
    )
    assert answer.status_code == 200 and "很长的话" in answer.text and not Activity.objects.exists()


def test_a_role_that_records_nothing_cannot_post_a_call(book, seen_by):
    assert seen_by("marketing").post("/crm/record/", {"kind": "call_in", "who": "x"}).status_code == 403


def test_the_calendar_shows_what_was_and_what_is_due(weili, seen_by):
    from crmlab.crm.models import Activity

    Activity(
        who="张女士", at="2026-09-10T01:00:00Z", next_step="回电", next_on=date(2026, 9, 15), account=weili
    ).save()
    page = seen_by("csr").get("/crm/calendar/?month=2026-09").text
    assert page.count("来电 张女士") == 2 and "09:00" in page and "到期" in page
    for odd in ("nonsense", "9999-12", "0001-01", ""):
        assert seen_by("csr").get("/crm/calendar/", {"month": odd}).status_code == 200


def test_typing_a_customer_that_is_there_warns(weili, seen_by):
    ask = "/crm/duplicates/?model=account"
    assert "张伟丽" in seen_by("csr").get(f"{ask}&phone=138-0013-8000").text
    assert "张伟丽" in seen_by("csr").get(f"{ask}&name=张伟丽女士").text
    assert "张伟丽" not in seen_by("csr").get(f"{ask}&name=张伟丽&but={weili.pk}").text
    assert "张伟丽" not in seen_by("csr").get(f"{ask}&e_mail=weili@mail.example").text
    assert seen_by("marketing").get(f"{ask}&name=张伟丽").status_code == 403
