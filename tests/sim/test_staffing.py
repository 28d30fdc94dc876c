"""Staffing plans: plain data in and out, checked against the scenario."""

import json

import pytest

from sim.errors import InputError
from sim.scenario import load
from sim.staffing import Staffing

HOTLINE = load("retail_hotline")
PLAN = {"enquiry": [6] * 12, "complaint": [4] * 12}


def test_a_plan_survives_json():
    plan = Staffing.from_plain(json.loads(json.dumps(PLAN)), HOTLINE)
    assert plan.plain() == PLAN
    assert plan["enquiry"] == (6,) * 12
    assert plan.paid_seconds == 10 * 12 * 3600


def test_the_scenario_proposes_a_plan():
    assert Staffing.from_plain(Staffing.of(HOTLINE).plain(), HOTLINE) == Staffing.of(HOTLINE)


@pytest.mark.parametrize(
    ("plain", "rule"),
    [
        ([5] * 12, "team names"),
        ({"enquiry": [6] * 12}, "complaint = .missing."),
        ({**PLAN, "sales": [1] * 12}, "sales.*unknown name"),
        ({**PLAN, "enquiry": [6] * 11}, "this one has 11"),
        ({**PLAN, "enquiry": [6] * 11 + [-1]}, "holds -1"),
        ({**PLAN, "enquiry": [6] * 11 + [1.0]}, "holds 1.0"),
        ({**PLAN, "enquiry": "6"}, "square brackets"),
    ],
)
def test_a_plan_that_does_not_fit_is_refused(plain, rule):
    with pytest.raises(InputError, match=f"staffing.*{rule}"):
        Staffing.from_plain(plain, HOTLINE)


def test_an_unknown_team_is_answered_with_the_known_ones():
    with pytest.raises(InputError, match="'sales' is no team; the teams are enquiry, complaint"):
        Staffing.of(HOTLINE)["sales"]
