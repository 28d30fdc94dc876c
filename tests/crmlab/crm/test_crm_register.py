"""The complaints and calls of a lab in the CRM: put there once, worked on one page, nothing written ever lost."""

import re
from datetime import date
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from crmlab import crm_answers
from crmlab.places import DATASETS

TODAY = date(2026, 9, 30)
VISIBLE = DATASETS / "demo" / "visible"
NEW, MINE = (pd.read_parquet(VISIBLE / f"{name}.parquet") for name in ("cases_new", "cases_due"))
CARDS = pd.read_parquet(VISIBLE / "call_cards.parquet").head(3)


@pytest.fixture
def register(book: Path) -> Path:
    """A CRM with all fifteen complaints of the demo world."""
    assert put(NEW, "new") == 9 and put(MINE, "mine") == 6
    return book


def put(table: pd.DataFrame, part: str, lang: str = "zh") -> int:
    from crmlab.crm import complaint_feed

    return complaint_feed.put(complaint_feed.told(table, today=TODAY, lang=lang), part, today=TODAY)


def case(number: str) -> Any:
    from crmlab.crm.models import Case

    return Case.objects.get(number=number)


def sent(part: str, **changed: dict[str, Any]) -> dict[str, Any]:
    """What the page sends: every case as it stands, but for what is changed; None takes a box's tick away."""
    from crmlab.crm.complaint_page import _form, of

    told = {}
    for one in of(part):
        form = _form(one, part, [])
        now = {name: form.get_initial_for_field(field, name) for name, field in form.fields.items()}
        now |= changed.get(one.number, {})
        told |= {f"{form.prefix}-{name}": value for name, value in now.items() if value not in (None, False)}
    return told


def post(client: Any, part: str, told: dict[str, Any]) -> list[str]:
    page = client.post(f"/crm/complaints/?part={part}", told, follow=True)
    assert page.status_code == 200
    return [str(one) for one in page.context["messages"]]


def test_new_ones_have_no_class_and_those_in_hand_no_day(register):
    assert (case("K1").severity, case("K1").level, case("K1").deadline) == ("", 0, None)
    assert (case("D3").severity, case("D3").deadline, case("D3").call_back_on) == ("complex", None, None)
    assert case("K1").account.name == "张女士" and case("K1").title == "问保温杯怎么用"
    assert "88 元" in case("K1").story and case("D1").opened_on == date(2026, 9, 17)


def test_put_there_again_nothing_changes_and_what_was_written_stays(register, seen_by):
    post(seen_by("csr"), "new", sent("new", K5={"severity": "simple", "level": 1, "closed": "on"}))
    one = case("K5")
    one.story += "客户又来过一次电话。"
    one.save()
    case("K6").recycle()
    assert put(NEW, "new") == put(NEW, "new", lang="en") == 0
    assert (case("K5").status, case("K5").severity) == ("closed", "simple")
    assert case("K5").story.endswith("又来过一次电话。")
    assert case("K6").deleted_at is None  # out of the recycle bin again


def test_another_casebook_takes_the_number_and_the_old_case_keeps_what_was_written(register, seen_by):
    from crmlab.crm.models import Case

    post(seen_by("csr"), "new", sent("new", K1={"severity": "complex"}))
    other = NEW.assign(note_zh="钱先生：杯子碎了。", new_zh="钱先生：杯子碎了。", amount=66)
    assert put(other, "new") == 9
    assert (case("K1").severity, case("K1").account.name) == ("", "钱先生")
    old = Case.everything.get(number__startswith="K1-")
    assert old.severity == "complex" and old.deleted_at is not None
    assert put(NEW, "new") == 0 and case("K1").severity == "complex"  # and back


def test_the_page_saves_what_was_decided_and_the_reader_finds_it(register, seen_by):
    csr = seen_by("csr")
    done = {
        "K1": {"severity": "simple", "level": 2},
        "K5": {"severity": "simple", "level": 1, "closed": "on"},
    }
    assert post(csr, "new", sent("new", **done)) == ["已保存 2 条"]
    assert post(csr, "mine", sent("mine")) == []
    page = csr.get("/crm/complaints/?part=new").text
    assert "2 / 9<" in page and "0 / 6<" in page
    tables = crm_answers_tables(register)
    assert crm_answers.sort(tables) == {
        "K1": {"severity": "simple", "level": "leader", "closed": "open"},
        "K5": {"severity": "simple", "level": "agent", "closed": "closed"},
    }
    assert crm_answers.due(tables) == {} and len(crm_answers.listed("sort", tables)) == 9


def crm_answers_tables(path: Path) -> Any:
    from crmlab.crm import inspect

    return inspect(path).tables


def days() -> list[tuple[str, Any]]:
    return [("by", "2026-09-22"), ("late", "on")]


def test_a_day_and_a_call_are_noted_and_taken_back(register, seen_by):
    from django.utils import timezone

    from crmlab.crm import deadlines
    from crmlab.crm.models import Activity

    csr = seen_by("csr")
    post(csr, "mine", sent("mine", D1=dict(days()), D3={"by": "2026-10-08"}))
    call = Activity.objects.get(case=case("D1"))
    assert (call.kind, call.next_on, call.who, call.done) == ("call_out", TODAY, "杨女士", False)
    assert f"{timezone.localtime(call.at):%Y-%m-%d %H:%M}" == "2026-09-30 09:00"  # not the small hours
    assert (case("D1").deadline, case("D3").call_back_on) == (date(2026, 9, 22), date(2026, 10, 8))
    assert deadlines.late(case("D1")) and not deadlines.late(case("D3"))  # on the exercise's day
    tables = crm_answers_tables(register)
    assert crm_answers.due(tables) == {
        "D1": {"by": "09-22", "late": "call"}, "D3": {"by": "10-08", "late": "wait"},
    }  # fmt: skip
    post(csr, "mine", without_days(D1={"by": "2026-09-22", "late": None}))
    assert not Activity.objects.filter(case=case("D1")).exists()


def without_days(**changed: dict[str, Any]) -> dict[str, Any]:
    return sent("mine", **changed)


def test_a_call_that_was_written_up_is_not_thrown_away(register, seen_by):
    from crmlab.crm.models import Activity

    csr = seen_by("csr")
    post(csr, "mine", sent("mine", D1=dict(days())))
    Activity.objects.update(result="客户说可以再等一天")
    said = post(csr, "mine", sent("mine", D1={"by": "2026-09-22", "late": None}))
    assert said[0] == "D1：那通电话已经写了内容，请在行动里改" and Activity.objects.exists()


def test_what_was_handed_up_is_not_the_agents_to_close(register, seen_by):
    said = post(seen_by("csr"), "new", sent("new", K7={"severity": "complex", "level": 3, "closed": "on"}))
    assert said[0].startswith("K7：交上去的") and (case("K7").status, case("K7").level) == ("open", 3)


def test_a_case_lies_on_no_desk_until_one_is_chosen_and_is_not_closed_before(register, seen_by):
    from crmlab.crm import deadlines

    csr = seen_by("csr")
    page = csr.get("/crm/complaints/?part=new").text
    assert page.count('<option value="" selected>请选择…</option>') == 2 * 9
    said = post(csr, "new", sent("new", K5={"severity": "simple", "closed": "on"}))
    assert said[0] == "K5：先选交给谁，再结束" and (case("K5").status, case("K5").level) == ("open", 0)
    assert crm_answers.sort(crm_answers_tables(register)) == {
        "K5": {"severity": "simple", "level": None, "closed": "open"}
    }
    one, user = case("K6"), case("K6").owner
    assert deadlines.escalate(one, user) is None and one.level == 2
    one = case("K1")
    one.solution = "当场办好"
    assert deadlines.solve(one, user) is None and (one.status, one.level) == ("closed", 1)


def test_when_everything_is_chosen_the_page_says_so(register, seen_by):
    csr = seen_by("csr")
    days = {f"D{n}": {"by": "2026-10-08"} for n in range(1, 6)}
    assert post(csr, "mine", sent("mine", **days)) == ["已保存 5 条"]
    assert post(csr, "mine", sent("mine", D6={"by": "2026-10-08"})) == [
        "已保存 1 条；这一页都选好了，回到笔记本往下运行"
    ]
    assert "6 / 6<" in csr.get("/crm/complaints/?part=mine").text


def test_a_case_of_an_older_file_that_lies_with_the_agent_and_has_no_class_is_untouched(register):
    from crmlab.crm.models import Case

    Case.objects.update(level=1)
    assert crm_answers.sort(crm_answers_tables(register)) == {}


def test_a_closed_case_opens_again_when_it_is_handed_up_or_unticked(register, seen_by):
    csr = seen_by("csr")
    post(
        csr,
        "new",
        sent("new", K5={"severity": "simple", "level": 1, "closed": "on"}, K6={"level": 1, "closed": "on"}),
    )
    assert case("K5").closed_on == TODAY
    post(csr, "new", sent("new", K5={"closed": None}, K6={"level": 2, "closed": "on"}))
    assert [case(one).status for one in ("K5", "K6")] == ["open", "open"] and case("K5").closed_on is None


def test_a_page_left_open_overwrites_nothing(register, seen_by):
    csr = seen_by("csr")
    old = sent("new", K1={"severity": "complex"}, K2={"severity": "ordinary"})
    post(csr, "new", sent("new", K1={"severity": "simple"}))
    said = post(csr, "new", old)
    assert said[0].startswith("K1：另一个窗口已经改过") and said[1] == "已保存 1 条"
    assert (case("K1").severity, case("K2").severity) == ("simple", "ordinary")


def test_a_value_that_is_no_option_is_told_and_a_stray_post_changes_nothing(register, seen_by):
    said = post(seen_by("csr"), "new", sent("new", K1={"severity": "terrible"}))
    assert said == ["K1：没有这个选项，这一条没有保存"]
    assert post(seen_by("csr"), "new", {}) == [] and case("K1").severity == ""


def test_the_deadline_of_an_exercise_is_the_students_own_everywhere(register, seen_by):
    from crmlab.crm import deadlines

    one = case("D1")
    deadlines.settle(one)
    assert one.deadline is None and one.number == "D1"
    plain = type(one)(title="碎了", severity="")
    deadlines.settle(plain)
    assert plain.deadline is None and plain.call_back_on is None  # nobody has classed it


def test_a_page_lets_its_opener_find_the_tab_by_name(seen_by):
    answer = seen_by("csr").get("/crm/complaints/")
    assert not [name for name in answer.headers if name.lower() == "cross-origin-opener-policy"]


def test_the_page_shows_rules_and_the_calendar_and_hides_numbers_from_the_agent(register, seen_by):
    one = case("D1")
    one.story += "电话 13800138000。"
    one.save()
    csr, leader = (seen_by(role).get("/crm/complaints/?part=mine").text for role in ("csr", "leader"))
    assert "10-10 班" in csr and "09-25 休" in csr and "09-19 休" not in csr and "09-20 班" in csr
    listed = set(re.findall(r'<option value="2026-[^"]+"[^>]*>([^<]+)</option>', csr))
    assert {
        "09-20 周日 班",
        "09-25 周五 休",
        "09-26 周六 休",
        "10-10 周六 班",
    } <= listed  # as in the notebook's list
    assert {"09-19 周六", "09-24 周四", "10-11 周日"} <= listed
    assert "13800138000" in leader and "13800138000" not in csr
    new = seen_by("csr").get("/crm/complaints/?part=nonsense").text
    assert "金额不超过 200 元" in new and "当场办好，结束" in new
    assert 'href="/crm/complaints/"' in seen_by("csr").get("/crm/").text


def test_who_may_not_change_cases_sees_no_button_and_saves_nothing(register, seen_by):
    sales = seen_by("sales")
    assert 'class="crm-save"' not in sales.get("/crm/complaints/").text
    assert sales.post("/crm/complaints/?part=new", {}).status_code == 403
    assert seen_by("marketing").get("/crm/complaints/").status_code == 403


def test_an_empty_register_says_where_to_go(book, seen_by):
    assert "回到笔记本" in seen_by("csr").get("/crm/complaints/?part=mine").text
    assert "投诉台账" not in seen_by("csr").get("/crm/").text


def test_calls_wait_on_the_workbench_and_a_record_is_found_by_its_number(book, seen_by):
    from django.utils import timezone

    from crmlab.crm import call_feed
    from crmlab.crm.models import Activity, DeskEvent

    csr = seen_by("csr")
    assert call_feed.put(CARDS, lang="zh") == 3 and "填入号码 177****6319" in csr.get("/crm/").text
    csr.post("/crm/event/", {"event": "C1"})
    told = {
        "kind": "call_in",
        "reason": "threat",
        "result": "危险物品",
        "next_step": "alert",
    }
    first = {**told, "phone": CARDS["number"][0], "reason": "harassment"}
    assert "就在左边按" in csr.post("/crm/record/", first, follow=True).text
    csr.post("/crm/record/", {**told, "phone": CARDS["number"][0]})
    csr.post(
        "/crm/record/",
        {"kind": "call_in", "reason": "enquiry", "phone": CARDS["number"][2], "next_step": "end"},
    )
    shown = csr.get("/crm/crm/activity/").text
    assert all(number in shown for number in (CARDS["number"][0], CARDS["number"][2]))  # told apart
    assert call_feed.put(CARDS, lang="zh") == 0 and DeskEvent.objects.get(name="C1").done_at is not None
    assert crm_answers.register(crm_answers_tables(book)) == {
        "C1": {"type": "threatening", "now": "later", "next_step": "alert"},  # the last record counts
        "C3": {"type": "enquiry", "now": "now", "next_step": "close"},
    }
    when = Activity.objects.order_by("id").values_list("phone", "at")
    clocks = dict(zip(CARDS["number"], CARDS["at"], strict=True))
    assert [f"{timezone.localtime(at):%H:%M}" for _phone, at in when] == [
        clocks[phone] for phone, _at in when
    ]
    assert all(timezone.localdate(at) == timezone.localdate() for _phone, at in when)
    assert call_feed.put(CARDS.assign(note_zh="别的电话"), lang="zh") == 3
    assert DeskEvent.objects.get(name="C1").done_at is None


def test_a_notebooks_link_turns_to_its_projects_file(book, seen_by, tmp_path):
    from dataclasses import replace

    from django.conf import settings

    from crmlab.crm.settings import open_place

    for name in ("project01_intro", "project03_phone_service"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "project.toml").write_text('title = "实训"\n', encoding="utf-8")
    csr = seen_by("csr")
    answer = csr.get("/crm/enter/project03_phone_service/mine/")
    assert answer.url == "/crm/complaints/?part=mine" and settings.CRM_PLACE.database == book  # no shelf here
    open_place(replace(settings.CRM_PLACE, shelf=tmp_path))
    assert csr.get("/crm/enter/project03_phone_service/bench/").url == "/crm/"
    assert settings.CRM_PLACE.database == tmp_path / "project03_phone_service" / "crm.sqlite3"
    refused = seen_by("csr").get("/crm/enter/project99/new/")
    assert refused.status_code == 400 and "没有项目" in refused.text
