"""The doctor: looks at everything, changes nothing, and has a cure for each lack."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from crmlab import doctor

NAMES = ["python", "venv", "chromium", "fonts", "port", "disk", "sandbox"]


def test_every_finding_has_a_value_and_a_cure_when_it_is_bad() -> None:
    findings = doctor.examine()
    assert [item.name for item in findings] == NAMES
    assert all(item.value for item in findings)
    assert all(item.cure for item in findings if not item.good)


def test_a_bare_machine_is_told_what_to_install(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    found = {item.name: item for item in doctor.examine()}
    assert not found["chromium"].good and "apt install chromium" in found["chromium"].cure
    if sys.platform == "linux":
        assert not found["fonts"].good and "fonts-wqy-microhei" in found["fonts"].cure


def test_the_command_speaks_json() -> None:
    from crmlab.places import ROOT

    call = [sys.executable, "-m", "crmlab", "doctor", "--json"]
    ran = subprocess.run(call, cwd=ROOT, capture_output=True, encoding="utf-8")
    assert ran.returncode == 0, ran.stderr
    told = json.loads(ran.stdout)
    assert list(told) == NAMES
    assert told["python"]["good"] is True


def test_the_findings_speak_english_too() -> None:
    from crmlab.language import translator

    told = [item.in_words_of(translator("en")) for item in doctor.examine()]
    assert not [item for item in told if any("\u4e00" <= sign <= "\u9fff" for sign in item.title + item.cure)]
