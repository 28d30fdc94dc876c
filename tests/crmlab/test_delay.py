"""The cost of a day's delay: read from the ends of a table or from a line through it, and nothing else."""

import pandas as pd
import pytest

from crmlab import delay, remedies
from sim.streams import Streams


def history(shares: dict[int, float]) -> pd.DataFrame:
    rows = [(days, n < 1000 * share) for days, share in shares.items() for n in range(1000)]
    return pd.DataFrame(rows, columns=["days", "left"])


def test_a_straight_record_costs_its_slope() -> None:
    record = history({1: 0.20, 2: 0.23, 3: 0.26, 4: 0.29, 5: 0.32})
    assert delay.left(record).tolist() == pytest.approx([20, 23, 26, 29, 32])
    assert delay.yuan_a_day(record) == pytest.approx((30 - delay.SLACK, 30 + delay.SLACK))


@pytest.mark.parametrize("seed", range(20))
def test_both_ways_are_within_and_the_usual_slips_without(seed: int) -> None:
    record = remedies.record(Streams(seed))
    low, high = delay.yuan_a_day(record)
    gone = delay.left(record)
    right = 10 * (gone.iloc[-1] - gone.iloc[0]) / 4
    assert low <= right <= high and low <= round(right) <= high
    for slip in (right * 4, right * 4 / 5, right * 100, right / 10, 10 * gone.iloc[-1], 50):
        assert not low <= slip <= high
