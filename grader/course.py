"""One course and the home of one class, said in nbgrader's words."""

import logging
import os
import re
import sys
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from grader.errors import GraderError

if TYPE_CHECKING:
    from nbgrader.coursedir import CourseDirectory
    from traitlets.config import Config

STEPS = ("release", "submitted", "autograded", "feedback", "solution", "source_with_tests")
IGNORED = (".ipynb_checkpoints", "*.pyc", "__pycache__", "feedback", "*.py", "teacher", "data")
CODE_STUB = "# ✎"
# By the kernel's language: an empty place to write in, in the comment signs of each.
CODE_STUBS = dict.fromkeys(("python", "python3", "R", "r", "julia", "bash", "ruby", "perl"), CODE_STUB) | {
    "matlab": "% ✎",
    "octave": "% ✎",
    "sql": "-- ✎",
    "java": "// ✎",
    "javascript": "// ✎",
    "C++": "// ✎",
}
TEXT_STUB = "(在这里写下你的回答)"
CELL_SECONDS = 60


@dataclass(frozen=True)
class Course:
    """`source` holds a folder per project; `home` holds everything one class owns."""

    source: Path
    home: Path
    cell_seconds: int = CELL_SECONDS
    """How long one cell may run while it is graded."""

    @property
    def root(self) -> Path:
        """The folder nbgrader starts from."""
        return self.source.parent

    def projects(self) -> list[str]:
        """Return the names of the projects that have a notebook, in order."""
        return sorted({notebook.parent.name for notebook in self.source.glob("*/*.ipynb")})

    def require(self, project: str) -> None:
        """Raise GraderError when `project` is none of the course's projects."""
        if project not in self.projects():
            known = "、".join(self.projects()) or "（还没有）"
            raise GraderError(f"没有名为 {project} 的项目；现有的项目：{known}")

    def step(self, step: str, student: str, project: str) -> Path:
        """Return the folder of one student's project at `step` of nbgrader's row."""
        return self.home / step / student / project

    def config(self) -> "Config":
        """Return the configuration that nbgrader's own commands and our calls share."""
        from traitlets.config import Config

        c = Config()
        folders = c.CourseDirectory
        folders.course_id = "crm"
        folders.root = str(self.root)
        folders.source_directory = self.source.name
        for step in STEPS:
            setattr(folders, f"{step}_directory", self._seen_from_root(self.home / step))
        folders.db_url = f"sqlite:///{self.home / 'gradebook.db'}"
        folders.ignore = list(IGNORED)
        c.ClearSolutions.code_stub = dict(CODE_STUBS)
        c.ClearSolutions.text_stub = TEXT_STUB
        c.Execute.timeout = self.cell_seconds
        c.Execute.extra_arguments = ["--HistoryManager.hist_file=:memory:", "--log-level=ERROR"]
        return c

    def _seen_from_root(self, folder: Path) -> str:
        inside = folder.is_relative_to(self.root)
        return folder.relative_to(self.root).as_posix() if inside else str(folder)

    def folders(self, *, project: str, student: str = "*", submitted: str = "submitted") -> "CourseDirectory":
        """Return nbgrader's view of the folders, looking at one project (and one student)."""
        directory = _folders_class()(config=self.config())
        directory.assignment_id = project
        directory.student_id = student
        directory.submitted_directory = str(self.home / submitted)
        return directory

    @contextmanager
    def quietly(self, name: str) -> Iterator[Path]:
        """Send what nbgrader logs into `home/log/<name>.log`; yield that file."""

        path = self.home / "log" / f"{name}.log"
        path.parent.mkdir(parents=True, exist_ok=True)
        handler = logging.FileHandler(path, mode="w", encoding="utf-8")
        logger = logging.getLogger("traitlets")  # what nbgrader and nbconvert speak through
        before = logger.level, logger.propagate, logger.handlers[:]
        path_before = os.environ.get("PATH", "")
        logger.handlers[:] = [handler]
        logger.setLevel(logging.INFO)
        logger.propagate = False
        # nbgrader calls the program `alembic` by its bare name; it lies beside our Python
        os.environ["PATH"] = os.pathsep.join([str(Path(sys.executable).parent), path_before])
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")  # of the libraries below us; ours are raised outside
                yield path
        finally:
            os.environ["PATH"] = path_before
            logger.level, logger.propagate = before[0], before[1]
            logger.handlers[:] = before[2]
            handler.close()


def _folders_class() -> type:
    from nbgrader.coursedir import CourseDirectory

    class Folders(CourseDirectory):
        """nbgrader's folders, right also when a path holds signs that mean something in a pattern."""

        def format_path(self, step: str, student: str, project: str, escape: bool = False) -> str:
            head = os.path.join(self.root, step)  # noqa: PTH118 - keeps the "." of the source step
            if not escape:
                return os.path.join(head, student, project)  # noqa: PTH118
            return re.escape(os.sep).join([re.escape(head), student, project])

    return Folders
