"""From the notebook to the CRM and back: the link, the form as a way out, what counts, what is said of a slip."""

import json
import shutil
from pathlib import Path
from typing import Any

import pytest

from crmlab import crm_answers, crm_desk, crm_hand, crm_slips, standing
from crmlab.errors import LabError
from crmlab.notebook import Lab, open_lab
from crmlab.places import COURSE, DATASETS

PROJECT = "project03_phone_service"
VISIBLE = DATASETS / "demo" / "visible"
FACTS = json.loads((DATASETS / "demo" / "truth" / "facts.json").read_text(encoding="utf-8"))
RIGHT = crm_hand.right(FACTS, ("sort", "due", "register"))


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A student's folder of the project, at our desk."""
    made = tmp_path / PROJECT
    made.mkdir()
    for name in ("lab1_receiving_calls.toml", "lab2_complaints.toml", "project.toml"):
        shutil.copy(COURSE / PROJECT / name, made)
    monkeypatch.setenv("CRMLAB_STUDENT", "2026001")
    monkeypatch.setenv("CRMLAB_DATA", str(VISIBLE))
    monkeypatch.setenv("CRMLAB_DESK", "1")
    return made


def lab(folder: Path, name: str = "lab2_complaints") -> Lab:
    return open_lab(name, folder=folder)


def test_one_cell_puts_the_cases_there_and_links_to_their_page(folder, capsys):
    one = lab(folder)
    one.crm_desk("sort", rows=one.table("cases_new"))
    tables = one.crm()
    assert tables["case"]["number"].tolist() == [f"K{n}" for n in range(1, 10)]
    shown = crm_desk.show(one, "sort", one.table("cases_new"))
    _head, link, hint, hints, fold = shown.widget.children
    assert f"/crm/enter/{PROJECT}/new/" in link.value and "9 条已经放进你的 CRM" in link.value
    assert fold.selected_index is None and len(one.crm()["case"]) == 9
    hint.click()
    assert "有没有人受伤" in hints.value and one.answers.get("lab2_complaints", "sort", part="hints") == 1


def test_the_prefix_of_a_hub_stands_before_the_link(folder, monkeypatch):
    monkeypatch.setenv("JUPYTERHUB_SERVICE_PREFIX", "/user/li/")
    one = lab(folder, "lab1_receiving_calls")
    shown = crm_desk.show(one, "register", one.table("call_cards").head(3))
    assert f"/user/li/crm/enter/{PROJECT}/bench/" in shown.widget.children[1].value
    assert one.crm()["deskevent"]["name"].tolist() == ["C1", "C2", "C3"]


def test_where_the_crm_cannot_be_opened_the_form_is_unfolded_and_no_file_made(folder, monkeypatch):
    monkeypatch.delenv("CRMLAB_DESK")
    one = lab(folder)
    shown = crm_desk.show(one, "due", one.table("cases_due"))
    assert shown.widget.children[4].selected_index == 0 and "一样评分" in shown.widget.children[1].value
    assert not (folder / "crm.sqlite3").exists()
    shown.form.inputs["D1", "by"].box.value = "09-22"
    shown.form.save.click()
    assert one.crm_answer("due")["D1"] == {"by": "09-22", "late": None}


def test_a_damaged_file_is_told_and_the_form_is_the_way_out(folder, capsys):
    (folder / "crm.sqlite3").write_bytes(b"SQLite format 3\x00" + b"\x07" * 400)
    one = lab(folder)
    shown = crm_desk.show(one, "sort", one.table("cases_new"))
    assert "crm.sqlite3" in shown.widget.children[1].value and shown.widget.children[4].selected_index == 0
    assert crm_desk.look(one, "sort") == {} and one.crm_answer("sort") is None
    assert (folder / "crm.sqlite3").stat().st_size == 416


def test_a_file_that_cannot_be_written_is_one_sentence(folder, monkeypatch):
    from django.db import DatabaseError

    from crmlab.crm import complaint_feed

    one = lab(folder)
    assert crm_desk.fill(one, "sort", one.table("cases_new")) == ""

    def full(*_args: Any, **_more: Any) -> None:
        raise DatabaseError("disk is full")

    monkeypatch.setattr(complaint_feed, "put", full)
    assert "写不进去（disk is full）" in crm_desk.fill(one, "sort", one.table("cases_new"))


def test_what_is_worked_in_the_crm_stands_before_the_form_row_by_row(folder, capsys):
    one = lab(folder)
    saved = {"K1": {"severity": "complex", "level": "agent", "closed": "open"}, "K2": RIGHT["sort"]["K2"]}
    one.put("sort", saved)
    crm_hand.work(folder / "crm.sqlite3", VISIBLE, {"sort": {"K1": RIGHT["sort"]["K1"]}})
    answer = one.crm_answer("sort")
    assert answer == {"K1": RIGHT["sort"]["K1"], "K2": RIGHT["sort"]["K2"]}
    said = capsys.readouterr().out
    assert "9 条里做了 1 条" in said and "还没有做的：K2、" in said
    assert one.answers.get("lab2_complaints", "sort") == saved  # what was typed is still there
    assert one.kept("sort") == answer and standing.done(one)[0] == 1
    one.sheet("sort", title="sheet_sort", rows=one.table("cases_new"))
    assert "简单" in capsys.readouterr().out


def test_the_start_page_counts_what_was_worked_in_the_crm(folder):
    from crmlab.progress import course_state

    (folder / "lab2_complaints.ipynb").touch()
    crm_hand.work(folder / "crm.sqlite3", VISIBLE, {"due": RIGHT["due"]})
    lab(folder).crm_answer("due")
    state = next(one for one in course_state(folder.parent) if one.name == PROJECT)
    assert [one.answered for one in state.labs] == [1]
    (folder / "answers.json").write_text('{"answers": {}, "crm": 3}', encoding="utf-8")
    state = next(one for one in course_state(folder.parent) if one.name == PROJECT)
    assert [one.answered for one in state.labs] == [0]


def test_rows_of_two_forms_of_one_name_are_kept_together(folder):
    one = lab(folder, "lab1_receiving_calls")
    cards = one.table("call_cards")
    for rows in (cards.head(3), cards.tail(-3)):
        one.form("register", rows=rows)
        for (_row, name), box in one.form_shown.inputs.items():
            if name == "type":
                box.box.value = "enquiry"
        one.form_shown.save.click()
    assert len(one.answer("register")) == 8


def test_while_graded_nothing_is_written_and_the_answer_is_a_table(folder, monkeypatch, capsys):
    crm_hand.work(
        folder / "crm.sqlite3", VISIBLE, {"due": RIGHT["due"]}
    )  # and never ran the cell that reads it
    before = (folder / "crm.sqlite3").read_bytes()
    monkeypatch.setenv("CRMLAB_GRADING", "1")
    one = lab(folder)
    capsys.readouterr()
    one.crm_desk("due", rows=one.table("cases_due"))
    assert "09-21" in capsys.readouterr().out and one.crm_answer("due") == RIGHT["due"]
    assert (folder / "crm.sqlite3").read_bytes() == before


def test_a_form_that_is_not_worked_in_the_crm_is_refused_by_name(folder, tmp_path):
    one = lab(folder)
    with pytest.raises(LabError, match="settle"):
        one.crm_desk("settle", rows=one.table("cases_due"))
    with pytest.raises(LabError, match="causes"):
        crm_answers.read("causes", one.crm())
    with pytest.raises(LabError, match="steps"):
        crm_hand.work(tmp_path / "other.sqlite3", VISIBLE, {"steps": {}})


def test_a_page_that_does_not_take_what_it_is_sent_is_told(tmp_path):
    with pytest.raises(LabError, match="没有收下"):
        crm_hand.work(tmp_path / "crm.sqlite3", VISIBLE, {"register": {"C1": {"type": "nonsense"}}})


def test_a_simulated_student_works_in_the_crm_and_leaves_the_rest_for_the_forms(tmp_path):
    register = {f"C{n}": {"type": "enquiry", "now": "later", "next_step": "reply"} for n in range(1, 9)}
    given = {"lab1": {"register": register, "parts": {"pbx": "door"}}, "lab2": {"sort": RIGHT["sort"]}}
    rest = crm_hand.moved(tmp_path / "crm.sqlite3", VISIBLE, given)
    assert rest["lab2"] == {} and list(rest["lab1"]["register"]) == ["C3", "C4", "C5", "C6", "C7", "C8"]
    from crmlab.crm import inspect

    tables = inspect(tmp_path / "crm.sqlite3").tables
    assert crm_answers.sort(tables) == RIGHT["sort"]
    assert crm_answers.register(tables) == {name: register[name] for name in ("C1", "C2")}


@pytest.mark.parametrize(
    ("text", "step"),
    [
        ("", "close"), (None, "close"), ("登记后结束", "close"), ("转交班长", "leader"), ("查清后回电", "reply"),
        ("留下证据，防他再打", "evidence"), ("记下全部细节，立即报班长", "alert"), ("明天上午答复他", "reply"),
        ("Hand to the team leader", "leader"), ("Find out and call back", "reply"), ("去吃饭", "other"),
        ("Keep evidence in case of another call", "evidence"), ("Note every detail, tell the team leader at once", "alert"),
    ],
)  # fmt: skip
def test_a_next_step_is_known_by_its_words_in_both_languages(text: str | None, step: str) -> None:
    assert crm_answers.step_of(text) == step


def test_what_counts_is_the_crm_of_the_hand_in_and_then_the_answer(tmp_path, monkeypatch):
    monkeypatch.setenv("CRMLAB_EVIDENCE", str(tmp_path))
    assert crm_answers.handed_in("sort", None) is None
    assert crm_answers.handed_in("sort", RIGHT["sort"]) == RIGHT["sort"]
    crm_hand.work(
        tmp_path / "crm.sqlite3", VISIBLE, {"sort": {"K1": {"severity": "complex", "level": "manager"}}}
    )
    wrong = {"severity": "complex", "level": "manager", "closed": "open"}
    assert crm_answers.handed_in("sort", RIGHT["sort"]) == {**RIGHT["sort"], "K1": wrong}
    assert crm_answers.handed_in("sort", "nonsense") == {"K1": wrong}
    (tmp_path / "crm.sqlite3").write_bytes(b"no database")
    assert crm_answers.handed_in("sort", RIGHT["sort"]) == RIGHT["sort"]


def test_a_slip_is_named_with_what_was_chosen_and_what_to_ask_again():
    sort, due = FACTS["cases"]["sort"], FACTS["cases"]["due"]
    made = {**RIGHT["sort"], "K7": {"severity": "simple", "level": "agent", "closed": "closed"}, "K8": None}
    amounts = dict.fromkeys(sort, 58) | {"K2": 858}
    assert crm_slips.severity(made, sort, lang="zh") == [
        "K7（你的：简单）有没有人受伤、是第几次来电、要几个部门对账？",
        "K8（你的：空着）有没有人受伤、是第几次来电、要几个部门对账？",
    ]
    level = crm_slips.level({name: {"level": "agent"} for name in sort}, sort, amounts, lang="zh")
    assert level == [
        "K1（你的：客服代表）投诉的是谁？", "K2（你的：客服代表）金额是多少？", "K3（你的：客服代表）复杂的归谁？",
        "K7（你的：客服代表）有没有人受伤？", "K8（你的：客服代表）复杂的归谁？",
    ]  # fmt: skip
    assert crm_slips.level({"K5": {"level": "leader"}}, {"K5": sort["K5"]}, amounts, lang="zh") == [
        "K5（你的：班长）哪一条够得上班长？"
    ]
    dear = {"K7": {"severity": "ordinary", "level": "manager"}}
    assert "金额是多少" in crm_slips.level({}, dear, {"K7": 1108}, lang="zh")[0]
    assert crm_slips.closed(made, sort, lang="zh") == ["K7（你的：已结束）还要别的部门看，或者不归你结束"]
    assert [one[:2] for one in crm_slips.closed({}, sort, lang="en")] == ["K5", "K6"]
    assert crm_slips.due({"D1": {"by": "09-22"}}, due, ["D1"], lang="zh")[0].startswith("D1（你的：09-22）")
    assert crm_slips.late(RIGHT["due"], due, lang="zh") == [] and len(crm_slips.late({}, due, lang="en")) == 4
    types = {one["call_id"]: one["type"] for one in FACTS["cards"]}
    slips = crm_slips.types({"C1": {"type": "harassing"}}, types, lang="en")
    assert slips[0] == "C1 (yours: Harassing call) a threat to hurt somebody or destroy something?"
    assert (
        crm_slips.told(["a", "b"], lang="en") == "a; b"
        and crm_slips.told(["甲", "乙"], lang="zh") == "甲；乙"
    )


def test_what_is_left_in_the_crm_is_listed_with_the_commas_of_the_language(folder, capsys):
    one = lab(folder)
    one.lang = "en"
    crm_hand.work(folder / "crm.sqlite3", VISIBLE, {"sort": {"K1": RIGHT["sort"]["K1"]}})
    crm_desk.look(one, "sort")
    said = capsys.readouterr().out
    assert "K2, K3" in said and "、" not in said
