"""The consumer panel: what some customers say they bought at the firm and at each rival, so their share of wallet is seen."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from sim.market.customers import gamma_quantile
from sim.market.story import Story
from sim.streams import Streams

MONTHS = 12
MOST = 1500  # households in the panel
# Dirichlet over rivals: purchases scatter much, yet small rivals have fewer buyers, who also buy a little less often
# (double jeopardy; Goodhardt, Ehrenberg and Chatfield 1984). A small total means much loyalty.
LOYALTY = 1.3
ELSEWHERE = {True: 1.2, False: 2.4}  # orders elsewhere for each expected here, while a customer and after
NOISE = 0.25  # of the money, log scale
MOST_ORDERS = 250


def bought(story: Story, streams: Streams, *, most: int = MOST) -> dict[str, Any]:
    """Return columns of one row a panel member and firm (firm 0 is ours): customer_id, firm, orders, amount in fen.

    `firms` says how many rows each member has. Who is in the panel, and what is bought elsewhere, belongs to the customer
    alone; what was bought here is what the till says, of the last twelve months.
    """
    people, here = story.customers(), streams.under("panel")
    mine = people.consent & (here.uniforms("member", people.id) < most / max(people.consent.sum(), 1))
    places = np.flatnonzero(mine)[np.argsort(people.id[mine])]
    ids, months = people.id[places], min(MONTHS, story.months)
    firms = len(_sizes(story)) + 1
    orders, amount = np.zeros((len(ids), firms), dtype=np.int64), np.zeros((len(ids), firms), dtype=np.int64)
    orders[:, 0], amount[:, 0] = _till(story, ids, months)
    factor = np.where(people.alive[places], ELSEWHERE[True], ELSEWHERE[False])
    mean = people.rate[places] * months * factor
    shares = _shares(_sizes(story), ids, here)
    for rival in range(1, firms):
        orders[:, rival] = _poisson(mean * shares[:, rival - 1], here.uniforms("orders", ids, use=rival))
        basket = people.level[places] * np.exp(NOISE * here.normals("basket", ids, use=rival))
        amount[:, rival] = np.rint(orders[:, rival] * basket * 100.0).astype(np.int64)
    return {
        "customer_id": np.repeat(ids, firms),
        "firm": np.tile(np.arange(firms), len(ids)),
        "orders": orders.ravel(),
        "amount": amount.ravel(),
        "firms": firms,
    }


def _till(story: Story, ids: NDArray[np.int64], months: int) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    rows = story.arrays("orders")
    late = rows["day"] >= story.almanac.first[story.months - months]
    who, fen = rows["customer_id"][late], rows["amount"][late]
    place = np.searchsorted(ids, who)
    known = (
        ids[np.minimum(place, max(len(ids) - 1, 0))] == who if len(ids) else np.zeros(len(who), dtype=bool)
    )
    count = np.bincount(place[known], minlength=len(ids))
    money = np.bincount(place[known], fen[known], minlength=len(ids))
    return count[: len(ids)], money[: len(ids)].astype(np.int64)


def _sizes(story: Story) -> NDArray[np.float64]:
    """Return the rivals' parts of what is bought elsewhere: large to small, better ones larger, dear ones smaller."""
    price = story.surroundings.price[: story.months].mean(axis=0)
    quality = story.surroundings.quality[: story.months].mean(axis=0)
    rank = 1.0 / (1.0 + np.arange(len(price))) ** 0.8
    size = rank * np.exp(0.5 * (quality - quality.mean()) - 2.0 * (price - price.mean()))
    return np.asarray(size / size.sum())


def _shares(sizes: NDArray[np.float64], ids: NDArray[np.int64], here: Streams) -> NDArray[np.float64]:
    made = np.stack(
        [gamma_quantile(LOYALTY * size, here.uniforms("taste", ids, use=k)) for k, size in enumerate(sizes)],
        axis=1,
    )
    return np.asarray(made / np.maximum(made.sum(axis=1, keepdims=True), 1e-300))


def _poisson(mean: NDArray[np.float64], uniform: NDArray[np.float64]) -> NDArray[np.int64]:
    """Return the Poisson numbers at uniform ones, by inversion."""
    made, chance = np.zeros(len(mean), dtype=np.int64), np.exp(-mean)
    upto = chance.copy()
    for k in range(1, MOST_ORDERS):
        above = uniform > upto
        if not above.any():
            break
        made += above
        chance = chance * mean / k
        upto = upto + chance
    return made
