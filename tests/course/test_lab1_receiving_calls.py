"""Project 3, lab 1: the model solution wins, recorded slips lose what they should, and nothing leaks."""

import re
import shutil
import tomllib
from collections import Counter
from pathlib import Path

import nbformat
import pytest
from labs import Bench, answers_on_record

from crmlab.authoring import body, notebook_of
from crmlab.places import COURSE, DATASETS
from crmlab.words import load

PROJECT, LAB = "project03_phone_service", "lab1_receiving_calls"
FOLDER = COURSE / PROJECT
ANSWERS = answers_on_record(PROJECT, "lab1")


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
        yield Bench(FOLDER / f"{LAB}.ipynb")


def points() -> dict[str, float]:
    cells = nbformat.read(FOLDER / f"{LAB}.ipynb", as_version=4).cells
    graded = [cell.metadata["nbgrader"] for cell in cells if cell.metadata.get("nbgrader", {}).get("grade")]
    return {about["grade_id"]: about["points"] for about in graded}


def test_notebook_and_text_form_are_in_step() -> None:
    kept = nbformat.read(FOLDER / f"{LAB}.ipynb", as_version=4)
    assert kept == notebook_of(FOLDER / f"{LAB}.py")
    assert body((FOLDER / f"{LAB}.py").read_text(encoding="utf-8")).startswith("# %% [markdown]")


def test_the_notebook_is_in_normal_form() -> None:
    cells = nbformat.read(FOLDER / f"{LAB}.ipynb", as_version=4).cells
    assert not any(cell.get("outputs") or cell.get("execution_count") for cell in cells)
    assert max(Counter(cell["id"] for cell in cells).values()) == 1


def test_points_add_up_to_what_students_are_told() -> None:
    about = tomllib.loads((FOLDER / "project.toml").read_text(encoding="utf-8"))["labs"][0]
    assert sum(points().values()) == about["points"] == 28
    assert f"{about['minutes']} 分钟，{about['points']} 分" in (FOLDER / "README.md").read_text(encoding="utf-8")


def test_checkpoints_are_the_forms_and_stand_in_the_lesson_plan() -> None:
    about = tomllib.loads((FOLDER / "project.toml").read_text(encoding="utf-8"))["labs"][0]
    assert list(load(FOLDER / f"{LAB}.toml").forms) == about["checkpoints"]
    plan = (FOLDER / "teacher" / "lab1_lesson_plan.md").read_text(encoding="utf-8")
    assert set(about["checkpoints"]) == set(re.findall(r"\| `(\w+)` \|", plan))


def test_every_id_in_the_code_has_its_words() -> None:
    words, source = load(FOLDER / f"{LAB}.toml"), (FOLDER / f"{LAB}.py").read_text(encoding="utf-8")
    for name in re.findall(r'\.say\("(\w+)"', source):
        assert words.said[name]
    for form, block in re.findall(r'lab\.check\("(\w+)"\) as check:\n((?:    .*\n)+)', source):
        for name in re.findall(r'check\.that\("(\w+)"', block):
            assert words.check_sentence(form, name)


def test_code_cells_carry_no_prose() -> None:
    for cell in nbformat.read(FOLDER / f"{LAB}.ipynb", as_version=4).cells:
        if cell.cell_type == "code":
            assert not re.search(r"[\u4e00-\u9fff]", cell.source), cell["id"]


def test_the_model_solution_loses_nothing(bench: Bench) -> None:
    assert bench.lost() == set()


@pytest.mark.parametrize("answer", ANSWERS, ids=[f"{n}-{a['why']}" for n, a in enumerate(ANSWERS)])
def test_an_answer_on_record_loses_exactly_its_points(bench: Bench, answer: dict) -> None:
    assert bench.lost(answer["code"]) == set(answer["loses"])


def test_every_graded_cell_has_three_wrong_answers_and_two_right_ways() -> None:
    wrong = Counter(cell for answer in ANSWERS for cell in answer["loses"])
    assert {name: wrong[name] >= 3 for name in points() if name != "explain"} == dict.fromkeys(
        set(points()) - {"explain"}, True
    )
    right = Counter(answer["code"].strip().split(" ")[0] for answer in ANSWERS if not answer["loses"])
    assert sum(right.values()) >= 2 * 6


@pytest.mark.slow
def test_the_whole_circle_with_the_real_marker(tmp_path: Path) -> None:
    from crmlab.release import release
    from crmlab.seat import environment
    from grader.course import Course
    from grader.marking import mark

    released = release(PROJECT, home=tmp_path, demo=True, size=1, quiet=True)
    files = {str(path.relative_to(released)) for path in released.rglob("*") if path.is_file()}
    assert not [name for name in files if name.endswith(".py") or "teacher" in name or "truth" in name]
    text = (released / f"{LAB}.ipynb").read_text(encoding="utf-8")
    for secret in ("SOLUTION", "HIDDEN", "evidence", "solvers"):
        assert secret not in text
    for student, notebook in (("model", FOLDER), ("blank", released)):
        handed = tmp_path / "submitted" / student / PROJECT
        handed.mkdir(parents=True)
        shutil.copy(notebook / f"{LAB}.ipynb", handed)
    marks = mark(Course(COURSE, tmp_path), PROJECT, environment=lambda who: environment(tmp_path, who))
    assert {one.student: (one.status, one.score) for one in marks} == {
        "blank": ("graded", 0.0),
        "model": ("graded", 23.0),
    }


@pytest.mark.slow
def test_the_release_runs_to_its_end_without_raising(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from nbclient import NotebookClient

    from crmlab.release import release

    released = release(PROJECT, home=tmp_path, demo=True, size=1, quiet=True)
    notebook = nbformat.read(released / f"{LAB}.ipynb", as_version=4)
    NotebookClient(notebook, timeout=120, resources={"metadata": {"path": str(released)}}).execute()
    errors = [out for cell in notebook.cells for out in cell.get("outputs", []) if out.output_type in ("error",)]
    assert errors == []
