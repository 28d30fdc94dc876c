"""The market: month by month from prospects and needs to orders, failures, contacts, feelings and losses."""

from collections.abc import Iterable
from copy import copy
from dataclasses import dataclass, field, replace

import numpy as np
from numpy.typing import NDArray

from sim import churn, experience, loyalty, prospects
from sim.almanac import Almanac, months_allowed
from sim.customers import Customers, born, founders, lasting
from sim.errors import InputError
from sim.hotline import Hotline, Outcomes, StandIn
from sim.market_settings import Section
from sim.market_settings import load as settings_of
from sim.needs import Round, amounts, ripen
from sim.policy import Plan, Policy, Steady, View, plan
from sim.prospects import Prospects
from sim.requests import Requests, again, raised
from sim.rivals import Surroundings
from sim.scene import Scene
from sim.story import VISIBLE, Story, customers_seen, prospects_seen
from sim.streams import Streams

MOST_FOUNDERS = 9_999_999
YEAR = 12


@dataclass
class State:
    """Where a market stands between two months; `copy` it before a `step` that must leave it alone."""

    month: int
    people: Customers
    prospects: Prospects
    waiting: Requests  # on their way, due in a later month
    effects: NDArray  # what campaigns of this month do to each rate, log
    discount: NDArray  # and what they take off its orders, a share
    recent: list[tuple[int, NDArray, NDArray]] = field(default_factory=list)  # fen of the last 12 months

    def copy(self) -> "State":
        """Return a state of its own."""
        return replace(
            self,
            people=self.people.copy(),
            prospects=self.prospects.copy(),
            effects=self.effects.copy(),
            discount=self.discount.copy(),
            recent=list(self.recent),
        )


class Market:
    """A market of so many founders under one seed. `run` tells its story; `start` and `step` go month by month.

    `block` = (k, of how many) takes only every so-maniest person: the blocks of a market together are the
    market, number by number, so it can be spread over processes. Raises InputError for impossible sizes.
    """

    def __init__(
        self,
        customers: int,
        seed: int,
        *,
        settings: Section | None = None,
        hotline: Hotline | None = None,
        block: tuple[int, int] = (0, 1),
    ) -> None:
        if isinstance(customers, bool) or not isinstance(customers, int | np.integer) or not 1 <= customers <= MOST_FOUNDERS:
            raise InputError(
                f"customers = {customers!r}: must be a whole number from 1 to {MOST_FOUNDERS}; correct the number"
            )
        self.customers, self.block = int(customers), block
        self.settings = settings or settings_of("retail")
        self.streams = Streams(seed, "market")
        self.hotline: Hotline = hotline or StandIn()
        self.almanac = Almanac.of(self.settings)
        self.surroundings = Surroundings.of(self.settings, self.streams, self.almanac.months)

    def start(self) -> State:
        """Return the state at the beginning of month 0."""
        ids = np.arange(1, self.customers + 1)
        ids = ids[ids % self.block[1] == self.block[0]]
        names = prospects.channels(self.settings)
        shares = np.cumsum([self.settings.prospects.channels[n].share for n in names])
        channel = np.searchsorted(shares / shares[-1], self.streams.uniforms("founder channel", ids))
        people = founders(self.settings, self.streams, ids, np.minimum(channel, len(names) - 1))
        return State(0, people, Prospects.none(), Requests.none(), np.zeros(len(ids)), np.zeros(len(ids)))

    def run(self, months: int, policy: Policy | None = None, *, truth: bool = False) -> Story:
        """Return the story of the first `months` months under a policy; `truth` keeps a row a customer and month.

        Raises InputError for an impossible number of months, or in the name of a policy that fails.
        """
        months, state = months_allowed(self.settings, months), self.start()
        story = Story(self.settings, self.almanac, self.surroundings, months)
        for _ in range(months):
            self.step(state, policy or Steady(), story, truth=truth)
        story.close(state.people)
        return story

    def step(self, state: State, policy: Policy, story: Story, *, truth: bool = False) -> None:
        """Take a state one month further and write what happened into the story.

        The order of a month: surroundings, the firm's policy, prospects, orders, failures, contacts,
        experience, losses, stages. The policy sees what was visible when the month began.
        """
        done = plan(self.settings, policy, self._view(state, story), self.customers)
        scene = self.scene(state.month, done)
        story.costs(state.month, done.costs)
        _campaigns(scene, state, done, story)
        _attention(scene, state, done, story)
        newcomers = _prospecting(scene, state, done, self, story)
        last = _buy(scene, state, newcomers, story)
        _answer(scene, state, self.hotline, story)
        churn.staff_blows(scene, state.people)
        if truth:
            story.truth_month(state.month, state.people, churn.hazards(scene, state.people))
        lost = churn.leave(scene, state.people, last)
        story.losses(state.people, lost)
        _age(scene, state)
        state.month += 1

    def with_streams(self, streams: Streams) -> "Market":
        """Return the same market, rivals and all, whose people meet other chances."""
        other = copy(self)
        other.streams = streams
        return other

    def scene(self, month: int, done: Plan) -> Scene:
        """Return the scene of a month under a plan."""
        around, told = self.surroundings, self.settings.rivals
        return Scene(
            settings=self.settings,
            streams=self.streams,
            almanac=self.almanac,
            month=month,
            levers=done.levers,
            price_gap=around.price_gap(month, done.levers.price),
            noise=around.noise(month, told.campaign_noise),
            leaves=around.leaves[month],
        )

    def _view(self, state: State, story: Story) -> View:
        return View(
            month=state.month,
            day=int(self.almanac.first[state.month]),
            customers=customers_seen(self.almanac, state.people),
            prospects=prospects_seen(self.almanac, state.prospects),
            records={name: story.reader(name) for name in VISIBLE},
            visible=VISIBLE,
        )


def _campaigns(scene: Scene, state: State, done: Plan, story: Story) -> None:
    """Send messages to those who consented: a push that differs from customer to customer, and fatigue."""
    people, state.effects = state.people, np.zeros(len(state.people))
    state.discount = np.zeros(len(people))
    for kind, who in done.campaigns.items():
        told = scene.settings.levers.campaigns[kind]
        story.exposures(scene, people, kind, who)
        who = who[people.consent[who]]
        state.effects[who] += told.lift + told.spread * people.offer[who]
        state.discount[who] = np.maximum(state.discount[who], told.discount)
        people.fatigue[who] += 0.5


def _attention(scene: Scene, state: State, done: Plan, story: Story) -> None:
    """Care, save offers and win-back: what the firm does to single customers."""
    people, told = state.people, scene.settings.levers
    people.perceived[done.care, experience.EMPATHY] += told.care_lift
    people.delight[done.care] += 0.5 * told.care_lift
    people.held[done.save] = np.exp(told.save_mean + told.save_sd * people.persuade[done.save])
    people.held_left[done.save] = told.save_months
    for kind, who in done.winback.items():
        odds = np.full(len(who), scene.settings.winback.offers[kind])
        story.winbacks(scene, people, kind, who)
        churn.come_back(scene, people, who, odds)


def _prospecting(scene: Scene, state: State, done: Plan, market: Market, story: Story) -> NDArray[np.float64]:
    """Calls, new prospects and conversions; return from which part of the month each customer is there."""
    told = scene.settings.prospects
    answers = prospects.interview(scene, state.prospects, done.calls)
    story.interviews(scene, state.prospects.id[done.calls], answers)
    arriving = prospects.arriving(scene, market.customers, done.prospecting, market.block)
    story.prospects(scene, arriving)
    everybody = state.prospects.join(arriving)
    won, part = prospects.decide(scene, everybody)
    fresh = everybody.rows(np.flatnonzero(won))
    warm = ~won & (everybody.created > scene.month + 1 - told.months_open)
    state.prospects = everybody.rows(np.flatnonzero(warm))
    joined = scene.month + part[won]
    new = born(scene.settings, scene.streams, fresh.id, joined=joined, channel=fresh.channel)
    new.need[:] = 0.0  # they come because they need something
    since = np.concatenate([np.zeros(len(state.people)), part[won]])
    state.people.join(new)
    state.effects = np.concatenate([state.effects, np.zeros(len(new))])
    state.discount = np.concatenate([state.discount, np.zeros(len(new))])
    return since


def _buy(scene: Scene, state: State, since: NDArray, story: Story) -> NDArray[np.float64]:
    """Let needs ripen into orders, and orders be lived through; return the part of each customer's last doing."""
    people = state.people
    intensity = people.eager * people.alive * scene.almanac.load(scene.month)
    if state.effects.any():
        intensity *= np.exp(state.effects)
    if scene.levers.price != 1.0:
        intensity *= np.exp(-0.3 * people.price_sense * (scene.levers.price - 1.0))
    intensity *= loyalty.pull(scene, people)
    last = since.copy()
    sent: list[tuple[NDArray, NDArray]] = []
    requests = [state.waiting]
    for one in ripen(people, scene.streams, intensity, since):
        last[one.who] = one.part
        failed = experience.severity(scene, one)
        day, at = scene.almanac.moment(scene.month, one.part)
        _pay(scene, state, one, day, at, story)
        experience.live_through(scene, people, one, failed)
        asked, voiced = raised(scene, people, one, failed, day)
        requests.append(asked)
        silent = (failed >= 0) & ~voiced
        _fail(scene, people, one.who[silent], one.order_id[silent], failed[silent], experience.SILENT, story)
        recommends = _recommends(scene, people, one)
        sent.append((one.who[recommends], one.part[recommends]))
    state.waiting = Requests.joined(requests)
    _send_friends(scene, state, sent, story)
    return last


def _pay(scene: Scene, state: State, one: Round, day: NDArray, at: NDArray, story: Story) -> None:
    """Book the orders of a round: amount, reward, points."""
    people = state.people
    amount, margin = amounts(scene.settings, people, one, state.discount[one.who], scene.levers.price)
    worth, taken = loyalty.rewards(scene, people, one)
    worth = np.minimum(worth, amount)
    amount, margin = amount - worth, margin - worth
    fen = np.rint(amount * 100.0).astype(np.int64)
    people.spent[one.who] += amount
    people.year[one.who] += fen
    state.recent.append((scene.month, one.who, fen))
    people.first_order[one.who] = np.fmin(people.first_order[one.who], scene.month + one.part)
    people.last_order[one.who] = scene.month + one.part
    story.ledger(day, at, loyalty.book(scene, people, one, amount, taken), len(one.who))
    story.orders(scene, people, one, day, at, fen, np.rint(margin * 100.0).astype(np.int64))


def _recommends(scene: Scene, people: Customers, one: Round) -> NDArray[np.bool_]:
    told = scene.settings.prospects
    return one.chance[3] < told.referral_share * np.exp(
        told.referral_pull * lasting(people.product[one.who], people.service[one.who])
    )


def _send_friends(scene: Scene, state: State, sent: list[tuple[NDArray, NDArray]], story: Story) -> None:
    for who, part in sent:
        if not len(who):
            continue
        state.people.friends[who] = np.minimum(state.people.friends[who] + 1, prospects.MOST_FRIENDS + 1)
        numbers = state.people.friends[who].astype(np.int64)
        new = prospects.friends(scene, state.people.id[who], numbers, part)
        story.prospects(scene, new)
        state.prospects = state.prospects.join(new)


def _fail(
    scene: Scene,
    people: Customers,
    who: NDArray,
    order_id: NDArray,
    failed: NDArray,
    ending: int | NDArray,
    story: Story,
) -> None:
    """Count what failures do to staying: blows to quality, or to service when a complaint came to nothing."""
    ending = np.broadcast_to(np.asarray(ending), who.shape)
    size = experience.blow(scene, failed, ending)
    causes = scene.settings.churn.causes
    for cause, mine in (("quality", ending != experience.UNRESOLVED), ("service", ending == experience.UNRESOLVED)):
        churn.strike(people, causes.index(cause), who[mine], size[mine])
    story.failures(people.id[who], order_id, failed, ending)


def _answer(scene: Scene, state: State, hotline: Hotline, story: Story) -> None:
    """Take the requests due this month to the hotline, and let their outcomes be felt."""
    people, end = state.people, scene.almanac.first[scene.month + 1]
    due = state.waiting.day < end
    asked, later = state.waiting.rows(due), [state.waiting.rows(~due)]
    outcomes = hotline.answer(scene, asked, people.tier[asked.who] >= 2)
    story.contacts(people, asked, outcomes)
    for rows in _in_turn(asked.who):
        experience.speak(scene, people, asked.rows(rows), outcomes.rows(rows))
    np.add.at(people.contacts, asked.who, 1)
    complains = (asked.failed >= 0) & (asked.attempt == 1)
    np.add.at(people.complaints, asked.who[complains], 1)
    solved = _follow_up(scene, asked, outcomes)
    repeats, tries = again(scene, asked, solved)
    later.append(repeats)
    state.waiting = Requests.joined(later)
    _end_complaints(scene, people, asked, solved, tries, story)


def _follow_up(scene: Scene, asked: Requests, outcomes: Outcomes) -> NDArray[np.bool_]:
    """Return who has a solution at last: a call after three days settles part of what was left open."""
    solved = outcomes.solved.copy()
    if scene.levers.follow_up:
        cures = scene.streams.uniforms("follow up", asked.contact_id) < scene.settings.levers.follow_up_cures
        solved |= (asked.failed >= 0) & cures
    return solved


def _end_complaints(
    scene: Scene, people: Customers, asked: Requests, solved: NDArray, tries: NDArray, story: Story
) -> None:
    about = asked.failed >= 0
    people.complaint[asked.who[about & ~solved]] = 1.0
    settled = about & solved
    people.complaint[asked.who[settled]] = 0.0
    quick = settled & (asked.attempt == 1)
    people.delight[asked.who[quick]] = scene.settings.experience.delight
    over = np.flatnonzero(about & ~tries)
    ending = np.where(quick, experience.QUICK, np.where(settled, experience.RESOLVED, experience.UNRESOLVED))
    _fail(scene, people, asked.who[over], asked.order_id[over], asked.failed[over], ending[over], story)


def _in_turn(who: NDArray) -> Iterable[NDArray[np.int64]]:
    """Yield rows so that nobody is in one lot twice: first contacts of the month, second ones, and so on."""
    order = np.argsort(who, kind="stable")
    first = np.flatnonzero(np.diff(who[order], prepend=-1))
    rank = np.arange(len(who)) - np.repeat(first, np.diff(np.append(first, len(who))))
    for turn in range(int(rank.max()) + 1 if len(who) else 0):
        yield np.sort(order[rank == turn])


def _age(scene: Scene, state: State) -> None:
    """Close the month: what fades, stages of the relation, tiers."""
    people, told = state.people, scene.settings
    people.delight *= told.experience.delight_keep
    people.complaint *= told.churn.complaint_keep
    people.fatigue *= told.churn.fatigue_keep
    held = np.flatnonzero(people.held_left)
    people.held_left[held] -= 1
    people.held[held[people.held_left[held] == 0]] = 1.0
    while state.recent and state.recent[0][0] <= scene.month - YEAR + 1:
        _, who, fen = state.recent.pop(0)
        people.year[who] -= fen
    loyalty.grade(scene, people)
