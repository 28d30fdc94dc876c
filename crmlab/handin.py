"""A hand-in's way from the student's workspace into the class's folder."""

import hashlib
import json
import os
import sqlite3
import tempfile
import tomllib
import zipfile
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

from crmlab.archive import SLIP
from crmlab.collect import Row, collect
from crmlab.errors import LabError
from crmlab.language import LANGUAGES, translator
from crmlab.released import clean_id

__all__ = ["Row", "collect", "language_of", "student_of", "submit"]

SCHEMA = 1
PARTS = ("lab*.ipynb", "answers.json", "plays/*.json", "policy.json")
DATABASE = "crm.sqlite3"


def language_of(workspace: Path, project: str) -> str:
    """Return the language in which a project lies in the workspace; Chinese when it does not say."""
    try:
        about = tomllib.loads((workspace / project / "project.toml").read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return "zh"
    return str(about["language"]) if about.get("language") in LANGUAGES else "zh"


def submit(workspace: Path, project: str, student: str) -> Path:
    """Make `workspace/handin/<id>_<project>.zip` from the student's files and return it.

    The CRM's database goes in by SQLite's own backup, so that it is whole even while the CRM is open. An
    earlier zip of the same name is replaced only when the new one is complete. Raises LabError when there is
    no such project in the workspace, it has no notebook, or the id is impossible.
    """
    student = clean_id(student)
    folder = workspace / project
    if not folder.is_dir():
        there = "、".join(sorted({p.parent.name for p in workspace.glob("*/lab*.ipynb")})) or "（还没有）"
        raise LabError(f"实训文件夹里没有 {project}；现有的项目：{there}")
    files = {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for part in PARTS
        for path in sorted(folder.glob(part))
        if path.is_file() and not path.is_symlink()
    }
    if not any(name.endswith(".ipynb") for name in files):
        raise LabError(f"{folder} 里没有 lab 开头的笔记本；请先用 lab.py 打开并做这个项目")
    if (folder / DATABASE).is_file():
        files[DATABASE] = _backup(folder / DATABASE)
    target = workspace / "handin" / f"{student}_{project}.zip"
    _write_zip(target, project, files, _slip(student, project, files))
    return target


def _slip(student: str, project: str, files: dict[str, bytes]) -> bytes:
    slip = {
        "schema": SCHEMA,
        "student": student,
        "project": project,
        "made": datetime.now(UTC).isoformat(timespec="microseconds"),
        "files": {name: hashlib.sha256(content).hexdigest() for name, content in files.items()},
    }
    return (json.dumps(slip, ensure_ascii=False, indent=1) + "\n").encode()


def _backup(database: Path) -> bytes:
    """Return a whole copy of an SQLite file; raise LabError when it is none."""
    with tempfile.TemporaryDirectory() as scratch:
        copy = Path(scratch) / DATABASE
        try:
            with (
                closing(sqlite3.connect(f"{database.resolve().as_uri()}?mode=ro", uri=True)) as source,
                closing(sqlite3.connect(copy)) as target,
            ):
                source.backup(target)
        except sqlite3.DatabaseError as error:
            raise LabError(
                f"{database.name} 读不出来（{error}）；请关闭客户关系管理系统后重试，或向老师求助"
            ) from error
        return copy.read_bytes()


def _write_zip(target: Path, project: str, files: dict[str, bytes], slip: bytes) -> None:
    target.parent.mkdir(parents=True, exist_ok=True)
    handle, draft = tempfile.mkstemp(dir=target.parent, suffix=".part")
    os.close(handle)
    try:
        with zipfile.ZipFile(draft, "w", zipfile.ZIP_DEFLATED) as archive:
            for name, content in files.items():
                archive.writestr(f"{project}/{name}", content)
            archive.writestr(SLIP, slip)
        Path(draft).chmod(0o644)
        Path(draft).replace(target)
    finally:
        Path(draft).unlink(missing_ok=True)


def student_of(workspace: Path, project: str) -> str:
    """Return the id that the student typed into a notebook of `project`; raise LabError without one."""
    for path in (workspace / project / "answers.json", workspace / ".crmlab" / "me.json"):
        try:
            student = json.loads(path.read_text(encoding="utf-8")).get("student")
        except (OSError, ValueError, AttributeError):
            continue
        if student:
            return clean_id(str(student))
    _ = translator(language_of(workspace, project))
    raise LabError(
        _("还不知道你的学号；请在 {project} 的笔记本里填写，或加上 --student 学号").format(project=project)
    )
