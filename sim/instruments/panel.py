"""The panel: what some customers say they bought at the firm and at each rival, so their share of wallet is seen."""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sim.market.customers import Customers, gamma_quantile
from sim.market.settings import FIRST, kind_of
from sim.market.story import Story
from sim.streams import Streams

MONTHS = 12
MOST = 1500  # members of the panel
NOISE = 0.25  # of the money, log scale
MOST_ORDERS = 250


@dataclass(frozen=True)
class Habits:
    """How customers of a kind of market buy elsewhere.

    `loyalty` is the total of a Dirichlet over rivals: purchases scatter much, yet small rivals have fewer buyers, who
    also buy a little less often (double jeopardy; Goodhardt, Ehrenberg and Chatfield 1984); a small total means much
    loyalty. `orders` are those elsewhere for each that is made here at the usual pace, `buys` the share who buy elsewhere at
    all while they are customers. What each needs is his own, `spread` (log scale), and follows his pace here with the power
    `follows` only: households differ in their share of wallet. Who leaves takes the part `moves` of what he bought here along.
    """

    loyalty: float
    orders: float
    buys: float
    spread: float
    follows: float
    moves: float


HABITS = {  # own choices
    "retail": Habits(loyalty=1.3, orders=1.6, buys=1.0, spread=1.0, follows=0.25, moves=0.6),
    # One provider a line: a second line for some, another provider for nearly all who left. An order is a bill.
    "subscription": Habits(loyalty=0.05, orders=1.0, buys=0.25, spread=0.0, follows=1.0, moves=0.95),
    # A firm keeps two or three suppliers of one thing, so that none can press it.
    "business": Habits(loyalty=0.9, orders=1.0, buys=0.75, spread=1.0, follows=0.25, moves=0.6),
}


def bought(story: Story, streams: Streams, *, most: int = MOST) -> dict[str, Any]:
    """Return columns of one row a panel member and firm (firm 0 is ours): customer_id, firm, orders, amount in fen.

    `firms` says how many rows each member has. Who is in the panel, and what is bought elsewhere, belongs to the customer
    alone; what was bought here is what the till says, bills too, of the last twelve months.
    """
    people, here, habits = story.customers(), streams.under("panel"), HABITS[kind_of(story.settings)]
    mine = people.consent & (here.uniforms("member", people.id) < most / max(people.consent.sum(), 1))
    places = np.flatnonzero(mine)[np.argsort(people.id[mine])]
    ids, months = people.id[places], min(MONTHS, story.months)
    firms = len(_sizes(story)) + 1
    orders, amount = np.zeros((len(ids), firms), dtype=np.int64), np.zeros((len(ids), firms), dtype=np.int64)
    orders[:, 0], amount[:, 0] = _till(story, ids, months)
    rate, basket = _usual(story, people, places)
    buys = here.uniforms("buys elsewhere", ids) < habits.buys
    pace = float(story.settings.buying.rate_mean) if habits.follows < 1.0 else 1.0
    need = np.exp(habits.spread * here.normals("need", ids) - 0.5 * habits.spread**2)
    mean = habits.orders * pace * need * (rate / pace) ** habits.follows * months * buys
    away = np.clip(np.nan_to_num(story.months - people.lost_at[places]), 0.0, months) * ~people.alive[places]
    mean += habits.moves * rate * away
    shares = _shares(_sizes(story), ids, here, habits.loyalty)
    for rival in range(1, firms):
        orders[:, rival] = _poisson(mean * shares[:, rival - 1], here.uniforms("orders", ids, use=rival))
        price = basket * np.exp(NOISE * here.normals("basket", ids, use=rival))
        amount[:, rival] = np.rint(orders[:, rival] * price * 100.0).astype(np.int64)
    return {
        "customer_id": np.repeat(ids, firms),
        "firm": np.tile(np.arange(firms), len(ids)),
        "orders": orders.ravel(),
        "amount": amount.ravel(),
        "firms": firms,
    }


def _usual(
    story: Story, people: Customers, places: NDArray[np.int64]
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return how often each buys in a month, and for how much, yuan: a shop's baskets, else what each payment came to."""
    kind, rate = kind_of(story.settings), people.rate[places]
    if kind == FIRST:
        return rate, people.level[places]
    count, fen = _till(story, people.id[places], story.months)
    usual = fen.sum() / max(count.sum(), 1)
    basket = np.where(count > 0, fen / np.maximum(count, 1), usual) / 100.0
    return (np.ones(len(places)) if kind == "subscription" else rate), basket


def _till(story: Story, ids: NDArray[np.int64], months: int) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    rows = story.income()
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


def _shares(
    sizes: NDArray[np.float64], ids: NDArray[np.int64], here: Streams, loyalty: float
) -> NDArray[np.float64]:
    made = np.stack(
        [gamma_quantile(loyalty * size, here.uniforms("taste", ids, use=k)) for k, size in enumerate(sizes)],
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
