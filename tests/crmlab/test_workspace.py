"""Laws of the student's folder: what was delivered comes, what the student made stays."""

import json
import os
import time
from pathlib import Path

import pytest

from crmlab.errors import LabError
from crmlab.workspace import LEDGER, Prepared, find_released, prepare

PROJECT = "project03_phone_service"


@pytest.fixture
def released(tmp_path: Path) -> Path:
    project = tmp_path / "release" / PROJECT
    (project / "data" / "001").mkdir(parents=True)
    (project / "project.toml").write_text('title = "服务电话客户"\n', encoding="utf-8")
    (project / "lab1.ipynb").write_text("{}", encoding="utf-8")
    (project / "data" / "001" / "calls.parquet").write_bytes(b"PAR1")
    (project / "answers.json").write_text("{}", encoding="utf-8")
    return tmp_path / "release"


@pytest.fixture
def workspace(tmp_path: Path) -> Path:
    return tmp_path / "我的 workspace"


def contents(folder: Path) -> dict[str, tuple[bytes, int]]:
    files = [path for path in folder.rglob("*") if path.is_file() and LEDGER.name != path.name]
    return {
        path.relative_to(folder).as_posix(): (path.read_bytes(), path.stat().st_mtime_ns) for path in files
    }


def test_the_first_delivery_brings_everything_but_what_is_the_students(
    released: Path, workspace: Path
) -> None:
    done = prepare(released, workspace)
    assert sorted(done.new) == [
        f"{PROJECT}/data/001/calls.parquet",
        f"{PROJECT}/lab1.ipynb",
        f"{PROJECT}/project.toml",
    ]
    assert (done.updated, done.kept) == ((), ())
    assert not (workspace / PROJECT / "answers.json").exists()


def test_a_second_delivery_changes_nothing(released: Path, workspace: Path) -> None:
    prepare(released, workspace)
    before = contents(workspace)
    assert prepare(released, workspace) == Prepared()
    assert contents(workspace) == before


def test_an_untouched_file_is_updated(released: Path, workspace: Path) -> None:
    prepare(released, workspace)
    (released / PROJECT / "lab1.ipynb").write_text('{"new": 1}', encoding="utf-8")
    assert prepare(released, workspace).updated == (f"{PROJECT}/lab1.ipynb",)
    assert (workspace / PROJECT / "lab1.ipynb").read_text(encoding="utf-8") == '{"new": 1}'


def test_a_students_notebook_survives_every_delivery(released: Path, workspace: Path) -> None:
    prepare(released, workspace)
    notebook = workspace / PROJECT / "lab1.ipynb"
    notebook.write_text("mine", encoding="utf-8")
    assert prepare(released, workspace) == Prepared(), "the release has not changed: nothing to report"
    (released / PROJECT / "lab1.ipynb").write_text("newer", encoding="utf-8")
    for _ in range(2):
        assert prepare(released, workspace) == Prepared(kept=(f"{PROJECT}/lab1.ipynb",))
    assert notebook.read_text(encoding="utf-8") == "mine"


def test_answers_and_plays_are_never_touched(released: Path, workspace: Path) -> None:
    mine = {"answers.json": b"A", "plays/one.json": b"P", "crm.sqlite3": b"S"}
    for root, text in ((released, b"from the release"), (workspace, None)):
        for name, content in mine.items():
            path = root / PROJECT / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(text or content)
    prepare(released, workspace)
    assert {name: (workspace / PROJECT / name).read_bytes() for name in mine} == mine


def test_a_folder_that_already_holds_work_is_respected(released: Path, workspace: Path) -> None:
    (workspace / PROJECT).mkdir(parents=True)
    (workspace / PROJECT / "lab1.ipynb").write_text("from last year", encoding="utf-8")
    (workspace / "notes.txt").write_text("mine", encoding="utf-8")
    assert prepare(released, workspace).kept == (f"{PROJECT}/lab1.ipynb",)
    assert (workspace / PROJECT / "lab1.ipynb").read_text(encoding="utf-8") == "from last year"
    assert (workspace / "notes.txt").exists()


def test_a_file_thrown_away_comes_back_fresh(released: Path, workspace: Path) -> None:
    prepare(released, workspace)
    (workspace / PROJECT / "lab1.ipynb").unlink()
    assert prepare(released, workspace).new == (f"{PROJECT}/lab1.ipynb",)


@pytest.mark.parametrize("ledger", ["", "{", "[]", '{"files": 3}', '{"schema": 1}'])
def test_a_spoilt_ledger_loses_nothing(released: Path, workspace: Path, ledger: str) -> None:
    prepare(released, workspace)
    (workspace / PROJECT / "lab1.ipynb").write_text("mine", encoding="utf-8")
    (workspace / LEDGER).write_text(ledger, encoding="utf-8")
    assert prepare(released, workspace).kept == (f"{PROJECT}/lab1.ipynb",)
    assert (workspace / PROJECT / "lab1.ipynb").read_text(encoding="utf-8") == "mine"
    assert json.loads((workspace / LEDGER).read_text(encoding="utf-8"))["schema"] == 1


def test_a_workspace_that_is_a_file_is_refused_by_name(released: Path, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("x", encoding="utf-8")
    with pytest.raises(LabError, match=r"file（.*--workspace"):
        prepare(released, tmp_path / "file")


@pytest.mark.parametrize(
    ("there", "lang", "found"),
    [
        ([], "zh", None),
        (["grading/release"], "zh", "grading/release"),
        (["grading/release", "released"], "zh", "released"),
        (["grading/release", "grading/release-en"], "en", "grading/release-en"),
        (["grading/release"], "en", "grading/release"),
        (["grading/release-en"], "zh", "grading/release-en"),
    ],
)
def test_the_class_release_is_found_in_order(
    tmp_path: Path, there: list[str], lang: str, found: str | None
) -> None:
    for folder in there:
        (tmp_path / folder / PROJECT).mkdir(parents=True)
        (tmp_path / folder / PROJECT / "project.toml").touch()
    (tmp_path / "released-en").mkdir(exist_ok=True)  # an empty one does not count
    assert find_released(lang, root=tmp_path) == (tmp_path / found if found else None)


def test_self_study_is_released_once_and_again_when_the_lab_changes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from crmlab import release, workspace

    course, home, calls = tmp_path / "course", tmp_path / "demo", []
    (course / PROJECT).mkdir(parents=True)
    (course / PROJECT / "project.toml").write_text("tables = []\n", encoding="utf-8")
    (course / PROJECT / "lab1_x.ipynb").write_text("{}", encoding="utf-8")

    def releaser(project: str, **options: object) -> Path:  # the real one takes a minute; the rule is ours
        calls.append((project, options["demo"], options["lang"]))
        (home / "release" / project).mkdir(parents=True, exist_ok=True)
        (home / "release" / project / "project.toml").write_text("", encoding="utf-8")
        return home / "release" / project

    monkeypatch.setattr(release, "release", releaser)
    monkeypatch.setattr(release, "projects", lambda folder: [PROJECT])
    assert workspace.self_study("zh", home=home, course=course) == home / "release"
    workspace.self_study("zh", home=home, course=course)
    assert calls == [(PROJECT, True, "zh")]
    later = (home / "release" / PROJECT / "project.toml").stat().st_mtime + 10
    os.utime(course / PROJECT / "lab1_x.ipynb", (later, later))
    workspace.self_study("zh", home=home, course=course)
    assert len(calls) == 2


def test_of_two_first_starts_at_once_one_prepares_and_the_other_waits(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    import threading

    from crmlab import release, workspace

    course, home, at_work, calls = tmp_path / "course", tmp_path / "demo", threading.Event(), []
    (course / PROJECT).mkdir(parents=True)
    (course / PROJECT / "lab1_x.ipynb").write_text("{}", encoding="utf-8")

    def releaser(project: str, **options: object) -> Path:
        calls.append(project)
        assert len(calls) == 1, "the second start was not held up"
        at_work.set()
        time.sleep(0.3)
        folder = home / "release" / project
        folder.mkdir(parents=True)
        (folder / "project.toml").write_text("", encoding="utf-8")
        return folder

    monkeypatch.setattr(release, "release", releaser)
    monkeypatch.setattr(release, "projects", lambda folder: [PROJECT])
    first = threading.Thread(
        target=workspace.self_study, args=("zh",), kwargs={"home": home, "course": course}
    )
    first.start()
    assert at_work.wait(10)
    assert workspace.self_study("zh", home=home, course=course) == home / "release"
    first.join()
    assert calls == [PROJECT]
