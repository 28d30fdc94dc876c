"""Contacts: who calls, when and why; born of a scenario, or handed in from outside and checked."""

import math

import numpy as np
from numpy.typing import NDArray

from sim.callcenter import busyness
from sim.callcenter.draws import Draws, codes, draws, milliseconds
from sim.callcenter.parts import WRITTEN
from sim.columns import Columns
from sim.errors import InputError
from sim.scenario import Reason, Scenario, Skill
from sim.streams import Streams

__all__ = ["Contacts", "Draws", "arrivals", "codes", "draws", "milliseconds", "rows_of", "validate"]

DAY_STEP = 10_000_000  # contact_id = day, interval (2 digits), number in the interval (5 digits)
INTERVAL_STEP = 100_000
MOST_INTERVALS = 100
DAY_SECONDS = 86_400


class Contacts(Columns):
    """Who calls: one row per contact, sorted by `at`; columns in the data dictionary."""

    table = "contacts"


def arrivals(scenario: Scenario, streams: Streams, day: int) -> tuple[Contacts, Draws]:
    """Return one day's contacts, in order of time, with their draws.

    Poisson arrivals, their means told by `sim.callcenter.busyness`. A contact's number says day, interval
    and place in the interval, so a higher rate adds contacts and leaves the others as they are. Raises
    InputError for a day below 0 or a day too large for the numbering.
    """
    if isinstance(day, bool) or not isinstance(day, int | np.integer) or day < 0:
        raise InputError(f"day = {day!r}: days are whole numbers from 0 up; count from 0 or 1")
    streams = streams.under("contacts")
    counts = _counts(scenario, streams.under("day", int(day)), int(day))
    ids = np.concatenate(
        [int(day) * DAY_STEP + k * INTERVAL_STEP + np.arange(n, dtype=np.int64) for k, n in enumerate(counts)]
    )
    interval = np.repeat(np.arange(scenario.intervals), counts)
    width = scenario.interval_minutes * 60
    # Rounded down, so that nobody calls at closing time.
    clock = np.floor((interval + streams.uniforms("at", ids)) * width * 1000.0)
    at = (scenario.opening_seconds * 1000.0 + clock) / 1000.0
    skill = _skills(scenario, streams, ids, interval)
    at = _at_night(scenario, streams, ids, at, skill)
    order = np.lexsort((ids, at))
    ids, at, skill = ids[order], at[order], skill[order]
    customer = 1 + np.floor(streams.uniforms("customer", ids) * scenario.customers).astype(np.int64)
    channel = np.array([s.channel for s in scenario.skills])[skill]
    contacts = Contacts(
        day=np.full(ids.size, day),
        contact_id=ids,
        customer_id=customer,
        channel=channel,
        skill=np.array([s.name for s in scenario.skills])[skill],
        reason=_reasons(scenario, streams, ids, skill),
        vip=streams.uniforms("vip", customer) < scenario.vip_share,  # a customer is a VIP, not a call
        at=at,
        **_priority(scenario, streams, ids, channel),
    )
    return contacts, draws(scenario, streams, contacts)


def _skills(scenario: Scenario, streams: Streams, ids: NDArray, interval: NDArray) -> NDArray[np.int64]:
    """Return the place of the skill each contact needs, by the shares of its interval."""
    uniform = streams.uniforms("skill", ids)
    if not any(skill.shares for skill in scenario.skills):
        return _pick(uniform, scenario.skills)
    shares = [skill.shares or (skill.share,) * scenario.intervals for skill in scenario.skills]
    edges = np.cumsum(np.array(shares), axis=0)[
        :-1, interval
    ]  # one row a skill but the last, one column a contact
    return (uniform >= edges).sum(axis=0).astype(np.int64)


def _at_night(scenario: Scenario, streams: Streams, ids: NDArray, at: NDArray, skill: NDArray) -> NDArray:
    """Return the times, with a share of the messages moved to the hours in which the centre is closed."""
    told = scenario.options.messages
    closed = DAY_SECONDS - (scenario.closing_seconds - scenario.opening_seconds)
    if told is None or not told.night_share or not closed:
        return at
    written = np.array([one.channel in WRITTEN for one in scenario.skills])[skill]
    night = np.floor(streams.uniforms("night_at", ids) * closed * 1000.0) / 1000.0
    night += np.where(
        night < scenario.opening_seconds, 0, scenario.closing_seconds - scenario.opening_seconds
    )
    return np.where(written & (streams.uniforms("night", ids) < told.night_share), night, at)


def validate(contacts: Contacts, scenario: Scenario) -> None:
    """Raise InputError unless the list is one day's, sorted by time, with unique ids, in opening hours.

    A centre that is open until 24:00 may run on: there, times past midnight are allowed.
    """
    at, ids, day = contacts["at"], contacts["contact_id"], contacts["day"]
    if not len(contacts):
        return
    if (np.diff(ids) <= 0).any() and len(np.unique(ids)) < len(ids):
        values, times = np.unique(ids, return_counts=True)
        raise InputError(
            f"contacts: contact_id = {values[times > 1][0]}: appears twice; number every contact anew"
        )
    if ids.min() < 0:
        raise InputError(f"contacts: contact_id = {ids.min()}: must be 0 or more; number the contacts from 0")
    if (day != day[0]).any():
        raise InputError(
            f"contacts: day = {day[day != day[0]][0]}: one run is one day; run each day by itself"
        )
    if not np.isfinite(at).all():
        raise InputError("contacts: at = NaN or infinite: every contact needs a time; take these rows out")
    if (np.diff(at) < 0).any():
        place = int(np.argmax(np.diff(at) < 0)) + 1
        raise InputError(
            f"contacts: at = {at[place]} in row {place}: earlier than the row before; sort by at"
        )
    _check_channels(contacts, scenario)
    spoken = at[~np.isin(contacts["channel"], WRITTEN)]  # who writes may do so at any hour
    if not len(spoken):
        return
    late = spoken[-1] >= scenario.closing_seconds and scenario.closing_minutes < 24 * 60
    if spoken[0] < scenario.opening_seconds or late:
        value = spoken[-1] if late else spoken[0]
        raise InputError(
            f"contacts: at = {value}: outside opening hours, {scenario.opening_seconds} to "
            f"{scenario.closing_seconds} seconds since midnight; change the hours or the list"
        )


def _check_channels(contacts: Contacts, scenario: Scenario) -> None:
    """Refuse contacts that come in by another channel than their skill serves."""
    for skill in scenario.skills:
        wrong = (contacts["skill"] == skill.name) & (contacts["channel"] != skill.channel)
        if wrong.any():
            raise InputError(
                f"contacts: channel = {str(contacts['channel'][wrong][0])!r} in row {np.argmax(wrong)}: the skill "
                f"{skill.name!r} is served by {skill.channel}; correct the list or the channel of the skill"
            )


def rows_of(contacts: Contacts, draws: Draws, most: int) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Return for each contact the row of its first draws and the number of its attempts, at most `most`.

    Raises InputError unless the draws hold each contact's attempts 1, 2, … one after the other.
    """
    first = np.flatnonzero(draws["attempt"] == 1)
    ids = draws["contact_id"][first]
    length = np.diff(np.append(first, len(draws)))
    expected = np.arange(len(draws)) - np.repeat(first, length) + 1 if len(first) else np.zeros(0)
    if not np.array_equal(expected, draws["attempt"]) or not np.array_equal(
        np.repeat(ids, length), draws["contact_id"]
    ):
        raise InputError(
            "draws: attempt: the rows of a contact must stand together, numbered 1, 2, …; "
            "sort by contact_id and attempt"
        )
    if np.array_equal(ids, contacts["contact_id"]):  # as they are made here
        return first, np.minimum(length, most)
    order = np.argsort(ids, kind="stable")
    place = np.minimum(np.searchsorted(ids[order], contacts["contact_id"]), max(len(ids) - 1, 0))
    there = ids[order][place] == contacts["contact_id"] if len(ids) else np.zeros(len(contacts), dtype=bool)
    if not there.all():
        raise InputError(
            f"draws: contact_id = {contacts['contact_id'][~there][0]}: has no draws; "
            "make the draws of this contact list with contacts.draws"
        )
    row = order[place]
    return first[row], np.minimum(length[row], most)


def _counts(scenario: Scenario, streams: Streams, day: int) -> list[int]:
    if scenario.intervals > MOST_INTERVALS:
        raise InputError(
            f"interval_minutes = {scenario.interval_minutes}: makes {scenario.intervals} intervals, and "
            f"contacts are numbered for at most {MOST_INTERVALS}; choose longer intervals"
        )
    uniform = streams.uniforms("count", np.arange(scenario.intervals)).tolist()
    means = busyness.expected(scenario, streams, day).tolist()
    counts = [poisson(mean, u) for mean, u in zip(means, uniform, strict=True)]
    if max(counts) > INTERVAL_STEP:
        raise InputError(
            f"calls_per_hour = {max(scenario.calls_per_hour):g}: makes {max(counts)} calls in one interval, "
            f"and contacts are numbered for at most {INTERVAL_STEP}; choose shorter intervals or a lower rate"
        )
    return counts


def poisson(mean: float, uniform: float) -> int:
    """Return the Poisson number at one uniform number, by inversion: never smaller when the mean grows."""
    if mean <= 0:
        return 0
    spread = 12 * math.sqrt(mean) + 40
    low = max(0, math.floor(mean - spread))
    steps = np.log(mean) - np.log(np.arange(low + 1, math.ceil(mean + spread)))
    logs = low * math.log(mean) - mean - math.lgamma(low + 1) + np.concatenate([[0.0], np.cumsum(steps)])
    return low + int(np.searchsorted(np.cumsum(np.exp(logs)), uniform))


def _priority(
    scenario: Scenario, streams: Streams, ids: NDArray, channel: NDArray
) -> dict[str, NDArray[np.int64]]:
    """Return the priority of each contact, where the scenario has written ones; 3 for all others."""
    told = scenario.options.messages
    if told is None:
        return {}
    drawn = 1 + np.searchsorted(
        np.cumsum(told.priority_shares)[:-1], streams.uniforms("priority", ids), "right"
    )
    return {"priority": np.where(np.isin(channel, WRITTEN), drawn, 3)}


def _reasons(scenario: Scenario, streams: Streams, ids: NDArray, skill: NDArray) -> NDArray:
    uniform = streams.uniforms("reason", ids)
    longest = max(len(reason.name) for s in scenario.skills for reason in s.reasons)
    made = np.empty(len(ids), dtype=f"<U{longest}")
    for code, one in enumerate(scenario.skills):
        mine = skill == code
        made[mine] = np.array([reason.name for reason in one.reasons])[_pick(uniform[mine], one.reasons)]
    return made


def _pick(uniform: NDArray, among: tuple[Skill, ...] | tuple[Reason, ...]) -> NDArray[np.int64]:
    edges = np.cumsum([one.share for one in among])
    return np.minimum(np.searchsorted(edges, uniform, side="right"), len(among) - 1)
