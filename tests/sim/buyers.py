"""Simulated buyers with known parameters, and a strategy for tills as hostile as real ones."""

import numpy as np
import pandas as pd
from hypothesis import strategies as st

COUNT, AGE = 6000, 52.0


def bgnbd_history(
    r: float, alpha: float, a: float, b: float, *, seed: int = 5, n: int = COUNT
) -> pd.DataFrame:
    """Histories of n customers, watched for 52 weeks, who buy and leave as the BG/NBD says."""
    rng = np.random.default_rng(seed)
    rate, leave = rng.gamma(r, 1 / alpha, n), rng.beta(a, b, n)
    x, t_x, now, alive = np.zeros(n, int), np.zeros(n), np.zeros(n), np.ones(n, bool)
    while alive.any():
        now = now + rng.exponential(1 / rate)
        alive &= now < AGE
        x += alive
        t_x = np.where(alive, now, t_x)
        alive &= rng.random(n) > leave
    return pd.DataFrame({"repeat_count": x, "t_x": t_x, "age": AGE})


def pareto_history(
    r: float, alpha: float, s: float, beta: float, *, seed: int = 5, n: int = COUNT
) -> pd.DataFrame:
    """Histories of n customers, watched for 52 weeks, who buy and die as the Pareto/NBD says."""
    rng = np.random.default_rng(seed)
    rate, end = rng.gamma(r, 1 / alpha, n), rng.exponential(1 / rng.gamma(s, 1 / beta, n))
    x = rng.poisson(rate * np.minimum(end, AGE))
    # the last of x purchases spread evenly over a life is the greatest of x uniform numbers
    t_x = np.where(x > 0, np.minimum(end, AGE) * rng.random(n) ** (1 / np.maximum(x, 1)), 0.0)
    return pd.DataFrame({"repeat_count": x, "t_x": t_x, "age": AGE})


def spending(p: float, q: float, v: float, *, seed: int = 5, n: int = COUNT) -> pd.DataFrame:
    """Repeat counts 1 to 8 and mean amounts of n customers, as the gamma-gamma says."""
    rng = np.random.default_rng(seed)
    x = rng.integers(1, 9, n)
    return pd.DataFrame(
        {"repeat_count": x, "mean_repeat": rng.gamma(p * x, 1 / (rng.gamma(q, 1 / v, n) * x))}
    )


def tills() -> st.SearchStrategy[pd.DataFrame]:
    """Tables of orders: few customers, many ties, returns, zeros, cents and millions, equal rows."""
    money = st.one_of(
        st.sampled_from([0.0, 0.01, 9.9, 9.9, -9.9, 1e9]), st.floats(-1e6, 1e6, allow_nan=False)
    )
    row = st.tuples(st.integers(1, 6), st.integers(0, 40), money)
    return st.lists(row, min_size=1, max_size=40).map(
        lambda rows: pd.DataFrame(rows, columns=["customer_id", "day", "amount"])
    )
