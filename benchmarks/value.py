"""The buying models against lifetimes on CDNOW: the same answers, in how much time.

`crmlab bench value` fits BG/NBD, Pareto/NBD and gamma-gamma to the 2,357 customers that every paper fits, with both, and
prints seconds (best of `--rounds`) and how far parameters, and two forecasts of one customer, lie apart at most, as a share.
"""

import argparse
import sys
import time
import warnings
from collections.abc import Callable
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

UNTIL = "1997-09-30"
AHEAD = 39.0  # weeks


def cdnow() -> pd.DataFrame:
    """Return the buying history of the CDNOW sample, weeks, from the data that come with lifetimes."""
    from sim.value.purchases import history, purchases

    found = find_spec("lifetimes")
    if found is None or found.origin is None:
        sys.exit("lifetimes is not installed; it is part of the test extra of pyproject.toml")
    path = Path(found.origin).parent / "datasets" / "CDNOW_sample.txt"
    names = ["master_id", "customer_id", "day", "discs", "amount"]
    return history(purchases(pd.read_csv(path, sep=r"\s+", header=None, names=names)), until=UNTIL)


def timed(task: Callable[[], Any], rounds: int) -> tuple[float, Any]:
    """Return the least CPU seconds of some runs, and what came out."""
    least, made = np.inf, None
    for _ in range(rounds):
        start = time.process_time()
        made = task()
        least = min(least, time.process_time() - start)
    return least, made


def main(words: list[str]) -> None:
    """Print the table."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--rounds", type=int, default=3)
    rounds = options.parse_args(words).rounds
    told = cdnow()
    warnings.simplefilter("ignore")  # the peer's, about its own dependencies
    import lifetimes

    from sim.value import bgnbd, gamma_gamma, pareto_nbd

    x, t_x, age, mean = (told[name] for name in ("repeat_count", "t_x", "age", "mean_repeat"))
    some = told[x > 0]
    peers: dict[
        str, tuple[Callable[[], Any], Callable[[], Any], Callable[[Any], Any], Callable[[Any], Any]]
    ] = {
        "BG/NBD": (
            lambda: bgnbd.fit(told),
            lambda: lifetimes.BetaGeoFitter().fit(x, t_x, age),
            lambda made: made.expected(told, AHEAD),
            lambda made: made.predict(AHEAD, x, t_x, age),
        ),
        "Pareto/NBD": (
            lambda: pareto_nbd.fit(told),
            lambda: lifetimes.ParetoNBDFitter().fit(x, t_x, age),
            lambda made: made.expected(told, AHEAD),
            lambda made: made.predict(AHEAD, x, t_x, age),
        ),
        "gamma-gamma": (
            lambda: gamma_gamma.fit(some),
            lambda: lifetimes.GammaGammaFitter().fit(some["repeat_count"], some["mean_repeat"]),
            lambda made: made.expected(told),
            lambda made: made.conditional_expected_average_profit(x, mean),
        ),
    }
    print(f"CDNOW, {len(told):,} customers, {AHEAD:g} weeks ahead; CPU s, best of {rounds}")
    print(
        f"{'model':<14}{'ours s':>8}{'peer s':>8}{'times':>7}{'parameters apart':>18}{'forecasts apart':>18}"
    )
    for name, (ours, theirs, forecast, their_forecast) in peers.items():
        took, made = timed(ours, rounds)
        peer_took, peer = timed(theirs, rounds)
        apart = float(np.nanmax(np.abs(forecast(made) / np.asarray(their_forecast(peer)) - 1.0)))
        values = max(abs(getattr(made, key) / value - 1.0) for key, value in peer.params_.items())
        print(f"{name:<14}{took:>8.3f}{peer_took:>8.3f}{peer_took / took:>7.1f}{values:>18.1e}{apart:>18.1e}")


if __name__ == "__main__":
    main(sys.argv[1:])
