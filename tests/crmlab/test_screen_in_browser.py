"""A call as a student holds it: in a real browser, by mouse on the page, by keyboard alone, and in a notebook."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import nbformat
import pytest
from browser import desk, needs_browser, past_dialogs
from labbench import LAB, VISIBLE, project

from crmlab.roleplay.screen import attempts

NAME = "complaint_late_broken"
HARM = "<img src=x onerror=\"document.title='harmed'\"><script>document.title='harmed'</script>对不起"
MOST_TURNS = 30
CALM, WRONG = (
    re.compile("拆箱|不归我们|私下|五元|嚷嚷"),
    re.compile("break it|not our business|quiet|voucher|shout"),
)


@pytest.fixture(scope="module")
def opened(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Any, str, list[str], Path]]:
    """One desk for all tests here, with a notebook that holds a call."""
    home = tmp_path_factory.mktemp("home")
    made = project(home)
    cell = nbformat.v4.new_code_cell(
        f"from crmlab import open_lab\nlab = open_lab({LAB!r})\nlab.roleplay({NAME!r})"
    )
    about = {"kernelspec": {"name": "python3", "display_name": "Python 3", "language": "python"}}
    nbformat.write(nbformat.v4.new_notebook(cells=[cell], metadata=about), made / "lab2_talk.ipynb")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("CRMLAB_DATA", str(VISIBLE))
        patch.setenv("CRMLAB_STUDENT", "2026001")
        with desk(made.parent, "zh") as (page, url, outside):
            yield page, url, outside, made
    assert outside == []


def begin(page: Any, url: str, lang: str, width: int, *, level: int = 1) -> None:
    """Open the start page once for the key, then a fresh call of the role-play desk."""
    page.set_viewport_size({"width": width, "height": 900})
    base, key = url.split("/lab/")[0], url.split("?")[1]
    page.goto(f"{base}/crmlab/roleplay?lang={lang}&{key}")
    page.locator(f'a[href*="{NAME}&level={level}"]').click()
    page.locator(".crm-call").wait_for()
    again = page.get_by_role("button", name=re.compile("再练一次|Try again"))
    if again.is_visible():
        again.click()
    page.locator(".crm-chips button").first.wait_for()


def offered(page: Any) -> list[str]:
    return page.locator(".crm-chips button").all_inner_texts()


def fitting(texts: list[str]) -> int:
    """The first suggested line that does not tempt."""
    return next(n for n, text in enumerate(texts) if not CALM.search(text) and not WRONG.search(text))


def said(page: Any) -> int:
    return page.locator(".crm-agent").count()


@pytest.mark.slow
@needs_browser
def test_from_the_start_page_a_whole_call_with_the_mouse(opened: tuple[Any, str, list[str], Path]) -> None:
    from playwright.sync_api import expect

    page, url, _outside, made = opened
    page.goto(url)
    with page.expect_popup() as popup:
        page.locator('.crmlab-talk .crmlab-go a[href*="roleplay"]').click()
    tab = popup.value
    tab.locator(f'a[href*="{NAME}&level=1"]').click()
    tab.locator(".crm-chips button").first.wait_for()
    for turn in range(1, MOST_TURNS):
        tab.locator(".crm-chips button").nth(fitting(offered(tab))).click()
        expect(tab.locator(".crm-agent")).to_have_count(turn)
        if tab.locator(".crm-sheet").is_visible():
            break
    expect(tab.locator(".crm-sheet svg[role=img]")).to_be_visible()
    expect(tab.locator(".crm-sheet")).to_contain_text("下次先改这几点")
    assert len(attempts.kept(made.parent / "plays", NAME)) == 1
    tab.close()


@pytest.mark.slow
@needs_browser
@pytest.mark.parametrize(("lang", "width"), [("zh", 400), ("en", 1280)])
def test_a_whole_call_with_the_keyboard_alone(
    lang: str, width: int, opened: tuple[Any, str, list[str], Path]
) -> None:
    from playwright.sync_api import expect

    page, url, _outside, _made = opened
    begin(page, url, lang, width)
    page.locator("#crm-box").focus()
    page.keyboard.type({"zh": "真对不起，让您久等了", "en": "I am so sorry about that"}[lang])
    page.keyboard.press("Enter")
    confirm = page.locator(".crm-confirm .crm-first")
    expect(confirm).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.locator("#crm-box")).to_be_focused()
    for turn in range(2, MOST_TURNS):
        page.keyboard.type(str(fitting(offered(page)) + 1))
        page.keyboard.press("Enter")
        expect(page.locator(".crm-agent")).to_have_count(turn)
        if page.locator(".crm-sheet").is_visible():
            break
    expect(page.get_by_role("button", name={"zh": "再练一次", "en": "Try again"}[lang])).to_be_focused()
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    assert page.get_by_role("log").count() == 1
    for field in page.locator(".crm-call input, .crm-call select").all():
        assert field.evaluate("one => one.labels.length") == 1, "every field has its label"


@pytest.mark.slow
@needs_browser
def test_what_harms_is_text_and_a_second_window_is_told(opened: tuple[Any, str, list[str], Path]) -> None:
    from playwright.sync_api import expect

    page, url, _outside, _made = opened
    begin(page, url, "zh", 1280, level=2)
    box, notice = page.locator("#crm-box"), page.locator(".crm-notice")
    box.fill("好" * 100_000)
    box.press("Enter")
    expect(notice).to_contain_text("100000 个字")
    assert len(box.input_value()) == 100_000, "what was typed is not lost"
    box.fill(HARM)
    box.press("Enter")
    expect(page.locator(".crm-agent .crm-bubble").last).to_have_text(HARM)
    page.locator(".crm-confirm .crm-first").click()
    expect(page.locator(".crm-customer")).to_have_count(2)
    other = page.context.browser.new_page()
    other.goto(f"{page.url}&{url.split('?')[1]}")
    other.locator(".crm-chips button").first.click()
    expect(other.locator(".crm-agent")).to_have_count(2)
    other.close()
    page.locator(".crm-chips button").first.click()
    expect(notice).to_contain_text("另一个窗口")
    expect(page.locator(".crm-agent")).to_have_count(2)
    page.get_by_role("button", name="挂断").click()
    page.locator(".crm-sheet").wait_for()
    assert "harmed" not in page.title()
    page.emulate_media(media="print")
    assert not page.locator(".crm-noprint").first.is_visible()
    page.emulate_media(media="screen")


@pytest.mark.slow
@needs_browser
def test_in_a_notebook_and_again_after_the_page_is_loaded_anew(
    opened: tuple[Any, str, list[str], Path],
) -> None:
    from playwright.sync_api import expect

    page, url, _outside, made = opened
    page.set_viewport_size({"width": 1280, "height": 1200})
    base, key = url.split("/lab/")[0], url.split("?")[1]
    page.goto(f"{base}/lab/tree/{made.name}/lab2_talk.ipynb?{key}")
    page.locator('.jp-Notebook-ExecutionIndicator[data-status="idle"]').first.wait_for()
    page.locator(
        ".jp-Toolbar-kernelName"
    ).first.click()  # a question before the page, as a slow kernel puts one
    page.locator(".jp-Dialog").first.wait_for()
    run(page)
    call = page.locator(".crm-call").first
    call.locator(".crm-chips button").nth(
        fitting(call.locator(".crm-chips button").all_inner_texts())
    ).click()
    expect(call.locator(".crm-agent")).to_have_count(1)
    box = call.locator(".crm-grow input")
    box.click()
    page.keyboard.type(HARM)  # faster than a kernel hears the letters
    page.keyboard.press("Enter")
    confirm = call.locator(".crm-confirm button", has_text="确认")
    expect(confirm).to_be_focused()
    page.keyboard.press("Enter")
    expect(call.locator(".crm-customer")).to_have_count(3)
    expect(call.locator(".crm-agent").last).to_contain_text(HARM)  # to its last word
    expect(box).to_have_value("")
    run(page)  # what a student does after the kernel was started again
    expect(page.locator(".crm-call .crm-agent").first).to_be_visible()
    expect(page.locator(".crm-call").last.locator(".crm-agent")).to_have_count(2)
    page.locator(".crm-call").last.get_by_role("button", name="挂断").click()
    expect(page.locator(".crm-call .crm-sheet").last).to_contain_text("得分表")
    assert "harmed" not in page.title()
    assert len(attempts.kept(made / "plays", NAME)) == 1


def run(page: Any) -> None:
    """Run the only cell; a kernel that is not ready yet passes the first press over, or asks something."""
    from playwright.sync_api import TimeoutError as Late

    asked = list[str]()
    for _press in range(5):
        asked += past_dialogs(page)
        try:
            page.locator(".jp-Notebook .jp-Cell .cm-content").first.click(timeout=15_000)
            page.keyboard.press("Control+Enter")
            page.locator(".jp-Notebook .jp-InputPrompt", has_text=re.compile(r"\[\d+\]")).first.wait_for(
                timeout=15_000
            )
            page.locator(".crm-call").first.wait_for(timeout=15_000)
            return
        except Late as error:
            waited = error
    raise AssertionError(f"the cell has not run; JupyterLab asked: {asked}") from waited
