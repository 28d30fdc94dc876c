"""The crew: agents as people, each with a pace, experience, and a mood that praise lifts."""

from collections.abc import Sequence
from statistics import NormalDist

import numpy as np
from numpy.typing import NDArray

from sim.callcenter.floor import AGENT_STEP, Floor
from sim.callcenter.options import CrewTraits
from sim.callcenter.rows import Rows
from sim.columns import Columns
from sim.errors import InputError
from sim.scenario import Scenario
from sim.streams import Streams

HOUR = 3_600_000


class Crew(Columns):
    """One row per agent: pace, contacts handled so far, mood; columns in the data dictionary."""

    table = "crew"

    @classmethod
    def of(cls, scenario: Scenario, streams: Streams | None = None) -> "Crew":
        """Return the agents of a scenario on the first day.

        With `streams` their traits are drawn, keyed by agent; without, they are spread evenly over the same
        laws (the quantiles of the places in a team), so that a centre needs no draw of its own.
        """
        traits = scenario.options.crew or CrewTraits()
        sizes = [max(team.agents, default=0) for team in scenario.teams]
        ids = [AGENT_STEP * (k + 1) + 1 + place for k, size in enumerate(sizes) for place in range(size)]
        if streams is None:
            even = [(place + 0.5) / size for size in sizes for place in range(size)]
            bend = np.array([NormalDist().inv_cdf(share) for share in even])
            lift = bend[::-1]
        else:
            bend, lift = (streams.under("crew").normals(trait, ids) for trait in ("pace", "mood"))
        spread = np.sqrt(np.log1p(traits.speed_cv**2))
        return cls(
            agent_id=ids,
            pace=np.round(np.exp(spread * bend - spread**2 / 2), 6),
            experience=np.full(len(ids), round(traits.experience_contacts)),
            mood=np.round(np.clip(traits.mood_mean + traits.mood_spread * lift, 0.0, 1.0), 6),
        )

    def praised(self, agents: Sequence[int], by: float) -> "Crew":
        """Return the crew after praise: the mood of `agents` rises by `by`, at most to 1.

        Raises InputError for an agent who is not there.
        """
        unknown = sorted(set(agents) - set(self["agent_id"].tolist()))
        if unknown:
            raise InputError(f"agents: {unknown[0]} is no agent of this crew; take numbers from its agent_id")
        mood = np.minimum(self["mood"] + by * np.isin(self["agent_id"], list(agents)), 1.0)
        return Crew(**{name: self[name] for name in self.names} | {"mood": mood})

    def with_newcomers(self, ids: NDArray[np.int64], mood: float) -> "Crew":
        """Return the crew, by number, with every agent of `ids`; who is new has no experience yet."""
        new = np.setdiff1d(ids, self["agent_id"])
        joined = Crew.joined(
            self,
            Crew(
                agent_id=new,
                pace=np.ones(len(new)),
                experience=np.zeros(len(new), dtype=int),
                mood=np.full(len(new), mood),
            ),
        )
        return joined.rows(np.argsort(joined["agent_id"], kind="stable"))

    def rested(self, mean: float) -> "Crew":
        """Return the crew of the next morning: half of what mood is away from `mean` has faded."""
        mood = np.round(mean + (self["mood"] - mean) / 2, 6)
        return Crew(**{name: self[name] for name in self.names} | {"mood": mood})


class Pace:
    """How long this agent takes for this contact now, and with what mood; keeps count of experience."""

    def __init__(self, traits: CrewTraits, crew: Crew, rows: Rows, floor: Floor) -> None:
        ids = floor.agent_ids()
        self.traits, self.rows, self.floor = traits, rows, floor
        self.crew = crew.with_newcomers(ids, traits.mood_mean)
        self.place = np.searchsorted(self.crew["agent_id"], ids)
        crew = self.crew
        self.pace = crew["pace"][self.place].tolist()
        self.experience = crew["experience"][self.place].tolist()
        self.mood = crew["mood"][self.place].tolist()

    def fit(self, now: int, row: int) -> None:
        """Stretch the handling of a contact by the agent who has just taken it."""
        traits, rows, seat = self.traits, self.rows, self.rows.seat[row]
        learned = traits.novice_extra * 0.5 ** (self.experience[seat] / traits.learning_contacts)
        tired = traits.fatigue_per_hour * (now - self.floor.came[seat]) / HOUR
        factor = self.pace[seat] * (1 + learned) * (1 + tired)
        hold = int(rows.hold[row]) if row < len(rows.hold) else 0
        rows.talk[row] = hold + round((rows.talk[row] - hold) * factor)
        rows.mood[row] = traits.mood_effect * (self.mood[seat] - 0.5)
        self.experience[seat] += 1

    def next_day(self) -> Crew:
        """Return the crew of the next morning, richer in experience."""
        experience = self.crew["experience"].copy()
        experience[self.place] = self.experience
        changed = {name: self.crew[name] for name in self.crew.names} | {"experience": experience}
        return Crew(**changed).rested(self.traits.mood_mean)
