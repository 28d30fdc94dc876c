"""Who runs the replications: this process, a pool of processes, or a Dask cluster."""

import os
import signal
from collections.abc import Callable, Iterator
from concurrent.futures import Executor, Future, ProcessPoolExecutor
from contextlib import contextmanager
from typing import Any

from sim.errors import InputError

MOST_WORKERS = 256


class Serial(Executor):
    """Runs each task here, at once, when its turn comes."""

    def submit(self, fn: Callable[..., Any], /, *args: Any, **kwargs: Any) -> Future:
        """Return a finished future; an interrupt goes up to whoever submitted."""
        future: Future = Future()
        try:
            future.set_result(fn(*args, **kwargs))
        except Exception as failure:
            future.set_exception(failure)
        return future


@contextmanager
def executor(*, workers: int = 1, dask: str | None = None) -> Iterator[Executor]:
    """Give an executor: serial for one worker, else a process pool; or the cluster at a Dask address.

    0 workers mean one for each processor. Raises InputError for an impossible number, for a cluster that
    does not answer, and when Dask is not installed.
    """
    if dask is not None:
        with _cluster(dask) as made:
            yield made
        return
    if isinstance(workers, bool) or not isinstance(workers, int) or not 0 <= workers <= MOST_WORKERS:
        raise InputError(f"workers = {workers!r}: must be a whole number from 0 to {MOST_WORKERS}; try 2")
    count = workers or os.cpu_count() or 1
    if count == 1:
        yield Serial()
        return
    import multiprocessing

    # Fresh processes on every system: a fork would copy the threads' locks of a notebook.
    context = multiprocessing.get_context("spawn")
    pool = ProcessPoolExecutor(count, mp_context=context, initializer=_leave_interrupts)
    try:
        yield pool
    finally:
        pool.shutdown(wait=True, cancel_futures=True)


def _leave_interrupts() -> None:
    """Ignore Ctrl-C in a worker: the parent decides what is kept."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)


@contextmanager
def _cluster(address: str) -> Iterator[Executor]:
    try:
        from distributed import Client
    except ImportError:
        raise InputError(
            f"dask = {address!r}: Dask is not installed here; install it with: pip install distributed"
        ) from None
    try:
        client = Client(address, timeout="10s", set_as_default=False)
    except (OSError, ValueError, TimeoutError) as refusal:
        raise InputError(
            f"dask = {address!r}: no scheduler answers there; start one with `dask scheduler` and give its "
            "address, e.g. tcp://127.0.0.1:8786"
        ) from refusal
    try:
        yield client.get_executor(pure=False)
    finally:
        client.close()
