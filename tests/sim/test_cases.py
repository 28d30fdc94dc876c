"""Complaints: the deadline classes, the three levels, the follow-up call, and the book over the days."""

import numpy as np
import pytest
from centres import NOON, callers
from rich_centre import drawn as plain_draws
from rich_centre import with_options

from sim import tables
from sim.callcenter import Centre
from sim.callcenter.cases import DEADLINES
from sim.contacts import Contacts
from sim.errors import InputError
from sim.scenario import Scenario

FRIDAY = 10  # of a run whose day 0 is the first of September 2026
COMPLAINTS = {"skill": "general", "work_skill": "work", "share": 0.5, "work_mean_seconds": 60.0}
UP = {"share": 0.0, "to": "leader", "mean_seconds": 10.0, "further_to": "manager", "further_share": 0.01}


def shop(**changes) -> Scenario:
    told = COMPLAINTS | {"about_staff_share": 0.5, "settled_share": 0.5, "content_share": 0.5} | changes
    plain = with_options(skills=["work", "leader", "manager"], escalation=UP, complaints=told).plain()
    plain["skills"]["general"]["solved_share"] = 0.0
    return Scenario.from_plain(plain | {"first_day": "2026-09-01"})


def draws(contacts, **columns):
    calm = {
        "complaint": 0.1, "about_staff": 0.9, "content": 0.1, "severity": 0.1, "service_class": 0.99,
        "settled_1": 0.1, "settled_2": 0.1, "settled_3": 0.1,
        "case_work_1": 100.0, "case_work_2": 200.0, "case_work_3": 300.0,
    }  # fmt: skip
    return plain_draws(contacts, **(calm | columns))


def days(scenario, count, *, first=FRIDAY, at=(NOON,), **columns):
    """Run `count` days; the callers of the first complain, nobody else calls."""
    carry, made = None, []
    for number in range(first, first + count):
        contacts = callers(at if number == first else [], day=number)
        told = draws(contacts, **columns) if number == first else draws(contacts)
        made.append(Centre(scenario).run(contacts, told, carry=carry))
        carry = made[-1].carry
    return made


def case(results, place=0):
    store = results.cases
    return {name: store[name][place] for name in store.names}


def test_a_simple_case_is_worked_on_at_once_and_closed_by_the_leader_after_the_follow_up():
    made = days(shop(), 4)
    told = case(made[0])
    assert (told["case_id"], told["severity"], told["level"], told["status"]) == (0, "simple", 1, "open")
    assert told["opened_at"] == NOON + 60 and told["solved_at"] == NOON + 60 + 100
    assert told["deadline_day"] == FRIDAY + 3 and told["follow_up_day"] == FRIDAY + 3
    told = case(made[3])
    assert (told["status"], told["closed_by"], told["call_backs"]) == ("closed", "leader", 1)
    assert told["closed_at"] == 3 * 86_400 + 120 and not made[3].carry.cases
    tables.check(made[3].cases.frame(), "cases")


@pytest.mark.parametrize(
    ("u", "severity", "deadline"), [(0.1, "simple", 13), (0.7, "ordinary", 15), (0.95, "complex", -1)]
)
def test_the_deadline_is_that_of_the_severity(u, severity, deadline):
    told = case(days(shop(), 1, severity=u)[0])
    assert (told["severity"], told["deadline_day"]) == (severity, deadline)
    assert DEADLINES.get(severity, -1) in (1, 3, -1)


@pytest.mark.parametrize(
    ("u", "name", "promised"), [(0.05, "A", 13), (0.2, "B", 14), (0.5, "C", 15), (0.9, "D", 17)]
)
def test_the_service_class_has_the_promise_of_the_company(u, name, promised):
    told = case(days(shop(), 1, service_class=u)[0])
    assert (told["service_class"], told["promise_day"], told["promise_kept"]) == (name, promised, True)
    own = case(days(shop(solution_days=[0, 9, 9, 9]), 1, service_class=u)[0])
    assert own["promise_day"] == (
        FRIDAY if name == "A" else 22
    )  # the ninth working day: the second Sunday is one, for the holidays


def test_a_promise_that_is_over_is_broken():
    nobody = shop().with_(teams__work__agents=[0])
    made = days(nobody, 5, service_class=0.05)
    assert [case(one)["promise_kept"] for one in made] == [True] * 4 + [False]


def test_what_one_level_cannot_settle_goes_up_and_the_manager_settles_all():
    told = case(days(shop(), 1, settled_1=0.9)[0])
    assert told["level"] == 2 and told["solved_at"] == NOON + 60 + 100 + 200
    told = case(days(shop(), 1, settled_1=0.9, settled_2=0.9, settled_3=0.9)[0])
    assert told["level"] == 3 and told["solved_at"] == NOON + 60 + 600


def test_a_complaint_about_staff_is_the_leaders_from_the_start():
    told = case(days(shop(), 1, about_staff=0.1)[0])
    assert told["about_staff"] and told["level"] == 2 and told["solved_at"] == NOON + 60 + 200
    assert told["agent_id"] == 10_001  # who took the call


def test_who_is_not_content_goes_one_level_up_once_more():
    made = days(shop(), 8, content=0.9, settled_1=0.1)
    told = case(made[3])
    assert (told["level"], told["call_backs"], told["status"]) == (2, 1, "open")
    last = [case(one) for one in made if len(one.cases)][-1]
    assert last["level"] == 3 or last["status"] == "open"


def test_a_complex_case_that_waits_gets_a_call_back_every_third_working_day():
    plain = shop().plain() | {"opening": "12:00", "closing": "13:00", "interval_minutes": 60}
    monday, friday = 6, 10
    at = tuple(NOON + 100.0 * k for k in range(8))
    made = days(Scenario.from_plain(plain), 8, first=monday, at=at, severity=0.95, case_work_1=3600.0)
    calls = {day: results.cases["call_backs"] for day, results in enumerate(made, start=monday)}
    assert not calls[monday + 2].any() and (calls[monday + 3] == 1).any()
    assert calls[friday].max() == 1
    assert {case(one)["deadline_day"] for one in made} == {-1}


def test_the_book_is_conserved():
    scenario = shop()
    made = days(scenario, 12, at=tuple(NOON + 60.0 * k for k in range(20)), severity=np.linspace(0.01, 0.99, 20),
                content=np.linspace(0.01, 0.99, 20), settled_1=np.linspace(0.01, 0.99, 20))  # fmt: skip
    seen: dict[int, str] = {}
    for results in made:
        for number, status in zip(results.cases["case_id"], results.cases["status"], strict=True):
            assert seen.get(int(number)) != "closed"
            seen[int(number)] = str(status)
        still = {one.case_id for one in results.carry.cases}
        assert still == {number for number, status in seen.items() if status == "open"}
    assert len(seen) == 20 and "closed" in seen.values()


def test_nobody_works_on_cases_on_a_holiday():
    saturday = FRIDAY + 1
    made = days(shop(), 3, first=saturday)
    assert np.isnan(case(made[0])["solved_at"]) and np.isnan(case(made[1])["solved_at"])
    assert case(made[2])["solved_at"] == 2 * 86_400 + 100


def test_better_service_classes_go_first():
    contacts = callers([NOON, NOON + 1, NOON + 2], day=FRIDAY)
    told = draws(contacts, talk=60.0, service_class=[0.99, 0.5, 0.01], case_work_1=500.0)
    scenario = shop()
    three = Scenario.from_plain(scenario.plain() | {"teams": scenario.plain()["teams"] | {
        "general": scenario.plain()["teams"]["general"] | {"agents": [3]}}})  # fmt: skip
    cases = Centre(three).run(contacts, told).cases
    assert cases["service_class"].tolist() == ["D", "C", "A"]
    assert cases["solved_at"].argsort().tolist() == [0, 2, 1]  # the first was in hand before the others came


def test_a_contact_that_was_solved_opens_nothing():
    plain = shop().plain()
    plain["skills"]["general"]["solved_share"] = 1.0
    contacts = callers([NOON], day=FRIDAY)
    assert isinstance(contacts, Contacts)
    assert len(Centre(Scenario.from_plain(plain)).run(contacts, draws(contacts)).cases) == 0


def by_letter(departments) -> Scenario:
    plain = shop().plain()
    plain["complaints"] |= {"written_skills": departments} if departments else {}
    plain["skills"]["letters"] = plain["skills"]["general"] | {"share": 0.0, "channel": "email"}
    plain["teams"]["general"]["skills"] = ["general", "letters"]
    return Scenario.from_plain(plain | {"messages": {"priority_shares": [0.2] * 5, "promise_hours": 24.0}})


@pytest.mark.parametrize("named", [True, False])
def test_a_written_complaint_opens_a_case_where_the_department_is_named(named):
    told = by_letter(["letters"] if named else [])
    letters = callers([NOON, NOON + 1], day=FRIDAY)
    columns = {name: letters[name] for name in letters.names}
    letters = Contacts(**columns | {"skill": np.full(2, "letters"), "channel": np.full(2, "email")})
    made = Centre(told).run(letters, draws(letters, complaint=np.array([0.1, 0.9])))
    assert made.messages["solved"].tolist() == [False, False]
    assert made.cases["contact_id"].tolist() == ([0] if named else [])
    if named:
        assert case(made)["opened_at"] == made.messages["ended_at"][0] and case(made)["skill"] == "letters"


@pytest.mark.parametrize(
    ("names", "said"), [(["general"], "written channel .letters"), ([7], "different words")]
)
def test_a_department_that_gets_no_letters_is_refused(names, said):
    with pytest.raises(InputError, match=said):
        by_letter(names)
