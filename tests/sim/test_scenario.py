"""Scenarios: the ready ones load, and every impossible value is refused with name, value, rule and cure."""

import tomllib
from itertools import pairwise

import pytest

from sim.errors import InputError
from sim.scenario import READY, Scenario, load, ready

PLAIN = (READY / "retail_hotline.toml").read_text(encoding="utf-8")
GONE = object()

# where, the bad value, what the refusal says
IMPOSSIBLE = [
    ("opening", "8 o'clock", "time of day"),
    ("opening", 8, "time of day"),
    ("opening", "08:60", "time of day"),
    ("closing", "24:30", "time of day"),
    ("closing", "08:00", "later than opening"),
    ("interval_minutes", 50, "without a rest"),
    ("interval_minutes", 0, "whole number from 1"),
    ("calls_per_hour", [60] * 11, "this one has 11"),
    ("calls_per_hour", [60] * 11 + [-1], "holds -1"),
    ("calls_per_hour", [60] * 11 + [float("nan")], "holds nan"),
    ("calls_per_hour", [60] * 11 + [float("inf")], "holds inf"),
    ("calls_per_hour", [60] * 11 + [True], "holds True"),
    ("calls_per_hour", 60, "list of 12 numbers"),
    ("busyness_cv", -0.1, "from 0"),
    ("customers", 0, "whole number from 1"),
    ("vip_share", 1.1, "from 0 to 1"),
    ("trunks", 0, "whole number from 1"),
    ("trunks", 2.5, "whole number from 1"),
    ("service_level_seconds", "20", "must be a number"),
    ("title_zh", "", "not empty"),
    ("title_en", GONE, "missing"),
    ("trunk", 40, "unknown name"),
    ("ivr", 3, "table of settings"),
    ("ivr.menu_seconds", -1, "from 0 up"),
    ("ivr.left_menu_share", 0.7, "at most 1"),
    ("ivr.self_service_share", GONE, "missing"),
    ("ivr.press_1", 0.5, "unknown name"),
    ("patience.law", "exponental", "one of exponential, endless"),
    ("patience.mean_seconds", 0, "above 0"),
    ("patience.mean_seconds", float("nan"), "above 0"),
    ("patience.balk_share", -0.1, "from 0 to 1"),
    ("patience.mean", 1, "unknown name"),
    ("redial.probability", 2, "from 0 to 1"),
    ("redial.max_attempts", 0, "whole number from 1 to 20"),
    ("redial.often", 1, "unknown name"),
    ("skills", {}, "at least one"),
    ("skills.enquiry.share", 0.7, "sum to 1"),
    ("skills.enquiry.reasons.product", 0.5, "sum to 1"),
    ("skills.enquiry.talk_law", "normal", "one of lognormal, exponential"),
    ("skills.enquiry.talk_law", "exponential", "must be 1"),
    ("skills.enquiry.talk_mean_seconds", 0, "above 0"),
    ("skills.enquiry.talk", 1, "unknown name"),
    ("teams.enquiry.skills", ["enquiry", "sales"], "'sales' is none of them"),
    ("teams.enquiry.skills", [], "at least one"),
    ("teams.enquiry.skills", ["enquiry", "enquiry"], "only once"),
    ("teams.complaint.skills", ["enquiry"], "no team takes the skill 'complaint'"),
    ("teams.enquiry.agents", [5] * 11 + [-1], "holds -1"),
    ("teams.enquiry.agents", [5] * 11 + [1.5], "holds 1.5"),
    ("teams.enquiry.agents", [5] * 11 + [10_000], "holds 10000"),
    ("teams.enquiry.agents", [5] * 13, "this one has 13"),
    ("teams.enquiry.shift", 1, "unknown name"),
]


def changed(path, value):
    plain = tomllib.loads(PLAIN)
    *outer, last = path.split(".")
    inside = plain
    for step in outer:
        inside = inside[step]
    if value is GONE:
        del inside[last]
    else:
        inside[last] = value
    return plain


@pytest.mark.parametrize(("path", "value", "rule"), IMPOSSIBLE)
def test_an_impossible_value_is_refused_by_name(path, value, rule):
    with pytest.raises(InputError) as refusal:
        Scenario.from_plain(changed(path, value), "shop.toml")
    said = str(refusal.value)
    assert said.startswith("shop.toml: ") and rule in said and path.split(".")[0] in said
    assert "; " in said  # the cure follows the rule


def test_the_ready_scenarios_load_and_survive_a_round_trip():
    assert ready() == (
        *(
            "clinic",
            "ecommerce_peak",
            "retail_hotline",
            "service_centre",
            "small_shop",
            "ssj_callcenter",
            "telecom_hotline",
        ),
    )
    for name in ready():
        assert Scenario.from_plain(load(name).plain()) == load(name)


@pytest.mark.parametrize("name", ready())
def test_every_number_of_a_ready_scenario_says_where_it_comes_from(name):
    lines = (READY / f"{name}.toml").read_text(encoding="utf-8").splitlines()
    assert lines[0].startswith("# ")
    bare = [
        line
        for before, line in pairwise(lines)
        if " = " in line and line[-1] not in '"]' and "#" not in line and "#" not in before
    ]
    told_above = {line for line in bare if line.split(" = ")[0] in reasons(name)}
    assert set(bare) == told_above  # the shares of reasons have one comment for all


def reasons(name):
    return {reason.name for skill in load(name).skills for reason in skill.reasons}


def test_the_published_example_has_its_published_sums():
    scenario = load("ssj_callcenter")
    assert scenario.expected_calls == 1660
    assert scenario.teams[0].agents == (4, 6, 8, 8, 8, 7, 8, 8, 6, 6, 4, 4, 4)
    assert scenario.busyness_cv**-2 == pytest.approx(10)


def test_the_hotline_is_the_one_of_the_lab():
    scenario = load("retail_hotline")
    assert (scenario.opening_seconds, scenario.closing_seconds) == (8 * 3600, 20 * 3600)
    assert scenario.expected_calls == 1304
    assert [skill.name for skill in scenario.skills] == ["enquiry", "complaint"]


def test_a_path_works_like_a_name(tmp_path):
    path = tmp_path / "own.toml"
    path.write_text(PLAIN, encoding="utf-8")
    assert load(path) == load("retail_hotline")


def test_an_unknown_name_is_answered_with_the_ready_ones():
    with pytest.raises(InputError, match=r"'retail'.*clinic.*retail_hotline"):
        load("retail")


@pytest.mark.parametrize("content", [b"title = ", b"\xff\xfe\x00", b"not a scenario"])
def test_a_file_that_is_not_toml_is_refused(tmp_path, content):
    path = tmp_path / "odd.toml"
    path.write_bytes(content)
    with pytest.raises(InputError, match=r"odd\.toml: not a TOML file"):
        load(path)


def test_with_changes_a_copy_and_checks_it():
    scenario = load("retail_hotline")
    more = scenario.with_(trunks=20, ivr__self_service_share=0.5, teams__enquiry__agents=[9] * 12)
    assert (more.trunks, more.ivr.self_service_share, more.teams[0].agents) == (20, 0.5, (9,) * 12)
    assert scenario == load("retail_hotline")
    with pytest.raises(InputError, match="trunks = 0"):
        scenario.with_(trunks=0)


@pytest.mark.parametrize("name", ["trunk", "ivr__menu", "teams__sales__agents", "trunks__more"])
def test_with_refuses_a_name_that_is_not_there(name):
    with pytest.raises(InputError, match="no such name"):
        load("retail_hotline").with_(**{name: 1})
