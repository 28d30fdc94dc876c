"""What the instructor guide says about plain nbgrader: its commands, as printed, do the whole round of lab 1."""

import csv
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from pages import ROOT, Page

PROJECT, LAB = "project03_phone_service", "lab1_receiving_calls"
LINES = [line for line in Page(ROOT / "docs/instructor-guide.md").shell_lines if "nbgrader" in line]


def test_the_guide_shows_the_three_steps():
    assert [line.split()[1] for line in LINES] == ["generate_assignment", "autograde", "generate_feedback"]
    assert all(line.startswith(".venv/bin/nbgrader ") and PROJECT in line for line in LINES)


@pytest.mark.slow
def test_plain_nbgrader_releases_marks_and_gives_feedback_on_lab_1(tmp_path):
    shutil.copy(ROOT / "nbgrader_config.py", tmp_path)
    shutil.copytree(ROOT / "course" / PROJECT, tmp_path / "course" / PROJECT)
    grading = tmp_path / "grading"
    grading.mkdir()
    (grading / "roster.csv").write_text("id,name,group\nmodel,甲,一\n", encoding="utf-8")

    nbgrader(LINES[0], tmp_path)
    released = grading / "release" / PROJECT
    assert {path.name for path in (released / "data").iterdir()} == {"001", "who.json"}
    for student, folder in (("model", tmp_path / "course" / PROJECT), ("blank", released)):
        handed = grading / "submitted" / student / PROJECT
        handed.mkdir(parents=True)
        shutil.copy(folder / f"{LAB}.ipynb", handed)
    nbgrader(LINES[1], tmp_path)
    nbgrader(LINES[2], tmp_path)
    nbgrader("nbgrader export", tmp_path)
    with (tmp_path / "grades.csv").open(encoding="utf-8") as file:
        grades = {row["student_id"]: (row["score"], row["max_score"]) for row in csv.DictReader(file)}
    assert grades == {"model": ("21.0", "90.0"), "blank": ("0.0", "90.0")}
    assert (grading / "feedback" / "model" / PROJECT / f"{LAB}.html").exists()


def nbgrader(line: str, folder: Path) -> None:
    """Run one line of the guide in `folder`; our environment is not on the path, as in a plain shell."""
    program = shutil.which("nbgrader", path=Path(sys.executable).parent)
    foreign = os.pathsep.join(p for p in os.defpath.split(os.pathsep) if p)
    run = subprocess.run(
        [program, *line.split()[1:]],
        cwd=folder,
        env={**os.environ, "PATH": foreign, "PYTHONPATH": str(ROOT), "HOME": str(folder)},
        capture_output=True,
        text=True,
    )
    assert run.returncode == 0, run.stderr
