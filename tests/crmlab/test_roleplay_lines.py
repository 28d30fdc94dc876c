"""The suggested lines: nobody who said nothing wrong is ever stuck, and a line comes back until it has done its work."""

from collections.abc import Iterator

import pytest

from crmlab.roleplay.engine import MOST_TURNS, Play
from crmlab.roleplay.judge import judge_play
from crmlab.roleplay.lint import moods
from crmlab.roleplay.scenario import Scenario, load, names
from crmlab.roleplay.screen.chips import chips, helping
from crmlab.roleplay.screen.steps import settled
from crmlab.roleplay.tagging.acts import violations

FIRST, *REST = names()
every = pytest.mark.parametrize("name", [FIRST, *(pytest.param(one, marks=pytest.mark.slow) for one in REST)])
LEVELS_WITH_LINES = (1, 2)
PASS = 60
DEPTH = 4


def played(scenario: Scenario, lines: tuple[str, ...], *, seed: int, level: int) -> Play:
    play = Play(scenario, seed=seed, level=level)
    for line in lines:
        play.line(line)
    return play


def openings(scenario: Scenario, *, seed: int, level: int, depth: int) -> Iterator[tuple[str, ...]]:
    """Every way to begin with up to `depth` lines on offer that break no rule and do not end the call."""
    ways: list[tuple[str, ...]] = [()]
    for _n in range(depth):
        longer = []
        for way in ways:
            for line in chips(played(scenario, way, seed=seed, level=level)):
                if not {*violations(), "thank_close"} & set(scenario.lines[line]["acts"]):
                    longer.append((*way, line))
        ways = longer
        yield from ways


def to_the_end(play: Play) -> Play:
    while not play.state.ended and len(play.turns) < MOST_TURNS:
        play.line(helping(play))
    return play


@pytest.mark.parametrize("level", LEVELS_WITH_LINES)
@every
def test_however_one_begins_a_good_end_can_still_be_reached(name: str, level: int) -> None:
    scenario = load(name)
    seed = moods(scenario)[0]
    for way in openings(scenario, seed=seed, level=level, depth=DEPTH):
        play = to_the_end(played(scenario, way, seed=seed, level=level))
        assert play.state.ended == "farewell", way
        assert judge_play(play, {}).overall >= PASS, (way, judge_play(play, {}).overall)


@every
def test_what_the_desk_suggests_first_is_a_good_call_in_every_mood(name: str) -> None:
    scenario = load(name)
    for seed in moods(scenario):
        assert judge_play(to_the_end(Play(scenario, seed=seed))).overall >= 90


@every
def test_a_line_whose_work_is_left_undone_is_among_those_to_come(name: str) -> None:
    """An offer made before anything was asked is refused, and is taken once enough is known."""
    scenario = load(name)
    offers = {one for one, row in scenario.lines.items() if scenario.fits(row.get("offer", ""))}
    for offer in offers:
        play = Play(scenario, seed=3)
        play.line(offer)
        assert not settled(play)
        while not settled(play):
            assert not play.state.ended
            play.line(offer if offer in chips(play) else helping(play))
        assert settled(to_the_end(play)), offer


@every
def test_goodbye_is_on_offer_once_the_matter_is_settled_and_not_before(name: str) -> None:
    scenario = load(name)
    for seed in moods(scenario):
        play = Play(scenario, seed=seed)
        while not play.state.ended:
            offered = [line for line in chips(play) if "thank_close" in scenario.lines[line]["acts"]]
            assert bool(offered) == settled(play)
            play.line(helping(play))


def test_the_pestering_caller_is_not_told_goodbye_for_want_of_business_before_he_said_so() -> None:
    scenario = load("harassment")
    for way in openings(scenario, seed=3, level=1, depth=DEPTH):
        play = played(scenario, way, seed=3, level=1)
        assert "finish" not in chips(play) or "no_business" in play.state.told


def test_a_time_belongs_to_the_offer_that_was_taken() -> None:
    play = Play(load("complaint_late_broken"), seed=3)
    for line in ("greet", "listen", "sorry", "open", "closed", "restate", "refund"):
        play.line(line)
    assert helping(play) == "time_refund" and "time" not in chips(play)


def test_a_customer_who_got_what_he_wanted_waits_for_the_goodbye() -> None:
    play = Play(load("complaint_late_broken"), seed=3)
    for line in ("greet", "listen", "sorry", "open", "closed", "restate", "replace"):
        play.line(line)
    for _n in range(12):
        play.say("好的，我记下了。", ("listen",))
    assert play.state.patience == 0 and not play.state.ended
    play.line("thanks")
    assert play.state.ended == "farewell"


@pytest.mark.parametrize("name", names())
def test_nobody_knows_whether_the_agent_is_a_man_or_a_woman(name: str) -> None:
    plain = load(name).plain
    zh = ("小伙子", "妹妹", "小姑娘", "美女", "帅哥", "小姐姐", "小哥", "姑娘")
    en = ("young man", "young lady", "sweetheart", "my boy", " girl", "sir,", "miss,")
    told = [plain["opening"], *(fact["say"] for fact in plain["facts"].values())]
    told += [{"zh": "".join(kind["zh"]), "en": " ".join(kind["en"])} for kind in plain["replies"].values()]
    for text in told:
        assert not [word for word in zh if word in text["zh"]]
        assert not [word for word in en if word in text["en"].casefold()]


ELSEWHERE = {"negotiation_supplier", "visit_decider", "win_back_not_worth", "win_back_vip"}


@pytest.mark.parametrize("name", sorted(set(names()) - ELSEWHERE))
def test_whoever_answers_for_the_shop_answers_for_the_company_of_the_course(name: str) -> None:
    scenario = load(name)
    for text in (scenario.plain["brief"], scenario.lines["greet"]["text"]):
        assert "澄湖优品" in text["zh"] and "Chenghu Select" in text["en"]
