"""The start page: eight projects, links that lead somewhere, progress as it is."""

import json
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import unquote

import pytest

from crmlab.progress import course_state
from crmlab.startpage import render, write

PROJECT = "project03_phone_service"
ABOUT = """
title = "服务电话客户 <第一版>"
summary = "在呼叫中心值一天班。"
[[labs]]
id = "lab1_receiving_calls"
title = "任务一 接待电话客户"
minutes = 60
points = 100
checkpoints = ["parts", "path", "staffing"]
[[labs]]
id = "lab9_not_here"
title = "还没有笔记本"
checkpoints = ["x"]
"""


@pytest.fixture
def workspace(tmp_path: Path) -> Path:
    project = tmp_path / PROJECT
    project.mkdir()
    (project / "project.toml").write_text(ABOUT, encoding="utf-8")
    (project / "lab1_receiving_calls.ipynb").write_text("{}", encoding="utf-8")
    return tmp_path


def answer(workspace: Path, **forms: object) -> None:
    told = {"schema": 1, "student": "20260101", "answers": {"lab1_receiving_calls": forms}}
    (workspace / PROJECT / "answers.json").write_text(json.dumps(told), encoding="utf-8")


class Links(HTMLParser):
    """Collects the addresses of a page's links, and whether its tags close."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.found: list[str] = []
        self.open: list[str] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.open.append(tag)
        self.found += [value for name, value in attrs if name == "href" and value]

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag


def test_the_page_shows_eight_projects_and_only_real_links(workspace: Path) -> None:
    text = write(workspace).read_text(encoding="utf-8")
    for title in ("认识客户关系管理", "让客户满意", "CRM 项目的实施与评估", "筹备中"):
        assert title in text
    assert text.count("crmlab-tile") == 7
    page = Links(text)
    assert page.open == []
    inside = [
        link for link in page.found if not link.startswith(("/crmlab/", "/crm/"))
    ]  # pages of the server itself
    assert inside and all((workspace / unquote(link)).exists() for link in inside)
    assert "还没有笔记本" not in text
    assert "&lt;第一版&gt;" in text, "a project's words are text, not markup"
    assert "\n\n" not in text, "a blank line would end the block for a Markdown reader"


def test_progress_counts_what_is_answered(workspace: Path) -> None:
    assert "●" not in render(course_state(workspace))
    answer(workspace, parts={"pbx": "1"}, path={}, unknown={"a": 1})
    text = render(course_state(workspace))
    assert "●○○" in text and "1 / 3" in text and "继续" in text
    answer(workspace, parts={"a": 1}, path={"a": 1}, staffing={"a": [3]})
    text = render(course_state(workspace))
    assert "●●●" in text and "再看看" in text and "已完成 3 / 3" in text


@pytest.mark.parametrize(
    "spoilt", ["", "{", "[]", '{"answers": 3}', '{"answers": {"lab1_receiving_calls": 7}}']
)
def test_spoilt_answers_count_as_none_and_the_page_still_opens(workspace: Path, spoilt: str) -> None:
    (workspace / PROJECT / "answers.json").write_text(spoilt, encoding="utf-8")
    assert "0 / 3" in render(course_state(workspace))


def test_a_spoilt_project_file_leaves_the_project_in_preparation(workspace: Path) -> None:
    (workspace / PROJECT / "project.toml").write_text("title = ", encoding="utf-8")
    assert render(course_state(workspace)).count("crmlab-tile") == 8


def test_a_bonus_stands_beside_the_points(workspace: Path) -> None:
    assert "附加" not in render(course_state(workspace))
    path = workspace / PROJECT / "project.toml"
    path.write_text(ABOUT.replace("points = 100", 'points = 100\nbonus = 3\nextension = ["more"]'), "utf-8")
    answer(workspace, parts={"a": 1}, more={"a": 1})
    text = render(course_state(workspace))
    assert "100 分 · 附加 3 分" in text and "1 / 3" in text, "an extension is no checkpoint that is missing"
    assert "bonus 3" in render(course_state(workspace, lang="en"), lang="en")


def test_english_has_its_own_page_and_a_page_is_written_only_when_it_changes(workspace: Path) -> None:
    page = write(workspace, lang="en")
    assert page.name == "Start.md"
    text = page.read_text(encoding="utf-8")
    assert "How to hand in" in text and "Growing loyal customers" in text
    before = page.stat().st_mtime_ns
    write(workspace, lang="en")
    assert page.stat().st_mtime_ns == before


def test_the_page_says_how_to_hand_in_the_open_project(workspace: Path) -> None:
    assert f"python3 lab.py submit {PROJECT}" in render(course_state(workspace))
