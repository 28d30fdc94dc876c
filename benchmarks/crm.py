"""How fast is the practice CRM with a large market? Loading, list, search and form, beside Django's own ways.

`crmlab bench crm` loads `--customers` accounts and as many people, and prints seconds; the peers, in the same run,
are Django's `bulk_create` and its stock search with LIKE.
"""

import argparse
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pandas as pd

TOKEN = "bench"
CHOICE = "/crm/autocomplete/?app_label=crm&model_name=person&field_name=account"


def main(words: list[str]) -> None:
    """Print the table."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--customers", type=int, default=100_000)
    options.add_argument("--repeats", type=int, default=5)
    asked = options.parse_args(words)
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(scratch)
        table = customers(asked.customers)
        table.to_parquet(folder / "customers.parquet")
        measure(folder, table, asked.repeats)


def customers(count: int) -> pd.DataFrame:
    """Return the visible table of so many customers, as a market writes it."""
    from sim.people import persons
    from sim.streams import Streams

    ids = np.arange(1, count + 1)
    made = pd.DataFrame({"customer_id": ids, **persons(Streams(1), ids)})
    return made.assign(
        joined_day=ids % 700 - 700, channel="forum", keeper=1, consent=ids % 3 > 0, tier="none", points=0
    )


def measure(folder: Path, table: pd.DataFrame, repeats: int) -> None:
    """Load the market into a CRM, look at it through its pages, and print what each step took."""
    from crmlab.crm.book import prepare
    from crmlab.crm.place import Place

    path = folder / "crm.sqlite3"
    prepare(Place(path, token=TOKEN))
    from django.db.models import Q
    from django.test import Client

    from crmlab.crm import search
    from crmlab.crm.loading import load
    from crmlab.crm.models import Account

    loading = timed(lambda: load(folder))
    size = path.stat().st_size
    one = table.iloc[len(table) // 2]
    client = Client(headers={"X-Crm-Token": TOKEN})
    pages = {
        "workbench": "/crm/",
        "calendar": "/crm/calendar/",
        "list": "/crm/crm/account/",
        "list, a filter": "/crm/crm/account/?stage__exact=exploration",
        "search, 2 characters of a name": f"/crm/crm/account/?q={one['name'][:2]}",
        "search, part of a number": f"/crm/crm/account/?q={one['phone'][3:9]}",
        "form": f"/crm/crm/account/{one['customer_id']}/change/",
        "form, a new activity": "/crm/crm/activity/add/",
        "choosing an account by its name": f"{CHOICE}&term={one['name'][:2]}",
        "contact persons": "/crm/crm/person/",
        "contact persons, last page": f"/crm/crm/person/?p={max(1, len(table) // 50)}",
        "history": f"/crm/crm/account/{one['customer_id']}/history/",
    }
    print(f"{len(table):,} accounts and as many people, {size / 1e6:.0f} MB")
    print(f"{'step':<34}{'first, s':>10}{'then, s':>10}")
    print(f"{'loading':<34}{loading:>10.2f}{'':>10}")
    for name, address in pages.items():
        first = timed(lambda address=address: opened(client, address))
        print(
            f"{name:<34}{first:>10.2f}{median(lambda address=address: opened(client, address), repeats):>10.2f}"
        )
    print(f"\n{'beside Django itself':<34}{'Django, s':>10}{'ours, s':>10}{'times':>8}")
    bulk = timed(lambda: bulk_create(folder / "peer.sqlite3", table))
    prepare(Place(path, token=TOKEN))
    row("loading", bulk, loading)
    for name, text in (
        ("name, 2 characters", one["name"][:2]),
        ("name, 3 characters", "张伟丽"),
        ("part of a number", one["phone"][3:9]),
    ):
        like = (
            Q(name__icontains=text)
            | Q(phone__icontains=text)
            | Q(e_mail__icontains=text)
            | Q(address__icontains=text)
        )
        theirs = median(lambda like=like: Account.objects.filter(like).count(), repeats)
        ours = median(
            lambda text=text: search.find(Account.objects.all(), text, personal=True).count(), repeats
        )
        row(f"search, {name}", theirs, ours)


def bulk_create(path: Path, table: pd.DataFrame) -> None:
    """Load accounts and people the way Django's documentation shows; no index, no consent."""
    from crmlab.crm.book import prepare
    from crmlab.crm.place import Place

    prepare(Place(path, token=TOKEN))
    from crmlab.crm.models import Account, Person

    rows = table.to_dict("records")
    Account.objects.bulk_create(
        [
            Account(id=r["customer_id"], name=r["name"], phone=r["phone"], e_mail=r["e_mail"], city=r["city"])
            for r in rows
        ]
    )
    Person.objects.bulk_create(
        [Person(account_id=r["customer_id"], name=r["name"], phone=r["phone"]) for r in rows]
    )


def opened(client: object, address: str) -> None:
    """Open a page; AssertionError when it does not answer."""
    assert client.get(address).status_code == 200, address  # type: ignore[attr-defined]


def timed(act: Callable[[], object]) -> float:
    """Return the seconds an act takes."""
    start = time.perf_counter()
    act()
    return time.perf_counter() - start


def median(act: Callable[[], object], repeats: int) -> float:
    """Return the median of several runs, seconds."""
    return float(np.median([timed(act) for _ in range(repeats)]))


def row(name: str, theirs: float, ours: float) -> None:
    """Print one comparison."""
    print(f"{name:<34}{theirs:>10.3f}{ours:>10.3f}{theirs / ours:>8.1f}")


if __name__ == "__main__":
    main(sys.argv[1:])
