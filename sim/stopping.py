"""When enough replications have been run: every chosen measure's interval is narrow, and stays so."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

from sim import measures
from sim.errors import InputError
from sim.intervals import estimate

LEAST = 3
MOST = 100_000
GROWS_FROM = 100  # beyond so many replications the look-ahead grows with them (Hoad et al. 2010)


@dataclass(frozen=True)
class Narrow:
    """One wish: the half-width of `measure` is at most `width`, or that share of the mean if `relative`."""

    measure: str
    width: float
    relative: bool = False

    def __post_init__(self) -> None:
        if not (isinstance(self.width, int | float) and 0 < self.width < math.inf):
            raise InputError(
                f"width of {self.measure} = {self.width!r}: must be a number above 0; give e.g. 0.05"
            )

    def holds(self, values: Sequence[float], confidence: float) -> bool:
        """Return whether the interval of these values is narrow enough."""
        seen = estimate(values, confidence=confidence)
        return seen.half_width <= self.width * (abs(seen.mean) if self.relative else 1)

    @classmethod
    def parse(cls, text: str) -> "Narrow":
        """Return the wish `asa=5%` (of the mean) or `service_level=0.01` (as it is); InputError for others."""
        name, _, told = text.partition("=")
        relative = told.endswith("%")
        try:
            width = float(told.removesuffix("%"))
        except ValueError:
            raise InputError(
                f"precision = {text!r}: must be measure=width; write e.g. asa=5% or service_level=0.01"
            ) from None
        return cls(name.strip(), width / 100 if relative else width, relative)


@dataclass(frozen=True)
class StopRule:
    """At least and at most so many replications, and between them the first number at which all wishes hold.

    They must hold for `look_ahead` further replications too, so that luck does not stop a run early: Hoad,
    Robinson and Davies 2010, "Automated selection of the number of replications for a discrete-event
    simulation", J. Oper. Res. Soc. 61:1632-1644. Without wishes, `most` replications are run.
    """

    most: int
    narrow: tuple[Narrow, ...] = ()
    least: int = LEAST
    look_ahead: int = 5
    confidence: float = 0.95

    def __post_init__(self) -> None:
        for name, value, low in (("most", self.most, 1), ("least", self.least, 1)):
            if isinstance(value, bool) or not isinstance(value, int) or not low <= value <= MOST:
                raise InputError(
                    f"{name} = {value!r}: replications are a whole number from {low} to {MOST}; correct it"
                )
        estimate([], confidence=self.confidence)  # refuses an impossible confidence

    def enough(self, told: Sequence[measures.Measures]) -> int | None:
        """Return how many of the replications `told`, in order, were enough; None when more are needed.

        The answer depends on the numbers alone: not on how many were run at once, nor by whom.
        Raises InputError for a wish about an unknown measure.
        """
        if told:
            for wish in self.narrow:
                measures.require(wish.measure, told[0])
        held = 0
        for n in range(1, min(len(told), self.most) + 1):
            held = held + 1 if self.narrow and self._narrow_at(n, told) else 0
            first = n - held + 1
            ahead = self.look_ahead * max(first, GROWS_FROM) // GROWS_FROM
            if held > ahead or n == self.most:
                return n
        return None

    def _narrow_at(self, n: int, told: Sequence[measures.Measures]) -> bool:
        if n < self.least:
            return False
        return all(
            wish.holds([one[wish.measure] for one in told[:n]], self.confidence) for wish in self.narrow
        )
