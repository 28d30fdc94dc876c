"""Simulated trainees on every scenario: better habits earn more, by chips and in free text, whatever the seed."""

from functools import cache
from itertools import pairwise
from statistics import mean, pstdev
from typing import Any

import pytest

from crmlab.errors import LabError
from crmlab.roleplay import bots
from crmlab.roleplay.bots import play_bot
from crmlab.roleplay.engine import LEVELS, Play
from crmlab.roleplay.judge import judge_play, rubric
from crmlab.roleplay.lint import GAP, ORDER, moods
from crmlab.roleplay.scenario import load, names

pytestmark = pytest.mark.slow  # eleven trainees take every call

FIRST, *REST = names()
every = pytest.mark.parametrize("name", [FIRST, *(pytest.param(one, marks=pytest.mark.slow) for one in REST)])
SPEAKERS = (*ORDER, "keyword_stuffer", "long_talker")
PASS = 60  # points from which the labs count a call
BELOW_GOOD = sorted(set(bots.names()) - {"good"})


@cache
def means(
    name: str, level: int, lang: str = "zh", *, free: bool = False, few: bool = False
) -> dict[str, float]:
    """The mean score of every bot over all moods, or `few`; in free words of those that matter: reading takes time."""
    scenario = load(name)
    return {
        bot: mean(
            judge_play(play_bot(scenario, bot, seed=seed, level=level, lang=lang, free=free)).overall
            for seed in moods(scenario)[: 1 if few else None]
        )
        for bot in (SPEAKERS if free else bots.names())
    }


@pytest.mark.parametrize("level", LEVELS)
def test_better_habits_earn_more_by_a_clear_gap(level: int) -> None:
    """Of the other scenarios the linter says so, which tests/crmlab/test_roleplay_author.py runs over all."""
    earned = means(FIRST, level)
    assert all(earned[high] - earned[low] >= GAP for high, low in pairwise(ORDER)), earned


@every
def test_no_trick_comes_near_the_good_one(name: str) -> None:
    earned, acts = means(name, 2, few=True), {act for step in steps(name) for act in step["acts"]}
    tricks = set(BELOW_GOOD) - (set() if "empathize" in acts else {"robot"})  # where nobody is to be soothed
    tricks -= {"random"}  # of one call nobody can tell
    assert all(earned["good"] - earned[bot] >= GAP for bot in tricks), earned
    assert earned["keyword_stuffer"] < 50


@every
def test_who_blames_at_each_step_does_not_pass_whatever_is_settled(name: str) -> None:
    for seed in moods(load(name)):
        for level in LEVELS:
            sheet = judge_play(play_bot(load(name), "blamer", seed=seed, level=level))
            assert sheet.overall <= max(rubric(load(name).plain["rubric"])["caps"].values()) < PASS, sheet.cap


@pytest.mark.parametrize("lang", ["zh", "en"])
@every
def test_the_order_holds_in_free_words_through_the_tagger(name: str, lang: str) -> None:
    earned = means(name, 2, lang, free=True, few=True)
    assert all(earned[high] - earned[low] >= GAP for high, low in pairwise(ORDER)), earned
    assert earned["keyword_stuffer"] < 50 and earned["good"] - earned["long_talker"] >= GAP


@every
def test_both_languages_earn_nearly_the_same(name: str) -> None:
    chinese, english = (means(name, 2, lang, few=True) for lang in ("zh", "en"))
    assert all(abs(chinese[bot] - english[bot]) <= 5 for bot in bots.names()), (chinese, english)


@pytest.mark.slow
def test_everybody_has_it_equally_hard() -> None:
    earned = [judge_play(play_bot(load(FIRST), "good", seed=seed, level=3)).overall for seed in range(500)]
    assert pstdev(earned) <= 2


@every
def test_no_mood_is_harder_than_another(name: str) -> None:
    scenario = load(name)
    for level in LEVELS:
        earned = [
            judge_play(play_bot(scenario, "good", seed=n, level=level)).overall for n in moods(scenario)
        ]
        assert max(earned) - min(earned) <= 2


@every
def test_an_inserted_insult_lowers_and_repeated_apologies_do_not_raise(name: str) -> None:
    plain = said_by_good(name)
    kept, sorry, rude = judged(name, plain), spoken(name, "empathize"), bots.words()["lines"]["rude"]["zh"]
    for place in range(1, len(plain)):
        assert judged(name, [*plain[:place], bots.Speech(rude, ("rude",)), *plain[place:]]) < kept
    place = next((n for n, one in enumerate(plain) if "empathize" in one.acts), 0)
    once = plain if "empathize" in plain[place].acts else [plain[0], sorry, *plain[1:]]
    assert judged(name, [*once[: place + 2], *[sorry] * 4, *once[place + 2 :]]) <= judged(name, once)


@every
def test_steps_out_of_order_lower(name: str) -> None:
    plain = said_by_good(name)
    body, close = plain[:-1], plain[-1]
    assert judged(name, [*body[::-1], close]) < judged(name, plain) - 5


def steps(name: str) -> list[dict[str, Any]]:
    return list(rubric(load(name).plain["rubric"])["steps"])


def said_by_good(name: str) -> list[bots.Speech]:
    play = play_bot(load(name), "good", seed=4, level=1)
    offers = {row["text"]["zh"]: row.get("offer", "") for row in load(name).lines.values()}
    return [bots.Speech(turn.text, turn.acts, offers[turn.text]) for turn in play.turns]


def spoken(name: str, act: str) -> bots.Speech:
    return bots.Sight(Play(load(name), seed=4)).right(act) or bots.Speech("真对不起，让您费心了。", (act,))


def judged(name: str, said: list[bots.Speech]) -> int:
    play = Play(load(name), seed=4)
    for one in said:
        if not play.state.ended:
            play.say(one.text, one.acts, one.offer)
    return judge_play(play).overall


def test_a_bot_we_have_not_is_refused_with_those_we_have() -> None:
    with pytest.raises(LabError, match="keyword_stuffer"):
        play_bot(load(names()[0]), "liar", seed=1, level=1)
