"""Collecting: a folder full of zips from anywhere becomes `submitted/<id>/<project>`, nothing lost."""

import hashlib
import json
import os
import re
import shutil
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path, PurePosixPath
from typing import Any, Literal

from crmlab import archive
from crmlab.archive import SLIP, Member
from crmlab.errors import LabError
from crmlab.places import COURSE
from crmlab.released import clean_id

Status = Literal["collected", "unchanged", "set_aside", "refused"]
STAMP = "timestamp.txt"
EARLIEST = datetime(2000, 1, 1, tzinfo=UTC)
A_DAY = timedelta(days=1)  # clocks of classrooms may be wrong by a time zone
NAMED = re.compile(r"(?P<student>[A-Za-z0-9-]+)_(?P<project>project\d{2}_\w+?)(?=[\s(（._-]*\d*[)）]?$)")


@dataclass(frozen=True)
class Row:
    """What became of one zip."""

    student: str
    project: str
    status: Status
    note: str
    file: str
    flags: tuple[str, ...] = ()


@dataclass(frozen=True)
class HandIn:
    """A zip that could be read: whose, what, when, and its files."""

    student: str
    project: str
    made: datetime
    files: dict[str, bytes]
    source: Path
    notes: tuple[str, ...] = ()
    flags: tuple[str, ...] = ()

    @property
    def fingerprint(self) -> str:
        """The same for two hand-ins with the same files."""
        return _fingerprint(self.files)


def collect(folder: Path, home: Path, *, course: Path = COURSE) -> list[Row]:
    """Unpack every zip in `folder` (and below) into `home/submitted/`; return a row for each, by file name.

    Of several hand-ins of one student the newest counts; the others are kept in `home/set_aside/`. One that
    cannot be read is a row with its reason. Raises LabError when `folder` is none, or holds no zip.
    """
    if not folder.is_dir():
        raise LabError(f"没有文件夹 {folder}；请给出放着学生压缩包的文件夹")
    paths = sorted(path for path in folder.rglob("*") if path.suffix.lower() == ".zip" and path.is_file())
    if not paths:
        raise LabError(f"文件夹 {folder} 里没有压缩包（.zip）；请先把学生交的压缩包放进去")
    known = sorted(path.name for path in course.iterdir() if path.is_dir()) if course.is_dir() else []
    listed = _listed(home)
    rows: dict[Path, Row] = {}
    order: list[
        tuple[datetime, str, Path]
    ] = []  # of each only when it was made: a class's files fill the memory
    for path in paths:
        try:
            order.append((_read(path, known, listed).made, path.name, path))
        except (LabError, OSError) as error:
            rows[path] = _refused(path, error)
    for _made_at, _name, path in sorted(order):
        try:
            handin = _read(path, known, listed)
            rows[path] = _placed(handin, home)
        except (LabError, OSError) as error:
            rows[path] = _refused(path, error)
    return [rows[path] for path in paths]


def _refused(path: Path, error: LabError | OSError) -> Row:
    if isinstance(error, OSError):
        return Row("", "", "refused", f"{label(path)} 读不出来（{error.strerror}）；请再收一次", label(path))
    return Row("", "", "refused", str(error), label(path))


def label(path: Path) -> str:
    """Return a file's name as people read it; one whose bytes are no UTF-8 comes from a tool that wrote GBK."""
    return os.fsencode(path.name).decode("utf-8" if _is_utf8(path.name) else "gb18030", "replace")


def _is_utf8(name: str) -> bool:
    try:
        name.encode()
    except UnicodeEncodeError:
        return False
    return True


def _placed(handin: HandIn, home: Path) -> Row:
    try:
        return _place(handin, home)
    except OSError as error:
        note = f"{label(handin.source)} 写不进 {home}（{error.strerror}）；请检查磁盘和权限，再收一次"
        return Row(handin.student, handin.project, "refused", note, label(handin.source))


def _listed(home: Path) -> set[str]:
    from grader import roster

    return {student.id for student in roster.read(home / "roster.csv")}


def _read(path: Path, known: list[str], listed: set[str]) -> HandIn:
    members = archive.members(path, label(path))
    slip = _slip(members, label(path))
    named = _named(path.stem)
    student = clean_id(str(slip.get("student") or named[0]))
    project = str(slip.get("project") or named[1] or _only_folder(members))
    if project not in known:
        said = project[:60].encode("utf-8", "replace").decode() or "（没写）"
        raise LabError(
            f"{label(path)} 是项目 {said} 的作业，课程里没有；现有的项目：{'、'.join(known) or '（还没有）'}"
        )
    files = _files(members, project)
    if not any(name.endswith(".ipynb") for name in files):
        raise LabError(f"{label(path)} 里没有 {project} 的笔记本；请让学生重新运行 submit 再交一次")
    notes, flags = _remarks(slip, named[0], student, files, listed)
    return HandIn(student, project, _made(slip, path), files, path, tuple(notes), tuple(flags))


def _slip(members: list[Member], called: str) -> dict[str, Any]:
    slips = [member for member in members if member.name.name == SLIP and len(member.name.parts) <= 2]
    if not slips:
        return {}
    try:
        slip = json.loads(slips[0].content)
    except (ValueError, RecursionError) as error:
        raise LabError(f"{called} 里的 {SLIP} 读不出来；请让学生重新运行 submit 再交一次") from error
    if not isinstance(slip, dict):
        raise LabError(f"{called} 里的 {SLIP} 不是一张交作业单；请让学生重新运行 submit 再交一次")
    return slip


def _named(stem: str) -> tuple[str, str]:
    """Return (id, project) from a file name such as `王一_2024001_project03_x (1)`; empty without them."""
    found = NAMED.search(stem)
    return (found["student"], found["project"]) if found else ("", "")


def _only_folder(members: list[Member]) -> str:
    tops = {member.name.parts[0] for member in members if len(member.name.parts) > 1}
    return tops.pop() if len(tops) == 1 else ""


def _files(members: list[Member], project: str) -> dict[str, bytes]:
    """Return the project's files by name below the project's folder, wherever in the zip that lies."""
    inside = {}
    for member in members:
        parts = member.name.parts
        if project in parts[:-1]:
            inside[PurePosixPath(*parts[parts.index(project) + 1 :]).as_posix()] = member.content
    flat = {member.name.name: member.content for member in members if len(member.name.parts) == 1}
    files = inside or flat
    return {name: content for name, content in files.items() if not _ours(name)}


def _ours(name: str) -> bool:
    """Tell whether a file is not the student's to hand in: the data, the slip, our time stamp."""
    return name in (SLIP, STAMP) or name.startswith("data/")


def _remarks(
    slip: dict[str, Any], named: str, student: str, files: dict[str, bytes], listed: set[str]
) -> tuple[list[str], list[str]]:
    notes, flags = [], []
    if not slip:
        notes.append("没有交作业单，学号取自文件名")
    if slip and named and named != student:
        flags.append("id_differs")
        notes.append(f"文件名里的学号是 {named}，作业里是 {student}，按作业里的收")
    if listed and student not in listed:
        flags.append("unlisted")
        notes.append("学号不在班级名单里")
    told = slip.get("files")
    if isinstance(told, dict):
        changed = sorted(n for n, c in files.items() if told.get(n) != hashlib.sha256(c).hexdigest())
        if changed:
            flags.append("changed")
            notes.append(f"打包后又改过：{'、'.join(changed)}")
    return notes, flags


def _made(slip: dict[str, Any], path: Path) -> datetime:
    """Return when a hand-in was made, by its slip; by the file where the slip says nothing, or the impossible."""
    came = datetime.fromtimestamp(path.stat().st_mtime, tz=UTC)
    try:
        made = datetime.fromisoformat(str(slip["made"]))
        made = made.astimezone(UTC) if made.tzinfo else made.replace(tzinfo=UTC)
    except (KeyError, ValueError, OverflowError):
        return came
    return made if EARLIEST <= made <= datetime.now(UTC) + A_DAY else came


def _place(handin: HandIn, home: Path) -> Row:
    """Put a hand-in where it belongs: the newest counts, an older one is set aside."""
    target = home / "submitted" / handin.student / handin.project
    notes = list(handin.notes)
    status: Status = "collected"
    if target.is_dir():
        there = _stamp_of(target)
        if _fingerprint(_on_disk(target)) == handin.fingerprint:
            status = "unchanged"
        elif there is not None and there > handin.made and _already_aside(handin, home):
            status = "unchanged"
            notes.append("较早的一份，已在 set_aside")
        elif there is not None and there > handin.made:
            _write(_aside(home, handin.student, handin.project, handin.made), handin)
            status = "set_aside"
            notes.append("已有更新的一份，这份放到 set_aside")
        else:
            when = there or datetime.fromtimestamp(target.stat().st_mtime, tz=UTC)
            aside = _aside(home, handin.student, handin.project, when)
            shutil.move(target, aside)
            notes.append(f"较早的一份移到 set_aside/{handin.student}/{aside.name}")
    if status == "collected":
        _write(target, handin)
    return Row(handin.student, handin.project, status, "；".join(notes), label(handin.source), handin.flags)


def _already_aside(handin: HandIn, home: Path) -> bool:
    earlier = (home / "set_aside" / handin.student).glob(f"{handin.project}-*")
    return any(_fingerprint(_on_disk(folder)) == handin.fingerprint for folder in earlier)


def _aside(home: Path, student: str, project: str, when: datetime) -> Path:
    folder = home / "set_aside" / student
    folder.mkdir(parents=True, exist_ok=True)
    name = f"{project}-{when.astimezone(UTC):%Y%m%d-%H%M%S-%f}"
    taken = {path.name for path in folder.iterdir()}
    names = [name, *(f"{name}-{number}" for number in range(2, len(taken) + 3))]
    return folder / next(free for free in names if free not in taken)


def _write(target: Path, handin: HandIn) -> None:
    """Write a hand-in's folder as a whole; its time stamp has nbgrader's form."""
    draft = target.with_name(f".{target.name}.part")
    shutil.rmtree(draft, ignore_errors=True)
    for name, content in handin.files.items():
        path = draft / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
    stamp = f"{handin.made.astimezone(UTC):%Y-%m-%d %H:%M:%S.%f} UTC"
    (draft / STAMP).write_text(stamp, encoding="ascii")
    draft.rename(target)


def _stamp_of(folder: Path) -> datetime | None:
    try:
        text = (folder / STAMP).read_text(encoding="ascii").removesuffix(" UTC").strip()
        return datetime.fromisoformat(text).replace(tzinfo=UTC)
    except (OSError, ValueError):
        return None


def _on_disk(folder: Path) -> dict[str, bytes]:
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in folder.rglob("*")
        if path.is_file() and path.name != STAMP
    }


def _fingerprint(files: dict[str, bytes]) -> str:
    seen = hashlib.sha256()
    for name in sorted(files):
        seen.update(name.encode() + b"\0" + hashlib.sha256(files[name]).digest())
    return seen.hexdigest()
