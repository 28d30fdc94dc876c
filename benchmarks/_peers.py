"""The same centres as others write them: the textbook SimPy idiom, and Ciw; only to be compared with."""

from collections.abc import Generator
from typing import Any

import numpy as np
import simpy

from sim.contacts import Contacts, Draws
from sim.scenario import Scenario


def milliseconds(seconds: np.ndarray) -> list[int]:
    """Return whole milliseconds, the unit of the centre, so that waits can be compared to the last bit."""
    return np.rint(seconds * 1000).astype(int).tolist()


def textbook(scenario: Scenario, contacts: Contacts, draws: Draws) -> list[float]:
    """Return the waits, the way tutorials write it: a process per call, a Resource, `request | timeout`."""
    env: Any = simpy.Environment(initial_time=scenario.opening_seconds * 1000)
    agents = simpy.PriorityResource(env, capacity=scenario.teams[0].agents[0])
    clock = [milliseconds(x) for x in (contacts["at"], draws["patience"], draws["talk"])]
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


def ciw_waits(scenario: Scenario, contacts: Contacts, draws: Draws) -> list[float]:
    """Return the waits of Ciw on the same draws, handed over one by one as its users would."""
    import ciw

    class Given(ciw.dists.Distribution):
        def __init__(self, values: list[float]) -> None:
            self.values = iter(values)

        def sample(self, t: float | None = None, ind: Any = None) -> float:
            return next(self.values, float("inf"))

    start = scenario.opening_seconds
    gaps = np.diff(contacts["at"], prepend=start).tolist()
    network = ciw.create_network(
        arrival_distributions=[Given(gaps)],
        service_distributions=[Given(draws["talk"].tolist())],
        reneging_time_distributions=[Given(draws["patience"].tolist())],
        number_of_servers=[scenario.teams[0].agents[0]],
    )
    run = ciw.Simulation(network)
    run.simulate_until_max_customers(len(contacts), method="Finish")
    return [record.waiting_time for record in run.get_all_records()]


class FullTextbook:
    """The phone day in full, in the textbook idiom: trunks, menu, skills in teams, patience, balking, redials,
    hold, transfer, wrap-up, a record per attempt. A FilterStore holds the agents; it cannot put VIPs first."""

    def __init__(self, scenario: Scenario, contacts: Contacts, draws: Draws) -> None:
        self.env: Any = simpy.Environment(initial_time=scenario.opening_seconds * 1000)
        self.scenario, self.contacts = scenario, contacts
        self.trunks = simpy.Resource(self.env, capacity=scenario.trunks)
        self.agents = simpy.FilterStore(self.env)
        for team in scenario.teams:
            self.agents.items += [(team.name, place, team.skills) for place in range(team.agents[0])]
        names = ("ivr", "patience", "talk", "hold", "wrap_up", "redial_delay", "transfer_talk")
        self.time = {name: milliseconds(np.minimum(draws[name], 1e6)) for name in names}
        self.chance = {n: draws[n].tolist() for n in ("self_service", "balk", "redial", "transfer", "solved")}
        self.skill = {one.name: one for one in scenario.skills}
        self.records: list[dict[str, Any]] = []

    def run(self) -> list[dict[str, Any]]:
        """Return the records of the day."""
        self.env.process(self.source())
        self.env.run()
        return self.records

    def source(self) -> Generator[Any, Any, None]:
        """Let the contacts call, one after the other."""
        skills = self.contacts["skill"].tolist()
        for place, at in enumerate(milliseconds(self.contacts["at"])):
            yield self.env.timeout(at - self.env.now)
            self.env.process(self.caller(place, skills[place]))

    def caller(self, place: int, skill: str) -> Generator[Any, Any, None]:
        """One customer, with all attempts."""
        most = self.scenario.redial.max_attempts
        for attempt in range(most):
            row = place * most + attempt
            record = {"contact": place, "attempt": attempt, "at": self.env.now, "outcome": "busy"}
            self.records.append(record)
            if self.trunks.count < self.trunks.capacity:
                with self.trunks.request() as trunk:
                    yield trunk
                    yield from self.call(row, skill, record)
            if record["outcome"] in ("answered", "self_served", "left_menu"):
                return
            if self.chance["redial"][row] >= self.scenario.redial.probability:
                return
            yield self.env.timeout(self.time["redial_delay"][row])

    def call(self, row: int, skill: str, record: dict[str, Any]) -> Generator[Any, Any, None]:
        """One attempt that got a trunk."""
        yield self.env.timeout(self.time["ivr"][row])
        ivr = self.scenario.ivr
        if self.chance["self_service"][row] < ivr.self_service_share:
            record["outcome"] = "self_served"
            return
        if self.chance["self_service"][row] >= 1 - ivr.left_menu_share:
            record["outcome"] = "left_menu"
            return
        queued = self.env.now
        get = self.agents.get(lambda agent: skill in agent[2])
        if not get.triggered and self.chance["balk"][row] < self.scenario.patience.balk_share:
            get.cancel()
            record["outcome"] = "balked"
            return
        yield get | self.env.timeout(self.time["patience"][row])
        record["wait"] = self.env.now - queued
        if not get.triggered:
            get.cancel()
            record["outcome"] = "abandoned"
            return
        agent = get.value
        record |= {"outcome": "answered", "agent": agent, "answered": self.env.now}
        yield self.env.timeout(self.time["talk"][row] + self.time["hold"][row])
        self.env.process(self.write_up(agent, self.time["wrap_up"][row]))
        told = self.skill[skill]
        if self.chance["transfer"][row] < told.transfer_share:
            other = yield self.agents.get(lambda agent: told.transfer_to in agent[2])
            yield self.env.timeout(self.time["transfer_talk"][row])
            self.env.process(self.write_up(other, 0))
        record |= {"ended": self.env.now, "solved": self.chance["solved"][row] < told.solved_share}

    def write_up(self, agent: Any, duration: int) -> Generator[Any, Any, None]:
        """The agent writes the call up and is free again."""
        yield self.env.timeout(duration)
        yield self.agents.put(agent)
