import json
from dataclasses import replace
from pathlib import Path

import pytest

from crmlab import judging
from crmlab.errors import LabError
from crmlab.places import DATASETS
from crmlab.roleplay.screen import attempts
from crmlab.roleplay.screen.chips import chips


def test_the_marker_names_the_truth(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CRMLAB_TRUTH", str(DATASETS / "demo" / "truth"))
    truth = judging.evidence("truth")
    assert truth.facts["staffing"]["target"] == 0.8
    assert len(truth.table("call_cards")) == 8
    with pytest.raises(LabError, match="没有数据表"):
        truth.table("nothing")


def test_absent_truth_and_unknown_evidence_are_refused(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("CRMLAB_TRUTH", str(tmp_path))
    with pytest.raises(LabError, match="找不到"):
        judging.evidence("truth")
    with pytest.raises(LabError, match="没有证据"):
        judging.evidence("gradebook")


@pytest.mark.parametrize("text", ["[1]", "{", "[" * 100_000, json.dumps({"a": "x" * judging.MOST_BYTES})])
def test_spoilt_answers_are_refused(text: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("CRMLAB_EVIDENCE", str(tmp_path))
    (tmp_path / "answers.json").write_text(text, encoding="utf-8")
    with pytest.raises(LabError, match=r"answers\.json"):
        judging.evidence("answers")


def called(folder: Path, *lines: str, student: str = "A") -> Path:
    """One attempt in which the earliest of the offered lines is said, as often as there are `lines`."""
    call = attempts.again(folder / "plays", "complaint_late_broken", student=student)
    order = list(call.scenario.lines)
    for how in lines:
        offered = list(chips(call.play))
        call.do("line", line=(min if how == "good" else max)(offered, key=order.index))
    return call.path


def test_calls_are_played_again_and_the_best_counts_unless_asked(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("CRMLAB_EVIDENCE", str(tmp_path))
    called(tmp_path, *["good"] * 6)
    called(tmp_path, *["bad"] * 2)
    edited = called(tmp_path, *["good"] * 2)
    edited.write_text(edited.read_text(encoding="utf-8").replace("greet", "thanks"), encoding="utf-8")
    (tmp_path / "plays" / "notes.json").write_text("[]", encoding="utf-8")
    plays = judging.evidence("plays")
    first, last = plays.scores["complaint_late_broken"]
    assert first > last and plays.score("complaint_late_broken") == first
    assert plays.score("complaint_late_broken", counts="last") == last
    assert plays.score("nobody") == 0
    assert set(plays.refused) == {edited.name, "notes.json"} and "校验码" in plays.refused[edited.name]
    assert plays.sheets["complaint_late_broken"][0]["overall"] == first
    with pytest.raises(LabError, match="没有计分办法"):
        plays.score("complaint_late_broken", counts="mean")


@pytest.mark.parametrize(("word", "points"), [("first", 70), ("last", 50), ("best", 90)])
def test_the_project_says_which_attempt_counts(
    word: str, points: int, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("CRMLAB_EVIDENCE", str(tmp_path))
    (tmp_path / "project.toml").write_text(f'attempts = "{word}"\n', encoding="utf-8")
    plays = judging.evidence("plays")
    assert replace(plays, scores={"a": [70, 90, 50]}).score("a") == points
    assert replace(plays, scores={"a": [70, 90, 50]}).score("a", counts="last") == 50


def test_a_hand_in_without_calls_has_none(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("CRMLAB_EVIDENCE", str(tmp_path))
    assert judging.evidence("plays") == judging.Plays({}, {}, {})


def test_a_link_in_place_of_a_log_is_refused(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("CRMLAB_EVIDENCE", str(tmp_path))
    path = called(tmp_path / "elsewhere", "good")
    (tmp_path / "plays").mkdir()
    (tmp_path / "plays" / "complaint_late_broken-1.json").symlink_to(path)
    assert "链接" in judging.evidence("plays").refused["complaint_late_broken-1.json"]


def test_what_a_graded_cell_does_to_the_evidence_reaches_no_other_and_new_calls_are_seen(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("CRMLAB_EVIDENCE", str(tmp_path))
    called(tmp_path, *["good"] * 6)
    first = judging.evidence("plays")
    once = list(first.scores["complaint_late_broken"])
    first.scores["complaint_late_broken"].append(100)
    first.sheets.clear()
    again = judging.evidence("plays")
    assert again.scores["complaint_late_broken"] == once and again.sheets
    called(tmp_path, *["bad"] * 2)
    assert len(judging.evidence("plays").scores["complaint_late_broken"]) == len(once) + 1
