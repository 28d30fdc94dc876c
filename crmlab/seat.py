"""What the marker tells a notebook's kernel about its student, also under plain nbgrader."""

import os
from pathlib import Path

from crmlab.errors import LabError
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


def worlds_of(home: Path) -> dict[str, str]:
    """Return the world of everybody who handed something in, as far as it can be told; {} without worlds."""
    pool, found = Pool(home), {}
    for folder in sorted((home / "submitted").glob("*")):
        try:
            found[folder.name] = pool.variant_of(folder.name).nnn
        except LabError:  # no worlds yet, or a folder that is no student's
            continue
    return found


def before_autograde(*, assignment: str, student: str, notebooks: list[str]) -> None:
    """Set the same variables when nbgrader itself grades; it calls this once before each hand-in."""
    if notebooks:
        os.environ.update(environment(GRADING, Path(notebooks[0]).parents[1].name))
