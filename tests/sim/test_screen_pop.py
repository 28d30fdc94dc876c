"""The screen pop: what the record says the agent saw of the customer, over several days and open complaints."""

import numpy as np
import pytest
from centres import NOON, callers
from rich_centre import drawn, with_options
from whole_centre import whole

from sim import tables
from sim.callcenter import Centre
from sim.callcenter.known import Known
from sim.contacts import Contacts, arrivals
from sim.streams import Streams


def of_one_customer(at, day) -> Contacts:
    """Callers at these moments who are all customer 7; numbers go on from day to day."""
    made = callers(at, day=day)
    count = len(made)
    columns = {name: made[name] for name in made.names}
    return Contacts(
        **columns | {"customer_id": np.full(count, 7), "contact_id": 100 * day + np.arange(count)}
    )


def test_earlier_days_and_this_day_are_counted_apart():
    scenario, carry, seen = with_options(1, callback={"after_seconds": 9_999.0, "share": 0.0}), None, []
    for day, at in ((1, [NOON, NOON + 500]), (2, []), (3, [NOON, NOON + 500])):
        contacts = of_one_customer(at, day)
        results = Centre(scenario).run(contacts, drawn(contacts, callback=1.0), carry=carry)
        carry = results.carry
        seen.append((results.calls["history_before"].tolist(), results.calls["history"].tolist()))
    assert seen == [([0, 0], [0, 1]), ([], []), ([2, 2], [0, 1])]
    assert carry.known["contacts"].tolist() == [4]


def test_a_lost_call_sees_nothing_and_is_not_remembered():
    scenario = with_options(1, callback={"after_seconds": 9_999.0, "share": 0.0})
    contacts = of_one_customer([NOON, NOON + 1], 1)
    first = Centre(scenario).run(contacts, drawn(contacts, patience=5.0, callback=1.0))
    assert first.calls["outcome"].tolist() == ["answered", "abandoned"]
    assert first.carry.known["contacts"].tolist() == [1]
    contacts = of_one_customer([NOON, NOON + 1], 2)
    second = Centre(scenario).run(contacts, drawn(contacts, patience=5.0, callback=1.0), carry=first.carry)
    assert second.calls["history_before"].tolist() == [1, 0]


def test_an_open_complaint_pops_up_until_it_is_closed():
    told = {"skill": "general", "work_skill": "work", "share": 0.5, "work_mean_seconds": 60.0}
    scenario = with_options(1, skills=["work"], complaints=told, first_day="2026-09-01")
    scenario = scenario.with_(skills__general__solved_share=0.0)
    carry, seen = None, []
    for day in (10, 11, 14, 15):  # a Friday, Saturday, Tuesday, Wednesday
        contacts = of_one_customer([NOON, NOON + 7200], day)
        complains = [0.1, 1.0] if day == 10 else 1.0
        calm = {"settled_1": 0.1, "content": 0.1, "about_staff": 1.0, "severity": 0.1, "service_class": 0.5}
        draws = drawn(contacts, complaint=complains, solved=0.99, case_work_1=50.0, **calm)
        results = Centre(scenario).run(contacts, draws, carry=carry)
        carry = results.carry
        seen.append(results.calls["open_cases"].tolist())
    assert seen == [[0, 1], [1, 1], [0, 0], [0, 0]]  # the follow-up call comes in the morning of day 13 or 14
    assert not carry.cases


def test_the_memory_of_a_whole_centre_counts_every_channel():
    scenario, carry, handled = whole(), None, 0
    for day in (1, 2, 3):
        results = Centre(scenario).run(*arrivals(scenario, Streams(5), day), carry=carry)
        carry = results.carry
        handled += int((results.calls["outcome"] == "answered").sum())
        handled += int((results.chats["outcome"] == "answered").sum()) + len(results.messages)
        tables.schema("known").validate(carry.known.frame())
        tables.schema("calls").validate(results.calls.frame())
    assert carry.known["contacts"].sum() == handled
    assert results.calls["history_before"].max() > 0


@pytest.mark.parametrize("known", [Known.empty(), Known(customer_id=[3, 8], contacts=[2, 5])])
def test_a_stranger_is_not_known(known):
    assert known.contacts_of(np.array([1, 9])).tolist() == [0, 0]
    assert known.contacts_of(np.array([8, 3])).tolist() == ([5, 2] if len(known) else [0, 0])
