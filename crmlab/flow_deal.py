"""A student's service flow: steps and choices drawn so that one way of redrawing it is best, and thought finds it."""

import tomllib
from collections.abc import Iterator
from functools import cache
from typing import TYPE_CHECKING, Any

from crmlab.places import DATASETS
from crmlab.service_flow import (
    APPROVAL,
    CHECKS,
    GOOD_CHECK,
    GOOD_COST,
    LIMITS,
    MADE,
    MERGES,
    PROMISE,
    TODAY,
    Choice,
    Flow,
    Row,
    dearest,
    of_rows,
)
from sim.streams import Streams

if TYPE_CHECKING:
    import pandas as pd

BEHIND = 0.05  # by which the second best stays below the shares that earn a point
ROOM = 0.05  # days by which a redrawn flow keeps or misses the promise
SCALED = 2.8  # days that the best flow takes, about
LEAST_TODAY = 4.0  # days it takes today, at least
ROUNDS = 4000
GENEROUS = 0.4  # share of worlds in which the higher limit is the better one
HIDDEN = 0.4  # share of worlds in which the longest wait is not the one to merge away
LANGUAGES = ("zh", "en")


def deal(streams: Streams, causes: "pd.DataFrame") -> tuple["pd.DataFrame", "pd.DataFrame", dict[str, Any]]:
    """Return `case_flow` and `case_ways` of the dearest cause, and the facts of the answer key.

    Where the check belongs, which steps to merge, how high the limit is and whether only what is done again shows it are drawn first, so that
    worlds differ; the rest is drawn again until one way is clearly best and neither today's flow nor a thoughtless one will do.
    """
    import pandas as pd

    streams, cause = streams.under("flow"), dearest(causes)
    where, what, how, much = streams.uniforms("wanted", range(4)).tolist()
    merge, hidden = list(MERGES)[1 + int(MADE * what)], how < HIDDEN
    wanted = {
        "check": CHECKS[1 + int(MADE * where)],
        "merge": merge,
        "limit": "1000" if much < GENEROUS else "500",
    }
    for use in range(ROUNDS):
        draws = iter(streams.uniforms("round", range(40), use).tolist())
        steps, ways = _drawn(draws, cause, wanted, _parts(MERGES[merge], hidden=hidden))
        flow = of_rows(steps, ways, cause)
        best = flow.best()
        if best == wanted and hidden == (longest(steps) != MERGES[merge]) and one_best(flow):
            break
    return pd.DataFrame(steps), pd.DataFrame(ways), {"cause": str(cause["cause"]), "best": best}


def longest(steps: list[Row]) -> int:
    """Return the step, of those that can be merged away, that is waited for longest as long as nothing is done again."""
    return int(
        max((one for one in steps if one["step"] in MERGES.values()), key=lambda one: one["wait"])["step"]
    )


def one_best(flow: Flow) -> bool:
    """Return whether each choice but the best one costs a point, and the best one keeps the promise with room."""
    best = flow.best()
    top, today = flow.run(best), flow.run(TODAY)
    if top.days > PROMISE - ROOM or today.days < max(LEAST_TODAY, PROMISE + ROOM) or top.saved <= 0:
        return False
    others = [one for one in CHECKS if one != best["check"]]
    if any(flow.run(best | {"check": one}).saved > (GOOD_CHECK - BEHIND) * top.saved for one in others):
        return False
    rest = [(merge, best["limit"]) for merge in MERGES if merge != best["merge"]]
    rest += [(best["merge"], limit) for limit in LIMITS if limit != best["limit"]]
    return all(_falls_short(flow, best | {"merge": merge, "limit": limit}) for merge, limit in rest)


def _falls_short(flow: Flow, choice: Choice) -> bool:
    made, top, today = flow.run(choice), flow.run(flow.best()), flow.run(TODAY)
    dear = today.cost - made.cost <= (GOOD_COST - BEHIND) * (today.cost - top.cost)
    return dear or made.days >= PROMISE + ROOM


def _drawn(
    draws: Iterator[float], cause: "pd.Series[Any]", wanted: Choice, parts: list[str]
) -> tuple[list[Row], list[Row]]:
    """Return the rows of both tables from one round of draws, leaning towards the choice `wanted`."""

    def between(low: float, high: float) -> float:
        return float(low + (high - low) * next(draws))

    cases, cost, rules = int(cause["cases"]), int(cause["cost"]), book()["law"]
    main, kind = CHECKS.index(wanted["check"]) - 1, "generous" if wanted["limit"] == "1000" else "extra"
    weights = [between(2.5, 4.5) if k == main else between(0.4, 1.2) for k in range(MADE)]
    shares = [round(100 * one / sum(weights)) for one in weights]
    shares[main] += 100 - sum(shares)
    waits = [between(*book()["waits"][part]["wait"]) for part in parts]
    again = [round(100 * between(*book()["waits"][part]["again"])) for part in parts]
    within = {name: round(100 * between(*span)) for name, span in rules["within"].items()}
    extra = {name: round(between(*span)) for name, span in rules[kind].items()}
    scale = SCALED / _best_days(waits, again, within[wanted["limit"]])
    waits = [round(days * scale, 1) for days in waits]
    steps = _steps(str(cause["cause"]), shares, waits, again)
    caught = [round(cases * rules["catch"] * sum(shares[:k]) / 100) for k in range(1, MADE + 1)]
    price = [10 * round(cases * cost * between(*span) / 10) for span in rules["price"]]
    ways = [
        _way("check", name, gain, 0.0, yuan)
        for name, gain, yuan in zip(CHECKS[1:], [*caught, 0], price, strict=True)
    ]
    approval = waits[APPROVAL - MADE - 1] * (1 + again[APPROVAL - MADE - 1] / 100)
    shared, prices = {"strict": 0, **within, "all": 100}, {"strict": 0, "200": 0, **extra}
    for name in LIMITS:
        sooner = round(approval * (shared[name] - shared[TODAY["limit"]]) / 100, 1)
        ways.append(_way("limit", name, shared[name], sooner, prices[name]))
    return steps, [*ways, _way("late", "day", 1, 0.0, round(between(*rules["late"])))]


def _parts(gone: int, *, hidden: bool) -> list[str]:
    """Return the part each solving step plays in the drawing, when step `gone` is the one to merge away."""
    parts = {step: "other" for step in MERGES.values() if step}
    parts |= {MADE + 1: "first", APPROVAL: "approval", gone: "hidden" if hidden else "merged"}
    return [parts[step] for step in sorted(parts)]


def _best_days(waits: list[float], again: list[int], within: float) -> float:
    """Return the days that are left when the longest wait is merged away and an agent settles `within` per cent."""
    days = [wait * (1 + more / 100) for wait, more in zip(waits, again, strict=True)]
    days[APPROVAL - MADE - 1] *= 1 - within / 100
    return sum(days) - max(days[step - MADE - 1] for step in MERGES.values() if step)


def _steps(cause: str, shares: list[int], waits: list[float], again: list[int]) -> list[Row]:
    """Return the rows of `case_flow`: the steps in which faults are made, then those that solve a case."""
    made, solving = book()["made"][cause], book()["solving"]
    words = [
        {f"{kind}_{lang}": made[word][k] for lang in LANGUAGES for kind, word in _kinds(lang)}
        for k in range(MADE)
    ] + [
        {f"{kind}_{lang}": one[word] for lang in LANGUAGES for kind, word in _kinds(lang)} for one in solving
    ]
    numbers = zip([0.0] * MADE + waits, shares + again, strict=True)
    return [
        {"step": n, **told, "wait": wait, "share": share}
        for n, (told, (wait, share)) in enumerate(zip(words, numbers, strict=True), 1)
    ]


def _kinds(lang: str) -> tuple[tuple[str, str], ...]:
    return ("step", lang), ("who", f"who_{lang}")


def _way(way: str, choice: str, gain: int, days: float, yuan: int) -> Row:
    return {"way": way, "choice": choice, "gain": gain, "days": days, "yuan": yuan}


@cache
def book() -> dict[str, Any]:
    """Return the steps and the law as written in `datasets/retail/service_flow.toml`."""
    return tomllib.loads((DATASETS / "retail" / "service_flow.toml").read_text(encoding="utf-8"))
