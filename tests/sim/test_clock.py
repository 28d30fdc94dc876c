"""The fast clock is SimPy: the same order of things, and the same day as SimPy untouched, bit for bit."""

import numpy as np
import pytest
import simpy
from rich_centre import rich

from sim.callcenter import Centre
from sim.callcenter.clock import Clock, StockClock
from sim.contacts import arrivals
from sim.scenario import load
from sim.streams import Streams

PRESSED = load("retail_hotline").with_(
    teams__enquiry__agents=[2] * 12, teams__complaint__agents=[3] * 12, trunks=12
)
CLOCKS = pytest.mark.parametrize("kind", [Clock, StockClock])


@pytest.mark.parametrize(
    "scenario", [load("retail_hotline"), PRESSED, load("ssj_callcenter"), rich(), rich(routing="most_idle")]
)
@pytest.mark.parametrize("seed", [1, 2])
def test_stock_simpy_takes_the_same_path_bit_for_bit(scenario, seed):
    day = arrivals(scenario, Streams(seed), 1)
    fast, stock = (Centre(scenario, clock=clock).run(*day) for clock in (Clock, StockClock))
    for ours, theirs in ((fast.calls, stock.calls), (fast.legs, stock.legs)):
        assert ours.names == theirs.names and len(ours) == len(theirs)
        for name in ours.names:
            assert ours[name].tobytes() == theirs[name].tobytes(), name


@CLOCKS
def test_steps_of_a_moment_run_in_the_order_planned_and_late_ones_last(kind):
    clock, told = kind(0), []
    clock.plan_late(5, lambda now, k: told.append((now, k)), 9)
    for k in range(3):
        clock.plan(5, lambda now, k: told.append((now, k)), k)
    clock.plan(4, lambda now, k: clock.plan(now + 1, lambda n, j: told.append((n, j)), k), 3)
    clock.run()
    assert told == [(5, 0), (5, 1), (5, 2), (5, 3), (5, 9)]


@CLOCKS
def test_an_arrival_comes_in_turn_with_what_was_planned_for_its_moment(kind):
    clock, told = kind(0), []
    clock.plan(10, lambda now, k: told.append(k), -1)
    clock.feed([10, 10, 20], lambda now, k: told.append(k), [7, 8, 9])
    clock.run()
    assert told == [-1, 7, 8, 9] and clock.now == 20


@CLOCKS
def test_simpy_processes_live_in_the_same_queue(kind):
    clock, told = kind(100), []

    def walker():
        told.append(clock.now)
        yield clock.timeout(50)
        told.append(clock.now)
        yield clock.timeout(10) | clock.timeout(90)
        told.append(clock.now)

    process = clock.process(walker())
    clock.plan(150, lambda now, k: told.append("step"), 0)
    clock.run()
    assert told == [100, "step", 150, 160]
    assert process.processed and clock.now == 240


@CLOCKS
def test_a_run_may_stop_at_a_moment_and_go_on(kind):
    clock, told = kind(0), []
    for at in (1, 5, 9):
        clock.plan(at, lambda now, k: told.append(now), 0)
    clock.feed([2, 6], lambda now, k: told.append(now), [0, 1])
    clock.run(until=5)
    assert told == [1, 2] and clock.now == 5
    clock.run()
    assert told == [1, 2, 5, 6, 9]


@CLOCKS
def test_a_failed_process_is_heard_of(kind):
    clock = kind(0)

    def falls():
        yield clock.timeout(3)
        raise ValueError("fell")

    clock.process(falls())
    with pytest.raises(ValueError, match="fell"):
        clock.run()


def test_the_fast_clock_is_a_simpy_environment_to_its_resources():
    clock, waits = Clock(0), []
    desk = simpy.Resource(clock, capacity=1)

    def visitor():
        with desk.request() as request:
            yield request
            waits.append(clock.now)
            yield clock.timeout(10)

    for _ in range(3):
        clock.process(visitor())
    assert clock.peek() == 0
    clock.run()
    assert waits == [0, 10, 20] and np.isinf(clock.peek())


def test_an_empty_clock_has_nothing_to_step():
    with pytest.raises(simpy.core.EmptySchedule):
        Clock(0).step()
