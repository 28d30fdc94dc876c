"""Project 3, lab 2: the model solution wins, recorded slips lose what they should, and the calendar is the true one."""

import json
import re
import shutil
import tomllib
from collections import Counter
from pathlib import Path
from typing import Any

import nbformat
import pytest
from labs import Bench, about, answers_on_record

from crmlab import casebook, complaint_answers
from crmlab.authoring import body, notebook_of, text_of
from crmlab.places import COURSE, DATASETS
from crmlab.words import load
from sim.streams import Streams
from sim.workdays import Workdays

PROJECT, LAB = "project03_phone_service", "lab2_complaints"
FOLDER = COURSE / PROJECT
CALLS, MODEL = FOLDER / "teacher" / "lab2_calls", FOLDER / "teacher" / "handin"
ANSWERS = answers_on_record(PROJECT, "lab2")
VARIABLES = ("steps", "sort", "due", "settle", "mend")
SEEDS = range(4)


def desk_in(folder: Path) -> Path:
    desk = folder / PROJECT
    desk.mkdir()
    for name in (f"{LAB}.toml", "project.toml"):
        shutil.copy(FOLDER / name, desk)
    return desk


@pytest.fixture(scope="module")
def bench(tmp_path_factory: pytest.TempPathFactory):
    desk = desk_in(tmp_path_factory.mktemp("desk"))
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(desk)
        patch.setenv("CRMLAB_GRADING", "1")
        patch.setenv("CRMLAB_STUDENT", "2026001")
        patch.setenv("CRMLAB_DATA", str(DATASETS / "demo" / "visible"))
        patch.setenv("CRMLAB_TRUTH", str(DATASETS / "demo" / "truth"))
        patch.setenv("CRMLAB_EVIDENCE", str(MODEL))
        yield Bench(FOLDER / f"{LAB}.ipynb")


def cells(kind: str = "") -> list[Any]:
    all_cells = nbformat.read(FOLDER / f"{LAB}.ipynb", as_version=4).cells
    return [cell for cell in all_cells if kind in ("", cell.cell_type)]


def points() -> dict[str, float]:
    return {about(cell)["grade_id"]: about(cell)["points"] for cell in cells() if about(cell).get("grade")}


def told() -> dict[str, Any]:
    labs = tomllib.loads((FOLDER / "project.toml").read_text(encoding="utf-8"))["labs"]
    return next(one for one in labs if one["id"] == LAB)


def test_notebook_and_text_form_are_in_step() -> None:
    kept = nbformat.read(FOLDER / f"{LAB}.ipynb", as_version=4)
    text = (FOLDER / f"{LAB}.py").read_text(encoding="utf-8")
    assert kept == notebook_of(FOLDER / f"{LAB}.py")
    assert text_of(kept) == body(text) == text


def test_points_add_up_to_what_students_are_told() -> None:
    readme = (FOLDER / "README.md").read_text(encoding="utf-8").split("## 任务二")[1]
    assert sum(points().values()) == told()["points"] == 30
    assert "60 分钟，30 分" in readme
    listed = re.findall(r"^\| .+? \| .+? \| ([\d +]+) \|", readme, re.MULTILINE)
    assert sum(int(one) for cell in listed for one in cell.split("+")) == 30
    markdown = "\n".join(cell.source for cell in cells("markdown"))
    for unit, most in (("分", 30), ("分钟", 60)):
        found = re.findall(rf"^## .*（(?:.*?· )?(?:约 )?(\d+) {unit}(?: ·|）)", markdown, re.MULTILINE)
        assert sum(int(one) for one in found) == most, unit


def test_checkpoints_are_the_forms_and_stand_in_the_lesson_plan() -> None:
    checkpoints = told()["checkpoints"]
    assert list(load(FOLDER / f"{LAB}.toml").forms) == checkpoints == list(complaint_answers.FORMS)
    plan = (FOLDER / "teacher" / "lab2_lesson_plan.md").read_text(encoding="utf-8")
    steps = plan.split("课文步骤 → 检查点 → 产出")[1].split("\n## ")[0].split("\n分级的")[0]
    assert set(checkpoints) | {"explain"} == set(re.findall(r"`(\w+)`", steps))


def test_every_id_in_the_code_has_its_words_and_every_word_its_use() -> None:
    words, source = load(FOLDER / f"{LAB}.toml"), (FOLDER / f"{LAB}.py").read_text(encoding="utf-8")
    said = set(re.findall(r'\.say\("(\w+)"', source)) | set(re.findall(r'title="(\w+)"', source))
    assert said == set(words.said)
    asked = {
        (form, name)
        for form, block in re.findall(r'lab\.check\("(\w+)"\) as check:\n((?:    .*\n)+)', source)
        for name in re.findall(r'check\.that\("(\w+)"', block)
    }
    written = {
        (form, name) for form, sentences in words.checks.items() for name in sentences if name != "done"
    }
    assert asked == written
    assert {len(form.hints) for form in words.forms.values()} == {3}


def test_code_carries_no_prose_and_is_folded_but_for_the_sum_to_change() -> None:
    for cell in cells("code"):
        assert not re.search(r"[\u4e00-\u9fff]", cell.source), cell["id"]
    unfolded = [c.source for c in cells("code") if not c.metadata.get("jupyter", {}).get("source_hidden")]
    assert unfolded == ["1000 * (20 - 11) / 100 - 50"]


def test_the_calendar_that_students_count_on_is_the_true_one() -> None:
    text = "\n".join(cell.source for cell in cells("markdown"))
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
        right = complaint_answers.right(casebook.deal(Streams(seed))[2])
        for form in ("steps", "sort", "due", "settle"):
            for line in right[form].values():
                assert all(value in asked[form, name] for name, value in line.items())
        assert set(right["causes"]["three"]) <= asked["causes", "three"]


def test_the_model_solution_loses_nothing_twice(bench: Bench) -> None:
    assert bench.lost() == {} == bench.lost()


@pytest.mark.parametrize("answer", ANSWERS, ids=[f"{n}-{a['why']}" for n, a in enumerate(ANSWERS)])
def test_an_answer_on_record_loses_exactly_its_points(
    bench: Bench, answer: dict, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CRMLAB_EVIDENCE", str(CALLS / answer["calls"] if "calls" in answer else MODEL))
    lost = bench.lost(answer["code"])
    assert {name: type(error) for name, error in lost.items()} == dict.fromkeys(
        answer["loses"], AssertionError
    )


def test_blank_answers_fail_everywhere_by_assertion(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CRMLAB_EVIDENCE", str(CALLS / "none"))
    lost = bench.lost("\n".join(f"{name} = None" for name in VARIABLES))
    assert set(lost) == set(points()) - {"explain"}
    assert {type(error) for error in lost.values()} == {AssertionError}


def test_every_graded_cell_has_three_wrong_answers_and_every_answer_two_right_ways() -> None:
    wrong = Counter(cell for answer in ANSWERS for cell in answer["loses"])
    assert [name for name in points() if name != "explain" and wrong[name] < 3] == []
    right: Counter[str] = Counter()
    for answer in ANSWERS:
        if not answer["loses"]:
            right.update(set(re.findall(r"^(?:.*; )?(\w+) = ", answer["code"], re.MULTILINE)))
            right["calls"] += "calls" in answer
    assert [name for name in (*VARIABLES, "calls") if right[name] < 2] == []


@pytest.mark.slow
@pytest.mark.parametrize("seed", SEEDS)
def test_the_expert_passes_and_the_naive_fails_in_every_casebook(
    seed: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    visible, truth, facts = casebook.deal(Streams(seed))
    for side, tables in (("visible", visible), ("truth", truth)):
        (tmp_path / side).mkdir()
        for name, table in tables.items():
            table.to_parquet(tmp_path / side / f"{name}.parquet", index=False)
    (tmp_path / "truth" / "facts.json").write_text(json.dumps({"cases": facts}), encoding="utf-8")
    desk = desk_in(tmp_path)
    monkeypatch.chdir(desk)
    for name, value in (
        ("CRMLAB_GRADING", "1"),
        ("CRMLAB_STUDENT", "2026001"),
        ("CRMLAB_DATA", str(tmp_path / "visible")),
        ("CRMLAB_TRUTH", str(tmp_path / "truth")),
        ("CRMLAB_EVIDENCE", str(desk)),
    ):
        monkeypatch.setenv(name, value)
    bench = Bench(FOLDER / f"{LAB}.ipynb")
    complaint_answers.telephone(desk, "2026001", well=True)
    assert bench.lost(code_of(complaint_answers.right(facts))) == {}
    shutil.rmtree(desk / "plays")
    complaint_answers.telephone(desk, "2026001", well=False)
    plain = complaint_answers.naive(
        *(visible[name] for name in ("case_lines", "cases_new", "cases_due", "case_causes"))
    )
    assert set(bench.lost(code_of(plain))) == set(points()) - {"explain"}


def code_of(answers: dict[str, Any]) -> str:
    names = {"causes": "mend", "call": "call"}
    return "\n".join(f"{names.get(form, form)} = {answer!r}" for form, answer in answers.items())


@pytest.fixture(scope="module")
def released(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The project released, once for all slow tests."""
    from crmlab.release import release

    home = tmp_path_factory.mktemp("home")
    release(PROJECT, home=home, demo=True, size=1, quiet=True)
    return home / "release" / PROJECT


@pytest.mark.slow
def test_nothing_of_the_teachers_is_in_the_release(released: Path) -> None:
    files = {path.relative_to(released).as_posix() for path in released.rglob("*") if path.is_file()}
    assert {f"{LAB}.ipynb", f"{LAB}.toml"} <= files
    assert not [name for name in files if "teacher" in name or "calls/" in name or "case_values" in name]
    text = (released / f"{LAB}.ipynb").read_text(encoding="utf-8")
    for secret in ("SOLUTION", "HIDDEN", "evidence", "remedies", "slip_", "老周：D1"):
        assert secret not in text


@pytest.mark.slow
def test_the_release_runs_to_its_end_and_each_cell_alone_without_raising(
    released: Path, tmp_path: Path
) -> None:
    from nbclient import NotebookClient

    desk = tmp_path / PROJECT
    shutil.copytree(released, desk)
    notebook = nbformat.read(desk / f"{LAB}.ipynb", as_version=4)
    code = [cell for cell in notebook.cells if cell.cell_type == "code"]
    begin, *others = code
    # top down; then bottom up in the same kernel, as one who goes back; then bottom up in a fresh one
    for order in ([begin, *others, *others[::-1]], [begin, *others[::-1]]):
        cells = [nbformat.v4.new_code_cell(cell.source) for cell in order]
        again = nbformat.v4.new_notebook(cells=cells, metadata=notebook.metadata)
        NotebookClient(again, timeout=120, resources={"metadata": {"path": str(desk)}}).execute()
        outs = [(out.output_type, out.get("name")) for cell in again.cells for out in cell.outputs]
        assert outs and not [out for out in outs if out[0] == "error" or out[1] == "stderr"]
