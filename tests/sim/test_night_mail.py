"""Mail by night, and a menu that helps with some things more than with others."""

import numpy as np
import pytest
from centres import NOON, callers, draws
from whole_centre import plain

from sim.callcenter import Centre
from sim.callcenter.parts import WRITTEN
from sim.contacts import arrivals
from sim.errors import InputError
from sim.scenario import Scenario, load
from sim.streams import Streams

SHARE = 0.4


def by_night(share: float) -> Scenario:
    told = plain()
    told["messages"]["night_share"] = share
    return Scenario.from_plain(told)


def closed(scenario, at):
    return (at < scenario.opening_seconds) | (at >= scenario.closing_seconds)


def test_a_share_of_the_messages_comes_at_night_and_nobody_else_moves():
    plain_day, night_day = (arrivals(by_night(share), Streams(1), 1)[0] for share in (0.0, SHARE))
    ids = plain_day["contact_id"]
    assert sorted(ids) == sorted(night_day["contact_id"].tolist())
    moved = closed(by_night(0.0), night_day["at"])
    written = np.isin(night_day["channel"], WRITTEN)
    assert not (moved & ~written).any() and not closed(by_night(0.0), plain_day["at"]).any()
    count = written.sum()
    assert abs(moved[written].mean() - SHARE) < 4 * np.sqrt(SHARE * (1 - SHARE) / count)
    stays = dict(zip(ids.tolist(), plain_day["at"].tolist(), strict=True))
    for number, at in zip(
        night_day["contact_id"][~moved].tolist(), night_day["at"][~moved].tolist(), strict=True
    ):
        assert stays[number] == at
    assert (np.diff(night_day["at"]) >= 0).all()


def test_night_mail_is_confirmed_at_once_and_waits_till_opening():
    scenario, carry, night = by_night(SHARE), None, 0
    for day in (1, 2):
        results = Centre(scenario).run(*arrivals(scenario, Streams(1), day), carry=carry)
        carry, told = results.carry, results.messages
        mine = closed(scenario, told["at"])
        night += int(mine.sum())
        assert (told["auto_replied_at"] == told["at"]).all()
        assert (told["answered_at"] % 86_400 >= scenario.opening_seconds).all()
        assert (told["due_at"] == told["at"] + 86_400).all()
        assert (told["in_time"] == (told["ended_at"] <= told["due_at"])).all()
    assert night > 0


def test_a_centre_that_never_closes_has_no_night():
    told = plain()
    told["messages"]["night_share"] = SHARE
    hours = {"opening": "00:00", "closing": "24:00", "interval_minutes": 120}
    always = Scenario.from_plain(told | hours | {"breaks": []})
    never = always.with_(messages__night_share=0.0)
    for one, other in zip(arrivals(always, Streams(1), 1), arrivals(never, Streams(1), 1), strict=True):
        assert one.frame().equals(other.frame())


def test_a_skill_may_have_a_menu_share_of_its_own():
    scenario = load("retail_hotline").with_(
        ivr__self_service_share=0.2, ivr__left_menu_share=0.1, skills__enquiry__self_service_share=0.6
    )
    assert Scenario.from_plain(scenario.plain()) == scenario
    contacts = callers(
        [NOON, NOON + 1, NOON + 2, NOON + 3], skill=["enquiry", "complaint", "complaint", "enquiry"]
    )
    drawn = draws(contacts, self_service=[0.5, 0.5, 0.1, 0.65], ivr=1.0, attempts=1)
    outcome = Centre(scenario).run(contacts, drawn).calls["outcome"].tolist()
    assert outcome == ["self_served", "answered", "self_served", "answered"]


def test_a_menu_share_and_those_who_leave_are_at_most_all():
    with pytest.raises(InputError, match=r"self_service_share = 0\.95: together with ivr\.left_menu_share"):
        load("retail_hotline").with_(ivr__left_menu_share=0.1, skills__enquiry__self_service_share=0.95)
    with pytest.raises(InputError, match="self_service_share = 2"):
        load("retail_hotline").with_(skills__enquiry__self_service_share=2)
