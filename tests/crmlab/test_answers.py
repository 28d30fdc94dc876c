"""Answers: kept, never lost, whatever happens to the file."""

import json
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crmlab import answers
from crmlab.answers import Answers
from crmlab.errors import LabError

PLAIN = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=12,
)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "answers.json"


@given(value=PLAIN)
def test_what_was_put_comes_back(tmp_path_factory: pytest.TempPathFactory, value: object) -> None:
    path = tmp_path_factory.mktemp("round") / "answers.json"
    Answers.load(path).put("lab1", "path", value, student="2024001")
    again = Answers.load(path)
    assert again.get("lab1", "path") == value
    assert (again.student, again.plain["schema"]) == ("2024001", 1)


def test_the_file_is_readable_and_holds_the_time(path: Path) -> None:
    Answers.load(path).put("lab1", "path", {"why": "等得久"})
    text = path.read_text(encoding="utf-8")
    assert '"why": "等得久"' in text
    assert json.loads(text)["when"]["lab1"]["path"].startswith("20")


def test_two_open_notebooks_keep_each_others_answers(path: Path) -> None:
    one, two = Answers.load(path), Answers.load(path)
    one.put("lab1", "path", 1)
    two.put("lab1", "board", 2)
    two.note("hints", "lab1", "path", 3)
    one.put("lab2", "path", 4)
    assert Answers.load(path).of("lab1") == {"path": 1, "board": 2}
    assert Answers.load(path).get("lab1", "path", part="hints") == 3


def test_many_writers_at_once_lose_nothing(path: Path) -> None:
    with ThreadPoolExecutor(4) as pool:
        list(pool.map(lambda n: Answers.load(path).put("lab1", f"form{n}", n), range(20)))
    assert Answers.load(path).of("lab1") == {f"form{n}": n for n in range(20)}
    assert [p.name for p in path.parent.glob("*.part")] == []


def test_what_is_handed_out_is_a_copy(path: Path) -> None:
    kept = Answers.load(path)
    kept.put("lab1", "path", {"first": ["pbx"]})
    kept.get("lab1", "path")["first"].append("ivr")
    assert kept.get("lab1", "path") == {"first": ["pbx"]}


@pytest.mark.parametrize(
    "spoilt",
    [
        b"",
        b"{",
        b"[1]",
        b"\xff\xfe",
        b'{"answers": 3}',
        b'{"answers": {"lab1": 3}}',
        b'{"answers": {"lab1": {"path": NaN}}}',
        b"[" * 100_000,
        b'{"x": "' + b"x" * answers.MAX_BYTES + b'"}',
    ],
    ids=lambda raw: repr(raw[:30]),
)
def test_a_spoilt_file_is_set_aside_never_lost(path: Path, spoilt: bytes) -> None:
    (path.parent / "answers.corrupt-1.json").write_text("older", encoding="utf-8")
    path.write_bytes(spoilt)
    assert Answers.load(path, read_only=True).plain == {}
    assert path.read_bytes() == spoilt
    kept = Answers.load(path)
    assert kept.notice == path.parent / "answers.corrupt-2.json"
    assert kept.notice.read_bytes() == spoilt
    kept.put("lab1", "path", 1)
    assert Answers.load(path).get("lab1", "path") == 1


def test_a_newer_file_is_left_alone(path: Path) -> None:
    path.write_text('{"schema": 2}', encoding="utf-8")
    with pytest.raises(LabError, match=r"schema 2.*请更新"):
        Answers.load(path)
    assert path.read_text(encoding="utf-8") == '{"schema": 2}'


@pytest.mark.parametrize("value", [float("nan"), {1, 2}, b"x"])
def test_what_is_not_plain_is_refused(path: Path, value: object) -> None:
    with pytest.raises(LabError, match="答案 path"):
        Answers.load(path).put("lab1", "path", value)
    assert not path.exists()


def test_a_folder_that_cannot_be_written_is_named(tmp_path: Path) -> None:
    with pytest.raises(LabError, match="答案写不进"):
        Answers.load(tmp_path / "gone" / "answers.json").put("lab1", "path", 1)
