"""Whatever is typed, and whatever stands in a log or a transcript: a clear word or an honest score, never a crash."""

import json
from pathlib import Path
from random import Random
from typing import Any

import pytest
import typer
from typer.testing import CliRunner

from crmlab.commands import roleplay
from crmlab.errors import LabError
from crmlab.roleplay import log, terminal
from crmlab.roleplay.scenario import TEMPLATE, load
from crmlab.roleplay.screen import sheet
from crmlab.roleplay.screen.call import Call, begin, taken_up

NAME = "complaint_late_broken"
TALK = [
    "1",
    "您慢慢说，我都记着呢",
    "",
    "对不起，让您白等了这么多天",
    "1",
    "?",
    "2",
    "/hold",
    "锅是哪里坏了呢？",
    "",
    "1",
]


def held(path: Path, typed: list[str], *, name: str | Path = NAME, level: int = 1, lang: str = "zh") -> Call:
    """One call in the terminal in which all of `typed` is typed."""
    rest = iter(typed)
    terminal.run(load(name), path, seed=7, level=level, lang=lang, ask=lambda: next(rest, None))
    return taken_up(path, load(name))


def judge(path: Path, *more: str) -> dict[str, Any]:
    app = typer.Typer()
    roleplay.add_to(app)
    app.command("other")(lambda: None)
    told = CliRunner().invoke(app, ["roleplay", "judge", str(path), *more], catch_exceptions=False)
    return dict(json.loads(told.stdout))


@pytest.fixture(scope="module")
def kept(tmp_path_factory: pytest.TempPathFactory) -> str:
    path = tmp_path_factory.mktemp("plays") / "play.json"
    held(path, TALK)
    return path.read_text(encoding="utf-8")


@pytest.fixture
def record(kept: str) -> dict[str, Any]:
    """The log of a call with lines, free words, a hint and a hold."""
    return dict(json.loads(kept))


def replayed(record: dict[str, Any], folder: Path) -> Call:
    path = folder / "changed.json"
    path.write_text(json.dumps(record), encoding="utf-8")
    return taken_up(path)


# --- the terminal ----------------------------------------------------------------------------------------


def test_the_terminal_takes_numbers_free_words_and_buttons_and_judges_as_the_screen(tmp_path: Path) -> None:
    path = tmp_path / "play.json"
    call = held(path, [*TALK, "/bye", "4", "2", "锅盖裂了"])
    assert [event["k"] for event in call.events] == [
        "line", "say", "confirm", "say", "confirm", "hint", "line", "hold", "say", "confirm", "line", "hang_up", "crm", "crm", "crm",
    ]  # fmt: skip
    assert call.crm == {"type": "complaint", "due": "24h", "summary": "锅盖裂了"}
    told = judge(path)
    assert told["overall"] == sheet.score(call).points and told["hints"] == 1


def test_a_call_broken_off_in_the_terminal_goes_on_where_it_was(tmp_path: Path) -> None:
    straight, broken = tmp_path / "straight.json", tmp_path / "broken.json"
    whole = held(straight, TALK)
    for typed in TALK:
        held(broken, [typed])
    assert taken_up(broken).play.turns == whole.play.turns
    assert taken_up(broken).record()["chain"] == whole.record()["chain"]


def test_what_the_terminal_cannot_do_is_told_and_changes_nothing(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "play.json"
    call = held(path, ["长" * 100_000, "对不起", "9", "x", "0", "\x00\x07"])
    assert [event["k"] for event in call.events] == ["say", "rephrase"]
    told = capsys.readouterr().out
    assert "100000 个字" in told and "请输入编号" in told and "这句话是空的" in told
    with pytest.raises(LabError, match="另一次通话的记录"):
        held(path, ["1"], level=2)
    assert taken_up(path).events == call.events


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_the_hardest_level_takes_free_words_only(
    lang: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    call = held(tmp_path / "play.json", ["?", "Hello, how can I help you?", ""], level=3, lang=lang)
    assert len(call.play.turns) == 1 and "  1." in capsys.readouterr().out


def test_a_scenario_of_ones_own_is_played_and_judged(tmp_path: Path) -> None:
    own = tmp_path / "mine.yaml"
    own.write_text(TEMPLATE.read_text(encoding="utf-8").replace("my_customer", "mine"), encoding="utf-8")
    call = held(tmp_path / "play.json", ["1", "2", "/hold"], name=own)
    assert call.scenario.id == "mine"
    assert judge(tmp_path / "play.json", "--scenario", str(own))["overall"] == sheet.score(call).points
    with pytest.raises(LabError, match="没有剧本 mine"):
        judge(tmp_path / "play.json")
    with pytest.raises(LabError, match="另一版"):
        judge(tmp_path / "play.json", "--scenario", NAME)


# --- logs ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("version", ["1", "0", 2, None, {"a": 1}, "9" * 100])
def test_the_log_of_another_engine_is_refused_with_a_clear_word(
    version: object, record: dict[str, Any], tmp_path: Path
) -> None:
    record["engine"] = version
    record["chain"] = log.chain(record)
    with pytest.raises(LabError, match=r"另一版规则.*重练一次"):
        replayed(record, tmp_path)


def test_free_words_heard_by_another_tagger_are_refused_and_lines_are_not(
    record: dict[str, Any], tmp_path: Path
) -> None:
    record["tagger"] = "tfidf@00000000"
    record["chain"] = log.chain(record)
    with pytest.raises(LabError, match="另一版识别"):
        replayed(record, tmp_path)
    record["events"] = record["events"][:1]
    record["chain"] = log.chain(record)
    assert len(replayed(record, tmp_path).play.turns) == 1


@pytest.mark.parametrize(
    ("n", "change", "told"),
    [
        (1, {"line": "rude"}, "不能选"),
        (1, {"line": "nothing"}, "不能选"),
        (1, {"k": "win"}, "没有动作"),
        (1, {"k": "confirm", "acts": ["empathize"]}, "只能确认"),
        (3, {"acts": ["solution"]}, "只能确认"),
        (3, {"acts": "listen"}, "只能确认"),
        (3, {"k": "say", "text": "又一句"}, "还没有确认"),
        (2, {"text": "字" * 3000}, "3000 个字"),
        (2, {"text": ""}, "空的"),
        (6, {"k": "crm", "field": 3, "value": "x"}, "工单"),
        (6, {"k": "crm", "field": "summary", "value": "x" * 501}, "工单"),
        (6, {"k": "hang_up"}, "已经结束"),
    ],
)  # fmt: skip
def test_an_impossible_action_is_refused_by_name(
    n: int, change: dict[str, Any], told: str, record: dict[str, Any], tmp_path: Path
) -> None:
    record["events"][n - 1] = {**record["events"][n - 1], **change}
    record["chain"] = log.chain(record)
    with pytest.raises(LabError, match=told):
        replayed(record, tmp_path)


@pytest.mark.parametrize("part", ["lang", "level", "seed", "scenario", "engine", "tagger", "v", "events"])
def test_a_forged_log_that_lacks_a_part_is_refused_or_played(
    part: str, record: dict[str, Any], tmp_path: Path
) -> None:
    del record[part]
    record["chain"] = log.chain(record)
    try:
        replayed(record, tmp_path)
    except LabError as refusal:
        assert str(refusal)
    else:
        assert part == "tagger"  # of use only where free words were heard


@pytest.mark.parametrize("harm", ["edited", "missing", "reordered", "seed", "level", "truncated"])
def test_a_careless_edit_is_found(harm: str, record: dict[str, Any], tmp_path: Path) -> None:
    events = record["events"]
    if harm == "edited":
        events[1]["text"] = "好的好的"
    elif harm == "missing":
        del events[4]
    elif harm == "reordered":
        events[0], events[1] = events[1], events[0]
    elif harm in ("seed", "level"):
        record[harm] += 1
    path = tmp_path / "bad.json"
    text = json.dumps(record)
    path.write_text(text[: len(text) // 2] if harm == "truncated" else text, encoding="utf-8")
    with pytest.raises(LabError, match=r"校验码|次序|读不了"):
        taken_up(path)


def test_any_other_log_is_another_play_or_refused(record: dict[str, Any], tmp_path: Path) -> None:
    """Edited with a right fingerprint, a log is judged as what it says, whatever it says."""
    random, outcomes = Random(11), set()
    wild: list[Any] = [
        None,
        True,
        -1,
        1e9,
        10**30,
        "",
        "x" * 3000,
        "<script>",
        "\ud800",
        [],
        {},
        [[]],
        {"k": {}},
        float("nan"),
    ]
    for _n in range(80):
        made = json.loads(json.dumps(record))
        part = random.choice([made, random.choice(made["events"])])
        part[random.choice(list(part))] = random.choice(wild)
        made["chain"] = log.chain(made)
        try:
            call = replayed(made, tmp_path)
        except LabError:
            outcomes.add("refused")
            continue
        outcomes.add("played")
        assert 0 <= sheet.score(call).points <= 100
    assert outcomes == {"refused", "played"}


# --- transcripts -----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("content", "told"),
    [
        ("", "读不了"),
        ("[]", "不空的列表"),
        ("{}", "另一版规则"),
        ("[1]", "第 1 项"),
        ('[{"speaker": "agent"}]', "第 1 项缺"),
        ('[{"speaker": "agent", "text": 3}]', "第 1 项缺"),
        ('[{"speaker": "customer", "text": "x"}]', "没有客服说的话"),
        ('[{"speaker": "A", "text": "x"}, {"speaker": "B", "text": "x"}]', "看不出是客服还是客户"),
        (json.dumps([{"speaker": "agent", "text": "长" * 100_000}]), "100000 个字"),
        ("[" * 100_000, "读不了"),
        (json.dumps([{"speaker": "agent", "text": "x" * 1900}] * 800), "大于"),
    ],
)  # fmt: skip
def test_a_transcript_that_cannot_be_judged_says_why(content: str, told: str, tmp_path: Path) -> None:
    path = tmp_path / "t.json"
    path.write_text(content, encoding="utf-8")
    with pytest.raises(LabError, match=told):
        judge(path)
    with pytest.raises(LabError, match="读不了"):
        judge(tmp_path / "nothing.json")


@pytest.mark.parametrize(
    "text", ["", "\x00\x1b[31m", "<script>alert(1)</script>", "🙂" * 50, "？？？", "您好" * 900, "\u202e\u200b", "a\nb\tc"]
)  # fmt: skip
def test_odd_words_in_a_transcript_are_judged_like_any_others(text: str, tmp_path: Path) -> None:
    path = tmp_path / "t.json"
    rows = [{"speaker": "客户", "text": text}, {"speaker": "客服", "text": text}]
    path.write_text(json.dumps(rows), encoding="utf-8")
    told = judge(path)
    assert 0 <= told["overall"] <= 100 and next(iter(told["steps"])) == "accept"


def test_an_unknown_language_is_refused(tmp_path: Path) -> None:
    with pytest.raises(LabError, match="没有语言"):
        judge(tmp_path / "t.json", "--lang", "fr")
    with pytest.raises(LabError, match="没有语言 fr"):
        begin(tmp_path / "p.json", load(NAME), seed=1, level=1, lang="fr")
