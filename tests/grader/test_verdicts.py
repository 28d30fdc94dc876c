"""Why points were lost is told in the author's sentences, and in nothing a student could have written."""

import tiny

from grader.course import Course
from grader.verdicts import Verdict, author


def failed(kind: str, said: str) -> dict:
    return {"outputs": [{"output_type": "error", "ename": kind, "evalue": said}]}


def test_only_the_authors_own_sentences_are_told(course: Course) -> None:
    wrote = author(course, tiny.PROJECT)
    right = "两数之和不对，请再加一次。"
    assert wrote.verdict(failed("AssertionError", right + "\nassert 6 == 5")) == Verdict(
        "failed", right, "AssertionError"
    )
    assert wrote.verdict(failed("AssertionError", "expected 5")) == Verdict("failed", "", "AssertionError")
    assert wrote.verdict(failed("NameError", "secret_answer")) == Verdict("broken", "", "NameError")
    assert wrote.verdict(failed("<b>", "x")) == Verdict("broken")
    assert wrote.verdict(failed("CellTimeoutError", "x")).state == "timed_out"
    assert wrote.verdict({"outputs": []}) == Verdict("passed")


def test_sentences_of_a_labs_words_are_the_authors(course: Course) -> None:
    words = course.source / tiny.PROJECT / "lab1_sum.toml"
    words.write_text('[say]\nslip = "再看看。"\n[check.sum]\nfull = "都要填。"\n', encoding="utf-8")
    assert {"再看看。", "都要填。"} <= author(course, tiny.PROJECT).sentences


def test_rows_that_were_wrong_are_told_and_nothing_else_in_their_place(course: Course) -> None:
    words = course.source / tiny.PROJECT / "lab1_sum.toml"
    words.write_text('[say]\nslip = "有几件错了。{cases}"\nnot_last = "{n} 件错了。"\n', encoding="utf-8")
    wrote = author(course, tiny.PROJECT)

    def told(said: str) -> Verdict:
        return wrote.verdict(failed("AssertionError", f"有几件错了。{said}"))

    for rows in (
        "K3",
        "K3（你的：简单）有没有人受伤？；D2（你的：空着）数一数",
        "K3 (yours: Simple) was anybody hurt?; K4",
    ):
        assert told(rows) == Verdict("failed", "有几件错了。", "AssertionError", rows)
    for other in (
        "",
        "secret = 5",
        "K3（秘密）",
        "K3（你的：简单）看；答案是 5",
        "K3（你的：" + "长" * 50 + "）看",
    ):
        assert told(other) == Verdict("failed", "", "AssertionError")
    assert told("；".join(["K3（你的：简单）看看"] * 200)).said == ""
    assert wrote.verdict(failed("AssertionError", "5 件错了。")).said == ""


def test_lines_of_hidden_tests_are_secrets(course: Course) -> None:
    wrote = author(course, tiny.PROJECT)
    assert wrote.gives_away("...\nsecret_answer = 5\n")
    assert not wrote.gives_away("total = 5")


def test_a_test_with_a_magic_has_no_sentences(course: Course, monkeypatch) -> None:
    monkeypatch.setattr(tiny, "HIDDEN", "%time x\n" + tiny.HIDDEN)
    tiny.course(course.source.parent / "other")
    assert (
        author(Course(course.source.parent / "other" / "course", course.home), tiny.PROJECT).sentences
        == frozenset()
    )
