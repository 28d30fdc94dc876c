"""A teacher writes a scenario: made, checked with line and cure, and drawn."""

import re
from html.parser import HTMLParser
from pathlib import Path

import pytest
import typer
import yaml
from typer.testing import CliRunner

from crmlab.commands import roleplay, roleplay_author
from crmlab.errors import LabError
from crmlab.roleplay import graph, scenario, yaml_file
from crmlab.roleplay.engine import Play
from crmlab.roleplay.judge import judge_play
from crmlab.roleplay.lint import faults
from crmlab.roleplay.negotiation import case
from crmlab.roleplay.scenario import TEMPLATE, load, names, read_yaml

TEXT = TEMPLATE.read_text(encoding="utf-8")


def run(*words: str) -> str:
    app = typer.Typer()
    roleplay.add_to(app)
    roleplay_author.add_to(app)
    return str(CliRunner().invoke(app, ["roleplay", *words], catch_exceptions=False).stdout)


def changed(tmp_path: Path, *swaps: tuple[str, str]) -> Path:
    """The shipped small scenario with some words changed."""
    text = TEXT
    for old, new in swaps:
        assert old in text
        text = text.replace(old, new)
    path = tmp_path / "my_customer.yaml"
    path.write_text(text, encoding="utf-8")
    return path


def test_a_new_scenario_is_clean_and_can_be_drawn(tmp_path: Path) -> None:
    path = tmp_path / "mine.yaml"
    assert str(path) in run("new", "mine", "--out", str(path))
    assert load(path).id == "mine" and faults(load(path)) == []
    run("graph", str(path), "--out", str(tmp_path / "mine.html"))
    assert sorted(one.name for one in tmp_path.iterdir()) == ["mine.html", "mine.yaml"]


def test_a_file_of_somebody_is_not_written_over(tmp_path: Path) -> None:
    path = tmp_path / "mine.yaml"
    path.write_text("precious", encoding="utf-8")
    with pytest.raises(LabError, match="已经有了"):
        run("new", "mine", "--out", str(path))
    assert path.read_text(encoding="utf-8") == "precious"
    run("new", "mine", "--out", str(path), "--force")
    assert load(path).id == "mine"


@pytest.mark.parametrize("name", ["", "我的", "Mine", "a b", "../x", "x" * 41])
def test_a_name_that_cannot_be_one_is_refused(name: str, tmp_path: Path) -> None:
    with pytest.raises(LabError, match="小写英文字母"):
        run("new", name, "--out", str(tmp_path / "x.yaml"))


@pytest.mark.slow
@pytest.mark.parametrize("name", names())
def test_every_shipped_scenario_is_clean(name: str) -> None:
    assert faults(load(name)) == []


@pytest.mark.parametrize(
    ("old", "new", "line", "told"),
    [
        ("trust: 35}", "trust: 135}", "facts.need.trust", "应在 0 到 100 之间"),
        ("asked: [listen, ask_open]", "asked: [flatter]", "facts.cold.asked.0", "没有 flatter"),
        ("goal: {accept: [replace, refund]}", "goal: {}", "goal", "缺少 accept"),
        ("due: 24h}", "due: 24}", "ticket.due", "没有 24"),
        ('"你这叫什么话？", ', "", "replies.hurt.zh", "至少要 3 项"),
        ("才两天就坏了，我能不气吗？", "你光说好听的，吹风机还是凉的。", "replies.upset.zh", "完全一样"),
        ('zh: "投诉：吹风机不热"', 'zh: ""', "title.zh", "是空的"),
        ("beyond: [cash]", "beyund: [cash]", "beyund", "不认识 beyund"),
        ("anger: 58", "anger: high", "levels.1.anger", "应是整数"),
        ("id: my_customer ", "id: My-Customer ", "id", "不能用作名字"),
        ('tier: {zh: "普通会员", en: "member"}', "tier: 3", "customer.tier", "应是一组"),
        ("opening: {", "opening: [1, {", "", "读不懂"),
    ],
)  # fmt: skip
def test_what_the_schema_refuses_is_told_with_line_and_cure(
    tmp_path: Path, old: str, new: str, line: str, told: str
) -> None:
    with pytest.raises(LabError, match=rf"my_customer\.yaml .*第 \d+ 行 ?{re.escape(line)}.*{told}"):
        load(changed(tmp_path, (old, new)))


def test_the_line_is_the_one_an_editor_shows(tmp_path: Path) -> None:
    path = changed(tmp_path, ("trust: 35}", "trust: 135}"))
    number = next(n for n, row in enumerate(path.read_text(encoding="utf-8").splitlines(), 1) if "135" in row)
    with pytest.raises(LabError, match=f"第 {number} 行 facts.need.trust"):
        load(path)


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        ("rubric: complaint6", "rubric: nothing", "没有评分表 nothing"),
        ("goal: {accept: [replace, refund]}", "goal: {accept: [present]}", "方案 present 不在 offers 里"),
        ("beyond: [cash]", "beyond: [gold]", "方案 gold 不在 offers 里"),
        ("goal: {accept: [replace, refund]}", "goal: {accept: [refund]}", "没有一句建议语句提出客户会接受的方案"),
        ("asked: [restate, ask_open, ask_closed], trust: 35", "asked: [ask_money]", "没有一句建议语句问得到"),
        ("acts: [commit_time]", "acts: [hold]", "步骤 act 没有一句建议语句"),
        ("accept: [replace, refund]}\nbeyond: [cash]", "accept: [replace, refund]}\nbeyond: [replace]", "相差 12 分"),
        ("trust: 35}", "trust: 99}", "从没说出来"),
        ('"2": {anger: 66', '"2": {anger: 50', "比难度 1 还容易"),
        ("Nice words, but the dryer is still cold.", "光说好听的", "这里要写英文"),
        ("你光说好听的，吹风机还是凉的。", "Nice words", "这里要写中文"),
        ("What is that supposed to mean?", "What is {name} to mean?", "不认识 {name}"),
        ("{anger: 72, trust: 30, patience: 58}", "{anger: 94, trust: 1, patience: 9}", "相差 12 分"),
    ],
)  # fmt: skip
def test_what_only_reading_and_playing_can_see(tmp_path: Path, old: str, new: str, told: str) -> None:
    found = faults(load(changed(tmp_path, (old, new))))
    assert any(re.search(told, one) and re.match(r"第 \d+ 行", one) for one in found), found


def test_a_customer_may_feel_otherwise_than_most(tmp_path: Path) -> None:
    cold = "feelings:\n  facts_enough: 0\n  acts:\n    empathize: {anger: [1], trust: [-6]}\nlevels:"
    usual, other = (
        Play(load(TEMPLATE), seed=1),
        Play(load(changed(tmp_path, ("\nlevels:", "\n" + cold))), seed=1),
    )
    start = other.state
    assert usual.line("sorry").state.anger < start.anger < other.line("sorry").state.anger
    assert other.line("replace").state.accepted and not usual.line("replace").state.accepted


def test_an_offer_beyond_authority_is_a_promise_that_breaks() -> None:
    kept, broken = (Play(load(TEMPLATE), seed=1) for _n in range(2))
    for line in ("greet", "sorry", "open", "closed", "replace", "time"):
        kept.line(line)
        broken.line(line)
    broken.line("cash")
    kept.line("thanks")
    broken.line("thanks")
    assert broken.state.overpromised and broken.state.anger > kept.state.anger + 15
    assert judge_play(broken).overall < judge_play(kept).overall


@pytest.mark.parametrize(
    ("content", "told"),
    [
        (b"a: 1\na: 2\n", "第 2 行又写了一次 a（第 1 行已有）"),
        (b"a: &x [1]\nb: *x\n", "第 1 行的内容用 & 和"),
        (b"a: 1\n\tb: 2\n", "第 2 行读不懂；这里用了 Tab"),
        (b'a: 1\nb: "x\nc: 2\n', "引号或括号没有成对"),
        (b"a: 1\nb: !!python/object:os.system x\n", "第 2 行读不懂"),
        (b"a: 1\nb: x\x01\n", "第 2 行读不懂；这里有看不见的控制字符"),
        (b"[" * 5000, "读不懂"),
        ("名字: 好".encode("gbk"), "不是 UTF-8"),
        (b"a: 2026-13-45\n", "读不懂"),
    ],
)
def test_broken_yaml_is_told_with_line_and_cure(content: bytes, told: str) -> None:
    with pytest.raises(LabError, match=rf"^mine\.yaml.*{re.escape(told)}"):
        read_yaml(content, "mine.yaml")


def test_names_are_text_however_they_are_written() -> None:
    assert read_yaml("﻿1: a\nno: b\n".encode(), "x.yaml") == {"1": "a", "no": "b"}


@pytest.mark.parametrize("missing", ["nobody", "nowhere/x.yaml"])
def test_a_scenario_that_is_not_there_is_refused(missing: str) -> None:
    with pytest.raises(LabError, match=r"没有剧本|读不了剧本"):
        run("lint", missing)


def test_a_file_beyond_all_measure_is_not_read(tmp_path: Path) -> None:
    path = tmp_path / "big.yaml"
    path.write_bytes(b"#" * 600_000)
    with pytest.raises(LabError, match="大于 500000 字节"):
        load(path)


class Outside(HTMLParser):
    """Collects what a page would fetch or run."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in ("script", "img", "link", "iframe") or any(
            name in ("src", "href", "onload") for name, _ in attrs
        ):
            self.found.append(tag)


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_the_picture_needs_nothing_else_and_shows_every_fact_offer_and_ending(
    tmp_path: Path, lang: str
) -> None:
    path = changed(tmp_path, ("member", "<script>alert(1)</script>"), ("a full refund", "<b>a refund</b>"))
    scenario = load(path)
    drawn = graph.page(scenario, lang=lang)
    seen = Outside()
    seen.feed(drawn)
    assert seen.found == [] and "<b>" not in drawn
    assert all(f">{name}" in drawn for name in [*scenario.facts, *scenario.plain["offers"]])
    assert (
        drawn.count("<rect") == drawn.count("<g>") > len(scenario.facts) + len(scenario.plain["offers"]) + 3
    )


@pytest.mark.parametrize("lang", ["de", ""])
def test_a_picture_in_another_language_is_refused(lang: str, tmp_path: Path) -> None:
    with pytest.raises(LabError, match="没有语言"):
        run("graph", "complaint_late_broken", "--lang", lang, "--out", str(tmp_path / "x.html"))
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize(
    "path", [*scenario.SCENARIOS.glob("*.yaml"), *case.CASES.glob("*.yaml")], ids=lambda path: path.stem
)
def test_both_readers_of_yaml_see_the_same_on_the_same_lines(path: Path) -> None:
    assert hasattr(yaml, "CSafeLoader")
    content = path.read_bytes()
    assert yaml_file.read(content, path.name, ours=True) == yaml_file.read(content, path.name)


@pytest.mark.parametrize("slip", ["facts: [1,\t2]", "a: \tb", "[" * 400_000, "- " * 200_000])
def test_a_slip_that_the_quick_reader_takes_or_does_not_survive_is_refused(slip: str, tmp_path: Path) -> None:
    path = tmp_path / "mine.yaml"
    path.write_text(slip, encoding="utf-8")
    with pytest.raises(LabError, match=r"mine\.yaml 第 1 行读不懂"):
        load(path)


def test_a_scenario_is_read_anew_when_its_file_is_another(tmp_path: Path) -> None:
    path = tmp_path / "mine.yaml"
    path.write_text(scenario.fresh("mine"), encoding="utf-8")
    first = scenario.load(path)
    assert scenario.load(path) is first
    path.write_text(scenario.fresh("mine") + "\n# changed\n", encoding="utf-8")
    assert scenario.load(path).sha != first.sha
