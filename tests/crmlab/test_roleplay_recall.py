"""What a customer remembers: asked for by name, told once more, kept back, and agreed to when said back."""

import pytest

from crmlab.roleplay import bots
from crmlab.roleplay.engine import Play, common
from crmlab.roleplay.judge import judge_play
from crmlab.roleplay.scenario import load, names
from crmlab.roleplay.screen.chips import chips

CHARGE = load("complaint_wrong_charge")


def begun(scenario, *acts: str, lang: str = "zh", level: int = 1) -> Play:
    """A call in which the customer has been listened to and soothed."""
    play = Play(scenario, seed=2, level=level, lang=lang)
    for act in ("empathize", *acts):
        play.say({"zh": "真对不起，让您着急了。", "en": "I am really sorry for that."}[lang], (act,))
    return play


def said(play: Play, name: str) -> str:
    return play.text(play.scenario.facts[name]["say"])


@pytest.mark.parametrize(
    ("lang", "question", "fact"),
    [
        ("zh", "请问一共扣了几次，多少金额？", "twice"),
        ("zh", "上次您打来，他们怎么答复的？", "calls"),
        ("en", "How much was taken, and how often?", "twice"),
        ("en", "What did they tell you last time?", "calls"),
    ],
)
def test_a_question_gets_the_answer_to_what_it_asks(lang, question, fact):
    play = begun(CHARGE, lang=lang)
    left = [name for name in ("twice", "calls") if name not in play.state.told]
    assert play.say(question, ("ask_open",)).reply == said(play, fact) or fact not in left


def test_what_is_asked_for_again_is_told_again_and_counts_once():
    play = begun(CHARGE, "empathize")
    first = play.say("您的账号是这个手机号吗？", ("ask_closed",))
    assert first.reply == said(play, "bill") and first.state.told[-1] == "bill"
    second = play.say("请问账号是多少？", ("ask_closed",))
    assert said(play, "bill") in second.reply and second.reply != first.reply
    assert second.state.told == first.state.told


def test_what_is_asked_for_too_early_is_kept_back_and_nothing_else_told():
    play = Play(load("man_phone_lead"), seed=2, level=3)
    turn = play.say("请问今年的预算大概多少钱？", ("ask_money",))
    assert turn.state.told == () and turn.state.trust < play.scenario.facts["money"]["trust"]


def test_a_question_that_names_nothing_gets_the_first_of_the_file():
    play = Play(load("complaint_late_broken"), seed=2, level=1)
    play.say("真对不起。", ("empathize",))
    assert play.say("您能说说吗？", ("ask_open",)).state.told == ("late",)


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_what_is_said_back_is_agreed_to(lang):
    play = begun(CHARGE, "listen", lang=lang)
    told = said(play, play.state.told[0])
    agreed = play.say(told, ("restate",)).reply
    assert any(agreed.startswith(word) for word in common()["confirmed"][lang])
    other = play.say(
        {"zh": "您想买一台冰箱，对吗？", "en": "So a fridge is what you wish?"}[lang], ("restate",)
    )
    assert not any(other.reply.startswith(word) for word in common()["confirmed"][lang])


@pytest.mark.parametrize("name", names())
def test_no_reply_comes_twice_before_all_were_heard(name):
    play = Play(load(name), seed=5, level=1)
    replies = [play.say(f"好的，第{n}句。", ("listen",)).reply for n in range(8) if not play.state.ended]
    for mood in ("goal", "upset"):
        own = [reply for reply in replies if reply in play.scenario.plain["replies"][mood]["zh"]]
        assert len(set(own[:3])) == len(own[:3])


@pytest.mark.slow
@pytest.mark.parametrize("name", names())
def test_a_line_that_speaks_of_facts_is_offered_only_when_they_were_told(name):
    scenario = load(name)
    for seed in range(6):
        play = Play(scenario, seed=seed, level=1)
        for _turn in range(12):
            offered = chips(play)
            if not offered:
                break
            for line in offered:
                assert set(scenario.lines[line].get("after", ())) <= play.state.known
            play.line(offered[0])


def test_where_no_deal_is_right_a_polite_farewell_is_what_counts():
    lapsed = load("win_back_not_worth")
    scores = {
        bot: judge_play(bots.play_bot(lapsed, bot, seed=3, level=2)) for bot in ("good", "over_promiser")
    }
    assert scores["good"].overall >= 85 and scores["good"].cap == ""
    assert scores["over_promiser"].overall <= 40
    left = bots.play_bot(lapsed, "good", seed=3, level=2)
    assert left.state.accepted and left.state.ended == "farewell" and left.state.offer


def test_parting_without_an_offer_or_without_listening_is_not_enough():
    play = begun(load("win_back_not_worth"))
    for _n in range(2):
        play.say("好的，打扰了。", ("explain",))
    play.say("谢谢您，再见。", ("thank_close",))
    assert play.state.ended == "farewell" and not play.state.accepted


def test_the_same_sentence_confirmed_for_ever_other_acts_earns_what_it_earned_at_first():
    sentence = "您好，我是小王，真对不起，请问您是说扣了两次，我马上给您退，明天办好，谢谢您。"
    lots = [
        ("greet", "self_intro", "empathize"),
        ("listen", "ask_open", "ask_closed"),
        ("restate", "explain"),
        ("commit_time", "thank_close"),
    ]
    once, often = (Play(CHARGE, seed=2, level=1) for _ in range(2))
    once.say(sentence, lots[0])
    for acts in lots:
        often.say(sentence, acts)
    assert judge_play(often).procedure <= judge_play(once).procedure
