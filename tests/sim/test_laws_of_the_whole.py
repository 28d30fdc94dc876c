"""Laws of a centre with every channel and option: extremes, Little's law, order, and more staff is better."""

from itertools import pairwise

import numpy as np
import pytest
from golden_centre import scenario as every_option

from sim.callcenter import Centre
from sim.contacts import Draws, arrivals
from sim.scenario import Scenario
from sim.streams import Streams
from sim.tracing import Trace

WHOLE = every_option()
CALM = WHOLE.plain() | {"breaks": []}
JOINED, LEFT = ("queued",), ("assigned", "abandoned", "left_silently", "balked", "not_reached")


def staffed(agents) -> Scenario:
    """The whole centre with so many agents in every team, `agents(team, now)`, and nobody on a break."""
    plain = Scenario.from_plain(CALM).plain()
    for name, team in plain["teams"].items():
        team["agents"] = [agents(name, n) for n in team["agents"]]
    return Scenario.from_plain(plain)


def run(scenario, *, seed=1, days=(1,), change=lambda drawn: drawn):
    """The results of the days, the callers the same for any staffing; and their traces."""
    carry, made, traces = None, [], []
    for day in days:
        contacts, drawn = arrivals(WHOLE, Streams(seed).under("laws"), day)
        rows: list = []
        made.append(Centre(scenario).run(contacts, change(drawn), carry=carry, trace=rows))
        carry = made[-1].carry
        traces.append(Trace.of(rows, day=day))
    return made, traces, contacts


def impatient(drawn) -> Draws:
    return Draws(**{name: drawn[name] for name in drawn.names} | {"patience": np.zeros(len(drawn))})


# extremes


def test_without_agents_nobody_is_served_by_any_channel():
    (made,), (trace,), contacts = run(staffed(lambda team, now: 0))
    assert not np.isin(["answered"], np.concatenate([made.calls["outcome"], made.chats["outcome"]])).any()
    assert len(made.legs) == len(made.messages) == len(made.cases) == len(made.presence) == 0
    written = np.isin(contacts["channel"], ("email", "form", "board"))
    waiting = made.carry.contacts["channel"]
    assert np.isin(waiting, ("email", "form", "board")).sum() == written.sum() > 0
    assert {"answered", "assigned", "replied", "registered", "logged_in"} & set(trace["event"]) == set()


def test_with_agents_without_end_nobody_waits():
    (made,), _, _ = run(staffed(lambda team, now: 500))
    calls, chats, told = made.calls, made.chats, made.messages
    assert np.nanmax(calls["wait"]) == 0 and not np.isin(["balked", "abandoned"], calls["outcome"]).any()
    assert made.legs["wait"].max() == 0 and set(chats["outcome"]) == {"answered"} and chats["wait"].max() == 0
    by_day = (told["at"] >= WHOLE.opening_seconds) & (told["at"] < WHOLE.closing_seconds)
    assert told["wait"][by_day].max() == 0
    assert (told["answered_at"][~by_day] == WHOLE.opening_seconds).all() and (~by_day).any()


def test_without_patience_nobody_waits_and_whoever_would_is_lost():
    plain = staffed(lambda team, now: now).plain()
    plain.pop("callback")
    (made,), _, _ = run(Scenario.from_plain(plain), change=impatient)
    calls, chats = made.calls, made.chats
    lost = np.isin(calls["outcome"], ["abandoned", "balked"])
    assert np.nanmax(calls["wait"]) == 0 and lost.any() and (calls["outcome"] == "answered").any()
    silent = chats["silent"]
    assert chats["wait"][~silent].max() == 0 and (chats["outcome"] == "abandoned").any()


# Little's law, by an integral of the trace against the sums of the records


@pytest.mark.parametrize("seed", [1, 2])
def test_littles_law_holds_exactly_for_all_lines_together(seed):
    (made,), (trace,), _ = run(staffed(lambda team, now: max(1, now - 1)), seed=seed)
    calls, legs = made.calls, made.legs
    unfinished = [calls["contact_id"][calls["outcome"] == "waiting"]]
    if made.carry.contacts is not None:  # mail nobody has answered, and who will call again tomorrow
        unfinished.append(made.carry.contacts["contact_id"])

    def finished(table):
        return ~np.isin(table["contact_id"], np.concatenate(unfinished))

    waits = np.nansum(calls["wait"][finished(calls)]) + legs["wait"][finished(legs) & (legs["leg"] > 1)].sum()
    waits += sum(table["wait"][finished(table)].sum() for table in (made.chats, made.messages))
    moves = np.isin(trace["event"], (*JOINED, *LEFT)) & finished(trace)
    step = np.where(np.isin(trace["event"][moves], JOINED), 1, -1)
    inside = np.cumsum(step)
    assert inside.min() >= 0 and inside.max() > 5 and inside[-1] == 0
    assert (inside[:-1] * np.diff(trace["t"][moves])).sum() == pytest.approx(waits, abs=1e-3)


# order


def test_no_record_is_out_of_order():
    made, traces, _ = run(WHOLE, days=(1, 2, 3))
    for one in made:
        rows = {
            "calls": ("at", "queued_at", "answered_at", "ended_at"),
            "legs": ("queued_at", "answered_at", "ended_at", "free_at"),
            "chats": ("at", "answered_at", "ended_at"),
            "messages": ("at", "answered_at", "ended_at"),
            "cases": ("opened_at", "solved_at", "closed_at"),
            "presence": ("since", "until"),
        }
        for name, moments in rows.items():
            table = getattr(one, name)
            for before, after in pairwise(moments):
                assert not (table[before] > table[after] + 1e-9).any(), (name, before, after)
        for table in (one.calls, one.chats):
            assert (np.diff(table["at"]) >= 0).all()
    for trace in traces:
        assert (np.diff(trace["t"]) >= 0).all()


# more staff is better, for the same callers


@pytest.mark.slow
def test_two_more_agents_in_each_team_are_better_in_every_channel_on_average():
    gains = []
    for seed in range(12):
        few, many = (
            run(staffed(lambda team, now, more=more: max(1, now - 1) + more), seed=seed)[0][0]
            for more in (0, 2)
        )
        both = [
            (
                -np.nanmean(one.calls["wait"]),
                (one.calls["outcome"] == "answered").mean(),
                -one.chats["wait"].mean(),
                (one.chats["outcome"] == "answered").mean(),
                -one.messages["wait"].mean(),
            )
            for one in (few, many)
        ]
        gains.append(np.subtract(both[1], both[0]))
    told = np.array(gains)
    error = told.std(axis=0, ddof=1) / np.sqrt(len(told))
    assert (told.mean(axis=0) > 2 * error).all(), (told.mean(axis=0), error)
