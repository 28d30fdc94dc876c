"""`crmlab simulate callcenter` with replications: reports, contact lists from files, interrupts and full disks."""

import json
import re
import resource
import subprocess
import sys

import pandas as pd
import pytest
import typer
from on_a_screen import interrupted
from typer.testing import CliRunner

from crmlab.commands import simulate
from crmlab.errors import LabError
from crmlab.places import ROOT
from sim import tables
from sim.errors import InputError

SHOP = ROOT / "tests/data/sim/tiny_shop.toml"


def call(*words):
    """Return what the command prints; raise what it raises."""
    app = typer.Typer()
    simulate.add_to(app)
    result = CliRunner().invoke(app, ["simulate", "callcenter", "--scenario", str(SHOP), *map(str, words)])
    if result.exception is not None and not isinstance(result.exception, SystemExit):
        raise result.exception
    assert result.exit_code == 0, result.output
    return result.output


@pytest.fixture(scope="module")
def written(tmp_path_factory):
    out = tmp_path_factory.mktemp("many") / "out"
    said = call("--replications", 4, "--days", 2, "--warm-up", 1, "--out", out, "--report", "--trace")
    return out, said


def test_replications_are_written_and_told_with_their_intervals(written):
    out, said = written
    assert "4 次" in said and "±" in said
    long = tables.read(out / "replications.parquet", "replications")
    summary = json.loads((out / "summary.json").read_text(encoding="utf-8"))
    wide = long.pivot(index="replication", columns="measure", values="value")
    assert list(wide.index) == [1, 2, 3, 4]
    assert summary["measures"]["asa"]["mean"] == pytest.approx(wide["asa"].mean())
    assert summary["complete"] and summary["replications"] == 4


def test_the_tables_are_those_of_the_first_replication(written):
    out, _said = written
    calls = tables.read(out / "calls.parquet", "calls")
    long = tables.read(out / "replications.parquet", "replications").set_index(["replication", "measure"])
    assert sorted(calls["day"].unique()) == [2, 3]  # day 1 warmed up
    assert (calls["outcome"] == "answered").sum() == long.loc[(1, "answered"), "value"]


@pytest.mark.parametrize(
    ("lang", "words"), [("zh", ["服务水平", "放弃率"]), ("en", ["Service level", "Agents"])]
)
def test_the_report_is_one_page_that_needs_nothing_else(tmp_path, lang, words):
    call("--out", tmp_path, "--report", "--lang", lang)
    page = (tmp_path / "report.html").read_text(encoding="utf-8")
    assert all(word in page for word in words)
    assert page.count("<svg") == 6 and "<script" not in page
    assert not re.search(r"""(src|href)=["'](?!#)|url\((?!#)|@import""", page)
    if lang == "en":
        assert not re.search(r"[一-鿿]", re.sub(r"<style>.*?</style>|font[^;\"]*", "", page))


def test_a_run_is_as_long_as_it_has_to_be():
    said = json.loads(call("--precision", "asa=40%", "--replications", 60, "--json"))
    assert 3 < said["replications"] < 60
    assert said["measures"]["asa"]["half_width"] <= 0.4 * said["measures"]["asa"]["mean"]


def test_a_contact_list_from_a_file_gives_the_same_day(tmp_path):
    call("--days", 2, "--out", tmp_path / "own")
    contacts = tmp_path / "own/contacts.parquet"
    pd.read_parquet(contacts).to_csv(tmp_path / "list.csv", index=False)
    for path in (contacts, tmp_path / "list.csv"):
        out = tmp_path / path.suffix
        call("--contacts", path, "--out", out)
        assert (out / "calls.parquet").read_bytes() == (tmp_path / "own/calls.parquet").read_bytes()


@pytest.fixture(scope="module")
def contact_list(written):
    return pd.read_parquet(written[0] / "contacts.parquet")


BAD_LISTS = {
    "sort by at": lambda df: df.iloc[[1, 0, *range(2, len(df))]],
    "appears twice": lambda df: pd.concat([df, df.iloc[:1]]),
    r"skill = 'sales'.*order, repair": lambda df: df.assign(skill="sales"),
    "missing skill": lambda df: df.drop(columns="skill"),
    "outside opening hours": lambda df: df.assign(at=df["at"] + 40_000),
    "at least one": lambda df: df.iloc[:0],
    "contact_id": lambda df: df.assign(contact_id=-1 - df["contact_id"]),
    "table contacts: .*at": lambda df: df.assign(at=float("nan")),
}


@pytest.mark.parametrize("rule", BAD_LISTS)
def test_a_bad_contact_list_is_refused_by_name_and_leaves_nothing(tmp_path, contact_list, rule):
    BAD_LISTS[rule](contact_list).to_csv(tmp_path / "bad.csv", index=False)
    with pytest.raises(InputError, match=rule) as refusal:
        call("--contacts", tmp_path / "bad.csv", "--out", tmp_path / "out")
    assert "bad.csv" in str(refusal.value) and "; " in str(refusal.value)
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize(
    ("name", "content"),
    [("none.csv", None), ("odd.parquet", b"odd"), ("odd.csv", b"\xff\xfe\x00"), ("empty.csv", b"")],
)
def test_a_file_that_is_no_list_is_refused(tmp_path, name, content):
    if content is not None:
        (tmp_path / name).write_bytes(content)
    with pytest.raises(InputError, match=r"contacts = .*; "):
        call("--contacts", tmp_path / name)


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("--report",), "--out"),
        (("--lang", "fr"), "fr"),
        (("--contacts", "list.csv", "--replications", 3), "--contacts"),
        (("--precision", "asa"), "precision = 'asa'"),
        (("--precision", "happiness=5%"), "measure = 'happiness'"),
        (("--replications", 2, "--workers", -1), "workers = -1"),
    ],
)
def test_words_that_cannot_be_done_are_refused(words, said):
    with pytest.raises((LabError, InputError), match=said):
        call(*words)


def crmlab(*words, **options):
    # -B: on a disk that is full Python would leave compiled files that are cut off
    command = [sys.executable, "-B", "-m", "crmlab", "simulate", "callcenter", "--scenario", str(SHOP)]
    return subprocess.Popen([*command, *map(str, words)], cwd=ROOT, stdout=subprocess.PIPE, **options)


@pytest.mark.slow
@pytest.mark.parametrize("workers", [1, 2])
def test_control_c_keeps_what_is_finished(tmp_path, workers):
    words = ("simulate", "callcenter", "--scenario", SHOP, "--replications", 100_000, "--workers", workers)
    code, said = interrupted(*words, "--out", tmp_path / "out", of=100_000)
    assert code == 130 and "interrupted" in said
    summary = json.loads((tmp_path / "out/summary.json").read_text(encoding="utf-8"))
    assert not summary["complete"] and 1 <= summary["replications"] < 100_000
    long = tables.read(tmp_path / "out/replications.parquet", "replications")
    assert long["replication"].nunique() == summary["replications"]


@pytest.mark.slow
def test_a_disk_that_is_full_is_told_in_one_sentence_and_leaves_no_partial_file(tmp_path):
    def small_disk():
        resource.setrlimit(resource.RLIMIT_FSIZE, (9_000, 9_000))

    (tmp_path / "old").mkdir()
    (tmp_path / "old/summary.json").write_text("kept")
    for out in ("new", "old"):
        ran = crmlab(
            "--days", 30, "--out", tmp_path / out, "--force", stderr=subprocess.PIPE, preexec_fn=small_disk
        )
        _said, refusal = ran.communicate(timeout=60)
        assert ran.returncode == 3, refusal.decode()
        assert "--out" in refusal.decode() and "Traceback" not in refusal.decode()
    assert not (tmp_path / "new").exists()
    assert [path.name for path in (tmp_path / "old").iterdir()] == ["summary.json"]
    assert (tmp_path / "old/summary.json").read_text() == "kept"


def test_a_contact_is_told_about_in_words_and_in_json(tmp_path):
    call("--out", tmp_path)
    number = int(pd.read_parquet(tmp_path / "contacts.parquet")["contact_id"].iloc[0])
    said = call("--story", number)
    assert f"联络 {number} 的经过" in said
    assert json.loads(call("--story", number, "--json"))["story"] in said
    with pytest.raises(InputError, match="contact_id = 7"):
        call("--story", 7)
