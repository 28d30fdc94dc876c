"""The page of settings: every name a scenario file may hold is there, with the default of the code."""

import re
from dataclasses import MISSING, fields
from typing import Any

import pytest
from pages import ROOT, Page

from sim.callcenter import options, parts
from sim.scenario import Scenario

PAGE = Page(ROOT / "docs/settings.md")
ROWS = re.findall(r"^\| `([\w.]+)` \| (.*?) \| (.*?) \| (.*?) \| (.*?) \|$", PAGE.text, re.MULTILINE)
TABLES: dict[str, Any] = {
    "ivr": parts.Ivr,
    "patience": parts.Patience,
    "redial": parts.Redial,
    "skills.X": parts.Skill,
    "teams.X": parts.Team,
    **options.SINGLE,
    **options.REPEATED,
}
INSIDE = {"ivr", "patience", "redial", "skills", "teams", "options"}  # tables of their own
OWN = {"skills.X.self_service_share": "that of ivr"}


def told(value: object) -> str:
    """A default as the page says it; nothing where there is none."""
    if value is MISSING:
        return ""
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, tuple):
        return ", ".join(f"{one:g}" for one in value) or "none"
    return f"{value:g}" if isinstance(value, int | float) else (str(value) or "none")


def settings() -> dict[str, str]:
    """Every setting of the code, by the path it has in a file, and its default."""
    made = {f.name.replace("_minutes", "") if f.name in ("opening_minutes", "closing_minutes") else f.name: ""
            for f in fields(Scenario) if f.name not in INSIDE}  # fmt: skip
    made |= {f.name: told(f.default) for f in fields(options.Options) if f.name not in TABLES}
    for table, kind in TABLES.items():
        made |= {f"{table}.{f.name}": told(f.default) for f in fields(kind) if f.name != "name"}
    return made | OWN


def test_every_setting_is_told_once_with_the_default_of_the_code():
    on_page = {path: default for path, _, default, _, _ in ROWS}
    assert len(ROWS) == len(on_page)
    assert on_page == settings()


def test_the_options_class_has_a_table_or_a_plain_name_for_all():
    plain = {f.name for f in fields(options.Options)} - set(TABLES)
    assert plain == {"routing", "next_call", "first_day"}


@pytest.mark.parametrize(
    ("ending", "unit"),
    [
        ("_seconds", "s"),
        ("_share", "0-1"),
        ("_shares", "0-1"),
        ("_hours", "h"),
        ("_minutes", "min"),
        ("_days", "days"),
    ],
)
def test_the_unit_is_that_of_the_name(ending, unit):
    units = {path: one for path, one, _, _, _ in ROWS if path.endswith(ending)}
    assert units and set(units.values()) == {unit}


def test_both_languages_say_something():
    for path, _, _, chinese, english in ROWS:
        assert re.search(r"[\u4e00-\u9fff]", chinese) and english.strip(), path
