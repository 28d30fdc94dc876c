"""The steps of one month, in their order: the firm acts, people come, buy, ask, and grow older."""

from collections.abc import Iterable

import numpy as np
from numpy.typing import NDArray

from sim.market import churn, experience, loyalty, needs, prospects
from sim.market.customers import Customers, born, feel, lasting
from sim.market.hotline import Hotline
from sim.market.needs import Round, amounts, ripen
from sim.market.requests import Requests, again, raised
from sim.market.scene import Scene
from sim.market.state import State
from sim.market.story import Story
from sim.plan import Plan

YEAR = 12
ONE = np.int32(1)  # of the counters' own kind: counting by another is thirty times as slow


def campaigns(scene: Scene, state: State, done: Plan, story: Story) -> None:
    """Send messages to those who consented: a push that differs from customer to customer, and fatigue."""
    people, state.effects, state.discount = state.people, 0.0, 0.0
    if not done.campaigns:
        return
    effects, discount = np.zeros(len(people)), np.zeros(len(people))
    for kind, who in done.campaigns.items():
        told = scene.settings.levers.campaigns[kind]
        story.exposures(scene, people, kind, who, done.chances.get(kind, 1.0))
        who = who[people.consent[who]]
        effects[who] += told.lift + told.spread * people.offer[who]
        discount[who] = np.maximum(discount[who], told.discount)
        people.fatigue[who] += 0.5
    state.effects, state.discount = effects, discount


def attention(scene: Scene, state: State, done: Plan, story: Story) -> None:
    """Care, save offers and win-back: what the firm does to single customers."""
    people, told = state.people, scene.settings.levers
    experience.cared_for(scene, people, done.care)
    people.held[done.save] = np.exp(told.save_mean + told.save_sd * people.persuade[done.save])
    people.held_left[done.save] = told.save_months
    for kind, who in done.winback.items():
        odds = np.full(len(who), scene.settings.winback.offers[kind])
        story.winbacks(scene, people, kind, who)
        churn.come_back(scene, people, who, odds, story)


def find_customers(
    scene: Scene, state: State, done: Plan, founders: int, block: tuple[int, int], story: Story
) -> NDArray[np.float64]:
    """Calls, new prospects and conversions; return from which part of the month each customer is there."""
    told = scene.settings.prospects
    if scene.month == 0:
        story.prospects(scene, state.prospects.copy())  # those the firm has at hand
    if len(done.calls):
        answers = prospects.interview(scene, state.prospects, done.calls)
        story.interviews(scene, state.prospects.id[done.calls], answers)
    arriving = prospects.arriving(scene, founders, done.prospecting, block)
    story.prospects(scene, arriving)
    everybody = state.prospects
    everybody.join(arriving)
    won, part = prospects.decide(scene, everybody)
    story.met(scene, everybody, won)
    warm = ~won & (everybody.created > scene.month + 1 - told.months_open)
    comes = np.flatnonzero(won)
    part = part[comes]
    ids, channel = everybody.id[comes], everybody.channel[comes]
    everybody.keep(np.flatnonzero(warm))
    new = born(scene.settings, scene.streams, ids, joined=scene.month + part, channel=channel)
    new.need[:] = 0.0  # they come because they need something
    feel(scene.settings, new, np.arange(len(new)), settle=scene.settings.experience.first_sight)
    since = np.concatenate([np.zeros(len(state.people)), part])
    state.people.join(new)
    state.effects, state.discount = _grown(state.effects, len(new)), _grown(state.discount, len(new))
    return since


def _grown(each: NDArray | float, count: int) -> NDArray | float:
    """Return values, one each, with nothing for so many newcomers; one number for all stays it."""
    return np.concatenate([each, np.zeros(count)]) if isinstance(each, np.ndarray) else each


def buy(scene: Scene, state: State, since: NDArray, story: Story) -> NDArray[np.float64]:
    """Let needs ripen into orders, and orders be lived through; return the part of each customer's last doing."""
    people = state.people
    intensity = people.eager * people.alive * scene.almanac.load(scene.month)
    if np.any(state.effects):
        intensity *= np.exp(state.effects)
    if scene.levers.price != 1.0:
        intensity *= needs.demand(scene.settings, people, scene.levers.price)
    intensity *= loyalty.pull(scene, people)
    last = since.copy()
    made = ripen(people, scene.streams, intensity, since)
    discount = state.discount[made.who] if isinstance(state.discount, np.ndarray) else state.discount
    paid = amounts(scene.settings, people, made, discount, scene.levers.price)
    story.buys(scene, state, intensity, since, made, paid[1])
    settle(scene, state, made, paid, last, story)
    return last


def settle(
    scene: Scene, state: State, made: Round, paid: tuple[NDArray, NDArray], last: NDArray, story: Story
) -> None:
    """Let orders be paid (amount and margin, yuan) and lived through; `last` learns when each did something last."""
    people = state.people
    last[made.who] = np.maximum(last[made.who], made.part)  # of several the last stands
    failed = experience.severity(scene, made)
    day, at = scene.almanac.moment(scene.month, made.part)
    _pay(scene, state, made, paid, (day, at), story)
    asked, voiced = raised(scene, people, made, failed, day)
    silent = (failed >= 0) & ~voiced
    _fail(scene, people, made.who[silent], made.order_id[silent], failed[silent], experience.SILENT, story)
    state.waiting = Requests.joined([state.waiting, asked])
    _send_friends(scene, state, _use(scene, people, made, failed), story)


def _use(scene: Scene, people: Customers, made: Round, failed: NDArray) -> list[tuple[NDArray, NDArray]]:
    """Let orders be lived through, turn by turn; return who recommends the firm, and when."""
    lived, sent = experience.outcome(scene, made, failed), []
    for turn in made.turns():
        who, part = made.who[turn], made.part[turn]
        experience.live_through(scene, people, who, part, lived[:, turn])
        recommends = _recommends(scene, people, who, made.chance[3, turn])
        sent.append((who[recommends], part[recommends]))
    return sent


def _pay(
    scene: Scene,
    state: State,
    made: Round,
    paid: tuple[NDArray, NDArray],
    when: tuple[NDArray, NDArray],
    story: Story,
) -> None:
    """Book the orders of a month: amount, reward, points. `paid` is amount and margin, `when` day and second."""
    people, (amount, margin), (day, at) = state.people, paid, when
    if scene.levers.mode:
        worth = np.empty(len(amount))
        for turn in made.turns():
            worth[turn] = _points(scene, people, made, turn, (day, at, amount, margin), story)
        amount, margin = amount - worth, margin - worth
    fen = np.rint(amount * 100.0).astype(np.int64)
    np.add.at(people.spent, made.who, amount)
    np.add.at(people.year, made.who, fen)
    state.recent.append((scene.month, made.who, fen))
    # Of several turns the last stands; what is delivered may come before an order of the same month.
    people.last_order[made.who] = np.fmax(people.last_order.take(made.who), scene.month + made.part)
    people.last_day[made.who] = np.maximum(people.last_day.take(made.who), day)
    story.orders(scene, people, made, day, at, fen, np.rint(margin * 100.0).astype(np.int64))


def _points(
    scene: Scene,
    people: Customers,
    made: Round,
    turn: slice,
    told: tuple[NDArray, NDArray, NDArray, NDArray],
    story: Story,
) -> NDArray[np.float64]:
    """Book the points of one turn of orders (`told`: day, second, amount, margin); return what rewards are worth, yuan."""
    day, at, amount, margin = (column[turn] for column in told)
    who = made.who[turn]
    worth, taken = loyalty.rewards(scene, people, who, margin, made.chance[1, turn])
    booked = loyalty.book(scene, people, who, made.order_id[turn], amount - worth, taken)
    story.ledger(day, at, booked, taken > 0)
    return worth


def _recommends(scene: Scene, people: Customers, who: NDArray, chance: NDArray) -> NDArray[np.bool_]:
    told = scene.settings.prospects
    return chance < told.referral_share * np.exp(
        told.referral_pull * lasting(people.product[who], people.service[who])
    )


def _send_friends(scene: Scene, state: State, sent: list[tuple[NDArray, NDArray]], story: Story) -> None:
    people, numbers = state.people, []
    for who, _ in sent:
        people.friends[who] = np.minimum(people.friends[who] + 1, prospects.MOST_FRIENDS + 1)
        numbers.append(people.friends[who].astype(np.int64))
    if numbers:
        who, part = (np.concatenate(several) for several in zip(*sent, strict=True))
        new = prospects.friends(scene, people.id[who], np.concatenate(numbers), part)
        story.prospects(scene, new)
        state.prospects.join(new)


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
    for cause, mine in (
        ("quality", ending != experience.UNRESOLVED),
        ("service", ending == experience.UNRESOLVED),
    ):
        churn.strike(scene, people, cause, who[mine], size[mine], story)
    story.failures(people.id[who], order_id, failed, ending)


def answer(scene: Scene, state: State, hotline: Hotline, story: Story) -> None:
    """Take the requests due this month to the hotline, and then those that unsolved ones give rise to this month."""
    end = scene.almanac.first[scene.month + 1]
    due, waits = state.waiting.apart(state.waiting.day < end)
    later, calls = [waits], 0
    while len(due):
        repeats, called = _take(scene, state.people, due.in_time(), hotline, story)
        calls += called
        due, waits = repeats.apart(repeats.day < end)
        later.append(waits)
    state.waiting = Requests.joined(later)
    if calls:
        story.costs(scene.month, {"follow-up": calls * scene.settings.levers.follow_up_cost})


def _take(
    scene: Scene, people: Customers, asked: Requests, hotline: Hotline, story: Story
) -> tuple[Requests, int]:
    """Let the hotline answer, and the answers be felt; return the attempts that follow, and follow-up calls made."""
    outcomes = hotline.answer(scene, asked, people.tier[asked.who] >= 2)
    story.contacts(people, asked, outcomes)
    for rows in _in_turn(asked.who):
        experience.speak(scene, people, asked.rows(rows), outcomes.rows(rows))
    experience.miss(scene, people, asked, outcomes.missed, story)
    np.add.at(people.contacts, asked.who, ONE)
    complains = (asked.failed >= 0) & (asked.attempt == 1)
    np.add.at(people.complaints, asked.who[complains], ONE)
    solved, called = _follow_up(scene, asked, outcomes.solved)
    repeats, tries = again(scene, asked, solved)
    _end_complaints(scene, people, asked, solved, tries, story)
    return repeats, called


def _follow_up(scene: Scene, asked: Requests, solved: NDArray) -> tuple[NDArray[np.bool_], int]:
    """Return who has a solution at last, and how many complainers were called for it.

    A call after three days settles part of what was left open; who has a solution is not called.
    """
    if not scene.levers.follow_up:
        return solved, 0
    called = (asked.failed >= 0) & ~solved
    cures = scene.streams.uniforms("follow up", asked.contact_id) < scene.settings.levers.follow_up_cures
    return solved | (called & cures), int(called.sum())


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


def _in_turn(who: NDArray) -> Iterable[NDArray[np.int64] | slice]:
    """Yield rows so that nobody is in one lot twice: first contacts of the month, second ones, and so on."""
    order = np.argsort(who, kind="stable")
    first = np.flatnonzero(np.diff(who[order], prepend=-1))
    if len(first) == len(who):
        yield slice(None)
        return
    rank = np.arange(len(who)) - np.repeat(first, np.diff(np.append(first, len(who))))
    for turn in range(int(rank.max()) + 1):
        yield np.sort(order[rank == turn])


def resent(scene: Scene, people: Customers, story: Story) -> None:
    """Let what we have made dearer wear customers down, month by month, the more they mind prices; twice the price
    is borne by far fewer than two rises of half of it would suggest.
    """
    told = scene.settings.churn
    size = told.price_blow * (scene.levers.price**4 - 1.0) / 4.0 / max(told.price_push, 1e-9)
    who = np.flatnonzero(people.alive)
    churn.strike(scene, people, "price", who, size * people.price_sense[who], story)


def age(scene: Scene, state: State) -> None:
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
        np.subtract.at(people.year, who, fen)
    loyalty.grade(scene, people)
