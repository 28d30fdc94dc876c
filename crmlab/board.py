"""The live board: sliders for a day's staffing, and what the real simulator says at once."""

import gc
import html
import math
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from crmlab import cards, charts
from crmlab.errors import LabError
from crmlab.language import translator
from crmlab.replay import split

if TYPE_CHECKING:
    import pandas as pd

    from crmlab.forms import Hints
    from crmlab.words import Field
    from sim.contacts import Contacts, Draws
    from sim.metrics import Board, Interval
    from sim.scenario import Scenario

BLOCKS = 6
START_AGENTS = 6
MOST_ON_SLIDER = 20
TARGET = 80  # percent, the dashed line


@dataclass(frozen=True)
class Day:
    """One day of calls, ready to be run again and again."""

    scenario: "Scenario"
    contacts: "Contacts"
    draws: "Draws"

    @classmethod
    def of(
        cls, scenario: "Scenario", contacts: "pd.DataFrame", draws: "pd.DataFrame", *, day: int | None = None
    ) -> "Day":
        """Return one day of the tables; the last unless told."""
        from sim.contacts import Contacts, Draws

        chosen = contacts["day"].max() if day is None else day
        today = contacts[contacts["day"] == chosen]
        its_draws = draws[draws["contact_id"].isin(today["contact_id"])]
        return cls(scenario, Contacts.from_frame(today), Draws.from_frame(its_draws))


@dataclass(frozen=True)
class Settings:
    """A what-if: agents by block; patience and handling time as factors; self-service share, None as it was."""

    agents: tuple[int, ...]
    patience: float = 1.0
    handling: float = 1.0
    self_service: float | None = None


@dataclass(frozen=True)
class Result:
    """The day under a what-if: its board, occupancy (0 to 1), paid hours, and the boards by the hour."""

    board: "Board"
    occupancy: float
    hours: float
    intervals: "list[Interval]"


def what_if(day: Day, settings: Settings) -> Result:
    """Return the day as it would have gone: the same people, other circumstances.

    Raises LabError for an impossible plan (see `crmlab.replay.split`).
    """
    from sim import metrics
    from sim.callcenter import Centre

    scenario = _with_self_service(day.scenario, settings.self_service)
    staffing = split(list(settings.agents), scenario)
    with _no_collection():
        calls = Centre(scenario).run(day.contacts, _scaled(day.draws, settings), staffing).calls
    seconds = scenario.service_level_seconds
    closing = scenario.closing_seconds
    return Result(
        board=metrics.board(calls, seconds=seconds),
        occupancy=metrics.occupancy(calls, staffing),
        hours=staffing.paid_seconds / 3600,
        intervals=[one for one in metrics.by_interval(calls, seconds=seconds) if one.start < closing],
    )


def _with_self_service(scenario: "Scenario", share: float | None) -> "Scenario":
    if share is None:
        return scenario
    return replace(scenario, ivr=replace(scenario.ivr, self_service_share=share))


def _scaled(draws: "Draws", settings: Settings) -> "Draws":
    """Return draws with longer or shorter patience and handling, rounded to the millisecond as at birth."""
    from sim.contacts import Draws, milliseconds

    if settings.patience == settings.handling == 1:
        return draws
    factors = {"patience": settings.patience, "talk": settings.handling, "wrap_up": settings.handling}
    scaled = {name: milliseconds(draws[name] * factor) for name, factor in factors.items()}
    return Draws(**{name: draws[name] for name in draws.names} | scaled)


@contextmanager
def _no_collection() -> Iterator[None]:
    """Hold Python's garbage collector back for a tenth of a second: searching a notebook's memory stutters."""
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()


@dataclass(frozen=True)
class Sliders:
    """The sliders of a plan: the name of each block of the day, and the fewest and most agents to be put there."""

    names: tuple[str, ...]
    low: int = 0
    high: int = MOST_ON_SLIDER

    @classmethod
    def of(cls, field: "Field | None", scenario: "Scenario") -> "Sliders":
        """Return what the lab's form declares in `blocks`, `min` and `max`; what it leaves open is as usual."""
        names = tuple(block_names(scenario))
        if field is None:
            return cls(names)
        low = 0 if field.min is None else int(field.min)
        high = MOST_ON_SLIDER if field.max is None else int(field.max)
        return cls(field.blocks or names, low, max(low, high))

    def start(self, agents: Any) -> list[int]:
        """Return a saved plan if it can be put on the sliders, else the usual one."""
        whole = isinstance(agents, list) and all(
            type(n) is int and self.low <= n <= self.high for n in agents
        )
        if whole and len(agents) == len(self.names):
            return agents
        return [min(max(START_AGENTS, self.low), self.high)] * len(self.names)


class LiveBoard:
    """The board on the screen: `widget` is what to display, `result` what it shows now.

    `field` is the question of the lab's form, whose blocks and limits the sliders follow. A saved plan that
    does not fit them is passed over. Dragging cannot pile up: the page sends one
    change and keeps only the newest until the kernel has drawn it.
    """

    def __init__(
        self,
        day: Day,
        *,
        agents: Any = None,
        field: "Field | None" = None,
        on_adopt: Callable[[dict[str, Any]], None] = lambda plan: None,
        head: str = "",
        hints: "Hints | None" = None,
        lang: str = "zh",
    ) -> None:
        self.day, self.on_adopt, self.say = day, on_adopt, translator(lang)
        self.hints = hints
        self.sliders = Sliders.of(field, day.scenario)
        self.widget = self._build(self.sliders.start(agents), head)
        self.result = self._run()
        self._redraw()

    def settings(self) -> Settings:
        """Return what the sliders say."""
        return Settings(
            agents=tuple(slider.value for slider in self.blocks),
            patience=self.patience.value / 100,
            handling=self.handling.value / 100,
            self_service=self.self_service.value / 100,
        )

    def _build(self, agents: Sequence[int], head: str) -> Any:
        import ipywidgets as w
        from ipecharts import EChartsRawWidget

        _ = self.say
        wide = {"description_width": "9em"}

        def slider(name: str, value: int, low: int, high: int, step: int = 1) -> Any:
            made = w.IntSlider(
                value=value, min=low, max=high, step=step, description=name, style=wide,
                layout=w.Layout(width="24em"),
            )  # fmt: skip
            made.observe(lambda _change: self._changed(), names="value")
            return made

        told = self.sliders
        self.blocks = [
            slider(name, n, told.low, told.high) for name, n in zip(told.names, agents, strict=True)
        ]
        self.patience = slider(_("耐心（%）"), 100, 50, 200, 10)
        self.handling = slider(_("处理时长（%）"), 100, 50, 150, 5)
        share = round(100 * self.day.scenario.ivr.self_service_share)
        self.self_service = slider(_("自助办理（%）"), share, 0, 80, 5)
        self.tiles = w.HTML()
        self.chart = EChartsRawWidget(option={}, style={"width": "640px", "height": "320px"})
        self.adopt = w.Button(
            description=_("采用这个方案"), button_style="primary", layout=w.Layout(width="12em")
        )
        self.adopt.on_click(lambda _button: self._adopt())
        self.state = w.HTML()
        title, more = (w.HTML(f"<b>{html.escape(t)}</b>") for t in (_("每个时段排几个人"), _("如果情况变了")))
        left = w.VBox([title, *self.blocks, more, self.patience, self.handling, self.self_service])
        row = w.HBox([left, w.VBox([self.tiles, self.chart])], layout=w.Layout(flex_flow="row wrap"))
        more_buttons, below = ([self.hints.button], [self.hints.box]) if self.hints else ([], [])
        return w.VBox([w.HTML(head), row, w.HBox([self.adopt, *more_buttons, self.state]), *below])

    def _run(self) -> Result:
        return what_if(self.day, self.settings())

    def _changed(self) -> None:
        _ = self.say
        self.result = self._run()
        self.state.value = html.escape(_("方案改了，还没有采用"))
        self._redraw()

    def _adopt(self) -> None:
        _ = self.say
        try:
            self.on_adopt({"agents": list(self.settings().agents)})
        except LabError as error:
            self.state.value = html.escape(str(error))
            return
        self.state.value = html.escape(_("已采用并保存"))

    def _redraw(self) -> None:
        self.tiles.value = tiles(self.result, self.say)
        self.chart.option = option(self.result, self.say)


def block_names(scenario: "Scenario") -> list[str]:
    """Return the blocks of the day as read on a clock, like 08–10."""
    width = scenario.intervals * scenario.interval_minutes / BLOCKS / 60
    opening = scenario.opening_seconds / 3600
    return [f"{opening + k * width:02.0f}–{opening + (k + 1) * width:02.0f}" for k in range(BLOCKS)]


def tiles(result: Result, say: Callable[[str], str]) -> str:
    """Return the five numbers of the board as HTML."""
    _ = say
    board = result.board
    shown = [
        (_("服务水平"), _told(board.service_level, ".0%")),
        (_("平均应答速度"), _told(board.asa, ".0f", _(" 秒"))),
        (_("放弃率"), _told(board.abandonment_rate, ".1%")),
        (_("坐席占用率"), _told(result.occupancy, ".0%")),
        (_("全天"), _told(result.hours, ".0f", _(" 工时"))),
    ]
    return "".join(
        '<div style="display:inline-block;min-width:6.2em;padding:.4em .8em;margin:0 .4em .4em 0;'
        f'border:1px solid #d7dce4;border-radius:6px"><small>{html.escape(name)}</small><br>'
        f'<b style="font-size:1.5em">{html.escape(value)}</b></div>'
        for name, value in shown
    )


def _told(value: float, form: str, unit: str = "") -> str:
    """Return a number as the board shows it; a measure over nothing is a dash."""
    return "—" if math.isnan(value) else f"{value:{form}}{unit}"


def option(result: Result, say: Callable[[str], str]) -> dict[str, Any]:
    """Return the chart's description for ECharts: calls by the hour as bars, service level as a line."""
    _ = say
    hours = [one for one in result.intervals if one.board.offered]
    level = [round(100 * one.board.service_level, 1) for one in hours]
    names = [_("已应答"), _("放弃"), _("服务水平")]
    bars = {"type": "bar", "stack": "calls", "animation": False}
    edge = {"borderColor": charts.EDGE, "borderWidth": 0.5}
    slanted = {
        "symbol": "rect",
        "dashArrayX": [1, 0],
        "dashArrayY": [1, 5],
        "rotation": math.pi / 4,
        "color": charts.EDGE,
    }
    looks = {"color": charts.MIDDLE, **edge}, {"color": "#ffffff", "decal": slanted, **edge}
    return {
        "animation": False,
        "legend": {"data": names},
        "grid": {"left": 50, "right": 50, "bottom": 30},
        "tooltip": {"trigger": "axis"},
        "xAxis": {"type": "category", "data": [one.label for one in hours]},
        "yAxis": [
            {"type": "value", "name": _("通")},
            {"type": "value", "name": "%", "min": 0, "max": 100, "splitLine": {"show": False}},
        ],
        "series": [
            {**bars, "name": names[0], "data": [one.board.answered for one in hours], "itemStyle": looks[0]},
            {**bars, "name": names[1], "data": [one.board.abandoned for one in hours], "itemStyle": looks[1]},
            {
                "type": "line",
                "name": names[2],
                "yAxisIndex": 1,
                "data": level,
                "color": charts.DARK,
                "symbol": "circle",
                "symbolSize": 6,
                "markLine": {
                    "symbol": "none",
                    "data": [{"yAxis": TARGET}],
                    "lineStyle": {"type": "dashed", "color": charts.EDGE},
                    "label": {"show": False},  # the axis beside it says 80
                },
            },
        ],
    }


def static(
    scenario: "Scenario", agents: Any, *, field: "Field | None" = None, lang: str = "zh"
) -> tuple[str, str]:
    """Return the adopted plan as (HTML, text), for pages on which nothing moves."""
    _ = translator(lang)
    if not isinstance(agents, list):
        told = _("还没有采用方案")
    else:
        pairs = zip(Sliders.of(field, scenario).names, agents, strict=False)
        told = "  ".join(f"{name}: {str(number)[:6]}" for name, number in pairs)
    title = _("排班方案")
    return cards.card(title, cards.paragraphs(told)), f"{title}\n{told}"
