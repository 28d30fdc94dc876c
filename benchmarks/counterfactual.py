"""What common random numbers are worth: the variance of a difference between policies against independent seeds.

`crmlab bench counterfactual` prints, for a dozen ordinary policies after 12, 24 and 36 months, the ratio of variances,
the correlation of the two worlds, and the ratio that a correlation of 1 would give: where a policy moves profit in
proportion (a price), the difference itself varies with the size of the market, whatever numbers are used.
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


def ratios(customers: int, seeds: int) -> None:
    """Print the table."""
    run = lambda seed, policy: profits(Market(customers, seed).run(SPANS[-1], policy))  # noqa: E731
    base = np.stack([run(seed, Steady()) for seed in range(seeds)])
    print(
        f"{customers} customers, {seeds} seeds; ratio (correlation, ratio if it were 1) after {SPANS} months"
    )
    for name, policy in policies().items():
        other = np.stack([run(seed, policy) for seed in range(seeds)])
        cells = []
        for k in range(len(SPANS)):
            one, two = base[:, k], other[:, k]
            apart = one.var(ddof=1) + two.var(ddof=1)
            ceiling = apart / max((one.std(ddof=1) - two.std(ddof=1)) ** 2, 1e-9 * apart)
            ratio = apart / max((two - one).var(ddof=1), 1e-9 * apart)
            cells.append(f"{ratio:8.1f} ({np.corrcoef(one, two)[0, 1]:.4f}, {min(ceiling, 99999):7.0f})")
        print(f"{name:18s} " + " ".join(cells), flush=True)


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
