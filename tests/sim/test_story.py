"""The trace of a whole centre, channel by channel, and the story of one contact in words."""

import re

import numpy as np
import pytest
from centres import NOON, callers
from rich_centre import drawn, with_options
from whole_centre import whole

from sim import tables
from sim.callcenter import Centre
from sim.contacts import arrivals
from sim.errors import InputError
from sim.streams import Streams
from sim.tracing import NOBODY, Trace, story, words

DAYS = 5


@pytest.fixture(scope="module")
def week():
    """Five days of the whole centre: the trace of all, and each day's results."""
    scenario, carry, traces, made = whole(), None, [], []
    for day in range(1, DAYS + 1):
        rows: list = []
        results = Centre(scenario).run(*arrivals(scenario, Streams(3), day), carry=carry, trace=rows)
        carry = results.carry
        traces.append(Trace.of(rows, day=day))
        made.append(results)
    return Trace.joined(*traces), made


def count(trace, event, part=None):
    return int(((trace["event"] == event) & ((part is None) | (trace["part"] == part))).sum())


def total(results, name, test):
    return sum(int(test(getattr(one, name)).sum()) for one in results)


def test_every_event_has_its_words_and_its_place_in_the_data_dictionary():
    said = words()
    told = {c.name: c.values for c in tables.table("trace").columns}
    assert set(said["names"]) == set(told["part"])
    assert {event for part in said["names"] for event in said[part]} == set(told["event"])
    assert all(set(line) == {"zh", "en"} for part in said.values() for line in part.values())


def test_the_trace_counts_what_the_records_count(week):
    trace, days = week
    assert count(trace, "arrived", "pbx") == sum(len(one.calls) for one in days)
    assert count(trace, "redialled") == total(days, "calls", lambda t: t["kind"] == "redial") > 0
    assert count(trace, "called_again") == total(days, "calls", lambda t: t["kind"] == "repeat") > 0
    assert count(trace, "called_back") == total(days, "calls", lambda t: t["call_back"] == "reached") > 0
    assert count(trace, "not_reached") == total(days, "calls", lambda t: t["call_back"] == "unreached") > 0
    assert count(trace, "transferred") == total(days, "legs", lambda t: t["kind"] == "transfer") > 0
    assert count(trace, "held") == total(days, "legs", lambda t: t["hold"] > 0) > 0
    assert count(trace, "threat") == total(days, "calls", lambda t: t["special"] == "threat") > 0
    assert count(trace, "chat_over") == total(days, "chats", lambda t: t["outcome"] == "answered") > 0
    assert count(trace, "left_silently") == total(days, "chats", lambda t: t["silent"]) > 0
    assert count(trace, "replied") == sum(len(one.messages) for one in days) > 0
    assert count(trace, "logged_in") == total(days, "presence", lambda t: t["state"] == "duty") > 0
    assert count(trace, "break_over") == total(days, "presence", lambda t: t["state"] == "break") > 0
    up = total(days, "legs", lambda t: np.isin(t["kind"], ["leader", "manager"]))
    assert count(trace, "escalated") + count(trace, "conference_asked") == up > 0
    assert count(trace, "conference_asked") == count(trace, "joined") > 0


def test_complaints_are_told_from_number_to_close(week):
    trace, days = week
    opened = {int(n) for one in days for n in one.cases["case_id"]}
    assert count(trace, "registered", "desk") == len(opened) > 0
    assert count(trace, "solved") >= count(trace, "closed") + total(
        days[-1:], "cases", lambda t: (t["status"] == "open") & ~np.isnan(t["solved_at"])
    )
    assert set(trace["contact_id"][trace["part"] == "desk"].tolist()) <= opened


def test_a_day_of_a_trace_is_in_order_and_passes_its_schema(week):
    trace, _ = week
    for day in range(1, DAYS + 1):
        assert (np.diff(trace["t"][trace["day"] == day]) >= 0).all()
    assert (trace["t"] >= 0).all()
    assert set(trace["part"][trace["contact_id"] == NOBODY]) == {"csr"}
    tables.schema("trace").validate(trace.frame())


def test_the_story_of_a_conference_in_both_languages():
    escalation = {"share": 1.0, "to": "leader", "mean_seconds": 1.0, "conference_share": 1.0}
    scenario = with_options(1, skills=["leader"], escalation=escalation)
    contacts = callers([NOON])
    rows: list = []
    draws = drawn(contacts, escalate=0.0, conference=0.0, escalation_talk=100.0, further=1.0, wrap_up=10.0)
    Centre(scenario).run(contacts, draws, trace=rows)
    events = [row.event for row in rows if row.contact_id == 0]
    ways = "arrived queued assigned screen_pop answered conference_asked queued assigned screen_pop joined"
    assert events == [*ways.split(), "hung_up", "wrapped_up", "wrapped_up"]
    english = story(Trace.of(rows), 0, lang="en").splitlines()
    assert english[0].startswith("What happened to contact 0")
    assert (
        english[6]
        == "  12:01:00.000  +   60.000 s  CSR   asks the leader to join, and stays on the line (agent 10001)"
    )
    assert len(story(Trace.of(rows), 0).splitlines()) == len(english) == len(events) + 1
    assert "三方通话" in story(Trace.of(rows).frame(), 0)


def test_a_story_goes_on_from_day_to_day(week):
    trace, _ = week
    cases, days = trace["contact_id"][trace["event"] == "closed"], trace["day"]
    mine = next(
        int(n)
        for n in (*cases, *trace["contact_id"])
        if n >= 0 and len(set(days[trace["contact_id"] == n])) > 1
    )
    told = story(trace, mine, lang="en")
    assert len(re.findall("^Day [0-9]", told, re.MULTILINE)) == len(set(days[trace["contact_id"] == mine]))
    assert not re.search(r"\+ *-", told)  # time goes on


@pytest.mark.parametrize("nobody", [99_999, NOBODY])
def test_a_contact_that_is_not_there_has_no_story(week, nobody):
    with pytest.raises(InputError, match=f"contact_id = {nobody}: the trace has no such contact"):
        story(week[0], nobody)
    with pytest.raises(InputError, match="such as none"):
        story(Trace.of([]), nobody)
