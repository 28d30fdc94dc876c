"""What the marker tells a notebook's kernel about its student; and the same where plain nbgrader does the work."""

import os
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from crmlab.errors import LabError
from crmlab.places import DATASETS, LOCALE, ROOT
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
    "sim.callcenter.centre",
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
    "sim.people",
    "scipy.special",
    "yaml",
    "crmlab.crm_desk",
    "crmlab.crm_slips",
    "crmlab.flow_deal",
    "crmlab.mirror",
    "crmlab.pareto",
    "crmlab.roleplay.negotiation.result",
    "crmlab.roleplay.screen.inside",
    "crmlab.service_flow",
    "crmlab.standing",
)
READABLE = (
    *(ROOT / "crmlab", ROOT / "sim", DATASETS / "scenarios", DATASETS / "roleplay", LOCALE),
    DATASETS / "policy.schema.json",
    *sorted(page for ready in DATASETS.glob("*/market.toml") for page in ready.parent.glob("*.toml")),
)


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


def setting(
    home: Path, *, workers: int = 0, unsafe: bool = False, compat: bool = False, dask: str = ""
) -> "Setting":
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
        environment=partial(environment, home),
        workers=workers,
        unsafe=unsafe,
        compat="nbgrader" if compat else "",
        dask=dask,
    )


def before_nbgrader(home: Path) -> None:
    """Make a new home's key, before nbgrader opens a gradebook in it; stop nbgrader when the key is gone."""
    try:
        Pool(home).ensure_key()
    except LabError as error:
        raise SystemExit(str(error)) from error


def after_release(home: Path, *, assignment: str, student: str, notebooks: list[str]) -> None:
    """Put every student's data into a release that nbgrader itself has made; it calls this once at the end.

    Stops nbgrader with the cure when that fails: it would only log an error, and students would have no data.
    """
    from crmlab.release import furnish

    try:
        furnish(home / "release" / assignment, home)
    except LabError as error:
        raise SystemExit(str(error)) from error


def before_autograde(home: Path, *, assignment: str, student: str, notebooks: list[str]) -> None:
    """Set the same variables when nbgrader itself grades; it calls this once before each hand-in.

    Stops nbgrader with the cure when there are no worlds: else the whole class would silently get 0.
    """
    try:
        for notebook in notebooks[:1]:
            os.environ.update(environment(home, Path(notebook).parents[1].name))
    except LabError as error:
        raise SystemExit(str(error)) from error
