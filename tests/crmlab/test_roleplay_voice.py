"""A language model that rewords the customer: a real server on this machine, good, slow to obey, broken or gone."""

import json
import threading
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from typing import Any

import pytest

from crmlab.roleplay import voice
from crmlab.roleplay.engine import Play
from crmlab.roleplay.scenario import load
from crmlab.roleplay.screen import attempts, sheet
from crmlab.roleplay.screen.view import view

NAME = "complaint_late_broken"
Reply = Callable[[str], tuple[int, bytes]]


class Server(HTTPServer):
    """Answers as `reply` says and remembers what it was asked."""

    reply: Reply
    asked: list[tuple[str, str, dict[str, Any]]]


class Handler(BaseHTTPRequestHandler):
    server: Server

    def do_POST(self) -> None:
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        self.server.asked.append((self.path, self.headers["Authorization"], body))
        status, answer = self.server.reply(body["messages"][-1]["content"])
        self.send_response(status)
        if status == 302:
            self.send_header("Location", "/elsewhere")
        self.send_header("Content-Length", str(len(answer)))
        self.end_headers()
        self.wfile.write(answer)

    def log_message(self, *_args: object) -> None:
        """Keep still."""


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch) -> Iterator[Server]:
    made = Server(("127.0.0.1", 0), Handler)
    made.asked = []
    thread = threading.Thread(target=made.serve_forever, args=(0.01,))
    thread.start()
    monkeypatch.setenv(voice.URL, f"http://127.0.0.1:{made.server_port}/v1/")
    monkeypatch.setenv(voice.KEY, "secret-key")
    monkeypatch.setenv(voice.MODEL, "small")
    monkeypatch.delenv("CRMLAB_GRADING", raising=False)
    voice._heard.clear()
    yield made
    made.shutdown()
    thread.join()
    made.server_close()


def said(content: object) -> bytes:
    return json.dumps({"choices": [{"message": {"content": content}}]}).encode()


def play() -> Play:
    made = Play(load(NAME), seed=3)
    made.line("listen")
    return made


def test_the_customer_speaks_in_the_models_words_and_the_script_decides(
    server: Server, tmp_path: Path
) -> None:
    server.reply = lambda line: (200, said(f"“我跟你讲\n{line}”"))
    call = attempts.resume(tmp_path / "plays", NAME, student="A")
    call.do("hold")
    reply = call.play.turns[0].reply
    for _again in range(3):
        assert view(call).bubbles[-1].text == f"我跟你讲 {reply}"
    ((path, key, body),) = server.asked
    assert (path, key, body["model"]) == ("/v1/chat/completions", "Bearer secret-key", "small")
    kept = call.path.read_text(encoding="utf-8")
    assert "secret" not in kept and "我跟你讲" not in kept
    again = attempts.resume(tmp_path / "plays", NAME, student="A")
    assert again.play.turns == call.play.turns and sheet.score(again) == sheet.score(call)


@pytest.mark.parametrize(
    ("status", "answer"),
    [
        (500, b""),
        (401, b'{"error": "no"}'),
        (302, b""),
        (200, b""),
        (200, b"not json"),
        (200, b"{}"),
        (200, b'{"choices": []}'),
        (200, said(None)),
        (200, said("")),
        (200, said("I will speak English now")),
        (200, said("长" * 500)),
        (200, said("说好 5 号到，结果 9 号才送来")),
        (200, b"[" * 100_000),
    ],
)
def test_whatever_goes_wrong_the_script_goes_on_with_a_note(
    status: int, answer: bytes, server: Server, tmp_path: Path
) -> None:
    server.reply = lambda _line: (status, answer)
    call = attempts.resume(tmp_path / "plays", NAME, student="A")
    call.do("hold")
    shown = view(call).bubbles[-1]
    assert shown.text == call.play.turns[0].reply and "语言模型没有接上" in shown.note
    assert len(server.asked) == 1  # neither asked again nor led elsewhere


@pytest.mark.parametrize("url", ["http://127.0.0.1:9/v1", "file:///etc/passwd", "nonsense", "http://[bad"])
def test_an_address_that_does_not_answer_is_no_harm(url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(voice.URL, url)
    monkeypatch.delenv("CRMLAB_GRADING", raising=False)
    made = play()
    assert voice.spoken(made, made.turns[0]) == voice.Spoken(made.turns[0].reply, failed=True)


def test_only_the_newest_reply_is_asked_for(server: Server, tmp_path: Path) -> None:
    server.reply = lambda line: (200, said(f"嗯，{line}"))
    call = attempts.resume(tmp_path / "plays", NAME, student="A")
    call.do("hold")
    call.do("hold")
    first, last = view(call).bubbles[2], view(call).bubbles[-1]
    assert len(server.asked) == 1 and last.text.startswith("嗯，") and first.text == call.play.turns[0].reply


def test_off_by_default_and_while_marking(server: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    made = play()
    monkeypatch.setenv("CRMLAB_GRADING", "1")
    assert voice.spoken(made, made.turns[0]) == voice.Spoken(made.turns[0].reply)
    monkeypatch.delenv("CRMLAB_GRADING")
    monkeypatch.delenv(voice.URL)
    assert not voice.wanted() and voice.spoken(made, made.turns[0]).text == made.turns[0].reply
    assert server.asked == []


def test_numbers_and_the_hanging_up_must_stay() -> None:
    assert voice._faithful("订单尾号是 7316。", "尾号 7316，你记一下。")
    assert not voice._faithful("订单尾号是 7316。", "尾号 7136，你记一下。")
    assert not voice._faithful("算了！（挂断）", "算了，不说了！")
