"""The lint of labs: a lab in order passes, and each thing that can be wrong is named with its cure."""

import shutil
from collections.abc import Callable
from fractions import Fraction
from pathlib import Path
from typing import Any

import nbformat
import pytest
import tiny
from typer import Typer
from typer.testing import CliRunner

from crmlab.authoring import text_of
from crmlab.commands import authoring
from crmlab.errors import LabError
from crmlab.lint import Finding, check, leaks, read, reading, trial

ABOUT = 'minutes = 20\ntables = ["calls"]\n[[labs]]\nid = "lab1_sum"\nminutes = 20\npoints = 6\n'
ANSWERS = [
    ("对：写死", "[]", "total = 5"),
    ("对：另一种写法", "[]", "total = sum((a, b))"),
    ("差一", '["total"]', "total = 6"),
    ("写成文字", '["total"]', "total = '5'"),
    ("没有作答", '["total"]', "total = None"),
]


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """A project in which nothing is wrong."""
    folder = tiny.course(tmp_path) / tiny.PROJECT
    write(folder)
    (folder / "project.toml").write_text(ABOUT, encoding="utf-8")
    (folder / "README.md").write_text("# 两数之和\n\n一份实训，20 分钟，6 分。\n", encoding="utf-8")
    (folder / "teacher" / "lab1_rubric.md").write_text("`why`：说出加法，2 分。\n", encoding="utf-8")
    record(folder, ANSWERS)
    return folder


def write(folder: Path, change: Callable[[Any], None] = lambda notebook: None) -> None:
    """Write the notebook, changed, and its text form in step with it."""
    path = folder / tiny.NOTEBOOK
    notebook = nbformat.read(path, as_version=4)
    for cell in notebook.cells:
        cell.metadata["nbgrader"] = dict(sorted(cell.metadata.get("nbgrader", {}).items()))
        if not cell.metadata["nbgrader"]:
            del cell.metadata["nbgrader"]
    notebook.cells[0]["id"] = "cell-001"
    change(notebook)
    path.with_suffix(".py").write_text(text_of(notebook), encoding="utf-8")
    path.write_text(nbformat.writes(notebook) + "\n", encoding="utf-8")


def record(folder: Path, answers: list[tuple[str, str, str]]) -> None:
    text = "".join(
        f'[[answers]]\nwhy = "{w}"\nloses = {lost}\ncode = """{code}"""\n' for w, lost, code in answers
    )
    (folder / "teacher" / "lab1_answers.toml").write_text(text, encoding="utf-8")


def cell(place: int, **changes: Any) -> Callable[[Any], None]:
    """Return a change of one cell: its source, or what nbgrader keeps in it."""

    def change(notebook: Any) -> None:
        for name, value in changes.items():
            if name == "source":
                notebook.cells[place].source = value
            else:
                notebook.cells[place].metadata["nbgrader"][name] = value

    return change


def bonus(most: Any, place: int = 3, **changes: Any) -> Callable[[Any], None]:
    """Return a change that makes a cell earn a bonus, and more changes of it."""

    def change(notebook: Any) -> None:
        notebook.cells[place].metadata["crmlab"] = {"bonus": most}
        cell(place, **changes)(notebook)

    return change


def errors(found: list[Finding]) -> list[str]:
    return [f"{one.where}：{one.said}" for one in found if one.level == "error"]


def test_a_lab_in_order_passes(project: Path) -> None:
    found = check(project, run=False)
    assert errors(found) == []
    assert [one.said for one in found if one.level == "warning"] == [
        "代码格里有中文；请把话写进旁边的 TOML，英文版才能一样"
    ]


@pytest.mark.parametrize(
    ("change", "rule"),
    [
        (cell(3, schema_version=2), "schema_version 是 2，应为 3"),
        (cell(3, locked=False), "评分格没有锁上"),
        (cell(2, locked=True), "作答的格子锁着"),
        (cell(3, points=0), "points 是 0；请写一个大于 0 的分数"),
        (bonus(2), "附加分的格子 points 是 4；请写 0，否则它也算进满分"),
        (bonus("2", points=0), "附加分 bonus 是 '2'；请写一个大于 0 的数"),
        (bonus(0, points=0), "附加分 bonus 是 0；请写一个大于 0 的数"),
        (bonus(2, place=4), "附加分写在不自动评分的格子里，没有人会给"),
        (bonus(2, points=0), "附加分合计 2 分，project.toml 写的是 0"),
        (bonus(2, points=0, source="assert total == 5, 'x'\n1"), "附加分的格子最后一行是一个值"),
        (cell(3, points=5), "各题合计 7 分，project.toml 写的是 6"),
        (cell(4, solution=False), "文字格只评分、不作答"),
        (cell(3, source="assert total == 5\n### BEGIN HIDDEN TESTS"), "不成对；没有成对，答案会发给学生"),
        (cell(2, source="total = 5"), "没有“### BEGIN SOLUTION”；整格答案会发给学生"),
        (
            cell(1, source="a, b = 2, 3\n### BEGIN HIDDEN TESTS\n### END HIDDEN TESTS"),
            "隐藏测试写在不评分的格子里",
        ),
        (cell(3, source="total"), "没有 assert；怎样作答都得满分"),
        (cell(3, source="%time total"), "评分格第 1 行不是 Python"),
        (cell(3, source="assert 'total' in get_ipython().user_ns, 'x'"), "用了 get_ipython，裁判进程里没有"),
        (cell(4, grade_id="because"), "人工题没有评分标准；请写进 teacher/lab1_rubric.md，写上 `because`"),
        (
            cell(0, source="## 一（约 15 分钟）\n\n## 二（约 6 分钟）"),
            "各节合计约 21 分钟，超过计划的 20 分钟",
        ),
    ],
)
def test_an_error_in_a_cell_is_named_with_its_cure(
    project: Path, change: Callable[[Any], None], rule: str
) -> None:
    write(project, change)
    assert any(rule in said for said in errors(check(project, run=False))), errors(check(project, run=False))


@pytest.mark.parametrize(
    ("change", "rule"),
    [
        (cell(3, source="assert total == 5"), "第 1 行的 assert 没有给学生的话"),
        (cell(3, source="assert total == 5, f'not {total}'"), "可能带出答案，反馈页不会显示它"),
        (cell(0, source="字" * 3000), "光读就要约 12 分钟，超过计划 20 分钟的一半"),
        (cell(0, source="字" * 61 + "。"), "一句有 61 字，太长"),
        (cell(0, source="字" * 61 + "。"), "平均一句 61 字"),
        (cell(0, source="饕餮之徒踟蹰不前。"), "次常用字较多：踟、蹰、餮、饕"),
    ],
)
def test_a_warning_is_told_but_is_no_error(project: Path, change: Callable[[Any], None], rule: str) -> None:
    write(project, change)
    found = check(project, run=False)
    assert errors(found) == [] and any(rule in one.said for one in found if one.level == "warning")


def test_outputs_twins_and_a_notebook_out_of_step_are_errors(project: Path) -> None:
    def change(notebook: Any) -> None:
        notebook.cells[1].outputs = [nbformat.v4.new_output("stream", text="x")]
        notebook.cells[1].metadata["nbgrader"]["grade_id"] = "total"

    write(project, change)
    said = " ".join(errors(check(project, run=False)))
    assert "带着运行结果" in said and "grade_id 用了不止一次" in said and "请给每个格子一个自己的名字" in said
    write(project, cell(1, source="a, b = 2, 3  # more"))
    (project / "lab1_sum.py").write_text("# %% [markdown]\n# x\n", encoding="utf-8")
    assert any("与文本稿不一致；请运行 crmlab build" in one for one in errors(check(project, run=False)))
    (project / "lab1_sum.py").unlink()
    assert any("没有文本稿" in one.said for one in check(project, run=False))


@pytest.mark.parametrize(
    ("answers", "rule"),
    [
        (ANSWERS[:4], "只有 2 个错答丢这一题的分；至少要 3 个"),
        (ANSWERS[1:], "只有 1 种对的写法"),
        ([*ANSWERS, ("x", '["none"]', "total = 1")], "loses 里的 none 不是自动评分的格子"),
        ([*ANSWERS, ("x", "[]", "total =")], "code 第 1 行不是 Python"),
        ([*ANSWERS, ("", "[]", "total = 5")], "要有 why（文字）、loses（列表）和 code（文字）三项"),
    ],
)
def test_answers_on_record_that_prove_too_little_are_errors(project: Path, answers: Any, rule: str) -> None:
    record(project, answers)
    assert any(rule in said for said in errors(check(project, run=False)))


def test_no_answers_on_record_and_no_word_of_the_lab_are_errors(project: Path) -> None:
    (project / "teacher" / "lab1_answers.toml").unlink()
    (project / "project.toml").write_text("minutes = 5\n", encoding="utf-8")
    said = " ".join(errors(check(project, run=False)))
    assert (
        "没有 teacher/lab1_answers.toml" in said
        and "里没有这份实训" in said
        and "minutes 是 5，各实训合计 0" in said
    )


def test_the_model_and_the_answers_are_tried(project: Path) -> None:
    (lab,) = read(project)
    assert [one.level for one in trial.check(lab)] == ["note"]
    record(project, [*ANSWERS, ("说是错的", '["total"]', "total = 5"), ("坏的", "[]", "total = 1 / 0")])
    write(project, cell(2, source="### BEGIN SOLUTION\ntotal = a + b + 1\n### END SOLUTION"))
    (lab,) = read(project)
    said = " ".join(errors(list(trial.check(lab))))
    assert "参考答案没有得分：AssertionError: 两数之和不对" in said
    assert "说是错的：应丢 total，实际丢 不失分" in said and "坏的：应丢 不失分，实际丢 code" in said


def test_an_answer_may_be_a_call_in_a_folder_of_its_own(project: Path) -> None:
    def ask(notebook: Any) -> None:
        (test,) = [one for one in notebook.cells if "两数之和不对" in one.source]
        line = "import os, pathlib\nassert pathlib.Path(os.environ['CRMLAB_EVIDENCE'], 'plays', 'call.json').is_file()\n"
        test.source = test.source.replace("### END HIDDEN", f"{line}### END HIDDEN")

    write(project, ask)
    for folder in ("handin", "lab1_calls/good", "lab1_calls/silent"):
        (project / "teacher" / folder / "plays").mkdir(parents=True)
    for folder in ("handin", "lab1_calls/good"):
        (project / "teacher" / folder / "plays" / "call.json").touch()
    with (project / "teacher" / "lab1_answers.toml").open("a", encoding="utf-8") as file:
        for who, lost in (("good", "[]"), ("silent", '["total"]')):
            file.write(f'[[answers]]\nwhy = "{who}"\ncalls = "{who}"\nloses = {lost}\ncode = ""\n')
    (lab,) = read(project)
    assert errors(list(trial.check(lab))) == []
    (project / "teacher" / "lab1_calls" / "silent" / "plays" / "call.json").touch()
    assert "silent：应丢 total，实际丢 不失分" in " ".join(errors(list(trial.check(lab))))


def test_a_model_that_does_not_run_or_cannot_cross_is_an_error(project: Path) -> None:
    write(project, cell(2, source="### BEGIN SOLUTION\ntotal = iter([1])\n### END SOLUTION"))
    (lab,) = read(project)
    assert any(
        "total 是 builtins.list_iterator，传不到裁判进程" in one for one in errors(list(trial.check(lab)))
    )
    write(project, cell(2, source="### BEGIN SOLUTION\ntotal = nothing\n### END SOLUTION"))
    (lab,) = read(project)
    assert any("没有跑完：格子 answer：NameError" in one for one in errors(list(trial.check(lab))))
    write(project, cell(2, source="### BEGIN SOLUTION\nimport os\ntotal = os._exit(3)\n### END SOLUTION"))
    (lab,) = read(project)
    assert any("没有跑完：没有说明" in one for one in errors(list(trial.check(lab))))


def test_a_lab_that_never_ends_or_is_slow_is_told(project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(trial, "SLOW_CELL", -1.0)
    monkeypatch.setattr(trial, "SLOW_LAB", -1.0)
    (lab,) = read(project)
    assert [one.level for one in trial.check(lab)] == ["warning"] * 3
    monkeypatch.setattr(trial, "LONGEST", 0.01)
    assert any("没有跑完：超过 0 秒" in one for one in errors(list(trial.check(lab))))


@pytest.mark.parametrize(
    ("value", "kind"),
    [
        (None, ""),
        ({"a": [1, 2.0, ("x", {3})]}, ""),
        (tiny.world(1).visible["calls"], ""),
        (tiny.world(1).visible["calls"]["wait"], ""),
        (tiny.world(1).visible["calls"]["wait"].to_numpy()[0], ""),
        (len, ""),
        (lambda: 1, ""),
        ({"a": [object()]}, "builtins.object"),
        (Fraction(1, 2), "fractions.Fraction"),
        (type("Own", (int,), {})(3), "test_lint.Own"),
        ([[[[[[[[[1]]]]]]]]], "list（套了 8 层以上）"),
    ],
)
def test_what_can_cross_to_the_judge_is_known(value: Any, kind: str) -> None:
    assert trial.stranger(value) == kind


def test_a_leak_is_found_wherever_it_lies(project: Path, tmp_path: Path) -> None:
    released = tmp_path / "release"
    (released / "teacher").mkdir(parents=True)
    (released / "teacher" / "key.md").write_text("x", encoding="utf-8")
    (released / "notes.py").write_text("x", encoding="utf-8")
    (released / "words.toml").write_text('x = "secret_answer = 5"', encoding="utf-8")
    shutil.copy(project / tiny.NOTEBOOK, released)
    said = " ".join(
        f"{one.where}：{one.said}" for one in leaks.look(released, leaks.secrets(list(read(project))))
    )
    for rule in (
        "notes.py：老师的文件",
        "teacher/key.md：老师的文件",
        "words.toml：发布的文件里有 lab1_sum · total",
        "还有“### BEGIN SOLUTION”",
    ):
        assert rule in said, rule
    (released / tiny.NOTEBOOK).write_text("{", encoding="utf-8")
    with pytest.raises(LabError, match=r"发布的 lab1_sum\.ipynb 读不出来"):
        list(leaks.look(released, {}))


@pytest.mark.slow
def test_a_whole_check_releases_into_a_folder_of_its_own(project: Path) -> None:
    assert errors(check(project)) == []


def test_a_project_that_cannot_be_released_is_told(tmp_path: Path) -> None:
    assert "没有名为" in errors(list(leaks.check(tmp_path, [])))[0]


@pytest.mark.parametrize(
    ("name", "text", "rule"),
    [
        (tiny.NOTEBOOK, "{", r"lab1_sum\.ipynb 不是完整的笔记本"),
        ("project.toml", "minutes =", r"project\.toml 读不出来"),
        ("teacher/lab1_answers.toml", "[[", r"lab1_answers\.toml 读不出来"),
    ],
)
def test_a_file_that_cannot_be_read_is_refused(project: Path, name: str, text: str, rule: str) -> None:
    (project / name).write_text(text, encoding="utf-8")
    with pytest.raises(LabError, match=rule):
        check(project, run=False)


def test_a_folder_without_labs_is_refused(tmp_path: Path) -> None:
    with pytest.raises(LabError, match="没有 lab 开头的笔记本"):
        check(tmp_path)


def test_a_lab_without_chinese_has_no_reading_level(project: Path) -> None:
    write(project, cell(0, source="# Sum"))
    (lab,) = read(project)
    assert list(reading.check(lab)) == []


def test_the_command_says_what_it_found_and_refuses_on_errors(project: Path) -> None:
    app = Typer()
    authoring.add_to(app)
    said = CliRunner().invoke(app, ["check", str(project), "--quick"])
    assert said.exit_code == 0 and "没有错误，1 处提醒" in said.output
    assert CliRunner().invoke(app, ["check", str(project), "--quick", "--json"]).output.startswith("[")
    write(project, cell(3, points=1))
    said = CliRunner().invoke(app, ["check", str(project), "--quick"])
    assert isinstance(said.exception, LabError) and "有 1 处错误" in str(said.exception)
