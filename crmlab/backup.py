"""Everything of a class that cannot be made again, saved in one file and put back from it."""

import hashlib
import json
import os
import shutil
import sqlite3
import tempfile
import zipfile
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path, PurePosixPath
from typing import Any

from crmlab.errors import LabError

KEPT = (
    "course.key",
    "roster.csv",
    "assigned.json",
    "submitted",
    "set_aside",  # after `submitted`: what moves there meanwhile is met in one of the two
    "marks",
    "by_hand",
    "autograded",
    "variants",
)
REMADE = ("release", "release-en", "feedback", "reports", "tidied", "solution", "source_with_tests")
"""What a restored class makes again; it would not fit the class that is put back."""
BOOK = "gradebook.db"
SLIP = "crmlab-backup.json"
SCHEMA = 1
PACKED_ALREADY = (".parquet", ".zip", ".png", ".xlsx")


@dataclass(frozen=True)
class Saved:
    """A backup: its file, how many files are in it, the bytes it takes, and of how many hand-ins."""

    path: Path
    files: int
    bytes: int
    handins: int


def backup(home: Path, path: Path) -> Saved:
    """Save what `home` cannot make again to `path` (a new file, or a folder to put one in).

    The gradebook is copied by SQLite's own backup, so it may be in use meanwhile; the file is written whole
    or not at all, and only its owner may read it: the key is in it. Raises LabError when there is no class,
    the file is there already, or cannot be written.
    """
    if not (home / "course.key").exists():
        raise LabError(f"{home} 里没有密钥 course.key，不是一个班级文件夹；请用 --home 指出班级文件夹")
    if path.is_dir():
        path = path / f"crmlab-{home.name}-{datetime.now():%Y%m%d-%H%M%S}.zip"
    if path.exists():
        raise LabError(f"{path} 已经有了，不会覆盖；请换个文件名，或给一个文件夹，由程序起名")
    if not path.parent.is_dir():
        raise LabError(f"文件夹 {path.parent} 不存在；请先建好它，或换一个地方存备份")
    draft = path.with_name(f".{path.name}.part")
    try:
        with tempfile.TemporaryDirectory() as folder, _private(draft) as archive:
            files = _fill(archive, home, Path(folder))
        draft.replace(path)
    except OSError as error:
        raise LabError(f"备份写不进 {path.parent}（{error.strerror}）；请检查磁盘空间和写权限") from error
    finally:
        draft.unlink(missing_ok=True)
    handins = {name.rsplit("/", 2)[0] for name in files if name.startswith("submitted/")}
    return Saved(path, len(files), path.stat().st_size, len(handins))


def restore(path: Path, home: Path, *, replace: bool = False) -> Path | None:
    """Put the class in `path` back into `home`; return where what was there has been moved, or None.

    Every file is checked before anything is touched. Raises LabError when the file is no whole backup, or
    when `home` already holds a class and `replace` was not said; nothing is ever deleted.
    """
    there = [name for name in (*KEPT, BOOK) if (home / name).exists()]
    if there and not replace:
        raise LabError(
            f"{home} 里已有 {'、'.join(there)}，不会覆盖；请用 --home 换一个空文件夹，"
            "或加 --replace（原来的会整个移到旁边的文件夹，不会删除）"
        )
    home.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=home, prefix=".restoring-") as folder:
        _unpack(path, Path(folder))
        aside = _move_aside(home)
        for part in sorted(Path(folder).iterdir()):
            part.rename(home / part.name)
    return aside


def _private(draft: Path) -> zipfile.ZipFile:
    draft.unlink(missing_ok=True)
    os.close(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600))
    return zipfile.ZipFile(draft, "w", zipfile.ZIP_DEFLATED, compresslevel=6)


def _fill(archive: zipfile.ZipFile, home: Path, scratch: Path) -> dict[str, Any]:
    files: dict[str, Any] = {}

    def add(name: str, content: bytes) -> None:
        kind = zipfile.ZIP_STORED if name.endswith(PACKED_ALREADY) else zipfile.ZIP_DEFLATED
        archive.writestr(name, content, compress_type=kind)
        files[name] = {"bytes": len(content), "sha256": hashlib.sha256(content).hexdigest()}

    if (home / BOOK).exists():
        add(BOOK, _copy_of_the_book(home / BOOK, scratch / BOOK))
    for path in _kept(home):
        try:
            content = path.read_bytes()
        except FileNotFoundError:  # collected again a moment ago: the newer folder is there, or set aside
            continue
        add(path.relative_to(home).as_posix(), content)
    slip = {"schema": SCHEMA, "made": datetime.now(UTC).isoformat(timespec="seconds"), "files": files}
    archive.writestr(SLIP, json.dumps(slip, ensure_ascii=False, indent=1))
    return files


def _kept(home: Path) -> Iterator[Path]:
    for name in KEPT:
        top = home / name
        if top.is_file():
            yield top
        for path in sorted(top.rglob("*")) if top.is_dir() else ():
            inside = path.relative_to(top).parts
            if (
                path.is_file()
                and not path.is_symlink()
                and not any(part.endswith(".part") for part in inside)
            ):
                yield path


def _copy_of_the_book(book: Path, copy: Path) -> bytes:
    try:
        read_only = f"{book.resolve().as_uri()}?mode=ro"
        with (
            closing(sqlite3.connect(read_only, uri=True)) as source,
            closing(sqlite3.connect(copy)) as target,
        ):
            source.backup(target)
        _require_sound(copy)
    except sqlite3.Error as error:
        raise LabError(
            f"成绩册 {book} 读不出来（{error}）；请关掉别的程序再试，或从上一个备份恢复"
        ) from error
    return copy.read_bytes()


def _require_sound(book: Path) -> None:
    with closing(sqlite3.connect(book)) as opened:
        said = opened.execute("PRAGMA integrity_check").fetchone()[0]
    if said != "ok":
        raise sqlite3.DatabaseError(said)


def _unpack(path: Path, folder: Path) -> None:
    """Unpack a backup into `folder`; raise LabError when any file in it is not as it was saved."""
    try:
        with zipfile.ZipFile(path) as archive:
            slip = json.loads(archive.read(SLIP))
            if slip["schema"] > SCHEMA:
                raise LabError(f"{path.name} 是更新版本的 crmlab 做的备份；请先更新 crmlab 再恢复")
            for name, told in slip["files"].items():
                content = archive.read(name)
                if hashlib.sha256(content).hexdigest() != told["sha256"] or not _ours(name):
                    raise LabError(f"备份 {path.name} 里的 {name} 与保存时不一样；请换另一个备份文件")
                target = folder / name
                target.parent.mkdir(parents=True, exist_ok=True)
                target.write_bytes(content)
    except FileNotFoundError as error:
        raise LabError(f"没有文件 {path}；请给出 crmlab backup 做的备份文件") from error
    except (OSError, zipfile.BadZipFile, KeyError, ValueError, TypeError, AttributeError, EOFError) as error:
        raise LabError(f"{path.name} 不是完整的备份（{type(error).__name__}）；请换另一个备份文件") from error
    for key in folder.glob("course.key"):
        key.chmod(0o600)
    if (folder / BOOK).exists():
        try:
            _require_sound(folder / BOOK)
        except sqlite3.Error as error:
            raise LabError(f"备份 {path.name} 里的成绩册坏了（{error}）；请换另一个备份文件") from error


def _ours(name: str) -> bool:
    parts = PurePosixPath(name).parts
    safe = not PurePosixPath(name).is_absolute() and ".." not in parts and "\\" not in name
    return safe and bool(parts) and parts[0] in (*KEPT, BOOK)


def _move_aside(home: Path) -> Path | None:
    there = [home / name for name in (*KEPT, BOOK, *REMADE) if (home / name).exists()]
    if not there:
        return None
    aside = home / f"before-restore-{datetime.now():%Y%m%d-%H%M%S-%f}"
    aside.mkdir()
    for part in there:
        shutil.move(part, aside / part.name)
    return aside
