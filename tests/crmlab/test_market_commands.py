"""The commands of the market: what they print, what they write, and how they refuse."""

import builtins
import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from crmlab.commands import assemble
from crmlab.commands.company import _report
from crmlab.errors import LabError, MissingPart
from sim import dataset, tables
from sim.errors import InputError
from sim.market.targets import Finding, targets

pytestmark = pytest.mark.slow  # markets are run by the command

SMALL = ("--customers", "60", "--months", "2")


def run(*words: str) -> Any:
    return CliRunner().invoke(assemble(), list(words))


def test_a_data_set_is_built_and_told(tmp_path: Path) -> None:
    said = run("dataset", "build", "retail", *SMALL, "--out", str(tmp_path / "shop"))
    assert said.exit_code == 0 and "27 个文件 files" in said.output
    assert len(tables.read(tmp_path / "shop" / "customers.parquet", "customers")) >= 60
    assert not (tmp_path / "shop" / "truth").exists()


@pytest.mark.parametrize(
    ("words", "error", "text"),
    [
        (("moon",), InputError, "there is no ready market"),
        (("retail", "--customers", "0"), InputError, "customers = 0: must be a whole number"),
        (("retail", "--months", "0"), InputError, "months = 0: must be a whole number"),
        (("retail", "--lang", "de"), InputError, "lang = 'de'"),
        (("retail", "--format", "pdf"), LabError, "没有这种格式"),
    ],
)
def test_a_wrong_order_is_refused_and_writes_nothing(
    words: tuple[str, ...], error: type[Exception], text: str, tmp_path: Path
) -> None:
    said = run("dataset", "build", *words, "--out", str(tmp_path / "shop"))
    assert isinstance(said.exception, error) and text in str(said.exception)
    assert not (tmp_path / "shop").exists()


def test_what_is_there_is_not_written_over(tmp_path: Path) -> None:
    (tmp_path / "mine.txt").write_text("x")
    said = run("dataset", "build", "retail", *SMALL, "--out", str(tmp_path))
    assert isinstance(said.exception, LabError) and "--force" in str(said.exception)
    assert run("dataset", "build", "retail", *SMALL, "--out", str(tmp_path), "--force").exit_code == 0


def test_a_full_disk_is_told_by_name(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: object, **__: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(tables, "write", full)
    said = run("simulate", "company", *SMALL, "--out", str(tmp_path / "calls"))
    assert isinstance(said.exception, LabError) and "No space left on device" in str(said.exception)
    monkeypatch.setattr(dataset, "write", full)
    said = run("dataset", "build", "retail", *SMALL, "--out", str(tmp_path / "shop"))
    assert isinstance(said.exception, LabError) and "No space left on device" in str(said.exception)


def test_a_format_whose_package_is_missing_says_how_to_get_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = builtins.__import__

    def without(name: str, *rest: Any, **named: Any) -> Any:
        if name == "duckdb":
            raise ImportError("no duckdb", name="duckdb")
        return real(name, *rest, **named)

    monkeypatch.setattr(builtins, "__import__", without)
    said = run("dataset", "build", "retail", *SMALL, "--format", "duckdb", "--out", str(tmp_path / "shop"))
    assert isinstance(said.exception, MissingPart) and "pip install duckdb" in str(said.exception)


def test_a_company_runs_and_keeps_its_calls(tmp_path: Path) -> None:
    said = run("simulate", "company", *SMALL, "--json", "--out", str(tmp_path / "calls"))
    numbers = json.loads(said.output)
    assert numbers["customers"] > 0 and numbers["orders"] > 0
    calls = tables.read(tmp_path / "calls" / "calls.parquet", "calls")
    assert calls["contact_id"].nunique() == numbers["requests"]
    assert "订单 (orders)" in run("simulate", "company", *SMALL).output


def test_the_check_names_every_target_and_ends_badly_when_one_is_missed(
    capsys: pytest.CaptureFixture[str],
) -> None:
    import typer

    good = [Finding(target, target.value) for target in targets()]
    _report(good, as_json=False)
    told = capsys.readouterr().out
    assert all(target.name in told for target in targets()) and "FAIL" not in told
    assert told.count("有争议 disputed") == sum(target.disputed for target in targets())
    with pytest.raises(typer.Exit) as end:
        _report([*good[1:], Finding(good[0].target, -99.0)], as_json=True)
    assert end.value.exit_code == 3
    assert json.loads(capsys.readouterr().out)[-1]["passed"] is False


def test_a_check_of_too_few_is_refused() -> None:
    said = run("simulate", "company", "--check", "--customers", "100")
    assert isinstance(said.exception, InputError) and "needs at least 5000" in str(said.exception)


@pytest.mark.slow
@pytest.mark.skipif(sys.platform == "win32", reason="limits on files are told otherwise there")
@pytest.mark.parametrize("form", ["parquet", "sqlite", "csv", "xlsx", "duckdb"])
def test_a_disk_that_is_really_full_leaves_nothing_half_written(tmp_path: Path, form: str) -> None:
    """The system itself refuses to write more than 6 kB into a file."""
    out = tmp_path / "shop"
    code = (
        "import resource, signal; resource.setrlimit(resource.RLIMIT_FSIZE, (6000, 6000)); "
        "signal.signal(signal.SIGXFSZ, signal.SIG_IGN); from crmlab.commands import main; main()"
    )
    words = ["dataset", "build", "retail", *SMALL, "--out", str(out), "--format", form]
    ran = subprocess.run(
        [
            sys.executable,
            "-B",
            "-c",
            code,
            *words,
        ],  # -B: Python would leave compiled files cut off at the limit
        capture_output=True,
        text=True,
        encoding="utf-8",
    )
    assert ran.returncode == 3 and "写不进去" in ran.stderr + ran.stdout, ran.stderr[-500:]
    assert "Traceback" not in ran.stderr
    assert not out.exists() or not list(out.iterdir())
