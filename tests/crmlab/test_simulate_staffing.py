"""`simulate staffing`: a plan to hang up, as a table a spreadsheet program reads, with its check in words."""

import json
from pathlib import Path

import pandas as pd
import pytest
import typer
from typer.testing import CliRunner

from crmlab.commands import simulate
from crmlab.errors import LabError

TINY = "tests/data/sim/tiny_shop.toml"


def say(*words: str):
    app = typer.Typer()
    simulate.add_to(app)
    return CliRunner().invoke(app, ["simulate", "staffing", "--scenario", TINY, *words])


@pytest.mark.slow
def test_a_plan_is_written_told_and_the_same_each_time(tmp_path: Path) -> None:
    out = tmp_path / "排班.csv"
    told = say("--over", "day", "--out", str(out), "--price", "counter=2")
    assert told.exit_code == 0, told.output
    assert out.read_bytes().startswith(b"\xef\xbb\xbf")
    plan = pd.read_csv(out)
    assert list(plan.columns) == ["时段", "柜台", "工场"] and list(plan["时段"]) == ["09:00", "10:00"]
    assert "每天成本" in told.output and "没守住 missed：无 none" in told.output
    plain = json.loads(say("--over", "day", "--json", "--price", "counter=2").stdout)
    assert plain["agents"] == {"counter": list(plan["柜台"]), "workshop": list(plan["工场"])}
    assert plain["met"] and plain["cost"] == 2 * sum(plan["柜台"]) + sum(plan["工场"])


@pytest.mark.slow
def test_people_come_for_whole_shifts(tmp_path: Path) -> None:
    out = tmp_path / "班次.csv"
    told = say("--over", "day", "--level", "0.4", "--shift", "09:00-11:00", "--out", str(out))
    assert told.exit_code == 0, told.output
    plan = pd.read_csv(out)
    assert list(plan["班次"]) == ["09:00-11:00"] and list(plan.columns) == ["班次", "柜台", "工场"]
    assert f"柜台 {plan['柜台'][0]}" in told.output
    assert "must be two times" in str(say("--shift", "9-11").exception)


def test_words_that_make_no_sense_are_refused_with_the_cure(tmp_path: Path) -> None:
    there = tmp_path / "plan.csv"
    there.write_text("mine", encoding="utf-8")
    for words, cure in (
        (["--price", "counter"], "班组=每工时成本"),
        (["--price", "counter=cheap"], "班组=每工时成本"),
        (["--out", str(there)], "--force"),
    ):
        refused = say(*words)
        assert isinstance(refused.exception, LabError) and cure in str(refused.exception)
    assert there.read_text(encoding="utf-8") == "mine"
    assert "level = 2.0" in str(say("--level", "2").exception)


@pytest.mark.slow
def test_a_place_that_cannot_be_written_leaves_nothing_behind(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("", encoding="utf-8")
    refused = say("--over", "day", "--level", "0.3", "--out", str(tmp_path / "file" / "plan.csv"))
    assert isinstance(refused.exception, LabError) and "写不进去" in str(refused.exception)
    assert [path.name for path in tmp_path.iterdir()] == ["file"]
