"""What a page says has to be so: its links lead somewhere, its twin agrees, its Python runs."""

import os
import re
import runpy
import subprocess
import sys
from itertools import pairwise

import pytest
from pages import ROOT, Page, pages

PAIRS = [
    ("README.md", "README.zh-CN.md"),
    ("docs/student-guide.en.md", "docs/student-guide.md"),
    ("docs/instructor-guide.en.md", "docs/instructor-guide.md"),
    ("docs/centre-guide.en.md", "docs/centre-guide.md"),
    ("docs/roleplay.en.md", "docs/roleplay.md"),
    ("docs/crm.en.md", "docs/crm.md"),
]

every_page = pytest.mark.parametrize("page", pages(), ids=str)
every_pair = pytest.mark.parametrize(("english", "chinese"), PAIRS)


def page(name: str) -> Page:
    return Page(ROOT / name)


@every_page
def test_links_inside_lead_somewhere(page):
    lost = []
    for link in page.links:
        if "://" in link or link.startswith("mailto:"):
            continue
        name, _, anchor = link.partition("#")
        target = Page((page.path.parent / name).resolve() if name else page.path)
        if not target.path.exists() or (anchor and anchor not in target.anchors):
            lost.append(link)
    assert lost == []


@every_page
def test_a_page_has_one_title_and_skips_no_level(page):
    levels = [level for level, _ in page.headings]
    titles = 2 if page.path.name == "LICENSE-course.md" else 1  # two languages, one after the other
    assert levels.count(1) == titles and levels[0] == 1
    assert all(below - above <= 1 for above, below in pairwise(levels))


@every_page
def test_fences_are_closed_and_their_language_is_named(page):
    assert page.text.count("\n```") % 2 == 0
    assert [content[:40] for language, content in page.blocks if not language] == []


@every_pair
def test_twins_have_the_same_outline(english, chinese):
    assert [level for level, _ in page(english).headings] == [level for level, _ in page(chinese).headings]


@every_pair
def test_twins_show_the_same_commands(english, chinese):
    assert page(english).shell_lines == page(chinese).shell_lines


@every_pair
def test_twins_tell_the_same_numbers(english, chinese):
    assert page(english).numbers == page(chinese).numbers


@every_pair
def test_twins_name_each_other(english, chinese):
    assert page(chinese).path.name in page(english).links
    assert page(english).path.name in page(chinese).links


@pytest.mark.parametrize("page", [page for page in pages() if page.of("python")], ids=str)
def test_python_on_a_page_runs_as_printed(page, tmp_path):
    for block in page.of("toml"):
        if named := re.match(r"# (\S+\.toml)\n", block):
            (tmp_path / named[1]).write_text(block, encoding="utf-8")
    script = tmp_path / "page.py"
    script.write_text("\n".join(page.of("python")), encoding="utf-8")
    run = subprocess.run(
        [sys.executable, "-W", "error", str(script)],
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": str(ROOT), "PYTHONUTF8": "1"},
        capture_output=True,
        text=True,
        encoding="utf-8",
    )
    assert run.returncode == 0, run.stderr
    assert run.stdout == "".join(page.of("text"))


def test_one_version_everywhere():
    described = re.search(r'^version = "(.+)"$', (ROOT / "pyproject.toml").read_text("utf-8"), re.MULTILINE)
    cited = re.search(r"^version: (.+)$", (ROOT / "CITATION.cff").read_text("utf-8"), re.MULTILINE)
    changed = re.search(r"^## \[(.+?)\]", page("CHANGELOG.md").text, re.MULTILINE)
    assert described[1] == cited[1] == changed[1]


def test_decisions_are_numbered_dated_and_complete():
    notes = [page for page in pages() if page.path.parent.name == "decisions"]
    numbers = [note.path.name[:4] for note in notes]
    assert numbers == sorted(set(numbers)) and all(number.isdecimal() for number in numbers)
    for note in notes:
        assert note.headings[0][1].startswith(note.path.name[:4]), note
        assert re.search(r"^20\d\d-\d\d( · (accepted|replaced by \d{4}))?$", note.text, re.MULTILINE), note


def exit_codes(page: Page) -> dict[int, str]:
    rows = re.findall(r"^\| (\d+) \| (.+?) \|$", page.text, re.MULTILINE)
    return {int(code): meaning for code, meaning in rows}


def test_exit_codes_are_told_alike_and_are_those_of_the_code():
    from crmlab.commands.repeating import INTERRUPTED
    from crmlab.errors import LabError, MissingPart, PartlyDone

    design, readme = exit_codes(page("docs/design.md")), exit_codes(page("README.md"))
    assert readme == design
    assert exit_codes(page("README.zh-CN.md")).keys() == design.keys()
    missing = runpy.run_path(str(ROOT / "lab.py"))["MISSING"]
    used = {LabError.exit_code, PartlyDone.exit_code, MissingPart.exit_code, missing, INTERRUPTED}
    assert used == {3, 4, 5, 130} and used < design.keys()


def test_the_design_page_lists_exactly_the_modules_that_exist():
    design = page("docs/design.md").text
    sections = dict(
        re.findall(r"^## (sim|crmlab|grader)\b[^\n]*\n(.*?)(?=^## )", design, re.MULTILINE | re.DOTALL)
    )
    for package in ("sim", "crmlab", "grader"):
        told = set(re.findall(r"`(\w+\.py)`", sections[package]))
        inside = (ROOT / package).rglob("*.py") if package == "sim" else (ROOT / package).glob("*.py")
        there = {path.name for path in inside if not path.name.startswith("__")}
        assert told == there, package


def test_the_locks_are_made_as_the_continuous_integration_says():
    shown = [line.split()[1:] for line in page("CONTRIBUTING.md").shell_lines if "uv pip compile" in line]
    noted = re.sub(r"\\\n#\s*", "", (ROOT / ".ci/run").read_text("utf-8"))
    kept = [line.split()[2:] for line in noted.splitlines() if line.startswith("#   uv pip compile")]
    assert shown == kept and len(shown) == 2
