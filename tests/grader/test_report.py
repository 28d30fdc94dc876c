"""The class report and the table of grades."""

import csv

import pytest
import tiny
from golden import CASES, Class, expected

from grader.course import Course
from grader.errors import GraderError
from grader.export import export
from grader.gradebook import Score, TaskScore
from grader.report import facts, report, tasks


def score(student: str, *points: float | None) -> Score:
    each = tuple(TaskScore("lab", f"t{number}", p, 4.0) for number, p in enumerate(points))
    return Score(student, sum(p or 0 for p in points), 4.0 * len(points), points.count(None), each)


def test_difficulty_and_discrimination_follow_their_definitions() -> None:
    sharp, flat = tasks(
        [score("a", 4, 4), score("b", 4, 4), score("c", 2, 4), score("d", 0, 4), score("e", 0, 4)]
    )
    assert (sharp["mean"], sharp["difficulty"]) == (2, 0.5)
    assert (flat["difficulty"], flat["discrimination"]) == (1, "—")


def test_discrimination_is_the_correlation_with_the_rest() -> None:
    first, second = tasks([score(str(n), n % 5, n % 5) for n in range(5)])
    assert first["discrimination"] == second["discrimination"] == 1


def test_points_still_to_be_given_are_left_out_of_the_mean() -> None:
    (task,) = tasks([score("a", 4), score("b", None)])
    assert (task["mean"], task["pending"]) == (4, 1)


@pytest.mark.slow
def test_the_report_counts_the_class_and_names_who_could_not_be_graded(team: Class) -> None:
    told = facts(team.course, tiny.PROJECT)
    undecided = [case for case in CASES if expected(case)["status"] == "could_not_tell"]
    assert told["handed_in"] == len(CASES)
    assert [row["student"].replace("-", "_") for row in told["undecided"]] == undecided
    assert [row["student"] for row in told["flagged"]] == ["rewritten-test-cell", "swapped-roles", "wrong"]
    assert sum(band["count"] for band in told["bands"]) == told["graded"] == len(CASES) - len(undecided)
    assert next(row["status"] for row in told["rows"] if row["student"] == "absent") == "没有交"


@pytest.mark.slow
def test_the_report_is_one_page_without_scripts_or_outside_addresses(team: Class) -> None:
    html = report(team.course, tiny.PROJECT).read_text(encoding="utf-8")
    assert "<script" not in html
    assert "http://" not in html and "https://" not in html
    assert "学生0" in html


@pytest.mark.slow
def test_the_table_of_grades_opens_with_a_mark_and_never_hides_a_failure(team: Class) -> None:
    path = export(team.course, team.course.home / "grades.csv")
    assert path.read_bytes().startswith(b"\xef\xbb\xbf")
    with path.open(encoding="utf-8-sig", newline="") as file:
        rows = {row["student_id"]: row for row in csv.DictReader(file)}
    assert (rows["right"]["score"], rows["right"]["status"], rows["right"]["by_hand_pending"]) == (
        "4.0",
        "graded",
        "1",
    )
    assert (rows["cut-off"]["score"], rows["cut-off"]["status"]) == ("", "could_not_tell")
    assert (rows["absent"]["score"], rows["absent"]["status"]) == ("0.0", "not_handed_in")


def test_export_without_a_gradebook_is_refused(course: Course) -> None:
    with pytest.raises(GraderError, match=r"没有成绩册 gradebook\.db"):
        export(course, course.home / "grades.csv")


@pytest.mark.slow
def test_export_into_a_folder_that_is_not_there_is_refused(team: Class) -> None:
    with pytest.raises(GraderError, match="不存在"):
        export(team.course, team.course.home / "nowhere" / "grades.csv")


@pytest.mark.slow
def test_export_onto_what_cannot_be_written_is_refused_with_the_cure(team: Class) -> None:
    (team.course.home / "taken.csv").mkdir()
    with pytest.raises(GraderError, match=r"写不进去.*换个文件名"):
        export(team.course, team.course.home / "taken.csv")


def test_an_unknown_project_is_refused(course: Course) -> None:
    with pytest.raises(GraderError, match="没有名为 nothing 的项目"):
        report(course, "nothing")
