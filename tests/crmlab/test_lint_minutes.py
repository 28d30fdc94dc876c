"""The reckoner of minutes: every value has its reason, what is on the screen adds up as by hand, what fails is named."""

import re
import shutil
import tomllib
from pathlib import Path
from typing import Any

import nbformat
import pytest
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook

from crmlab.errors import LabError
from crmlab.lint import Lab, minutes, read, screen
from crmlab.places import ROOT

pytestmark = pytest.mark.slow  # labs are run to see their screens

FOLDED = {"jupyter": {"source_hidden": True}}
WORDS = """
title = "一课"
[say]
more = "四个字啊"
[options]
two = [["a", "甲"], ["b", "乙"]]
[form.pick]
title = "选"
hints = ["一", "二", "三"]
[[form.pick.field]]
name = "one"
kind = "choice"
label = "哪个"
options = "two"
[check.pick]
[form.sums]
title = "算"
hints = ["一", "二", "三"]
[[form.sums.field]]
name = "n"
kind = "number"
label = "几"
[check.sums]
"""
OPEN = "from crmlab import open_lab\nlab = open_lab('lab1_one')"


def code(source: str, *, folded: bool = True) -> Any:
    return new_code_cell(source, metadata=FOLDED if folded else {})


def lab_of(folder: Path, *cells: Any) -> Lab:
    """Return a lab of these cells in a folder of its own."""
    folder.mkdir(exist_ok=True)
    nbformat.write(new_notebook(cells=list(cells)), folder / "lab1_one.ipynb")
    (folder / "lab1_one.toml").write_text(WORDS, encoding="utf-8")
    (folder / "project.toml").write_text('title = "一"\n[[labs]]\nid = "lab1_one"\n', encoding="utf-8")
    (lab,) = read(folder)
    return lab


def only(lab: Lab) -> minutes.Task:
    (task,) = minutes.reckon(lab)
    return task


def test_every_value_is_a_number_with_a_reason() -> None:
    text = (ROOT / "crmlab" / "lint" / "pace.toml").read_text(encoding="utf-8")
    told = tomllib.loads(text)
    assert all(one["value"] > 0 and len(one["why"]) > 20 for one in told.values())
    used = set(
        re.findall(
            r'pace\(\)\[\s*"(\w+)"(?: if .*? else "(\w+)")?', (ROOT / "crmlab/lint/minutes.py").read_text()
        )
    )
    assert {name for both in used for name in both if name} == set(told)


def test_signs_count_characters_and_take_a_word_or_a_number_for_two() -> None:
    assert minutes.signs("三个字，[两字](http://somewhere.cn/a)") == 5
    assert minutes.signs("09-18 登记，80% 接起，PBX") == 4 + 3 * 2


def test_a_lab_reckoned_by_hand(tmp_path: Path) -> None:
    lab = lab_of(
        tmp_path / "p",
        new_markdown_cell("开头四字"),
        code(OPEN),
        new_markdown_cell("## 一（1 分 · 约 3 分钟）"),
        code("lab.form('pick')"),
        new_markdown_cell("## 二"),
        code("lab.say('more')"),
        code("1 + 1", folded=False),
        code("lab.form('sums')"),
    )
    first, second = minutes.reckon(lab)
    sign = 60 / 250
    assert (first.name, first.told, second.name, second.told) == ("一", 3, "二", None)
    # 一, 分, 约, 分钟 and two numbers; title, label, two options
    assert first.read == pytest.approx(sign * (4 + (1 + 1 + 1 + 2 + 4) + (1 + 2 + 2)))
    assert first.choose == pytest.approx(10 * 1.2) and first.run == 90 + 2 * 4
    assert second.read == pytest.approx(sign * (1 + 4 + 2 + 2))
    assert second.choose == pytest.approx(
        3 * 35 + 10 * 1.2
    )  # the sum is worked in the cell, the form copies it


def test_a_number_without_a_sum_beside_it_is_worked_out(tmp_path: Path) -> None:
    task = only(lab_of(tmp_path / "p", code(OPEN), new_markdown_cell("## 一"), code("lab.form('sums')")))
    assert task.choose == pytest.approx(45 * 1.2)


def test_more_to_read_and_more_to_choose_takes_longer_and_never_less(tmp_path: Path) -> None:
    cells = [code(OPEN), new_markdown_cell("## 一\n\n" + "字" * 50)]
    took = [only(lab_of(tmp_path / "a", *cells)).minutes]
    for n, more in enumerate(
        (new_markdown_cell("字" * 50), code("lab.form('pick')"), code("lab.say('more')"))
    ):
        cells.append(more)
        took.append(only(lab_of(tmp_path / str(n), *cells)).minutes)
    assert took == sorted(took) and len(set(took)) == len(took)


def test_extension_and_homework_are_outside_the_core(tmp_path: Path) -> None:
    cells = [code(OPEN), *(new_markdown_cell(f"## {name}") for name in ("一", "作业：一段话", "进阶：再算"))]
    assert [task.core for task in minutes.reckon(lab_of(tmp_path / "p", *cells))] == [True, False, False]


def test_a_heading_that_tells_other_minutes_and_a_core_too_long_are_named(tmp_path: Path) -> None:
    lab = lab_of(tmp_path / "p", code(OPEN), new_markdown_cell("## 一（约 5 分钟）\n\n" + "字" * 250 * 61))
    said = {one.level: one.said for one in minutes.check(lab)}
    assert "必做部分约 63 分钟" in said["note"]
    warned = [one.said for one in minutes.check(lab) if one.level == "warning"]
    assert "超过 60" in warned[0] and "标题写约 5 分钟" in warned[1] and "请改成 63" in warned[1]


def test_a_cell_that_fails_and_a_call_nobody_made_are_named(tmp_path: Path) -> None:
    broken = lab_of(tmp_path / "p", code("1 / 0"))
    with pytest.raises(LabError, match="lab1_one 没有跑完：ZeroDivisionError"):
        screen.seen(broken)
    (found,) = minutes.check(broken)
    assert found.level == "error" and "时间算不出来" in found.said
    silent = lab_of(
        tmp_path / "q", code(OPEN), new_markdown_cell("## 一"), code("lab.roleplay('harassment')")
    )
    with pytest.raises(LabError, match="里没有 harassment 的通话；请出题人先打一通"):
        minutes.reckon(silent)


def test_a_call_is_dearer_the_first_time_for_it_is_rung_twice(tmp_path: Path) -> None:
    calls = ROOT / "course" / "project03_phone_service" / "teacher" / "handin"
    ring = [new_markdown_cell("## 一"), code("lab.roleplay('harassment')")]
    again = [new_markdown_cell("## 二"), code("lab.roleplay('harassment')")]
    lab = lab_of(tmp_path / "p", code(OPEN), *ring, *again)
    shutil.copytree(calls, lab.handin)
    first, second = minutes.reckon(lab)
    assert second.talk < first.talk < 2 * second.talk


def test_the_table_has_a_line_a_task_and_the_sum_of_the_core(tmp_path: Path) -> None:
    lab = lab_of(
        tmp_path / "p", code(OPEN), new_markdown_cell("## 一（约 2 分钟）"), new_markdown_cell("## 作业：二")
    )
    tasks = minutes.reckon(lab)
    lines = minutes.table(lab, tasks).splitlines()
    assert len(lines) == 2 + 2 + 1 and lines[2].endswith("2  一")
    assert lines[-1] == f"必做部分 {tasks[0].minutes:.1f} 分钟"
