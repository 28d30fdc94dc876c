"""The centre against the textbook SimPy idiom: one Erlang-A day, the same callers, the same waits.

`crmlab bench callcenter` prints calls per CPU second and the ratio; `--calls` and `--repeat` set the size.
"""

import argparse
import sys
import time
from collections.abc import Callable, Generator
from statistics import median
from typing import Any

import numpy as np
import simpy

from sim.callcenter import Centre
from sim.contacts import Contacts, Draws, arrivals
from sim.scenario import Scenario, load
from sim.streams import Streams

HOURS = 13
HANDLE_SECONDS = 300.0
ERLANGS_PER_CALL = HANDLE_SECONDS / 3600 / HOURS


def erlang_a(calls: int) -> Scenario:
    """Return a centre with a load of 1 per agent, patience 180 s, and about `calls` calls a day."""
    agents = max(1, round(calls * ERLANGS_PER_CALL))
    return load("ssj_callcenter").with_(
        calls_per_hour=[calls / HOURS] * HOURS,
        busyness_cv=0,
        patience__balk_share=0,
        patience__mean_seconds=180.0,
        skills__general__talk_mean_seconds=HANDLE_SECONDS,
        teams__general__agents=[agents] * HOURS,
    )


def textbook(scenario: Scenario, contacts: Contacts, draws: Draws) -> list[float]:
    """Return the waits, the way tutorials write it: a process per call, a Resource, `request | timeout`."""
    env: Any = simpy.Environment(initial_time=scenario.opening_seconds * 1000)
    agents = simpy.PriorityResource(env, capacity=scenario.teams[0].agents[0])
    clock = [
        np.rint(x * 1000).astype(int).tolist() for x in (contacts["at"], draws["patience"], draws["talk"])
    ]
    waits = [0.0] * len(contacts)

    def caller(place: int, patience: int, talk: int) -> Generator[Any, Any, None]:
        arrived = env.now
        with agents.request(priority=1) as request:
            yield request | env.timeout(patience)
            waits[place] = (env.now - arrived) / 1000
            if request.triggered:
                yield env.timeout(talk)

    def source() -> Generator[Any, Any, None]:
        for place, (at, patience, talk) in enumerate(zip(*clock, strict=True)):
            yield env.timeout(at - env.now)
            env.process(caller(place, patience, talk))

    env.process(source())
    env.run()
    return waits


def ours(scenario: Scenario, contacts: Contacts, draws: Draws) -> list[float]:
    """Return the waits of the centre, records and all."""
    return Centre(scenario).run(contacts, draws).calls["wait"].tolist()


def seconds(run: Callable[..., list[float]], day: tuple[Scenario, Contacts, Draws], repeat: int) -> float:
    """Return the median CPU time of a run, seconds."""
    told = []
    for _ in range(repeat):
        start = time.process_time()
        run(*day)
        told.append(time.process_time() - start)
    return median(told)


def main(words: list[str]) -> None:
    """Print the table."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--calls", type=int, default=5000)
    options.add_argument("--repeat", type=int, default=5)
    asked = options.parse_args(words)
    scenario = erlang_a(asked.calls)
    day = (scenario, *arrivals(scenario, Streams(1), 1))
    same = ours(*day) == textbook(*day)
    base = seconds(textbook, day, asked.repeat)
    print(f"{len(day[1])} calls, {scenario.teams[0].agents[0]} agents; every wait the same: {same}")
    print(f"{'engine':<22}{'ms a day':>10}{'calls / CPU s':>15}{'x textbook':>12}")
    for name, run in (("textbook SimPy", textbook), ("sim.callcenter", ours)):
        took = base if run is textbook else seconds(run, day, asked.repeat)
        print(f"{name:<22}{took * 1000:>10.1f}{len(day[1]) / took:>15,.0f}{base / took:>12.1f}")


if __name__ == "__main__":
    main(sys.argv[1:])
