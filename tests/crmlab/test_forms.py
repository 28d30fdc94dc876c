"""Forms: what a student does on the screen becomes a plain answer, and comes back."""

import re
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from labbench import WORDS

from crmlab.errors import LabError
from crmlab.forms import Form, rows_of, static
from crmlab.inputs import make, number, words
from crmlab.words import Field, FormSpec, load

OPTIONS = tuple((f"v{n}", f"选项{n}") for n in range(7))
TABLE = pd.DataFrame(
    {"call_id": ["A1", "A2"], "at": ["9:00", "9:05"], "note_zh": ["问价", "骂人"], "note_en": "x"}
)


@pytest.fixture
def specs(tmp_path: Path) -> dict[str, FormSpec]:
    path = tmp_path / "lab1_calls.toml"
    path.write_text(WORDS, encoding="utf-8")
    return dict(load(path).forms)


@pytest.mark.parametrize(
    ("typed", "value"),
    [
        ("12", 12),
        ("１２．５", 12.5),
        ("８２％", 82),
        ("82 %", 82),
        ("35秒", 35),
        ("1,234", 1234),
        ("１，２３４．５", 1234.5),
        ("8。5", 8.5),
        ("－3", -3),
        (".5", 0.5),
        ("", None),
        ("abc", None),
        ("1,23", None),
        ("1e999", None),
        ("3 4", None),
        ("九", None),
        ("+", None),
    ],
)
def test_a_number_as_students_type_it(typed: str, value: float | None) -> None:
    assert number(typed) == value


def test_chinese_is_counted_by_character_and_english_by_word() -> None:
    assert words("等待 20 秒，it's fine。") == 6


@pytest.mark.parametrize(
    ("field", "value"),
    [
        (Field("x", "choice", "?", options=OPTIONS[:3]), "v1"),
        (Field("x", "choice", "?", options=OPTIONS), "v6"),
        (Field("x", "many", "?", options=OPTIONS), ["v0", "v5"]),
        (Field("x", "number", "?"), 12.5),
        (Field("x", "text", "?"), "老周"),
        (Field("x", "essay", "?", min_words=60), "一\n二"),
        (Field("x", "blocks", "?", blocks=("早", "晚"), min=0, max=9), [3, 0]),
    ],
    ids=lambda one: one.kind if isinstance(one, Field) else "",
)
def test_every_kind_is_open_at_first_and_keeps_what_it_is_given(field: Field, value: Any) -> None:
    touched: list[int] = []
    asked = make(field)
    assert asked.value is None
    asked.watch(lambda: touched.append(1))
    asked.fill(value)
    assert asked.value == value and asked.problem() == "" and touched


def test_an_open_drop_down_asks_to_choose() -> None:
    asked = make(Field("x", "choice", "?", options=OPTIONS))
    box = asked.box  # type: ignore[attr-defined]
    assert (box.index, box.label, box.value, asked.value) == (0, "请选择…", "", None)


@pytest.mark.parametrize("kind", ["choice", "many", "number", "text", "blocks"])
def test_a_saved_answer_that_does_not_fit_is_passed_over(kind: str) -> None:
    asked = make(Field("x", kind, "?", options=OPTIONS[:2], blocks=("早", "晚")))
    for odd in ({"odd": 1}, ["v9", 3.5], True, None):
        asked.fill(odd)
    assert asked.value is None


@pytest.mark.parametrize(
    ("typed", "says"),
    [
        ("九", "“等多久”要填一个数，九 不是"),
        ("601", "“等多久”填了 601，应在 0 – 600"),
        ("1.5", "要填整数，1.5 不是"),
    ],
)
def test_a_number_that_is_wrong_is_not_saved(typed: str, says: str) -> None:
    field = Field("x", "number", "等多久", min=0, max=600, step=1)
    saved: list[Any] = []
    form = Form(FormSpec("f", "题", "", (), (field,)), on_save=saved.append)
    form.inputs[("x",)].box.value = typed  # type: ignore[attr-defined]
    form.save.click()
    assert says in form.status.value and saved == []


def test_saving_tells_what_is_still_open(specs: dict[str, FormSpec]) -> None:
    saved: list[Any] = []
    form = Form(specs["path"], on_save=saved.append)
    form.save.click()
    assert "还什么都没有填" in form.status.value and saved == []
    form.inputs[("first",)].fill("pbx")
    assert "还没有保存" in form.status.value
    form.save.click()
    assert saved == [{"first": "pbx", "wait": None}]
    assert "已保存" in form.status.value and "还有 1 项没有填" in form.status.value


def test_a_form_comes_back_as_it_was_saved(specs: dict[str, FormSpec]) -> None:
    answer = {"first": "ivr", "wait": 12.5, "gone": 3}
    form = Form(specs["path"], answer=answer, saved_at="2026-11-23T09:30:00+08:00")
    assert form.value == {"first": "ivr", "wait": 12.5}
    assert "已保存 11-23 09:30" in form.status.value
    assert Form(specs["path"], answer="odd", saved_at="odd").value == {"first": None, "wait": None}


def test_hints_come_one_by_one_and_are_counted(specs: dict[str, FormSpec]) -> None:
    seen: list[int] = []
    form = Form(specs["path"], on_hint=seen.append)
    labels = []
    for _ in range(4):
        labels.append(form.hint.description)
        form.hint.click()
    assert labels == ["提示 1/3", "提示 2/3", "提示 3/3", "提示 3/3"]
    assert seen == [1, 2, 3] and form.hint.disabled
    assert "半句答案" in form.hints.box.value
    assert "规则" not in Form(specs["path"], hints_seen=1).hints.box.value


def test_what_cannot_be_written_is_said_in_the_form(specs: dict[str, FormSpec]) -> None:
    def full(_: Any) -> None:
        raise LabError("磁盘满了")

    form = Form(specs["path"], on_save=full, on_hint=full)
    form.hint.click()
    assert "看哪里" in form.hints.box.value
    form.inputs[("first",)].fill("pbx")
    form.save.click()
    assert "磁盘满了" in form.status.value


def test_a_rows_form_asks_for_every_row(specs: dict[str, FormSpec]) -> None:
    saved: list[Any] = []
    rows = rows_of(specs["register"], TABLE, "zh")
    assert rows == [("A1", "9:00 · 问价"), ("A2", "9:05 · 骂人")]
    form = Form(specs["register"], rows=rows, answer={"A1": {"type": "enquiry"}}, on_save=saved.append)
    form.inputs[("A2", "type")].fill("complaint")
    form.save.click()
    assert saved == [{"A1": {"type": "enquiry"}, "A2": {"type": "complaint"}}]


@pytest.mark.parametrize(
    ("name", "table", "says"),
    [
        ("path", TABLE, "表单 path 没有 rows"),
        ("register", None, "表单 register 要逐行作答"),
        ("register", TABLE.drop(columns="at"), "列 'at' 不在数据表里；表里有：call_id"),
    ],
)
def test_table_and_form_must_go_together(
    specs: dict[str, FormSpec], name: str, table: pd.DataFrame | None, says: str
) -> None:
    with pytest.raises(LabError, match=says):
        rows_of(specs[name], table, "zh")


def test_a_feedback_page_shows_what_was_answered_and_runs_nothing(specs: dict[str, FormSpec]) -> None:
    html, text = static(specs["path"], {"first": "<script>alert(1)</script>", "wait": 3})
    assert "<script>" not in html and "&lt;script&gt;" in html
    assert "等了多久？\t3 秒" in text
    assert "（没有作答）" in static(specs["path"], None)[1]
    rows = rows_of(specs["register"], TABLE, "zh")
    assert "A2\t投诉" in static(specs["register"], {"A2": {"type": "complaint"}}, rows=rows)[1]


def test_a_sheet_has_a_title_of_its_own_and_tells_what_each_row_is(specs: dict[str, FormSpec]) -> None:
    rows = rows_of(specs["register"], TABLE, "zh")
    answer = {"A2": {"type": "complaint"}}
    html, text = static(specs["register"], answer, rows=rows, title="交班记录", described=True)
    assert text.splitlines() == ["交班记录", "A1\t9:00 · 问价\t（没有作答）", "A2\t9:05 · 骂人\t投诉"]
    assert "交班记录" in html and specs["register"].title not in text
    assert re.findall(r'<th scope="col"[^>]*>([^<]*)</th>', html)[:2] == [
        "编号",
        "内容",
    ]  # no head is left empty


def test_the_form_speaks_english(specs: dict[str, FormSpec]) -> None:
    form = Form(specs["path"], lang="en")
    assert form.save.description.isascii() and form.hint.description.isascii()
