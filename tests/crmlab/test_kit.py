"""The student kit: complete enough to start, and without anything a student must not see."""

import os
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from crmlab.errors import LabError
from crmlab.kit import make_kit
from crmlab.places import ROOT

PROJECT = "project03_phone_service"
SECRET = "this is the course key"


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """A home with everything a home may hold."""
    home = tmp_path / "grading"
    for name in (
        f"release/{PROJECT}/project.toml",
        f"release/{PROJECT}/lab1_receiving_calls.ipynb",
        f"release/{PROJECT}/data/001/calls.parquet",
    ):
        (home / name).parent.mkdir(parents=True, exist_ok=True)
        (home / name).write_text("visible", encoding="utf-8")
    for name in (
        "course.key",
        "roster.csv",
        "gradebook.db",
        "variants/001/truth/causes.parquet",
        f"submitted/S1/{PROJECT}/lab1_receiving_calls.ipynb",
        f"release/{PROJECT}/answers.json",
    ):
        (home / name).parent.mkdir(parents=True, exist_ok=True)
        (home / name).write_text(SECRET, encoding="utf-8")
    return home


def test_the_kit_holds_what_a_start_needs_and_no_secret(home: Path) -> None:
    path = make_kit(home=home)
    assert path == home / "kit" / "crmlab-student.zip"
    with zipfile.ZipFile(path) as kit:
        names = {name.removeprefix("crmlab-student/") for name in kit.namelist()}
        texts = {name: kit.read(name) for name in kit.namelist()}
    assert all(name.startswith("crmlab-student/") for name in texts)
    needed = {"lab.py", "pyproject.toml", "requirements.lock", "crmlab/desk.css", "sim/streams.py"}
    needed |= {
        "datasets/curriculum.toml",
        "locale/en/crmlab.po",
        f"released/{PROJECT}/data/001/calls.parquet",
    }
    assert needed <= names
    assert not {
        name for name in names if name.split("/")[0] in ("course", "tests", "grading", "workspace", ".git")
    }
    assert not [name for name in names if "truth" in Path(name).parts or "__pycache__" in name]
    assert not [name for name, text in texts.items() if SECRET.encode() in text]


def test_every_module_of_the_packages_is_in_the_kit(home: Path) -> None:
    with zipfile.ZipFile(make_kit(home=home)) as kit:
        names = {name.removeprefix("crmlab-student/") for name in kit.namelist()}
    ours = [path for package in ("sim", "crmlab", "grader") for path in (ROOT / package).rglob("*.*")]
    data = {path.relative_to(ROOT).as_posix() for path in ours if "__pycache__" not in path.parts}
    elsewhere = (
        "grader/templates/",
        "crmlab/roleplay/tagging/lines/",
    )  # for teachers, and for training the tagger
    assert data - names == {name for name in data if name.startswith(elsewhere)}


def test_equal_releases_give_equal_kits(home: Path) -> None:
    first = make_kit(home=home).read_bytes()
    assert make_kit(home=home).read_bytes() == first


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_without_a_release_the_kit_is_refused_with_the_cure(tmp_path: Path, lang: str) -> None:
    with pytest.raises(LabError, match=r"python3 lab\.py release"):
        make_kit(home=tmp_path, lang=lang)


RUN_ALL = """
import json, pathlib, sys
import crmlab
assert pathlib.Path(crmlab.__file__).is_relative_to(sys.argv[1]), crmlab.__file__
for notebook in sorted(pathlib.Path().glob("*.ipynb")):
    names = {}
    for cell in json.loads(notebook.read_text(encoding="utf-8"))["cells"]:
        if cell["cell_type"] == "code":
            exec("".join(cell["source"]), names)
"""


@pytest.mark.slow
def test_right_answers_pass_every_check_with_nothing_but_the_kit(tmp_path: Path) -> None:
    from crmlab.demo import hand_in
    from crmlab.release import release

    home = tmp_path / "home"
    released = release(PROJECT, home=home, demo=True, size=1, quiet=True)
    hand_in(home, released, "expert")
    with zipfile.ZipFile(make_kit(home=home)) as kit:
        kit.extractall(tmp_path)
    programs = tmp_path / "crmlab-student"
    project = shutil.copytree(home / "desks" / "expert" / PROJECT, programs / "workspace" / PROJECT)
    shutil.copytree(released / "data", project / "data")
    plain = {name: value for name, value in os.environ.items() if not name.startswith("CRMLAB")}
    run = subprocess.run(
        [sys.executable, "-X", "utf8", "-c", RUN_ALL, str(programs)],
        cwd=project,
        env=plain | {"PYTHONPATH": str(programs)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert run.returncode == 0, run.stderr[-2000:]
    assert run.stdout.count("检查通过") > 20
    assert "✗" not in run.stdout and "没能检查" not in run.stdout and "还没有作答" not in run.stdout
