import csv
import json
import subprocess
import sys
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from crmlab import complaint_answers, demo, skill_answers
from crmlab.errors import LabError
from crmlab.places import COURSE, DATASETS
from crmlab.words import Field, FormSpec, load

LAB = COURSE / demo.PROJECT / f"{demo.LAB}.toml"
VISIBLE = DATASETS / "demo" / "visible"


@pytest.fixture(scope="module")
def facts() -> dict[str, Any]:
    return dict(json.loads((DATASETS / "demo" / "truth" / "facts.json").read_text(encoding="utf-8")))


@pytest.mark.parametrize("ability", [name for name in demo.ABILITIES if name != "blank"])
def test_an_answer_is_one_that_the_form_can_give(ability: str, facts: dict[str, Any]) -> None:
    forms = load(LAB).forms
    answers = demo.answers_of(ability, facts, VISIBLE)
    assert set(answers) == set(forms)
    for name, answer in answers.items():
        for line in answer.values() if forms[name].rows else [answer]:
            assert _can_be_given(forms[name], line), (name, line)


def test_abilities_are_right_where_the_table_says_and_nowhere_else(facts: dict[str, Any]) -> None:
    right = demo.right_answers(facts, VISIBLE)
    for ability, forms in demo.ABILITIES.items():
        answers = demo.answers_of(ability, facts, VISIBLE)
        assert {form for form, answer in answers.items() if answer == right[form]} == set(forms)
    assert demo.answers_of("blank", facts, VISIBLE) == {}


@pytest.mark.parametrize("lab", [complaint_answers, skill_answers], ids=lambda lab: lab.LAB)
def test_later_labs_are_answered_as_their_forms_can(lab: ModuleType, facts: dict[str, Any]) -> None:
    forms = load(COURSE / demo.PROJECT / f"{lab.LAB}.toml").forms
    right = lab.of("expert", facts, VISIBLE)
    for ability, known in lab.ABILITIES.items():
        answers = lab.of(ability, facts, VISIBLE)
        # what one thinks of one's own call may be the same word in both
        same = {form for form, answer in answers.items() if answer == right[form]}
        assert same - set(known) <= {"self"} and set(known) <= same
        for name, answer in answers.items():
            for line in answer.values() if forms[name].rows else [answer]:
                assert _can_be_given(forms[name], line), (name, line)


def test_a_folder_of_somebody_else_ends_in_one_sentence_and_a_code(tmp_path: Path) -> None:
    (tmp_path / "mine.txt").touch()
    said = subprocess.run(
        [sys.executable, "-m", "crmlab", "demo", "--home", str(tmp_path)],
        capture_output=True,
        text=True,
        encoding="utf-8",
    )
    assert said.returncode == 3 and "--home" in said.stderr and said.stderr.count("\n") == 1


def test_a_file_is_no_home(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(LabError, match="是一个文件"):
        demo.prepare_home(tmp_path / "file")


def test_a_folder_that_the_demo_did_not_make_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "grades.csv").write_text("mine", encoding="utf-8")
    with pytest.raises(LabError, match="--home"):
        demo.prepare_home(tmp_path)
    assert (tmp_path / "grades.csv").read_text(encoding="utf-8") == "mine"


def test_an_earlier_demo_is_replaced(tmp_path: Path) -> None:
    demo.prepare_home(tmp_path / "demo")
    (tmp_path / "demo" / "old").touch()
    demo.prepare_home(tmp_path / "demo")
    assert [path.name for path in (tmp_path / "demo").iterdir()] == [demo.MARKER]


def test_the_seed_picks_the_day_that_is_shown() -> None:
    assert demo._a_day(1) == demo._a_day(1) != demo._a_day(2)


@pytest.mark.slow
def test_the_whole_circle_ranks_students_by_what_they_know(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(
        demo, "ABILITIES", {name: demo.ABILITIES[name] for name in ("expert", "weak", "blank")}
    )
    told: list[str] = []
    paths = demo.run(tmp_path / "demo", 3, told.append)
    with paths.grades.open(encoding="utf-8-sig") as file:
        scores = {row["student_id"]: float(row["score"]) for row in csv.DictReader(file)}
    assert set(scores) == {"expert", "weak", "blank"}
    assert scores["expert"] == 3 * (25 + 3) and scores["blank"] == 0 and 0 < scores["weak"] < 23
    waiting = {line.split()[0] for line in told if line.endswith("3 题等老师批改")}
    assert waiting == {"expert", "weak"}
    assert paths.report.is_file() and paths.feedback.is_file()


def _can_be_given(form: FormSpec, line: dict[str, Any]) -> bool:
    fields = {field.name: field for field in form.fields}
    return set(line) == set(fields) and all(_fits(fields[name], value) for name, value in line.items())


def _fits(field: Field, value: Any) -> bool:
    options = {option for option, _ in field.options}
    if field.kind == "choice":
        return value in options
    if field.kind == "many":
        return set(value) <= options
    if field.kind == "text":
        return isinstance(value, str) and bool(value)
    numbers = value if field.kind == "blocks" else [value]
    blocks = len(field.blocks) or 1
    least, most = field.min or 0, field.max or 0
    return len(numbers) == blocks and all(least <= number <= most for number in numbers)
