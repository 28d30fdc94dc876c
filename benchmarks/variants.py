"""Are student variants of a market equally hard? Accepted seeds, and what automatic solvers get on each.

`crmlab bench variants` prints mean and spread over `--variants` accepted seeds, against seeds taken as they come.
"""

import argparse
import sys

import numpy as np

from crmlab.market_variants import CASES, accepted, case_of


def main(words: list[str]) -> None:
    """Print the table."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--variants", type=int, default=200)
    options.add_argument("--start", type=int, default=1)
    options.add_argument("--market", choices=list(CASES), default="retail")
    asked = options.parse_args(words)
    made = []
    for one in accepted(asked.start, asked.variants, market=asked.market):
        made.append(one)
        if len(made) % 20 == 0:
            print(f"  {len(made)} variants, seed {one.seed}", flush=True)
    tried = made[-1].seed - asked.start + 1
    print(f"{len(made)} variants accepted of {tried} seeds")
    print(f"{'solver':<28}{'mean':>8}{'sd':>8}{'least':>8}{'most':>8}")
    for name in ("auc", "naive", "textbook", "expert"):
        values = np.array([getattr(one, name) for one in made])
        print(
            f"{name:<28}{values.mean():>8.3f}{values.std(ddof=1):>8.4f}{values.min():>8.3f}{values.max():>8.3f}"
        )
    ranks = case_of(asked.market).ranks
    failed = sum(one.naive < one.case.naive_most for one in made)
    passed = sum(one.expert > one.case.pass_mark for one in made)
    print(
        f"naive fails on {failed}, expert passes on {passed}, policies rank {' > '.join(ranks)} on all: "
        f"{all(one.ranks == ranks for one in made)}"
    )
    print(f"answer keys all different: {len({one.key for one in made}) == len(made)}")


if __name__ == "__main__":
    main(sys.argv[1:])
