"""What a score sheet says of a step that earned less: the sign, the reason, and other words than those that were said."""

import re
from pathlib import Path

import pytest

from crmlab.roleplay.engine import Play
from crmlab.roleplay.judge import Line, judge_play
from crmlab.roleplay.scenario import load, names
from crmlab.roleplay.screen import attempts, sheet
from crmlab.roleplay.screen.chips import chips
from crmlab.roleplay.screen.view import view
from sim.streams import Streams

COMPLAINT = load("complaint_late_broken")
HEARD = ("greet", "listen", "sorry", "open", "closed", "restate")


def lines(*said: str, name: str = "complaint_late_broken", lang: str = "zh") -> dict[str, Line]:
    play = Play(load(name), seed=3, lang=lang)
    for line in said:
        play.line(line)
    return {line.part: line for line in judge_play(play, {}).lines}


# --- what an offer is worth -------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "asked", "offer", "points"),
    [
        ("complaint_late_broken", HEARD, "replace", 10),
        ("complaint_late_broken", HEARD, "refund", 10),
        ("complaint_late_broken", HEARD, "voucher", 5),
        ("complaint_rude_staff", HEARD, "leader", 10),
        ("complaint_rude_staff", HEARD, "voucher", 5),
        ("complaint_rude_staff", HEARD, "fire", 0),
        ("enquiry_two_matters", ("greet", "open", "closed", "restate"), "later", 6),
        ("enquiry_two_matters", ("greet", "open", "closed", "restate"), "surely", 0),
        ("win_back_not_worth", ("greet", "listen", "open", "closed", "restate"), "month", 13),
        ("win_back_not_worth", ("greet", "listen", "open", "closed", "restate"), "half", 0),
    ],
)  # fmt: skip
def test_an_offer_counts_by_whether_this_customer_can_take_it(
    name: str, asked: tuple[str, ...], offer: str, points: int
) -> None:
    step = next(one["id"] for one in rubric_of(name) if "solution" in one["acts"])
    assert lines(*asked, offer, name=name)[step].points == points


def rubric_of(name: str) -> list[dict[str, list[str]]]:
    from crmlab.roleplay.judge import rubric

    return list(rubric(load(name).plain["rubric"])["steps"])


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_a_poor_offer_is_told_and_a_fitting_one_is_suggested(lang: str) -> None:
    explore = lines(*HEARD, "voucher", lang=lang)["explore"]
    assert explore.better == COMPLAINT.lines["replace"]["text"][lang]
    assert ("一半" if lang == "zh" else "half") in explore.why


def test_a_better_offer_afterwards_makes_up_for_a_poor_one() -> None:
    explore = lines(*HEARD, "voucher", "replace")["explore"]
    assert (explore.points, explore.why, explore.better) == (10, "", "")


def test_an_offer_of_one_s_own_that_names_nothing_the_customer_can_take_counts_half() -> None:
    play = Play(COMPLAINT, seed=3)
    for line in HEARD:
        play.line(line)
    play.say("我们会想办法的。", ("solution",))
    assert next(line for line in judge_play(play).lines if line.part == "explore").points == 5


def test_an_offer_beyond_one_s_authority_is_named_as_such() -> None:
    explore = lines(*HEARD, "fire", name="complaint_rude_staff")["explore"]
    assert "权限" in explore.why and "班长" in explore.better


# --- why, and what could be said --------------------------------------------------------------------


def test_words_that_came_too_early_are_not_suggested_again() -> None:
    early = lines("greet", "replace", "listen", "sorry", "open", "closed", "restate")["explore"]
    assert 0 < early.points < early.of and early.better == "" and "C3 澄清问题" in early.why


def test_words_that_came_too_late_are_told_until_when_they_count() -> None:
    late = lines("listen", "open", "closed", "time", "sorry")["calm"]
    assert late.points < late.of and "前 4 句" in late.why and late.better == ""


def test_a_step_half_done_is_told_what_is_missing() -> None:
    clarify = lines("greet", "listen", "sorry", "open")["clarify"]
    assert clarify.better == COMPLAINT.lines["closed"]["text"]["zh"] and clarify.why == ""


def test_kind_words_beside_an_insult_are_told_to_count_in_part() -> None:
    play = Play(COMPLAINT, seed=3)
    play.say("您好，您嚷嚷什么，能说说锅是哪里坏了吗？", ("ask_open", "rude"))
    play.line("closed")
    play.line("restate")
    clarify = next(line for line in judge_play(play).lines if line.part == "clarify")
    assert clarify.points < clarify.of and clarify.why


@pytest.mark.slow
@pytest.mark.parametrize("lang", ["zh", "en"])
@pytest.mark.parametrize("name", names())
def test_nobody_is_told_to_say_what_he_said_and_a_full_step_needs_nothing(name: str, lang: str) -> None:
    """Twelve trainees each take six lines at random from those on offer."""
    for seed in range(12):
        play = Play(load(name), seed=seed, lang=lang)
        for draw in Streams(seed, "roleplay", "test").uniforms("pick", list(range(6))):
            if offered := chips(play):
                play.line(offered[int(float(draw) * len(offered))])
        said = {turn.text for turn in play.turns}
        for line in judge_play(play, {}).lines:
            assert line.better not in said
            assert bool(line.points < line.of) == bool(line.better or line.why), line


# --- signs ------------------------------------------------------------------------------------------


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_only_a_full_line_has_a_tick_and_the_signs_are_explained(lang: str, tmp_path: Path) -> None:
    call = attempts.resume(tmp_path, "complaint_late_broken", student="7", lang=lang)
    for line in ("greet", "listen", "sorry", "open", "voucher"):
        call.play.line(line)
    call.do("hang_up")
    page = sheet.html(call)
    made = sheet.score(call).sheet
    table = page[page.index("<table") : page.index("</table>")]
    signs = re.findall(r'<td class="crm-mark">(.)</td>', table)
    assert signs == [sheet.mark(line) for line in made.lines]
    for sign, line in zip(signs, made.lines, strict=True):
        assert sign == ("✓" if line.points == line.of else "◐" if line.points else "○")
    assert set(signs) == {"✓", "◐", "○"}
    legend = page[page.index("</table>") :]
    assert all(f"{sign} " in legend for sign in "✓◐○")


def test_the_points_of_the_table_add_up_to_the_score(tmp_path: Path) -> None:
    call = attempts.resume(tmp_path, "complaint_late_broken", student="7")
    for line in (*HEARD, "replace", "time"):
        call.play.line(line)
    call.do("hint")
    call.play.line("thanks")
    table = sheet.html(call)
    table = table[table.index("<table") : table.index("</table>")]
    points = re.findall(r'class="crm-number"[^>]*>(−?\d+)', table)
    assert sum(int(one.replace("−", "-")) for one in points) == sheet.score(call).points


def test_the_list_of_steps_tells_done_from_done_in_part(tmp_path: Path) -> None:
    call = attempts.resume(tmp_path, "complaint_late_broken", student="7")
    for line in ("greet", "open", "closed", "sorry"):
        call.play.line(line)
    assert [state for _name, state in view(call).steps] == ["done", "done", "now", "open", "open", "open"]
    call.play.line("voucher")
    assert [state for _name, state in view(call).steps][:4] == ["done", "done", "now", "part"]


def test_an_offer_that_was_refused_leaves_its_step_to_do(tmp_path: Path) -> None:
    call = attempts.resume(tmp_path, "complaint_late_broken", student="7")
    for line in (*HEARD, "voucher"):
        call.play.line(line)
    assert [state for _name, state in view(call).steps][3] == "now"
    call.do("hint")
    assert "C4" in call.hints[-1]


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_a_promise_that_was_not_kept_is_told_after_the_call(lang: str, tmp_path: Path) -> None:
    call = attempts.resume(tmp_path, "enquiry_two_matters", student="7", lang=lang)
    for line in ("greet", "open", "closed", "surely", "warehouse", "time"):
        call.play.line(line)
    assert "+25" not in sheet.html(call)
    call.play.line("thanks")
    assert "+25" in sheet.html(call)
    assert any("+25" in bubble.text for bubble in view(call).bubbles if bubble.who == "system")


def test_an_offer_that_came_too_early_counts_half_and_says_so() -> None:
    """All was asked, but she is still furious: the offer is refused, and the words were not the fault."""
    play = Play(load("complaint_rude_staff"), seed=3, level=2)
    for line in ("listen", "sorry", "open", "closed", "restate", "interrupt", "interrupt", "blame", "leader"):
        play.line(line)
    assert not play.state.ended and play.state.anger > 65 and not play.state.accepted
    explore = next(line for line in judge_play(play).lines if line.part == "explore")
    assert explore.points == 5 and "提早" in explore.why and explore.better == ""


def test_a_step_before_its_time_is_told_with_the_turn_in_which_the_one_before_was_done() -> None:
    warned = lines("greet", "listen", "open", "warn", "closed", name="harassment")["warn"]
    assert warned.points < warned.of and "S2" in warned.why and "第 5 轮" in warned.why
    never = lines("greet", "listen", "open", "warn", name="harassment")["warn"]
    assert "先把“S2 问明”做完" in never.why


def test_every_slip_of_manner_is_named() -> None:
    manner = lines("greet", "blame", "listen", "interrupt", "blame")["manner"]
    assert manner.turn == 2 and manner.why == "还有第 4、5 轮"
    assert lines("greet", "blame", "listen")["manner"].why == ""
