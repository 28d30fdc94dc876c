"""The teacher's commands, from release to the table of grades, on a class of three."""

import json
import os
import shutil
from pathlib import Path

import nbformat
import pytest
import tiny
from typer import Typer
from typer.testing import CliRunner

from crmlab import seat
from crmlab.commands import classroom
from crmlab.errors import LabError, PartlyDone
from crmlab.handin import collect, submit
from crmlab.release import release
from crmlab.variants import Pool
from grader.errors import GraderError, SomeNotGraded


@pytest.fixture
def app(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Typer:
    monkeypatch.setattr(classroom, "COURSE", tiny.course(tmp_path))
    monkeypatch.setattr("crmlab.release.projects", lambda course=None: [tiny.PROJECT])
    typer_app = Typer()
    classroom.add_to(typer_app)
    return typer_app


def run(app: Typer, *words: object) -> str:
    result = CliRunner().invoke(app, [str(word) for word in words])
    if result.exception and not isinstance(result.exception, SystemExit):
        raise result.exception
    assert result.exit_code == 0, result.output
    return result.stdout


def work(folder: Path, released: Path, answer: str, student: str) -> Path:
    project = folder / student / tiny.PROJECT
    project.mkdir(parents=True)
    notebook = nbformat.read(released / tiny.NOTEBOOK, as_version=4)
    notebook.cells[2].source = answer
    nbformat.write(notebook, project / tiny.NOTEBOOK)
    return submit(folder / student, tiny.PROJECT, student)


@pytest.mark.slow
def test_the_whole_round(app: Typer, tmp_path: Path) -> None:
    home, box = tmp_path / "home", tmp_path / "box"
    box.mkdir()
    (tmp_path / "class.csv").write_text("学号,姓名\n2401,王一\n2402,李二\n", encoding="gb18030")
    run(app, "roster", "import", tmp_path / "class.csv", "--home", home)
    course = tmp_path / "course"
    released = release(tiny.PROJECT, home=home, course=course, demo=True, world=tiny.world, quiet=True)
    shutil.copy(work(tmp_path, released, "total = a + b", "2401"), box)
    shutil.copy(work(tmp_path, released, "total = 6", "2402"), box)
    rows = collect(box, home, course=course)
    assert [row.status for row in rows] == ["collected", "collected"]

    told = run(app, "grade", tiny.PROJECT, "--home", home)
    assert "2401  已评分  4" in told and "2402  已评分  0" in told
    assert "反馈页：2 页" in told and "班级报告：" in told
    outcome = json.loads(run(app, "grade", tiny.PROJECT, "--home", home, "--json"))
    assert [row["score"] for row in outcome] == [4, 0]
    assert len(run(app, "feedback", tiny.PROJECT, "--home", home).splitlines()) == 2
    assert run(app, "report", tiny.PROJECT, "--home", home).strip().endswith(".html")
    assert "grades.csv" in run(app, "export", tmp_path / "grades.csv", "--home", home)

    (home / "submitted" / "2402" / tiny.PROJECT / tiny.NOTEBOOK).write_text("{", encoding="utf-8")
    with pytest.raises(SomeNotGraded, match="2 份作业里有 1 份评不出分：2402"):
        run(app, "grade", tiny.PROJECT, "--home", home)


def test_a_broken_hand_in_ends_collecting_with_its_name(app: Typer, tmp_path: Path) -> None:
    (tmp_path / "box").mkdir()
    (tmp_path / "box" / "a.zip").write_bytes(b"PK")
    with pytest.raises(PartlyDone, match=r"1 个压缩包里有 1 个没有收：a\.zip"):
        run(app, "collect", tmp_path / "box", "--home", tmp_path / "home")
    assert (PartlyDone.exit_code, SomeNotGraded.exit_code) == (4, 4)


@pytest.mark.parametrize("command", ["release", "grade", "feedback", "report"])
def test_an_unknown_project_is_refused_with_the_known_ones(app: Typer, tmp_path: Path, command: str) -> None:
    with pytest.raises(LabError, match=r"project99_none.*project01_tiny"):
        run(app, command, "project99_none", "--home", tmp_path / "home")


@pytest.mark.parametrize(
    ("slip", "said"), [(("--due", "soon"), "soon 读不出来"), (("--late", "-5"), "0 到 100")]
)
def test_a_slip_about_lateness_is_told_before_a_class_gets_its_data(
    app: Typer, tmp_path: Path, slip: tuple[str, str], said: str
) -> None:
    with pytest.raises(GraderError, match=said):
        run(app, "release", tiny.PROJECT, *slip, "--home", tmp_path / "home")
    assert not (tmp_path / "home").exists()


def test_submit_takes_the_id_from_the_notebook(app: Typer, tmp_path: Path) -> None:
    folder = tmp_path / "workspace" / tiny.PROJECT
    folder.mkdir(parents=True)
    (folder / tiny.NOTEBOOK).write_text("{}", encoding="utf-8")
    (folder / "answers.json").write_text('{"student": "2401"}', encoding="utf-8")
    assert f"2401_{tiny.PROJECT}.zip" in run(
        app, "submit", tiny.PROJECT, "--workspace", tmp_path / "workspace"
    )


def test_the_kernel_is_told_its_students_world(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    pool = Pool(tmp_path)
    pool.ensure_key(demo=True)
    pool.build(2, world=tiny.world, processes=1, quiet=True)
    wanted = seat.environment(tmp_path, "guest")
    assert wanted["CRMLAB_TRUTH"] == str(pool.truth(pool.variant_of("guest").nnn))
    for name in wanted:
        monkeypatch.setenv(name, "")
    notebook = tmp_path / "submitted" / "guest" / tiny.PROJECT / tiny.NOTEBOOK
    seat.before_autograde(tmp_path, assignment=tiny.PROJECT, student="*", notebooks=[str(notebook)])
    assert {name: os.environ[name] for name in wanted} == wanted


def test_without_worlds_plain_nbgrader_is_stopped_with_the_cure(tmp_path: Path) -> None:
    notebook = str(tmp_path / "submitted" / "guest" / tiny.PROJECT / tiny.NOTEBOOK)
    with pytest.raises(SystemExit, match="请先发布一个项目"):
        seat.before_autograde(tmp_path, assignment=tiny.PROJECT, student="*", notebooks=[notebook])
    with pytest.raises(SystemExit, match=r"course\.key"):
        seat.after_release(tmp_path, assignment=tiny.PROJECT, student=".", notebooks=[])
    (tmp_path / "gradebook.db").touch()
    with pytest.raises(SystemExit, match=r"密钥 course\.key 不见了"):
        seat.before_nbgrader(tmp_path)


def test_without_its_key_a_gradebook_is_refused(app: Typer, tmp_path: Path) -> None:
    (tmp_path / "gradebook.db").touch()
    with pytest.raises(LabError, match=r"密钥 course\.key 不见了.*从备份放回"):
        run(app, "grade", tiny.PROJECT, "--home", tmp_path)
