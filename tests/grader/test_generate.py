"""Release through nbgrader: what students must not get."""

import pytest
import tiny

from grader import release
from grader.course import Course
from grader.errors import GraderError


@pytest.mark.slow
def test_no_solution_hidden_test_or_teachers_file_is_released(course: Course) -> None:
    folder = release.generate(course, tiny.PROJECT)
    assert sorted(path.name for path in folder.rglob("*")) == [tiny.NOTEBOOK, "lab1_sum.toml", "project.toml"]
    notebook = (folder / tiny.NOTEBOOK).read_text(encoding="utf-8")
    assert "a + b" not in notebook
    assert "secret_answer" not in notebook
    assert "因为加法" not in notebook
    assert "# ✎" in notebook


def test_an_unknown_project_is_refused_with_the_known_ones(course: Course) -> None:
    with pytest.raises(GraderError, match=r"project99_none.*project01_tiny"):
        release.generate(course, "project99_none")


@pytest.mark.slow
def test_a_notebook_that_nbgrader_refuses_is_named_with_the_reason(course: Course) -> None:
    path = course.source / tiny.PROJECT / tiny.NOTEBOOK
    path.write_text(path.read_text(encoding="utf-8").replace("### END SOLUTION", ""), encoding="utf-8")
    with pytest.raises(GraderError, match=r"project01_tiny 不能发布：.*no end solution"):
        release.generate(course, tiny.PROJECT)


def test_the_root_configuration_and_ours_name_the_same_folders() -> None:
    from crmlab.places import COURSE, GRADING

    config = Course(COURSE, GRADING).config().CourseDirectory
    assert config.source_directory == "course"
    assert config.autograded_directory == "grading/autograded"
