"""A day of calls to watch: menu, lines and seats, as one HTML page that moves and needs nothing else."""

import html
import json
import math
from pathlib import Path
from typing import TYPE_CHECKING, Any

from crmlab.language import translator

if TYPE_CHECKING:
    import pandas as pd

    from sim.scenario import Scenario

HERE = Path(__file__).parent
SPEEDS = (60, 240, 960)  # seconds of the day in one of ours
LOST = ("abandoned", "balked")
WAITED = ("answered", "abandoned", "balked", "waiting")


def page(calls: "pd.DataFrame", presence: "pd.DataFrame", scenario: "Scenario", *, lang: str = "zh") -> str:
    """Return the page of the first day in `calls` and `presence`, tables of a run of the centre.

    Raises LabError for a language we have not.
    """
    _ = translator(lang)
    title = html.escape(scenario.title_zh if lang == "zh" else scenario.title_en)
    day = int(calls["day"].iloc[0]) if len(calls) else 0
    say = {
        "menu": _("进线 · 语音菜单"),
        "line": _("排队：{skill}"),
        "told": _("排队 {waiting} · 忙碌坐席 {busy} · 已接起 {answered} · 放弃 {lost} · 服务水平 {level}"),
        "play": _("播放"),
        "pause": _("暂停"),
    }
    legend = _(
        "圆点是来电，颜色是业务，金圈是 VIP；划掉的是等不及挂断的。方格是坐席：灰色在做话后处理，虚线没有上班，☕ 在小休。"
    )
    heading, speed, moment = _("第 {day} 天的每一通电话").format(day=day), _("速度"), _("时刻")
    times = _("{n} 倍速")
    speeds = "".join(f"<option value={n}>{times.format(n=n)}</option>" for n in SPEEDS)
    told = _data(calls[calls["day"] == day], presence[presence["day"] == day], scenario, lang)
    return (
        f'<!DOCTYPE html><html lang="{"zh-CN" if lang == "zh" else "en"}"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width,initial-scale=1">'
        "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'; script-src 'unsafe-inline'\">"
        f"<title>{title}</title><style>{_file('animation.css')}</style></head><body><h1>{title}</h1>"
        f"<p>{html.escape(heading)}</p>"
        f'<form onsubmit="return false"><button type=button id=play>{say["play"]}</button>'
        f"<label>{speed} <select id=speed>{speeds}</select></label><span id=clock></span>"
        f'<input id=slide type=range min={told["open"]} max={told["close"]} aria-label="{moment}"></form>'
        f'<p id=told aria-live=off></p><div><canvas role=img aria-label="{title}"></canvas></div>'
        f"<small>{html.escape(legend)}</small>"
        f"<script>const DAY={_json(told)},SAY={_json(say)};</script><script>{_file('animation.js')}</script></body></html>\n"
    )


def _data(calls: "pd.DataFrame", presence: "pd.DataFrame", scenario: "Scenario", lang: str) -> dict[str, Any]:
    """Return the day as plain data, whole seconds: skills, teams, seats with their stretches, attempts."""
    word = "title_zh" if lang == "zh" else "title_en"
    teams = [team.name for team in scenario.teams]
    spoken = [skill for skill in scenario.skills if skill.channel == "phone"]
    skills = {skill.name: k for k, skill in enumerate(spoken)}
    seats: dict[int, dict[str, Any]] = {}
    for row in presence.sort_values("agent_id").itertuples():
        seat = seats.setdefault(row.agent_id, {"team": teams.index(row.team), "duty": [], "rest": []})
        seat["duty" if row.state == "duty" else "rest"].append([int(row.since), int(row.until)])
    numbers = {agent: k for k, agent in enumerate(seats)}
    whole = lambda value: None if math.isnan(value) else round(float(value), 1)  # noqa: E731
    told: list[list[Any]] = []
    for call in calls.sort_values("at", kind="stable").itertuples():
        if call.skill in skills:
            outcome = "abandoned" if call.outcome in LOST else call.outcome
            seat_taken = numbers.get(call.agent_id, -1)
            told.append([*map(whole, _times(call)), seat_taken, skills[call.skill], outcome, int(call.vip)])
    return {
        "open": scenario.opening_seconds,
        "close": int(
            max([scenario.closing_seconds, *(seat["duty"][-1][1] for seat in seats.values() if seat["duty"])])
        ),
        "limit": scenario.service_level_seconds,
        "skills": [getattr(skill, word) for skill in spoken],
        "teams": [{"name": getattr(team, word)} for team in scenario.teams],
        "seats": list(seats.values()),
        "calls": told,
    }


def _times(call: Any) -> tuple[float, ...]:
    """Return the moments of an attempt: in, out of the menu, in line, out of it, answered, talked, free again."""
    menu = call.at + (0.0 if math.isnan(call.ivr) else call.ivr)
    waited = call.outcome in WAITED and not math.isnan(call.wait)
    left = menu + (call.wait if waited else 0.0)
    if call.outcome != "answered":
        return (call.at, menu, call.queued_at, left, call.answered_at, left, left)
    talked = call.answered_at + call.talk + call.hold
    return (call.at, menu, call.queued_at, left, call.answered_at, talked, talked + call.wrap_up)


def _json(value: Any) -> str:
    """Return JSON that may stand inside a script: no tag can end it."""
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"), allow_nan=False).replace(
        "<", "\\u003c"
    )


def _file(name: str) -> str:
    return (HERE / name).read_text(encoding="utf-8")
