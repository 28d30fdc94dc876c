"""A checkpoint about a policy: run in the judge on the student's own market, scored between naive and expert."""

import json
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

import nbformat
import pytest
import tiny

from crmlab import market_replay, seat
from crmlab.market_replay import Recipe
from crmlab.market_variants import CouponsForAll
from grader import marking, release
from grader.course import Course
from grader.setting import Setting
from sim.policy import Steady

WORLD = Recipe("retail", 400, 7, months=9, later=3)
HIDDEN = """### BEGIN HIDDEN TESTS
from crmlab.judging import evidence
from crmlab.market_replay import tried
done = tried(evidence("policy"), evidence("truth").facts["policy"])
assert not done.refused, done.refused
10 * done.share
### END HIDDEN TESTS"""
COUPON = {"do": "campaign", "with": "coupon"}
HAND_INS: dict[str, list[dict[str, Any]]] = {
    "expert": [],
    "half": [{**COUPON, "where": [{"column": "orders", "from": 3}]}],
    "naive": [{**COUPON, "where": []}],
    "stranger": [{**COUPON, "who": [999_999_999]}],
}


def world_of(folder: Path, student: str) -> dict[str, str]:
    return {"CRMLAB_TRUTH": str(folder)}


@pytest.mark.slow
def test_a_policy_earns_points_between_the_naive_and_the_expert_one(tmp_path: Path) -> None:
    kernel = {"display_name": "Python 3", "language": "python", "name": "python3"}
    cells = [
        tiny.text("story", "# 救回老客户"),
        tiny.code("saved", HIDDEN, grade=True, locked=True, points=10),
    ]
    folder = tmp_path / "course" / tiny.PROJECT
    folder.mkdir(parents=True)
    made: Any = nbformat.v4.new_notebook(cells=cells, metadata={"kernelspec": kernel})
    nbformat.write(made, folder / tiny.NOTEBOOK)
    course = Course(tmp_path / "course", tmp_path / "home", cell_seconds=60)
    release.generate(course, tiny.PROJECT)
    (tmp_path / "truth").mkdir()
    facts = {"policy": market_replay.key(WORLD, CouponsForAll(), Steady())}
    (tmp_path / "truth" / "facts.json").write_text(json.dumps(facts), encoding="utf-8")
    for who, steps in HAND_INS.items():
        target = course.step("submitted", who, tiny.PROJECT)
        target.mkdir(parents=True)
        given = (course.home / "release" / tiny.PROJECT / tiny.NOTEBOOK).read_bytes()
        (target / tiny.NOTEBOOK).write_bytes(given)
        (target / "policy.json").write_text(json.dumps({"schema": 1, "actions": steps}), encoding="utf-8")
    real = seat.setting(course.home)
    setting = replace(
        Setting(unsafe=True),
        preload=real.preload,
        evidence=real.evidence,
        secret=real.secret,
        readable=real.readable,
        environment=partial(world_of, tmp_path / "truth"),
    )
    marks = {one.student: one.score for one in marking.mark(course, tiny.PROJECT, setting=setting)}
    assert marks["expert"] == 10 and marks["naive"] == 0 and marks["stranger"] == 0
    assert marks["half"] is not None and 0 < marks["half"] < 10
