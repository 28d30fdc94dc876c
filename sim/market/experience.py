"""Experience against expectation: what an order or a contact feels like, and what fails."""

import numpy as np
from numpy.typing import NDArray

from sim.market import churn
from sim.market.customers import Customers, live
from sim.market.gathering import rows_of
from sim.market.hotline import Outcomes
from sim.market.needs import Round
from sim.market.requests import ENQUIRY, Requests
from sim.market.scene import Scene
from sim.market.story import Story

FINE, MINOR, MAJOR = -1, 0, 1
RELIABILITY, RESPONSIVENESS, ASSURANCE, EMPATHY = 3, 4, 5, 6
HARDEST = 0.5  # the most that being missed once takes off the endurance
TINY = 1e-9  # of a need: ripe as soon as the next month begins
QUICK, RESOLVED, UNRESOLVED, SILENT = 0, 1, 2, 3
ENDINGS = ("quick", "resolved", "unresolved", "silent")


def severity(scene: Scene, one: Round) -> NDArray[np.int8]:
    """Return for each order FINE, MINOR or MAJOR; a bigger budget for quality prevents failures."""
    told = scene.settings.failures
    chance = told.chance * 0.5**scene.levers.quality
    made = np.full(len(one.who), FINE, dtype=np.int8)
    made[one.trouble < chance] = MINOR
    made[one.trouble < chance * told.major_share] = MAJOR
    return made


def blow_awaited(scene: Scene) -> float:
    """Return the cumulative hazard that the failure of an order adds in expectation, if nobody speaks of it."""
    told, (minor, major) = scene.settings.failures, scene.settings.failures.leaving
    return float(told.chance * 0.5**scene.levers.quality * (minor + (major - minor) * told.major_share))


def outcome(scene: Scene, one: Round, failed: NDArray) -> NDArray[np.float64]:
    """Return how orders turn out: a row for each attribute of the product and for reliability, a column an order."""
    told = scene.settings.experience
    lived = (one.mood - 0.5) * np.sqrt(12.0) * told.noise_sd
    shock = np.array([*scene.settings.failures.shock, 0.0])[failed]  # FINE is the last
    better = scene.settings.levers.quality_gain * scene.levers.quality
    level = told.levels
    lived[0] = level[0] + better + lived[0] - shock
    lived[1] = level[1] + lived[1] - 2.0 * scene.price_gap
    lived[2] += level[2]
    lived[3] = level[3] + lived[3] - 0.6 * shock
    return lived


def live_through(scene: Scene, people: Customers, who: NDArray, part: NDArray, lived: NDArray) -> None:
    """Let `who` (nobody twice) use what they bought; satisfaction moves, older customers' less."""
    perceived = rows_of(people.perceived, who)
    for attribute, row in enumerate(lived):
        _learn(perceived[:, attribute], row, scene.settings.experience.learning)
    live(scene.settings, people, who, perceived, now=scene.month + part)


def _learn(perceived: NDArray, lived: NDArray | float, part: NDArray | float) -> None:
    """Move what is perceived by a part of the way to what was lived through."""
    step = lived - perceived
    step *= part
    perceived += step


def speak(scene: Scene, people: Customers, requests: Requests, outcomes: Outcomes) -> None:
    """Let the contacts of one round (no customer twice) be felt, whatever they were about."""
    told = scene.settings.contact
    who = requests.who
    quads = scene.streams.quads("courtesy", requests.contact_id)
    courtesy = (quads[0] + quads[1] - 1.0) * np.sqrt(6.0) * told.courtesy_sd
    training = scene.settings.levers.service_gain * scene.levers.service
    waited = told.wait_weight * np.log1p(outcomes.wait / told.wait_scale)
    again = told.repeat_weight * (requests.attempt - 1)
    # Who hung up met nobody: neither competence nor courtesy was seen.
    met = told.learning * ~outcomes.abandoned
    perceived = rows_of(people.perceived, who)
    for attribute, lived, part in (
        (RELIABILITY, told.solved_weight * (2.0 * outcomes.solved - 1.0) - again + 0.3, told.learning),
        (
            RESPONSIVENESS,
            told.start - waited - told.abandoned_weight * outcomes.abandoned - again,
            told.learning,
        ),
        (
            ASSURANCE,
            training + told.solved_weight * outcomes.solved - told.transfer_weight * outcomes.transfers - 0.2,
            met,
        ),
        (EMPATHY, training + courtesy, met),
    ):
        _learn(perceived[:, attribute], lived, part)
    live(scene.settings, people, who, perceived, now=float(scene.month + 1))


def cared_for(scene: Scene, people: Customers, who: NDArray) -> None:
    """Let personal attention be felt: answers, competence and warmth come out above what `who` expect.

    Whoever has them already gains little; who was let down gains most.
    """
    if not len(who):
        return
    told, perceived = scene.settings.levers, rows_of(people.perceived, who)
    better = rows_of(people.expected, who) + told.care_lift
    for attribute in (RESPONSIVENESS, ASSURANCE, EMPATHY):
        lived = np.maximum(perceived[:, attribute], better[:, attribute])
        _learn(perceived[:, attribute], lived, told.care_learning)
    live(scene.settings, people, who, perceived, now=float(scene.month))
    people.delight[who] += told.care_delight
    people.complaint[who] = 0.0  # somebody saw to it


def miss(scene: Scene, people: Customers, asked: Requests, missed: NDArray, story: Story) -> None:
    """Let those whom the hotline missed bear it: a blow to staying, and who had a question buys elsewhere this time.

    `missed` is as in `Outcomes`: what usually happens is in the usual rates already, so only what differs counts.
    """
    some = np.flatnonzero(missed)
    if not len(some):
        return
    told, who, sign = scene.settings.contact, asked.who[some], missed[some].astype(float)
    first = (asked.skill[some] == ENQUIRY) & (asked.attempt[some] == 1)
    later = sign * told.missed_orders * first
    story.delayed(who, later)
    np.add.at(people.need, who, later)
    people.need[who] = np.maximum(people.need[who], TINY)
    size = np.minimum(told.missed_blow * people.frailty[who], HARDEST)  # who is loosely tied goes first
    churn.strike(scene, people, "service", who, sign * size, story)


def blow(scene: Scene, failed: NDArray, ending: NDArray) -> NDArray[np.float64]:
    """Return the cumulative hazard that a failure adds, by how it ended; quick recovery never takes it below 0."""
    told = scene.settings.failures
    parts = np.array([told.quick, told.resolved, told.unresolved, 1.0])
    return np.array([*told.leaving, 0.0])[failed] * parts[ending]
