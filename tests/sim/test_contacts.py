"""Contacts and draws: born from identity, rounded at birth, and refused when a list from outside is off."""

import numpy as np
import pytest
from centres import NOON, callers, draws, one_queue

from sim.callcenter import Centre
from sim.contacts import INTERVAL_STEP, arrivals, codes, poisson
from sim.errors import InputError
from sim.scenario import load
from sim.streams import Streams

HOTLINE = load("retail_hotline")
DAY, DRAWS = arrivals(HOTLINE, Streams(5), 3)


def test_the_list_is_sorted_numbered_and_inside_opening_hours():
    assert (np.diff(DAY["at"]) >= 0).all()
    assert len(np.unique(DAY["contact_id"])) == len(DAY)
    assert HOTLINE.opening_seconds <= DAY["at"][0] and DAY["at"][-1] < HOTLINE.closing_seconds
    assert set(DAY["contact_id"] // 10_000_000) == {3}


def test_every_time_is_a_whole_millisecond():
    for store, names in ((DAY, ["at"]), (DRAWS, ["ivr", "patience", "talk", "wrap_up", "redial_delay"])):
        for name in names:
            assert (store[name] == np.rint(store[name] * 1000) / 1000).all()


def test_other_days_and_seeds_have_other_people():
    again, _ = arrivals(HOTLINE, Streams(5), 3)
    assert again["at"].tolist() == DAY["at"].tolist()
    for streams, day in ((Streams(6), 3), (Streams(5), 4)):
        assert arrivals(HOTLINE, streams, day)[0]["at"][:5].tolist() != DAY["at"][:5].tolist()


def test_more_demand_adds_people_and_changes_nobody():
    busy = HOTLINE.with_(calls_per_hour=[rate * 1.3 for rate in HOTLINE.calls_per_hour])
    more, more_draws = arrivals(busy, Streams(5), 3)
    there = np.isin(more["contact_id"], DAY["contact_id"])
    assert len(more) > len(DAY) == there.sum()
    for name in ("contact_id", "customer_id", "skill", "reason", "vip", "at"):
        assert more[name][there].tolist() == DAY[name].tolist()
    rows = np.isin(more_draws["contact_id"], DAY["contact_id"])
    for name in ("patience", "talk", "redial"):
        assert more_draws[name][rows].tolist() == DRAWS[name].tolist()


def test_a_change_of_one_parameter_keeps_the_other_draws():
    _, other = arrivals(HOTLINE.with_(patience__mean_seconds=60.0), Streams(5), 3)
    assert other["talk"].tolist() == DRAWS["talk"].tolist()
    assert other["patience"].tolist() != DRAWS["patience"].tolist()


def test_a_vip_is_always_one():
    days = [arrivals(HOTLINE, Streams(5), day)[0] for day in range(8)]
    customer = np.concatenate([day["customer_id"] for day in days])
    vip = np.concatenate([day["vip"] for day in days])
    assert not set(customer[vip]) & set(customer[~vip])
    assert abs(vip.mean() - 0.10) < 0.02


def test_shares_and_means_are_those_of_the_scenario():
    flat = HOTLINE.with_(busyness_cv=0, calls_per_hour=[1000] * 12)
    contacts, drawn = arrivals(flat, Streams(2), 0)
    n = len(contacts)
    assert abs(n - 12_000) < 4 * np.sqrt(12_000)
    assert abs((contacts["skill"] == "enquiry").mean() - 0.75) < 4 * np.sqrt(0.75 * 0.25 / n)
    mine = np.repeat(contacts["skill"] == "complaint", 3)
    talk = drawn["talk"][mine]
    assert abs(talk.mean() - 320) < 4 * 0.9 * 320 / np.sqrt(len(talk))
    assert abs(drawn["patience"].mean() - 180) < 4 * 180 / np.sqrt(3 * n)
    assert abs(drawn["ivr"].mean() - 25) < 0.2 and drawn["ivr"].min() >= 12.5 and drawn["ivr"].max() <= 37.5


def test_busyness_makes_days_differ_more_than_poisson():
    counts = [len(arrivals(HOTLINE.with_(busyness_cv=0.3), Streams(1), day)[0]) for day in range(60)]
    expected = HOTLINE.expected_calls
    assert abs(np.mean(counts) - expected) < 4 * 0.3 * expected / np.sqrt(60)
    assert 0.2 < np.std(counts) / expected < 0.4


@pytest.mark.parametrize("mean", [0.0, 0.3, 4.0, 150.0, 90_000.0])
def test_poisson_counts_have_their_mean_and_variance_and_grow_with_the_mean(mean):
    uniform = Streams(1).uniforms("count", np.arange(3000))
    counts = np.array([poisson(mean, u) for u in uniform])
    assert abs(counts.mean() - mean) <= 4 * np.sqrt(mean / 3000)
    assert abs(counts.var() - mean) <= 5 * mean * np.sqrt((2 + 1 / max(mean, 0.1)) / 3000)
    assert (np.array([poisson(mean * 1.1, u) for u in uniform]) >= counts).all()


def test_the_centre_accepts_a_list_from_outside():
    contacts = callers([NOON, NOON + 1])
    calls = Centre(one_queue(1)).run(contacts, draws(contacts)).calls
    assert calls["wait"].tolist() == [0.0, 59.0]


def bad(**columns):
    contacts = callers([NOON, NOON + 1, NOON + 2])
    return type(contacts)(**{**{name: contacts[name] for name in contacts.frame()}, **columns})


@pytest.mark.parametrize(
    ("contacts", "rule"),
    [
        (bad(at=[NOON, NOON - 1, NOON]), "sort by at"),
        (bad(at=[NOON, np.nan, NOON]), "NaN"),
        (bad(contact_id=[1, 2, 1]), "contact_id = 1: appears twice"),
        (bad(contact_id=[-1, 2, 1]), "contact_id = -1"),
        (bad(day=[1, 1, 2]), "one run is one day"),
        (bad(at=[-5.0, 0.0, 1.0]), "outside opening hours"),
        (bad(skill=["general", "sales", "general"]), "skill = 'sales': the scenario has only general"),
    ],
)
def test_a_list_that_is_off_is_refused(contacts, rule):
    with pytest.raises(InputError, match=rule):
        Centre(one_queue(1)).run(contacts, draws(contacts))


def test_calls_after_closing_are_refused_unless_the_day_runs_to_midnight():
    late = callers([NOON, 90_000.0])
    assert Centre(one_queue(1)).run(late, draws(late)).calls["outcome"].tolist() == ["answered"] * 2
    closed = one_queue(1, closing="20:00", interval_minutes=1200)
    with pytest.raises(InputError, match=r"at = 90000\.0: outside opening hours"):
        Centre(closed).run(late, draws(late))


def test_draws_must_belong_to_the_contacts():
    contacts = callers([NOON, NOON + 1])
    two = draws(contacts, attempts=2)
    with pytest.raises(InputError, match="contact_id = 1: has no draws"):
        Centre(one_queue(1)).run(contacts, two.rows(np.arange(2)))
    with pytest.raises(InputError, match="stand together"):
        Centre(one_queue(1)).run(contacts, two.rows(np.array([0, 2, 1, 3])))
    with pytest.raises(InputError, match="has no draws"):
        Centre(one_queue(1)).run(contacts, two.rows(np.arange(0)))


def test_draws_may_stand_in_any_order_of_contacts():
    contacts = callers([NOON, NOON + 1])
    swapped = draws(contacts, talk=[10.0, 20.0]).rows(np.array([1, 0]))
    assert Centre(one_queue(1)).run(contacts, swapped).calls["talk"].tolist() == [10.0, 20.0]


@pytest.mark.parametrize("day", [-1, 1.5, True, "1"])
def test_a_day_is_a_whole_number(day):
    with pytest.raises(InputError, match="day = "):
        arrivals(HOTLINE, Streams(1), day)


def test_numbering_has_its_limits():
    minutes = {"calls_per_hour": [1] * 1440, "teams__general__agents": [1] * 1440}
    with pytest.raises(InputError, match="interval_minutes = 1: makes 1440 intervals"):
        arrivals(one_queue(1, interval_minutes=1, **minutes), Streams(1), 1)
    with pytest.raises(InputError, match="calls_per_hour = 10000"):
        arrivals(one_queue(1, calls_per_hour=[10_000]), Streams(1), 1)
    assert INTERVAL_STEP == 100_000


def test_codes_follow_the_order_given():
    assert codes(np.array(["b", "a", "c"]), ["c", "a", "b"], "skill").tolist() == [2, 1, 0]
    assert codes(np.array([], dtype=str), ["c"], "skill").tolist() == []
