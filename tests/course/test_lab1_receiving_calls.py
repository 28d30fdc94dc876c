"""Project 3, lab 1: the model solution wins, recorded slips lose what they should, and nothing leaks."""

import json
import re
import shutil
import tomllib
from collections import Counter
from pathlib import Path
from typing import Any

import nbformat
import pytest
from labs import Bench, about, answers_on_record, marks, with_crm

from crmlab.authoring import body, notebook_of, text_of
from crmlab.places import COURSE, DATASETS
from crmlab.words import load

PROJECT, LAB = "project03_phone_service", "lab1_receiving_calls"
FOLDER = COURSE / PROJECT
ANSWERS = answers_on_record(PROJECT, "lab1")
CALLS, MODEL = FOLDER / "teacher" / "lab1_calls", FOLDER / "teacher" / "handin"
FORMS = ("parts", "path", "board", "register", "special", "plan", "halves")


@pytest.fixture(scope="module")
def bench(tmp_path_factory: pytest.TempPathFactory):
    desk = tmp_path_factory.mktemp("desk") / PROJECT
    desk.mkdir()
    for name in (f"{LAB}.toml", "project.toml"):
        shutil.copy(FOLDER / name, desk)
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(desk)
        patch.setenv("CRMLAB_GRADING", "1")
        patch.setenv("CRMLAB_STUDENT", "2026001")
        patch.setenv("CRMLAB_DATA", str(DATASETS / "demo" / "visible"))
        patch.setenv("CRMLAB_TRUTH", str(DATASETS / "demo" / "truth"))
        patch.setenv("CRMLAB_EVIDENCE", str(MODEL))
        yield Bench(FOLDER / f"{LAB}.ipynb")


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A home with the project released, once for all slow tests."""
    from crmlab.release import release

    home = tmp_path_factory.mktemp("home")
    release(PROJECT, home=home, demo=True, size=1, quiet=True)
    return home


def cells(kind: str = "") -> list[Any]:
    all_cells = nbformat.read(FOLDER / f"{LAB}.ipynb", as_version=4).cells
    return [cell for cell in all_cells if kind in ("", cell.cell_type)]


def points() -> dict[str, float]:
    return {about(cell)["grade_id"]: about(cell)["points"] for cell in cells() if about(cell).get("grade")}


def lab_of_the_project() -> dict[str, Any]:
    return dict(tomllib.loads((FOLDER / "project.toml").read_text(encoding="utf-8"))["labs"][0])


def test_notebook_and_text_form_are_in_step() -> None:
    kept = nbformat.read(FOLDER / f"{LAB}.ipynb", as_version=4)
    text = (FOLDER / f"{LAB}.py").read_text(encoding="utf-8")
    assert kept == notebook_of(FOLDER / f"{LAB}.py")
    assert text_of(kept) == body(text) == text


def test_the_notebook_is_in_normal_form() -> None:
    assert not any(cell.get("outputs") or cell.get("execution_count") for cell in cells())
    assert max(Counter(cell["id"] for cell in cells()).values()) == 1
    graded = [about(cell) for cell in cells() if about(cell)]
    assert max(Counter(one["grade_id"] for one in graded).values()) == 1
    assert all(list(one) == sorted(one) for one in graded)


def test_points_add_up_to_what_students_are_told() -> None:
    lab, readme = (
        lab_of_the_project(),
        (FOLDER / "README.md").read_text(encoding="utf-8").split("## 任务二")[0],
    )
    assert sum(points().values()) == lab["points"] == 30
    extra = {
        about(cell)["grade_id"]: cell.metadata["crmlab"]["bonus"]
        for cell in cells()
        if "crmlab" in cell.metadata
    }
    assert sum(extra.values()) == lab["bonus"] == 3 and not any(points()[name] for name in extra)
    assert f"{lab['minutes']} 分钟，{lab['points']} 分" in readme
    told = re.findall(r"^\| .+? \| .+? \| ([\d +]+) \|", readme, re.MULTILINE)
    assert sum(int(one) for cell in told for one in cell.split("+")) == 30
    markdown = "\n".join(cell.source for cell in cells("markdown"))
    assert sum(int(one) for one in re.findall(r"^## .*（(\d+) 分", markdown, re.MULTILINE)) == 30


def test_checkpoints_are_the_forms_and_stand_in_the_lesson_plan() -> None:
    checkpoints = lab_of_the_project()["checkpoints"] + lab_of_the_project()["extension"]
    assert list(load(FOLDER / f"{LAB}.toml").forms) == checkpoints
    plan = (FOLDER / "teacher" / "lab1_lesson_plan.md").read_text(encoding="utf-8")
    steps = plan.split("课文步骤 → 检查点 → 产出")[1].split("\n## ")[0]
    assert set(checkpoints) | {"explain"} == set(re.findall(r"`(\w+)`", steps))


def test_every_id_in_the_code_has_its_words_and_every_word_its_use() -> None:
    words, source = load(FOLDER / f"{LAB}.toml"), (FOLDER / f"{LAB}.py").read_text(encoding="utf-8")
    said = set(re.findall(r'\.say\("(\w+)"', source)) | set(re.findall(r'title="(\w+)"', source))
    said |= {"asked_columns", "compared_columns"}  # asked for by the tables' module
    assert said == set(words.said)
    asked = {
        (form, name)
        for form, block in re.findall(r'lab\.check\("(\w+)"\) as check:\n((?:    .*\n)+)', source)
        for name in re.findall(r'check\.that\("(\w+)"', block)
    }
    written = {(form, name) for form, told in words.checks.items() for name in told if name != "done"}
    assert asked == written


def test_every_form_has_three_hints() -> None:
    assert {len(form.hints) for form in load(FOLDER / f"{LAB}.toml").forms.values()} == {3}


def test_a_hidden_test_says_what_slipped_and_gives_no_answer_away() -> None:
    words, facts = load(FOLDER / f"{LAB}.toml"), DATASETS / "demo" / "truth" / "facts.json"
    known = json.loads(facts.read_text(encoding="utf-8"))
    secrets = [
        known["worst_hour"],
        f"{known['story']['wait_s']:.0f}",
        f"{known['staffing']['expert']['hours']:g}",
    ]
    for name in [name for name in words.said if name.startswith("slip_")]:
        assert not [secret for secret in secrets if secret in words.said[name]], name
    for cell in cells("code"):
        if about(cell).get("grade"):
            hidden = cell.source.split("### BEGIN HIDDEN TESTS")[1]
            asserts = re.findall(r"^ *assert .*$", hidden, re.MULTILINE)
            assert asserts and all('lab.words.say("slip_' in line for line in asserts), cell["id"]


def test_code_cells_carry_no_prose() -> None:
    for cell in cells("code"):
        assert not re.search(r"[\u4e00-\u9fff]", cell.source), cell["id"]


def test_code_is_folded_but_where_a_number_is_to_be_changed() -> None:
    unfolded = [c.source for c in cells("code") if not c.metadata.get("jupyter", {}).get("source_hidden")]
    assert unfolded == ["100 * 2 / 4"]


def test_the_model_solution_loses_nothing_twice(bench: Bench) -> None:
    assert bench.lost() == {} == bench.lost()


@pytest.mark.parametrize(
    "answer", [pytest.param(a, id=f"{n}-{a['why']}", marks=marks(n)) for n, a in enumerate(ANSWERS)]
)
def test_an_answer_on_record_loses_exactly_its_points(
    bench: Bench, answer: dict, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    evidence = CALLS / answer["calls"] if "calls" in answer else MODEL
    if "crm" in answer:
        evidence = with_crm(evidence, tmp_path, ("register",), answer["crm"])
    monkeypatch.setenv("CRMLAB_EVIDENCE", str(evidence))
    lost = bench.lost(answer["code"])
    assert {name: type(error) for name, error in lost.items()} == dict.fromkeys(
        answer["loses"], AssertionError
    )


def test_blank_answers_fail_everywhere_by_assertion(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CRMLAB_EVIDENCE", str(CALLS / "none"))
    lost = bench.lost("\n".join(f"{form} = None" for form in FORMS))
    assert set(lost) == set(points()) - {"explain"}
    assert {type(error) for error in lost.values()} == {AssertionError}


def test_every_graded_cell_has_three_wrong_answers_and_every_form_two_right_ways() -> None:
    wrong = Counter(cell for answer in ANSWERS for cell in answer["loses"])
    assert [name for name in points() if name != "explain" and wrong[name] < 3] == []
    names = [(re.findall(r"^(\w+) = ", answer["code"], re.MULTILINE) or ["calls"])[-1] for answer in ANSWERS]
    right = Counter(name for name, answer in zip(names, ANSWERS, strict=True) if not answer["loses"])
    assert [form for form in (*FORMS, "calls") if right[form] < 2] == []


@pytest.mark.slow
def test_nothing_of_the_teachers_is_in_the_release(home: Path) -> None:
    released = home / "release" / PROJECT
    files = {path.relative_to(released).as_posix() for path in released.rglob("*") if path.is_file()}
    assert {f"{LAB}.ipynb", f"{LAB}.toml", "project.toml", "README.md"} <= files
    assert not [name for name in files if name.endswith(".py") or "teacher" in name or "truth" in name]
    text = (released / f"{LAB}.ipynb").read_text(encoding="utf-8")
    for secret in ("SOLUTION", "HIDDEN", "evidence", "solvers", "slip_", "老周：我建议"):
        assert secret not in text
    assert all(cell.source.strip() for cell in nbformat.reads(text, as_version=4).cells)


@pytest.mark.slow
def test_the_real_marker_gives_the_model_all_and_a_blank_nothing(home: Path) -> None:
    from crmlab.judging import Truth
    from crmlab.seat import environment, setting
    from grader.course import Course
    from grader.marking import mark

    for student, notebook in (("model", FOLDER), ("blank", home / "release" / PROJECT)):
        handed = home / "submitted" / student / PROJECT
        handed.mkdir(parents=True)
        shutil.copy(notebook / f"{LAB}.ipynb", handed)
    shutil.copytree(MODEL / "plays", home / "submitted" / "model" / PROJECT / "plays")
    # a student's process cannot look at the truth, as the author's own solution does here
    facts = Truth(Path(environment(home, "model")["CRMLAB_TRUTH"])).facts
    lines = {
        one["call_id"]: {"type": one["type"], "now": "now", "next_step": one["next_step"]}
        for one in facts["cards"]
    }
    path = home / "submitted" / "model" / PROJECT / f"{LAB}.ipynb"
    notebook = nbformat.read(path, as_version=4)
    (cell,) = [one for one in notebook.cells if about(one).get("grade_id") == "register_answer"]
    cell.source = f"register = {lines!r}"
    nbformat.write(notebook, path)
    marks = mark(Course(COURSE, home), PROJECT, setting=setting(home, unsafe=True))
    assert {one.student: (one.status, one.score) for one in marks} == {
        "blank": ("graded", 0.0),
        "model": ("graded", 28.0),
    }
    marked = nbformat.read(home / "autograded" / "blank" / PROJECT / f"{LAB}.ipynb", as_version=4)
    raised = {
        about(cell)["grade_id"]: out.ename
        for cell in marked.cells
        for out in cell.get("outputs", [])
        if out.output_type == "error"
    }
    assert raised == dict.fromkeys(set(points()) - {"explain"}, "AssertionError")


@pytest.mark.slow
def test_the_release_runs_to_its_end_without_raising(home: Path, tmp_path: Path) -> None:
    from nbclient import NotebookClient

    desk = tmp_path / PROJECT
    shutil.copytree(home / "release" / PROJECT, desk)
    notebook = nbformat.read(desk / f"{LAB}.ipynb", as_version=4)
    NotebookClient(notebook, timeout=120, resources={"metadata": {"path": str(desk)}}).execute()
    kinds = [(out.output_type, out.get("name")) for cell in notebook.cells for out in cell.get("outputs", [])]
    assert not [kind for kind in kinds if kind[0] == "error" or kind[1] == "stderr"]
