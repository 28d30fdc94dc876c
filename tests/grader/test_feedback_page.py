"""One page, from a marked notebook that nobody had to run: what it tells and what it keeps to itself."""

import json
import shutil
from pathlib import Path
from typing import Any

import books
import nbformat
import pytest
import tiny
from nbformat.v4 import new_output

from grader import asked, feedback
from grader.course import TEXT_STUB, Course

CHROMIUM = shutil.which("chromium") or shutil.which("google-chrome")

pytestmark = pytest.mark.slow  # a class is marked for the pages

HOSTILE = "<script>alert(1)</script><img src=x onerror=alert(1)>"
WORDS = """
title = "两数之和 {edition}"
[options]
places = [["a", "甲处"], ["b", "<乙>"]]
[form.sum]
title = "求和"
intro = "把两个数 **加** 起来。"
hints = ["先看第一个数", "再看第二个"]
[[form.sum.field]]
name = "where"
kind = "choice"
label = "在哪里"
options = "places"
[[form.sum.field]]
name = "total"
kind = "number"
label = "和"
min = 0
max = 9
step = 1
unit = "个"
[[form.sum.field]]
name = "plan"
kind = "blocks"
label = "排班"
blocks = ["早", "晚"]
min = 0
max = 5
"""


def edition(folder: Path, course: Course, name: str) -> None:
    """Write a released edition: the source without its secrets, with a form that the graded cell reads."""
    notebook = nbformat.read(course.source / tiny.PROJECT / tiny.NOTEBOOK, as_version=4)
    notebook.cells[0].source = f"# 两数之和（4 分 · 约 3 分钟）\n\n{name}"
    notebook.cells[2].source = 'lab.form("sum")'
    notebook.cells[3].source = "assert isinstance(total, int)"
    (folder / tiny.PROJECT).mkdir(parents=True)
    nbformat.write(notebook, folder / tiny.PROJECT / tiny.NOTEBOOK)
    (folder / tiny.PROJECT / "lab1_sum.toml").write_text(WORDS.replace("{edition}", name), encoding="utf-8")


def marked(course: Course, student: str, *, language: str = "zh") -> None:
    """Write a marked notebook full of what a hostile student could put into it."""
    notebook = nbformat.read(course.source / tiny.PROJECT / tiny.NOTEBOOK, as_version=4)
    notebook.metadata["crmlab"] = {"language": language}
    story, given, answer, test, why = notebook.cells
    story.source = f"# changed {HOSTILE}"
    given.outputs = [new_output("display_data", {"text/html": f"<b>ok</b>{HOSTILE}"})]
    answer.source = f'total = 6  # {HOSTILE}\nprint("secret_answer = 5")'
    answer.outputs = [new_output("stream", name="stdout", text="secret_answer = 5\n")]
    test.outputs = [
        new_output("stream", name="stdout", text="called with 41 and 1"),
        new_output(
            "error",
            ename="AssertionError",
            evalue="两数之和不对，请再加一次。",
            traceback=["secret_answer = 5"],
        ),
    ]
    why.source = f"因为 {HOSTILE}"
    folder = course.step("autograded", student, tiny.PROJECT)
    folder.mkdir(parents=True)
    nbformat.write(notebook, folder / tiny.NOTEBOOK)


def handed(course: Course, student: str, given: Any) -> None:
    folder = course.step("submitted", student, tiny.PROJECT)
    folder.mkdir(parents=True, exist_ok=True)
    plain = {"schema": 1, "answers": {"lab1_sum": {"sum": given}}}
    (folder / "answers.json").write_text(json.dumps(plain), encoding="utf-8")


@pytest.fixture(scope="module")
def kept(tmp_path_factory: pytest.TempPathFactory) -> Course:
    folder = tmp_path_factory.mktemp("kept")
    course = Course(tiny.course(folder), folder / "home")
    edition(course.home / "release", course, "中文")
    edition(course.home / "release-en", course, "English")
    marked(course, "2401")
    handed(course, "2401", {"where": "b", "total": HOSTILE, "plan": [1, 2]})
    return books.keep(course, {"2401": {"total": 0.0, "why": None}})


@pytest.fixture
def graded(kept: Course, tmp_path: Path) -> Course:
    shutil.copytree(kept.home, tmp_path / "home")
    return Course(kept.source, tmp_path / "home")


def page(course: Course) -> str:
    (path,) = feedback.feedback(course, tiny.PROJECT)
    return path.read_text(encoding="utf-8")


def test_a_page_tells_what_was_asked_what_came_what_was_expected_and_the_slip(graded: Course) -> None:
    told = page(graded)
    for sentence in (
        "<p>把两个数 <strong>加</strong> 起来。</p>",
        "<td>在哪里</td><td>&lt;乙&gt;</td>",
        "<td>排班</td><td>1、2</td>",
        "在哪里：从 2 项里选一项",
        "和：填一个整数，0 到 9，单位：个",
        "排班：2 个整数，每个时段一个，0 到 5",
        "两数之和不对，请再加一次。",
        "<li>先看第一个数</li>",
        "还有 1 题等老师看",
        "<title>project01_tiny · 两数之和 中文 · 评分反馈</title>",
    ):
        assert sentence in told, sentence


def test_nothing_hidden_is_in_it_and_nothing_in_it_acts(graded: Course) -> None:
    told = page(graded)
    for secret in ("secret_answer", "HIDDEN", "called with 41", "AssertionError"):
        assert secret not in told, secret
    assert "<script" not in told and "<img src=x" not in told
    assert told.count(HOSTILE.replace("<", "&lt;").replace(">", "&gt;")) == 3  # prose, answer in words, form
    assert "script-src" not in told and "default-src 'none'" in told


def test_the_page_is_in_the_language_of_the_notebook(graded: Course) -> None:
    (graded.step("autograded", "2401", tiny.PROJECT) / tiny.NOTEBOOK).unlink()
    graded.step("autograded", "2401", tiny.PROJECT).rmdir()
    marked(graded, "2401", language="en")
    told = page(graded)
    assert "What was asked" in told and "两数之和 English" in told and "wait for your teacher" in told


@pytest.mark.slow
@pytest.mark.skipif(CHROMIUM is None, reason="没有 Chromium：sudo apt install chromium")
def test_a_tables_words_stay_whole_and_the_page_no_wider_than_its_window(
    graded: Course, tmp_path: Path
) -> None:
    from playwright.sync_api import sync_playwright

    row = f"<td>{'What was said and how. ' * 20}</td><td>Anger−2 Trust+4</td><td>{'w' * 3000}</td>"
    table = f"<table><thead><tr><th>Turn</th></tr></thead><tbody><tr><th>10</th>{row}</tr></tbody></table>"
    made = page(graded).replace("</body>", f'<div class="cell"><div>{table}</div></div></body>')
    (tmp_path / "page.html").write_text(made, encoding="utf-8")
    with sync_playwright() as play:
        browser = play.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        shown = browser.new_page(viewport={"width": 1280, "height": 800})
        shown.goto((tmp_path / "page.html").as_uri())
        assert shown.evaluate("document.documentElement.scrollWidth <= innerWidth")
        head = shown.locator(".cell thead th").bounding_box()
        assert head is not None and head["height"] < 50, "“Turn” stands on one line"
        browser.close()


@pytest.mark.parametrize(("lang", "said"), [("zh", "（没有写）"), ("en", "(nothing written)")])
def test_a_note_nobody_wrote_is_called_so(graded: Course, lang: str, said: str) -> None:
    path = graded.step("autograded", "2401", tiny.PROJECT) / tiny.NOTEBOOK
    notebook = nbformat.read(path, as_version=4)
    notebook.metadata["crmlab"] = {"language": lang}
    for cell in notebook.cells:
        if cell.metadata.get("nbgrader", {}).get("grade_id") == "why":
            cell.source = TEXT_STUB
    nbformat.write(notebook, path)
    assert said in page(graded)


def test_the_language_may_stand_in_what_was_handed_in(graded: Course) -> None:
    path = graded.step("autograded", "2401", tiny.PROJECT) / tiny.NOTEBOOK
    notebook = nbformat.read(path, as_version=4)
    notebook.metadata["crmlab"] = {"language": "en"}
    nbformat.write(notebook, graded.step("submitted", "2401", tiny.PROJECT) / tiny.NOTEBOOK)
    del notebook.metadata["crmlab"]
    nbformat.write(notebook, path)
    assert "What was asked" in page(graded)


def test_a_persons_points_and_words_are_on_it(graded: Course) -> None:
    from nbgrader.api import Gradebook

    with graded.quietly("test"), Gradebook(graded.config().CourseDirectory.db_url, "crm") as book:
        grade = book.find_grade("why", "lab1_sum", tiny.PROJECT, "2401")
        grade.manual_score, grade.needs_manual_grade = 1.5, False
        book.find_comment("why", "lab1_sum", tiny.PROJECT, "2401").manual_comment = "很好 <b>"
        book.db.commit()
    told = page(graded)
    assert "很好 &lt;b&gt;" in told and "1.5 / 2" in told and "等老师看" not in told


@pytest.mark.parametrize(
    "given", [None, "text", [1, [2, {}]], {"where": {"deep": {}}}, {"total": [{}, None]}]
)
def test_any_answer_at_all_can_be_shown(graded: Course, given: Any) -> None:
    handed(graded, "2401", given)
    assert "没有作答" in page(graded)


@pytest.mark.parametrize(
    "raw", [b"", b"{", b"[]", b'{"answers": 3}', b'{"answers": {"lab1_sum": []}}', b"\xff", b"[" * 100_000]
)
def test_a_spoilt_answers_file_counts_as_none(graded: Course, raw: bytes) -> None:
    (graded.step("submitted", "2401", tiny.PROJECT) / "answers.json").write_bytes(raw)
    assert "没有作答" in page(graded)


def test_rows_of_a_form_are_shown_by_row() -> None:
    field = asked.Field("type", "choice", "类型", {"a": "咨询"}, {})
    form = asked.Form("register", "登记", "", (), (field,), rows=True)
    assert form.came({"C1": {"type": "a"}, "C2": 3}) == [("C1", "咨询"), ("C2", "")]
    assert feedback.expected(form, feedback.words_of("zh")) == ["每一行都要填：类型"]


def test_what_was_worked_beside_the_form_stands_before_it_row_by_row() -> None:
    plain = {
        "answers": {"lab1": {"sort": {"K1": {"level": "agent"}, "K2": {"level": "leader"}}, "sum": 3}},
        "crm": {"lab1": {"sort": {"K1": {"level": "manager"}}, "due": {"D1": {"by": "09-22"}}, "odd": 5}},
    }
    assert asked.given(plain, "lab1") == {
        "sort": {"K1": {"level": "manager"}, "K2": {"level": "leader"}},
        "sum": 3,
        "due": {"D1": {"by": "09-22"}},
    }
    assert asked.given({"crm": []}, "lab1") == {}
