"""What common random numbers are worth: the variance of a difference between policies against independent seeds.

`crmlab bench counterfactual` prints, for a dozen ordinary policies, the ratio of variances in two settings: markets of other
seeds, whose people are others, and other futures of the same people. In each, first of what happened (second less first),
then of the difference with chance taken out (decision 0177). Last comes what the policy adds to profit.
`--uplift MARKET` prints instead how well two independent sets of futures agree on every lever, customer by customer.
"""

import argparse
import time
from collections.abc import Mapping, Sequence

import numpy as np

from sim import futures, truth
from sim.market import Market
from sim.market.scene import Levers
from sim.market.settings import load
from sim.market.usual import usual
from sim.policy import Actions, Policy, Steady, View
from sim.streams import Streams
from sim.truth import Comparison


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


def ratios(several: Sequence[Comparison]) -> str:
    """Return how much less a difference varies than between independent worlds: as it happened, and chance taken out."""
    first, second = ([getattr(one, side) for one in several] for side in ("first", "second"))
    apart = np.var(first, ddof=1) + np.var(second, ddof=1)
    happened = np.var(np.subtract(second, first), ddof=1)
    quiet = np.var([one.difference for one in several], ddof=1)
    return " ".join(f"{apart / max(float(variance), 1e-9 * apart):9.1f}" for variance in (happened, quiet))


def table(customers: int, months: int, seeds: int) -> None:
    """Print a line a policy."""
    markets = [Market(customers, seed) for seed in range(seeds)]
    people = markets[0].start()
    same = [futures.anew(markets[0], people, "same people", k) for k in range(seeds)]
    print(f"{customers} customers, {months} months, {seeds} seeds; then {seeds} futures of the people of one")
    print(f"{'policy':18s} happened     quiet  happened     quiet   profit")
    for name, policy in policies().items():
        apart = [truth.counterfactual(market, months, Steady(), policy) for market in markets]
        alike = [
            truth.counterfactual(market, months, Steady(), policy, state=state) for state, market in same
        ]
        gain = sum(one.difference for one in apart) / sum(one.first for one in apart)
        print(f"{name:18s}{ratios(apart)} {ratios(alike)} {gain:+8.1%}", flush=True)


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
    parser.add_argument("--months", type=int, default=24)
    parser.add_argument("--uplift", metavar="MARKET", default="")
    parser.add_argument("--replications", type=int, default=truth.REPLICATIONS)
    told = parser.parse_args()
    if told.uplift:
        agreement(told.uplift, told.customers, told.replications)
    else:
        table(told.customers, told.months, told.seeds)


if __name__ == "__main__":
    main()
