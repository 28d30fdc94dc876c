"""Repair of honest accidents, on plain values."""

from typing import Any

from grader.repair import by_task, repair


def cell(name: str | None, source: str) -> dict[str, Any]:
    about = {"nbgrader": {"grade_id": name}} if name else {}
    return {"cell_type": "code", "source": source, "metadata": about}


def notebook(*cells: dict[str, Any]) -> dict[str, Any]:
    return {"cells": list(cells)}


RELEASE = notebook(cell("a", "1"), cell(None, "words"), cell("b", "2"), cell("c", "3"))


def sources(book: dict[str, Any]) -> list[str]:
    return [c["source"] for c in book["cells"]]


def test_a_whole_notebook_is_left_alone() -> None:
    book = notebook(*RELEASE["cells"])
    assert repair(book, RELEASE) == []
    assert sources(book) == ["1", "words", "2", "3"]


def test_deleted_cells_come_back_in_their_order() -> None:
    book = notebook(cell(None, "words"), cell("b", "done"))
    assert repair(book, RELEASE) == ["被删掉的格子 a、c 已放回"]
    assert sources(book) == ["1", "words", "done", "3"]


def test_neighbours_that_are_both_gone_keep_their_order() -> None:
    book = notebook(cell("a", "mine"))
    repair(book, RELEASE)
    assert sources(book) == ["mine", "2", "3"]


def test_of_copies_the_one_worked_in_counts() -> None:
    book = notebook(cell("a", "1"), cell("a", "worked"), cell("b", "2"), cell("c", "3"))
    assert repair(book, RELEASE) == ["格子 a 有 2 份，按第一份改过的评分"]
    assert by_task(book)["a"]["source"] == "worked"


def test_an_untouched_answer_of_another_language_counts_as_untouched() -> None:
    english = notebook(cell("a", "write here"))
    book = notebook(cell("a", "write here"), cell("b", "2"), cell("c", "3"))
    assert repair(book, RELEASE, [english]) == []
    assert by_task(book)["a"]["source"] == "1"
