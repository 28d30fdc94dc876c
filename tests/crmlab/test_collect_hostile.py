"""Collecting what strangers packed: whatever comes, the class goes on, and nothing lands outside its folder."""

import io
import json
import os
import zipfile
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from crmlab import archive
from crmlab.collect import collect, label
from crmlab.errors import LabError

PROJECT = "project01_tiny"
RELAXED = settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
JSON = st.recursive(
    st.none() | st.booleans() | st.floats() | st.integers() | st.text(st.characters(), max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=8,
)


@pytest.fixture
def course(tmp_path: Path) -> Path:
    (tmp_path / "course" / PROJECT).mkdir(parents=True)
    return tmp_path / "course"


def packed(path: Path, slip: object, files: dict[str, bytes] | None = None) -> Path:
    with zipfile.ZipFile(path, "w") as file:
        file.writestr("handin.json", slip if isinstance(slip, bytes) else json.dumps(slip))
        for name, content in (files or {"lab1.ipynb": b"{}"}).items():
            file.writestr(name, content)
    return path


def box(tmp_path: Path, number: int) -> tuple[Path, Path]:
    folder, home = tmp_path / f"box{number}", tmp_path / f"home{number}"
    folder.mkdir()
    home.mkdir()
    packed(
        folder / "honest.zip", {"student": "2024009", "project": PROJECT, "made": "2026-09-01T08:00:00+00:00"}
    )
    return folder, home


COUNT = iter(range(10**6))


def honest_is_collected(tmp_path: Path, course: Path, folder: Path, home: Path) -> list:
    rows = collect(folder, home, course=course)
    json.dumps([vars(row) for row in rows], ensure_ascii=False).encode()  # can be shown
    told = {row.file: row for row in rows}
    assert told["honest.zip"].status == "collected"
    assert {path.name for path in home.iterdir()} <= {"submitted", "set_aside"}
    assert all(path.resolve().is_relative_to(home) for path in home.rglob("*"))
    return rows


@RELAXED
@given(
    made=st.one_of(JSON, st.datetimes().map(str), st.just("0001-01-01T00:00:00+14:00")),
    student=JSON,
    project=JSON,
    more=JSON,
)
def test_whatever_a_slip_says_the_class_goes_on(tmp_path, course, made, student, project, more):
    folder, home = box(tmp_path, next(COUNT))
    slip = {"student": student, "project": project, "made": made, "files": more}
    raw = json.dumps(slip).encode()
    packed(folder / "strange.zip", raw)
    known = json.dumps({**slip, "student": "2024001", "project": PROJECT}).encode()
    packed(folder / "strange2.zip", known)
    honest_is_collected(tmp_path, course, folder, home)


@RELAXED
@given(raw=st.binary(max_size=400), cut=st.integers(0, 400), at=st.integers(0, 300), byte=st.integers(0, 255))
def test_whatever_bytes_a_zip_has_the_class_goes_on(tmp_path, course, raw, cut, at, byte):
    folder, home = box(tmp_path, next(COUNT))
    good = packed(tmp_path / "good.zip", {"student": "2024001", "project": PROJECT}).read_bytes()
    (folder / "noise.zip").write_bytes(raw)
    (folder / "cut.zip").write_bytes(good[:cut])
    (folder / "bitten.zip").write_bytes(good[: at % len(good)] + bytes([byte]) + good[at % len(good) + 1 :])
    honest_is_collected(tmp_path, course, folder, home)


@RELAXED
@given(name=st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=60))
def test_whatever_a_member_is_called_the_class_goes_on(tmp_path, course, name):
    folder, home = box(tmp_path, next(COUNT))
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w") as file:
        file.writestr("handin.json", json.dumps({"student": "2024001", "project": PROJECT}))
        file.writestr("lab1.ipynb", "{}")
        file.writestr(zipfile.ZipInfo(name), "x")
    (folder / "named.zip").write_bytes(made.getvalue())
    honest_is_collected(tmp_path, course, folder, home)


def test_a_slip_nested_without_end_is_a_row(tmp_path, course):
    folder, home = box(tmp_path, next(COUNT))
    packed(folder / "deep.zip", b"[" * 200_000 + b"]" * 200_000)
    rows = honest_is_collected(tmp_path, course, folder, home)
    assert [row.status for row in rows if row.file == "deep.zip"] == ["refused"]


@pytest.mark.parametrize(
    "made", ["9999-12-31T23:59:59+00:00", "0001-01-01T00:00:00+14:00", "1970-01-01T00:00:00+00:00"]
)
def test_a_time_that_cannot_be_is_not_believed(tmp_path, course, made):
    folder, home = box(tmp_path, next(COUNT))
    path = packed(folder / "odd.zip", {"student": "2024001", "project": PROJECT, "made": made})
    honest_is_collected(tmp_path, course, folder, home)
    stamp = (home / "submitted/2024001" / PROJECT / "timestamp.txt").read_text()
    there = datetime.fromisoformat(stamp.removesuffix(" UTC")).replace(tzinfo=UTC)
    assert abs(there - datetime.fromtimestamp(path.stat().st_mtime, tz=UTC)) < timedelta(seconds=1)


def test_a_file_name_in_gbk_is_shown_as_people_read_it(tmp_path, course):
    folder, home = box(tmp_path, next(COUNT))
    packed(tmp_path / "a.zip", {"student": "2024001", "project": PROJECT})
    raw = os.fsencode(folder) + "/王一的作业.zip".encode("gbk")
    (tmp_path / "a.zip").rename(os.fsdecode(raw))
    assert label(Path(os.fsdecode(raw))) == "王一的作业.zip"
    rows = honest_is_collected(tmp_path, course, folder, home)
    assert {row.file for row in rows} == {"honest.zip", "王一的作业.zip"}


def test_a_zip_too_large_to_be_read_is_refused_unread(tmp_path, monkeypatch):
    path = packed(tmp_path / "a.zip", {})
    monkeypatch.setattr(archive, "MAX_BYTES", 10)
    monkeypatch.setattr(Path, "read_bytes", lambda self: pytest.fail("was read"))
    with pytest.raises(LabError, match="最多 0 MB"):
        archive.members(path)


def test_a_zip_that_goes_away_meanwhile_is_a_row(tmp_path, course):
    folder, home = box(tmp_path, next(COUNT))
    (folder / "locked.zip").mkdir()
    (folder / "dangling.zip").symlink_to(tmp_path / "nowhere.zip")
    honest_is_collected(tmp_path, course, folder, home)
