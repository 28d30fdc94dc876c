"""The clock of a day: SimPy's environment with a short way for the steps of many contacts.

A step is a function `step(now, thing)`; time is counted in whole milliseconds. SimPy's own processes,
timeouts and events live in the same queue, so slow and readable things may be written as generators.
Per contact, SimPy's own way costs an event object, a list of callbacks and a bound method for each stage;
here a stage is one tuple in the heap, and contacts that arrive in order never enter the heap at all.
`StockClock` does the same on an untouched environment; both take the same path, bit for bit.
"""

import math
from collections.abc import Callable, Iterator, Sequence
from heapq import heappop, heappush
from itertools import count, repeat
from typing import Any, Protocol

import simpy
from simpy.core import EmptySchedule, StopSimulation
from simpy.events import NORMAL, EventPriority

Step = Callable[[int, int], None]
Entry = tuple[float, int, Callable[[Any, Any], None], Any]  # when, order within the moment, step, thing

RANK = 2**60  # larger than any serial: urgent entries of a moment come before it, late ones after it
LATE = 2
NOBODY: Entry = (math.inf, 0, lambda now, thing: None, None)


class Timekeeper(Protocol):
    """What the centre asks of a clock."""

    now: Any

    def plan(self, at: int, step: Step, thing: int) -> None:
        """Plan `step(at, thing)`; steps of one moment run in the order they were planned."""

    def plan_late(self, at: int, step: Step, thing: int) -> None:
        """Plan a step that comes after everything else of its moment."""

    def feed(self, times: Sequence[int], step: Step, things: Sequence[int]) -> None:
        """Plan `step(times[k], things[k])` for sorted times, once; each as the one before it runs."""

    def process(self, generator: Any) -> Any:
        """Start a SimPy process."""

    def timeout(self, delay: int) -> Any:
        """Return a SimPy timeout."""

    def run(self) -> Any:
        """Run until nothing is planned any more."""


class Clock(simpy.Environment):
    """The fast clock: a SimPy environment whose queue also holds bare steps."""

    def __init__(self, start: int) -> None:
        super().__init__(start)
        self.entries: list[Entry] = []  # the queue, a heap
        self._serials = count()
        self.turn = self._serials.__next__  # who is planned first goes first within a moment
        self._arrivals: Iterator[Entry] = iter(())
        self._pending = NOBODY
        self.plan, self.plan_late = self._planners()

    def _planners(self) -> tuple[Callable[[int, Step, int], None], Callable[[int, Step, int], None]]:
        """Return `plan` and `plan_late` as functions that need no look-up: they run for every stage."""
        entries, serial = self.entries, self.turn

        def plan(at: int, step: Step, thing: int) -> None:
            heappush(entries, (at, serial(), step, thing))

        def plan_late(at: int, step: Step, thing: int) -> None:
            heappush(entries, (at, RANK + serial(), step, thing))

        return plan, plan_late

    def feed(self, times: Sequence[int], step: Step, things: Sequence[int]) -> None:
        """Plan `step(times[k], things[k])` for sorted times, once."""
        # zip asks for the serial of an arrival when the one before it has been taken, as SimPy would
        self._arrivals = zip(times, self._serials, repeat(step), things, strict=False)
        self._pending = next(self._arrivals, NOBODY)

    def schedule(self, event: simpy.Event, priority: Any = NORMAL, delay: Any = 0) -> None:
        """Plan an ordinary SimPy event; SimPy calls this for everything it plans."""
        order = next(self._serials) + (int(priority) - NORMAL) * RANK
        heappush(self.entries, (self._now + delay, order, self._fire, event))

    def peek(self) -> float:
        """Return the time of the next entry, or infinity."""
        return min(self.entries[0], self._pending)[0] if self.entries else self._pending[0]

    def step(self) -> None:
        """Run the next entry; EmptySchedule when there is none."""
        if self.entries and self.entries[0] < self._pending:
            entry = heappop(self.entries)
        elif self._pending is not NOBODY:
            entry = self._pending
            self._pending = next(self._arrivals, NOBODY)
        else:
            raise EmptySchedule
        self._now = entry[0]
        entry[2](self._now, entry[3])

    def run(self, until: Any = None) -> Any:
        """Run as SimPy does; without `until`, by the short loop."""
        if until is not None:
            return super().run(until)
        entries, arrivals, pending = self.entries, self._arrivals, self._pending
        while True:
            while entries and entries[0] < pending:
                now, _, step, thing = heappop(entries)
                self._now = now
                step(now, thing)
            if pending is NOBODY:
                self._pending = NOBODY
                return None
            now, _, step, thing = pending
            self._now = now
            pending = next(arrivals, NOBODY)
            step(now, thing)

    def _fire(self, _: float, event: Any) -> None:
        """Run the callbacks of a SimPy event, as `simpy.Environment.step` does."""
        callbacks, event.callbacks = event.callbacks, None
        try:
            for callback in callbacks:
                callback(event)
        except StopSimulation:
            event.callbacks = callbacks[callbacks.index(callback) + 1 :]
            self.schedule(event, -1)
            raise
        if not event._ok and not hasattr(event, "_defused"):
            raise event._value


class StockClock(simpy.Environment):
    """The same clock on SimPy as it comes, by public timeouts; slower, and there to be compared with."""

    def plan(self, at: int, step: Step, thing: int) -> None:
        """Plan `step(at, thing)`."""
        timeout: Any = self.timeout(at - self.now, thing)
        timeout.callbacks.append(lambda event: step(int(self.now), event.value))

    def plan_late(self, at: int, step: Step, thing: int) -> None:
        """Plan a step that comes after everything else of its moment."""
        event: Any = self.event()
        event._ok, event._value = True, thing
        event.callbacks.append(lambda late: step(int(self.now), late.value))
        self.schedule(event, EventPriority(LATE), at - self.now)

    def feed(self, times: Sequence[int], step: Step, things: Sequence[int]) -> None:
        """Plan `step(times[k], things[k])` for sorted times, once."""

        def arrive(now: int, place: int) -> None:
            if place + 1 < len(times):
                self.plan(times[place + 1], arrive, place + 1)
            step(now, things[place])

        if len(times):
            self.plan(times[0], arrive, 0)
