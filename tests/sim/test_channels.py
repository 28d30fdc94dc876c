"""Written contacts and chats: the way of each, their laws, and what travels to the next day."""

import numpy as np
import pytest
from centres import NOON, draws, one_queue
from rich_centre import drawn
from whole_centre import whole

from sim import tables
from sim.callcenter import Centre, Results
from sim.callcenter.clock import Clock, StockClock
from sim.contacts import Contacts, arrivals
from sim.errors import InputError
from sim.scenario import Scenario
from sim.streams import Streams

WHOLE = whole()
CHAT = {"concurrency": 2, "slowdown": 0.5, "silent_share": 0.5, "silent_seconds": 30.0}
MESSAGES = {"priority_shares": [0.2] * 5, "promise_hours": 24.0}


def desk(agents=1, *, hours=("09:00", "17:00"), chat=CHAT, **options) -> Scenario:
    """One team for phone, chat and e-mail, in this order of urgency."""
    minutes = (int(hours[1][:2]) - int(hours[0][:2])) * 60
    plain = one_queue(agents).plain() | options
    plain |= {"opening": hours[0], "closing": hours[1], "interval_minutes": minutes}
    general = plain["skills"]["general"]
    for k, channel in enumerate(("chat", "email"), start=1):
        plain["skills"][channel] = general | {"share": 0.0, "channel": channel, "priority": k}
    plain["teams"]["general"]["skills"] = ["general", "chat", "email"]
    return Scenario.from_plain(plain | {"chat": chat, "messages": MESSAGES})


def people(at, skill, *, priority=3, day=1, first=0) -> Contacts:
    at = np.asarray(at, dtype=float)
    ids = np.arange(first, first + len(at))
    skills = np.broadcast_to(np.asarray(skill), at.shape)
    return Contacts(
        day=np.full(len(at), day),
        contact_id=ids,
        customer_id=ids,
        channel=np.where(skills == "general", "phone", skills),
        skill=skills,
        reason=np.full(len(at), "general"),
        vip=np.zeros(len(at), dtype=bool),
        at=at,
        priority=np.broadcast_to(np.asarray(priority), at.shape),
    )


def run(scenario, contacts, carry=None, **columns) -> Results:
    return Centre(scenario).run(contacts, drawn(contacts, **columns), carry=carry)


# messages


def test_a_message_is_confirmed_at_once_and_answered_by_the_free_agent():
    made = run(desk(), people([NOON], "email"), talk=100.0, wrap_up=20.0).messages
    told = {name: made[name][0] for name in made.names}
    assert (told["auto_replied_at"], told["answered_at"], told["ended_at"]) == (NOON, NOON, NOON + 120)
    assert told["due_at"] == NOON + 86_400 and told["in_time"] and told["agent_id"] == 10_001


def test_the_phone_goes_before_a_message_that_waits_longer():
    made = run(desk(), people([NOON, NOON + 1, NOON + 2], ["general", "email", "general"]))
    assert made.calls["wait"].tolist() == [0, 58] and made.messages["wait"].tolist() == [119]


def test_the_urgent_message_goes_first():
    made = run(desk(), people([NOON, NOON + 1, NOON + 2, NOON + 3], "email", priority=[3, 5, 3, 1]))
    assert made.messages["priority"].tolist() == [3, 1, 3, 5]


def test_what_is_not_answered_by_closing_is_first_tomorrow_and_keeps_its_day():
    late = people([60_000.0, 61_150.0, 61_160.0, 70_000.0], "email")  # the last one by night
    first = run(desk(), late, talk=300.0)
    assert first.messages["contact_id"].tolist() == [0, 1] and len(first.carry.contacts) == 2
    early = people([10.0], "email", day=2, first=9)
    second = run(desk(), early, first.carry, talk=300.0)
    assert second.messages["contact_id"].tolist() == [2, 3, 9]
    assert second.messages["day"].tolist() == [1, 1, 2] and second.carry.contacts is None
    opening = 86_400 + 32_400
    assert second.messages["answered_at"].tolist() == [opening, opening + 300, 32_400 + 600]
    assert second.messages["in_time"].tolist() == [True, True, True]


def test_a_promise_can_be_broken():
    nobody = desk(0)
    carry = run(nobody, people([NOON], "email")).carry
    carry = run(nobody, people([], "email", day=2), carry).carry
    made = run(desk(), people([], "email", day=3), carry).messages
    assert made["day"].tolist() == [1] and made["in_time"].tolist() == [False]


def test_a_number_that_is_still_open_cannot_come_again():
    carry = run(desk(0), people([NOON], "email")).carry
    with pytest.raises(InputError, match="contact_id = 0: is still open from an earlier day"):
        run(desk(), people([NOON], "email", day=2), carry)


def test_a_contact_comes_by_the_channel_its_skill_serves():
    contacts = people([NOON], "email")
    wrong = Contacts(**{n: contacts[n] for n in contacts.names} | {"channel": ["phone"]})
    with pytest.raises(InputError, match="channel = 'phone' in row 0: the skill 'email' is served by email"):
        Centre(desk()).run(wrong, draws(wrong))


# chats


def test_an_agent_holds_two_chats_each_slower_and_takes_no_call_meanwhile():
    made = run(desk(), people([NOON, NOON + 10, NOON + 20, NOON + 30], ["chat", "chat", "chat", "general"]))
    assert made.chats["answered_at"].tolist() == [NOON, NOON + 10, NOON + 60]
    assert made.chats["beside"].tolist() == [1, 2, 2] and made.chats["talk"].tolist() == [60, 90, 90]
    assert made.calls["answered_at"].tolist() == [NOON + 150]


def test_waiting_chats_fill_all_places_of_an_agent_who_comes_free():
    made = run(desk(), people([NOON, NOON + 1, NOON + 2, NOON + 3], ["general", "chat", "chat", "chat"]))
    assert made.chats["answered_at"].tolist() == [NOON + 60, NOON + 60, NOON + 120]


def test_the_agent_with_fewest_chats_takes_the_next():
    made = run(desk(2, chat=CHAT | {"concurrency": 3}), people(NOON + np.arange(4.0), "chat"), talk=500.0)
    assert made.chats["agent_id"].tolist() == [10_001, 10_002, 10_001, 10_002]


def test_who_leaves_with_a_word_is_forgotten_who_leaves_silently_costs_the_opening():
    contacts = people([NOON, NOON + 1, NOON + 2, NOON + 3], ["general", "chat", "chat", "chat"])
    told = {"patience": [np.inf, 10.0, 10.0, np.inf], "silent": [1.0, 0.9, 0.1, 1.0]}
    one = CHAT | {"concurrency": 1}
    made = run(desk(chat=one), contacts, **told).chats
    assert made["outcome"].tolist() == ["abandoned", "abandoned", "answered"]
    assert made["silent"].tolist() == [False, True, False] and made["wait"].tolist()[:2] == [10, 10]
    assert made["answered_at"][2] == NOON + 60 + 30


def test_at_the_end_of_the_shift_the_chats_in_hand_are_finished():
    scenario = desk().with_(interval_minutes=240, calls_per_hour=[1, 1], teams__general__agents=[1, 0])
    contacts = people([46_700.0, 46_790.0, 46_795.0, 46_900.0], "chat")
    made = run(scenario, contacts, talk=200.0, patience=500.0, silent=0.9).chats
    assert made["outcome"].tolist() == ["answered", "answered", "abandoned", "abandoned"]


# the whole, over days


@pytest.fixture(scope="module")
def days():
    made, carry = [], None
    for number in range(1, 6):
        contacts, told = arrivals(WHOLE, Streams(4), number)
        results = Centre(WHOLE).run(contacts, told, carry=carry)
        made.append((contacts, carry, results))
        carry = results.carry
    return made


def test_every_table_passes_its_schema(days):
    for _, _, results in days:
        for name in ("calls", "legs", "chats", "messages", "cases"):
            tables.check(getattr(results, name).frame(), name)


def test_messages_are_conserved_from_day_to_day(days):
    for contacts, carry, results in days:
        came = set(contacts["contact_id"][np.isin(contacts["channel"], ("email", "form", "board"))].tolist())
        was = carry.contacts if carry else None
        open_before = set() if was is None else set(was["contact_id"][was["channel"] != "phone"].tolist())
        now = results.carry.contacts
        open_after = set() if now is None else set(now["contact_id"][now["channel"] != "phone"].tolist())
        assert came | open_before == set(results.messages["contact_id"].tolist()) | open_after
        assert not set(results.messages["contact_id"].tolist()) & open_after


def test_chats_are_conserved(days):
    for contacts, _, results in days:
        asked = contacts["contact_id"][contacts["channel"] == "chat"]
        assert sorted(results.chats["contact_id"].tolist()) == sorted(asked.tolist())
        answered = results.chats["outcome"] == "answered"
        assert (answered == ~np.isnan(results.chats["answered_at"])).all()


def test_no_agent_does_two_things_at_once_but_chats_up_to_the_limit(days):
    for _, _, results in days:
        calls, letters, chats = results.legs, results.messages, results.chats
        today = letters.rows(letters["day"] == results.carry.day)
        alone = [
            (calls["agent_id"], calls["answered_at"], calls["free_at"]),
            (today["agent_id"], today["answered_at"], today["ended_at"]),
        ]
        agent, start, end = (np.concatenate(parts) for parts in zip(*alone, strict=True))
        talked = chats.rows(chats["outcome"] == "answered")
        for one in np.unique(agent):
            mine = agent == one
            order = np.lexsort((end[mine], start[mine]))
            begun, free = start[mine][order], end[mine][order]
            assert (begun[1:] >= free[:-1] - 1e-6).all()
            chat = talked.rows(talked["agent_id"] == one)
            for a, b in zip(chat["answered_at"], chat["ended_at"], strict=True):
                beside = (chat["answered_at"] <= a) & (chat["ended_at"] > a)
                assert beside.sum() <= WHOLE.options.chat.concurrency
                assert not ((begun < b - 1e-6) & (free > a + 1e-6) & (free > begun)).any()


def test_the_line_of_chats_obeys_littles_law_exactly(days):
    for _, _, results in days:
        start = np.rint(results.chats["at"] * 1000).astype(int)
        end = start + np.rint(results.chats["wait"] * 1000).astype(int)
        moments = np.unique(np.concatenate([start, end]))
        line = np.searchsorted(np.sort(start), moments, "right") - np.searchsorted(
            np.sort(end), moments, "right"
        )
        assert (line[:-1] * np.diff(moments)).sum() == (end - start).sum()


def test_customers_call_again_on_a_later_day(days):
    due = [entry for _, _, results in days[:-1] for entry in results.carry.due]
    assert due
    called = {
        (int(c), int(a))
        for _, _, r in days
        for c, a in zip(r.calls["contact_id"], r.calls["attempt"], strict=True)
    }
    assert {(contact, attempt) for contact, attempt, _ in due} <= called
    assert all((r.calls["day"] == r.carry.day).all() for _, _, r in days)


def test_a_day_without_anybody_is_a_day():
    nobody = people([], "chat")
    results = Centre(WHOLE).run(nobody, draws(nobody, attempts=3))
    assert [len(getattr(results, n)) for n in ("calls", "legs", "chats", "messages", "cases")] == [0] * 5


def test_stock_simpy_takes_the_same_days(days):
    carries = {Clock: None, StockClock: None}
    for contacts, _, _ in days[:2]:
        from sim.callcenter.draws import draws as draw

        told, made = draw(WHOLE, Streams(4).under("contacts"), contacts), {}
        for clock in carries:
            made[clock] = Centre(WHOLE, clock=clock).run(contacts, told, carry=carries[clock])
            carries[clock] = made[clock].carry
        for name in ("calls", "legs", "chats", "messages", "cases"):
            ours, theirs = getattr(made[Clock], name), getattr(made[StockClock], name)
            assert all(ours[n].tobytes() == theirs[n].tobytes() for n in ours.names), name
