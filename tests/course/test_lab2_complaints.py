"""Project 3, lab 2: the calendar students count on is the true one, and every true answer can be chosen."""

import re
from types import SimpleNamespace

import nbformat
import pandas as pd
import pytest

from crmlab import cards, casebook, complaint_answers
from crmlab.checks import Check
from crmlab.places import COURSE, DATASETS
from crmlab.words import load
from sim.streams import Streams
from sim.workdays import Workdays

FOLDER = COURSE / "project03_phone_service"
LAB = "lab2_complaints"


def test_the_calendar_that_students_count_on_is_the_true_one() -> None:
    cells = nbformat.read(FOLDER / f"{LAB}.ipynb", as_version=4).cells
    text = "\n".join(cell.source for cell in cells if cell.cell_type == "markdown")
    days = re.findall(r"(\d\d-\d\d)( 休| 班)? (?=\|)", text)
    calendar = Workdays(casebook.FIRST_DAY)
    assert len(days) == 28
    for n, (day, mark) in enumerate(days):
        assert f"{calendar.date(n):%m-%d}" == day
        weekend = n % 7 >= 5
        assert calendar.is_open(n) == (mark == " 班" if weekend else mark != " 休"), day


def test_the_worked_example_of_a_deadline_is_right() -> None:
    assert Workdays(casebook.FIRST_DAY).date(casebook.due_day(4, "ordinary")).isoformat() == "2026-09-22"


def test_every_true_answer_can_be_chosen() -> None:
    words = load(FOLDER / f"{LAB}.toml")
    asked = {
        (form, field.name): {value for value, _ in field.options}
        for form, spec in words.forms.items()
        for field in spec.fields
        if field.options
    }
    for seed in range(30):
        tables, _truth, facts = casebook.deal(Streams(seed))
        right = complaint_answers.right(facts, tables["case_history"])
        for form in ("steps", "sort", "due", "settle"):
            for line in right[form].values():
                assert all(value in asked[form, name] for name, value in line.items())
        assert set(right["causes"]["three"]) <= asked["causes", "three"]


@pytest.mark.parametrize(
    ("cell", "table", "answer", "first"),
    [
        ("sort_severity", "cases_new", "sort", "all_cases"),
        ("due_plain", "cases_due", "due", "all_days"),
    ],
)
def test_a_record_left_out_in_the_crm_is_told_and_not_stumbled_over(
    cell: str, table: str, answer: str, first: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(cards, "show", lambda *_: None)
    cells = nbformat.read(FOLDER / f"{LAB}.ipynb", as_version=4).cells
    source = next(one.source for one in cells if one.metadata.get("nbgrader", {}).get("grade_id") == cell)
    check = Check(words=load(FOLDER / f"{LAB}.toml"), form=answer, answered=True)
    rows = pd.read_parquet(DATASETS / "demo" / "visible" / f"{table}.parquet")
    lab = SimpleNamespace(check=lambda form: check)
    names = {"lab": lab, "new": rows, "mine": rows, answer: {}}
    exec(source.split("### BEGIN HIDDEN TESTS")[0], names)
    assert (check.verdict, check.failed[0], check.trouble) == ("failed", first, "")
