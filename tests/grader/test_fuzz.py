"""Readers of what students hand in: whatever stands in it, the class goes on and its pages are written."""

import json
import random
import shutil
from pathlib import Path

import pytest
import tiny
from golden import GOLDEN, hand_in
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from grader import feedback, marking, release, repair, report, tabular, tamed
from grader.course import Course
from grader.errors import GraderError
from grader.roster import class_list
from grader.setting import Setting

RELAXED = settings(
    max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
FEW = settings(RELAXED, max_examples=25)
ANY_TEXT = st.text(st.characters(), max_size=12) | st.sampled_from(
    ["\ud800", "</script>", "=1+1", "\x00", "王一"]
)
JSON = st.recursive(
    st.none() | st.booleans() | st.floats() | st.integers(-(10**30), 10**30) | ANY_TEXT,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(ANY_TEXT, inner, max_size=4),
    max_leaves=12,
)
RIGHT = json.loads((GOLDEN / "right" / tiny.NOTEBOOK).read_text(encoding="utf-8"))


def places(value, path=()):
    """Every place of a JSON value."""
    yield path
    inside = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for name, one in inside:
        yield from places(one, (*path, name))


PLACES = [path for path in places(RIGHT) if path]


def changed(path, value):
    made = json.loads(json.dumps(RIGHT))
    inside = made
    for step in path[:-1]:
        inside = inside[step]
    inside[path[-1]] = value
    return made


@RELAXED
@given(path=st.sampled_from(PLACES), value=JSON)
def test_a_notebook_with_anything_anywhere_is_read_or_refused_in_one_sentence(path, value):
    raw = json.dumps(changed(path, value)).encode()
    try:
        notebook = repair.parsed(raw, "lab1_sum.ipynb")
        repair.repair(notebook, json.loads(json.dumps(repair.plain(RIGHT))))
    except GraderError as refusal:
        assert ("\n" not in str(refusal) and "lab1_sum" in str(refusal)) or "原" in str(refusal)
    else:
        assert all(cell["cell_type"] in repair.KINDS for cell in notebook["cells"])


@RELAXED
@given(raw=st.binary(max_size=300))
def test_noise_is_no_notebook_no_class_list_and_no_table(tmp_path_factory, raw):
    with pytest.raises(GraderError):
        repair.parsed(raw, "lab1_sum.ipynb")
    folder = tmp_path_factory.mktemp("noise")
    for name in ("class.csv", "class.xlsx"):
        (folder / name).write_bytes(raw)
        for read in (class_list, lambda path: tabular.read(path, ("学号",))):
            try:
                read(folder / name)
            except GraderError as refusal:
                assert name in str(refusal)


@RELAXED
@given(value=JSON)
def test_tamed_values_can_be_walked_over_and_written_down(tmp_path_factory, value):
    path = tmp_path_factory.mktemp("json") / "a.json"
    path.write_text(json.dumps(value), encoding="utf-8")
    json.dumps(tamed.json_of(path), ensure_ascii=False).encode()


def test_what_is_too_deep_or_too_large_or_a_link_is_cut_or_left(tmp_path: Path):
    deep = tmp_path / "deep.json"
    for depth, expected in ((900, "…"), (100_000, None)):
        deep.write_text('{"a":' * depth + "1" + "}" * depth)
        read = tamed.json_of(deep)
        while isinstance(read, dict):
            read = read["a"]
        assert read == expected
    assert tamed.json_of(deep, most=10) is None
    (tmp_path / "link.json").symlink_to(deep)
    assert tamed.json_of(tmp_path / "link.json") is None


@pytest.fixture(scope="module")
def graded(tmp_path_factory: pytest.TempPathFactory) -> Course:
    folder = tmp_path_factory.mktemp("fuzzed")
    course = Course(tiny.course(folder), folder / "home")
    release.generate(course, tiny.PROJECT)
    for who in ("2401", "2402"):
        hand_in(course, "right", who=who)
    marking.mark(course, tiny.PROJECT, setting=Setting(preload=()))
    return course


@pytest.mark.slow
@FEW
@given(answers=JSON, when=JSON, student=JSON, play=JSON)
def test_pages_and_report_are_written_whatever_an_answers_file_holds(graded, answers, when, student, play):
    lab = Path(tiny.NOTEBOOK).stem
    told = {"student": student, "answers": {lab: answers}, "when": {lab: when}}
    for who in ("2401", "2402"):
        folder = graded.step("submitted", who, tiny.PROJECT)
        (folder / "answers.json").write_text(json.dumps(told), encoding="utf-8")
        shutil.rmtree(folder / "plays", ignore_errors=True)
        (folder / "plays").mkdir()
        (folder / "plays" / "a.json").write_text(
            json.dumps({"actions": [play] * 9, "scenario": play}), encoding="utf-8"
        )
    assert len(feedback.feedback(graded, tiny.PROJECT)) == 2
    report.report(graded, tiny.PROJECT).read_text(encoding="utf-8")


ODD = [
    None,
    True,
    -1,
    1e308,
    "",
    "x",
    "\ud800",
    [],
    ["a", 1],
    {},
    {"grade_id": "total"},
    {"nbgrader": []},
    [[[]]],
    "</script>",
    10**30,
]


@pytest.mark.slow
def test_a_class_of_notebooks_with_something_odd_somewhere_is_graded_to_its_end(tmp_path: Path):
    course = Course(tiny.course(tmp_path), tmp_path / "home")
    release.generate(course, tiny.PROJECT)
    luck = random.Random(7)
    for number, path in enumerate(luck.sample(PLACES, min(60, len(PLACES)))):
        folder = course.step("submitted", f"odd-{number:03d}", tiny.PROJECT)
        folder.mkdir(parents=True)
        (folder / tiny.NOTEBOOK).write_text(json.dumps(changed(path, luck.choice(ODD))), encoding="utf-8")
    hand_in(course, "right", who="honest")
    made = {mark.student: mark for mark in marking.mark(course, tiny.PROJECT, setting=Setting(preload=()))}
    ours = [mark for mark in made.values() if "评分时出错" in mark.note]
    assert not ours and made["honest"].score == 4
    assert all(mark.score is not None or mark.note for mark in made.values())
    pages = feedback.feedback(course, tiny.PROJECT)
    assert len(pages) == sum(mark.status == "graded" for mark in made.values())
    report.report(course, tiny.PROJECT)
