"""A market spread over processes: blocks of people, each a story of its own, put together to the same one."""

from collections.abc import Mapping
from concurrent.futures import Executor
from dataclasses import fields
from functools import partial
from typing import Any

import numpy as np

from sim.errors import InputError
from sim.market import Market
from sim.market.customers import Customers
from sim.market.story import Story
from sim.policy import Policy

ADDED_UP = "costs"  # every block spends its part
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
    told = list(map(one, range(blocks)) if executor is None else executor.map(one, range(blocks)))
    market = Market(customers, seed, **options)
    story = Story(market.settings, market.almanac, market.surroundings, months)
    for name in story.parts:
        parts = [part[name] for part, _ in told if part[name]]
        if parts:
            story.add(name, **_joined(name, parts))
    several = [people for _, people in told]
    story.close(
        Customers(
            **{
                f.name: np.concatenate([getattr(people, f.name) for people in several])
                for f in fields(Customers)
            }
        )
    )
    return story


def _block(
    customers: int,
    seed: int,
    months: int,
    blocks: int,
    policy: Policy | None,
    truth: bool,
    options: Mapping[str, Any],
    number: int,
) -> tuple[dict[str, dict[str, Any]], Customers]:
    market = Market(customers, seed, block=(number, blocks), **options)
    story = market.run(months, policy, truth=truth)
    return {name: story.arrays(name) for name in story.parts}, story.customers()


def _joined(name: str, parts: list[dict[str, Any]]) -> dict[str, Any]:
    made = {column: np.concatenate([part[column] for part in parts]) for column in parts[0]}
    if name != ADDED_UP:
        return made
    keys = sorted(set(zip(made["month"].tolist(), made["kind"].tolist(), strict=True)))
    place = {key: k for k, key in enumerate(keys)}
    rows = [place[key] for key in zip(made["month"].tolist(), made["kind"].tolist(), strict=True)]
    return {
        "month": np.array([month for month, _ in keys]),
        "kind": np.array([kind for _, kind in keys], dtype=object),
        "amount": np.bincount(rows, made["amount"]),
    }
