"""Baskets and the panel: lines add up, tastes belong to people, and what is bought here is what the till says."""

import numpy as np
import pytest

from sim.instruments import baskets, panel
from sim.market import Market
from sim.market.story import Story
from sim.streams import Streams

S = Streams(8)


def made(n: int = 5000, seed: int = 8) -> dict[str, np.ndarray]:
    ids = np.arange(1, n + 1)
    return baskets.lines(ids, ids % 400, 100 + (ids * 7919) % 50_000, Streams(seed))


def test_lines_add_up_to_the_order_and_are_numbered_from_one() -> None:
    rows = made()
    fen = np.bincount(rows["order_id"], rows["fen"].astype(float))[1:]
    ids = np.arange(1, 5001)
    assert (fen == 100 + (ids * 7919) % 50_000).all() and rows["fen"].min() > 0
    count = np.bincount(rows["order_id"])[1:]
    assert (count >= 1).all() and count.max() <= baskets.settings()["most_lines"]
    assert (np.bincount(rows["order_id"], rows["line"].astype(float))[1:] == count * (count + 1) / 2).all()


def test_the_number_of_lines_is_geometric() -> None:
    """Mean 1 / (1 - q), cut at six lines; 5,000 orders: within 4 standard errors."""
    q, most = baskets.settings()["more_lines"], baskets.settings()["most_lines"]
    mean = (1 - q**most) / (1 - q)
    count = np.bincount(made()["order_id"])[1:]
    assert abs(count.mean() - mean) < 4 * count.std() / np.sqrt(len(count))


def test_customers_have_a_favourite_kind() -> None:
    rows = made()
    who, kind = rows["order_id"] % 400, np.unique(rows["kind"], return_inverse=True)[1]
    table = np.zeros((400, kind.max() + 1))
    np.add.at(table, (who, kind), 1)
    assert (
        (table.max(axis=1) / table.sum(axis=1)).mean() > 0.5 > (table.sum(axis=0) / table.sum()).max() + 0.2
    )


def test_other_orders_change_no_basket_and_none_is_no_line() -> None:
    ids = np.arange(100, 200)
    part = baskets.lines(ids, ids % 400, 100 + (ids * 7919) % 50_000, S)
    whole = made()
    mine = (whole["order_id"] >= 100) & (whole["order_id"] < 200)
    assert all((whole[name][mine] == part[name]).all() for name in whole)
    nobody = np.zeros(0, dtype=np.int64)
    assert len(baskets.lines(nobody, nobody, nobody, S)["line"]) == 0


@pytest.fixture(scope="module")
def story() -> Story:
    return Market(4000, 3).run(14)


def test_the_panel_tells_of_our_till_what_the_till_tells(story: Story) -> None:
    rows = panel.bought(story, S)
    ours = rows["firm"] == 0
    orders = story.arrays("orders")
    late = orders["day"] >= story.almanac.first[2]
    for who, count, fen in list(
        zip(rows["customer_id"][ours], rows["orders"][ours], rows["amount"][ours], strict=True)
    )[:50]:
        mine = late & (orders["customer_id"] == who)
        assert (mine.sum(), orders["amount"][mine].sum()) == (count, fen)
    assert rows["firms"] == 7 and 1000 < ours.sum() < 2000


def test_those_who_left_buy_more_elsewhere_and_large_rivals_are_met_by_more(story: Story) -> None:
    rows, people = panel.bought(story, S, most=10**9), story.customers()
    alive = dict(zip(people.id.tolist(), people.alive.tolist(), strict=True))
    orders = rows["orders"].reshape(-1, 7)
    here = np.array([alive[who] for who in rows["customer_id"][::7].tolist()])
    share = [orders[some, 0].sum() / orders[some].sum() for some in (here, ~here)]
    assert 0.3 < share[0] < 0.6 and share[1] < 0.7 * share[0]
    sizes = panel._sizes(story)
    assert np.corrcoef(sizes, (orders[:, 1:] > 0).mean(axis=0))[0, 1] > 0.9


def test_the_panel_belongs_to_its_members(story: Story) -> None:
    small, large = (panel.bought(story, S, most=n) for n in (300, 900))
    kept = np.isin(large["customer_id"], small["customer_id"])
    assert set(small["customer_id"]) < set(large["customer_id"])
    assert (large["orders"][kept] == small["orders"]).all()
