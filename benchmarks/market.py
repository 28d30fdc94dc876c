"""The market against a Mesa model of a far simpler one, profiles against Faker's rows, and the company's own costs.

`crmlab bench market` prints ratios in one run; `--customers`, `--months` set the size, `--large` adds 1,000,000
customers. Each line is a process of its own, so that memory can be told apart.
"""

import argparse
import os
import resource
import subprocess
import sys
import time
from importlib.util import find_spec
from typing import Any

PEER = "mesa buy-or-leave"


def mesa_market(customers: int, months: int) -> int:
    """Run the peer: an agent a customer who buys (an amount of his own level) or leaves; orders are kept."""
    import mesa

    class Shopper(mesa.Agent):
        def __init__(self, model: mesa.Model) -> None:
            super().__init__(model)
            draw = model.random
            self.rate = draw.gammavariate(0.6, 0.26 / 0.6)
            self.level = draw.lognormvariate(4.8, 0.55)
            self.leaves = min(draw.gammavariate(0.6, 0.05), 0.9)
            self.here = True

        def step(self) -> None:
            if not self.here:
                return
            draw = self.model.random
            if draw.random() < self.rate:
                amount = round(self.level * draw.lognormvariate(0.0, 0.6), 2)
                self.model.orders.append((self.unique_id, self.model.month, amount))
            if draw.random() < self.leaves:
                self.here = False

    class Shop(mesa.Model):
        def __init__(self) -> None:
            super().__init__(rng=1)
            self.orders: list[tuple[int, int, float]] = []
            self.month = 0
            Shopper.create_agents(self, customers)

        def step(self) -> None:
            self.agents.shuffle_do("step")
            self.month += 1
            Shopper.create_agents(self, customers // 100)  # newcomers, as many as ours has

    shop = Shop()
    for _ in range(months):
        shop.step()
    return len(shop.orders)


def our_market(customers: int, months: int) -> int:
    """Run ours: prospects, orders, failures, contacts, feelings, causes of leaving; centre off."""
    from sim.market import Market

    return len(Market(customers, 1).run(months).arrays("orders")["order_id"])


def subscription_market(customers: int, months: int) -> int:
    """Run a market under contract: the same, and use and a bill for everybody every month."""
    from sim.market import Market
    from sim.market.settings import load

    return len(Market(customers, 1, settings=load("subscription")).run(months).arrays("bills")["bill_id"])


def business_market(customers: int, months: int) -> int:
    """Run a market of firms: the same, and projects, quotes, visits and three relations an account."""
    from sim.market import Market
    from sim.market.settings import load

    story = Market(customers, 1, settings=load("business")).run(months)
    return len(story.arrays("opportunity_stages")["opportunity_id"])


def spread_market(customers: int, months: int) -> int:
    """Run ours by blocks of people on a process a processor; the tables are equal."""
    from sim.executors import executor
    from sim.market import blocks

    count = os.cpu_count() or 1
    with executor(workers=count) as pool:
        blocks.run(
            500, 1, 2, blocks=4 * count, executor=pool
        )  # the workers are there before the clock starts
        start = time.perf_counter()
        story = blocks.run(customers, 1, months, blocks=count, executor=pool)
        print(f"the same by blocks on {count} processes: {time.perf_counter() - start:.1f} s by the clock")
    return len(story.arrays("orders")["order_id"])


def faker_rows(rows: int, _: int) -> int:
    """Make profiles the naive way: a call for each field of each row."""
    from faker import Faker

    fake = Faker("zh_CN")
    fake.seed_instance(1)
    made = [
        (
            fake.name(),
            fake.date_of_birth(),
            fake.phone_number(),
            fake.email(),
            fake.province(),
            fake.city(),
            fake.district(),
            fake.street_address(),
            fake.company(),
        )
        for _ in range(rows)
    ]
    return len(made)


def our_rows(rows: int, _: int) -> int:
    """Make profiles from word pools, as arrays."""
    import numpy as np

    from sim.people import persons
    from sim.streams import Streams

    return len(persons(Streams(1), np.arange(1, rows + 1))["name"])


def company(customers: int, months: int) -> int:
    """Run a whole company and print where its time goes."""
    import sim.market.exchange
    from sim.callcenter import Centre
    from sim.company import Company
    from sim.market import Market
    from sim.market.exchange import Exchange

    spent = {"centre": 0.0, "exchange": 0.0}

    def timed(owner: Any, method: str, purpose: str) -> None:
        inner = getattr(owner, method)

        def outer(*given: object, **named: object) -> object:
            start = time.process_time()
            try:
                return inner(*given, **named)
            finally:
                spent[purpose] += time.process_time() - start

        setattr(owner, method, outer)

    whole = Company(customers, 1)
    Market(50, 1).run(1)
    timed(Centre, "run", "centre")
    timed(sim.market.exchange, "draws", "centre")  # the numbers a contact brings belong to the centre
    timed(Exchange, "answer", "exchange")
    start = time.process_time()
    made = whole.run(months)
    total = time.process_time() - start
    coupling = spent["exchange"] - spent["centre"]
    calls = sum(map(len, made.calls))
    print(
        f"company, {customers:,} customers x {months} months, {calls:,} calls: {total:.1f} CPU s; market "
        f"{(total - spent['exchange']) / total:.0%}, contact centre {spent['centre'] / total:.0%}, "
        f"coupling {coupling / total:.0%}"
    )
    return calls


TASKS = {
    run.__name__: run
    for run in (
        mesa_market,
        our_market,
        subscription_market,
        business_market,
        spread_market,
        faker_rows,
        our_rows,
        company,
    )
}
LABELS = {
    "mesa_market": PEER,
    "our_market": "sim.market, retail",
    "subscription_market": "sim.market, subscr.",
    "business_market": "sim.market, business",
}
WARM = {
    "our_market": 500,
    "subscription_market": 500,
    "business_market": 500,
    "our_rows": 100,
    "mesa_market": 100,
    "faker_rows": 10,
}


def child(name: str, size: int, months: int) -> None:
    """Run one task after a small one that loads what is imported, and print CPU seconds, megabytes, result."""
    if name in WARM:
        TASKS[name](WARM[name], 2)
    start = time.process_time()
    result = TASKS[name](size, months)
    took = time.process_time() - start
    # ru_maxrss is kilobytes on Linux, bytes on macOS
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / (1e6 if sys.platform == "darwin" else 1e3)
    print(f"{took} {peak} {result}")


def measured(name: str, size: int, months: int) -> tuple[float, float, int]:
    """Return CPU seconds, peak megabytes and result of a task in a process of its own."""
    words = [sys.executable, __file__, "--child", name, "--customers", str(size), "--months", str(months)]
    ran = subprocess.run(words, capture_output=True, text=True, check=True, env=os.environ)
    *told, last = ran.stdout.strip().splitlines()
    for line in told:
        print(line)
    took, peak, result = last.split()
    return float(took), float(peak), int(result)


def main(words: list[str]) -> None:
    """Print the tables."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--customers", type=int, default=100_000)
    options.add_argument("--months", type=int, default=36)
    options.add_argument("--large", action="store_true")
    options.add_argument("--child", default="")
    asked = options.parse_args(words)
    if asked.child:
        child(asked.child, asked.customers, asked.months)
        return
    absent = [name for name in ("mesa", "faker") if find_spec(name) is None]
    if absent:
        raise SystemExit(
            f"{', '.join(absent)}: not installed; it is a peer, from the extra bench of pyproject.toml"
        )
    size, months = asked.customers, asked.months
    print(
        f"{'market':<22}{'customers':>11}{'CPU s':>8}{'M customer-months/s':>21}{'x peer':>8}{'MB':>8}{'orders':>12}"
    )
    base = None
    sizes = [size // 10, size] + [1_000_000] * asked.large
    for name, some in (
        ("mesa_market", [size]),
        ("our_market", sizes),
        ("subscription_market", sizes[:2]),
        ("business_market", sizes[:2]),
    ):
        for one in some:
            took, peak, orders = measured(name, one, months)
            speed = one * months / took / 1e6
            base = base or speed
            label = LABELS[name]
            print(
                f"{label:<22}{one:>11,}{took:>8.1f}{speed:>21.2f}{speed / base:>8.1f}{peak:>8.0f}{orders:>12,}"
            )
    measured("spread_market", size, months)
    naive, _, _ = measured("faker_rows", 3000, 0)
    pools, _, _ = measured("our_rows", 100_000, 0)
    print(
        f"profiles: Faker row by row {3000 / naive:,.0f} a CPU s, pools {1e5 / pools:,.0f}: x {naive * 1e5 / 3000 / pools:.0f}"
    )
    measured("company", min(10_000, size), min(24, months))


if __name__ == "__main__":
    main(sys.argv[1:])
