"""Charts: SVG with text that stays text, the same bytes each time, and nothing on stderr."""

import warnings
from xml.etree import ElementTree

import pandas as pd
import pytest
from labbench import VISIBLE

from crmlab import charts
from crmlab.errors import LabError
from sim.metrics import by_interval


@pytest.fixture(scope="module")
def friday() -> pd.DataFrame:
    calls = pd.read_parquet(VISIBLE / "calls.parquet")
    return calls[calls["day"] == calls["day"].max()]


@pytest.fixture(scope="module")
def trace() -> pd.DataFrame:
    return pd.read_parquet(VISIBLE / "trace.parquet")


def texts(svg: str) -> list[str]:
    return [
        "".join(one.itertext())
        for one in ElementTree.fromstring(svg).iter("{http://www.w3.org/2000/svg}text")
    ]


def test_the_day_is_readable_text_and_the_same_each_time(friday: pd.DataFrame) -> None:
    hours = by_interval(friday)
    one, two = (charts.svg(charts.day_chart(hours)) for _ in range(2))
    assert one == two
    assert "08:00" in texts(one) and any("没有达到 80% 的服务水平" in text for text in texts(one))
    for hour in hours:
        assert str(hour.board.offered) in texts(one)


def test_a_title_of_ones_own_and_english(friday: pd.DataFrame) -> None:
    hours = by_interval(friday)
    assert "我的标题" in texts(charts.svg(charts.day_chart(hours, title="我的标题")))
    assert all(
        text.isascii() or "–" in text for text in texts(charts.svg(charts.day_chart(hours, lang="en")))
    )


def test_an_hour_without_calls_is_left_open(friday: pd.DataFrame) -> None:
    gap = friday[~friday["at"].between(12 * 3600, 13 * 3600)]
    assert "12:00" in texts(charts.svg(charts.day_chart(by_interval(gap))))


@pytest.mark.parametrize("event", ["answered", "abandoned", "self_served"])
def test_a_call_is_told_with_its_seconds(event: str, friday: pd.DataFrame) -> None:
    from sim.tracing import Trace, events

    trace = Trace.of(events(friday)).frame()
    call = friday[(friday["outcome"] == event) & (friday["attempt"] == 1)].iloc[-1]
    drawn = texts(charts.svg(charts.timeline(trace, contact_id=call["contact_id"], attempt=1)))
    assert f"听菜单 {call['ivr']:.0f} 秒" in drawn
    assert (f"排队 {call['wait']:.0f} 秒" in drawn) == (event != "self_served")


def test_no_font_of_this_machine_says_a_word(
    trace: pd.DataFrame, friday: pd.DataFrame, capsys: pytest.CaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(charts.RC, "font.sans-serif", ["No Such Font", "DejaVu Sans"])
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        charts.show(charts.timeline(trace, contact_id=trace["contact_id"].iloc[0]))
        charts.show(charts.day_chart(by_interval(friday)))
    assert capsys.readouterr().err == ""


def test_nothing_to_draw_is_said(trace: pd.DataFrame, friday: pd.DataFrame) -> None:
    with pytest.raises(LabError, match="没有来电"):
        charts.day_chart([])
    with pytest.raises(LabError, match=r"contact_id = -5.*可以看的有"):
        charts.timeline(trace, contact_id=-5)


@pytest.mark.parametrize("beside", [0.0, 1.0])
def test_no_figure_of_a_service_level_lies_on_the_line_of_the_target(beside: float) -> None:
    target = 0.8
    levels = [level / 100 if k % 2 else beside for level in range(101) for k in (0, 1)]
    with charts.quiet():
        figure, (_top, low) = charts._panels()
        charts._level_panel(low, levels, target)
        figure.canvas.draw()
        to_data = low.transData.inverted()
        for text in low.texts[1:]:  # the first one names the target itself
            box = text.get_window_extent()
            bottom, top = (to_data.transform((0, y))[1] for y in (box.y0, box.y1))
            assert not bottom < target < top, text.get_text()
