"""The page on scenario files: its example loads, and every refusal it lists is the one that comes."""

import copy
import re
import tomllib
from pathlib import Path

import pytest
from pages import ROOT, Page
from typer.testing import CliRunner

from crmlab.commands import assemble
from sim.errors import InputError
from sim.scenario import Scenario

PAGE = Page(ROOT / "docs/scenarios.md")
EXAMPLE = tomllib.loads(PAGE.of("toml")[0])
REFUSALS = re.findall(r"^\| `([\w.]+)` \| `(.+?)` \| (.+?) \|$", PAGE.text, re.MULTILINE)


def changed(path: str, value: str) -> dict:
    """Return the example with one setting changed; `value` as a TOML file would say it."""
    plain = copy.deepcopy(EXAMPLE)
    *outer, last = path.split(".")
    inside = plain
    for step in outer:
        inside = inside[step]
    inside[last] = tomllib.loads(f"value = {value}")["value"]
    return plain


def test_the_example_is_a_scenario():
    assert Scenario.from_plain(EXAMPLE).expected_calls == 160


def test_the_options_shown_fit_the_example():
    told = Scenario.from_plain(EXAMPLE | tomllib.loads(PAGE.of("toml")[1]))
    assert told.options.routing == "most_idle" and told.options.first_day == "2026-09-01"
    assert told.options.crew and told.options.week and told.options.bursts and told.options.breaks


@pytest.mark.parametrize(("path", "value", "rule"), REFUSALS)
def test_a_refusal_says_name_and_rule(path, value, rule):
    with pytest.raises(InputError) as refusal:
        Scenario.from_plain(changed(path, value), "small_desk.toml")
    said = str(refusal.value)
    assert said.startswith("small_desk.toml: ") and rule in said and path.split(".")[-1] in said


def test_the_sentence_quoted_is_the_sentence_said():
    quoted = re.search(r"^> (.+)$", PAGE.text, re.MULTILINE)[1]
    with pytest.raises(InputError) as refusal:
        Scenario.from_plain(changed("closing", '"08:00"'), "small_desk.toml")
    assert str(refusal.value) == quoted


def test_every_missing_name_is_refused_by_name():
    for name in EXAMPLE:
        without = {key: value for key, value in EXAMPLE.items() if key != name}
        with pytest.raises(InputError, match=f"{name} = .missing."):
            Scenario.from_plain(without, "small_desk.toml")


def test_the_commands_of_the_page_do_what_it_says(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    Path("small_desk.toml").write_text(PAGE.of("toml")[0], encoding="utf-8")
    for words in PAGE.commands:
        assert CliRunner().invoke(assemble(), words).exit_code == 0
    made = {path.name for path in (tmp_path / "five_days").iterdir()}
    tables = {f"{name}.parquet" for name in ("calls", "contacts", "presence", "trace", "replications")}
    assert made == tables | {"summary.json"}
