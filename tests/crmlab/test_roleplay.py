"""Conversations with a simulated customer: replayed, judged, and refused when the log cannot be."""

import json
from pathlib import Path

import pytest
import typer
from typer.testing import CliRunner

from crmlab.commands import roleplay
from crmlab.errors import LabError
from crmlab.roleplay import log, transcript
from crmlab.roleplay.bots import play_bot
from crmlab.roleplay.engine import Play
from crmlab.roleplay.judge import STEPS, Said, judge_play, judge_said
from crmlab.roleplay.scenario import load, read_yaml
from crmlab.roleplay.screen import attempts, sheet

COMPLAINT = load("complaint_late_broken")
LINES = ["greet", "listen", "sorry", "open", "closed", "restate", "replace", "time", "thanks"]


def played(lines: list[str], *, lang: str = "zh", level: int = 1) -> Play:
    play = Play(COMPLAINT, seed=3, level=level, lang=lang)
    for line in lines:
        play.line(line)
    return play


def test_a_saved_play_replays_to_the_same_words_and_score(tmp_path: Path) -> None:
    play = played(LINES)
    log.save(log.of(play, LINES), tmp_path / "play.json")
    again = log.replay(log.read(tmp_path / "play.json"))
    assert again.turns == play.turns and judge_play(again) == judge_play(play)
    assert [path.name for path in tmp_path.iterdir()] == ["play.json"]


@pytest.mark.parametrize("harm", ["edit", "drop", "swap", "engine"])
def test_a_log_that_was_changed_is_refused(harm: str) -> None:
    record = log.of(played(LINES), LINES)
    if harm == "edit":
        record["events"][0]["line"] = "rude"
    elif harm == "drop":
        del record["events"][2]
    elif harm == "swap":
        record["events"].reverse()
    else:
        record["engine"] = "0"
    with pytest.raises(LabError):
        log.replay(record)


def test_both_languages_score_alike() -> None:
    assert judge_play(played(LINES)).overall == judge_play(played(LINES, lang="en")).overall


def test_an_insult_lowers_the_score() -> None:
    insulted = [*LINES[:3], "rude", *LINES[3:]]
    play = Play(COMPLAINT, seed=3)
    for line in insulted:
        if not play.state.ended:
            play.line(line)
    assert judge_play(play).overall <= 30 < judge_play(played(LINES)).overall


def test_more_apologies_do_not_raise_the_score() -> None:
    more = [*LINES[:3], "sorry", "sorry", "sorry", *LINES[3:]]
    assert judge_play(played(more)).procedure == judge_play(played(LINES)).procedure


def test_steps_out_of_order_earn_less() -> None:
    said = [Said(n, act, (act,)) for n, act in enumerate(["greet", "solution", "empathize", "ask_open"], 1)]
    ordered = [said[0], *[Said(n, s.text, s.acts) for n, s in enumerate([said[2], said[3], said[1]], 2)]]
    assert judge_said(said, lang="zh").overall < judge_said(ordered, lang="zh").overall


def test_an_utterance_that_stuffs_all_acts_earns_nothing() -> None:
    everything = Said(1, "…", ("greet", "empathize", "ask_open", "solution", "commit_time", "thank_close"))
    sheet = judge_said([everything], lang="zh").plain()
    assert tuple(sheet["steps"]) == STEPS and sheet["overall"] == 0


@pytest.mark.parametrize("text", ["", " \x00\n ", "长" * 100_000])
def test_words_that_cannot_be_said_leave_the_play_as_it_was(text: str) -> None:
    play = Play(COMPLAINT, seed=1)
    with pytest.raises(LabError):
        play.say(text, ("greet",))
    assert not play.turns


def test_an_unknown_act_is_refused_by_name() -> None:
    with pytest.raises(LabError, match="flatter"):
        Play(COMPLAINT, seed=1).say("您真好", ("flatter",))


def test_broken_yaml_is_refused_with_file_and_line() -> None:
    with pytest.raises(LabError, match=r"mine\.yaml 第 2 行"):
        read_yaml(b"a: 1\nb: [1, ]]\n", "mine.yaml")


def test_a_transcript_entry_without_text_is_named(tmp_path: Path) -> None:
    path = tmp_path / "t.json"
    path.write_text(json.dumps([{"speaker": "customer", "text": "x"}, {"speaker": "agent"}]))
    with pytest.raises(LabError, match="第 2 项"):
        transcript.read(path, lang="zh")


@pytest.mark.parametrize("level", [1, 2, 3])
def test_the_rude_one_is_hung_up_on(level: int) -> None:
    assert play_bot(COMPLAINT, "rude", seed=2, level=level).state.ended == "hang_up"


@pytest.mark.parametrize(
    ("speaker", "expected"),
    [
        ("agent", "agent"), ("Agent 1", "agent"), ("CSR", "agent"), ("客服小李", "agent"), ("客户服务代表", "agent"),
        ("接线员：", "agent"), ("ＡＧＥＮＴ", "agent"), ("customer", "customer"), ("Caller_2", "customer"),
        ("顾客王女士", "customer"), ("来电人", "customer"), ("王女士", ""), ("A", ""), ("reporter", ""),
    ],
)  # fmt: skip
def test_a_speaker_is_known_by_the_words_in_the_name(speaker: str, expected: str) -> None:
    assert transcript.side(speaker) == expected


def written(tmp_path: Path, *speakers: str, coding: str = "utf-8") -> Path:
    path = tmp_path / "t.json"
    said = [{"speaker": one, "text": "您好，这里是客服中心，请讲。"} for one in speakers]
    path.write_text(json.dumps(said, ensure_ascii=False), encoding=coding)
    return path


def test_of_two_speakers_one_tells_who_the_other_is(tmp_path: Path) -> None:
    assert [one.n for one in transcript.read(written(tmp_path, "客户", "小李", "客户"), lang="zh")[0]] == [2]
    assert [one.n for one in transcript.read(written(tmp_path, "CSR", "王女士", "CSR"), lang="zh")[0]] == [
        1,
        3,
    ]
    saved_by_notepad = written(tmp_path, "客服", "客户", coding="utf-8-sig")
    assert [one.n for one in transcript.read(saved_by_notepad)[0]] == [1]


@pytest.mark.parametrize(("speakers", "told"), [(("甲", "乙"), "'甲'"), (("客户", "顾客"), "没有客服")])
def test_a_transcript_in_which_nobody_is_known_is_refused_and_not_scored(
    tmp_path: Path, speakers: tuple[str, ...], told: str
) -> None:
    with pytest.raises(LabError, match=told):
        transcript.read(written(tmp_path, *speakers), lang="zh")


def test_a_log_of_the_screen_is_judged_as_the_screen_judges_it(tmp_path: Path) -> None:
    call = attempts.resume(tmp_path / "plays", "complaint_late_broken", student="2026001")
    call.do("say", text="您好，这里是澄湖优品客服，您慢慢说，我在听。")
    call.do("confirm", acts=[call.guesses[0][0]])
    call.do("hold")
    app = typer.Typer()
    roleplay.add_to(app)
    told = CliRunner().invoke(app, ["roleplay", "judge", str(call.path)])
    shown = sheet.score(call)
    assert told.exit_code == 0
    assert json.loads(told.stdout) == {**shown.sheet.plain(), "hints": 0, "overall": shown.points}
