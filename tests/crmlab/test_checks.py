"""Immediate checks: a card in words of the trade, never a traceback."""

import ast
from pathlib import Path
from typing import Any

import pytest
from labbench import WORDS

from crmlab.checks import Check
from crmlab.errors import LabError
from crmlab.words import load


@pytest.fixture
def check(tmp_path: Path) -> Any:
    path = tmp_path / "lab1_calls.toml"
    path.write_text(WORDS, encoding="utf-8")
    words = load(path)

    def made(**about: Any) -> Check:
        return Check(words=words, form="path", **{"answered": True, **about})

    return made


def test_all_right_without_hints_earns_a_star(check: Any, capsys: pytest.CaptureFixture) -> None:
    verdicts: list[str] = []
    for hints in (0, 2):
        with check(hints=hints, on_verdict=verdicts.append) as one:
            one.that("first", True)
    assert verdicts == ["star", "passed"]
    assert one.lines() == ["这一通你看明白了。"]
    shown = capsys.readouterr()
    assert "★" in shown.out and shown.err == ""


def test_what_is_wrong_is_told_by_the_labs_sentence(check: Any) -> None:
    with check() as one:
        one.that("first", True)
        one.that("wait", lambda: 1 / 0)
        one.that("nobody_wrote_this", False)
    assert one.verdict == "failed"
    assert one.title() == "✗ 1 处对了，2 处要再看看"
    assert one.lines()[0] == "秒数不对：看斜线那一段。"
    assert "nobody_wrote_this" in one.lines()[1]
    assert "第一站不对" not in one.html()


@pytest.mark.parametrize("broken", ["None['first']", "len(None)", "{}['x']", "0 < None", "None + 1"])
def test_an_open_answer_is_no_traceback(check: Any, broken: str) -> None:
    with check(answered=False) as one:
        one.that("first", eval(compile(ast.parse(broken, mode="eval"), "cell", "eval")))
    assert one.verdict == "unanswered" and "还没有作答" in one.title() and one.lines() == []


@pytest.mark.parametrize(
    ("form", "saved"), [("path", "填好上面的表，按“保存答案”"), ("sort", "在 CRM 里做完按“保存”")]
)
def test_an_open_answer_says_where_it_is_saved(check: Any, form: str, saved: str) -> None:
    with check(answered=False) as one:
        one.form = form
        one.that("first", False)
    assert one.verdict == "unanswered" and saved in one.title()


def test_an_answer_given_in_code_is_checked_too(check: Any) -> None:
    with check(answered=False) as one:
        one.that("first", True)
    assert one.verdict == "star"
    with check(answered=False) as one:
        one.that("first", None == 3)  # what a comparison with an open answer gives
    assert one.verdict == "unanswered"


@pytest.mark.parametrize(
    ("error", "says"),
    [
        (NameError("path"), "从上往下运行"),
        (LabError("表不见了；请重开"), "表不见了；请重开"),
        (KeyError("x"), "没能检查"),
    ],
)
def test_trouble_becomes_a_sentence(check: Any, error: Exception, says: str) -> None:
    with check() as one:
        one.that("first", True)
        raise error
    assert one.verdict == "unclear" and says in one.text()


def test_a_check_without_any_question_claims_nothing(check: Any) -> None:
    with check() as one:
        pass
    assert one.verdict == "unclear"


def test_the_stop_button_still_stops(check: Any) -> None:
    with pytest.raises(KeyboardInterrupt), check():
        raise KeyboardInterrupt


@pytest.mark.parametrize("lack", [FileNotFoundError("service_flow.toml"), ModuleNotFoundError("sim")])
def test_what_the_machine_lacks_is_not_told_as_a_slip(check: Any, lack: Exception) -> None:
    def raises() -> bool:
        raise lack

    with check() as one:
        one.that("first", True)
        one.that("second", raises)
    assert one.verdict == "unclear" and one.failed == []
    assert "没能检查" in one.lines()[0] and "service_flow" not in one.text()
