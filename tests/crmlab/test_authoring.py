"""The two forms of a lab: made alike, with ids that stay, and refused when an author slips."""

from pathlib import Path

import nbformat
import pytest
from typer.testing import CliRunner

from crmlab.authoring import Pair, build, notebook_of, pairs, text_of
from crmlab.errors import LabError

TEXT = """# %% [markdown]
# # Calls

# %% nbgrader={"grade": false, "grade_id": "open", "locked": true, "schema_version": 3, "solution": false}
x = 1

# %% jupyter={"source_hidden": true}
x + 1
"""


@pytest.fixture
def text(tmp_path: Path) -> Path:
    folder = tmp_path / "project01_calls"
    folder.mkdir()
    path = folder / "lab1_calls.py"
    path.write_text(TEXT, encoding="utf-8")
    return path


def test_a_cell_is_known_by_its_grade_id_or_its_place(text: Path) -> None:
    assert [cell["id"] for cell in notebook_of(text).cells] == ["cell-001", "open", "cell-003"]


def test_the_text_comes_back_from_the_notebook(text: Path) -> None:
    assert text_of(notebook_of(text)) == TEXT


def test_a_notebook_is_written_once_and_then_left_alone(text: Path) -> None:
    pair = Pair(text)
    assert build(pair) and not build(pair)
    made = nbformat.read(pair.notebook, as_version=4)
    assert set(made.metadata) == {"kernelspec"}
    text.write_text(TEXT.replace("x = 1", "x = 2"), encoding="utf-8")
    assert build(pair)


def test_labs_are_found_in_order_and_other_files_are_not(text: Path) -> None:
    for name in ("lab2_more.py", "helpers.py", "lab_without_number.py"):
        (text.parent / name).touch()
    found = pairs(text.parents[1])
    assert [pair.text.name for pair in found] == ["lab1_calls.py", "lab2_more.py"]


def test_an_unknown_project_is_named_with_those_there_are(text: Path) -> None:
    with pytest.raises(LabError, match=r"没有名为 project99 的项目；现有的项目：project01_calls"):
        pairs(text.parents[1], project="project99")


def test_keys_out_of_order_are_refused(text: Path) -> None:
    text.write_text(TEXT.replace('"grade": false, "grade_id": "open"', '"grade_id": "open", "grade": false'))
    with pytest.raises(LabError, match=r"lab1_calls\.py：第 2 格标记里的键 .*没有按字母排序"):
        notebook_of(text)


def test_a_grade_id_used_twice_is_refused(text: Path) -> None:
    text.write_text(TEXT + "\n" + TEXT, encoding="utf-8")
    with pytest.raises(LabError, match=r"grade_id open 用了不止一次"):
        notebook_of(text)


def test_the_command_tells_whether_the_course_is_in_step() -> None:
    from crmlab.commands import assemble

    told = CliRunner().invoke(assemble(), ["build", "--check"])
    assert told.exit_code == 0 and "lab1_receiving_calls.ipynb：一致" in told.output
