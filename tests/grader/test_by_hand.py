"""The page for marking by hand: who is let in, what it sends, and two windows in a real browser."""

import asyncio
import json
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import Event, Thread
from typing import Any
from urllib.error import HTTPError
from urllib.request import HTTPRedirectHandler, Request, build_opener

import books
import pytest
import tiny
from test_feedback_page import HOSTILE, edition, marked

from grader import by_hand, manual
from grader.by_hand import Desk
from grader.course import Course
from grader.errors import GraderError

pytestmark = pytest.mark.slow  # a class is released and marked

CHROMIUM = shutil.which("chromium") or shutil.which("google-chrome")


@pytest.fixture(scope="module")
def kept(tmp_path_factory: pytest.TempPathFactory) -> Course:
    folder = tmp_path_factory.mktemp("by_hand")
    course = Course(tiny.course(folder), folder / "home")
    edition(course.home / "release", course, "中文")
    teacher = course.source / tiny.PROJECT / "teacher"
    (teacher / "lab1_rubric.md").write_text(
        "# 评分标准\n\n| 看什么 | 分 |\n|---|---|\n| 理由 | 2 |\n", encoding="utf-8"
    )
    books.listed(course, ("2401", HOSTILE, "一班"), ("2402", "李二", "一班"))
    for student in ("2401", "2402"):
        marked(course, student)
    return books.keep(course, {"2401": {"total": 4.0, "why": None}, "2402": {"total": 4.0, "why": None}})


@pytest.fixture
def desk(kept: Course, tmp_path: Path) -> Desk:
    shutil.copytree(kept.home, tmp_path / "home")
    return Desk(Course(kept.source, tmp_path / "home"), tiny.PROJECT)


@contextmanager
def served(desk: Desk) -> Iterator[str]:
    """Serve a session in a thread until its end button is pressed; yield the address with the word."""
    started, address = Event(), []

    def ready(url: str) -> None:
        address.append(url)
        started.set()

    thread = Thread(target=by_hand.serve, args=(desk,), kwargs={"ready": ready})
    thread.start()
    assert started.wait(60)
    try:
        yield address[0]
    finally:
        call(desk, address[0], "/api/end", {})
        thread.join(30)
        assert not thread.is_alive()


class NoRedirect(HTTPRedirectHandler):
    def redirect_request(self, *args: Any) -> None:
        return None


def call(
    desk: Desk, address: str, path: str, body: Any = None, *, cookie: str | None = None, **headers: str
) -> tuple[int, dict[str, str], bytes]:
    known = f"{desk.cookie}={desk.token}" if cookie is None else cookie
    raw = body if isinstance(body, bytes) or body is None else json.dumps(body).encode()
    request = Request(address.split("/?")[0] + path, raw, {"Cookie": known, **headers})
    try:
        with build_opener(NoRedirect).open(request, timeout=30) as answer:
            return answer.status, dict(answer.headers), answer.read()
    except HTTPError as refusal:
        with refusal:
            return refusal.code, dict(refusal.headers), refusal.read()


def test_the_word_opens_the_page_and_nothing_else_does(desk: Desk) -> None:
    with served(desk) as address:
        status, headers, _ = call(desk, address, f"/?token={desk.token}", cookie="")
        assert (status, headers["Location"]) == (302, "/")
        assert f"{desk.cookie}={desk.token}" in headers["Set-Cookie"]
        assert "HttpOnly" in headers["Set-Cookie"] and "SameSite=Strict" in headers["Set-Cookie"]
        for path in ("/", "/?token=x", "/api/answers", "/by_hand.js", "/nothing", "/api/around"):
            assert call(desk, address, path, cookie="")[0] == 403, path
            assert call(desk, address, path, cookie=f"{desk.cookie}=x")[0] == 403, path
        assert call(desk, address, "/api/answers", Host="evil.example")[0] == 403
        assert call(desk, address, "/api/mark", {}, Origin="http://evil.example")[0] == 403
        assert call(desk, address, "/nothing")[0] == 404
        assert "评分程序打印的网址" in call(desk, address, "/", cookie="")[2].decode()


def test_every_answer_forbids_what_is_not_ours(desk: Desk) -> None:
    with served(desk) as address:
        for path in ("/", "/by_hand.js", "/by_hand.css", "/api/answers"):
            status, headers, _ = call(desk, address, path)
            assert (status, headers["Content-Security-Policy"]) == (200, by_hand.POLICY), path
        assert "unsafe-eval" not in by_hand.POLICY and "script-src 'self';" in by_hand.POLICY


def test_the_page_speaks_both_languages(desk: Desk) -> None:
    with served(desk) as address:
        assert "人工评分" in call(desk, address, "/")[2].decode()
        assert "Marking by hand" in call(desk, address, "/?lang=en")[2].decode()
        assert "人工评分" in call(desk, address, "/?lang=fr")[2].decode()


def test_around_an_answer_stand_task_rubric_and_model_answer_harmless(desk: Desk) -> None:
    with served(desk) as address:
        told = json.loads(call(desk, address, "/api/around?student=2401&notebook=lab1_sum&task=why")[2])
        assert "<td>理由</td>" in told["rubric"] and "因为加法" in told["model"]
        assert "<h1>两数之和" in told["asked"]
        assert (
            "<b>ok</b>" in told["above"]
            and "<script" not in told["above"]
            and "called with" not in told["above"]
        )
        assert call(desk, address, "/api/around?student=..&notebook=x&task=y")[0] == 404


def test_marks_are_kept_refused_or_disputed_in_words(desk: Desk) -> None:
    with served(desk) as address:
        first = json.loads(call(desk, address, "/api/answers")[2])["answers"][0]
        status, _, body = call(desk, address, "/api/mark", {**first, "score": 1.5, "comment": "好"})
        assert (status, json.loads(body)["score"]) == (200, 1.5)
        assert books.everything(desk.course)["2401"]["why"] == 1.5
        status, _, body = call(desk, address, "/api/mark", {**first, "score": 0})
        assert (status, json.loads(body)["now"]["score"]) == (409, 1.5)
        for bad, rule in (
            (b"{", "不是 JSON"),
            (b"[]", "不是一组键和值"),
            ({"student": "2401"}, "没有收到完整的内容"),
            ({**first, "score": "many"}, "没有收到完整的内容"),
            ({**first, "score": 99}, "0 到 2 之间"),
            ({**first, "comment": "x" * 200_000}, "评语太长"),
        ):
            status, _, body = call(desk, address, "/api/mark", bad)
            assert status == 400 and rule in json.loads(body)["error"]
        (desk.course.home / "gradebook.db").rename(desk.course.home / "away.db")
        assert "没有成绩册" in json.loads(call(desk, address, "/api/mark", first)[2])["error"]
        assert "已保存的都还在" in json.loads(call(desk, address, "/api/answers")[2])["error"]


def test_a_taken_port_and_an_empty_project_are_refused(desk: Desk) -> None:
    async def twice() -> None:
        server, address = by_hand.listen(desk, end=lambda: None)
        try:
            by_hand.listen(desk, port=int(address.split(":")[2].split("/")[0]), end=lambda: None)
        finally:
            server.stop()

    with pytest.raises(GraderError, match=r"端口 [0-9]+ 已被占用"):
        asyncio.run(twice())
    shutil.rmtree(desk.course.home / "autograded")
    with pytest.raises(GraderError, match="没有等人工评分的回答"):
        by_hand.serve(desk, ready=lambda url: None)
    with pytest.raises(GraderError, match="没有语言 fr"):
        by_hand.words_of("fr")


@pytest.mark.slow
def test_two_windows_in_a_browser_by_keyboard(desk: Desk) -> None:
    from playwright.sync_api import sync_playwright

    assert CHROMIUM, "this test needs a Chromium on the machine"
    with served(desk) as address, sync_playwright() as play:
        browser = play.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        context = browser.new_context()
        faults: list[str] = []
        first, second = context.new_page(), context.new_page()
        for page, url in ((first, address), (second, address.split("?")[0])):
            page.on("pageerror", lambda error: faults.append(str(error)))
            page.goto(url)
            page.wait_for_selector("#rubric table")
        assert first.inner_text("#who") == f"{HOSTILE} 2401" and not first.query_selector("#answer script")
        first.keyboard.press("2")
        first.wait_for_selector("#state.good")
        second.keyboard.press("0")
        second.wait_for_selector("#banner:not([hidden])")
        assert manual.answers(desk.course, tiny.PROJECT)[0].score == 2
        second.click("#banner button >> nth=0")
        second.wait_for_selector("#points button[aria-checked=true]:text-is('2')")
        second.keyboard.press("n")
        second.wait_for_selector("#who:text-is('李二 2402')")
        second.keyboard.press("c")
        second.keyboard.type("想得很清楚")
        second.wait_for_selector("#state.good")
        second.keyboard.press("Escape")
        second.keyboard.press("1")
        second.wait_for_selector("#points button[aria-checked=true]:text-is('1')")
        browser.close()
    told = {one.student: (one.score, one.comment) for one in manual.answers(desk.course, tiny.PROJECT)}
    assert told == {"2401": (2.0, ""), "2402": (1.0, "想得很清楚")}
    assert faults == []
