"""Requests: questions and complaints on their way to the firm, each born with its number and its time."""

from dataclasses import dataclass, fields
from typing import Self

import numpy as np
from numpy.typing import NDArray

from sim.market.almanac import DAY_SECONDS
from sim.market.customers import Customers
from sim.market.needs import Round, temper
from sim.market.scene import Levers, Scene
from sim.market.settings import Section

ENQUIRY, COMPLAINT = 0, 1
SKILLS = ("enquiry", "complaint")
MOST_ATTEMPTS = 3


@dataclass(frozen=True)
class Requests:
    """One row a contact: `contact_id` = order_id and the number of the attempt; `who` is a place in Customers.

    `day` and `at` say when, `failed` how bad the failure behind it is (-1: none). `reason` counts the
    reasons of enquiries, then those of complaints.
    """

    contact_id: NDArray
    who: NDArray
    day: NDArray
    at: NDArray
    skill: NDArray
    reason: NDArray
    attempt: NDArray
    failed: NDArray

    def __len__(self) -> int:
        return len(self.who)

    def rows(self, which: NDArray[np.int64] | slice) -> Self:
        """Return the requests that places or a slice select."""
        return type(self)(*[getattr(self, name)[which] for name in NAMES])

    def apart(self, mine: NDArray[np.bool_]) -> tuple[Self, Self]:
        """Return the requests that a mask selects, and the others."""
        return self.rows(np.flatnonzero(mine)), self.rows(np.flatnonzero(~mine))

    def in_time(self) -> Self:
        """Return them in order of time, and those of one second by their numbers."""
        return self.rows(np.lexsort((self.contact_id, self.day * DAY_SECONDS + self.at)))

    @classmethod
    def joined(cls, several: list["Requests"]) -> "Requests":
        """Return all of several lists, one after the other."""
        some = [one for one in several if len(one)] or [cls.none()]
        return cls(*[np.concatenate([getattr(one, name) for one in some]) for name in NAMES])

    @classmethod
    def none(cls) -> "Requests":
        """Return an empty list."""
        return cls(*[np.zeros(0, dtype=np.float64 if name == "at" else np.int64) for name in NAMES])

    @property
    def order_id(self) -> NDArray[np.int64]:
        """The order each is about."""
        return self.contact_id // 10


NAMES = tuple(f.name for f in fields(Requests))


def reasons(settings: Section) -> tuple[str, ...]:
    """Return the reasons in the order of their codes."""
    return (*settings.voice.reasons_enquiry, *settings.voice.reasons_complaint)


def raised(
    scene: Scene, people: Customers, one: Round, failed: NDArray, day: NDArray
) -> tuple[Requests, NDArray[np.bool_]]:
    """Return the requests that a round of orders gives rise to, and which orders' failures are complained of.

    Failures: voice or silence, by severity and temper. The rest: a question now and then, fewer with a FAQ.
    """
    told = scene.settings.voice
    asks = (failed < 0) & (one.chance[0] < told.question_share)
    some = np.flatnonzero((failed >= 0) | asks)
    numbers = temper(scene.streams, one.order_id[some])
    base = np.log(np.array(told.complain) / (1 - np.array(told.complain)))
    trouble = failed[some] >= 0
    odds = base[failed[some]] + people.complain[one.who[some]]
    voiced = trouble & (numbers[0] < 1.0 / (1.0 + np.exp(-odds)))
    reason = _reason(scene.settings, numbers[3], trouble)
    covers = np.array([*told.faq_covers.values(), *[0.0] * len(told.reasons_complaint)])[reason]
    kept = np.flatnonzero(np.where(trouble, voiced, numbers[0] >= covers * scene.levers.faq))
    complains = np.zeros(len(one.who), dtype=bool)
    complains[some[voiced]] = True
    some, trouble, numbers, reason = some[kept], trouble[kept], numbers.take(kept, axis=1), reason[kept]
    return Requests(
        contact_id=one.order_id[some] * 10 + 1,
        who=one.who[some],
        day=day[some] + _delay(scene, numbers[1]),
        at=_office(scene, numbers[2]),
        skill=np.where(trouble, COMPLAINT, ENQUIRY),
        reason=reason,
        attempt=np.ones(len(some), dtype=np.int64),
        failed=failed[some].astype(np.int64),
    ), complains


def load(scene: Scene) -> float:
    """Return how many requests an order gives rise to under the levers of the month, times the usual number.

    By the settings, not by counting: a block of a market must wait as long as the whole.
    """
    return _per_order(scene.settings, scene.levers) / _per_order(scene.settings, Levers())


def _per_order(settings: Section, levers: Levers) -> float:
    told, chance = settings.voice, settings.failures.chance * 0.5**levers.quality
    asked = sum(share * told.faq_covers[reason] for reason, share in told.reasons_enquiry.items())
    major = settings.failures.major_share
    voiced = (1.0 - major) * told.complain[0] + major * told.complain[1]
    return float((1.0 - chance) * told.question_share * (1.0 - levers.faq * asked) + chance * voiced)


def again(scene: Scene, asked: Requests, solved: NDArray) -> tuple[Requests, NDArray[np.bool_]]:
    """Return the second and third attempts of those who got no solution, and who of `asked` tries again."""
    numbers = scene.streams.quads("again", asked.contact_id)
    tries = ~solved & (asked.attempt < MOST_ATTEMPTS) & (numbers[0] < scene.settings.voice.repeat_share)
    some = asked.rows(np.flatnonzero(tries))
    return Requests(
        contact_id=some.contact_id + 1,
        who=some.who,
        day=some.day + _delay(scene, numbers[1][tries]),
        at=_office(scene, numbers[2][tries]),
        skill=some.skill,
        reason=some.reason,
        attempt=some.attempt + 1,
        failed=some.failed,
    ), tries


def _delay(scene: Scene, uniform: NDArray) -> NDArray[np.int64]:
    # From the next day on, so that a contact always follows its order.
    return 1 + np.floor(-np.log(uniform) * (scene.settings.voice.delay_days - 0.5)).astype(np.int64)


def _office(scene: Scene, uniform: NDArray) -> NDArray[np.float64]:
    opens, closes = scene.settings.calendar.office_hours
    low, high = scene.almanac.hours[opens], scene.almanac.hours[closes]
    made = scene.almanac.second(low + (high - low) * uniform)
    return np.clip(made, opens * 3600.0, closes * 3600.0 - 1.0)


def _reason(settings: Section, uniform: NDArray, trouble: NDArray) -> NDArray[np.int64]:
    enquiries, complaints = (
        np.cumsum(list(told.values()))
        for told in (settings.voice.reasons_enquiry, settings.voice.reasons_complaint)
    )
    asks = np.minimum(np.searchsorted(enquiries, uniform, side="right"), len(enquiries) - 1)
    complains = np.minimum(np.searchsorted(complaints, uniform, side="right"), len(complaints) - 1)
    return np.where(trouble, len(enquiries) + complains, asks)
