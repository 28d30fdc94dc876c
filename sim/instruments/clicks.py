"""Click-streams: visits to the shop's pages in one of two designs, page by page, and what each design does to each customer."""

import tomllib
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from sim.checked import need, number, numbers, once, refuse
from sim.streams import Streams

if TYPE_CHECKING:
    import pandas as pd

SOURCE = Path(__file__).resolve().parents[2] / "datasets" / "retail" / "pages.toml"
DESIGNS = ("classic", "guided")
FURTHEST = 4.0
DAY = 86_400
CHUNK = 4000


class Visits(NamedTuple):
    """Tables `sessions` (one row a visit) and `clicks` (one row a page seen)."""

    sessions: "pd.DataFrame"
    clicks: "pd.DataFrame"


def visits(
    customers: "pd.DataFrame",
    arrivals: "pd.DataFrame",
    streams: Streams,
    *,
    guided_share: float = 0.5,
) -> Visits:
    """Return every visit and every page of it.

    `arrivals` has session_id (whole, from 0, once each), customer_id, day and at (second of the day). `customers` has
    customer_id and may have interest (standard units; 0 without). A customer always sees one design, drawn once:
    guided for `guided_share` of them, unless customers have a column `design`. What is drawn belongs to the visit, so the other design
    meets the same moods: run twice with `guided_share` 0 and 1 to compare. InputError for odd columns or unknown customers.
    """
    import pandas as pd

    share = number(guided_share, "guided_share", low=0, high=1)
    ids, interest = _customers(customers)
    sessions, whose = _arrivals(arrivals, ids)
    designs = _designs(customers, ids, share, streams)[whose]
    number_of = sessions["session_id"].to_numpy()
    here = streams.under("clicks")
    path = _walk(interest[whose], designs, number_of, here)
    who, step = np.nonzero(path >= 0)
    dwell = _dwell(path, number_of, here)
    began = np.concatenate([np.zeros((len(path), 1)), np.cumsum(dwell, axis=1)[:, :-1]], axis=1)
    names = np.array(settings()["pages"], dtype=object)
    clicks = pd.DataFrame(
        {
            "session_id": number_of[who],
            "step": step + 1,
            "page": names[path[who, step]],
            "after": np.rint(began[who, step]),
            "dwell": np.rint(dwell[who, step]),
        }
    )
    sessions = sessions.assign(
        design=np.array(DESIGNS, dtype=object)[designs],
        device=_kind("devices", number_of, here),
        source=_kind("sources", number_of, here),
        pages=(path >= 0).sum(axis=1),
        bought=(path == len(names) - 1).any(axis=1),
    )
    return Visits(sessions, clicks)


def truth(customers: "pd.DataFrame") -> "pd.DataFrame":
    """Return table `truth_clicks`: `customer_id, chance_classic, chance_guided, uplift` of buying in one visit.

    Worked out from the chances of the pages, not counted; uplift is what the guided design adds.
    """
    import pandas as pd

    ids, interest = _customers(customers)
    chances = [_chance(interest, design) for design in range(len(DESIGNS))]
    made = {f"chance_{name}": np.round(c, 9) for name, c in zip(DESIGNS, chances, strict=True)}
    return pd.DataFrame({"customer_id": ids, **made, "uplift": np.round(chances[1] - chances[0], 9)})


@cache
def settings() -> dict[str, Any]:
    """Return the two designs and their settings, from datasets/retail/pages.toml."""
    return tomllib.loads(SOURCE.read_text(encoding="utf-8"))


@cache
def _design(which: int) -> tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.float64]]:
    """Return start weights, weights of the next page (leaving is last), and the pull of each page."""
    told = settings()
    names = [*told["pages"], "leave"]
    design = told["designs"][DESIGNS[which]]
    start = np.array([design["start"].get(name, 0.0) for name in names])
    weights = np.zeros((len(names), len(names)))
    for row, name in enumerate(told["pages"][:-1]):
        for following, weight in design.get(name, {"leave": 1.0}).items():
            weights[row, names.index(following)] = weight
    weights[-2:, -1] = 1.0  # who is done, or gone, is gone
    return start, weights, np.array([told["pull"][name] for name in names])


def _running(interest: NDArray[np.float64], weights: NDArray, pull: NDArray) -> NDArray[np.float64]:
    """Return the running chances of the next page for each person, the last exactly 1."""
    pulled = weights * np.exp(np.multiply.outer(interest, pull))
    upto = np.cumsum(pulled, axis=1)
    return upto / upto[:, -1:]


def _walk(
    interest: NDArray[np.float64], designs: NDArray[np.int64], who: NDArray[np.int64], streams: Streams
) -> NDArray[np.int64]:
    """Return the pages of each visit, one row each, −1 after the last."""
    gone = len(settings()["pages"])
    longest = settings()["longest"]
    path = np.full((len(who), longest), -1, dtype=np.int64)
    page = np.empty(len(who), dtype=np.int64)
    luck = streams.uniforms("page", who)
    for design in range(len(DESIGNS)):
        start, _, pull = _design(design)
        mine = designs == design
        page[mine] = _drawn(_running(interest[mine], start, 0 * pull), luck[mine])
    for step in range(longest):
        there = np.flatnonzero(page != gone)
        if not len(there):
            break
        path[there, step] = page[there]
        luck = streams.uniforms("page", who[there], use=step + 1)
        following = np.full(len(there), gone)
        for design in range(len(DESIGNS)):
            _, weights, pull = _design(design)
            mine = designs[there] == design
            upto = _running(interest[there[mine]], weights[page[there[mine]]], pull)
            following[mine] = _drawn(upto, luck[mine])
        page[there] = following
    return path


def _drawn(upto: NDArray[np.float64], luck: NDArray[np.float64]) -> NDArray[np.int64]:
    return (luck[:, None] >= upto).sum(axis=1)


def _chance(interest: NDArray[np.float64], design: int) -> NDArray[np.float64]:
    start, weights, pull = _design(design)
    made = np.empty(len(interest))
    for begin in range(0, len(interest), CHUNK):
        part = interest[begin : begin + CHUNK]
        steps = weights[None] * np.exp(np.multiply.outer(part, pull))[:, None, :]
        steps /= steps.sum(axis=2, keepdims=True)
        now = np.tile(start / start.sum(), (len(part), 1))
        bought = now[:, -2].copy()
        for _ in range(settings()["longest"] - 1):
            now = np.einsum("ni,nij->nj", now, steps)
            bought += now[:, -2]
        made[begin : begin + CHUNK] = bought
    return made


def _dwell(path: NDArray[np.int64], who: NDArray[np.int64], streams: Streams) -> NDArray[np.float64]:
    """Return seconds on each page, at least 1; one person's haste runs through the whole visit."""
    told = settings()
    medians = np.array([float(told["dwell"][name]) for name in told["pages"]])
    made = np.zeros(path.shape)
    haste = 0.5 * streams.normals("haste", who)
    for step in range(path.shape[1]):
        there = np.flatnonzero(path[:, step] >= 0)
        if not len(there):
            break
        own = streams.normals("dwell", who[there], use=step) * np.sqrt(told["dwell_sigma"] ** 2 - 0.25)
        made[there, step] = np.clip(medians[path[there, step]] * np.exp(haste[there] + own), 1, 1800)
    return np.rint(made)


def _kind(name: str, who: NDArray[np.int64], streams: Streams) -> NDArray:
    told = settings()[name]
    upto = np.cumsum(list(told.values()))
    places = np.searchsorted(upto, streams.uniforms(name, who) * upto[-1], side="right")
    return np.array(list(told), dtype=object)[places]


def _designs(
    customers: "pd.DataFrame", ids: NDArray[np.int64], share: float, streams: Streams
) -> NDArray[np.int64]:
    if "design" not in customers:
        return (streams.under("clicks").uniforms("design", ids) < share).astype(np.int64)
    names = customers["design"].tolist()
    odd = [name for name in names if name not in DESIGNS]
    if odd:
        refuse("design", odd[0], f"must be one of {', '.join(DESIGNS)}", "correct the spelling")
    return np.array([DESIGNS.index(name) for name in names], dtype=np.int64)


def _customers(customers: "pd.DataFrame") -> tuple[NDArray[np.int64], NDArray[np.float64]]:
    need(customers, ["customer_id"], "customers")
    ids = numbers(once(customers, "customer_id", "customers"), "customer_id", low=0, whole=True).astype(
        np.int64
    )
    interest = np.zeros(len(ids))
    if "interest" in customers:
        interest = np.clip(numbers(customers["interest"], "interest"), -FURTHEST, FURTHEST)
    return ids, interest


def _arrivals(arrivals: "pd.DataFrame", ids: NDArray[np.int64]) -> tuple["pd.DataFrame", NDArray[np.int64]]:
    """Return the visits as a clean table and, for each, the row of its customer."""
    import pandas as pd

    names = ["session_id", "customer_id", "day", "at"]
    need(arrivals, names, "arrivals")
    once(arrivals, "session_id", "arrivals")
    limits = {"day": (-np.inf, np.inf), "at": (0, DAY - 1)}
    made = {
        name: numbers(
            arrivals[name], name, low=limits.get(name, (0, 0))[0], high=limits.get(name, (0, np.inf))[1],
            whole=True,
        ).astype(np.int64)
        for name in names
    }  # fmt: skip
    order = np.argsort(ids)
    places = np.searchsorted(ids, made["customer_id"], sorter=order)
    whose = order[np.minimum(places, len(ids) - 1)]
    strange = ids[whose] != made["customer_id"]
    if strange.any():
        first = made["customer_id"][strange][0]
        refuse(
            "arrivals: customer_id", first, "is not among the customers", "add the customer or drop the visit"
        )
    return pd.DataFrame(made), whose
