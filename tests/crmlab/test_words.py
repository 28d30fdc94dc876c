"""The words of a lab: read as written, and every slip of an author named with its place."""

from pathlib import Path

import pytest
from labbench import WORDS

from crmlab.errors import LabError
from crmlab.words import Field, LabWords, load


def read(folder: Path, text: str) -> LabWords:
    path = folder / "lab1_calls.toml"
    path.write_text(text, encoding="utf-8")
    return load(path)


def test_words_come_out_as_written(tmp_path: Path) -> None:
    words = read(tmp_path, WORDS)
    first, wait = words.form("path").fields
    assert (first.kind, first.options[0]) == ("choice", ("pbx", "程控交换机"))
    assert (wait.min, wait.max, wait.unit) == (0, 600, "秒")
    assert words.form("path").hints == ("看哪里", "规则", "半句答案")
    assert words.form("register").rows.text == ("at", "note")  # type: ignore[union-attr]
    assert words.say("welcome", {"name": "小李"}) == "你好，小李。"
    assert words.check_sentence("path", "wait").startswith("秒数不对")


def test_a_file_of_windows_with_its_mark_is_read(tmp_path: Path) -> None:
    path = tmp_path / "lab1_calls.toml"
    path.write_bytes(b"\xef\xbb\xbf" + WORDS.replace("\n", "\r\n").encode())
    assert load(path).title == "接待电话客户"


@pytest.mark.parametrize(
    ("old", "new", "says"),
    [
        ('title = "接待电话客户"', "title = 3", r"文件开头 title = 3"),
        ("[say]", "[sayings]", r"sayings.*可用的.*say"),
        ('"你好，{name}。"', '""', r"\[say\] welcome"),
        ('"你好，{name}。"', '"你好，{name。"', r"花括号"),
        ('kind = "number"', 'kind = "nummer"', r"\[form.path\] 第 2 个问题（wait） kind = nummer.*number"),
        ('name = "wait"', 'name = "first"', r"\[form.path\] name = first.*重名"),
        ('name = "wait"', "", r"第 2 个问题 name = None"),
        ("max = 600", "max = -1", r"max = -1.*min = 0"),
        ("max = 600", 'max = "600"', r"max = 600：要是一个数"),
        ("max = 600", "most = 600", r"（wait） most = 600：这里没有这个名字"),
        ('options = "parts"', 'options = "part"', r"（first） options = part.*现有的：parts"),
        ('["ivr", "交互式语音应答"]', '["ivr"]', r"\[options\] parts"),
        ('["ivr", "交互式语音应答"]', '["pbx", "又一个"]', r"不能重复"),
        ('hints = ["看最忙的时段"]', 'hints = "看"', r"\[form.plan\] hints"),
        ('rows = {key = "call_id", text = ["at", "note"]}', 'rows = "call_id"', r"\[form.register\] rows"),
        ('"18–20"]', '""]', r"（agents） blocks"),
        ("[form.plan]", "[form.plan]\nextra = 1", r"\[form.plan\] extra = 1"),
        ('first = "第一站不对：看时间线最左边。"', "first = 1", r"\[check.path\] first = 1"),
    ],
)
def test_a_slip_is_named_with_its_place(tmp_path: Path, old: str, new: str, says: str) -> None:
    assert old in WORDS
    with pytest.raises(LabError, match=says) as refusal:
        read(tmp_path, WORDS.replace(old, new, 1))
    assert "lab1_calls.toml" in str(refusal.value)


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ('title = "x"\nform = 3', "form = 3"),
        ('title = "x"\n[form]\npath = 3', r"\[form.path\] = 3"),
        ('title = "x"\n[form.path]\ntitle = "y"', "至少要有一个问题"),
        ('title = "x"\n[form.path]\ntitle = "y"\nfield = [1]', "第 1 个问题"),
        ('title = "x"\n[check]\npath = 3', r"\[check.path\]"),
        ("title = ", "不是 UTF-8 的 TOML"),
    ],
)
def test_a_file_of_another_shape_is_refused(tmp_path: Path, text: str, says: str) -> None:
    with pytest.raises(LabError, match=says):
        read(tmp_path, text)


def test_a_lab_without_words_is_refused(tmp_path: Path) -> None:
    with pytest.raises(LabError, match=r"找不到 lab1_calls\.toml"):
        load(tmp_path / "lab1_calls.toml")


def test_unknown_ids_name_what_there_is(tmp_path: Path) -> None:
    words = read(tmp_path, WORDS)
    for ask, says in (
        (lambda: words.form("pth"), "没有表单 'pth'；现有的：path、register、plan"),
        (lambda: words.say("hello"), "没有文字 'hello'；现有的：welcome"),
        (lambda: words.say("welcome"), r"\[say\] welcome 里 'name' 填不上"),
        (lambda: words.check_sentence("plan", "ok"), r"\[check.plan\] 里没有句子 'ok'"),
    ):
        with pytest.raises(LabError, match=says):
            ask()


def test_an_answer_is_told_in_the_readers_words() -> None:
    options = (("a", "甲"), ("b", "乙"))
    assert Field("x", "choice", "?", options=options).shown("b") == "乙"
    assert Field("x", "many", "?", options=options).shown(["a", "b", 3]) == "甲；乙；3"
    assert Field("x", "number", "?", unit="秒").shown(12.5) == "12.5 秒"
    assert Field("x", "blocks", "?", blocks=("早", "晚")).shown([3, 4]) == "早 3；晚 4"
    assert Field("x", "text", "?").shown(None) == ""
    assert Field("x", "choice", "?", options=options).shown({"odd": 1}) == "{'odd': 1}"
