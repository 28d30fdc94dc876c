"""A class saved in one file and put back: whole, checked, and never over another one."""

import json
import sqlite3
import stat
import zipfile
from contextlib import closing
from pathlib import Path

import pytest
from typer import Typer
from typer.testing import CliRunner

from crmlab.backup import SLIP, backup, restore
from crmlab.commands import keeping
from crmlab.errors import LabError


@pytest.fixture
def home(tmp_path: Path) -> Path:
    home = tmp_path / "grading"
    for name, text in {
        "course.key": "a" * 64,
        "roster.csv": "id,name,class\n1,王一,一班\n",
        "submitted/1/project01_tiny/lab1_sum.ipynb": "{}",
        "submitted/1/project01_tiny/.x.part": "half",
        "set_aside/1/project01_tiny-2026/作业.ipynb": "{}",
        "by_hand/project01_tiny.json": "{}",
        "variants/001/visible/calls.parquet": "PAR1",
        "feedback/1/x.html": "made again",
        "class2/course.key": "b" * 64,
    }.items():
        (home / name).parent.mkdir(parents=True, exist_ok=True)
        (home / name).write_text(text, encoding="utf-8")
    with closing(sqlite3.connect(home / "gradebook.db")) as book:
        book.execute("CREATE TABLE grade (score)")
        book.execute("INSERT INTO grade VALUES (4)")
        book.commit()
    return home


def there(home: Path) -> dict[str, str]:
    files = (path for path in home.rglob("*") if path.is_file() and path.suffix != ".db")
    return {path.relative_to(home).as_posix(): path.read_text(encoding="utf-8") for path in files}


def scores(home: Path) -> list[tuple[int]]:
    with closing(sqlite3.connect(home / "gradebook.db")) as book:
        return book.execute("SELECT score FROM grade").fetchall()


def test_a_class_comes_back_as_it_was(home: Path, tmp_path: Path) -> None:
    saved = backup(home, tmp_path / "b.zip")
    assert (saved.files, saved.handins) == (7, 1)
    assert restore(saved.path, tmp_path / "new") is None
    gone = {"submitted/1/project01_tiny/.x.part", "feedback/1/x.html", "class2/course.key"}
    assert there(tmp_path / "new") == {name: text for name, text in there(home).items() if name not in gone}
    assert scores(tmp_path / "new") == [(4,)]


def test_only_the_owner_may_read_the_key(home: Path, tmp_path: Path) -> None:
    saved = backup(home, tmp_path)
    restore(saved.path, tmp_path / "new")
    modes = [stat.S_IMODE(path.stat().st_mode) for path in (saved.path, tmp_path / "new" / "course.key")]
    assert modes == [0o600, 0o600]


def test_a_gradebook_in_use_is_saved_as_of_its_last_commit(home: Path, tmp_path: Path) -> None:
    with closing(sqlite3.connect(home / "gradebook.db")) as writer:
        writer.execute("PRAGMA journal_mode=WAL")
        writer.execute("INSERT INTO grade VALUES (5)")
        writer.commit()
        writer.execute("INSERT INTO grade VALUES (6)")
        backup(home, tmp_path / "b.zip")
    restore(tmp_path / "b.zip", tmp_path / "new")
    assert scores(tmp_path / "new") == [(4,), (5,)]


def test_a_class_that_is_there_is_moved_aside_only_when_told(home: Path, tmp_path: Path) -> None:
    backup(home, tmp_path / "b.zip")
    (home / "roster.csv").write_text("newer", encoding="utf-8")
    with pytest.raises(LabError, match=r"已有 course\.key、roster\.csv.*不会覆盖；.*--replace"):
        restore(tmp_path / "b.zip", home)
    assert (home / "roster.csv").read_text(encoding="utf-8") == "newer"
    aside = restore(tmp_path / "b.zip", home, replace=True)
    assert aside is not None and (aside / "roster.csv").read_text(encoding="utf-8") == "newer"
    assert (home / "roster.csv").read_text(encoding="utf-8").startswith("id,")
    assert (aside / "feedback").is_dir() and (home / "class2" / "course.key").exists()


def test_backup_refuses_what_is_no_class_and_never_overwrites(home: Path, tmp_path: Path) -> None:
    with pytest.raises(LabError, match="没有密钥"):
        backup(tmp_path / "nothing", tmp_path / "b.zip")
    (tmp_path / "b.zip").write_text("mine", encoding="utf-8")
    with pytest.raises(LabError, match="已经有了，不会覆盖"):
        backup(home, tmp_path / "b.zip")
    with pytest.raises(LabError, match="nowhere 不存在"):
        backup(home, tmp_path / "nowhere" / "b.zip")
    assert (tmp_path / "b.zip").read_text(encoding="utf-8") == "mine"


def test_backup_into_a_folder_that_takes_nothing_is_told(home: Path) -> None:
    with pytest.raises(LabError, match="备份写不进"):
        backup(home, Path("/proc/self/fdinfo/b.zip"))


def test_a_damaged_gradebook_is_not_saved(home: Path, tmp_path: Path) -> None:
    (home / "gradebook.db").write_bytes(b"SQLite format 3\0" + b"x" * 5000)
    with pytest.raises(LabError, match="读不出来"):
        backup(home, tmp_path / "b.zip")
    assert list(tmp_path.glob("*b.zip*")) == []


def spoil(saved: Path, spoilt: Path, change: dict[str, bytes], **slip: object) -> Path:
    with zipfile.ZipFile(saved) as old, zipfile.ZipFile(spoilt, "w") as new:
        told = json.loads(old.read(SLIP)) | slip
        for name in old.namelist():
            if name != SLIP:
                new.writestr(name, change.get(name, old.read(name)))
        new.writestr(SLIP, json.dumps(told))
    return spoilt


def test_a_changed_backup_is_refused_before_anything_is_touched(home: Path, tmp_path: Path) -> None:
    saved, new = backup(home, tmp_path / "b.zip").path, tmp_path / "new"
    outside = {
        "../outside": {
            "bytes": 1,
            "sha256": "ca978112ca1bbdcafac231b39a23dc4da786eff8147c4e72b9807785afee48bb",
        }
    }
    (tmp_path / "cut.zip").write_bytes(saved.read_bytes()[:-200])
    (tmp_path / "text.zip").write_text("no zip", encoding="utf-8")
    for path, rule in (
        (spoil(saved, tmp_path / "1.zip", {"roster.csv": b"x"}), r"roster\.csv 与保存时不一样"),
        (spoil(saved, tmp_path / "2.zip", {}, schema=99), "更新版本"),
        (spoil(saved, tmp_path / "3.zip", {}, files={"nothing": {}}), "不是完整的备份"),
        (spoil(saved, tmp_path / "4.zip", {}, files=outside), "不是完整的备份"),
        (tmp_path / "cut.zip", "不是完整的备份"),
        (tmp_path / "text.zip", "不是完整的备份"),
        (tmp_path / "gone.zip", r"没有文件 .*gone\.zip"),
    ):
        with pytest.raises(LabError, match=rule):
            restore(path, new)
    assert list(new.iterdir()) == []


def test_a_backup_leads_to_no_other_place(home: Path, tmp_path: Path) -> None:
    import hashlib

    name, content = "../outside", b"a"
    with zipfile.ZipFile(tmp_path / "b.zip", "w") as made:
        made.writestr(name, content)
        told = {name: {"bytes": 1, "sha256": hashlib.sha256(content).hexdigest()}}
        made.writestr(SLIP, json.dumps({"schema": 1, "files": told}))
    with pytest.raises(LabError, match="与保存时不一样"):
        restore(tmp_path / "b.zip", tmp_path / "new")
    assert not (tmp_path / "outside").exists() and not (tmp_path / "new" / "outside").exists()


def test_a_backup_with_a_spoilt_gradebook_is_refused(home: Path, tmp_path: Path) -> None:
    import hashlib

    content = b"SQLite format 3\0" + b"x" * 5000
    with zipfile.ZipFile(tmp_path / "b.zip", "w") as made:
        made.writestr("gradebook.db", content)
        told = {"gradebook.db": {"bytes": 1, "sha256": hashlib.sha256(content).hexdigest()}}
        made.writestr(SLIP, json.dumps({"schema": 1, "files": told}))
    with pytest.raises(LabError, match="里的成绩册坏了"):
        restore(tmp_path / "b.zip", tmp_path / "new")


def test_the_commands_tell_what_they_did(home: Path, tmp_path: Path) -> None:
    app = Typer()
    keeping.add_to(app)
    said = CliRunner().invoke(app, ["backup", str(tmp_path / "b.zip"), "--home", str(home)])
    assert said.exit_code == 0 and "7 个文件、1 份作业" in said.output and "密钥" in said.output
    said = CliRunner().invoke(app, ["restore", str(tmp_path / "b.zip"), "--home", str(home), "--replace"])
    assert said.exit_code == 0 and "原来的移到：" in said.output
