import json
from pathlib import Path

import pytest

from crmlab import judging
from crmlab.errors import LabError
from crmlab.places import DATASETS


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
