"""What the marker lays beside a hand-in: the course's own words, in the language in which the student worked."""

import json
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import pytest

from grader.plan import NotebookPlan, Plan

LAB = "lab1_sum.ipynb"


@pytest.mark.parametrize(
    ("metadata", "english"),
    [
        ({"crmlab": {"language": "en"}}, True),
        ({"crmlab": {"language": "zh"}}, False),
        ({"crmlab": {"language": ["en"]}}, False),
        ({"crmlab": "en"}, False),
        ({}, False),
        (None, False),
    ],
)
def test_words_come_from_the_edition_a_student_worked_in(
    metadata: Any, english: bool, tmp_path: Path
) -> None:
    notebooks = (
        cast(NotebookPlan, SimpleNamespace(file="lab0_absent.ipynb")),
        cast(NotebookPlan, SimpleNamespace(file=LAB)),
    )
    own = tuple(tmp_path / "course" / name for name in ("lab1_sum.toml", "data.csv"))
    edition = (tmp_path / "release-en" / "lab1_sum.toml", tmp_path / "release-en" / "more.toml")
    plan = Plan("project01_tiny", "key", notebooks, own, {"en": edition})
    (tmp_path / LAB).write_text(
        "{" if metadata is None else json.dumps({"cells": [], "metadata": metadata, "nbformat": 4})
    )
    assert plan.files_for(tmp_path) == ((edition[0], own[1]) if english else own)
    assert Plan("project01_tiny", "key", notebooks, own).files_for(tmp_path) == own, "no other edition is out"
