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
        expect(page.locator(".jp-Notebook .jp-Cell", has_text=blank).first).to_be_visible()
        for select, job in zip(form.locator("select").all(), (4, 2, 6, 1, 5, 3), strict=True):
            select.select_option(index=job)
        form.locator("button").first.click()
        expect(form).to_contain_text(saved)
        for _ in range(3):  # the form's own cell, the one that reads the answer, the one that checks it
            page.keyboard.press("Shift+Enter")
            page.wait_for_timeout(300)
        expect(page.locator(".jp-Notebook", has_text=passed)).to_be_visible(timeout=30_000)

        board = page.locator(".jp-OutputArea-output", has=page.locator(".noUi-handle")).first
        board.scroll_into_view_if_needed()
        before = board.locator("b").all_inner_texts()
        for handle in board.locator(".noUi-handle").all()[:6]:
            for _ in range(3):
                handle.press("ArrowRight")
        expect(board.locator("canvas, svg").first).to_be_visible()
        settled(board)  # as a person would: look at the figures, then decide
        board.locator("button").first.click()
        expect(board).to_contain_text(adopted)
        assert board.locator("b").all_inner_texts() != before
        assert outside == []
    kept = json.loads((workspace / PROJECT / "answers.json").read_text(encoding="utf-8"))
    answers = kept["labs"][LAB]["answers"] if "labs" in kept else kept
    assert "[9, 9, 9, 9, 9, 9]" in json.dumps(answers) and "popup" in json.dumps(answers)


@pytest.mark.slow
@needs_browser
def test_a_click_beside_a_cell_and_words_beside_a_box_change_nothing(released: Path, tmp_path: Path) -> None:
    workspace = tmp_path / "w"
    shutil.copytree(released / "release-en", workspace)
    with desk(workspace, "en") as (page, url, _outside):
        page.goto(url)
        page.locator(".crmlab-go a").first.click()
        page.locator(".jp-Notebook h1").wait_for()
        cells = page.locator(".jp-Notebook .jp-Cell")
        before = kinds(page)
        first = cells.nth(2)  # folded code
        box = first.bounding_box()
        for right in (13, 40, 90, 200):  # the bar, the margin, the folded line
            page.mouse.click(box["x"] + right, box["y"] + box["height"] / 2)
            assert first.locator(".jp-InputPlaceholder").count() == 1, f"unfolded {right} px from its edge"
            assert "jp-mod-active" in (first.get_attribute("class") or "")
        first.locator(".jp-MoreHorizIcon").click()
        assert first.locator(".jp-InputPlaceholder").count() == 0, "the dots unfold it"
        cells.nth(1).click()
        page.keyboard.type("axbdd12 My plan: cut one, merge two ZzM 00 ii", delay=5)
        page.wait_for_timeout(500)
        assert kinds(page)[: len(before)] == before and page.locator(".jp-Dialog").count() == 0


def kinds(page) -> list[str]:
    """The kinds of the cells, in order."""
    found = "cells => cells.map(one => one.className.match(/jp-(Code|Markdown|Raw)Cell/)[1])"
    return list(page.locator(".jp-Notebook .jp-Cell").evaluate_all(found))


def settled(board) -> None:
    """Wait until the board has worked off every move of a slider: its words stand still for a second."""
    words = ""
    while words != (words := board.inner_text()):
        board.page.wait_for_timeout(1000)


def run_everything(page) -> None:
    """Press Shift+Enter from top to bottom, giving the id when the first code cell asks for it."""
    page.locator('.jp-Notebook-ExecutionIndicator[data-status="idle"]').first.wait_for()
    page.locator(".jp-Notebook .jp-Cell").first.click()
    for _ in range(3):
        page.keyboard.press("Shift+Enter")
        page.wait_for_timeout(300)
    asked = page.locator(".jp-Stdin-input").first
    asked.fill("2026001")
    asked.press("Enter")
    asked.wait_for(state="detached")
    page.locator(".jp-Notebook .jp-MarkdownCell").nth(2).click()
    for _ in range(CELLS):
        page.keyboard.press("Shift+Enter")
        page.wait_for_timeout(100)
    page.locator(".jp-Notebook .noUi-handle").first.wait_for(state="attached")
