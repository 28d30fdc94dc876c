"""What common random numbers are worth: the variance of a difference between policies against independent seeds.

`crmlab bench counterfactual` prints, for a dozen ordinary policies after 12, 24 and 36 months, the ratio of variances
and the correlation of the two worlds; then by how much orders rise, which part of them differs, customer by customer,
and 2 over that part (decision 0168): orders are whole and customers draw their own numbers, so no numbers could give a ratio much above.
Last comes what the policy adds to profit.
`--uplift MARKET` prints instead how well two independent sets of futures agree on every lever, customer by customer.
"""

import argparse
import time
from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from sim import truth
from sim.market import Market
from sim.market.scene import Levers
from sim.market.settings import load
from sim.market.story import Story
from sim.market.usual import usual
from sim.policy import Actions, Policy, Steady, View
from sim.streams import Streams

SPANS = (12, 24, 36)


class Turn:
    """A policy that does one thing to a part of the customers, each in turn."""

    budget = None

    def __init__(self, name: str, kind: str, every: int) -> None:
        self.name, self.kind, self.every = name, kind, every

    def act(self, view: View) -> Actions:
        """Return the month's actions."""
        ids = view.customers["customer_id"]
        some = ids[ids % self.every == view.month % self.every]
        silent = ids[(view.customers["last_day"] >= 0) & (view.customers["last_day"] < view.day - 180)]
        return {
            "coupon": Actions(campaigns={"coupon": some}),
            "newsletter": Actions(campaigns={"newsletter": some}),
            "care": Actions(care=some),
            "save": Actions(save=some),
            "call": Actions(winback={"call": silent[silent % self.every == view.month % self.every]}),
            "bundle": Actions(winback={"bundle": silent}),
        }[self.kind]


def policies() -> Mapping[str, Policy]:
    """Return the policies compared with doing nothing."""
    levers = {
        "price -10 %": Levers(price=0.9),
        "price +10 %": Levers(price=1.1),
        "price +30 %": Levers(price=1.3),
        "quality 1": Levers(quality=1.0),
        "quality 3": Levers(quality=3.0),
        "service 1": Levers(service=1.0),
        "agents x 2": Levers(agents=2.0),
        "FAQ": Levers(faq=1.0),
        "follow-up": Levers(follow_up=True),
        "points (own)": Levers(mode="own"),
        "club": Levers(mode="club"),
    }
    turns = [
        ("coupon to a fifth", "coupon", 5),
        ("newsletter to all", "newsletter", 1),
        ("care for a fifth", "care", 5),
        ("save a fifth", "save", 5),
        ("win-back calls", "call", 12),
        ("win-back bundles", "bundle", 1),
    ]
    return {
        **{name: Steady(Actions(levers=told)) for name, told in levers.items()},
        **{name: Turn(name, kind, every) for name, kind, every in turns},
    }


def profits(story: Story) -> NDArray[np.float64]:
    """Return margin less costs up to the end of each span, yuan."""
    income, costs, first = story.income(), story.arrays("costs"), story.almanac.first
    made = []
    for months in SPANS:
        paid = income["margin"][income["day"] < first[months]].sum() / 100.0
        made.append(paid - (costs["amount"][costs["month"] < months].sum() if costs else 0.0))
    return np.array(made)


def orders(story: Story) -> NDArray[np.int64]:
    """Return the number of every order's customer."""
    return story.arrays("orders")["customer_id"]


def differing(one: NDArray[np.int64], two: NDArray[np.int64]) -> int:
    """Return by how many orders customers differ between two worlds, up or down."""
    ids, place = np.unique(np.concatenate([one, two]), return_inverse=True)
    counts = [np.bincount(part, minlength=len(ids)) for part in np.split(place, [len(one)])]
    return int(np.abs(counts[1] - counts[0]).sum())


def ratios(customers: int, seeds: int) -> None:
    """Print the table."""

    def run(policy: Policy) -> tuple[NDArray[np.float64], list[NDArray[np.int64]]]:
        stories = [Market(customers, seed).run(SPANS[-1], policy) for seed in range(seeds)]
        return np.stack([profits(story) for story in stories]), [orders(story) for story in stories]

    base, bought = run(Steady())
    total = sum(map(len, bought))
    print(
        f"{customers} customers, {seeds} seeds; ratio (correlation) after {SPANS} months; "
        f"orders more, differing, 2 over that; profit more after {SPANS[1]} months"
    )
    for name, policy in policies().items():
        other, buys = run(policy)
        cells = []
        for one, two in zip(base.T, other.T, strict=True):
            apart = one.var(ddof=1) + two.var(ddof=1)
            ratio = apart / max((two - one).var(ddof=1), 1e-9 * apart)
            cells.append(f"{ratio:8.1f} ({np.corrcoef(one, two)[0, 1]:.4f})")
        more = sum(map(len, buys)) / total - 1.0
        differ = sum(differing(*pair) for pair in zip(bought, buys, strict=True)) / total
        gain = other[:, 1].sum() / base[:, 1].sum() - 1.0
        print(
            f"{name:18s} {' '.join(cells)} {more:+7.1%} {differ:6.1%} {2.0 / max(differ, 1e-9):7.1f} {gain:+7.1%}",
            flush=True,
        )


def agreement(kind: str, customers: int, replications: int) -> None:
    """Print how well two independent sets of futures agree on every lever, and what they cost."""
    settings = load(kind)
    market = Market(customers, 5, settings=settings)
    state = market.run(18, usual(settings)).final
    start = time.perf_counter()
    sets = [
        truth.uplift(market.with_streams(Streams(k, "market")), state, 12, replications=replications)
        for k in (1, 2)
    ]
    spent = (time.perf_counter() - start) / 2
    print(f"{kind}, {customers} customers, {replications} futures: {spent:.0f} s a set")
    print("lever: mean gain (yuan), correlation of two sets and what one says of itself; the same of staying")
    for lever in sets[0]:
        one, two = (several[lever] for several in sets)
        told = [
            f"{np.corrcoef(a.mean, b.mean)[0, 1] if a.mean.std() and b.mean.std() else np.nan:6.2f} {a.reliability:6.2f}"
            for a, b in ((one.value, two.value), (one.kept, two.kept))
        ]
        print(
            f"{lever:16s} {one.value.mean.mean():9.2f} {told[0]}   {one.kept.mean.mean():8.4f} {told[1]}",
            flush=True,
        )


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--customers", type=int, default=1000)
    parser.add_argument("--seeds", type=int, default=16)
    parser.add_argument("--uplift", metavar="MARKET", default="")
    parser.add_argument("--replications", type=int, default=truth.REPLICATIONS)
    told = parser.parse_args()
    if told.uplift:
        agreement(told.uplift, told.customers, told.replications)
    else:
        ratios(told.customers, told.seeds)


if __name__ == "__main__":
    main()
