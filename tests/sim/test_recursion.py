"""A first-come-first-served day equals the Kiefer-Wolfowitz recursion, every wait, bit for bit."""

from heapq import heapify, heapreplace

import numpy as np
import pytest
from centres import callers, draws, one_queue

from sim.callcenter import Centre
from sim.contacts import milliseconds
from sim.streams import Streams


def recursion(at, talk, patience, agents):
    """Waits, and whether each caller stays: Kiefer and Wolfowitz 1955, with patience; milliseconds."""
    free = [0] * agents
    heapify(free)
    waits, stays = [], []
    for arrival, service, limit in zip(at, talk, patience, strict=True):
        wait = max(free[0] - arrival, 0)
        stays.append(wait <= limit)
        waits.append(min(wait, limit))
        if stays[-1]:
            heapreplace(free, arrival + wait + service)
    return waits, stays


@pytest.mark.parametrize(("agents", "patience"), [(1, np.inf), (7, np.inf), (7, 120.0), (25, 60.0)])
def test_the_centre_equals_the_recursion_bit_for_bit(agents, patience):
    streams, ids = Streams(8).under("recursion", agents), np.arange(5000)
    gap = 200.0 / agents / (0.97 if np.isinf(patience) else 1.1)
    at = milliseconds(np.cumsum(gap * streams.exponentials("gap", ids)))
    talk = milliseconds(200.0 * streams.exponentials("talk", ids))
    limit = milliseconds(patience * streams.exponentials("patience", ids))
    contacts = callers(at)
    calls = Centre(one_queue(agents)).run(contacts, draws(contacts, talk=talk, patience=limit)).calls
    clock = [np.rint(x * 1000).tolist() for x in (at, talk, limit)]
    waits, stays = recursion(*clock, agents)
    assert calls["wait"].tolist() == [wait / 1000 for wait in waits]
    assert (calls["outcome"] == "answered").tolist() == stays
    assert np.isinf(patience) == all(stays) and max(waits) > 0
