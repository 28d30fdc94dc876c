"""A student's answers: one readable JSON beside the notebooks of a project, never lost."""

import json
import os
import tempfile
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

from crmlab import lock
from crmlab.errors import LabError

FILE = "answers.json"
LOCK = ".answers.lock"
SCHEMA = 1
MAX_BYTES = 5_000_000
PARTS = ("answers", "hints", "checked", "when", "crm")  # each: lab → form → value; crm: as last read there


class Spoilt(ValueError):
    """The file is there, but holds no answers that can be read."""


@dataclass
class Answers:
    """The answers of one project, as they were when read; `notice` says if a spoilt file was set aside.

    Every change reads the file again first, so two open notebooks do not lose each other's answers.
    """

    path: Path
    plain: dict[str, Any] = field(default_factory=dict)
    notice: Path | None = None

    @classmethod
    def load(cls, path: Path, *, read_only: bool = False) -> "Answers":
        """Return the answers in `path`, empty when there are none.

        A spoilt file is moved to answers.corrupt-N.json, or counts as empty when `read_only`. Raises LabError
        for a file that a newer crmlab wrote.
        """
        made = cls(path)
        try:
            made.plain = read(path)
        except Spoilt:
            if not read_only:
                made.notice = _set_aside(path)
        return made

    @property
    def student(self) -> str:
        """The id the answers belong to, "" when nobody has given one."""
        return str(self.plain.get("student") or "")

    def get(self, lab: str, form: str, *, part: str = "answers") -> Any:
        """Return what is kept for a form, a copy, or None."""
        kept = self.plain.get(part, {}).get(lab, {}).get(form)
        return json.loads(json.dumps(kept))

    def of(self, lab: str, *, part: str = "answers") -> dict[str, Any]:
        """Return a copy of everything kept for a lab: form → value."""
        return dict(json.loads(json.dumps(self.plain.get(part, {}).get(lab, {}))))

    def put(self, lab: str, form: str, value: Any, *, student: str = "") -> None:
        """Keep an answer and the time, and write the file whole or not at all.

        Raises LabError when the value is not plain data or the folder cannot be written.
        """
        try:
            value = json.loads(json.dumps(value, allow_nan=False))
        except (TypeError, ValueError, RecursionError) as error:
            raise LabError(
                f"答案 {form} = {str(value)[:60]} 存不下来（{error}）；只能存文字、数和它们的列表"
            ) from error
        now = datetime.now().astimezone().isoformat(timespec="seconds")

        def change(plain: dict[str, Any]) -> None:
            _inside(plain, "answers", lab)[form] = value
            _inside(plain, "when", lab)[form] = now
            if student:
                plain["student"] = student

        self._change(change)

    def note(self, part: str, lab: str, form: str, value: Any) -> None:
        """Keep something about a form that is not its answer: hints seen, outcome of its check."""
        if self.get(lab, form, part=part) != value:
            self._change(lambda plain: _inside(plain, part, lab).__setitem__(form, value))

    def _change(self, change: Callable[[dict[str, Any]], None]) -> None:
        try:
            with lock.held(self.path.with_name(LOCK)):
                fresh = Answers.load(self.path)
                self.notice = fresh.notice or self.notice
                self.plain = {"schema": SCHEMA, "student": "", **fresh.plain}
                change(self.plain)
                _write(self.path, self.plain)
        except OSError as error:
            raise LabError(
                f"答案写不进 {self.path}（{error.strerror}）；请检查磁盘空间，或把实训文件夹放到能写的地方"
            ) from error


def read(path: Path) -> dict[str, Any]:
    """Return the plain content of an answers file, {} when there is none; nothing in it is ever run.

    Raises Spoilt when it is too big or no answers, LabError when a newer crmlab wrote it.
    """
    if not path.exists():
        return {}
    try:
        if path.stat().st_size > MAX_BYTES:
            raise Spoilt(f"larger than {MAX_BYTES} bytes")
        plain = json.loads(path.read_text(encoding="utf-8-sig"), parse_constant=_no_constant)
    except (ValueError, RecursionError, OSError) as error:
        raise Spoilt(str(error)) from error
    if not isinstance(plain, dict):
        raise Spoilt("not an object")
    if isinstance(plain.get("schema"), int) and plain["schema"] > SCHEMA:
        raise LabError(f"{path.name} 是更新版本的实训室写的（schema {plain['schema']}）；请更新实训室再打开")
    for part in PARTS:
        labs = plain.get(part, {})
        if not isinstance(labs, dict) or not all(isinstance(forms, dict) for forms in labs.values()):
            raise Spoilt(f"{part} is not lab → form → value")
    return plain


def _no_constant(name: str) -> float:
    raise ValueError(f"{name} is no plain number")


def _inside(plain: dict[str, Any], part: str, lab: str) -> dict[str, Any]:
    inside: dict[str, Any] = plain.setdefault(part, {}).setdefault(lab, {})
    return inside


def _set_aside(path: Path) -> Path:
    number = 1
    while (aside := path.with_name(f"{path.stem}.corrupt-{number}{path.suffix}")).exists():
        number += 1
    path.rename(aside)
    return aside


def _write(path: Path, plain: dict[str, Any]) -> None:
    handle, draft = tempfile.mkstemp(dir=path.parent, prefix=".answers-", suffix=".part")
    try:
        with os.fdopen(handle, "w", encoding="utf-8", newline="\n") as file:
            file.write(json.dumps(plain, ensure_ascii=False, indent=1) + "\n")
        Path(draft).chmod(0o644)
        Path(draft).replace(path)
    finally:
        Path(draft).unlink(missing_ok=True)
