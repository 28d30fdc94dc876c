"""One seed, one student's world: what the student sees, what is true, and whether it is as hard as the others."""

import json
import math
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from crmlab import call_cards, solvers
from crmlab.replay import Outcome, replay_staffing, run_days
from sim.contacts import arrivals
from sim.scenario import Scenario, load
from sim.streams import Streams

if TYPE_CHECKING:
    import pandas as pd

SCENARIO = "retail_hotline"
LAST_WEEK, NEXT_WEEK = range(0, 5), range(7, 12)  # Monday to Friday; Saturday and Sunday lie between
TODAY = LAST_WEEK[-1]
TARGET = 0.80
OTHER_CALLS = 11  # in the trace, beside the story call


@dataclass(frozen=True)
class World:
    """The tables a student may see, the hidden ones, the facts of the answer key, and how hard it is."""

    visible: dict[str, "pd.DataFrame"]
    truth: dict[str, "pd.DataFrame"]
    facts: dict[str, Any]
    difficulty: dict[str, float]
    accepted: bool


def build(seed: int) -> World:
    """Return the world of `seed`; the same seed gives the same world on every machine."""
    streams, scenario = Streams(seed), load(SCENARIO)
    contacts, draws = _week(scenario, streams, LAST_WEEK)
    next_contacts, next_draws = _week(scenario, streams, NEXT_WEEK)
    calls = run_days(contacts, draws, _own_plan(scenario), scenario)
    cards, key = call_cards.deal(streams)
    today = contacts[contacts["day"] == TODAY].reset_index(drop=True)
    todays_draws = draws[draws["contact_id"].isin(today["contact_id"])].reset_index(drop=True)
    fridays = calls[calls["day"] == TODAY]
    story = _story(fridays, streams)
    plans = {
        "naive": solvers.naive(scenario),
        "textbook": solvers.textbook(today, todays_draws, scenario),
        "expert": solvers.expert(contacts, draws, scenario),
    }
    outcomes = {
        name: replay_staffing(next_contacts, next_draws, plan, scenario) for name, plan in plans.items()
    }
    levels = _levels_by_hour(fridays, scenario)
    facts = {
        "story": story,
        "worst_hour": min(levels, key=lambda hour: levels[hour]),
        "board": _board(fridays, scenario),
        "staffing": {
            "target": TARGET,
            **{name: {"agents": plans[name], **vars(outcomes[name])} for name in plans},
        },
        "cards": key.to_dict("records"),
    }
    difficulty = _difficulty(facts, levels, outcomes)
    return World(
        visible={
            "calls": calls,
            "contacts": today,
            "draws": todays_draws,
            "trace": _trace(fridays, story, streams),
            "call_cards": cards,
        },
        truth={"contacts": next_contacts, "draws": next_draws, "call_cards": key},
        facts=facts,
        difficulty=difficulty,
        accepted=_in_band(difficulty, story, outcomes),
    )


def write(world: World, folder: Path) -> None:
    """Write a world as `visible/`, `truth/` (Parquet) and `truth/facts.json` under `folder`."""
    for side, tables in (("visible", world.visible), ("truth", world.truth)):
        (folder / side).mkdir(parents=True, exist_ok=True)
        for name, table in tables.items():
            table.to_parquet(folder / side / f"{name}.parquet", compression="zstd", index=False)
    text = json.dumps(world.facts, ensure_ascii=False, indent=1, sort_keys=True)
    (folder / "truth" / "facts.json").write_text(text + "\n", encoding="utf-8")


def _week(scenario: Scenario, streams: Streams, days: range) -> tuple["pd.DataFrame", "pd.DataFrame"]:
    import pandas as pd

    made = [arrivals(scenario, streams, day) for day in days]
    contacts = pd.concat([contacts.frame() for contacts, _ in made], ignore_index=True)
    return contacts, pd.concat([draws.frame() for _, draws in made], ignore_index=True)


def _own_plan(scenario: Scenario) -> Any:
    from sim.staffing import Staffing

    return Staffing.of(scenario)


def _story(calls: "pd.DataFrame", streams: Streams) -> dict[str, Any]:
    """Return the call that the lab follows: answered at the first try after a wait worth looking at."""
    fits = calls[
        (calls["outcome"] == "answered")
        & (calls["attempt"] == 1)
        & calls["wait"].between(25, 120)
        & calls["talk"].between(60, 480)
    ]
    if fits.empty:
        return {}
    call = fits.iloc[int(streams.uniforms("story", [0])[0] * len(fits))]
    return {
        "contact_id": int(call["contact_id"]),
        "parts": ["pbx", "ivr", "acd", "csr"],
        "menu_s": round(float(call["ivr"]), 3),
        "wait_s": round(float(call["wait"]), 3),
        "talk_s": round(float(call["talk"]), 3),
    }


def _trace(calls: "pd.DataFrame", story: dict[str, Any], streams: Streams) -> "pd.DataFrame":
    """Return the events of the story call, which comes first, and of some other calls."""
    from sim.tracing import Trace, events

    ids = calls["contact_id"].unique()
    others = ids[streams.uniforms("traced", ids).argsort()][:OTHER_CALLS]
    frame = Trace.of(events(calls[calls["contact_id"].isin([*others, story.get("contact_id", -1)])])).frame()
    first = frame["contact_id"] != story.get("contact_id", -1)
    return frame.assign(later=first).sort_values(["later", "t"], kind="stable").drop(columns="later")


def _board(calls: "pd.DataFrame", scenario: Scenario) -> dict[str, float]:
    from sim.metrics import board

    seen = vars(board(calls, seconds=scenario.service_level_seconds))
    return {name: round(float(value), 6) for name, value in seen.items()}


def _levels_by_hour(calls: "pd.DataFrame", scenario: Scenario) -> dict[str, float]:
    from sim.metrics import by_interval

    hours = by_interval(calls, minutes=60, seconds=scenario.service_level_seconds)
    closing = scenario.closing_seconds
    return {one.label: one.board.service_level for one in hours if one.board.offered and one.start < closing}


def _difficulty(facts: dict, levels: dict[str, float], outcomes: dict[str, Outcome]) -> dict[str, float]:
    lowest, second = sorted(levels.values())[:2]
    percent = 100 * facts["board"]["service_level"]
    return {
        "worst_hour_margin": round(second - lowest, 4),
        "friday_level": round(facts["board"]["service_level"], 4),
        "rounding_room": round(0.5 - abs(percent - math.floor(percent) - 0.5), 4),
        **{f"{name}_level": round(one.service_level, 4) for name, one in outcomes.items()},
        **{f"{name}_hours": one.hours for name, one in outcomes.items()},
    }


def _in_band(difficulty: dict[str, float], story: dict, outcomes: dict[str, Outcome]) -> bool:
    """Return whether the world is as hard as the others: naive misses, textbook and expert make it."""
    naive, textbook, expert = (outcomes[name] for name in ("naive", "textbook", "expert"))
    return (
        bool(story)
        and difficulty["worst_hour_margin"] >= 0.03
        and 0.70 <= difficulty["friday_level"] <= 0.90
        and naive.service_level <= TARGET - 0.01
        and textbook.service_level >= TARGET + 0.005
        and expert.service_level >= TARGET + 0.01
        and textbook.hours <= 1.08 * expert.hours
    )
