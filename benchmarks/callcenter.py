"""The centre against its peers, side by side in one run, on the same draws.

`crmlab bench callcenter` prints calls per CPU second and ratios to the textbook SimPy idiom: an Erlang-A day of 50
agents, a phone day in full, growth in time and memory, and drawing. `--calls` and `--repeat` set the size. Ciw is
measured where it is installed (the extra `bench`), on a tenth of the calls.
"""

import argparse
import gc
import importlib.util
import sys
import time
import tracemalloc
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np

sys.path.insert(0, str(Path(__file__).parent))

import _peers as peers  # beside this file, which is run as a script

from sim.callcenter import Centre
from sim.callcenter.clock import StockClock
from sim.callcenter.draws import draws as draw
from sim.contacts import Contacts, Draws, arrivals, milliseconds
from sim.scenario import Scenario, load
from sim.streams import Streams

Day = tuple[Scenario, Contacts, Draws]
TALK, PATIENCE, AGENTS = 300.0, 180.0, 50


def erlang_a(calls: int, agents: int = AGENTS) -> Day:
    """Return an endless day of a load of 1 per agent: one queue, no menu, patience 180 s."""
    plain = {"opening": "00:00", "closing": "24:00", "interval_minutes": 1440, "calls_per_hour": [60]}
    scenario = load("ssj_callcenter").with_(
        **plain,
        busyness_cv=0,
        patience__balk_share=0,
        patience__mean_seconds=PATIENCE,
        skills__general__talk_mean_seconds=TALK,
        teams__general__agents=[agents],
    )
    ids = np.arange(calls)
    at = milliseconds(np.cumsum(TALK / agents * Streams(1).exponentials("gap", ids)))
    contacts = Contacts(
        day=np.ones(calls, dtype=int),
        contact_id=ids,
        customer_id=ids,
        channel=np.full(calls, "phone"),
        skill=np.full(calls, "general"),
        reason=np.full(calls, "general"),
        vip=np.zeros(calls, dtype=bool),
        at=at,
    )
    return scenario, contacts, draw(scenario, Streams(1), contacts)


def full_day(size: float) -> Day:
    """Return the retail hotline `size` times as large, staffed evenly, with hold and transfers."""
    plain = load("retail_hotline").plain()
    plain |= {"trunks": 1000, "busyness_cv": 0.0, "hold": {"share": 0.3, "mean_seconds": 26.0}}
    plain["calls_per_hour"] = [100 * size] * 12
    plain["skills"]["enquiry"] |= {"transfer_share": 0.08, "transfer_to": "complaint"}
    plain["teams"]["enquiry"]["agents"] = [round(3 * size)] * 12
    plain["teams"]["complaint"]["agents"] = [round(3 * size)] * 12
    scenario = Scenario.from_plain(plain)
    return scenario, *arrivals(scenario, Streams(1), 1)


def ours(scenario: Scenario, contacts: Contacts, draws: Draws) -> list[float]:
    """Return the waits of the centre, checks and records and all."""
    return Centre(scenario).run(contacts, draws).calls["wait"].tolist()


def by_clock(scenario: Scenario, contacts: Contacts, draws: Draws) -> list[float]:
    """Return the waits of the centre without the recursion, event after event on the fast clock."""
    return Centre(scenario, recursion=False).run(contacts, draws).calls["wait"].tolist()


def stock(scenario: Scenario, contacts: Contacts, draws: Draws) -> list[float]:
    """Return the waits of the centre on SimPy as it comes."""
    return Centre(scenario, clock=StockClock).run(contacts, draws).calls["wait"].tolist()


def race(runs: dict[Any, Callable[[], Any]], repeat: int) -> dict[Any, float]:
    """Return the least CPU seconds of each run; they take turns, so that a busy machine is busy for all."""
    least = dict.fromkeys(runs, float("inf"))
    for _ in range(repeat):
        for name, run in runs.items():
            gc.collect()
            start = time.process_time()
            run()
            least[name] = min(least[name], time.process_time() - start)
    return least


def table(title: str, calls: dict[str, int], took: dict[str, float]) -> None:
    """Print rates and ratios to the first row."""
    print(f"\n{title}\n{'engine':<34}{'us / call':>11}{'calls / CPU s':>15}{'x textbook':>12}")
    each = {name: took[name] / calls[name] for name in took}
    first = next(iter(each.values()))
    for name, one in each.items():
        print(f"{name:<34}{one * 1e6:>11.2f}{1 / one:>15,.0f}{first / one:>12.1f}")


def show_erlang_a(calls: int, repeat: int) -> None:
    """Print the table of the Erlang-A day."""
    day, small = erlang_a(calls), erlang_a(max(calls // 10, 100))
    same = ours(*day) == peers.textbook(*day) == stock(*day) == by_clock(*day)
    runs = {
        "textbook SimPy": lambda: peers.textbook(*day),
        "sim.callcenter on stock SimPy": lambda: stock(*day),
        "sim.callcenter, event by event": lambda: by_clock(*day),
        "sim.callcenter, by recursion": lambda: ours(*day),
    }
    size = dict.fromkeys(runs, calls)
    if importlib.util.find_spec("ciw"):
        runs["ciw"] = lambda: peers.ciw_waits(*small)
        size["ciw"] = len(small[1])
    table(
        f"Erlang A, {AGENTS} agents, load 1, {calls} calls; every wait the same: {same}",
        size,
        race(runs, repeat),
    )


def show_full_day(calls: int, repeat: int) -> None:
    """Print the table of the phone day in full."""
    day = full_day(max(1, calls / 1200))
    attempts, theirs = Centre(day[0]).run(*day[1:]).calls, peers.FullTextbook(*day).run()
    load = [
        sum(one == "answered" for one in kind)
        for kind in (attempts["outcome"], [r["outcome"] for r in theirs])
    ]
    runs = {
        "textbook SimPy, FilterStore": lambda: peers.FullTextbook(*day).run(),
        "sim.callcenter": lambda: Centre(day[0]).run(*day[1:]),
    }
    size = {"textbook SimPy, FilterStore": len(theirs), "sim.callcenter": len(attempts)}
    title = f"Phone day in full, {len(day[1])} contacts; answered: ours {load[0]}, theirs {load[1]}"
    table(title, size, race(runs, repeat))


def show_growth(calls: int, repeat: int) -> None:
    """Print what ten times as many calls cost in time and memory."""
    few, many = erlang_a(calls // 10), erlang_a(calls)
    engines = {"by recursion": ours, "event by event": by_clock}
    runs = {
        (name, k): partial(run, *day) for name, run in engines.items() for k, day in enumerate((few, many))
    }
    took = race(runs, max(repeat, 5))
    peak = []
    for day in (few, many):
        tracemalloc.start()
        by_clock(*day)
        peak.append(tracemalloc.get_traced_memory()[1] / len(day[1]))
        tracemalloc.stop()
    print(f"\nTen times as many calls ({calls // 10} -> {calls})")
    for name in engines:
        print(f"{name:<34}{took[name, 1] / took[name, 0]:>11.1f} x the time")
    print(f"Memory at the highest: {peak[0]:.0f} -> {peak[1]:.0f} bytes a call")


def show_board(repeat: int) -> None:
    """Print how long the live board takes from a slider's move to its new picture, over a day of about 5,000 calls."""
    from crmlab import board

    scenario, contacts, made = full_day(4.0)
    live = board.LiveBoard(board.Day(scenario, contacts, made), agents=[24] * board.BLOCKS)
    took = []
    for move in range(10 * repeat):
        start = time.perf_counter()
        live.blocks[move % board.BLOCKS].value += (
            1 if move % 2 else -1
        )  # the board redraws before this returns
        took.append(1000 * (time.perf_counter() - start))
    took.sort()
    print(f"\nLive board, {len(contacts)} contacts: from the slider to the new picture")
    print(f"{'fastest, middle, slowest':<34}{took[0]:>8.0f}, {took[len(took) // 2]:.0f}, {took[-1]:.0f} ms")


def show_drawing(calls: int, repeat: int) -> None:
    """Print the cost of a number drawn alone and in a block."""
    scenario, contacts, made = erlang_a(calls)
    numbers = len(made) * (len(made.names) - 2)
    generator = np.random.default_rng(1)
    runs = {
        "numpy, one by one": lambda: [generator.exponential() for _ in range(calls)],
        "sim.callcenter.draws, keyed, whole arrays": lambda: draw(scenario, Streams(1), contacts),
    }
    took, count = (
        race(runs, repeat),
        {"numpy, one by one": calls, "sim.callcenter.draws, keyed, whole arrays": numbers},
    )
    print("\nDrawing")
    for name in runs:
        print(f"{name:<34}{took[name] / count[name] * 1e9:>11.0f} ns a number")


def main(words: list[str]) -> None:
    """Print the tables."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--calls", type=int, default=200_000)
    options.add_argument("--repeat", type=int, default=3)
    asked = options.parse_args(words)
    show_erlang_a(asked.calls, asked.repeat)
    show_full_day(max(asked.calls // 10, 1200), asked.repeat)
    show_growth(asked.calls, asked.repeat)
    show_board(asked.repeat)
    show_drawing(asked.calls, asked.repeat)


if __name__ == "__main__":
    main(sys.argv[1:])
