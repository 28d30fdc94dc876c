"""A student's answers, in a small readable JSON beside the notebook."""

import json
import os
import tempfile
import time
from contextlib import contextmanager
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

SCHEMA = 1
PATIENCE_S = 5.0  # how long to wait for another notebook that is writing


@dataclass(frozen=True)
class Answers:
    """The answers of one project; every change is read, merged and replaced as a whole."""

    path: Path

    def read(self) -> dict[str, Any]:
        """Return everything kept; a file that cannot be read counts as empty and is left as it is."""
        try:
            kept = json.loads(self.path.read_text(encoding="utf-8"))
        except (OSError, ValueError):
            kept = {}
        kept = kept if isinstance(kept, dict) else {}
        return {"schema": SCHEMA, **kept}

    def answer(self, lab: str, form: str) -> Any:
        """Return the answer to `form` as plain values, or None."""
        return _section(_section(self.read(), "answers"), lab).get(form)

    def hints(self, lab: str, form: str) -> int:
        """Return how many hints were opened."""
        seen = _section(_section(self.read(), "hints"), lab).get(form, 0)
        return seen if isinstance(seen, int) else 0

    def put(self, section: str, lab: str, form: str, value: Any, *, student: str) -> None:
        """Keep `value` under section/lab/form; other entries, also of another open notebook, stay."""
        with self._alone():
            self._set_aside_if_broken()
            kept = self.read()
            kept["student"] = student
            kept[section] = {**_section(kept, section)}
            kept[section][lab] = {**_section(kept[section], lab), form: value}
            self._replace(json.dumps(kept, ensure_ascii=False, indent=1))

    def _set_aside_if_broken(self) -> None:
        if not self.path.exists():
            return
        try:
            if isinstance(json.loads(self.path.read_text(encoding="utf-8")), dict):
                return
        except ValueError:
            pass
        number = 1
        while (aside := self.path.with_name(f"answers.corrupt-{number}.json")).exists():
            number += 1
        self.path.replace(aside)

    def _replace(self, text: str) -> None:
        handle, draft = tempfile.mkstemp(dir=self.path.parent, suffix=".tmp")
        with os.fdopen(handle, "w", encoding="utf-8") as file:
            file.write(text)
        Path(draft).replace(self.path)

    @contextmanager
    def _alone(self) -> Iterator[None]:
        """Hold a lock file, which works on every system; one left by a crash is ignored after a while."""
        lock, until = self.path.with_suffix(".lock"), time.monotonic() + PATIENCE_S
        while True:
            try:
                os.close(os.open(lock, os.O_CREAT | os.O_EXCL))
                break
            except FileExistsError:
                if time.monotonic() > until:
                    break
                time.sleep(0.02)
        try:
            yield
        finally:
            lock.unlink(missing_ok=True)


def _section(kept: dict[str, Any], name: str) -> dict[str, Any]:
    part = kept.get(name)
    return part if isinstance(part, dict) else {}
