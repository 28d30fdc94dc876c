"""Prospects: people with Money, Authority and Need in some degree, who may become customers."""

from dataclasses import dataclass, fields, replace

import numpy as np
from numpy.typing import NDArray

from sim.errors import InputError
from sim.market import growing
from sim.market.bell import normal, pair
from sim.market.scene import Scene
from sim.market.settings import Section
from sim.streams import Streams

MONTH_STEP = 10_000_000  # prospect_id = month + 1, then channel (2 digits) and number (5 digits) in the month
CHANNEL_STEP = 100_000
EARLIER = 900  # prospects of k months before the first are numbered as those of month EARLIER + k - 1
FRIEND_STEP = (
    10_000_000_000  # the k-th friend of customer c is number k * 10**10 + c, their friends k * 10**11 + …
)
MOST_FRIENDS = 9
GENERATIONS = 3
FOUNDERS_BEND = 0.5  # of the power that bends the three: customers of old have more of them


@dataclass
class Prospects:
    """Everybody whose trail is warm. `seen` are the three as the firm guesses them; M, A and N are rows."""

    id: NDArray
    channel: NDArray
    created: NDArray  # months, parts counted
    referred_by: NDArray
    hidden: NDArray  # M, A, N, 0-1
    seen: NDArray
    pull: NDArray  # hazard of becoming a customer, calls and friends counted in
    called: NDArray
    clock: NDArray

    def __len__(self) -> int:
        return len(self.id)

    def keep(self, which: NDArray[np.int64]) -> None:
        """Keep the prospects at these places."""
        growing.keep(self, which)

    def join(self, others: "Prospects") -> None:
        """Add others after the last."""
        growing.join(self, others)

    def copy(self) -> "Prospects":
        """Return a copy that may be changed."""
        return replace(self, **{name: getattr(self, name).copy() for name in NAMES})

    @classmethod
    def none(cls) -> "Prospects":
        """Return nobody."""
        nobody = np.zeros(0, dtype=np.int64)
        return made_of(
            nobody, nobody, np.zeros(0), nobody, np.zeros((3, 0)), np.zeros((3, 0)), np.zeros(0), np.zeros(0)
        )


NAMES = tuple(f.name for f in fields(Prospects))


def channels(settings: Section) -> tuple[str, ...]:
    """Return the names of the ways to prospects, in the order of their codes."""
    return tuple(settings.prospects.channels)


def arriving(scene: Scene, founders: int, effort: dict[str, float], block: tuple[int, int]) -> Prospects:
    """Return the prospects who turn up this month through the firm's channels.

    `effort` multiplies what is spent on a channel; more adds people and leaves the others as they are. Of
    all, those are returned whose turn falls to block (k, of how many).
    """
    ids = _numbered(scene, scene.month + 1, founders, effort, block)
    return _born(scene, ids, _channel(ids), None, np.full(len(ids), -1))


def at_hand(scene: Scene, founders: int, block: tuple[int, int]) -> Prospects:
    """Return the prospects of the months before the first whose trail is still warm and who have not bought yet.

    Without them the firm would find hardly anybody new in its first months.
    """
    before = np.arange(1, scene.settings.prospects.months_open + 1)
    several = [_numbered(scene, EARLIER + int(k), founders, {}, block) for k in before]
    ids = np.concatenate(several)
    made = _born(scene, ids, _channel(ids), None, np.full(len(ids), -1))
    made.created -= np.repeat(before, [len(some) for some in several])
    borne = _rate(scene, made) * -made.created
    stays = made.clock > borne
    made.clock -= borne
    made.keep(np.flatnonzero(stays))
    return made


def _numbered(
    scene: Scene, step: int, founders: int, effort: dict[str, float], block: tuple[int, int]
) -> NDArray[np.int64]:
    """Return the numbers of those who turn up in one month, the `step`-th that is numbered, in a block."""
    told, made = scene.settings.prospects, []
    for code, (name, channel) in enumerate(told.channels.items()):
        count = round(founders * told.volume * channel.share * effort.get(name, 1.0))
        if count > CHANNEL_STEP:
            raise InputError(
                f"prospects: {name} = {count} in month {scene.month}: at most {CHANNEL_STEP} a channel and month "
                "can be numbered; start with fewer customers or less effort"
            )
        numbers = np.arange(count, dtype=np.int64)
        made.append(step * MONTH_STEP + code * CHANNEL_STEP + numbers[numbers % block[1] == block[0]])
    return np.concatenate(made)


def _channel(ids: NDArray[np.int64]) -> NDArray[np.int64]:
    return (ids % MONTH_STEP) // CHANNEL_STEP


def _rate(scene: Scene, prospects: Prospects) -> NDArray[np.float64]:
    """Return the hazard a month of becoming a customer: less where rivals are cheaper."""
    return prospects.pull * np.exp(-2.0 * scene.price_gap)


def friends(scene: Scene, referrers: NDArray, numbers: NDArray, part: NDArray) -> Prospects:
    """Return the friends that customers send: the `numbers`-th friend of each; too distant ones stay away."""
    near = (numbers <= MOST_FRIENDS) & (referrers < FRIEND_STEP * 10 ** (GENERATIONS - 1))
    referrers, numbers, part = referrers[near], numbers[near], part[near]
    generation = np.floor(np.log10(np.maximum(referrers // (FRIEND_STEP // 10), 1))).astype(np.int64)
    ids = referrers + numbers * FRIEND_STEP * 10**generation
    channel = np.full(len(ids), channels(scene.settings).index("old_customers"))
    made = _born(scene, ids, channel, scene.month + part, referrers)
    made.pull *= np.exp(scene.settings.prospects.word_of_mouth)
    return made


def decide(scene: Scene, prospects: Prospects) -> tuple[NDArray[np.bool_], NDArray[np.float64]]:
    """Return who becomes a customer this month, and at which part of it; the clocks run down."""
    rate = _rate(scene, prospects)
    start, amount = _passing(scene, prospects, rate)
    won = prospects.clock <= amount
    part = start + np.minimum(prospects.clock, amount) / rate
    prospects.clock -= amount
    return won, part


def chances(scene: Scene, prospects: Prospects) -> NDArray[np.float64]:
    """Return the chance of each to become a customer this month: clocks are exponential."""
    made: NDArray[np.float64] = -np.expm1(-_passing(scene, prospects, _rate(scene, prospects))[1])
    return made


def _passing(scene: Scene, prospects: Prospects, rate: NDArray) -> tuple[NDArray, NDArray]:
    """Return at which part of the month each is there first, and how much of his clock runs down in it."""
    start, amount = np.zeros(len(rate)), rate.copy()
    fresh = np.flatnonzero(prospects.created > scene.month)
    start[fresh] = np.minimum(prospects.created[fresh] - scene.month, 1.0)
    amount[fresh] *= 1.0 - start[fresh]
    return start, amount


def interview(scene: Scene, prospects: Prospects, who: NDArray) -> NDArray[np.float64]:
    """Return what the called say about money, authority and need (rows), near the truth; the call may win them."""
    numbers = np.stack([scene.streams.normals("interview", prospects.id[who], k) for k in range(3)])
    told = np.clip(prospects.hidden[:, who] + scene.settings.prospects.interview_sd * numbers, 0.0, 1.0)
    first = ~prospects.called[who]
    won = scene.settings.prospects.call_lift * score(prospects.hidden[:, who]) * first
    prospects.pull[who] *= np.exp(won)
    prospects.called[who] = True
    return np.rint(told * 100.0) / 100.0


def _born(
    scene: Scene, ids: NDArray, channel: NDArray, created: NDArray | None, referred_by: NDArray
) -> Prospects:
    numbers = scene.streams.quads("prospect", ids, blocks=3)
    hidden, seen = _degrees(scene.settings, numbers, channel)
    moment = scene.month + numbers[8] if created is None else created
    told = scene.settings.prospects
    pull = told.convert * np.exp(told.steep * 2.0 * (score(hidden) - 0.5))
    return made_of(ids, channel, moment, referred_by, hidden, seen, pull, -np.log(numbers[3]))


def degrees(
    settings: Section, streams: Streams, ids: NDArray, channel: NDArray, founder: NDArray
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return the three (rows) of people of these numbers and channels, and what the firm guesses of them.

    They are those the prospect had; founders have more of all, since they have long bought.
    """
    numbers = streams.quads("prospect", ids, blocks=3)
    return _degrees(settings, numbers, channel, np.where(founder, FOUNDERS_BEND, 1.0))


def _degrees(
    settings: Section, numbers: NDArray, channel: NDArray, less: NDArray | float = 1.0
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    ways = settings.prospects.channels.values()
    bends = np.array([[1.0 / one[name] - 1.0 for one in ways] for name in ("money", "authority", "need")])
    # A number of 0-1 round the channel's mean: uniform numbers bent by a power, mean = 1 / (1 + power).
    hidden = numbers[:3] ** (bends[:, channel] * less)
    errors = np.stack((*pair(numbers[4], numbers[5]), normal(numbers[6], numbers[7])))
    seen = np.rint(np.clip(hidden + settings.prospects.noise_sd * errors, 0.0, 1.0) * 10.0) / 10.0
    return hidden, seen


def score(hidden: NDArray) -> NDArray[np.float64]:
    """Return the geometric mean of money, authority and need: who lacks one lacks all."""
    return np.cbrt(hidden[0] * hidden[1] * hidden[2])


def made_of(
    ids: NDArray,
    channel: NDArray,
    created: NDArray,
    referred_by: NDArray,
    hidden: NDArray,
    seen: NDArray,
    pull: NDArray,
    clock: NDArray,
) -> Prospects:
    """Return prospects nobody has called yet."""
    called = np.zeros(len(ids), dtype=bool)
    return Prospects(ids, channel, created, referred_by, hidden, seen, pull, called, clock)
