"""One's own calls held against the judge."""

from pathlib import Path

import pytest

from crmlab import mirror, skill_answers
from crmlab.judging import Plays, evidence
from crmlab.places import COURSE
from crmlab.telephone import ring

TEACHER = COURSE / "project03_phone_service" / "teacher"
CALL = skill_answers.CALL


@pytest.mark.parametrize(
    ("folder", "weak"),
    [
        ("handin", {"none"}),
        ("lab3_calls/no_end", {"commit", "close"}),
        ("lab3_calls/hung_up", {"check", "answer", "commit", "close"}),
        ("lab3_calls/none", set()),
    ],
)
def test_the_weakest_step_is_the_lowest_of_the_sheet(
    folder: str, weak: set[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CRMLAB_EVIDENCE", str(TEACHER / folder))
    assert mirror.weak_steps(evidence("plays"), CALL) == weak


def test_any_of_several_attempts_may_be_meant() -> None:
    sheets = {CALL: [{"steps": {"open": 50, "ask": 100}}, {"steps": {"open": 95, "ask": 90}}]}
    assert mirror.weak_steps(Plays({}, sheets, {}), CALL) == {"open", "none"}


def test_attempts_and_best_scores_by_level(tmp_path: Path) -> None:
    ring(tmp_path, CALL, "2026001", well=True)
    edited = ring(tmp_path, CALL, "2026001", well=False)
    ring(tmp_path, CALL, "2026001", well=False)
    edited.write_text(edited.read_text(encoding="utf-8").replace('"blame"', '"thanks"'), encoding="utf-8")

    class Lab:
        project = tmp_path

        class words:
            @staticmethod
            def say(name: str) -> str:
                return {"level_columns": "level|calls|best", "level_rows": "1|2|3"}[name]

    table = mirror.by_level(Lab(), CALL)  # type: ignore[arg-type]
    assert table["calls"].tolist() == [2, 0, 0]
    assert table["best"].tolist()[1:] == ["—", "—"] and table["best"].iloc[0] >= 80


@pytest.mark.slow
def test_the_third_level_is_spoken_freely_and_each_level_has_its_best(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for level, well in ((1, True), (2, False), (3, True), (3, False)):
        ring(tmp_path, CALL, "2026001", well=well, level=level)
    monkeypatch.setenv("CRMLAB_EVIDENCE", str(tmp_path))
    plays = evidence("plays")
    assert plays.levels[CALL] == [1, 2, 3, 3]
    best = [plays.best_at(CALL, level) for level in mirror.LEVELS]
    assert best[0] >= 80 and best[1] < 60 and best[2] >= 80
    assert plays.best_at("harassment", 1) == 0
