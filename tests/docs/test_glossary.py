"""Every code name of the glossary is a name in the code, and every column of a call has its word."""

import dataclasses
import re

import pytest
from pages import ROOT, Page

from crmlab import key, variants
from grader import course
from sim import metrics, tables, theory

PAGE = Page(ROOT / "docs/glossary.md")
ROW = re.compile(r"^\| `([\w.]+)` \| (.+?) \| (.+?) \|", re.MULTILINE)
SECTIONS = {
    words.split(" · ")[0]: ROW.findall(text)
    for words, text in re.findall(r"^## ([^\n]+)\n(.*?)(?=^## |\Z)", PAGE.text, re.MULTILINE | re.DOTALL)
}


def columns() -> set[str]:
    return {column for name in tables.tables() for column in tables.columns(name)}


def values(table: str, column: str) -> set[str]:
    return {value for c in tables.table(table).columns if c.name == column for value in c.values}


def names(module: object) -> set[str]:
    """Return the public names of a module, and the fields of its dataclasses."""
    public = {name: thing for name, thing in vars(module).items() if not name.startswith("_")}
    fields = {
        f.name
        for thing in public.values()
        if dataclasses.is_dataclass(thing)
        for f in dataclasses.fields(thing)
    }
    return set(public) | fields


CODE = {
    "People and things": lambda: columns(),
    "The six parts": lambda: values("trace", "part"),
    "The life of a call": lambda: columns() | values("calls", "outcome"),
    "The board": lambda: names(metrics),
    "Formulas": lambda: names(theory),
}


@pytest.mark.parametrize("section", CODE)
def test_code_names_are_names_in_the_code(section):
    told = [code for code, _, _ in SECTIONS[section]]
    assert told and [code for code in told if code not in CODE[section]()] == []


def test_the_steps_of_a_hand_in_are_the_folders_of_a_home(tmp_path):
    told = {code for code, _, _ in SECTIONS["The course's life"]}
    key.ensure(tmp_path)
    made = {path.name for path in tmp_path.iterdir()}
    assert told - set(course.STEPS) - made == {variants.Pool(tmp_path).folder.name}


def test_every_outcome_and_every_part_is_explained():
    told = {code for rows in SECTIONS.values() for code, _, _ in rows}
    assert (values("calls", "outcome") | values("trace", "part")) - told == set()


def test_every_column_of_a_call_is_explained_here_or_is_the_name_of_its_part():
    told = {code for rows in SECTIONS.values() for code, _, _ in rows}
    assert set(tables.columns("calls")) - told == {"day"}


def test_every_word_has_both_languages():
    for rows in SECTIONS.values():
        for code, english, chinese in rows:
            assert english.strip(), code
            assert re.search(r"[\u4e00-\u9fff]|VIP", chinese), code
