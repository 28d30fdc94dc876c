import csv
from pathlib import Path

import pytest

from crmlab import demo
from crmlab.errors import LabError


def test_a_folder_that_the_demo_did_not_make_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "grades.csv").write_text("mine", encoding="utf-8")
    with pytest.raises(LabError, match="--home"):
        demo.prepare_home(tmp_path)
    assert (tmp_path / "grades.csv").read_text(encoding="utf-8") == "mine"


def test_an_earlier_demo_is_replaced(tmp_path: Path) -> None:
    demo.prepare_home(tmp_path / "demo")
    (tmp_path / "demo" / "old").touch()
    demo.prepare_home(tmp_path / "demo")
    assert [path.name for path in (tmp_path / "demo").iterdir()] == [demo.MARKER]


@pytest.mark.slow
def test_the_whole_circle_ranks_students_by_what_they_know(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(
        demo, "ABILITIES", {name: demo.ABILITIES[name] for name in ("expert", "weak", "blank")}
    )
    told: list[str] = []
    paths = demo.run(tmp_path / "demo", 3, told.append)
    with paths.grades.open(encoding="utf-8-sig") as file:
        scores = {row["student_id"]: float(row["score"]) for row in csv.DictReader(file)}
    assert scores["expert"] == 23 and scores["blank"] == 0 and 0 < scores["weak"] < 23
    assert paths.report.is_file() and paths.feedback.is_file()
