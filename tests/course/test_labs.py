"""What holds of every lab from the second on: in step, summed, worded, won by the model, lost by the slips on record."""

import json
import re
import shutil
import tomllib
from collections import Counter
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from types import ModuleType
from typing import Any

import nbformat
import pytest
from labs import Bench, about, answers_on_record, marks, with_crm

from crmlab import complaint_answers, skill_answers, world
from crmlab.authoring import body, notebook_of, text_of
from crmlab.places import COURSE, DATASETS
from crmlab.telephone import ring
from crmlab.words import load

PROJECT = "project03_phone_service"
FOLDER = COURSE / PROJECT
MODEL = FOLDER / "teacher" / "handin"
SEEDS = range(4)


@dataclass(frozen=True)
class Lab:
    """One lab: its id, its heading in the README, the simulated students' answers, and what their variables are called."""

    id: str
    heading: str
    answers: ModuleType
    renamed: dict[str, str]
    ungraded: tuple[str, ...]  # forms that only ask for a guess
    sums: tuple[str, ...]  # the cells to be changed, which are not folded
    secrets: tuple[str, ...]  # what a release must not hold
    levels: tuple[int, ...] = (1,)  # of the call, as the extension asks for them

    @property
    def short(self) -> str:
        return self.id.split("_")[0]

    @property
    def calls(self) -> Path:
        return FOLDER / "teacher" / f"{self.short}_calls"

    @property
    def variables(self) -> list[str]:
        return [self.renamed.get(form, form) for form in self.answers.FORMS if form not in self.ungraded]

    @cached_property
    def record(self) -> list[dict[str, Any]]:
        return answers_on_record(PROJECT, self.short)

    def cells(self, kind: str = "") -> list[Any]:
        all_cells = nbformat.read(FOLDER / f"{self.id}.ipynb", as_version=4).cells
        return [cell for cell in all_cells if kind in ("", cell.cell_type)]

    def points(self) -> dict[str, float]:
        return {
            about(cell)["grade_id"]: about(cell)["points"]
            for cell in self.cells()
            if about(cell).get("grade")
        }

    def told(self) -> dict[str, Any]:
        labs = tomllib.loads((FOLDER / "project.toml").read_text(encoding="utf-8"))["labs"]
        return next(one for one in labs if one["id"] == self.id)

    def code_of(self, answers: dict[str, Any]) -> str:
        return "\n".join(f"{self.renamed.get(form, form)} = {answer!r}" for form, answer in answers.items())


LABS = [
    Lab(
        "lab2_complaints", "## 任务二", complaint_answers, {"causes": "mend", "delay": "late"}, ("call",),
        ("1000 * (32 - 25) / 100 - 50", "(30 - 20) / 100 * 1000 / 2"), ("remedies", "老周：D1", "case_values"),
    ),
    Lab(
        "lab3_phone_skills", "## 任务三", skill_answers, {"self": "seen"}, ("talk", "predict", "levels"),
        ("(200 - 150) * 5 * 8 - 900",), ("good_card", "weak_steps", "老周：我选"),
        levels=(1, 2, 3),
    ),
]  # fmt: skip
every_lab = pytest.mark.parametrize("lab", LABS, ids=lambda lab: lab.short)
every_answer = pytest.mark.parametrize(
    ("lab", "answer"),
    [
        pytest.param(lab, one, id=f"{lab.short}-{n}-{one['why']}", marks=marks(n))
        for lab in LABS
        for n, one in enumerate(lab.record)
    ],
)


def desk_in(folder: Path, lab: Lab) -> Path:
    desk = folder / PROJECT
    desk.mkdir()
    for name in (f"{lab.id}.toml", "project.toml"):
        shutil.copy(FOLDER / name, desk)
    return desk


@pytest.fixture(scope="module")
def benches(tmp_path_factory: pytest.TempPathFactory):
    """Every lab with its model solution, against the committed demo world."""
    made = {}
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("CRMLAB_GRADING", "1")
        patch.setenv("CRMLAB_STUDENT", "2026001")
        patch.setenv("CRMLAB_DATA", str(DATASETS / "demo" / "visible"))
        patch.setenv("CRMLAB_TRUTH", str(DATASETS / "demo" / "truth"))
        patch.setenv("CRMLAB_EVIDENCE", str(MODEL))
        for lab in LABS:
            patch.chdir(desk_in(tmp_path_factory.mktemp("desk"), lab))
            made[lab.id] = Bench(FOLDER / f"{lab.id}.ipynb")
        yield made


@every_lab
def test_notebook_and_text_form_are_in_step(lab: Lab) -> None:
    kept = nbformat.read(FOLDER / f"{lab.id}.ipynb", as_version=4)
    text = (FOLDER / f"{lab.id}.py").read_text(encoding="utf-8")
    assert kept == notebook_of(FOLDER / f"{lab.id}.py")
    assert text_of(kept) == body(text) == text


@every_lab
def test_points_and_minutes_add_up_to_what_students_are_told(lab: Lab) -> None:
    readme = (FOLDER / "README.md").read_text(encoding="utf-8").split(lab.heading)[1].split("\n## ")[0]
    told = lab.told()
    assert sum(lab.points().values()) == told["points"] == 30
    extra = {
        about(c)["grade_id"]: c.metadata["crmlab"]["bonus"] for c in lab.cells() if "crmlab" in c.metadata
    }
    assert sum(extra.values()) == told["bonus"] == 3 and not any(lab.points()[name] for name in extra)
    assert f"附加 {told['bonus']} 分" in readme
    assert f"{told['minutes']} 分钟，{told['points']} 分" in readme
    listed = re.findall(r"^\| .+? \| .+? \| ([\d +]+) \|", readme, re.MULTILINE)
    assert sum(int(one) for cell in listed for one in cell.split("+")) == told["points"]
    markdown = "\n".join(cell.source for cell in lab.cells("markdown"))
    for unit, most in (("分", told["points"]), ("分钟", told["minutes"])):
        found = re.findall(rf"^## .*（(?:.*?· )?(?:约 )?(\d+) {unit}(?: ·|）)", markdown, re.MULTILINE)
        assert sum(int(one) for one in found) == most, unit


@pytest.mark.parametrize("short", ["lab1", "lab2", "lab3"])
def test_the_teacher_has_every_page_of_a_lab(short: str) -> None:
    pages = ("lesson_plan", "rubric", "role_cards", "report_form")
    for page in pages:
        text = (FOLDER / "teacher" / f"{short}_{page}.md").read_text(encoding="utf-8")
        assert text.startswith("# ") and "|" in text, page
    plan = (FOLDER / "teacher" / f"{short}_lesson_plan.md").read_text(encoding="utf-8")
    assert f"{short}_role_cards.md" in plan and f"{short}_rubric.md" in plan


@every_lab
def test_checkpoints_are_the_forms_and_stand_in_the_lesson_plan(lab: Lab) -> None:
    checkpoints = lab.told()["checkpoints"] + lab.told()["extension"]
    assert list(load(FOLDER / f"{lab.id}.toml").forms) == checkpoints == list(lab.answers.FORMS)
    plan = (FOLDER / "teacher" / f"{lab.short}_lesson_plan.md").read_text(encoding="utf-8")
    table = plan.split("课文步骤 → 检查点 → 产出")[1].split("\n## ")[0]
    steps = "\n".join(line for line in table.splitlines() if line.startswith("|"))
    assert set(checkpoints) | {"explain"} == set(re.findall(r"`(\w+)`", steps))


@every_lab
def test_every_id_in_the_code_has_its_words_and_every_word_its_use(lab: Lab) -> None:
    words, source = load(FOLDER / f"{lab.id}.toml"), (FOLDER / f"{lab.id}.py").read_text(encoding="utf-8")
    said = set(re.findall(r'\.say\("(\w+)"', source)) | set(re.findall(r'title="(\w+)"', source))
    said |= {
        name for name in words.said if name.endswith(("_columns", "_rows"))
    }  # asked for by the tables' module
    assert said == set(words.said)
    asked = {
        (form, name)
        for form, block in re.findall(r'lab\.check\("(\w+)"\) as check:\n((?:    .*\n)+)', source)
        for name in re.findall(r'check\.that\("(\w+)"', block)
    }
    if "check.that(told," in source:
        parts = ("opening", "question", "back", "refusal")
        asked |= {("card", told) for part in parts for told in (part, f"{part}_hurts")}
    written = {
        (form, name) for form, sentences in words.checks.items() for name in sentences if name != "done"
    }
    assert asked == written
    assert {len(form.hints) for form in words.forms.values()} == {3}


@every_lab
def test_code_carries_no_prose_and_is_folded_but_for_the_sum_to_change(lab: Lab) -> None:
    for cell in lab.cells("code"):
        assert not re.search(r"[\u4e00-\u9fff]", cell.source), cell["id"]
    folded = [bool(c.metadata.get("jupyter", {}).get("source_hidden")) for c in lab.cells("code")]
    unfolded = [c.source for c, hidden in zip(lab.cells("code"), folded, strict=True) if not hidden]
    assert unfolded == list(lab.sums)


@pytest.mark.slow
@every_lab
def test_the_model_solution_loses_nothing_twice(lab: Lab, benches: dict[str, Bench]) -> None:
    assert benches[lab.id].lost() == {} == benches[lab.id].lost()


@every_answer
def test_an_answer_on_record_loses_exactly_its_points(
    lab: Lab, answer: dict, benches: dict[str, Bench], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    evidence = lab.calls / answer["calls"] if "calls" in answer else MODEL
    if "crm" in answer:
        evidence = with_crm(evidence, tmp_path, ("sort", "due"), answer["crm"])
    monkeypatch.setenv("CRMLAB_EVIDENCE", str(evidence))
    lost = benches[lab.id].lost(answer["code"])
    assert {name: type(error) for name, error in lost.items()} == dict.fromkeys(
        answer["loses"], AssertionError
    )


@every_lab
def test_blank_answers_fail_everywhere_by_assertion(
    lab: Lab, benches: dict[str, Bench], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CRMLAB_EVIDENCE", str(lab.calls / "none"))
    lost = benches[lab.id].lost("\n".join(f"{name} = None" for name in lab.variables))
    assert set(lost) == set(lab.points()) - {"explain"}
    assert {type(error) for error in lost.values()} == {AssertionError}


@every_lab
def test_every_graded_cell_has_three_wrong_answers_and_every_answer_two_right_ways(lab: Lab) -> None:
    wrong = Counter(cell for answer in lab.record for cell in answer["loses"])
    assert [name for name in lab.points() if name != "explain" and wrong[name] < 3] == []
    right: Counter[str] = Counter()
    for answer in lab.record:
        if answer["why"].startswith("对："):
            right.update(set(re.findall(r"^(?:.*; )?(\w+) = ", answer["code"], re.MULTILINE)))
            right["calls"] += "calls" in answer
    assert [name for name in (*lab.variables, "calls") if right[name] < 2] == []


@pytest.fixture(scope="module")
def worlds(tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    """The first accepted worlds, written as a class has them."""
    folders: list[Path] = []
    for seed in range(50):
        made = world.build(seed)
        if made.accepted:
            folders.append(tmp_path_factory.mktemp("world"))
            world.write(made, folders[-1])
        if len(folders) == len(SEEDS):
            break
    return folders


@pytest.mark.slow
@pytest.mark.parametrize("n", SEEDS)
@every_lab
def test_the_expert_passes_and_the_naive_fails_in_every_world(
    lab: Lab, n: int, worlds: list[Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    home, desk = worlds[n], desk_in(tmp_path, lab)
    facts = json.loads((home / "truth" / "facts.json").read_text(encoding="utf-8"))
    monkeypatch.chdir(desk)
    for name, value in (
        ("CRMLAB_GRADING", "1"),
        ("CRMLAB_STUDENT", "2026001"),
        ("CRMLAB_DATA", str(home / "visible")),
        ("CRMLAB_TRUTH", str(home / "truth")),
        ("CRMLAB_EVIDENCE", str(desk)),
    ):
        monkeypatch.setenv(name, value)
    for level in lab.levels:
        for scenario in lab.answers.CALLS:
            ring(desk, scenario, "2026001", well=True, level=level)
    bench = Bench(FOLDER / f"{lab.id}.ipynb")
    assert bench.lost(lab.code_of(lab.answers.of("expert", facts, home / "visible"))) == {}
    shutil.rmtree(desk / "plays")
    for scenario in lab.answers.CALLS:
        ring(desk, scenario, "2026001", well=False)
    naive = lab.answers.of("nobody", facts, home / "visible")
    assert set(bench.lost(lab.code_of(naive))) == set(lab.points()) - {"explain"}


@pytest.fixture(scope="module")
def released(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The project released, once for all slow tests."""
    from crmlab.release import release

    home = tmp_path_factory.mktemp("home")
    release(PROJECT, home=home, demo=True, size=1, quiet=True)
    return home / "release" / PROJECT


@pytest.mark.slow
@every_lab
def test_nothing_of_the_teachers_is_in_the_release(lab: Lab, released: Path) -> None:
    files = {path.relative_to(released).as_posix() for path in released.rglob("*") if path.is_file()}
    assert {f"{lab.id}.ipynb", f"{lab.id}.toml"} <= files
    assert not [name for name in files if "teacher" in name or "calls/" in name or "case_values" in name]
    text = (released / f"{lab.id}.ipynb").read_text(encoding="utf-8")
    for secret in ("SOLUTION", "HIDDEN", "evidence", "slip_", *lab.secrets):
        assert secret not in text


@pytest.mark.slow
@every_lab
def test_the_release_runs_to_its_end_and_each_cell_alone_without_raising(
    lab: Lab, released: Path, tmp_path: Path
) -> None:
    from nbclient import NotebookClient

    desk = tmp_path / PROJECT
    shutil.copytree(released, desk)
    notebook = nbformat.read(desk / f"{lab.id}.ipynb", as_version=4)
    code = [cell for cell in notebook.cells if cell.cell_type == "code"]
    begin, *others = code
    # top down; then bottom up in the same kernel, as one who goes back; then bottom up in a fresh one
    for order in ([begin, *others, *others[::-1]], [begin, *others[::-1]]):
        cells = [nbformat.v4.new_code_cell(cell.source) for cell in order]
        again = nbformat.v4.new_notebook(cells=cells, metadata=notebook.metadata)
        NotebookClient(again, timeout=120, resources={"metadata": {"path": str(desk)}}).execute()
        outs = [(out.output_type, out.get("name")) for cell in again.cells for out in cell.outputs]
        assert outs and not [out for out in outs if out[0] == "error" or out[1] == "stderr"]
