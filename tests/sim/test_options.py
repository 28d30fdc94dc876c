"""Options of a scenario: each is read, told again, and refused with name, value, rule and cure."""

import copy

import pytest
from rich_centre import rich
from whole_centre import plain, whole

from sim.errors import InputError
from sim.scenario import Scenario, load

WHOLE = plain()

IMPOSSIBLE = [
    ("routing", "random", "one of longest_idle, most_idle"),
    ("first_day", "1.9.2026", "date like 2026-09-01"),
    ("hold.share", 1.5, "from 0 to 1"),
    ("hold.mean_seconds", 0, "above 0"),
    ("hold.long", 1, "unknown name"),
    ("callback.after_seconds", -1, "from 0 up"),
    ("callback.share", float("nan"), "from 0 to 1"),
    ("repeat.mean_delay_seconds", 0, "above 0"),
    ("escalation.to", "boss", "one of the skills"),
    ("escalation.further_to", "boss", "one of the skills"),
    ("breaks", [{"start": "25:00", "minutes": 30}], "time of day"),
    ("breaks", [{"start": "12:00", "minutes": 0}], "whole number from 1"),
    ("breaks", [{"start": "12:00"}], "missing"),
    ("breaks", {"start": "12:00"}, "list of tables"),
    ("bursts", [{"start": "12:00", "minutes": 30, "factor": -1}], "from 0"),
    ("busyness", {"interval_cv": 4}, "from 0 to 3"),
    ("busyness", {"interval_cv": 0.3, "correlation": 1.2}, "from 0 to 1"),
    ("week", {"factors": [1] * 6}, "this one has 6"),
    ("week", {"factors": [1] * 7, "first_weekday": 7}, "from 0 to 6"),
    ("chat.concurrency", 0, "whole number from 1"),
    ("messages.priority_shares", [0.2] * 4, "this one has 4"),
    ("messages.priority_shares", [0.3] * 5, "sum to 1"),
    ("messages.promise_hours", 0, "above 0"),
    ("messages.auto_reply", "yes", "true or false"),
    ("special.threat_share", -0.1, "from 0 to 1"),
    ("crew.speed_cv", 3, "from 0 to 2"),
    ("complaints.skill", "anger", "one of the skills"),
    ("complaints.severity_shares", [1, 1, 1], "sum to 1"),
    ("patience.law", "weibul", "one of exponential, endless"),
    ("patience.shape", 0, "above 0"),
    ("skills.enquiry.channel", "fax", "one of phone, chat"),
    ("skills.enquiry.priority", -1, "whole number from 0"),
    ("skills.enquiry.overflow_seconds", -5, "from 0 up"),
    ("skills.enquiry.transfer_share", 2, "from 0 to 1"),
    ("skills.enquiry.transfer_to", "nobody", "one of the skills"),
    ("teams.enquiry.overflow", ["sales"], "'sales' is none of them"),
    ("teams.enquiry.shrinkage", 1.5, "from 0 to 1"),
]


@pytest.mark.parametrize(("path", "value", "rule"), IMPOSSIBLE)
def test_an_impossible_option_is_refused_by_name(path, value, rule):
    told = copy.deepcopy(WHOLE)
    *outer, last = path.split(".")
    inside = told
    for step in outer:
        inside = inside[step]
    inside[last] = value
    with pytest.raises(InputError) as refusal:
        Scenario.from_plain(told, "centre.toml")
    said = str(refusal.value)
    assert said.startswith("centre.toml: ") and rule in said and path.split(".")[0] in said and "; " in said


@pytest.mark.parametrize("values", [[1.0], [5.0, 3.0], [0.0, float("nan")], "fast"])
def test_quantiles_rise(values):
    told = copy.deepcopy(WHOLE)
    told["patience"] |= {"law": "quantiles", "quantiles": values}
    with pytest.raises(InputError, match=r"patience\.quantiles = .*none smaller than the one before"):
        Scenario.from_plain(told)


@pytest.mark.parametrize("option", ["chat", "messages"])
def test_a_channel_needs_its_option(option):
    told = copy.deepcopy(WHOLE)
    del told[option]
    with pytest.raises(InputError, match=f"{option} = .missing.: a skill has the channel"):
        Scenario.from_plain(told)


def test_options_survive_a_round_trip_and_a_plain_scenario_names_none():
    for scenario in (whole(), rich()):
        assert Scenario.from_plain(scenario.plain()) == scenario
    assert not {"hold", "routing", "breaks", "first_day", "options"} & set(load("retail_hotline").plain())
