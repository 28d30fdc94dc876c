"""The guide to the contact centre, typed in from top to bottom in an empty folder."""

from pathlib import Path

import pytest
from pages import ROOT, Page
from typer.testing import CliRunner

from crmlab.commands import assemble

CHINESE, ENGLISH = (Page(ROOT / "docs" / name) for name in ("centre-guide.md", "centre-guide.en.md"))


def test_both_languages_type_the_same_and_show_the_same():
    assert CHINESE.commands == ENGLISH.commands and CHINESE.of("text") == ENGLISH.of("text")


@pytest.mark.slow
def test_the_guide_works_as_printed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    said = []
    for words in CHINESE.commands:
        result = CliRunner().invoke(assemble(), words)
        assert result.exit_code == 0, (words, result.output)
        said.append(result.stdout)
    assert CHINESE.of("text")[0] in said
    made = {path.name for path in tmp_path.iterdir()}
    assert made == {"five_days", "compared.csv", "plan.csv", "shifts.csv"}
    named = {row.split("`")[1] for row in CHINESE.text.splitlines() if row.startswith("| `")}
    assert named <= {path.name for path in (tmp_path / "five_days").iterdir()}
