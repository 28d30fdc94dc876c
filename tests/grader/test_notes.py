"""What is noted beside a hand-in reads in both languages."""

import re
import tomllib
from pathlib import Path

import pytest
from golden import Class

from grader import notes, report

HAN = re.compile(r"[\u3400-\u9fff]")
PAIRS = tomllib.loads((Path(notes.__file__).parent / "notes.toml").read_text(encoding="utf-8"))["note"]
SAMPLE = {"a": "lab1.ipynb", "b": "3", "c": "60"}


@pytest.mark.parametrize(("chinese", "english"), PAIRS)
def test_a_note_is_found_wherever_it_stands_and_keeps_what_it_tells(chinese, english):
    first, told = chinese.format(**SAMPLE), english.format(**SAMPLE)
    assert notes.said(first, "en").strip(" ;") == told.replace("；", "; ").strip(" ;")
    together = f"被删掉的格子 total 已放回；{first}；交作业的时间读不出来，按没有时间处理"
    shown = notes.said(together, "en")
    assert told in shown and shown.startswith("the deleted cell total") and not HAN.search(shown)
    assert notes.said(first, "zh") == first


def test_every_sentence_of_the_marker_about_a_hand_in_is_there():
    """A note that somebody adds to the code is missed here before a reader meets it."""
    known = [re.sub(r"\{[a-c]\}", "\0", chinese).split("\0") for chinese, _ in PAIRS]
    code = "".join(
        (Path(notes.__file__).parent / f"{name}.py").read_text(encoding="utf-8")
        for name in ("repair", "submission", "plain", "engine")
    )
    texts = re.findall(r'"([^"\n]*[\u3400-\u9fff][^"\n]*)"', re.sub(r'""".*?"""', "", code, flags=re.DOTALL))
    for text in texts:
        piece = max(re.findall(r"[\u3400-\u9fff，；（）、]{4,}", text) or [""], key=len)
        assert any(piece in part or part in piece for parts in known for part in parts if part), text


@pytest.mark.slow
def test_the_english_report_of_the_golden_class_has_no_chinese_notes(team: Class):
    told = report.facts(team.course, "project01_tiny", words=report.words_of("en"))
    noted = [row["note"] for row in told["rows"] if row["note"]]
    assert len(noted) > 20 and not [note for note in noted if HAN.search(note)]
