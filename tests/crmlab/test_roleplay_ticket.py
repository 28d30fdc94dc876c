"""The ticket beside the call: worth points for what the customer really told."""

import pytest

from crmlab.roleplay.bots import play_bot
from crmlab.roleplay.engine import Play
from crmlab.roleplay.judge import TICKET, judge_play
from crmlab.roleplay.likeness import share
from crmlab.roleplay.scenario import TEMPLATE, load
from crmlab.roleplay.ticket import MOST, judge_ticket

SCENARIO = load("complaint_late_broken")
WHOLE = {
    "zh": "说好周二结果周六才送到；锅盖裂，把手松；订单尾号 7316；周日请客要用",
    "en": "Promised Tuesday, turned up Saturday; lid cracked, handle loose; order ends in 7316; guests this Sunday, must have it by then",
}


def talked(lang: str = "zh") -> Play:
    play = play_bot(SCENARIO, "good", seed=5, level=1, lang=lang)
    assert len(play.state.told) >= 3
    return play


def worth(filled: dict[str, str], lang: str = "zh") -> int:
    judged = judge_ticket(talked(lang), filled)
    assert judged is not None
    return judged.points


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_each_right_field_adds(lang: str) -> None:
    full = {"type": "complaint", "due": "24h", "summary": WHOLE[lang]}
    assert worth(full, lang) == MOST
    assert [worth({**full, name: ""}, lang) for name in ("type", "due", "summary")] == [3, 4, 3]
    assert (
        worth({}, lang)
        == worth({"type": "order", "due": "7d", "summary": "客户打来电话 a customer called"}, lang)
        == 0
    )


def test_half_of_the_facts_is_half_of_the_summary() -> None:
    assert worth({"summary": "周六才送来，锅盖裂了口子，把手松了"}) == 1


def test_the_sheet_has_a_line_for_it_that_names_what_is_missing() -> None:
    play = talked()
    bare, kept = judge_play(play, {"summary": "锅盖裂了"}), judge_play(play)
    line = next(line for line in bare.lines if line.part == TICKET)
    assert "7316" in line.better and line.quote == "锅盖裂了" and bare.overall < kept.overall
    assert TICKET not in bare.plain()["steps"] and all(line.part != TICKET for line in kept.lines)
    full = judge_play(play, {"type": "complaint", "due": "24h", "summary": WHOLE["zh"]})
    assert full.overall >= kept.overall - 1 and full.outcome is not None and full.outcome <= 30


def test_a_scenario_without_a_ticket_is_judged_as_before() -> None:
    plain = {name: value for name, value in SCENARIO.plain.items() if name != "ticket"}
    play = play_bot(type(SCENARIO)(plain, SCENARIO.sha, SCENARIO.page), "good", seed=5, level=1)
    assert judge_ticket(play, {}) is None and judge_play(play, {}) == judge_play(play)


def test_nothing_said_earns_nothing_for_a_ticket() -> None:
    empty = judge_play(Play(SCENARIO, seed=1), {"type": "complaint", "due": "24h"})
    assert all(line.part != TICKET for line in empty.lines)


def test_better_wordings_fit_the_case() -> None:
    play = Play(load(TEMPLATE), seed=1)
    play.line("greet")
    better = {line.part: line.better for line in judge_play(play).lines}
    assert "刚买两天" in better["calm"] and "今天就给您换" in better["explore"]
    assert len(judge_play(play).improvements) == 3


def test_numbers_and_pairs_are_what_is_recognised() -> None:
    assert share("订单尾号是 7316", "尾号７３１６", "zh") == 2 / 5
    assert share("", "anything", "en") == 0 and share("the and of", "the and of", "en") == 0


def test_a_line_that_earned_less_tells_why() -> None:
    play = Play(SCENARIO, seed=3)
    for line in ("greet", "time", "sorry", "blame", "open"):
        play.line(line)
    why = {line.part: line.why for line in judge_play(play).lines}
    assert "次序" in why["act"] and "伤人" in why["calm"] and why["accept"] == ""


def test_another_welcome_offer_replaces_the_first_and_a_poor_one_does_not() -> None:
    play = Play(SCENARIO, seed=5)
    for line in ("greet", "listen", "sorry", "open", "closed", "replace", "refund"):
        turn = play.line(line)
    assert play.state.offer == "refund" and play.state.accepted and "全额退款" in turn.reply
    play.line("voucher")
    assert play.state.offer == "refund" and play.state.accepted


def test_every_kind_of_call_the_lab_teaches_can_be_chosen_and_be_the_right_one() -> None:
    import json
    from pathlib import Path

    from crmlab.roleplay.schema import FOLDER
    from crmlab.roleplay.screen.call import Call
    from crmlab.roleplay.screen.view import view

    kinds = [value for value, _label in view(Call(Path("x"), Play(SCENARIO, seed=5))).ticket[0].options]
    assert {"enquiry", "order", "tracking", "complaint"} < set(kinds)
    page = json.loads((FOLDER / "scenario.schema.json").read_text(encoding="utf-8"))
    assert kinds == page["properties"]["ticket"]["properties"]["type"]["enum"]


def test_a_ticket_in_ones_own_short_words_counts_and_the_line_tells_each_part() -> None:
    play = Play(load("enquiry_needs_time"), seed=5)
    for line in ("greet", "open", "closed", "restate"):
        play.line(line)
    assert set(play.state.told) == {"leak", "model", "fear"}
    summary = "老洗衣机排水管裂了，一放水漏一地，型号XQB60；怕没有零件，要她换新的。"
    line = next(
        one for one in judge_play(play, {"type": "enquiry", "summary": summary}).lines if one.part == TICKET
    )
    assert (line.points, line.why) == (4, "类型 2/2 · 办结时限 0/1 · 摘要 2/2")
    assert "办结时限" in line.better and "摘要" not in line.better
    words = judge_ticket(play, {"summary": "型号 漏 怕"})
    assert words is not None and words.noted < 2  # key words alone tell nothing of the matter
