"""Offers in free words: which offer of the scenario they make, and what the customer says when it is none of them."""

from pathlib import Path

import pytest

from crmlab.roleplay.engine import Play, common
from crmlab.roleplay.offering import offered
from crmlab.roleplay.scenario import load, names
from crmlab.roleplay.screen import attempts
from crmlab.roleplay.screen.view import view


@pytest.mark.parametrize(
    ("name", "lang", "words", "offer"),
    [
        ("enquiry_needs_time", "zh", "要不我去问一下配件仓有没有这根管子，问到了回您电话，您看可以吗？", "ask_store"),
        ("enquiry_needs_time", "zh", "我请师傅带一根管子到您家看看，好吗？", "technician"),
        ("enquiry_needs_time", "zh", "这么旧了，您买台新洗衣机算了。", "new_machine"),
        ("enquiry_needs_time", "zh", "我想想办法，您看好吗？", ""),
        ("enquiry_needs_time", "zh", "要不我帮您想想办法，您看行不行？", ""),
        ("enquiry_two_matters", "zh", "我可以给您处理好的，您看行吗？", ""),
        ("complaint_rude_staff", "zh", "我马上给您解决，您看可以吗？", ""),
        ("complaint_late_broken", "en", "I can sort this out for you. Would that be all right?", ""),
        ("enquiry_two_matters", "zh", "我跟仓库问问，今天给您回话，行吗？", "ask_warehouse"),
        ("enquiry_two_matters", "zh", "先登记上，到货了给您发条短信，好吗？", "notify"),
        ("complaint_late_broken", "zh", "给您换一口新的锅，坏的我们带走，行吗？", "replace"),
        ("complaint_late_broken", "zh", "我把钱全退给您，好吗？", ""),
        ("complaint_late_broken", "zh", "要不全额给您退款？", "refund"),
        ("complaint_rude_staff", "zh", "这事我报给班长，请他今天打电话给您，行吗？", "leader_calls"),
        ("enquiry_needs_time", "en", "Shall I check with the parts store and ring you?", "ask_store"),
        ("enquiry_needs_time", "en", "A technician could come round. Is that all right?", "technician"),
        ("enquiry_needs_time", "en", "I'll see what I can do.", ""),
    ],
)  # fmt: skip
def test_free_words_make_the_offer_they_speak_of(name: str, lang: str, words: str, offer: str) -> None:
    assert offered(words, load(name), lang=lang) == offer


@pytest.mark.parametrize("lang", ["zh", "en"])
@pytest.mark.parametrize("name", names())
def test_every_suggested_offer_is_recognised_in_its_own_words(name: str, lang: str) -> None:
    scenario = load(name)
    for row in scenario.lines.values():
        if "offer" in row:
            assert offered(row["text"][lang], scenario, lang=lang) == row["offer"], row["text"][lang]


def asked(lang: str = "zh") -> Play:
    play = Play(load("enquiry_needs_time"), seed=4, lang=lang)
    for line in ("greet", "open", "closed", "restate"):
        play.line(line)
    assert play.state.told
    return play


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_an_offer_of_nothing_in_particular_is_asked_about(lang: str) -> None:
    reply = (
        asked(lang)
        .say("我想想办法，您看好吗？" if lang == "zh" else "I'll see to it, all right?", ("solution",))
        .reply
    )
    assert reply in common()["vague"][lang]


@pytest.mark.parametrize("lang", ["zh", "en"])
@pytest.mark.parametrize("name", names())
def test_an_early_offer_without_a_name_leaves_no_gap_in_the_answer(name: str, lang: str) -> None:
    own = [one for one in load(name).plain["replies"]["early"][lang] if "{offer}" not in one]
    play = Play(load(name), seed=1, lang=lang)
    reply = play.say("我想想办法。" if lang == "zh" else "I'll see to it.", ("solution",)).reply
    assert reply in (own or common()["hasty"][lang])


def test_a_doubtful_fault_is_not_ticked_before_one_looks(tmp_path: Path) -> None:
    call = attempts.resume(tmp_path / "plays", "enquiry_needs_time", student="2026001", level=1, lang="zh")
    call.do("say", text="您好")
    for guesses, ticked in (
        ((("interrupt", 0.24), ("solution", 0.23)), ["solution"]),
        ((("blame", 0.7), ("restate", 0.2)), ["blame"]),
        ((("greet", 0.9), ("self_intro", 0.6), ("listen", 0.4)), ["greet", "self_intro"]),
        ((("rude", 0.4),), ["rude"]),
    ):
        call.guesses = guesses
        assert [guess.act for guess in view(call).guesses if guess.chosen] == ticked
