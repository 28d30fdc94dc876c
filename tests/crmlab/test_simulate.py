"""`crmlab simulate callcenter`: tables and a summary in a folder, and nothing overwritten."""

import json

import pytest
import typer
from typer.testing import CliRunner

from crmlab.commands import simulate
from crmlab.errors import LabError
from sim import metrics, tables
from sim.errors import InputError


def call(*words):
    app = typer.Typer()
    simulate.add_to(app)
    return CliRunner().invoke(app, ["simulate", "callcenter", *map(str, words)])


def told(*words):
    """Return what the command prints; raise what it raises."""
    result = call(*words)
    if result.exception is not None and not isinstance(result.exception, SystemExit):
        raise result.exception
    assert result.exit_code == 0, result.output
    return result.output


def test_a_run_writes_tables_and_summary(tmp_path):
    out = tmp_path / "five" / "days"
    said = told("--days", 2, "--seed", 3, "--out", out, "--trace")
    assert "服务水平 (service level)" in said and str(out) in said.replace("\n", "")
    tables_made = {f"{name}.parquet" for name in ("calls", "contacts", "presence", "trace", "replications")}
    names = tables_made | {"summary.json"}
    assert {path.name for path in out.iterdir()} == names
    calls = tables.read(out / "calls.parquet", "calls")
    summary = json.loads((out / "summary.json").read_text(encoding="utf-8"))
    assert sorted(calls["day"].unique()) == [1, 2] == [one["day"] for one in summary["by_day"]]
    assert summary["board"]["service_level"] == metrics.service_level(calls)
    assert set(tables.read(out / "contacts.parquet", "contacts")["contact_id"]) == set(calls["contact_id"])


def test_json_is_the_summary_and_the_seed_decides_it():
    first, again, other = (json.loads(told("--seed", seed, "--json")) for seed in (1, 1, 2))
    assert first == again and first["board"] != other["board"]


def test_an_absent_measure_is_null_in_json(tmp_path):
    path = tmp_path / "nobody.toml"
    source = (simulate.Path(__file__).parents[1] / "data/sim/tiny_shop.toml").read_text(encoding="utf-8")
    path.write_text(source.replace("[60, 80]", "[0, 0]"), encoding="utf-8")
    board = json.loads(told("--scenario", path, "--json"))["board"]
    assert board["offered"] == 0 and board["service_level"] is None
    assert "—" in told("--scenario", path)


def test_nothing_is_overwritten_unless_asked(tmp_path):
    kept = tmp_path / "notes.txt"
    kept.write_text("mine")
    with pytest.raises(LabError, match="--force"):
        told("--out", tmp_path)
    told("--out", tmp_path, "--force", "--trace")
    told("--out", tmp_path, "--force")
    names = {path.name for path in tmp_path.iterdir()}
    tables_made = {f"{name}.parquet" for name in ("calls", "contacts", "presence", "replications")}
    assert names == {"notes.txt", "summary.json"} | tables_made
    assert kept.read_text() == "mine"


def test_a_file_in_the_way_is_refused(tmp_path):
    (tmp_path / "out").write_text("")
    with pytest.raises(LabError, match="是一个文件"):
        told("--out", tmp_path / "out")


def test_a_folder_that_cannot_be_written_is_one_sentence(tmp_path):
    (tmp_path / "file").write_text("")
    with pytest.raises(LabError, match="写不进去"):
        told("--out", tmp_path / "file" / "inside")


def test_an_unknown_scenario_is_answered_with_the_ready_ones():
    with pytest.raises(InputError, match="retail_hotline"):
        told("--scenario", "shop")


@pytest.mark.parametrize("words", [("--days", 0), ("--seed", -1), ("--days", "many")])
def test_words_that_are_off_end_in_code_2(words):
    assert call(*words).exit_code == 2
