"""What the marker tells a notebook's kernel about its student, also under plain nbgrader."""

import os
from pathlib import Path
from typing import TYPE_CHECKING

from crmlab.places import DATASETS, GRADING, LOCALE, ROOT
from crmlab.variants import Pool

if TYPE_CHECKING:
    from grader.setting import Setting

PRELOAD = (
    "nbformat",
    "pandas.testing",
    "pyarrow.parquet",
    "pyarrow.dataset",
    "pyarrow.pandas_compat",
    "matplotlib.pyplot",
    "matplotlib.backends.backend_svg",
    "ipywidgets",
    "sim.callcenter",
    "sim.tables",
    "crmlab.notebook",
    "crmlab.judging",
    "crmlab.forms",
    "crmlab.board",
    "crmlab.charts",
    "crmlab.checks",
    "crmlab.replay",
    "crmlab.variants",
    "sim.metrics",
    "sim.theory",
)
READABLE = (ROOT / "crmlab", ROOT / "sim", DATASETS / "scenarios", LOCALE)


def environment(home: Path, student: str) -> dict[str, str]:
    """Return the variables under which a student's notebook is graded: who, which data, which truth.

    Raises LabError when the id is impossible or the home has no worlds yet.
    """
    pool = Pool(home)
    nnn = pool.variant_of(student).nnn
    return {
        "CRMLAB_STUDENT": student,
        "CRMLAB_DATA": str(pool.visible(nnn)),
        "CRMLAB_TRUTH": str(pool.truth(nnn)),
        "CRMLAB_GRADING": "1",
    }


def setting(home: Path, *, workers: int = 0, unsafe: bool = False, compat: bool = False) -> "Setting":
    """Return what the marker is told about this course: warm modules, secrets, who sits where.

    Only the judge learns where the truth lies, and reads the hand-in as it was handed in.
    """
    from grader.setting import Setting

    home = home.resolve()
    return Setting(
        preload=PRELOAD,
        secret=("CRMLAB_TRUTH",),
        evidence="CRMLAB_EVIDENCE",
        readable=tuple(str(folder) for folder in READABLE),
        environment=lambda student: environment(home, student),
        workers=workers,
        unsafe=unsafe,
        compat="nbgrader" if compat else "",
    )


def before_autograde(*, assignment: str, student: str, notebooks: list[str]) -> None:
    """Set the same variables when nbgrader itself grades; it calls this once before each hand-in."""
    if notebooks:
        os.environ.update(environment(GRADING, Path(notebooks[0]).parents[1].name))
