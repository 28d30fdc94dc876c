"""One seed, one student's world: what the student sees, what is true, and whether it is as hard as the others."""

import json
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from crmlab import call_cards, casebook, phone_shift, phone_skills, solvers
from crmlab.replay import Outcome, replay_staffing, run_days
from sim.callcenter.floor import AGENT_STEP
from sim.contacts import arrivals
from sim.scenario import Scenario, load
from sim.staffing import Staffing
from sim.streams import Streams

if TYPE_CHECKING:
    import pandas as pd

SCENARIO = "retail_hotline"
LAST_WEEK, NEXT_WEEK = range(0, 5), range(7, 12)  # Monday to Friday; Saturday and Sunday lie between
TODAY = LAST_WEEK[-1]
TARGET = 0.80
OTHER_CALLS = 11  # in the trace, beside the story call and the example

# The band of difficulty: what a world must offer to be given to a student.
CLEAR_MARGIN = 0.03  # of service level, between Friday's worst hour and the next
FRIDAY_LEVEL = (0.70, 0.90)
ROUNDING_ROOM = 0.05  # per cent or seconds
EXPERT_ROOM = 0.02  # of service level, above the target
EXPERT_HOURS = (86, 100)  # a day


@dataclass(frozen=True)
class World:
    """The tables a student may see, the hidden ones, the facts of the answer key, and how hard it is.

    A world refused at first sight (see `_looks_fair`) has no plans among its facts: nobody will work in it.
    """

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
    calls = run_days(contacts, draws, Staffing.of(scenario), scenario)
    fridays = calls[calls["day"] == TODAY]
    story, levels = _story(fridays, scenario, streams), _levels_by_hour(fridays, scenario)
    example = _example(fridays, story, streams)
    cards, key = call_cards.deal(streams)
    cases, cases_truth, cases_facts = casebook.deal(streams)
    skills, skills_facts = phone_skills.deal(streams)
    facts: dict[str, Any] = {
        "story": story,
        "worst_hour": min(levels, key=lambda hour: levels[hour]),
        "board": _board(fridays, scenario),
        "cards": key.to_dict("records"),
        "cases": cases_facts,
        "skills": skills_facts,
    }
    today = contacts[contacts["day"] == TODAY].reset_index(drop=True)
    visible = {
        "calls": calls,
        "contacts": today,
        "draws": draws[draws["contact_id"].isin(today["contact_id"])].reset_index(drop=True),
        "trace": _trace(fridays, [story.get("contact_id", -1), example], streams),
        "call_cards": cards,
        **cases,
        **skills,
    }
    truth = {"contacts": next_contacts, "draws": next_draws, "call_cards": key, **cases_truth}
    difficulty = _questions(facts, levels)
    accepted = bool(story) and example >= 0 and _looks_fair(difficulty)
    if accepted:  # trying plans on the whole next week costs more than everything above
        plans = {
            "naive": solvers.naive(scenario),
            "textbook": solvers.textbook(today, visible["draws"], scenario),
            "expert": solvers.expert(contacts, draws, scenario),
        }
        outcomes = {name: replay_staffing(next_contacts, next_draws, plans[name], scenario) for name in plans}
        offer, facts["shift"] = phone_shift.deal(
            streams, (today, visible["draws"]), (next_contacts, next_draws), scenario
        )
        visible["skill_offer"] = offer
        facts["staffing"] = {"target": TARGET} | {
            name: {"agents": plans[name], **vars(outcomes[name])} for name in plans
        }
        difficulty |= {f"{name}_level": round(one.service_level, 4) for name, one in outcomes.items()}
        difficulty |= {f"{name}_hours": one.hours for name, one in outcomes.items()}
        accepted = _plans_part(outcomes)
    return World(visible, truth, facts, difficulty, accepted)


def write(world: World, folder: Path) -> None:
    """Write a world as `visible/`, `truth/` (Parquet, zstd) and `truth/facts.json` under `folder`."""
    for side, tables in (("visible", world.visible), ("truth", world.truth)):
        (folder / side).mkdir(parents=True, exist_ok=True)
        for name, table in tables.items():
            # times hardly repeat, so a dictionary of them only makes the file a third larger
            path = folder / side / f"{name}.parquet"
            table.to_parquet(path, compression="zstd", compression_level=9, use_dictionary=False, index=False)
    text = json.dumps(world.facts, ensure_ascii=False, indent=1, sort_keys=True)
    (folder / "truth" / "facts.json").write_text(text + "\n", encoding="utf-8")


def _week(scenario: Scenario, streams: Streams, days: range) -> tuple["pd.DataFrame", "pd.DataFrame"]:
    import pandas as pd

    made = [arrivals(scenario, streams, day) for day in days]
    contacts = pd.concat([contacts.frame() for contacts, _ in made], ignore_index=True)
    return contacts, pd.concat([draws.frame() for _, draws in made], ignore_index=True)


def _story(calls: "pd.DataFrame", scenario: Scenario, streams: Streams) -> dict[str, Any]:
    """Return the call that the lab follows: answered at the first try after a wait worth looking at."""
    fits = _waited(calls, 25, 120)
    if fits.empty:
        return {}
    call = fits.iloc[int(streams.uniforms("story", [0])[0] * len(fits))]
    return {
        "contact_id": int(call["contact_id"]),
        "parts": ["pbx", "ivr", "acd", "csr"],
        "menu_s": round(float(call["ivr"]), 3),
        "wait_s": round(float(call["wait"]), 3),
        "talk_s": round(float(call["talk"]), 3),
        "team": scenario.teams[int(call["agent_id"]) // AGENT_STEP - 1].name,
    }


def _waited(calls: "pd.DataFrame", least: float, most: float) -> "pd.DataFrame":
    """Return the calls answered at the first try after a wait of so many seconds, and talked over as usual."""
    return calls[
        (calls["outcome"] == "answered")
        & (calls["attempt"] == 1)
        & calls["wait"].between(least, most)
        & calls["talk"].between(60, 480)
    ]


def _example(calls: "pd.DataFrame", story: dict[str, Any], streams: Streams) -> int:
    """Return the call by which the teacher shows how to read one: it waited, too; -1 when there is none."""
    fits = _waited(calls, 10, 60)
    ids = fits.loc[fits["contact_id"] != story.get("contact_id"), "contact_id"]
    return -1 if ids.empty else int(ids.iloc[int(streams.uniforms("example", [0])[0] * len(ids))])


def _trace(calls: "pd.DataFrame", first: list[int], streams: Streams) -> "pd.DataFrame":
    """Return the events of the calls `first`, which stand there first in this order, and of some others."""
    from sim.tracing import Trace, events

    ids = calls["contact_id"].unique()
    others = ids[streams.uniforms("traced", ids).argsort()][:OTHER_CALLS]
    frame = Trace.of(events(calls[calls["contact_id"].isin([*others, *first])])).frame()
    rank = frame["contact_id"].map({one: k for k, one in enumerate(first)}).fillna(len(first))
    return frame.assign(rank=rank).sort_values(["rank", "t"], kind="stable").drop(columns="rank")


def _board(calls: "pd.DataFrame", scenario: Scenario) -> dict[str, float]:
    from sim.metrics import board

    seen = vars(board(calls, seconds=scenario.service_level_seconds))
    return {name: round(float(value), 6) for name, value in seen.items()}


def _levels_by_hour(calls: "pd.DataFrame", scenario: Scenario) -> dict[str, float]:
    from sim.metrics import by_interval

    hours = by_interval(calls, minutes=60, seconds=scenario.service_level_seconds)
    closing = scenario.closing_seconds
    return {one.label: one.board.service_level for one in hours if one.board.offered and one.start < closing}


def _questions(facts: dict[str, Any], levels: dict[str, float]) -> dict[str, float]:
    """Return how clearly Friday answers the lab's questions; room is the distance to the next rounding edge."""
    lowest, second = sorted(levels.values())[:2]
    level, wait = facts["board"]["service_level"], facts["story"].get("wait_s", 0.0)
    return {
        "worst_hour_margin": round(second - lowest, 4),
        "friday_level": round(level, 4),
        "rounding_room": round(min(_room(100 * level), _room(wait)), 4),
    }


def _room(number: float) -> float:
    return abs(number % 1 - 0.5)


def _looks_fair(difficulty: dict[str, float]) -> bool:
    """Return whether Friday is as hard to read as in other worlds, and no number lies at a rounding edge."""
    return (
        difficulty["worst_hour_margin"] >= CLEAR_MARGIN
        and FRIDAY_LEVEL[0] <= difficulty["friday_level"] <= FRIDAY_LEVEL[1]
        and difficulty["rounding_room"] >= ROUNDING_ROOM
    )


def _plans_part(outcomes: dict[str, Outcome]) -> bool:
    """Return whether next week tells plans apart: naive misses, textbook and expert make it, at like cost."""
    naive, textbook, expert = (outcomes[name] for name in ("naive", "textbook", "expert"))
    return (
        naive.service_level <= TARGET - 0.01
        and textbook.service_level >= TARGET + 0.005
        and expert.service_level >= TARGET + EXPERT_ROOM
        and EXPERT_HOURS[0] <= expert.hours <= EXPERT_HOURS[1]
        and textbook.hours <= 1.08 * expert.hours
    )
