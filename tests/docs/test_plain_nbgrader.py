"""What the instructor guide says about plain nbgrader: its commands work in the repository as printed."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
import tiny
from pages import ROOT, Page

LINES = [line for line in Page(ROOT / "docs/instructor-guide.md").shell_lines if "nbgrader" in line]


def test_the_guide_shows_the_three_steps():
    assert [line.split()[1] for line in LINES] == ["generate_assignment", "autograde", "generate_feedback"]
    assert all(line.startswith(".venv/bin/nbgrader ") for line in LINES)


@pytest.mark.slow
def test_a_release_by_plain_nbgrader(tmp_path):
    tiny.course(tmp_path)
    shutil.copy(ROOT / "nbgrader_config.py", tmp_path)
    program = shutil.which("nbgrader", path=Path(sys.executable).parent)
    foreign = os.pathsep.join(p for p in os.defpath.split(os.pathsep) if p)  # our environment is not on it
    run = subprocess.run(
        [program, *LINES[0].replace("project03_phone_service", tiny.PROJECT).split()[1:]],
        cwd=tmp_path,
        env={**os.environ, "PATH": foreign, "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
    )
    assert run.returncode == 0, run.stderr
    assert (tmp_path / "grading/release" / tiny.PROJECT / tiny.NOTEBOOK).exists()
