"""Baskets: what an order is made of, line by line, adding up to its amount."""

import tomllib
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sim.streams import Streams

SOURCE = Path(__file__).resolve().parents[2] / "datasets" / "retail" / "goods.toml"
LEAST_SHARE = 0.25  # of what an even line would be, so that no line is next to nothing


@cache
def settings() -> dict[str, Any]:
    """Return the kinds of goods and how orders are made of them, from datasets/retail/goods.toml."""
    return tomllib.loads(SOURCE.read_text(encoding="utf-8"))


def lines(
    order_id: NDArray[np.int64], customer_id: NDArray[np.int64], fen: NDArray[np.int64], streams: Streams
) -> dict[str, NDArray]:
    """Return columns of one row a line: order_id, line (from 1), kind, quantity and fen, in the order of the orders.

    Draws belong to the order, and the favourite kind to the customer. The lines of an order add up to its fen exactly.
    """
    told, here = settings(), streams.under("baskets")
    luck = here.uniforms("lines", order_id)
    count = 1 + np.floor(np.log(luck) / np.log(told["more_lines"])).astype(np.int64)
    count = np.minimum(count, told["most_lines"])
    row = np.repeat(np.arange(len(order_id)), count)
    line = np.arange(len(row)) - np.repeat(np.cumsum(count) - count, count) + 1
    key = order_id[row] * 10 + line
    kind = _kinds(customer_id[row], key, here)
    part = LEAST_SHARE - np.log(here.uniforms("part", key))
    money = _split(fen, part, row)
    price = np.array([one["price"] for one in told["kinds"].values()])[kind] * 100.0
    return {
        "order_id": order_id[row],
        "line": line,
        "kind": np.array(list(told["kinds"]), dtype=object)[kind],
        "quantity": np.clip(np.rint(money / price), 1, 20).astype(np.int64),
        "fen": money,
    }


def _kinds(customer: NDArray[np.int64], key: NDArray[np.int64], here: Streams) -> NDArray[np.int64]:
    """Return the kind of each line: often the customer's favourite, else any, common ones oftener."""
    told = settings()
    upto = np.cumsum([one["share"] for one in told["kinds"].values()])
    last = len(upto) - 1

    def drawn(uniform: NDArray[np.float64]) -> NDArray[np.int64]:
        return np.minimum(np.searchsorted(upto, uniform * upto[-1], side="right"), last)

    own = here.uniforms("favours", key) < told["favourite"]
    return np.where(own, drawn(here.uniforms("favourite", customer)), drawn(here.uniforms("kind", key)))


def _split(fen: NDArray[np.int64], part: NDArray[np.float64], row: NDArray[np.int64]) -> NDArray[np.int64]:
    """Return whole fen for each line, in proportion to `part`; those of an order add up to it."""
    if not len(row):
        return np.zeros(0, dtype=np.int64)
    upto = np.cumsum(part)
    start = np.flatnonzero(np.diff(row, prepend=-1))
    before = np.repeat(np.append(0.0, upto)[start], np.diff(np.append(start, len(row))))
    whole = np.bincount(row, part, minlength=len(fen))[row]
    edge = np.rint((upto - before) / whole * fen[row]).astype(np.int64)
    last = np.append(row[1:] != row[:-1], True)
    edge[last] = fen[row[last]]
    return np.diff(edge, prepend=0) + np.where(np.diff(row, prepend=-1) != 0, np.append(0, edge)[:-1], 0)
