"""Several studies of one seed side by side: every measure of each, and how far it is from the first one's."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import pandas as pd

    from sim.experiment import Study

COLUMNS = (
    "measure",
    "scenario",
    "replications",
    "mean",
    "half_width",
    "difference",
    "difference_half_width",
    "differs",
)


def table(studies: "Sequence[Study]", measures: Sequence[str] | None = None) -> "pd.DataFrame":
    """Return one row per measure and scenario; the first scenario is the base and has no difference.

    Half-widths are of the study's confidence; a difference is paired by replication, and `differs` says whether
    its interval leaves 0 out. Raises InputError for a measure that there is not.
    """
    import pandas as pd

    from sim.measures import NAMES, require

    for name in measures or ():
        require(name, NAMES)
    seen = [study.estimates() for study in studies]
    gaps = [None, *(study.against(studies[0]) for study in studies[1:])]
    rows = []
    for name in measures or NAMES:
        for study, estimates, gap in zip(studies, seen, gaps, strict=True):
            if name not in estimates:  # stopped before its first replication
                continue
            one, far = estimates[name], gap.get(name) if gap else None
            apart = (far.mean, far.half_width, far.differs) if far else (None, None, None)
            rows.append((name, study.experiment.name, one.n, one.mean, one.half_width, *apart))
    return pd.DataFrame(rows, columns=list(COLUMNS))
