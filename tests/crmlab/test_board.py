import pandas as pd
import pytest

from crmlab import charts
from crmlab.board import Day, LiveBoard, Settings, option, static, what_if
from crmlab.errors import LabError
from crmlab.places import DATASETS
from crmlab.replay import replay_staffing, split
from crmlab.words import Field
from sim.scenario import load


@pytest.fixture(scope="module")
def day() -> Day:
    tables = (
        pd.read_parquet(DATASETS / "demo" / "visible" / f"{name}.parquet") for name in ("contacts", "draws")
    )
    return Day.of(load("retail_hotline"), *tables)


def test_more_agents_serve_more_callers_in_time(day: Day) -> None:
    few, many = (what_if(day, Settings(agents=(n,) * 6)).board.service_level for n in (6, 12))
    assert few < many


def test_longer_calls_wait_longer_and_self_service_takes_calls_away(day: Day) -> None:
    usual = what_if(day, Settings(agents=(8,) * 6))
    assert what_if(day, Settings(agents=(8,) * 6, handling=1.3)).board.asa > usual.board.asa
    assert what_if(day, Settings(agents=(8,) * 6, self_service=0.6)).board.offered < usual.board.offered


def test_the_board_and_the_judge_agree(day: Day) -> None:
    agents = [7, 11, 8, 8, 7, 5]
    judged = replay_staffing(day.contacts.frame(), day.draws.frame(), agents, day.scenario)
    assert judged.service_level == what_if(day, Settings(agents=tuple(agents))).board.service_level
    assert judged.hours == 2 * sum(agents)


def test_a_slider_moves_the_board_and_a_button_keeps_the_plan(day: Day) -> None:
    kept: list[dict] = []
    board = LiveBoard(day, agents=None, on_adopt=kept.append)
    before = board.result.board.service_level
    board.blocks[1].value = 12
    assert board.result.board.service_level > before
    board.adopt.click()
    assert kept == [{"agents": [6, 12, 6, 6, 6, 6]}]


def test_the_sliders_follow_the_form_of_the_lab(day: Day) -> None:
    plan = Field("agents", "blocks", "", blocks=("早", "中", "晚"), min=2, max=30)
    board = LiveBoard(day, agents=[2, 30, 9], field=plan)
    assert [(s.description, s.min, s.max, s.value) for s in board.blocks] == [
        ("早", 2, 30, 2),
        ("中", 2, 30, 30),
        ("晚", 2, 30, 9),
    ]
    assert "中: 30" in static(day.scenario, [2, 30, 9], field=plan)[1]


@pytest.mark.parametrize("saved", [[1, 9, 9], [2, 9, 31], [9] * 6, [9.0] * 3, "9", None])
def test_a_saved_plan_outside_the_limits_is_passed_over(day: Day, saved: object) -> None:
    plan = Field("agents", "blocks", "", blocks=("早", "中", "晚"), min=8, max=30)
    board = LiveBoard(day, agents=saved, field=plan)
    assert [one.value for one in board.blocks] == [8, 8, 8]


def test_a_form_that_says_nothing_leaves_the_usual_sliders(day: Day) -> None:
    board = LiveBoard(day, field=Field("agents", "blocks", ""))
    assert [(s.min, s.max, s.value) for s in board.blocks] == [(0, 20, 6)] * 6


def test_a_page_without_widgets_shows_the_plan(day: Day) -> None:
    assert "10–12: 11" in static(day.scenario, [7, 11, 8, 8, 7, 5])[1]
    assert "还没有采用方案" in static(day.scenario, None)[1]


def test_the_split_keeps_every_agent(day: Day) -> None:
    plan = split([0, 1, 2, 30, 59, 60], day.scenario).plain()
    assert [sum(one) for one in zip(*plan.values(), strict=True)] == [
        0,
        0,
        1,
        1,
        2,
        2,
        30,
        30,
        59,
        59,
        60,
        60,
    ]


@pytest.mark.parametrize("agents", [[1] * 5, [], "8", [8.5] * 6, [-1] * 6, [61] * 6, [True] * 6, ["八"] * 6])
def test_an_impossible_plan_is_refused(day: Day, agents: object) -> None:
    with pytest.raises(LabError, match="排班方案"):
        split(agents, day.scenario)  # type: ignore[arg-type]


def test_the_live_chart_looks_like_the_days_chart_and_nothing_stands_over_its_axis(day: Day) -> None:
    answered, abandoned, level = option(what_if(day, Settings(agents=(6,) * 6)), str)["series"]
    assert answered["itemStyle"]["color"] == charts.MIDDLE and level["color"] == charts.DARK
    assert abandoned["itemStyle"]["color"] == "#ffffff" and abandoned["itemStyle"]["decal"]
    assert level["markLine"]["label"] == {"show": False}
