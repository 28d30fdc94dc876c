"""Project 3, lab 2: the calendar students count on is the true one, and every true answer can be chosen."""

import re

import nbformat

from crmlab import casebook, complaint_answers
from crmlab.places import COURSE
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
