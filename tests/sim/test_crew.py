"""Agents as people: pace, learning, fatigue, mood and praise, and the register of their special calls."""

import numpy as np
import pytest
from centres import NOON, callers
from rich_centre import drawn, rich, with_options

from sim import tables
from sim.callcenter import Centre
from sim.callcenter.crew import Crew
from sim.callcenter.special import register
from sim.contacts import arrivals
from sim.errors import InputError
from sim.staffing import Staffing
from sim.streams import Streams

PLAIN = {"speed_cv": 0.0}


def talks(traits, count=3, crew=None, at=None, agents=1):
    scenario = with_options(agents, crew=traits)
    contacts = callers(NOON + 1000.0 * np.arange(count) if at is None else at)
    return Centre(scenario).run(contacts, drawn(contacts, talk=100.0), crew=crew).calls["talk"].tolist()


def test_a_plain_crew_changes_nothing():
    assert talks(PLAIN) == [100, 100, 100]


def test_a_novice_is_slower_and_learns_by_halves():
    assert talks({"novice_extra": 0.8, "learning_contacts": 1.0}, 4) == [180, 140, 120, 110]
    assert talks({"novice_extra": 0.8, "learning_contacts": 1.0, "experience_contacts": 2.0}, 1) == [120]


def test_fatigue_grows_with_the_hours_on_duty():
    assert talks({"fatigue_per_hour": 0.1}, at=[0.0, 3600.0, 7200.0]) == [100, 110, 120]


def test_everybody_has_a_pace_of_their_own_and_the_team_the_average():
    paces = Crew.of(with_options(200, crew={"speed_cv": 0.3}))["pace"]
    assert abs(paces.mean() - 1) < 0.01 and abs(paces.std() - 0.3) < 0.02
    drawn_paces = Crew.of(with_options(2000, crew={"speed_cv": 0.3}), Streams(1))["pace"]
    assert abs(drawn_paces.mean() - 1) < 0.03 and abs(drawn_paces.std() - 0.3) < 0.03


def test_an_agent_drawn_is_the_same_in_a_larger_team():
    few, many = (Crew.of(with_options(n, crew={"speed_cv": 0.3}), Streams(1)) for n in (5, 50))
    assert few["pace"].tolist() == many["pace"][:5].tolist()


def test_experience_travels_and_praise_fades():
    traits = {"mood_mean": 0.5, "experience_contacts": 7.0}
    scenario = with_options(1, crew=traits)
    crew = Crew.of(scenario).praised([10_001], 0.4)
    assert crew["mood"].tolist() == [0.9]
    contacts = callers([NOON, NOON + 500])
    after = Centre(scenario).run(contacts, drawn(contacts), crew=crew).carry.crew
    assert after["experience"].tolist() == [9] and after["mood"].tolist() == [0.7]


def test_a_better_mood_solves_more():
    scenario = with_options(1, crew={"mood_mean": 0.5, "mood_effect": 1.0})
    plain = scenario.plain()
    plain["skills"]["general"]["solved_share"] = 0.5
    scenario = type(scenario).from_plain(plain)
    contacts = callers([NOON])
    told = drawn(contacts, solved=0.7)
    glad = Crew.of(scenario).praised([10_001], 0.5)
    assert not Centre(scenario).run(contacts, told).calls["solved"][0]
    assert Centre(scenario).run(contacts, told, crew=glad).calls["solved"][0]


def test_praise_goes_to_agents_who_are_there():
    with pytest.raises(InputError, match="agents: 77 is no agent of this crew"):
        Crew.of(with_options(1)).praised([77], 0.1)


def test_a_plan_with_more_seats_brings_novices():
    traits = {"novice_extra": 1.0, "experience_contacts": 100_000.0}
    small = Crew.of(with_options(1, crew=traits))
    assert talks(traits, crew=small, agents=2, at=[NOON, NOON + 1]) == [100, 200]
    bigger = Staffing.from_plain({"general": [3]}, with_options(1, crew=traits))
    contacts = callers([NOON])
    after = Centre(with_options(1, crew=traits)).run(contacts, drawn(contacts), bigger).carry.crew
    assert after["agent_id"].tolist() == [10_001, 10_002, 10_003] and after["experience"][2] == 0


def test_special_calls_are_registered_as_the_rules_ask():
    scenario = rich(special={"silent_share": 0.1, "harassment_share": 0.1, "threat_share": 0.1})
    contacts, told = arrivals(scenario, Streams(2), 1)
    calls = Centre(scenario).run(contacts, told).calls
    book = register(calls, told)
    tables.check(book.frame(), "special_calls")
    assert len(book) == (calls["special"] != "none").sum() > 100
    threat = book["kind"] == "threat"
    assert (book["reported"] == threat).all() and set(book["caller_sex"][threat]) == {"female", "male"}
    assert set(book["caller_sex"][~threat]) == {"unknown"} and (book["agent_id"] > 0).all()
    quiet = rich(special={})
    assert len(register(Centre(quiet).run(contacts, told).calls, told)) == 0
