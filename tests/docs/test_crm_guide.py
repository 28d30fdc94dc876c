"""The guide to the practice CRM: its commands opened one after another, what they leave looked at."""

import os
import signal
import subprocess
import sys
import urllib.request
from pathlib import Path

import pytest
from pages import ROOT, Page

from crmlab.crm import inspect

GUIDE = Page(ROOT / "docs" / "crm.md")


def open_and_close(words: list[str], folder: Path) -> tuple[str, str]:
    """Open a CRM as typed, look at its first page, end it with Ctrl-C; return what was said and seen."""
    told = {**os.environ, "BROWSER": "true", "PYTHONPATH": str(ROOT), "PYTHONUNBUFFERED": "1"}
    run = subprocess.Popen(
        [sys.executable, "-m", "crmlab", *words],
        cwd=folder, env=told, stdout=subprocess.PIPE, text=True, encoding="utf-8",
    )  # fmt: skip
    assert run.stdout is not None
    said = ""
    while "token=" not in said:
        line = run.stdout.readline()
        assert line, said
        said += line
    address = said[said.index("http") :].split()[0]
    browser = urllib.request.build_opener(urllib.request.HTTPCookieProcessor())
    seen = browser.open(address, timeout=30).read().decode()
    run.send_signal(signal.SIGINT)
    said += run.communicate(timeout=30)[0]
    assert run.returncode == 0
    return said, seen


@pytest.mark.slow
def test_the_commands_of_the_guide_open_what_it_says(tmp_path):
    shown = [words for words in GUIDE.commands if words[0] == "crm"]
    market, morning, english, contracts, firms, own = (open_and_close(words, tmp_path) for words in shown)
    assert "工作台" in market[1] and len(inspect(tmp_path / "crm.sqlite3")["account"]) > 400
    assert "启明文具" in morning[1] and "12" in morning[0]
    assert 'lang="en"' in english[1] and "Quick call" in english[1]
    assert "工作台" in contracts[1] and len(inspect(tmp_path / "contracts.sqlite3")["account"]) > 400
    assert "工作台" in firms[1] and len(inspect(tmp_path / "firms.sqlite3")["opportunity"]) > 100
    told = [next(row for row in page.splitlines() if "启明文具" in row) for page in (morning[1], own[1])]
    assert "12" in own[0] and told[0] != told[1]  # the student's own morning, not everybody's
    names = ("crm", "morning", "english", "contracts", "firms", "2026001")
    assert {path.name for path in tmp_path.iterdir()} == {f"{name}.sqlite3" for name in names}


def test_what_the_guide_quotes_is_what_the_crm_says():
    code = "".join(path.read_text("utf-8") for path in (ROOT / "crmlab" / "crm").rglob("*.py"))
    table = GUIDE.text.split("## 出了问题")[1]
    quoted = [row.split("|")[1].strip() for row in table.splitlines() if row.startswith("| ")][1:]
    assert len(quoted) == 4 and [words for words in quoted if words not in code] == []
