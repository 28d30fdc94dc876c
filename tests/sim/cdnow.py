"""CDNOW, the 1997 discs of 2 357 customers that every paper on these models fits; it comes with `lifetimes`."""

from functools import cache
from importlib.util import find_spec
from pathlib import Path

import pandas as pd
import pytest

from sim.value.purchases import history, purchases

CALIBRATED_UNTIL = "1997-09-30"  # 39 weeks


@cache
def bought() -> pd.DataFrame:
    found = find_spec("lifetimes")
    if found is None or found.origin is None:
        pytest.skip("lifetimes, a part of the test extra, is not installed; its data are needed")
    path = Path(found.origin).parent / "datasets" / "CDNOW_sample.txt"
    names = ["master_id", "customer_id", "date", "discs", "amount"]
    df = pd.read_csv(path, sep=r"\s+", header=None, names=names)
    return purchases(df.assign(date=pd.to_datetime(df["date"].astype(str))), when="date")


@cache
def weeks() -> pd.DataFrame:
    return history(bought(), until=CALIBRATED_UNTIL)
