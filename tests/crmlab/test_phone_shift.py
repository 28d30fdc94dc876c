"""A training of the whole shift: what it does to the board, and that only a sum finds the best one."""

from typing import Any

import pandas as pd
import pytest

from crmlab import phone_shift
from crmlab.errors import LabError
from crmlab.world import LAST_WEEK, NEXT_WEEK, TODAY, _week
from sim.scenario import load
from sim.streams import Streams

SEEDS = range(8)
SCENARIO = load("retail_hotline")
Days = tuple[pd.DataFrame, pd.DataFrame]


def friday(seed: int) -> Days:
    contacts, draws = _week(SCENARIO, Streams(seed), LAST_WEEK)
    today = contacts[contacts["day"] == TODAY].reset_index(drop=True)
    return today, draws[draws["contact_id"].isin(today["contact_id"])].reset_index(drop=True)


@pytest.fixture(scope="module")
def day() -> Days:
    return friday(3)


@pytest.fixture(scope="module")
def offers() -> list[tuple[pd.DataFrame, dict[str, Any]]]:
    return [
        phone_shift.deal(Streams(seed), friday(seed), _week(SCENARIO, Streams(seed), NEXT_WEEK), SCENARIO)
        for seed in SEEDS
    ]


def test_no_training_is_the_day_as_it_was(day: Days) -> None:
    from crmlab.replay import run_days
    from sim import metrics
    from sim.staffing import Staffing

    seen = phone_shift.under(*day, 1.0, 0.0, SCENARIO)
    board = metrics.board(run_days(*day, Staffing.of(SCENARIO), SCENARIO), seconds=20)
    assert seen["service_level"] == round(board.service_level, 4) and seen["fcr"] == round(board.fcr, 4)


def test_shorter_talk_shortens_the_line_and_better_solving_leaves_fewer_unsettled(day: Days) -> None:
    plain = phone_shift.under(*day, 1.0, 0.0, SCENARIO)
    short = phone_shift.under(*day, 0.8, 0.0, SCENARIO)
    able = phone_shift.under(*day, 1.0, 0.1, SCENARIO)
    assert short["service_level"] > plain["service_level"]
    assert short["abandonment_rate"] < plain["abandonment_rate"]
    assert short["talk_s"] == pytest.approx(0.8 * plain["talk_s"], rel=0.03)
    assert able["unsolved"] < plain["unsolved"] and able["fcr"] > plain["fcr"]
    assert able["service_level"] == plain["service_level"]


def test_everybody_who_asked_is_settled_or_not(day: Days) -> None:
    for solved in (-0.5, 0.5):
        seen = phone_shift.under(*day, 1.0, solved, SCENARIO)
        assert 0 < seen["unsolved"] < len(day[0])


@pytest.mark.slow
def test_one_number_alone_does_not_find_the_best(offers: list[tuple[pd.DataFrame, dict[str, Any]]]) -> None:
    for seed, (offer, facts) in zip(SEEDS, offers, strict=True):
        boards = {
            one.training: phone_shift.under(*friday(seed), one.talk, one.solved, SCENARIO)
            for one in offer.itertuples()
        }
        best = facts["best"]
        assert max(boards, key=lambda name: boards[name]["service_level"]) == "pace"
        assert max(boards, key=lambda name: boards[name]["unsolved"]) == "pace"
        assert facts["gain"]["pace"] < 0 == facts["gain"]["none"] < facts["gain"][best]
    assert len({facts["best"] for _, facts in offers}) > 1


@pytest.mark.slow
def test_friday_points_where_the_week_goes_and_the_second_best_is_not_enough(
    offers: list[tuple[pd.DataFrame, dict[str, Any]]],
) -> None:
    for offer, facts in offers:
        gain = facts["gain"]
        assert max(gain, key=gain.get) == max(facts["friday"], key=facts["friday"].get) == facts["best"]
        good = [name for name in gain if phone_shift.won(name, gain) >= phone_shift.GOOD]
        assert good == [facts["best"]]
        assert (offer.set_index("training")["yuan_a_week"] >= 0).all()


@pytest.mark.slow
def test_the_same_seed_offers_the_same(offers: list[tuple[pd.DataFrame, dict[str, Any]]]) -> None:
    offer, facts = phone_shift.deal(Streams(2), friday(2), _week(SCENARIO, Streams(2), NEXT_WEEK), SCENARIO)
    assert facts == offers[2][1]
    pd.testing.assert_frame_equal(offer, offers[2][0])


def test_no_two_trainings_do_the_same() -> None:
    law, seed = phone_shift.phone_skills.book()["training"], 29  # its first round draws one effect twice
    first = phone_shift._effects(Streams(seed).under("phone shift").under("round", 0), law)
    assert len(set(first.values())) < len(first)
    offer, _ = phone_shift.deal(
        Streams(seed), friday(seed), _week(SCENARIO, Streams(seed), NEXT_WEEK), SCENARIO
    )
    assert not offer.duplicated(["talk", "solved"]).any()


def test_trainings_that_cannot_be_told_apart_are_told(day: Days, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(phone_shift, "ROUNDS", 0)
    with pytest.raises(LabError, match="分得开"):
        phone_shift.deal(Streams(3), day, day, SCENARIO)
