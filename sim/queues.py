"""One queue with constant parameters, written in a line and run as long as wanted: for comparison with theory."""

import math

import numpy as np

from sim.callcenter import Centre, laws
from sim.contacts import Contacts, Draws, draws, milliseconds
from sim.errors import InputError
from sim.records import Calls
from sim.scenario import Scenario
from sim.streams import Streams

MANY = 1_000_000  # trunks, where none is said
SKILL = "calls"


def queue(
    *,
    calls_per_hour: float,
    aht_seconds: float,
    agents: int,
    patience_seconds: float = math.inf,
    talk_law: str = "exponential",
    talk_cv: float = 1.0,
    patience_law: str = "exponential",
    patience_shape: float = 1.0,
    quantiles: tuple[float, ...] = (),
    balk_share: float = 0.0,
    trunks: int = MANY,
    service_level_seconds: float = 20.0,
) -> Scenario:
    """Return a centre of one queue that is always open, with the arguments of `sim.theory`.

    No menu, no work after the call, no second attempt, days alike. `patience_seconds` is the mean; infinity
    means that nobody hangs up. Laws, `talk_cv`, `patience_shape` and `quantiles` are those of a scenario file
    (`sim.callcenter.laws`). It is checked like a file: InputError for anything impossible.
    """
    endless = math.isinf(patience_seconds) and patience_seconds > 0 and patience_law == "exponential"
    patience: dict[str, object] = {
        "law": patience_law,
        "mean_seconds": patience_seconds,
        "shape": patience_shape,
    }
    if endless:
        patience = {"law": "endless", "mean_seconds": 1.0}
    if quantiles:
        patience |= {"quantiles": list(quantiles), "mean_seconds": 1.0}
    titles = {"title_zh": "一个队列", "title_en": "One queue"}
    skill = titles | {
        "share": 1.0,
        "reasons": {SKILL: 1.0},
        "talk_law": talk_law,
        "talk_mean_seconds": aht_seconds,
        "talk_cv": talk_cv,
        "wrap_up_mean_seconds": 0.0,
        "solved_share": 1.0,
    }
    plain = titles | {
        "opening": "00:00",
        "closing": "24:00",
        "interval_minutes": 24 * 60,
        "calls_per_hour": [calls_per_hour],
        "busyness_cv": 0.0,
        "customers": MANY,
        "vip_share": 0.0,
        "trunks": trunks,
        "service_level_seconds": service_level_seconds,
        "ivr": {"menu_seconds": 0.0, "self_service_share": 0.0, "left_menu_share": 0.0},
        "patience": patience | {"balk_share": balk_share},
        "redial": {"probability": 0.0, "mean_delay_seconds": 1.0, "max_attempts": 1},
        "skills": {SKILL: skill},
        "teams": {SKILL: titles | {"skills": [SKILL], "agents": [agents]}},
    }
    return Scenario.from_plain(plain, "queue")


def callers(
    scenario: Scenario, count: int, streams: Streams, *, gap_law: str = "exponential", gap_cv: float = 1.0
) -> tuple[Contacts, Draws]:
    """Return `count` callers, one after the other, at the scenario's first rate, and their draws.

    All are of one day, which runs on past midnight as long as they call; skills come by their shares. The gaps
    between callers are independent, of a law of talk (`sim.callcenter.laws.duration`): exponential, for Poisson arrivals,
    constant, gamma or lognormal with `gap_cv` as coefficient of variation. InputError for a number below 1 or
    a rate of 0.
    """
    rate = scenario.calls_per_hour[0]
    if isinstance(count, bool) or not isinstance(count, int | np.integer) or count < 1:
        raise InputError(
            f"count = {count!r}: the number of callers is a whole number from 1 up; choose e.g. 10000"
        )
    if rate <= 0:
        raise InputError(f"calls_per_hour = {rate:g}: nobody ever calls; choose a rate above 0")
    ids = np.arange(count)
    gaps = laws.duration(gap_law, gap_cv, streams, "gap", ids, 0) * 3600.0 / rate
    edges = np.cumsum([skill.share for skill in scenario.skills])[:-1]
    skill = np.searchsorted(edges, streams.uniforms("skill", ids), side="right")
    channel, name, reason = (
        np.array(told)[skill]
        for told in zip(*((s.channel, s.name, s.reasons[0].name) for s in scenario.skills), strict=True)
    )
    contacts = Contacts(
        day=np.zeros(count, dtype=int),
        contact_id=ids,
        customer_id=ids,
        channel=channel,
        skill=name,
        reason=reason,
        vip=np.zeros(count, dtype=bool),
        at=milliseconds(scenario.opening_seconds + np.cumsum(gaps)),
    )
    return contacts, draws(scenario, streams, contacts)


def run(
    scenario: Scenario,
    count: int,
    streams: Streams,
    *,
    warm_up: int = 0,
    gap_law: str = "exponential",
    gap_cv: float = 1.0,
) -> Calls:
    """Return the records of `count` callers after the first `warm_up`, who fill the queue and are not counted."""
    if warm_up < 0:
        raise InputError(f"warm_up = {warm_up}: callers before the count are 0 or more; choose 0 for none")
    made = callers(scenario, warm_up + count, streams, gap_law=gap_law, gap_cv=gap_cv)
    calls = Centre(scenario).run(*made).calls
    return calls.rows(np.arange(warm_up, len(calls)))
