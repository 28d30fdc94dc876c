"""The keys of a student's desk: typing where no cell is open changes no cell, and a note can still be written."""

import json
from pathlib import Path

import pytest
from browser import desk, needs_browser

PROJECT, LAB = "project03_phone_service", "lab1_receiving_calls"


@pytest.fixture
def workspace(tmp_path: Path) -> Path:
    """A workspace with one lab: a question and the cell for the answer."""
    import nbformat
    from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook

    project = tmp_path / "实训" / PROJECT
    project.mkdir(parents=True)
    about = f'title = "服务电话客户"\n[[labs]]\nid = "{LAB}"\ntitle = "任务一"\ncheckpoints = ["parts"]\n'
    (project / "project.toml").write_text(about, encoding="utf-8")
    cells = [new_markdown_cell("# 写给老周的话"), new_markdown_cell("(在这里写)"), new_code_cell("1 + 1")]
    kernel = {"name": "python3", "display_name": "Python 3", "language": "python"}
    nbformat.write(new_notebook(cells=cells, metadata={"kernelspec": kernel}), project / f"{LAB}.ipynb")
    return tmp_path / "实训"


def kept(workspace: Path) -> list[tuple[str, str]]:
    cells = json.loads((workspace / PROJECT / f"{LAB}.ipynb").read_text(encoding="utf-8"))["cells"]
    return [(cell["cell_type"], "".join(cell["source"])) for cell in cells]


@pytest.mark.slow
@needs_browser
def test_typing_beside_a_note_changes_no_cell_and_a_note_is_kept(workspace: Path) -> None:
    from playwright.sync_api import expect

    before = kept(workspace)
    with desk(workspace, "zh") as (page, url, _outside):
        page.set_default_timeout(30_000)
        page.goto(url)
        page.locator(".crmlab-go a").first.click()
        note = page.locator(".jp-Notebook .jp-MarkdownCell").nth(1)
        note.click()
        page.keyboard.type("xddyabmrzvvii00123456")
        page.keyboard.press("Control+s")
        page.wait_for_timeout(1500)
        expect(page.locator(".jp-Notebook .jp-Cell")).to_have_count(3)
        assert kept(workspace) == before
        note.click()
        page.keyboard.press("Enter")
        page.keyboard.press("Control+a")
        page.keyboard.insert_text("老周：我选换货。")
        page.keyboard.press("Shift+Enter")
        page.keyboard.press("Control+s")
        page.wait_for_timeout(1500)
    assert kept(workspace) == [before[0], ("markdown", "老周：我选换货。"), before[2]]
