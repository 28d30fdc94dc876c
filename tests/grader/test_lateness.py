"""Lateness: what it costs by the class's own rule or by nbgrader's plugin, and where everybody sees it."""

import csv
import sqlite3
from contextlib import closing
from datetime import UTC, datetime, timedelta

import pytest
import tiny
from golden import hand_in

from grader import export, feedback, lateness, marking, marks, release
from grader.course import Course
from grader.errors import GraderError
from grader.gradebook import scores
from grader.lateness import LateRule

DUE = datetime(2026, 9, 1, 12, tzinfo=UTC)


@pytest.mark.parametrize(
    ("seconds", "points"), [(0, 0), (1, 1), (86_400, 1), (86_401, 2), (9 * 86_400, 9), (40 * 86_400, 9.5)]
)
def test_every_day_begun_costs_its_share_and_never_more_than_was_earned(seconds, points):
    assert LateRule(10).penalty(seconds, score=9.5, max_score=10) == points


def in_the_class(course: Course, who: str, late: timedelta) -> None:
    folder = hand_in(course, "right", who=who)
    (folder / "timestamp.txt").write_text(f"{DUE + late:%Y-%m-%d %H:%M:%S.%f} UTC", encoding="ascii")


@pytest.fixture
def late_class(course: Course) -> Course:
    release.generate(course, tiny.PROJECT)
    for who, late in (
        ("early", -timedelta(hours=1)),
        ("late", timedelta(hours=1)),
        ("later", timedelta(days=3)),
    ):
        in_the_class(course, who, late)
    return course


@pytest.mark.slow
def test_a_rule_is_seen_in_marks_feedback_and_export_and_may_come_after_grading(late_class: Course, tmp_path):
    course = late_class
    first = {mark.student: mark for mark in marking.mark(course, tiny.PROJECT)}
    most, got = first["early"].max_score, first["early"].score
    assert {mark.score for mark in first.values()} == {got} and not any(m.penalty for m in first.values())
    assert lateness.due(course, tiny.PROJECT, DUE.isoformat()) == DUE
    lateness.keep(course, tiny.PROJECT, 10)
    again = {mark.student: mark for mark in marking.mark(course, tiny.PROJECT)}
    off = [again[who].penalty for who in ("early", "late", "later")]
    assert off == pytest.approx([0, 0.1 * most, 0.3 * most])
    assert [again[who].score for who in ("early", "late", "later")] == pytest.approx(
        [got - one for one in off]
    )
    assert marks.load(course, tiny.PROJECT)["late"] == again["late"]
    raw = scores(course, tiny.PROJECT)["later"]
    assert raw.raw == got and raw.score == again["later"].score
    pages = {
        path.parent.parent.name: path.read_text("utf-8") for path in feedback.feedback(course, tiny.PROJECT)
    }
    assert f"交得晚，扣 {0.1 * most:g} 分" in pages["late"] and "交得晚" not in pages["early"]
    table = export.export(course, tmp_path / "grades.csv").read_text(encoding="utf-8-sig")
    rows = {row["student_id"]: row for row in csv.DictReader(table.splitlines())}
    assert float(rows["later"]["score"]) == again["later"].score
    assert float(rows["later"]["late_submission_penalty"]) == again["later"].penalty
    lateness.keep(course, tiny.PROJECT, 0)
    assert {mark.score for mark in marking.mark(course, tiny.PROJECT)} == {got}


@pytest.mark.slow
def test_without_a_rule_nbgraders_plugin_is_asked_and_an_extension_counts(late_class: Course, monkeypatch):
    course, config = late_class, Course.config

    def zero(self: Course):
        told = config(self)
        told.LateSubmissionPlugin.penalty_method = "zero"
        return told

    monkeypatch.setattr(Course, "config", zero)
    lateness.due(course, tiny.PROJECT, DUE.isoformat())
    made = {mark.student: mark for mark in marking.mark(course, tiny.PROJECT)}
    assert [made[who].score for who in ("late", "later")] == [0, 0] and made["early"].score > 0
    with closing(sqlite3.connect(course.home / "gradebook.db")) as db, db:
        db.execute(
            "UPDATE submitted_assignment SET extension = '1970-01-02 00:00:00' WHERE student_id = 'late'"
        )
    lateness.refresh(course, tiny.PROJECT)
    assert scores(course, tiny.PROJECT)["late"].score == made["early"].score
    assert scores(course, tiny.PROJECT)["later"].score == 0


@pytest.mark.slow
def test_what_cannot_be_arranged_is_refused(course: Course):
    release.generate(course, tiny.PROJECT)
    for call, said in (
        (lambda: lateness.due(course, tiny.PROJECT, "tomorrow"), "tomorrow 读不出来"),
        (lambda: lateness.due(course, "project99", "2026-09-01"), "还没有发布"),
        (lambda: lateness.keep(course, tiny.PROJECT, 101), "0 到 100"),
        (lambda: lateness.keep(course, tiny.PROJECT, float("nan")), "0 到 100"),
    ):
        with pytest.raises(GraderError, match=said):
            call()
    assert lateness.rule(course, tiny.PROJECT) is None
    # without a zone it is this machine's time
    here = lateness.due(course, tiny.PROJECT, "2026-12-01 23:59")
    assert here == datetime(2026, 12, 1, 23, 59).astimezone(UTC)
    (course.home / "late.json").write_text("[1]", encoding="utf-8")
    with pytest.raises(GraderError, match=r"late\.json 读不出来"):
        lateness.rule(course, tiny.PROJECT)
