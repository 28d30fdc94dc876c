"""Blocks: a market on many processes is the market on one, number by number."""

from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context

import pytest

from sim.errors import InputError
from sim.executors import executor
from sim.market import Market, blocks
from sim.market import tables as market_tables
from sim.market.facts import Usual


@pytest.mark.parametrize("count", [1, 3])
def test_blocks_one_after_the_other_are_the_market(count: int) -> None:
    whole = Market(400, 3).run(8, Usual(), truth=True)
    apart = blocks.run(400, 3, 8, blocks=count, policy=Usual(), truth=True)
    for name in (*market_tables.SEEN, *market_tables.TRUTH):
        one, other = whole.frame(name), apart.frame(name)
        assert one.equals(other), name


@pytest.mark.slow
def test_blocks_on_two_processes_are_the_market() -> None:
    whole = Market(300, 3).run(4)
    with ProcessPoolExecutor(2, mp_context=get_context("spawn")) as pool:
        apart = blocks.run(300, 3, 4, blocks=4, executor=pool)
    for name in ("orders", "service_contacts", "customers", "truth_customer"):
        assert whole.frame(name).equals(apart.frame(name)), name


@pytest.mark.slow
def test_blocks_on_a_dask_cluster_are_the_market() -> None:
    distributed = pytest.importorskip("distributed")
    whole = Market(300, 3).run(4, Usual())
    with (
        distributed.LocalCluster(
            n_workers=2, threads_per_worker=1, processes=True, dashboard_address=":0"
        ) as cluster,
        executor(dask=cluster.scheduler_address) as cloud,
    ):
        apart = blocks.run(300, 3, 4, blocks=4, executor=cloud, policy=Usual())
    for name in market_tables.SEEN:
        assert whole.frame(name).equals(apart.frame(name)), name


@pytest.mark.parametrize("count", [0, 1001, 2.0, True])
def test_an_impossible_number_of_blocks(count: object) -> None:
    with pytest.raises(InputError, match=r"blocks = .*whole number from 1 to 1000; correct"):
        blocks.run(10, 1, 1, blocks=count)  # type: ignore[arg-type]
