"""Plain transcripts, judged without anybody's confirmation: who did better scores better, step by step."""

import json
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
import yaml

from crmlab.roleplay.bots import play_bot
from crmlab.roleplay.crediting import Said
from crmlab.roleplay.judge import Sheet, judge_said
from crmlab.roleplay.reading import heard
from crmlab.roleplay.scenario import load, names
from crmlab.roleplay.transcript import language, said_in

CASES: list[dict[str, Any]] = yaml.safe_load(
    (Path(__file__).parents[1] / "data/roleplay/transcripts.yaml").read_text(encoding="utf-8")
)
DONE, MISSING, GAP = 60, 40, 12
WHO = {"a": "agent", "c": "customer"}


def judged(said: list[dict[str, str]], lang: str) -> Sheet:
    rows = [{"speaker": WHO[who], "text": text} for one in said for who, text in one.items()]
    return judge_said(said_in(rows, "call.json", lang=lang), lang=lang)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["case"])
def test_the_better_agent_scores_clearly_better(case: dict[str, Any]) -> None:
    overall = [judged(call["said"], case["lang"]).overall for call in case["calls"]]
    assert all(high - low >= GAP for high, low in pairwise(overall)), overall
    assert overall[0] >= 85 and overall[-1] <= 40


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["case"])
def test_each_step_scores_what_was_done_for_it(case: dict[str, Any]) -> None:
    for call in case["calls"]:
        steps = judged(call["said"], case["lang"]).plain()["steps"]
        assert list(steps) == ["accept", "calm", "clarify", "explore", "act", "thank"]
        assert all(steps[step] >= DONE for step in call.get("done", ())), (call["agent"], steps)
        assert all(steps[step] <= MISSING for step in call.get("missing", ())), (call["agent"], steps)


GOOD = [case["calls"][0]["said"] for case in CASES]
LANGS = [case["lang"] for case in CASES]
INSULT = {"zh": "你是不是有毛病啊，烦死人了。", "en": "Are you deaf or just stupid?"}
SORRY = {"zh": "真的对不起，让您受委屈了。", "en": "I am truly sorry for the trouble this has caused you."}
both = pytest.mark.parametrize(
    ("said", "lang"), list(zip(GOOD, LANGS, strict=True)), ids=[c["case"] for c in CASES]
)


@both
def test_one_insult_that_nobody_confirmed_lowers_but_does_not_decide(
    said: list[dict[str, str]], lang: str
) -> None:
    kept = judged(said, lang).overall
    insulted = judged([*said[:6], {"a": INSULT[lang]}, *said[6:]], lang)
    assert kept - 30 < insulted.overall < kept and insulted.cap == ""


@both
def test_more_apologies_add_nothing(said: list[dict[str, str]], lang: str) -> None:
    more = [*said[:6], *[{"a": SORRY[lang]}] * 4, *said[6:]]
    assert judged(more, lang).overall <= judged(said, lang).overall


@both
def test_the_steps_backwards_score_less(said: list[dict[str, str]], lang: str) -> None:
    assert judged(said[::-1], lang).overall <= judged(said, lang).overall - 5


@both
def test_a_step_left_out_costs_that_step(said: list[dict[str, str]], lang: str) -> None:
    without = [one for one in said if "a" not in one or "solution" not in heard(one["a"], lang)]
    assert (
        judged(without, lang).plain()["steps"]["explore"]
        <= MISSING
        < judged(said, lang).plain()["steps"]["explore"]
    )


@pytest.mark.slow
def test_the_same_call_in_both_languages_scores_alike() -> None:
    """What nobody confirmed hangs on the tagger, so a single call may differ; over all complaints it evens out."""
    apart = []
    for name in (one for one in names() if load(one).plain["rubric"] == "complaint6"):
        scores = []
        for lang in ("zh", "en"):
            play = play_bot(load(name), "good", seed=2, level=1, lang=lang)
            said = [{"c": play.text(play.scenario.plain["opening"])}]
            for turn in play.turns:
                said += [{"a": turn.text}, {"c": turn.reply}]
            scores.append(judged(said, lang).overall)
        apart.append(abs(scores[0] - scores[1]))
    assert sum(apart) / len(apart) <= 5 and max(apart) <= 12, apart


TWINS: list[dict[str, Any]] = yaml.safe_load(
    (Path(__file__).parents[1] / "data/roleplay/twins.yaml").read_text(encoding="utf-8")
)


def test_calls_written_twice_score_alike() -> None:
    apart = [abs(judged(twin["zh"], "zh").overall - judged(twin["en"], "en").overall) for twin in TWINS]
    assert sum(apart) / len(apart) <= 5 and max(apart) <= 15, apart


@pytest.mark.parametrize(
    ("text", "lang", "does", "does_not"),
    [
        ("Hello, Clear Eyes, this is Su in the shop.", "en", "self_intro", ""),
        ("I can have it picked up on Monday, is that OK with you?", "en", "solution", "ask_closed"),
        ("We could swap it for the blue one. Would that do?", "en", "solution", "ask_closed"),
        ("我请师傅带零件上门，您看行吗？", "zh", "solution", "ask_closed"),
        ("Everybody else can wait, why can't you?", "en", "blame", "ask_open"),
        ("别人都能等，怎么就您不行？", "zh", "blame", "ask_open"),
        ("We can do it tomorrow before three, I have kept a slot for you.", "en", "commit_time", ""),
        ("Let me check: it came late and the lid is cracked. Is that right?", "en", "restate", "solution"),
        ("Is that the branch in River Road?", "en", "ask_closed", "solution"),
    ],
)
def test_what_a_sentence_does_is_told_by_its_signs(text: str, lang: str, does: str, does_not: str) -> None:
    found = heard(text, lang)
    assert found.get(does, 0.0) >= 0.7 and does_not not in found


def test_a_long_friendly_turn_is_heard_in_all_its_sentences() -> None:
    text = "您好，我是客服小周。让您白等了一下午，换谁都生气，真对不起。您能讲讲是哪里坏了吗？我都记下来。"
    assert {"greet", "self_intro", "empathize", "ask_open", "listen"} <= set(heard(text, "zh"))


def test_what_the_customer_said_decides_what_is_said_back() -> None:
    line = "周六才到，锅盖裂了，对吗？"
    assert heard(line, "zh", before=["说好周二，周六才到！", "锅盖裂了一道口子。"])["restate"] == 1
    assert heard(line, "zh", before=["你们扣了我两回钱！"]).get("restate", 0) < 1


def test_an_offer_that_asks_nobody_is_worth_less() -> None:
    asked = heard("我给您换一台新的，您看行吗？", "zh")["solution"]
    assert heard("我给您换一台新的。", "zh", after="哼。")["solution"] < asked
    assert heard("我给您换一台新的。", "zh", after="行。")["solution"] == asked


def test_a_guess_below_certainty_is_believed_in_part() -> None:
    half = Said(1, "给您退款", ("solution",), {"solution": 0.5}, confirmed=False)
    full = Said(1, "给您退款", ("solution",))
    points = [judge_said([one], lang="zh").plain()["steps"]["explore"] for one in (half, full)]
    assert 0 < points[0] < points[1]


@pytest.mark.parametrize(("said", "lang"), list(zip(GOOD, LANGS, strict=True)), ids=LANGS)
def test_the_language_is_seen_from_the_words(said: list[dict[str, str]], lang: str) -> None:
    assert language([{"speaker": "x", "text": text} for one in said for text in one.values()]) == lang


@pytest.mark.parametrize(("page", "lang"), [("roleplay.md", "zh"), ("roleplay.en.md", "en")])
def test_the_transcript_of_the_guide_is_judged(page: str, lang: str) -> None:
    text = (Path(__file__).parents[2] / "docs" / page).read_text(encoding="utf-8")
    rows = json.loads(text.split("```json")[1].split("```")[0])
    assert language(rows) == lang
    steps = judge_said(said_in(rows, page, lang=lang), lang=lang).plain()["steps"]
    assert steps["accept"] >= 50 and steps["calm"] >= 60 and steps["act"] == steps["thank"] == 0


def test_two_questions_of_one_kind_are_more_than_one_and_less_than_two_kinds() -> None:
    def clarified(*asked: str) -> int:
        said = [
            {"c": "锅坏了！"},
            {"a": "真对不起，刚买就坏了，换谁都生气。"},
            *({"a": one} for one in asked),
        ]
        return int(judged(said, "zh").plain()["steps"]["clarify"])

    one, two = ("请问您的订单号是多少？",), ("请问您的订单号是多少？", "请问您的电话是多少？")
    kinds = ("请问您的订单号是多少？", "您能说说是怎么坏的吗？")
    assert clarified(*one) < clarified(*two) < clarified(*kinds)
