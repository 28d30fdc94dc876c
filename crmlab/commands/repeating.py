"""What commands that run a scenario again and again have in common: when they stop, who works, the bar."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from concurrent.futures import Executor

    from sim.stopping import StopRule

INTERRUPTED = 130  # what shells say of a program ended by Ctrl-C
MOST_WITH_PRECISION = 1000


def stop_rule(replications: int | None, precision: list[str], *, usual: int = 1) -> "StopRule":
    """Return when to stop: after so many replications, or as soon as every wish of `precision` holds.

    Raises InputError for a wish that cannot be read.
    """
    from sim.stopping import Narrow, StopRule

    wishes = tuple(Narrow.parse(one) for one in precision)
    return StopRule(most=replications or (MOST_WITH_PRECISION if wishes else usual), narrow=wishes)


@contextmanager
def crew(workers: int, dask: str | None, most: int) -> "Iterator[tuple[Executor, Callable[[int], None]]]":
    """Give who runs the replications, and what is to be called with the number finished, for the bar."""
    from tqdm import tqdm

    from sim import executors

    with (
        executors.executor(workers=workers, dask=dask) as executor,
        tqdm(total=most, desc="重复 replications", leave=False, disable=None) as bar,
    ):
        yield executor, lambda finished: bar.update(finished - bar.n)
