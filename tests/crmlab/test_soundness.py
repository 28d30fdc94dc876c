"""A notebook that lost cells is told when it is handed in, in words a student understands, and handed in all the same."""

import json
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from crmlab import soundness, workspace
from crmlab.commands import assemble

PROJECT, LAB = "project01_tiny", "lab1_sum.ipynb"
HEADINGS = {
    "zh": ("## ① 求和（2 分）", "## 作业：写给老周的话"),
    "en": ("## ① Sums (2 points)", "## Homework: a note"),
}


def cell(kind: str, source: str, name: str, **about: Any) -> dict[str, Any]:
    return {"cell_type": kind, "source": source, "id": name, "metadata": {"nbgrader": about} if about else {}}


def given(lang: str) -> list[dict[str, Any]]:
    first, last = HEADINGS[lang]
    return [
        cell("markdown", first, "a"),
        cell("code", "lab.form('x')", "b"),
        cell("code", "assert x", "c", grade_id="sum", locked=True),
        cell("markdown", last, "d"),
        cell("markdown", "(write here)", "e", grade_id="explain", solution=True),
    ]


def save(path: Path, cells: list[dict[str, Any]]) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps({"cells": cells, "metadata": {}, "nbformat": 4}), encoding="utf-8")


@pytest.fixture(params=["zh", "en"])
def lang(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
def released(tmp_path: Path, lang: str) -> Path:
    save(tmp_path / "released" / PROJECT / LAB, given(lang))
    (tmp_path / "released" / PROJECT / "project.toml").write_text(f'language = "{lang}"', encoding="utf-8")
    return tmp_path / "released" / PROJECT


def test_ordinary_work_is_no_damage(tmp_path: Path, released: Path, lang: str) -> None:
    cells = given(lang)
    cells[4]["source"] = "# Lao Zhou, most people at ten"  # the student's own words, whatever they look like
    cells[1]["outputs"] = [{"text": "…"}]
    cells[0]["source"] += "\n\nA sentence that the teacher changed later."
    cells.append(cell("code", "1 + 1", "mine"))
    save(tmp_path / PROJECT / LAB, cells)
    assert soundness.told(tmp_path / PROJECT, released, lang=lang) == []


@pytest.mark.parametrize("slip", ["cut", "merged", "raw", "heading"])
def test_a_destroyed_cell_is_told_by_its_heading_and_its_cure(
    slip: str, tmp_path: Path, released: Path, lang: str
) -> None:
    cells = given(lang)
    match slip:
        case "cut":
            del cells[4]
        case "merged":
            cells[3]["source"] += "\n\n" + cells.pop(4)["source"]
        case "raw":
            cells[4]["cell_type"] = "raw"
        case "heading":
            cells[3]["source"] = "ow fewer people"
    save(tmp_path / PROJECT / LAB, cells)
    first, cure = soundness.told(tmp_path / PROJECT, released, lang=lang)
    assert LAB in first and HEADINGS[lang][1].removeprefix("## ") in first
    assert HEADINGS[lang][0][3:6] not in first, "what is whole is not named"
    assert "lab.py" in cure


def test_a_notebook_that_is_none_is_told_even_without_a_release(tmp_path: Path, lang: str) -> None:
    for text in ("", "{", "[]", '{"cells": 3}', '{"cells": [{"cell_type": 1}]}'):
        (tmp_path / PROJECT).mkdir(exist_ok=True)
        (tmp_path / PROJECT / LAB).write_text(text, encoding="utf-8")
        told = soundness.told(tmp_path / PROJECT, None, lang=lang)
        assert (len(told) == 2 and LAB in told[0]) or text.endswith("1}]}")


def test_submit_says_it_and_packs_the_work(
    tmp_path: Path, released: Path, lang: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    save(tmp_path / "workspace" / PROJECT / LAB, given(lang)[:3])
    (tmp_path / "workspace" / PROJECT / "project.toml").write_text(f'language = "{lang}"', encoding="utf-8")
    monkeypatch.setattr(workspace, "find_released", lambda lang: released.parent)
    words = ["submit", PROJECT, "--student", "2401", "--workspace", str(tmp_path / "workspace")]
    result = CliRunner().invoke(assemble(), words)
    assert result.exit_code == 0, result.output
    assert HEADINGS[lang][1].removeprefix("## ") in result.output
    assert ("Hand in this file" if lang == "en" else "请交这个文件") in result.output
    assert (tmp_path / "workspace" / "handin" / f"2401_{PROJECT}.zip").is_file()
