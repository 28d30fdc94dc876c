"""What the marker is told about a course, since it knows neither the course's world nor its desk."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Literal

from grader.sandbox.limits import Limits

Environment = Callable[[str], dict[str, str]]
PRELOAD = ("pandas", "pandas.testing")


@dataclass(frozen=True)
class Setting:
    """How hand-ins are graded.

    `preload` names modules kept warm; `secret` the variables of a student's environment that only the judge
    sees; `evidence` the variable that tells the judge where the hand-in lies as it was handed in; `readable`
    more folders that every process may read; `dask` the address of a cluster that grades instead of this machine.
    """

    preload: tuple[str, ...] = PRELOAD
    secret: tuple[str, ...] = ()
    evidence: str = ""
    readable: tuple[str, ...] = ()
    environment: Environment = field(default=lambda student: {})
    limits: Limits = field(default_factory=Limits)
    workers: int = 0
    unsafe: bool = False
    compat: Literal["", "nbgrader"] = ""
    dask: str = ""
