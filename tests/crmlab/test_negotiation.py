"""The negotiation for four: what may be done, how partners of ours play, what it is scored by, and that a log replays."""

import itertools
import json
import re
from pathlib import Path

import pytest
from typer.testing import CliRunner

from crmlab import judging
from crmlab.errors import LabError
from crmlab.roleplay import log
from crmlab.roleplay.negotiation import case as cases
from crmlab.roleplay.negotiation import hot_seat, inside, markup, partners
from crmlab.roleplay.negotiation.case import SIDES, load
from crmlab.roleplay.negotiation.result import result
from crmlab.roleplay.negotiation.talk import Talk, save, taken_up

CASE = load("yearly_order")
FAIR = {"price": 6, "days": 60, "volume": 20}
LONG = "我们的账期压力很大，货卖出去六十天才回款，所以账期长一点比降价更要紧。"


def alone(seed: int = 1, lang: str = "zh") -> Talk:
    talk = Talk(CASE, (), seed, lang)
    while not talk.ended:
        partners.speak(talk)
    return talk


def good(talk: Talk) -> None:
    """A person who asks first, gives way in small steps and takes what is good."""
    side = talk.case.side(talk.seat)
    if not talk.case.leads(talk.seat):
        talk.do(
            "say",
            [
                "请问您最看重哪一样？",
                "账期对您有多要紧？",
                LONG,
                "质量上我们每批都有检测，破损率不到百分之一。",
            ][min(talk.round - 1, 3)],
        )
        return
    there, least = talk.on_table(), partners.wanted(talk, side)
    if there and talk.case.gain(side, there) >= least:
        talk.do("accept", "好，就这么定。")
        return
    terms = partners._proposal(talk, side, least)
    talk.do(
        "offer",
        "您最看重哪一样？我们可以这样换。" if talk.round == 1 else f"第{talk.round}次，我们再让一点。",
        terms,
    )


def together(*people: str, habit=good, seed: int = 1) -> Talk:
    talk = Talk(CASE, people or CASE.seats, seed)
    while not talk.ended:
        habit(talk) if talk.seat in talk.people else partners.speak(talk)
    return talk


# --- the case ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", cases.names())
def test_every_case_leaves_both_sides_room_and_a_real_trade(name):
    case = load(name)
    assert 0.05 <= len(case.zone) / len(case.grid) <= 0.5
    best = max(case.zone, key=lambda terms: sum(case.gain(side, terms) for side in SIDES))
    cheap = min(case.zone, key=lambda terms: sum(case.gain(side, terms) for side in SIDES))
    assert sum(case.gain(s, best) for s in SIDES) > 2 * sum(case.gain(s, cheap) for s in SIDES)


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (("least: 50", "least: 900"), "没有双方都划算"),
        (("side: seller, lead: false", "side: seller, lead: true"), "seller 一方要有"),
        (("worth: {price: 10, days: 1, volume: -2}", "worth: {price: 10, days: 1}"), "worth 要给"),
        (("rounds: 6", "rounds: 99"), "rounds"),
        (('brief: {zh: "你开场', 'briefing: {zh: "你开场'), "不认识 briefing"),
    ],
)
def test_a_broken_case_is_refused_with_the_cure(change, said, tmp_path: Path):
    text = (cases.CASES / "yearly_order.yaml").read_text(encoding="utf-8")
    assert change[0] in text
    (tmp_path / "own.yaml").write_text(text.replace(*change, 1), encoding="utf-8")
    with pytest.raises(LabError, match=said):
        load(tmp_path / "own.yaml")


def test_the_first_seat_is_a_leaders(tmp_path: Path):
    text = (cases.CASES / "yearly_order.yaml").read_text(encoding="utf-8")
    head, seats = text.split("seats:\n")
    first, *rest = seats.splitlines()
    (tmp_path / "own.yaml").write_text(
        head + "seats:\n" + "\n".join([*rest[1:], first, rest[0]]) + "\n", encoding="utf-8"
    )
    with pytest.raises(LabError, match="没法开场"):
        load(tmp_path / "own.yaml")


def test_an_unknown_case_names_the_known_ones():
    with pytest.raises(LabError, match="yearly_order"):
        load("nothing")


# --- the table --------------------------------------------------------------------------------------


def test_seats_speak_in_turn_and_rounds_end():
    talk = Talk(CASE, CASE.seats)
    for n in range(CASE.rounds * 4):
        assert (talk.seat, talk.round) == (CASE.seats[n % 4], n // 4 + 1)
        talk.do("say", "我们再想想。")
    assert talk.ended == "late" and talk.deal is None
    with pytest.raises(LabError, match="已经结束"):
        talk.do("say", "等等")


@pytest.mark.parametrize(
    ("moves", "wrong", "said"),
    [
        ([], ("accept", "好", None), "还没有报过条件"),
        ([], ("dance", "好", None), "没有动作"),
        ([], ("offer", "好", {"price": 3}), "都写上"),
        ([], ("offer", "好", {**FAIR, "price": 6.0}), "price = 6.0"),
        ([], ("offer", "好", {**FAIR, "days": 50}), "每 15 一档"),
        ([], ("say", "长" * 501, None), "最多 500"),
        ([], ("say", " \n", None), "是空的"),
        ([("say", "好"), ("say", "好")], ("offer", "好", FAIR), "只有主谈"),
        ([("say", "好"), ("say", "好")], ("walk", "好", None), "只有主谈"),
    ],
)
def test_what_cannot_be_done_is_refused_and_nothing_is_lost(moves, wrong, said):
    talk = Talk(CASE, CASE.seats)
    for kind, text in moves:
        talk.do(kind, text)
    with pytest.raises(LabError, match=said):
        talk.do(*wrong)
    assert len(talk.moves) == len(moves)


def test_a_seat_that_is_none_or_a_language_we_have_not_is_refused():
    with pytest.raises(LabError, match="judge"):
        Talk(CASE, ("judge",))
    with pytest.raises(LabError, match="重复"):
        Talk(CASE, ("buyer_lead", "buyer_lead"))
    with pytest.raises(LabError, match="没有语言"):
        Talk(CASE, (), 1, "de")


# --- partners and scores ----------------------------------------------------------------------------


@pytest.mark.slow
@pytest.mark.parametrize("lang", ["zh", "en"])
def test_partners_alone_come_to_a_deal_good_for_both(lang):
    for seed in range(5):
        made = result(alone(seed, lang))
        assert made.ended == "deal" and min(made.gains.values()) > 0 and made.group >= 70


@pytest.mark.slow
@pytest.mark.parametrize("people", list(itertools.combinations(CASE.seats, 2)))
def test_people_on_any_seats_with_partners_on_the_others_can_agree(people):
    made = result(together(*people))
    assert made.ended == "deal" and all(made.points(seat) >= 60 for seat in people)


def habits():
    def wall(talk):
        if talk.case.leads(talk.seat):
            best = max(talk.case.grid, key=lambda terms: talk.case.gain(talk.case.side(talk.seat), terms))
            talk.do("offer", "就这个条件，不谈。", best)
        else:
            talk.do("say", "没什么好说的。")

    def giver(talk):
        if talk.case.leads(talk.seat) and talk.on_table():
            talk.do("accept", "行，都听您的。")
        else:
            talk.do("say", "好的好的。")

    def traitor(talk):
        secret = talk.case.plain["seats"][talk.seat]["secret"]["words"]["zh"][0]
        there = talk.on_table()
        if talk.case.leads(talk.seat) and there:
            talk.do("accept", f"实话说，{secret}，就按您说的。")
        else:
            talk.do("say", f"实话说，{secret}。")

    return {"wall": wall, "giver": giver, "traitor": traitor}


@pytest.mark.slow
@pytest.mark.parametrize("seat", ["buyer_lead", "seller_lead"])
def test_better_habits_earn_more(seat):
    scores = {
        name: result(together(seat, habit=habit)).points(seat)
        for name, habit in {**habits(), "good": good}.items()
    }
    assert scores["good"] >= 75
    assert scores["good"] - max(scores["giver"], scores["wall"]) >= 12
    assert scores["giver"] - scores["traitor"] >= 10


def test_without_a_deal_the_group_has_nothing_and_insults_cost():
    talk = Talk(CASE, CASE.seats)
    talk.do("offer", "你有完没完，听不懂人话是不是？", FAIR)
    talk.do("walk", "没法谈，我们走。")
    made = result(talk)
    assert made.group == 0 and made.ended == "walk" and made.deal is None
    parts = {part.name: part for part in made.seats["seller_lead"]}
    assert parts["manner"].points == 0 and parts["manner"].turn == 1 and parts["gain"].points == 0


def test_signing_below_ones_limit_earns_nothing():
    talk = Talk(CASE, CASE.seats)
    talk.do("offer", "我们让一成。", {"price": 10, "days": 60, "volume": 0})
    talk.do("accept", "成交。")
    made = result(talk)
    assert made.gains["seller"] < 0 and made.group == 0
    assert next(part for part in made.seats["seller_lead"] if part.name == "gain").points == 0


@pytest.mark.parametrize(
    ("offers", "said"),
    [
        ([4, 3], "往回收"),
        ([0, 8], "让得太多"),
        ([1, 2, 5], "越让越多"),
        ([3], "一步也没有让"),
        ([2, 4, 5], "一步比一步小"),
    ],
)
def test_the_way_of_giving_in_is_told(offers, said):
    talk = Talk(CASE, CASE.seats)
    for price in offers:
        talk.do("offer", f"降{price}%。", {"price": price, "days": 30, "volume": 20})
        for _other in range(3):
            talk.do("say", "我们再想想。")
    part = next(part for part in result(talk).seats["seller_lead"] if part.name == "giving")
    assert said in part.why and (part.points == 20) is (said == "一步比一步小")


# --- the log ----------------------------------------------------------------------------------------


def test_a_log_replays_to_the_same_result(tmp_path: Path):
    talk = together("buyer_lead", "seller_expert")
    save(talk, tmp_path / "t.json")
    again = taken_up(tmp_path / "t.json")
    assert again.moves == talk.moves and result(again) == result(talk)
    assert not {"score", "points", "gain"} & set(json.loads((tmp_path / "t.json").read_text("utf-8")))


@pytest.mark.parametrize("harm", ["edit", "chain", "mouth", "seat", "case", "people", "seed", "lang"])
def test_a_log_that_was_changed_is_refused(harm, tmp_path: Path):
    plain = together("buyer_lead", "buyer_expert").record()
    if harm in ("edit", "mouth"):
        plain["events"][1 if harm == "edit" else 0]["text"] = "我们什么都答应。"
    elif harm == "seat":
        plain["events"][0]["seat"] = "buyer_lead"
    elif harm != "chain":
        plain["negotiation" if harm == "case" else harm] = {
            "case": "yearly_order@0",
            "people": 3,
            "seed": -1,
            "lang": None,
        }[harm]
    plain["chain"] = "0" if harm in ("chain", "edit") else log.chain(plain)
    (tmp_path / "t.json").write_text(json.dumps(plain), encoding="utf-8")
    with pytest.raises(LabError):
        taken_up(tmp_path / "t.json")


def test_a_negotiation_is_evidence_and_a_spoilt_one_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("CRMLAB_EVIDENCE", str(tmp_path))
    save(alone(), tmp_path / "plays" / "seats_yearly_order.json")
    (tmp_path / "plays" / "seats_other.json").write_text("{}", encoding="utf-8")
    (tmp_path / "plays" / "seats_link.json").symlink_to(tmp_path / "plays" / "seats_other.json")
    plays = judging.evidence("plays")
    assert plays.negotiations["yearly_order"].group == result(alone()).group and not plays.scores
    assert (
        set(plays.refused) == {"seats_other.json", "seats_link.json"}
        and "链接" in plays.refused["seats_link.json"]
    )


# --- the screens ------------------------------------------------------------------------------------


def test_the_terminal_hands_over_and_shows_each_only_the_own_secret(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
):
    talk = Talk(CASE, ("seller_lead", "buyer_lead"), 1)
    typed = iter(["ok", "您最看重哪一样？", "2", "4", "60", "15", "ok", "账期，谢谢。", "9", "可以谈。", "3"])
    hot_seat.run(talk, tmp_path / "t.json", ask=lambda _prompt: next(typed, None))
    said = capsys.readouterr().out
    assert talk.ended == "deal" and talk.deal == {"price": 4, "days": 60, "volume": 15}
    covers = said.split("═" * 40)
    assert len(covers) == 3 and "总经理说过" in covers[1] and "交货不稳" not in covers[1]
    assert "交货不稳" in covers[2] and "总经理说过" not in covers[2] and "没有动作 9" in covers[2]
    assert f"{result(talk).group}/100" in said


def test_the_command_pauses_goes_on_judges_and_keeps_other_files(tmp_path: Path):
    from crmlab.commands import assemble

    path = tmp_path / "t.json"
    words = ["roleplay", "negotiate", "--seats", "buyer_lead", "--lang", "en", "--save", str(path)]
    paused = CliRunner().invoke(assemble(), words, input="\n")
    assert paused.exit_code == 0 and "goes on with it" in paused.output and path.is_file()
    ended = CliRunner().invoke(assemble(), words, input="ok\nWhat matters most to you?\n4\n")
    assert "No deal" in ended.output
    judged = CliRunner().invoke(assemble(), ["roleplay", "judge", str(path)])
    assert json.loads(judged.output)["ended"] == "walk"
    other = CliRunner().invoke(assemble(), [*words, "--seed", "7"])
    assert isinstance(other.exception, LabError) and "--save" in str(other.exception)


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_the_desk_covers_what_the_last_one_read(lang, tmp_path: Path):
    made = inside.desk(tmp_path / "seats_yearly_order.json", "yearly_order", people=(), lang=lang)
    secrets = {seat: row["secret"]["text"][lang] for seat, row in CASE.plain["seats"].items()}
    assert not any(secret in made.page.value for secret in secrets.values())
    made.sit()
    assert secrets["seller_lead"] in made.page.value and secrets["buyer_lead"] not in made.page.value
    made.act("offer", "<b>x</b>?", {"price": 4, "days": 60, "volume": 15})
    assert made.covered and not any(secret in made.page.value for secret in secrets.values())
    made.sit()
    assert "&lt;b&gt;x" in made.page.value and secrets["seller_lead"] not in made.page.value
    made.act("accept", "")
    assert (
        "crm-bad" in made.notice.value and not made.covered
    )  # nothing was said: refused, and the brief stays
    made.act("accept", "OK")
    assert made.talk.ended == "deal" and "/100" in made.page.value
    if lang == "en":
        assert not re.search(r"[\u4e00-\u9fff]", made.page.value)


def test_two_windows_on_one_negotiation_lose_nothing(tmp_path: Path):
    path = tmp_path / "seats_yearly_order.json"
    one = inside.desk(path, "yearly_order", people=(), lang="zh")
    one.act("say", "我们先听听。")
    two = inside.desk(path, "yearly_order", people=(), lang="zh")
    two.act("say", "我们也听听。")
    one.act("say", "我不知道别人说过了。")
    assert "另一个窗口" in one.notice.value and [move.text for move in one.talk.moves] == [
        "我们先听听。",
        "我们也听听。",
    ]


def test_a_spoilt_log_is_set_aside_and_shown_as_a_sentence(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
):
    path = tmp_path / "seats_yearly_order.json"
    inside.show_result(path, lang="zh")
    path.write_text("{", encoding="utf-8")
    inside.show_result(path, lang="zh")
    made = inside.desk(path, "yearly_order", people=(), lang="zh")
    assert "crm-bad" in made.notice.value and made.talk.moves == []
    assert [one.name for one in tmp_path.iterdir()] == ["seats_yearly_order.corrupt-1.json"]
    save(Talk(CASE, CASE.seats), path)
    inside.show_result(path, lang="zh")
    assert capsys.readouterr().out


def test_the_result_page_quotes_what_it_stands_on():
    talk = together()
    page = markup.end(talk)
    for seat in CASE.seats:
        assert f"{result(talk).points(seat)}/100" in page
