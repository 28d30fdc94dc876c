"""A market spread over processes: blocks of people, each a story of its own, put together to the same one."""

import pickle
from collections.abc import Callable, Mapping
from concurrent.futures import Executor, ProcessPoolExecutor
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np

from sim.errors import InputError
from sim.market import Market
from sim.market.customers import NAMES, Customers
from sim.market.story import Story
from sim.policy import Policy

ADDED_UP = "costs"  # every block spends its part
Told = tuple[dict[str, dict[str, Any]], Customers]  # the records of a block, table by table, and its people
MOST_BLOCKS = 1000


def run(
    customers: int,
    seed: int,
    months: int,
    *,
    blocks: int,
    executor: Executor | None = None,
    policy: Policy | None = None,
    truth: bool = False,
    **options: Any,
) -> Story:
    """Return the story of `Market(customers, seed, **options)`, run in blocks on any executor, equal in every table.

    A policy is asked block by block and sees the people of its block, so it must decide person by person (and
    be picklable, for processes). Without an executor the blocks run one after the other, in less memory.
    """
    if isinstance(blocks, bool) or not isinstance(blocks, int) or not 1 <= blocks <= MOST_BLOCKS:
        raise InputError(
            f"blocks = {blocks!r}: must be a whole number from 1 to {MOST_BLOCKS}; correct the number"
        )
    one = partial(_block, customers, seed, months, blocks, policy, truth, options)
    told = _gathered(one, blocks, executor)
    market = Market(customers, seed, **options)
    story = Story(market.settings, market.almanac, market.surroundings, months)
    for name in story.parts:
        parts = [part[name] for part, _ in told if part[name]]
        for part in [_added_up(parts)] if parts and name == ADDED_UP else parts:
            story.add(name, **part)
    several = [people for _, people in told]
    story.close(
        Customers(**{name: np.concatenate([getattr(people, name) for people in several]) for name in NAMES})
    )
    return story


def _gathered(one: Callable[[int], Told], blocks: int, executor: Executor | None) -> list[Told]:
    """Return what each block tells, in their order.

    Processes of this machine hand it over in files: a pipe takes several times as long as the months themselves.
    The first block runs here meanwhile: a process less to start, and a story less to hand over.
    """
    if not isinstance(executor, ProcessPoolExecutor):
        return list((executor.map if executor else map)(one, range(blocks)))
    # Where a block fails, others may be writing still: their files must not hide why.
    with TemporaryDirectory(prefix="market-", ignore_cleanup_errors=True) as folder:
        paths = [Path(folder) / str(number) for number in range(1, blocks)]
        others = executor.map(partial(_written, one), range(1, blocks), paths)
        told = [one(0)]
        for path in others:
            with path.open("rb") as file:
                told.append(pickle.load(file))
            path.unlink()
    return told


def _written(one: Callable[[int], Told], number: int, path: Path) -> Path:
    """Write what a block tells into a file, without another copy of its arrays; return the file's path."""
    with path.open("wb") as file:
        pickle.dump(one(number), file, protocol=5)
    return path


def _block(
    customers: int,
    seed: int,
    months: int,
    blocks: int,
    policy: Policy | None,
    truth: bool,
    options: Mapping[str, Any],
    number: int,
) -> Told:
    market = Market(customers, seed, block=(number, blocks), **options)
    story = market.run(months, policy, truth=truth)
    return {name: story.arrays(name) for name in story.parts}, story.customers()


def _added_up(parts: list[dict[str, Any]]) -> dict[str, Any]:
    """Return the costs of all blocks together, a row a month and kind."""
    made = {column: np.concatenate([part[column] for part in parts]) for column in parts[0]}
    told = list(zip(made["month"].tolist(), made["kind"].tolist(), strict=True))
    keys = sorted(set(told))
    place = {key: k for k, key in enumerate(keys)}
    return {
        "month": np.array([month for month, _ in keys]),
        "kind": np.array([kind for _, kind in keys], dtype=object),
        "amount": np.bincount([place[key] for key in told], made["amount"]),
    }
