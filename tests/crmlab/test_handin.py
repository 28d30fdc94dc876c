"""Hand-ins: packed whole, unpacked with care, nothing overwritten and nothing lost."""

import json
import sqlite3
import struct
import zipfile
from contextlib import closing
from pathlib import Path

import pytest

from crmlab import archive
from crmlab.errors import LabError
from crmlab.handin import collect, language_of, student_of, submit

PROJECT = "project01_tiny"


@pytest.fixture
def workspace(tmp_path: Path) -> Path:
    folder = tmp_path / "workspace" / PROJECT
    (folder / "plays").mkdir(parents=True)
    (folder / "data" / "001").mkdir(parents=True)
    (folder / "lab1_sum.ipynb").write_text('{"cells": []}', encoding="utf-8")
    (folder / "answers.json").write_text('{"student": "2024001", "x": 1}', encoding="utf-8")
    (folder / "plays" / "call.json").write_text("{}", encoding="utf-8")
    (folder / "data" / "001" / "calls.parquet").write_bytes(b"data")
    return tmp_path / "workspace"


@pytest.fixture
def course(tmp_path: Path) -> Path:
    (tmp_path / "course" / PROJECT).mkdir(parents=True)
    return tmp_path / "course"


@pytest.fixture
def box(tmp_path: Path) -> Path:
    (tmp_path / "box").mkdir()
    return tmp_path / "box"


@pytest.fixture
def home(tmp_path: Path) -> Path:
    (tmp_path / "home").mkdir()
    return tmp_path / "home"


def packed(
    path: Path, files: dict[str, str], *, student: str = "2024001", made: str = "2026-11-01T08:00:00+00:00"
) -> Path:
    slip = {"schema": 1, "student": student, "project": PROJECT, "made": made}
    with zipfile.ZipFile(path, "w") as file:
        for name, text in files.items():
            file.writestr(f"{PROJECT}/{name}", text)
        file.writestr("handin.json", json.dumps(slip))
    return path


def named_in(path: Path, encoding: str, names: dict[str, bytes]) -> Path:
    """Write a zip whose names are raw bytes without the UTF-8 flag, as many Windows tools do."""
    with zipfile.ZipFile(path, "w") as file:
        for number, content in enumerate(names.values()):
            file.writestr(f"{number:03d}", content)
    raw = path.read_bytes()
    with zipfile.ZipFile(path) as file:
        infos = file.infolist()
    bodies, directory = b"", b""
    for info, name in zip(infos, names, strict=True):
        label = name.encode(encoding)
        body = raw[info.header_offset + 30 + 3 : info.header_offset + 33 + info.compress_size]
        fields = (info.CRC, info.compress_size, info.file_size, len(label), 0)
        directory += struct.pack(
            "<4s6H3L5H2L", b"PK\1\2", 20, 20, 0, 0, 0, 33, *fields, 0, 0, 0, 0, len(bodies)
        )
        directory += label
        bodies += struct.pack("<4s5H3L2H", b"PK\3\4", 20, 0, 0, 0, 33, *fields) + label + body
    end = struct.pack("<4s4H2LH", b"PK\5\6", 0, 0, len(infos), len(infos), len(directory), len(bodies), 0)
    path.write_bytes(bodies + directory + end)
    return path


def test_a_hand_in_holds_the_students_files_and_not_the_data(workspace: Path) -> None:
    path = submit(workspace, PROJECT, " 2024001 ")
    assert path == workspace / "handin" / f"2024001_{PROJECT}.zip"
    with zipfile.ZipFile(path) as file:
        slip = json.loads(file.read("handin.json"))
        names = sorted(file.namelist())
    assert names == [
        "handin.json",
        *(f"{PROJECT}/{n}" for n in ("answers.json", "lab1_sum.ipynb", "plays/call.json")),
    ]
    assert (slip["student"], slip["project"]) == ("2024001", PROJECT)
    assert sorted(slip["files"]) == ["answers.json", "lab1_sum.ipynb", "plays/call.json"]


def test_an_open_database_goes_in_whole(workspace: Path) -> None:
    with closing(sqlite3.connect(workspace / PROJECT / "crm.sqlite3")) as open_one:
        open_one.execute("pragma journal_mode=wal")
        open_one.execute("create table calls (id integer)")
        open_one.execute("insert into calls values (7)")
        open_one.commit()
        path = submit(workspace, PROJECT, "2024001")
    with zipfile.ZipFile(path) as file:
        (workspace / "copy.sqlite3").write_bytes(file.read(f"{PROJECT}/crm.sqlite3"))
    with closing(sqlite3.connect(workspace / "copy.sqlite3")) as copy:
        assert copy.execute("select id from calls").fetchall() == [(7,)]


def test_a_database_that_is_none_is_refused(workspace: Path) -> None:
    (workspace / PROJECT / "crm.sqlite3").write_bytes(b"no database at all" * 100)
    with pytest.raises(LabError, match=r"crm\.sqlite3 读不出来"):
        submit(workspace, PROJECT, "2024001")


def test_a_project_that_is_not_there_is_refused_with_those_that_are(workspace: Path) -> None:
    with pytest.raises(LabError, match=r"project99.*现有的项目：project01_tiny"):
        submit(workspace, "project99", "2024001")


def test_a_folder_without_notebooks_is_refused(workspace: Path) -> None:
    (workspace / PROJECT / "lab1_sum.ipynb").unlink()
    with pytest.raises(LabError, match="没有 lab 开头的笔记本"):
        submit(workspace, PROJECT, "2024001")


def test_the_id_comes_from_the_notebook_or_is_asked_for(workspace: Path) -> None:
    assert student_of(workspace, PROJECT) == "2024001"
    (workspace / PROJECT / "answers.json").unlink()
    with pytest.raises(LabError, match="--student"):
        student_of(workspace, PROJECT)


def test_what_is_said_of_a_hand_in_is_in_the_projects_language(workspace: Path) -> None:
    assert language_of(workspace, PROJECT) == "zh"
    about = workspace / PROJECT / "project.toml"
    for text, lang in (('language = "en"', "en"), ('language = "xx"', "zh"), ("language = ", "zh")):
        about.write_text(text, encoding="utf-8")
        assert language_of(workspace, PROJECT) == lang
    about.write_text('language = "en"', encoding="utf-8")
    (workspace / PROJECT / "answers.json").unlink()
    with pytest.raises(LabError, match="student ID is not known"):
        student_of(workspace, PROJECT)


def test_from_workspace_to_class_and_back_the_files_are_the_same(
    workspace: Path, box: Path, home: Path, course: Path
) -> None:
    submit(workspace, PROJECT, "2024001").rename(box / "王一_作业(3).zip")
    (row,) = collect(box, home, course=course)
    assert (row.student, row.project, row.status, row.note) == ("2024001", PROJECT, "collected", "")
    there = home / "submitted" / "2024001" / PROJECT
    assert sorted(p.relative_to(there).as_posix() for p in there.rglob("*") if p.is_file()) == [
        "answers.json",
        "lab1_sum.ipynb",
        "plays/call.json",
        "timestamp.txt",
    ]
    assert (there / "timestamp.txt").read_text().endswith(" UTC")


def test_collecting_twice_changes_nothing(box: Path, home: Path, course: Path) -> None:
    packed(box / "old.zip", {"lab1.ipynb": "old"}, made="2026-11-01T08:00:00+00:00")
    packed(box / "new.zip", {"lab1.ipynb": "new"}, made="2026-11-02T08:00:00+00:00")
    collect(box, home, course=course)
    before = sorted(home.rglob("*"))
    assert [row.status for row in collect(box, home, course=course)] == ["unchanged", "unchanged"]
    assert sorted(home.rglob("*")) == before


@pytest.mark.parametrize("names", [("a.zip", "b.zip"), ("b.zip", "a.zip")])
def test_of_two_hand_ins_the_newest_counts_and_the_older_is_kept(
    box: Path, home: Path, course: Path, names: tuple[str, str]
) -> None:
    packed(box / names[0], {"lab1.ipynb": "old"}, made="2026-11-01T08:00:00+00:00")
    packed(box / names[1], {"lab1.ipynb": "new"}, made="2026-11-02T08:00:00+00:00")
    collect(box, home, course=course)
    assert (home / "submitted" / "2024001" / PROJECT / "lab1.ipynb").read_text() == "new"
    (aside,) = (home / "set_aside" / "2024001").iterdir()
    assert (aside / "lab1.ipynb").read_text() == "old"


def test_an_older_hand_in_that_comes_later_is_set_aside(box: Path, home: Path, course: Path) -> None:
    packed(box / "a.zip", {"lab1.ipynb": "new"}, made="2026-11-02T08:00:00+00:00")
    collect(box, home, course=course)
    packed(box / "b.zip", {"lab1.ipynb": "old"}, made="2026-11-01T08:00:00+00:00")
    assert [row.status for row in collect(box, home, course=course)] == ["unchanged", "set_aside"]
    assert (home / "submitted" / "2024001" / PROJECT / "lab1.ipynb").read_text() == "new"


def test_a_broken_zip_is_a_row_and_the_others_go_on(box: Path, home: Path, course: Path) -> None:
    whole = packed(box / "2024002.zip", {"lab1.ipynb": "x"}, student="2024002").read_bytes()
    (box / "2024001.zip").write_bytes(whole[:60])
    broken, good = collect(box, home, course=course)
    assert (broken.status, good.status) == ("refused", "collected")
    assert "2024001.zip 不是完整的压缩包" in broken.note


def test_ids_outside_the_list_or_unlike_the_file_name_are_flagged(
    box: Path, home: Path, course: Path
) -> None:
    (home / "roster.csv").write_text("学号\n2024001\n", encoding="utf-8")
    packed(box / f"2024009_{PROJECT}.zip", {"lab1.ipynb": "x"})
    packed(box / "guest.zip", {"lab1.ipynb": "x"}, student="guest")
    differs, guest = collect(box, home, course=course)
    assert (differs.student, differs.flags) == ("2024001", ("id_differs",))
    assert (guest.status, guest.flags) == ("collected", ("unlisted",))


@pytest.mark.parametrize("encoding", ["utf-8", "gb18030"])
def test_chinese_names_are_read_whatever_tool_wrote_them(
    box: Path, home: Path, course: Path, encoding: str
) -> None:
    files = {f"王一的作业/{PROJECT}/lab1_sum.ipynb": b"x", f"王一的作业/{PROJECT}/plays/来电.json": b"{}"}
    named_in(box / f"王一_2024001_{PROJECT} (2).zip", encoding, files)
    (row,) = collect(box, home, course=course)
    assert (row.student, row.status, row.note) == ("2024001", "collected", "没有交作业单，学号取自文件名")
    assert (home / "submitted" / "2024001" / PROJECT / "plays" / "来电.json").read_bytes() == b"{}"


def test_a_zip_inside_a_zip_is_looked_through(box: Path, home: Path, course: Path) -> None:
    inner = packed(box / "inner", {"lab1.ipynb": "x"}).read_bytes()
    with zipfile.ZipFile(box / "outer.zip", "w") as outer:
        outer.writestr(f"2024001_{PROJECT}.zip", inner)
    (row,) = collect(box, home, course=course)
    assert (row.student, row.status) == ("2024001", "collected")


@pytest.mark.parametrize(
    "name", ["../evil.ipynb", "/etc/evil.ipynb", "a\\..\\..\\evil", "C:evil", "con", "a\x01b"]
)
def test_a_name_that_leads_outside_is_refused(box: Path, home: Path, course: Path, name: str) -> None:
    path = packed(box / "a.zip", {"lab1.ipynb": "x"})
    with zipfile.ZipFile(path, "a") as file:
        file.writestr(zipfile.ZipInfo(name), "evil")
    (row,) = collect(box, home, course=course)
    assert row.status == "refused" and "不安全" in row.note
    assert not (home / "submitted").exists()


def test_a_link_is_refused(box: Path, home: Path, course: Path) -> None:
    path = packed(box / "a.zip", {"lab1.ipynb": "x"})
    link = zipfile.ZipInfo(f"{PROJECT}/answers.json")
    link.external_attr = 0o120777 << 16
    with zipfile.ZipFile(path, "a") as file:
        file.writestr(link, "/etc/passwd")
    (row,) = collect(box, home, course=course)
    assert "是链接，不是文件" in row.note


def test_too_many_files_bytes_or_compression_are_refused(box: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with zipfile.ZipFile(box / "bomb.zip", "w", zipfile.ZIP_DEFLATED) as file:
        file.writestr("zeros", b"\0" * (archive.RATIO_MATTERS_ABOVE + 1))
    with pytest.raises(LabError, match="倍，不像作业"):
        archive.members(box / "bomb.zip")
    monkeypatch.setattr(archive, "MAX_BYTES", 1_000_000)
    with pytest.raises(LabError, match="最多 1 MB"):
        archive.members(box / "bomb.zip")
    monkeypatch.setattr(archive, "MAX_FILES", 0)
    with pytest.raises(LabError, match="1 个文件，最多 0 个"):
        archive.members(box / "bomb.zip")


def test_a_lie_about_a_size_is_refused(box: Path) -> None:
    path = packed(box / "a.zip", {"lab1.ipynb": "x" * 1000})
    raw = path.read_bytes()
    path.write_bytes(raw.replace(struct.pack("<2L", 1000, 1000), struct.pack("<2L", 1000, 10)))
    with pytest.raises(LabError, match=r"a\.zip"):
        archive.members(path)


def test_a_zip_with_a_password_is_refused(box: Path) -> None:
    raw = bytearray(packed(box / "a.zip", {"lab1.ipynb": "x"}).read_bytes())
    for header, flags in ((b"PK\3\4", 6), (b"PK\1\2", 8)):
        at = raw.find(header)
        while at >= 0:
            raw[at + flags] |= 1
            at = raw.find(header, at + 1)
    (box / "a.zip").write_bytes(raw)
    with pytest.raises(LabError, match=r"a\.zip 有密码"):
        archive.members(box / "a.zip")


def test_what_cannot_be_written_is_a_row_and_the_others_go_on(box: Path, home: Path, course: Path) -> None:
    packed(box / "a.zip", {"plays": "a file", "plays/call.json": "{}", "lab1.ipynb": "x"})
    packed(box / "b.zip", {"lab1.ipynb": "x"}, student="2024002")
    clash, good = collect(box, home, course=course)
    assert (clash.status, good.status) == ("refused", "collected")
    assert "写不进" in clash.note


def test_two_files_of_one_name_are_refused(box: Path) -> None:
    with zipfile.ZipFile(box / "a.zip", "w") as file:
        file.writestr("lab1.ipynb", "x")
        file.writestr("LAB1.ipynb", "y")
    with pytest.raises(LabError, match="有两个"):
        archive.members(box / "a.zip")


@pytest.mark.parametrize("slip", ["{", "[1]"])
def test_an_unreadable_slip_is_refused(box: Path, home: Path, course: Path, slip: str) -> None:
    with zipfile.ZipFile(box / "a.zip", "w") as file:
        file.writestr("handin.json", slip)
    (row,) = collect(box, home, course=course)
    assert row.status == "refused" and "handin.json" in row.note


@pytest.mark.parametrize("student", ["../../etc", "王一", "a/b"])
def test_an_impossible_id_is_refused(box: Path, home: Path, course: Path, student: str) -> None:
    packed(box / "a.zip", {"lab1.ipynb": "x"}, student=student)
    (row,) = collect(box, home, course=course)
    assert row.status == "refused" and "不能用" in row.note


def test_a_project_the_course_does_not_have_is_refused_with_those_it_has(
    box: Path, home: Path, course: Path
) -> None:
    with zipfile.ZipFile(box / "2024001_project99_none.zip", "w") as file:
        file.writestr("project99_none/lab1.ipynb", "x")
    (row,) = collect(box, home, course=course)
    assert "project99_none 的作业，课程里没有；现有的项目：project01_tiny" in row.note


def test_a_zip_without_a_notebook_is_refused(box: Path, home: Path, course: Path) -> None:
    packed(box / "a.zip", {"answers.json": "{}"})
    (row,) = collect(box, home, course=course)
    assert "没有 project01_tiny 的笔记本" in row.note


def test_a_file_changed_after_packing_is_flagged(
    workspace: Path, box: Path, home: Path, course: Path
) -> None:
    made = submit(workspace, PROJECT, "2024001")
    with zipfile.ZipFile(made) as old, zipfile.ZipFile(box / "a.zip", "w") as new:
        for name in old.namelist():
            new.writestr(name, "{}" if name.endswith("answers.json") else old.read(name))
    (row,) = collect(box, home, course=course)
    assert row.flags == ("changed",) and "answers.json" in row.note


def test_a_folder_without_zips_or_no_folder_is_refused(box: Path, home: Path, course: Path) -> None:
    with pytest.raises(LabError, match="里没有压缩包"):
        collect(box, home, course=course)
    with pytest.raises(LabError, match="没有文件夹"):
        collect(box / "nothing", home, course=course)
