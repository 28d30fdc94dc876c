"""The trace: the way of one call, in order, through PBX, IVR, ACD, CTI and CSR."""

import numpy as np
from centres import NOON, callers, draws, one_queue

from sim.callcenter import Centre
from sim.contacts import arrivals
from sim.scenario import load
from sim.streams import Streams
from sim.tracing import Trace, TraceRow


def trace_of(scenario, contacts, drawn) -> list[TraceRow]:
    rows: list[TraceRow] = []
    Centre(scenario).run(contacts, drawn, trace=rows)
    return [row for row in rows if row.contact_id >= 0]


def test_an_answered_call_goes_through_all_parts():
    contacts = callers([NOON])
    rows = trace_of(one_queue(1), contacts, draws(contacts, ivr=25.0, talk=60.5, wrap_up=30.001))
    assert [(row.t - NOON, row.event, row.part, row.agent_id) for row in rows[:-1]] == [
        (0, "arrived", "pbx", -1),
        (0, "menu", "ivr", -1),
        (25, "queued", "acd", -1),
        (25, "assigned", "acd", 10_001),
        (25, "screen_pop", "cti", 10_001),
        (25, "answered", "csr", 10_001),
        (85.5, "hung_up", "csr", 10_001),
    ]
    assert rows[-1] == (43_315.501, 0, 1, "wrapped_up", "csr", 10_001)


def test_lost_calls_end_where_they_were_lost():
    scenario = one_queue(0, trunks=1, ivr__self_service_share=0.4, ivr__left_menu_share=0.1)
    contacts = callers([NOON, NOON + 1, NOON + 100, NOON + 200, NOON + 300])
    rows = trace_of(
        scenario, contacts, draws(contacts, patience=9.0, ivr=5.0, self_service=[0.5, 0.5, 0.1, 0.95, 0.6])
    )
    ways = [[row.event for row in rows if row.contact_id == who] for who in range(4)]
    assert ways == [
        ["arrived", "menu", "queued", "abandoned"],
        ["arrived", "busy"],
        ["arrived", "menu", "self_served"],
        ["arrived", "menu", "left_menu"],
    ]


def test_who_waits_on_and_who_balks_are_told_too():
    hours = {"opening": "11:00", "closing": "13:00", "interval_minutes": 60, "calls_per_hour": [1, 1]}
    scenario = one_queue(0, patience__balk_share=0.2, **hours, teams__general__agents=[1, 0])
    contacts = callers([NOON + 1, NOON + 2])
    rows = trace_of(scenario, contacts, draws(contacts, balk=[0.1, 0.9]))
    assert [row.event for row in rows] == ["arrived", "queued", "balked", "arrived", "queued"]


def test_a_day_is_told_in_order_and_a_trace_changes_nothing():
    scenario = load("retail_hotline")
    contacts, drawn = arrivals(scenario, Streams(1), 1)
    rows: list[TraceRow] = []
    traced = Centre(scenario).run(contacts, drawn, trace=rows).calls
    plain = Centre(scenario).run(contacts, drawn).calls
    assert traced.frame().equals(plain.frame())
    told = Trace.of(rows)
    assert (np.diff(told["t"]) >= 0).all()
    assert (told["event"] == "answered").sum() == (plain["outcome"] == "answered").sum()
    assert (told["event"] == "arrived").sum() == len(plain)


def test_no_events_make_an_empty_table():
    assert len(Trace.of([])) == 0
