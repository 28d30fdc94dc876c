"""Formgrader's buttons take the same road as our own commands: its Autograde would know no judge, its feedback no secret."""

import os
import subprocess
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from grader.errors import GraderError


def route(command: Sequence[str], *, folder: Path, home: Path) -> None:
    """Let formgrader's Autograde and Generate Feedback run `command` (in `folder`) on the class in `home`.

    Only what formgrader calls is changed; the programs `nbgrader autograde` and `nbgrader generate_feedback`
    stay nbgrader's own. Calling it again changes nothing.
    """
    from nbgrader.apps import api

    def runs(*words: str) -> list[str]:
        return [*command, *words, "--home", str(home)]

    class Autograde(_Step):
        """What stands where formgrader looks for nbgrader's autograder."""

        def start(self) -> None:
            project, student = self.coursedir.assignment_id, self.coursedir.student_id
            self.run(runs("grade", project, *_only(student), "--force"), folder)

    class GenerateFeedback(_Step):
        """What stands where formgrader looks for nbgrader's feedback."""

        def start(self) -> None:
            project, student = self.coursedir.assignment_id, self.coursedir.student_id
            self.run(runs("feedback", project, *_only(student)), folder)

    api.Autograde, api.GenerateFeedback = Autograde, GenerateFeedback


class _Step:
    """The little of a nbgrader converter that formgrader uses: made with a course, given flags, started, heard."""

    force = create_student = True

    def __init__(self, *, coursedir: Any, parent: Any) -> None:
        self.coursedir, self.log = coursedir, parent.log

    def update_config(self, config: Any) -> None:
        """Take a configuration and do nothing with it: our commands have their own."""

    def run(self, command: list[str], folder: Path) -> None:
        """Run one of our commands and say what it said; raise GraderError with its last sentence when it refused."""
        done = subprocess.run(
            command,
            cwd=folder,
            env={**os.environ, "PYTHONUTF8": "1"},
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            encoding="utf-8",
        )
        for line in (done.stdout + done.stderr).splitlines():
            self.log.info(line)
        if done.returncode:
            told = [line for line in done.stderr.splitlines() if line.strip()]
            raise GraderError(
                told[-1]
                if told
                else f"评分程序停下了（退出码 {done.returncode}）；请在终端里运行 {' '.join(command)}"
            )


def _only(student: str | None) -> list[str]:
    """Return the option for one student; none for formgrader's "*"."""
    return [] if student in (None, "", "*") else ["--student", str(student)]
