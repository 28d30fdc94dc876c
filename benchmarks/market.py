"""Each market against a Mesa model of a far simpler one of its kind, profiles against Faker, the company's own costs.

`crmlab bench market` prints ratios in one run; `--customers`, `--months` set the size, `--large` adds 1,000,000
customers. The Mesa models draw from NumPy's generator, as Mesa's maintainers ask, and once more from Python's own, the
fastest way we found. Each line is a process of its own, so that memory can be told apart; `--runs` repeats it and keeps
the least CPU seconds, for machines that are busy with other work.
"""

import argparse
import os
import resource
import subprocess
import sys
import time
from collections.abc import Callable
from functools import partial
from importlib.util import find_spec
from typing import Any

GENERATORS = ("numpy", "python")
PEERS = (  # a peer, ours, what a row counts, and ours again with more to do
    ("Shop", "our_market", "retail", "orders", "acting_market"),
    ("Provider", "subscription_market", "subscription", "bills", ""),
    ("Supplier", "business_market", "business", "orders", ""),
)


def mesa_rows(kind: str, generator: str, customers: int, months: int) -> int:
    """Run a peer of `_market_peers` and return how many rows it kept; Mesa is loaded only here, and weighs on nothing of ours."""
    import _market_peers

    peer = getattr(_market_peers, kind)(customers, generator)
    for _ in range(months):
        peer.step()
    return len(peer.rows)


def our_market(customers: int, months: int) -> int:
    """Run ours: prospects, orders, failures, contacts, feelings, causes of leaving; centre off."""
    from sim.market import Market

    return kept(Market(customers, 1).run(months), "orders")


def acting_market(customers: int, months: int) -> int:
    """Run ours with a firm that goes about its business: a call list, coupons, points and tiers, win-back."""
    from sim.market import Market
    from sim.market.facts import Usual

    return kept(Market(customers, 1).run(months, Usual()), "orders")


def subscription_market(customers: int, months: int) -> int:
    """Run a market under contract: the same (an order is an extra), and use and a bill for everybody every month."""
    from sim.market import Market
    from sim.market.settings import load

    return kept(Market(customers, 1, settings=load("subscription")).run(months), "bills")


def business_market(customers: int, months: int) -> int:
    """Run a market of firms: the same, and projects, quotes, visits and three relations an account."""
    from sim.market import Market
    from sim.market.settings import load

    return kept(Market(customers, 1, settings=load("business")).run(months), "orders")


def kept(story: Any, table: str) -> int:
    """Return how many rows a story holds of a table, as it holds them, month by month: so are those of the peers."""
    return sum(len(next(iter(part.values()))) for part in story.parts[table])


def spread_market(customers: int, months: int) -> int:
    """Run ours by blocks of people on a process a processor; the tables are equal."""
    from sim.executors import executor
    from sim.market import blocks

    count = os.cpu_count() or 1
    with executor(workers=count) as pool:
        # The workers are there, and warm, before the clock starts, as every other task is.
        for _ in range(2):
            blocks.run(500, 1, 2, blocks=4 * count, executor=pool)
        start = time.perf_counter()
        story = blocks.run(customers, 1, months, blocks=count, executor=pool)
        took = time.perf_counter() - start
    here, there = (megabytes(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
    print(
        f"retail by blocks on {count} processes: {took:.2f} s by the clock, {here:.0f} MB here, "
        f"{there:.0f} MB in the largest of the others"
    )
    return kept(story, "orders")


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


OURS = (our_market, acting_market, subscription_market, business_market)
TASKS: dict[str, Callable[[int, int], int]] = {
    f"mesa {kind} {generator}": partial(mesa_rows, kind, generator)
    for kind, *_ in PEERS
    for generator in GENERATORS
} | {run.__name__: run for run in (*OURS, spread_market, faker_rows, our_rows, company)}
WARM = dict.fromkeys(TASKS, 100) | {run.__name__: 500 for run in OURS} | {"faker_rows": 10}
COLD = ("spread_market", "company")  # they warm up by themselves


def child(name: str, size: int, months: int) -> None:
    """Run one task after a small one that loads what is imported, and print CPU seconds, megabytes, result."""
    if name not in COLD:
        TASKS[name](WARM[name], 2)
    start = time.process_time()
    result = TASKS[name](size, months)
    took = time.process_time() - start
    print(f"{took} {megabytes(resource.RUSAGE_SELF)} {result}")


def megabytes(whose: int) -> float:
    """Return the most memory this process, or the largest of its children, has held."""
    # ru_maxrss is kilobytes on Linux, bytes on macOS
    return resource.getrusage(whose).ru_maxrss / (1e6 if sys.platform == "darwin" else 1e3)


def measured(name: str, size: int, months: int) -> tuple[float, float, int]:
    """Return CPU seconds, peak megabytes and result of a task in a process of its own."""
    words = [sys.executable, __file__, "--child", name, "--customers", str(size), "--months", str(months)]
    ran = subprocess.run(words, capture_output=True, text=True, check=True, env=os.environ)
    *told, last = ran.stdout.strip().splitlines()
    for line in told:
        print(line)
    took, peak, result = last.split()
    return float(took), float(peak), int(result)


def least(name: str, size: int, months: int, runs: int) -> tuple[float, float, int]:
    """Return the least CPU seconds of several runs, the most megabytes, and the result."""
    took, peak, result = zip(*(measured(name, size, months) for _ in range(runs)), strict=True)
    return min(took), max(peak), result[0]


def compare(size: int, months: int, runs: int, large: bool) -> None:
    """Print each market beside its peers."""
    print(
        f"{'market':<32}{'customers':>11}{'CPU s':>8}{'M customer-months/s':>21}{'x numpy':>9}{'x python':>9}{'MB':>6}{'rows':>12}"
    )
    sizes = [size // 10, size] + [1_000_000] * large
    for kind, ours, market, rows, acting in PEERS:
        lines = [(f"mesa {kind} {one}", f"mesa, {market}, {one}", size) for one in GENERATORS]
        lines += [(ours, f"sim.market, {market}", one) for one in sizes]
        lines += [(acting, f"sim.market, {market}, acting", size)] if acting else []
        peers: list[float] = []  # how fast each is; a peer is held against those before it, and itself
        for name, label, one in lines:
            took, peak, count = least(name, one, months, runs if one <= size else 1)
            speed = one * months / took / 1e6
            if name.startswith("mesa"):
                peers.append(speed)
            times = "".join(f"{speed / peer:>9.1f}" for peer in peers).ljust(18)
            print(f"{label:<32}{one:>11,}{took:>8.2f}{speed:>21.2f}{times}{peak:>6.0f}{count:>12,} {rows}")


def main(words: list[str]) -> None:
    """Print the tables."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--customers", type=int, default=100_000)
    options.add_argument("--months", type=int, default=36)
    options.add_argument("--runs", type=int, default=1)
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
    compare(size, months, max(asked.runs, 1), asked.large)
    measured("spread_market", size, months)
    naive, _, _ = measured("faker_rows", 3000, 0)
    pools, _, _ = measured("our_rows", 100_000, 0)
    print(
        f"profiles: Faker row by row {3000 / naive:,.0f} a CPU s, pools {1e5 / pools:,.0f}: x {naive * 1e5 / 3000 / pools:.0f}"
    )
    measured("company", min(10_000, size), min(24, months))


if __name__ == "__main__":
    main(sys.argv[1:])
