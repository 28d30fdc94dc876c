"""Lab 1 as a student meets it: JupyterLab in a browser, forms filled in, the live board moved, all kept."""

import json
import shutil
from pathlib import Path

import pytest
from browser import desk, needs_browser

from crmlab.release import release

PROJECT, LAB = "project03_phone_service", "lab1_receiving_calls"
CELLS = 60  # more than the lab has


@pytest.fixture(scope="module")
def released(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The project released in both languages."""
    home = tmp_path_factory.mktemp("home")
    release(PROJECT, home=home, lang="en", demo=True, size=1, quiet=True)
    return home


@pytest.mark.slow
@needs_browser
@pytest.mark.parametrize(
    ("lang", "place", "words"),
    [
        ("zh", "release", ("还没有作答", "已保存", "各配了一份", "已采用")),
        ("en", "release-en", ("Not answered yet", "Saved", "One job each", "Adopted")),
    ],
)
def test_a_student_answers_checks_and_decides_with_the_mouse(
    lang: str, place: str, words: tuple[str, ...], released: Path, tmp_path: Path
) -> None:
    from playwright.sync_api import expect

    blank, saved, passed, adopted = words
    workspace = tmp_path / "实训"
    shutil.copytree(released / place, workspace)
    with desk(workspace, lang) as (page, url, outside):
        page.goto(url)
        page.locator(".crmlab-go a").first.click()
        page.locator(".jp-Notebook h1").wait_for()
        run_everything(page)
        form = page.locator(".jp-OutputArea-output", has=page.locator("select")).first
        check = page.locator(".jp-Notebook .jp-Cell", has_text=blank).first
        expect(check).to_be_visible()
        for select, job in zip(form.locator("select").all(), (4, 2, 6, 1, 5, 3), strict=True):
            select.select_option(index=job)
        form.locator("button").first.click()
        expect(form).to_contain_text(saved)
        run_again(page, check.locator(".jp-OutputArea-output").first)
        expect(page.locator(".jp-Notebook")).to_contain_text(passed)

        board = page.locator(".jp-OutputArea-output", has=page.locator(".noUi-handle")).first
        board.scroll_into_view_if_needed()
        before = board.locator("b").all_inner_texts()
        for handle in board.locator(".noUi-handle").all()[:6]:
            for _ in range(3):
                handle.press("ArrowRight")
        expect(board.locator("canvas, svg").first).to_be_visible()
        board.locator("button").first.click()
        expect(board).to_contain_text(adopted)
        assert board.locator("b").all_inner_texts() != before
        assert outside == []
    kept = json.loads((workspace / PROJECT / "answers.json").read_text(encoding="utf-8"))
    answers = kept["labs"][LAB]["answers"] if "labs" in kept else kept
    assert "[9, 9, 9, 9, 9, 9]" in json.dumps(answers) and "popup" in json.dumps(answers)


def run_everything(page) -> None:
    """Press Shift+Enter from top to bottom, giving the id when asked."""
    page.locator(".jp-Notebook .jp-Cell").first.click()
    for _ in range(CELLS):
        page.keyboard.press("Shift+Enter")
        asked = page.locator(".jp-Stdin-input")
        if asked.count():
            asked.first.fill("2026001")
            asked.first.press("Enter")
            page.locator(".jp-Notebook .jp-Cell", has_text="lab.table").first.click()
        page.wait_for_timeout(150)
    page.locator(".jp-Notebook .noUi-handle").first.wait_for()


def run_again(page, shown) -> None:
    """Run the cell that shows a check, and the one above it that reads the answer."""
    shown.click()
    for key in ("Escape", "ArrowUp", "Shift+Enter", "Shift+Enter"):
        page.keyboard.press(key)
        page.wait_for_timeout(300)
