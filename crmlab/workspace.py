"""The student's folder: releases are delivered into it, and a student's work is never overwritten."""

import hashlib
import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from crmlab import lock, places
from crmlab.errors import LabError

LEDGER = PurePosixPath(".crmlab/delivered.json")
SCHEMA = 1
STUDENTS = {"answers.json", "plays", "crm.sqlite3", ".ipynb_checkpoints"}  # never delivered, never touched


@dataclass(frozen=True)
class Prepared:
    """What a delivery did, as paths inside the workspace."""

    new: tuple[str, ...] = ()
    updated: tuple[str, ...] = ()
    kept: tuple[str, ...] = ()
    """Files the student changed that the release has changed, too: the student's are kept."""


def prepare(released: Path, workspace: Path) -> Prepared:
    """Deliver every project under `released` into `workspace`; return what was new, updated and kept.

    A file absent in the workspace is copied (so deleting one brings a fresh copy), one the student has not
    touched is updated, one the student changed is kept. Raises LabError when the workspace cannot be written.
    """
    try:
        workspace.mkdir(parents=True, exist_ok=True)
        ledger = _read_ledger(workspace)
        done: dict[str, list[str]] = {"new": [], "updated": [], "kept": []}
        for name, source in deliverable(released):
            verdict = _deliver(name, source, workspace / name, ledger)
            if verdict:
                done[verdict].append(name)
        _write(workspace / LEDGER, json.dumps({"schema": SCHEMA, "files": ledger}, indent=1).encode())
    except OSError as error:
        raise LabError(
            f"写不进实训文件夹 {workspace}（{error.strerror}）；请腾出空间，或用 --workspace 另选一个"
        ) from error
    return Prepared(*(tuple(done[key]) for key in ("new", "updated", "kept")))


def deliverable(released: Path) -> Iterator[tuple[str, Path]]:
    """Give (path inside the workspace, source) for every file a release may bring, in order of name."""
    for project in sorted(path.parent for path in released.glob("*/project.toml")):
        for source in sorted(path for path in project.rglob("*") if path.is_file()):
            inside = source.relative_to(released)
            if not STUDENTS.intersection(inside.parts):
                yield inside.as_posix(), source


def find_released(lang: str, *, root: Path = places.ROOT) -> Path | None:
    """Return the class's release: the kit's `released` first, then `grading/release`, else None.

    Without an edition in `lang` the Chinese one serves: the student's data must stay those of the class.
    """
    endings = ["", "-en"] if lang == "zh" else [f"-{lang}", ""]
    found = [root / f"released{end}" for end in endings] + [root / f"grading/release{end}" for end in endings]
    return next((folder for folder in found if any(folder.glob("*/project.toml"))), None)


def self_study(lang: str, *, home: Path = places.DEMO, course: Path = places.COURSE) -> Path:
    """Release what is missing or out of date, for one without a teacher; return the folder of releases.

    Of two starts at once the second waits and finds it done.
    """
    from crmlab.release import projects, release

    folder = home / ("release" if lang == "zh" else f"release-{lang}")
    home.mkdir(parents=True, exist_ok=True)
    with lock.held(home / ".lock"):
        for project in projects(course):
            sources = [*(course / project).glob("*"), places.LOCALE / lang / f"{project}.po"]
            if _newest((folder / project).rglob("*")) < _newest(sources):
                release(project, home=home, lang=lang, demo=True, course=course)
    return folder


def _newest(paths: Iterable[Path]) -> float:
    """Return when the youngest of the files was written; 0 when there is none."""
    return max((path.stat().st_mtime for path in paths if path.is_file()), default=0.0)


def _deliver(name: str, source: Path, target: Path, ledger: dict[str, str]) -> str:
    content = source.read_bytes()
    wanted = hashlib.sha256(content).hexdigest()
    if not target.exists():
        _write(target, content)
        ledger[name] = wanted
        return "new"
    have = hashlib.sha256(target.read_bytes()).hexdigest() if target.is_file() else ""
    if have == wanted:
        ledger[name] = wanted
        return ""
    if have != ledger.get(name):
        return "kept" if ledger.get(name) != wanted else ""
    _write(target, content)
    ledger[name] = wanted
    return "updated"


def _read_ledger(workspace: Path) -> dict[str, str]:
    """Return path → hash of what was delivered; empty when it cannot be read, so that nothing is lost."""
    try:
        ledger = json.loads((workspace / LEDGER).read_text(encoding="utf-8"))
        return {str(name): str(value) for name, value in ledger["files"].items()}
    except (OSError, ValueError, KeyError, AttributeError, TypeError):
        return {}


def _write(target: Path, content: bytes) -> None:
    """Write a file whole or not at all."""
    target.parent.mkdir(parents=True, exist_ok=True)
    half = target.with_name(f".{target.name}.half")
    half.write_bytes(content)
    half.replace(target)
