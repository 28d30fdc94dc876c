"""The notebook helper: who sits there, which data, and everything a lab's cells call."""

import json
import re
import shutil
from collections.abc import Iterator
from pathlib import Path

import pandas as pd
import pytest
from labbench import LAB, VISIBLE, WORDS, project

from crmlab import data, judging, open_lab, places
from crmlab.errors import LabError
from crmlab.released import hashed
from crmlab.student import grading, student_of


@pytest.fixture(autouse=True)
def _no_seat(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("STUDENT", "DATA", "TRUTH", "GRADING", "EVIDENCE"):
        monkeypatch.delenv(f"CRMLAB_{name}", raising=False)


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    made = project(tmp_path)
    monkeypatch.setenv("CRMLAB_DATA", str(VISIBLE))
    return made


def typing(*lines: str) -> "Iterator[str] | object":
    given = iter(lines)
    return lambda prompt: next(given)


def nobody(prompt: str) -> str:
    raise EOFError


# --- who -----------------------------------------------------------------------------------------


def test_the_id_is_asked_once_and_remembered_for_the_workspace(here: Path) -> None:
    assert student_of(here, ask=typing("a b", "２０２４００１ ")) == "2024001"  # type: ignore[arg-type]
    assert student_of(here.parent / "project04_other", ask=nobody) == "2024001"
    assert json.loads((here.parent / ".crmlab" / "me.json").read_text())["student"] == "2024001"


def test_without_a_keyboard_one_is_a_guest_and_asked_again_next_time(here: Path) -> None:
    assert student_of(here, ask=nobody) == "guest"
    assert student_of(here, ask=typing("", "a/b", "x" * 33)) == "guest"  # type: ignore[arg-type]
    assert student_of(here, ask=typing("2024002")) == "2024002"  # type: ignore[arg-type]


def test_an_id_that_is_not_on_the_class_list_is_typed_twice_or_mended(here: Path) -> None:
    who = {"schema": 1, "salt": "s", "ids": {hashed("s", "2024001"): "001"}, "token": "00", "pool": 1}
    (here / "data").mkdir(exist_ok=True)
    (here / "data" / "who.json").write_text(json.dumps(who), encoding="utf-8")
    asked: list[str] = []

    def asks(*typed: str) -> str:
        left = iter(typed)
        return student_of(here, lang="en", ask=lambda prompt: asked.append(prompt) or next(left))

    assert asks("2024010", "2024001") == "2024001"
    assert "2024010 is not on the class list" in asked[1]
    for path in here.parent.rglob("me.json"):
        path.unlink()
    assert asks("2024011", "2024011") == "2024011", "one who joined later goes on"


def test_a_spoilt_memory_is_asked_for_again(here: Path) -> None:
    (here.parent / ".crmlab" / "me.json").write_text('{"student": "a/b"}', encoding="utf-8")
    assert student_of(here, ask=typing("2024003")) == "2024003"  # type: ignore[arg-type]


def test_the_marker_and_its_folders_say_who(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for step in ("submitted", "autograded"):
        assert student_of(tmp_path / step / "2024004" / "project03_tiny", ask=nobody) == "2024004"
    assert grading(tmp_path / "autograded" / "2024004" / "project03_tiny")
    assert not grading(tmp_path / "submitted" / "2024004" / "project03_tiny")
    assert student_of(places.COURSE / "project03_phone_service", ask=nobody) == "guest"
    monkeypatch.setenv("CRMLAB_STUDENT", "2024005")
    assert student_of(tmp_path / "autograded" / "2024004" / "project03_tiny", ask=nobody) == "2024005"


# --- which data ----------------------------------------------------------------------------------


def released(folder: Path, student: str) -> Path:
    """A `data` folder in which the world of `student` is 002."""
    who = {"schema": 1, "salt": "s", "ids": {hashed("s", student): "002"}, "token": "t", "pool": 1}
    shutil.copytree(VISIBLE, folder / "002")
    (folder / "who.json").write_text(json.dumps(who), encoding="utf-8")
    return folder


def test_the_release_holds_the_students_own_world(tmp_path: Path) -> None:
    here = project(tmp_path)
    released(here / "data", "2024001")
    assert data.find(here, "2024001").visible == here / "data" / "002"
    assert data.find(here, "someone").visible == here / "data" / "001"


def test_plain_nbgrader_finds_the_world_in_the_home_above(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    here = tmp_path / "autograded" / "2024001" / "project03_tiny"
    here.mkdir(parents=True)
    monkeypatch.chdir(here)
    with pytest.raises(LabError, match="找不到这位学生的真值"):
        judging.evidence("truth")
    world = tmp_path / "variants" / "001"
    shutil.copytree(VISIBLE.parent, world)
    (tmp_path / "variants" / "manifest.json").write_text('{"schema": 1, "pool": 1, "variants": {}}')
    (tmp_path / "assigned.json").write_text('{"2024001": "001"}', encoding="utf-8")
    assert data.find(here, "2024001") == data.Found(world / "visible", world / "truth")
    assert judging.evidence("truth").folder == world / "truth"


def test_a_home_with_a_release_only_serves_too(tmp_path: Path) -> None:
    here = tmp_path / "submitted" / "2024001" / "project03_tiny"
    here.mkdir(parents=True)
    folder = released(tmp_path / "release" / "project03_tiny" / "data", "2024001")
    assert data.find(here, "2024001") == data.Found(folder / "002", None)


def test_authors_work_on_the_demo_world_and_nobody_else_does(tmp_path: Path) -> None:
    author = places.COURSE / "project03_phone_service"
    assert data.find(author, "guest") == data.Found(VISIBLE, VISIBLE.parent / "truth")
    with pytest.raises(LabError, match="project03_tiny 的数据文件夹 data 不在"):
        data.find(project(tmp_path), "2024001")


def test_the_answers_handed_in_are_evidence(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CRMLAB_EVIDENCE", str(tmp_path))
    (tmp_path / "answers.json").write_text('{"student": "2024001"}', encoding="utf-8")
    assert judging.evidence("answers") == {"student": "2024001"}


# --- the lab -------------------------------------------------------------------------------------


def test_a_table_is_a_fresh_copy_each_time(here: Path) -> None:
    lab = open_lab(LAB, folder=here, ask=nobody)
    lab.table("calls")["wait"] = 0
    pd.testing.assert_frame_equal(lab.table("calls"), pd.read_parquet(VISIBLE / "calls.parquet"))


@pytest.mark.parametrize("name", ["nothing", "../calls", "", 3])
def test_an_unknown_table_names_what_there_is(here: Path, name: str) -> None:
    with pytest.raises(LabError, match="现有的：call_cards、calls"):
        open_lab(LAB, folder=here, ask=nobody).table(name)


def test_a_spoilt_table_is_named(here: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "calls.parquet").write_bytes(b"PAR1 not quite")
    monkeypatch.setenv("CRMLAB_DATA", str(tmp_path))
    with pytest.raises(LabError, match=r"数据表 calls\.parquet 读不出来"):
        open_lab(LAB, folder=here, ask=nobody).table("calls")


def test_an_answer_travels_from_the_form_to_the_next_cell(here: Path, capsys: pytest.CaptureFixture) -> None:
    lab = open_lab(LAB, folder=here, ask=typing("2024001"))  # type: ignore[arg-type]
    assert lab.answer("path") is None
    assert lab.form("path") is None  # type: ignore[func-returns-value]
    lab.form_shown.inputs[("first",)].fill("pbx")  # type: ignore[union-attr]
    lab.form_shown.hint.click()  # type: ignore[union-attr]
    lab.form_shown.save.click()  # type: ignore[union-attr]
    again = open_lab(LAB, folder=here, ask=nobody)
    assert again.answer("path") == {"first": "pbx", "wait": None}
    with again.check("path") as check:
        check.that("first", again.answer("path")["first"] == "pbx")
    assert check.verdict == "passed"
    again.say("welcome", name="小李")
    again.progress()
    shown = capsys.readouterr()
    assert "学号 2024001" in shown.out and "你好，小李" in shown.out and "表单已填 1 / 3" in shown.out
    kept = json.loads((here / "answers.json").read_text(encoding="utf-8"))
    assert (kept["student"], kept["hints"], kept["checked"]) == (
        "2024001",
        {LAB: {"path": 1}},
        {LAB: {"path": "passed"}},
    )


def test_an_extension_stands_apart_in_the_list_and_is_not_counted(
    here: Path, capsys: pytest.CaptureFixture
) -> None:
    lab = open_lab(LAB, folder=here, ask=nobody)
    named = [spec.title for spec in lab.words.forms.values()]
    lab.about["labs"] = [{"id": LAB, "extension": [next(iter(lab.words.forms))], "bonus": 2}]
    capsys.readouterr()
    lab.progress()
    shown = capsys.readouterr().out
    assert f"表单已填 0 / {len(named) - 1}" in shown
    assert shown.index(named[1]) < shown.index("进阶（附加分最多 2 分，不做不扣分）") < shown.index(named[0])


def test_the_live_board_keeps_the_plan_and_comes_back(here: Path) -> None:
    lab = open_lab(LAB, folder=here, ask=nobody)
    lab.live_board("plan")
    lab.board_shown.blocks[1].value = 9
    lab.board_shown.hints.button.click()
    lab.board_shown.adopt.click()
    assert lab.answer("plan") == {"agents": [6, 9, 6, 6, 6, 6]}
    lab.live_board("plan")
    assert [one.value for one in lab.board_shown.blocks] == [6, 9, 6, 6, 6, 6]
    assert "看最忙的时段" in lab.board_shown.hints.box.value
    lab.answers.put(LAB, "plan", {"agents": [99] * 5})
    lab.live_board("plan")
    assert [one.value for one in lab.board_shown.blocks] == [6] * 6


def test_a_board_that_cannot_be_saved_says_so_and_shows_dashes_over_nothing(here: Path) -> None:
    from crmlab.board import Day, LiveBoard

    def full(_plan: object) -> None:
        raise LabError("磁盘满了")

    lab = open_lab(LAB, folder=here, ask=nobody)
    day = Day.of(lab.scenario(), lab.table("contacts"), lab.table("draws"))
    board = LiveBoard(day, agents=[0] * 6, on_adopt=full)
    board.adopt.click()
    assert "磁盘满了" in board.state.value and "—" in board.tiles.value and "nan" not in board.tiles.value


def test_while_graded_nothing_is_asked_or_written(
    here: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture
) -> None:
    open_lab(LAB, folder=here, ask=nobody).answers.put(LAB, "path", {"first": "<b>", "wait": 3})
    before = {path: path.read_bytes() for path in here.iterdir() if path.is_file()}
    capsys.readouterr()
    monkeypatch.setenv("CRMLAB_GRADING", "1")
    lab = open_lab(LAB, folder=here, ask=nobody)
    lab.form("path")
    lab.form("register", rows=pd.DataFrame({"call_id": ["A1"], "at": ["9:00"], "note": ["问"]}))
    lab.live_board("plan")
    with lab.check("path") as check:
        check.that("first", False)
    shown = capsys.readouterr()
    assert "3 秒" in shown.out and "还没有采用方案" in shown.out and shown.err == ""
    assert "9:00 · 问" in shown.out  # the page of feedback tells what the row was about
    assert lab.form_shown is None and lab.board_shown is None
    assert {path: path.read_bytes() for path in here.iterdir() if path.is_file()} == before


def test_a_spoilt_answer_file_is_told_in_the_header(here: Path, capsys: pytest.CaptureFixture) -> None:
    (here / "answers.json").write_text("{", encoding="utf-8")
    open_lab(LAB, folder=here, ask=nobody)
    assert "answers.corrupt-1.json" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("about", "says"),
    [("", r"没有 scenario；.*retail_hotline"), ('scenario = "moon"', "scenario 用不了.*moon")],
)
def test_a_scenario_that_is_not_there_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, about: str, says: str
) -> None:
    monkeypatch.setenv("CRMLAB_DATA", str(VISIBLE))
    lab = open_lab(LAB, folder=project(tmp_path, about=about), ask=nobody)
    with pytest.raises(LabError, match=says):
        lab.scenario()


def test_a_folder_that_is_no_project_is_refused(tmp_path: Path) -> None:
    with pytest.raises(LabError, match=r"没有 project\.toml"):
        open_lab(LAB, folder=tmp_path, ask=nobody)
    (tmp_path / "project.toml").write_text("= 3", encoding="utf-8")
    with pytest.raises(LabError, match=r"project\.toml 不是"):
        open_lab(LAB, folder=tmp_path, ask=nobody)


def test_the_edition_of_the_project_decides_the_language(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CRMLAB_DATA", str(VISIBLE))
    here = project(tmp_path, words='language = "zh"\n' + WORDS, about='language = "en"\n')
    assert open_lab(LAB, folder=here, ask=nobody).lang == "en"


def test_a_notebook_shows_the_sentence_and_no_traceback() -> None:
    assert LabError("没有表；请重开")._render_traceback_() == ["\x1b[31m✗ 没有表；请重开\x1b[0m"]


def test_the_package_hands_on_open_lab_only() -> None:
    import crmlab

    with pytest.raises(AttributeError, match="no attribute 'open_desk'"):
        _ = crmlab.open_desk


CELLS = (
    f'from crmlab import open_lab\nlab = open_lab("{LAB}")',
    'calls = lab.table("calls")\nlab.chart_day(calls)',
    'trace = lab.table("trace")\nlab.timeline(trace, contact_id=trace["contact_id"].iloc[0])',
    'lab.form("path")',
    'path = lab.answer("path")\nwith lab.check("path") as check:\n    check.that("first", path["first"] == "ivr")',
    'lab.live_board("plan")',
    "lab.progress()",
    'lab.table("nothing")',
)


@pytest.mark.slow
@pytest.mark.parametrize("graded", [False, True])
def test_a_notebook_runs_to_its_end_and_stderr_stays_empty(
    here: Path, monkeypatch: pytest.MonkeyPatch, graded: bool
) -> None:
    import nbformat
    from nbclient import NotebookClient
    from nbformat.v4 import new_code_cell, new_notebook

    if graded:
        monkeypatch.setenv("CRMLAB_GRADING", "1")
    kernel = {"display_name": "Python 3", "language": "python", "name": "python3"}
    cells = [new_code_cell(source) for source in CELLS]
    notebook = new_notebook(cells=cells, metadata={"kernelspec": kernel})
    client = NotebookClient(notebook, allow_errors=True, resources={"metadata": {"path": str(here)}})
    ran = client.execute()
    outputs = [output for cell in ran.cells for output in cell.outputs]
    assert [one.name for one in outputs if one.output_type == "stream"] == []
    errors = [one for one in outputs if one.output_type == "error"]
    assert [(one.ename, one.traceback) for one in errors] == [
        ("LabError", [f"\x1b[31m✗ {errors[0].evalue}\x1b[0m"])
    ]
    kinds = [set(one.get("data", {})) for one in outputs]
    assert sum("image/svg+xml" in kind for kind in kinds) == 2
    assert any("application/vnd.jupyter.widget-view+json" in kind for kind in kinds) != graded
    assert all("result" not in one.output_type for one in outputs), nbformat.writes(ran)[:500]
    assert not (here / "answers.json").exists()


def test_the_tables_of_the_crm_stand_ready_before_it_was_opened(here: Path) -> None:
    lab = open_lab(LAB, folder=here, ask=nobody)
    assert lab.crm()["account"].empty and "phone" in lab.crm()["account"]


def test_progress_tells_the_best_of_each_call_and_what_the_teacher_marks(
    here: Path, capsys: pytest.CaptureFixture
) -> None:
    from crmlab.telephone import ring

    lab = open_lab(LAB, folder=here, ask=nobody)
    lab.about["labs"] = [{"id": LAB, "calls": ["harassment", "enquiry_two_matters"], "by_hand": "一段话"}]
    ring(here, "enquiry_two_matters", "2024001", well=False)
    capsys.readouterr()
    lab.progress()
    shown = capsys.readouterr().out
    assert "通话 0 / 2 到了 60 分" in shown
    assert re.search(r"○ 通话“特殊来电[^\\]*”，还没有接", shown) and re.search(
        r"✗ 通话“咨询[^\\]*”，最好 \d+ 分", shown
    )
    assert "✎ 一段话：老师批改" in shown
    ring(here, "enquiry_two_matters", "2024001", well=True)
    lab.progress()
    shown = capsys.readouterr().out
    assert "通话 1 / 2 到了 60 分" in shown and re.search(r"✓ 通话“咨询[^\\]*”，最好 \d+ 分", shown)
    lab.about["labs"][0]["enough"] = 100  # a lab may ask for more
    lab.progress()
    assert "通话 0 / 2 到了 100 分" in capsys.readouterr().out


def test_forms_about_the_same_rows_stand_side_by_side_on_one_sheet() -> None:
    from crmlab import forms
    from crmlab.words import Field, FormSpec

    due = FormSpec("due", "期限", "", (), (Field("by", "number", "哪天"),))
    settle = FormSpec("settle", "办法", "", (), (Field("remedy", "text", "办法"),))
    both = [(due, {"D1": {"by": 3}, "D2": {"by": 5}}), (settle, {"D2": {"remedy": "换"}, "D3": "坏了"})]
    spec, kept = forms.side_by_side(both)
    assert [field.name for field in spec.fields] == ["by", "remedy"]
    assert kept == {"D1": {"by": 3}, "D2": {"by": 5, "remedy": "换"}}
    assert forms.side_by_side([(due, None)]) == (due, None)
    assert forms.side_by_side([(due, None), (settle, {"D1": {"remedy": "换"}})])[1] == {
        "D1": {"remedy": "换"}
    }
