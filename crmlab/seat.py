"""What the marker tells a notebook's kernel about its student, also under plain nbgrader."""

import os
from pathlib import Path

from crmlab.places import GRADING
from crmlab.variants import Pool


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


def before_autograde(*, assignment: str, student: str, notebooks: list[str]) -> None:
    """Set the same variables when nbgrader itself grades; it calls this once before each hand-in."""
    if notebooks:
        os.environ.update(environment(GRADING, Path(notebooks[0]).parents[1].name))
