"""Notebooks of another language: graded by nbclient with the kernel of their own, unprotected and saying so."""

import json
import sys

import nbformat
import pytest
import tiny
from golden import answered

from grader import marking, marks, release
from grader.course import Course
from grader.errors import GraderError
from grader.setting import Setting

KERNEL = {"display_name": "R", "language": "R", "name": "ir_here"}


@pytest.fixture
def in_r(course: Course, tmp_path, monkeypatch) -> Course:
    """The small course for a kernel that calls its language R; what answers is a real kernel, Python's."""
    specs = tmp_path / "jupyter" / "kernels" / KERNEL["name"]
    specs.mkdir(parents=True)
    argv = [sys.executable, "-m", "ipykernel_launcher", "-f", "{connection_file}"]
    (specs / "kernel.json").write_text(json.dumps({"argv": argv, **KERNEL}), encoding="utf-8")
    monkeypatch.setenv("JUPYTER_PATH", str(tmp_path / "jupyter"))
    path = course.source / tiny.PROJECT / tiny.NOTEBOOK
    notebook = nbformat.read(path, as_version=4)
    notebook.metadata["kernelspec"] = KERNEL
    nbformat.write(notebook, path)
    release.generate(course, tiny.PROJECT)
    return course


@pytest.mark.slow
def test_it_is_graded_with_its_own_kernel_only_when_the_teacher_agrees(in_r: Course):
    answered(in_r, "right", answer="total = a + b")
    answered(in_r, "wrong", answer="total = a - b")
    (in_r.step("submitted", "cut", tiny.PROJECT)).mkdir(parents=True)
    (in_r.step("submitted", "cut", tiny.PROJECT) / tiny.NOTEBOOK).write_text("{", encoding="utf-8")
    with pytest.raises(GraderError, match=r"不加保护.*--unsafe"):
        marking.mark(in_r, tiny.PROJECT)
    made = {one.student: one for one in marking.mark(in_r, tiny.PROJECT, setting=Setting(unsafe=True))}
    assert [made[who].score for who in ("right", "wrong", "cut")] == [4, 0, None]
    assert "unprotected" in made["right"].flags and made["cut"].status == "could_not_tell"
    assert marks.load(in_r, tiny.PROJECT) == made
    assert (in_r.step("autograded", "right", tiny.PROJECT) / tiny.NOTEBOOK).exists()
