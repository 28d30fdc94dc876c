"""The moving page: it holds every call, needs nothing else, and ends on the numbers of the board."""

import re

import pytest
from browser import find_browser, needs_browser

from crmlab import animation
from crmlab.errors import LabError
from sim import metrics
from sim.callcenter import Centre, Results
from sim.contacts import arrivals
from sim.scenario import Scenario, load
from sim.streams import Streams


@pytest.fixture(scope="module")
def shop() -> tuple[Scenario, Results]:
    scenario = load("tests/data/sim/tiny_shop.toml")
    return scenario, Centre(scenario).run(*arrivals(scenario, Streams(1), 1))


def page(shop: tuple[Scenario, Results], lang: str = "zh") -> str:
    scenario, results = shop
    return animation.page(results.calls.frame(), results.presence.frame(), scenario, lang=lang)


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_the_page_needs_nothing_else_and_speaks_one_language(shop, lang):
    text = page(shop, lang)
    assert not re.search(r"""(src|href)=["']|url\(|@import|https?:""", text) and "default-src 'none'" in text
    chinese = re.findall(r"[一-鿿]", re.sub(r"<style>.*?</style>", "", text, flags=re.S))
    assert bool(chinese) == (lang == "zh")


def test_a_title_cannot_end_the_script(shop):
    scenario, results = shop
    evil = scenario.with_(skills__order__title_zh="</script><script>alert(1)</script>")
    text = animation.page(results.calls.frame(), results.presence.frame(), evil)
    assert text.count("</script>") == 2 and "\\u003c/script" in text


def test_a_language_we_have_not_is_refused(shop):
    with pytest.raises(LabError, match="fr"):
        page(shop, "fr")


@pytest.mark.slow
@needs_browser
def test_at_the_end_of_the_day_it_shows_the_numbers_of_the_board(shop, tmp_path):
    from playwright.sync_api import sync_playwright

    (tmp_path / "page.html").write_text(page(shop), encoding="utf-8")
    board = metrics.board(shop[1].calls, seconds=20)
    with sync_playwright() as tool:
        browser = tool.chromium.launch(executable_path=find_browser(), args=["--no-sandbox"])
        shown = browser.new_page()
        wrong: list[str] = []
        shown.on("pageerror", lambda error: wrong.append(str(error)))
        shown.on("request", lambda request: wrong.append(request.url) if "file:" not in request.url else None)
        shown.goto((tmp_path / "page.html").as_uri())
        before = shown.inner_text("#clock")
        shown.select_option("#speed", "960")
        shown.click("#play")
        shown.wait_for_timeout(1200)
        shown.click("#play")
        assert shown.inner_text("#clock") != before
        shown.evaluate("slide.value = slide.max; slide.oninput()")
        told = shown.inner_text("#told")
        browser.close()
    numbers = {name: int(n) for name, n in re.findall(r"(排队|忙碌坐席|已接起|放弃) (\d+)", told)}
    assert wrong == [] and (numbers["已接起"], numbers["放弃"]) == (board.answered, board.abandoned)
    assert f"服务水平 {round(100 * board.service_level)}%" in told
