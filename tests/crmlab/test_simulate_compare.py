"""`simulate compare` and `simulate sweep`: the same callers meet each plan, and the difference is told with its interval."""

import io
import json
from pathlib import Path

import pandas as pd
import pytest
import typer
from on_a_screen import interrupted
from typer.testing import CliRunner

from crmlab.commands import simulate
from crmlab.comparison import COLUMNS, table
from crmlab.errors import LabError
from sim.errors import InputError
from sim.experiment import Experiment, run
from sim.scenario import load
from sim.stopping import StopRule

TINY = "tests/data/sim/tiny_shop.toml"


def called(*words):
    app = typer.Typer()
    simulate.add_to(app)
    return CliRunner().invoke(app, ["simulate", *map(str, words)])


def rows(*words):
    result = called(*words, "--json")
    assert result.exit_code == 0, result.output
    told = json.loads(result.stdout)
    assert told["complete"]
    return pd.DataFrame(told["rows"])


def test_more_people_are_told_apart_from_fewer_and_the_first_is_the_base(tmp_path: Path):
    out = tmp_path / "比较.csv"
    result = called("sweep", "--scenario", TINY, "--staff", "-1,0,2", "--replications", 4, "--out", out)
    assert result.exit_code == 0, result.output
    assert "服务水平 (service level)" in result.stdout and "有差别 differs" in result.stdout
    assert out.read_bytes().startswith(b"\xef\xbb\xbf")
    frame = pd.read_csv(out)
    assert list(frame.columns) == list(COLUMNS)
    level = frame[frame["measure"] == "service_level"].set_index("scenario")
    assert list(level.index) == ["staff -1", "staff 0", "staff +2"]
    assert level["mean"].is_monotonic_increasing and level["difference"].isna().tolist() == [
        True,
        False,
        False,
    ]
    assert level["difference"].iloc[2] == pytest.approx(level["mean"].iloc[2] - level["mean"].iloc[0])
    again = called("sweep", "--scenario", TINY, "--staff", "-1,0", "--out", out)
    assert isinstance(again.exception, LabError) and "--force" in str(again.exception)


def test_a_setting_takes_its_values_as_a_file_writes_them():
    few = rows(
        "sweep",
        "--scenario",
        TINY,
        "--vary",
        "patience.mean_seconds=30,900",
        "--replications",
        3,
        "--measure",
        "abandoned",
    )
    assert few["scenario"].tolist() == ["patience.mean_seconds=30", "patience.mean_seconds=900"]
    assert few["measure"].unique().tolist() == ["abandoned"] and few["difference"].iloc[1] < 0
    lists = rows(
        "sweep", "--scenario", TINY, "--vary", 'routing="longest_idle","most_idle"', "--replications", 2
    )
    assert lists["scenario"].unique().tolist() == ["routing=longest_idle", "routing=most_idle"]


def test_a_plan_compared_with_itself_differs_in_nothing():
    same = rows("compare", TINY, TINY, "--replications", 3)
    gaps = same[same["difference"].notna()]
    assert len(gaps) and (gaps["difference"] == 0).all() and not gaps["differs"].any()


def test_the_numbers_do_not_depend_on_who_works():
    words = ("compare", TINY, "small_shop", "--replications", 3)
    assert rows(*words).equals(rows(*words, "--workers", 2))


def test_all_plans_get_as_many_replications_as_the_hungriest_needs():
    told = rows("compare", TINY, "small_shop", "--precision", "asa=60%", "--replications", 40)
    assert told[told["measure"] == "offered"]["replications"].nunique() == 1


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("sweep",), "--vary 和 --staff"),
        (("sweep", "--vary", "trunks=1,2", "--staff", "0,1"), "--vary 和 --staff"),
        (("sweep", "--vary", "trunks=1,2", "--vary", "customers=1,2"), "一次只变一个"),
        (("sweep", "--vary", "trunks=9"), "--vary trunks=9：要写两个"),
        (("sweep", "--vary", "trunks=a,b"), "--vary trunks=a,b：要写两个"),
        (("sweep", "--staff", "0.5,1"), "0.5 不是整数"),
        (("sweep", "--vary", "colour=1,2"), "there is no such name"),
        (("compare", TINY), "must be two or more"),
        (("compare", TINY, TINY, "--measure", "colour"), "there is no such measure"),
        (("compare", TINY, TINY, "--precision", "asa"), "measure=width"),
    ],
)
def test_what_cannot_be_compared_is_refused(words, said):
    wrong = called(*words)
    assert isinstance(wrong.exception, LabError | InputError) and said in str(wrong.exception)


@pytest.mark.parametrize("option", [("--measure", "colour"), ("--precision", "colour=5%")])
def test_a_measure_misspelt_costs_no_run(monkeypatch, option):
    monkeypatch.setattr("sim.experiment.replicate", lambda *_: pytest.fail("was run"))
    wrong = called("compare", TINY, TINY, *option)
    assert isinstance(wrong.exception, InputError) and "there is no such measure" in str(wrong.exception)


def test_a_study_that_was_stopped_at_once_has_no_rows():
    shop = Experiment(load(TINY), name="a")
    whole = run(shop, StopRule(most=2))
    empty = type(whole)(shop, (), complete=False)
    assert table([whole, empty])["scenario"].unique().tolist() == ["a"]
    assert table([empty, empty]).empty


@pytest.mark.slow
def test_ctrl_c_keeps_what_is_finished(tmp_path: Path):
    out = tmp_path / "part.csv"
    words = ("simulate", "compare", TINY, TINY, "--replications", 100_000, "--out", out)
    code, said = interrupted(*words, of=200_000)
    assert code == 130 and "已中断" in said
    frame = pd.read_csv(io.BytesIO(out.read_bytes()))
    assert (frame.loc[frame["measure"] == "offered", "replications"] >= 1).all()
    assert frame["difference"].isna().all()
