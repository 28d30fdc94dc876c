"""The CallCenter example of SSJ against the results its authors publish, for calm days and for wild ones.

Their report counts over the 1,660 calls expected: waits of all callers summed, callers who waited under 20 s
however it ended, and callers lost. The sources are CallCenter.res (10,000 days) and CallEv.res (1,000 days) of the
SSJ tutorial. The files give no shape of the day's factor; that of each follows from its variance of arrivals.
"""

import math
from itertools import pairwise

import numpy as np
import pytest

from sim.callcenter import Centre
from sim.contacts import arrivals
from sim.scenario import load
from sim.streams import Streams

EXPECTED = 1660
DAYS = 300
# shape of the factor; then mean and standard deviation of each measure over their days, and their days
PUBLISHED = {
    "calm": (400, 10_000, {"arrivals": (1660.366, 93.620), "wait": (4.713, 1.997), "good": (0.925, 0.040), "lost": (0.020, 0.0067)}),
    "wild": (10, 1_000, {"arrivals": (1639.507, 513.189), "wait": (11.834, 34.078), "good": (0.853, 0.169), "lost": (0.034, 0.061)}),
}  # fmt: skip
PRINTED = {
    "arrivals": 0.0005,
    "wait": 0.0005,
    "good": 0.0005,
    "lost": 0.0005,
}  # half a unit of the last digit


def our_days(shape: int, days: int) -> dict[str, np.ndarray]:
    scenario = load("ssj_callcenter").with_(busyness_cv=shape**-0.5)
    rows = []
    for day in range(1, days + 1):
        calls = Centre(scenario).run(*arrivals(scenario, Streams(7), day)).calls
        lost = np.isin(calls["outcome"], ("balked", "abandoned")).sum()
        wait = calls["wait"]
        rows.append((len(calls), wait.sum() / EXPECTED, (wait < 20).sum() / EXPECTED, lost / EXPECTED))
    return dict(zip(PRINTED, np.array(rows).T, strict=True))


@pytest.mark.slow
@pytest.mark.parametrize("kind", PUBLISHED)
def test_the_published_means_come_out(kind):
    shape, their_days, told = PUBLISHED[kind]
    ours = our_days(shape, DAYS)
    for name, (mean, sd) in told.items():
        error = math.hypot(ours[name].std(ddof=1) / math.sqrt(DAYS), sd / math.sqrt(their_days))
        # four measures of two examples, 2.9 standard errors each: together a 97 % interval
        assert abs(ours[name].mean() - mean) < 2.9 * error + PRINTED[name], (kind, name)


@pytest.mark.parametrize("kind", PUBLISHED)
def test_the_shape_of_the_factor_is_the_one_of_their_arrivals(kind):
    shape, _, told = PUBLISHED[kind]
    assert told["arrivals"][1] ** 2 == pytest.approx(EXPECTED + EXPECTED**2 / shape, rel=0.06)


def test_calmer_days_wait_less():
    waits = [our_days(shape, 30)["wait"].mean() for shape in (4, 40, 4000)]
    assert all(a > b for a, b in pairwise(waits))
