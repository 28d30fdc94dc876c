"""What a remedy is worth: the chance that a customer leaves after it, what it costs, and what planners would choose."""

import tomllib
from functools import cache, partial
from typing import TYPE_CHECKING, Any

import numpy as np

from crmlab.places import DATASETS
from sim.streams import Streams

if TYPE_CHECKING:
    import pandas as pd

REMEDIES = ("explain", "voucher", "replace", "generous")
OWED = ("replace", "generous")
LEAST_GAP = 150  # yuan over six cases, between the better plan that treats all alike and the expert's
GOOD = 0.8  # share of that gap that a plan must win for all its points
MOST_ALIKE = 3  # remedies in the expert's plan, at least
MOST_DAYS = 5
Plan = dict[str, str]
Values = dict[str, dict[str, float]]


def values(streams: Streams, cases: list[dict[str, Any]]) -> Values:
    """Return yuan expected of each case under each remedy: what the customer brings if they stay, less the cost.

    Each customer's own bent towards each remedy, hidden from the student, moves the chance of leaving a little.
    """
    law = _law()
    draws = streams.uniforms("bent", range(len(cases) * len(REMEDIES))).reshape(len(cases), -1)
    bent = law["own_way"] / 100 * (2 * draws - 1)
    return {
        one["case_id"]: {
            remedy: round(
                (1 - leaving(remedy, found=one["found"]) - float(bent[k, n])) * one["worth"]
                - cost(remedy, one["amount"])
                - _came_back(remedy, one),
                2,
            )
            for n, remedy in enumerate(REMEDIES)
        }
        for k, one in enumerate(cases)
    }


def leaving(remedy: str, *, found: bool) -> float:
    """Return the chance that a customer leaves after a remedy, the case solved on its first day."""
    return float(_law()["leaves_true" if found else "leaves_false"][remedy]) / 100


def cost(remedy: str, amount: float) -> float:
    """Return what a remedy costs the company in yuan; goods taken back keep part of their price."""
    law = _law()
    return float(law["costs"][remedy] + law["share_of_price"][remedy] * amount)


def _came_back(remedy: str, case: dict[str, Any]) -> float:
    """Return what it costs to refuse what is owed: the customer gets it all the same, by the authorities."""
    if remedy in allowed(found=case["found"]):
        return 0.0
    return cost("replace", case["amount"]) + float(_law()["refused"])


def allowed(*, found: bool) -> tuple[str, ...]:
    """Return the remedies that may be given: who complains with reason has a right to what was paid for."""
    return OWED if found else REMEDIES


def plans(cases: list[dict[str, Any]], worth: Values) -> dict[str, Plan]:
    """Return what planners choose: everybody the same (`replace`, `generous`), `rule` by the finding alone,
    `textbook` by last year's rates, as a student can, and `expert`, who also knows each customer's own bent.
    """

    def by_rates(one: dict[str, Any], remedy: str) -> float:
        return -leaving(remedy, found=one["found"]) * one["worth"] - cost(remedy, one["amount"])

    made: dict[str, Plan] = {name: dict.fromkeys(worth, name) for name in OWED}
    made |= {"rule": {}, "textbook": {}, "expert": {}}
    for one in cases:
        name, found = one["case_id"], one["found"]
        made["rule"][name] = "replace" if found else "explain"
        made["textbook"][name] = max(allowed(found=found), key=partial(by_rates, one))
        made["expert"][name] = max(allowed(found=found), key=worth[name].__getitem__)
    return made


def won(plan: Plan, worth: Values, known: dict[str, Plan]) -> float:
    """Return how far a plan comes from the better plan that treats all alike (0) to the expert's (1)."""
    low = _thoughtless(worth, known)
    return (total(plan, worth) - low) / (total(known["expert"], worth) - low)


def total(plan: Plan, worth: Values) -> float:
    """Return yuan expected of all cases under a plan."""
    return sum(worth[name][remedy] for name, remedy in plan.items())


def tell_apart(known: dict[str, Plan], worth: Values) -> bool:
    """Return whether thought pays in these cases: the rule alone comes short, last year's rates come near the best."""
    if total(known["expert"], worth) - _thoughtless(worth, known) < LEAST_GAP:
        return False
    rule, textbook = (won(known[name], worth, known) for name in ("rule", "textbook"))
    return rule < GOOD - 0.1 and textbook > GOOD + 0.1 and len(set(known["expert"].values())) >= MOST_ALIKE


def _thoughtless(worth: Values, known: dict[str, Plan]) -> float:
    return max(total(known[name], worth) for name in OWED)


def record(streams: Streams) -> "pd.DataFrame":
    """Return last year's complaints: justified or not, remedy, working days to the solution, left within a year."""
    import pandas as pd

    law = _law()
    ids = np.arange(law["record"])
    found = streams.uniforms("record found", ids) < 0.7
    place = np.floor(streams.uniforms("record remedy", ids) * len(REMEDIES)).astype(int)
    days = 1 + np.floor(streams.uniforms("record days", ids) * MOST_DAYS).astype(int)
    rates = np.array([[leaving(one, found=kind) for one in REMEDIES] for kind in (False, True)])
    chance = rates[found.astype(int), place] + law["a_late_day"] / 100 * (days - 1)
    made = pd.DataFrame({"found": found, "remedy": np.array(REMEDIES)[place], "days": days})
    draws = pd.Series(streams.uniforms("record left", ids))
    # by rank within each kind, so that shares come out as the law says and a small difference can be read
    kinds = draws.groupby([made[name] for name in made])
    share = (kinds.rank() - 0.5) / kinds.transform("size")
    return made.assign(left=share.to_numpy() < chance)


@cache
def _law() -> dict[str, Any]:
    told = tomllib.loads((DATASETS / "retail" / "complaints.toml").read_text(encoding="utf-8"))
    return dict(told["law"])
