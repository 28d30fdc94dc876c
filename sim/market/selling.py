"""Selling to firms: visits, key accounts, quotes and projects on their way, and salespeople who leave."""

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from sim.market import churn, pipeline
from sim.market.accounts import ASKED, OWN, ROLES, Accounts, key, salesperson
from sim.market.almanac import MONTH_DAYS
from sim.market.bell import normal
from sim.market.customers import ORDER_STEP, Customers
from sim.market.drivers import drivers
from sim.market.needs import Round, delivered
from sim.market.pipeline import LEFT, LOST, PROPOSAL, WON, Moves, Opportunities
from sim.market.scene import Scene
from sim.market.state import State
from sim.market.story import Story

if TYPE_CHECKING:
    from sim.plan import Sold

QUOTE_STEP = 10  # quote_id = opportunity_id and a digit for the quote of that project
MOST_QUOTES = 9
PROJECT_ORDERS = 5000  # order_id of a project: the digits of its account's orders, and from here on
VISIT_STEP = 8


def accounts_of(state: State) -> Accounts:
    """Return the accounts of a market that has them."""
    if state.accounts is None:
        raise ValueError("this market has no accounts")
    return state.accounts


def call_on(scene: Scene, state: State, asked: "Sold", story: Story) -> None:
    """Let the month's visits take place, unasked ones too, and key accounts be cared for; relations cool between."""
    people, accounts, told = state.people, accounts_of(state), scene.settings.accounts
    accounts.warmth *= told.warmth_keep
    own, whom = _own_visits(scene, people)
    for role, name in enumerate(ROLES):
        visited = asked.visits.get(name, np.zeros(0, dtype=np.int64))
        _visit(scene, state, visited, role, ASKED, story)
        mine = own[whom == role]
        if len(visited):
            mine = np.setdiff1d(mine, visited)
        _visit(scene, state, mine, role, OWN, story)
    accounts.programme[:] = False
    accounts.programme[asked.programme] = True
    accounts.programme &= people.alive
    cared = np.flatnonzero(accounts.programme)
    accounts.warmth[:, cared] += told.programme_lift * (1.0 - accounts.warmth[:, cared])
    story.add(
        "key_accounts",
        customer_id=people.id[cared],
        month=np.full(len(cared), scene.month, dtype=np.int16),
    )
    state.effects += told.rebuy_pull * (accounts.relation - 0.35)


def _own_visits(scene: Scene, people: Customers) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Return which accounts their salespeople visit unasked this month, and whom they meet there."""
    told, here = scene.settings.accounts, np.flatnonzero(people.alive)
    luck = scene.streams.quads("own visit", key(people, here, scene.month))
    some = luck[0] < told.own_visits_share
    return here[some], np.searchsorted(np.cumsum(told.own_roles)[:-1], luck[1, some])


def _visit(scene: Scene, state: State, who: NDArray, role: int, sent: int, story: Story) -> None:
    """Meet one person of each account of `who`: it warms the relation, and what is said comes near the truth."""
    people, accounts = state.people, accounts_of(state)
    who = who[people.alive[who]]
    if not len(who):
        return
    luck = scene.streams.quads("visit", key(people, who, scene.month) * VISIT_STEP + role)
    error = scene.settings.prospects.interview_sd * normal(luck[0], luck[1])
    said = np.clip(accounts.hidden[role].take(who) + error, 0.0, 1.0)
    warmth = accounts.warmth[role]
    warmth[who] += scene.settings.accounts.visit_lift * (1.0 - warmth.take(who))
    story.add(
        "visits",
        customer_id=people.id.take(who),
        role=np.full(len(who), role, dtype=np.int8),
        day=_day(scene, luck[2]),
        salesperson_id=salesperson(story, people.keeper.take(who), scene.month),
        why=np.full(len(who), sent, dtype=np.int8),
        said=np.rint(said * 100.0) / 100.0,
    )


def quote_again(scene: Scene, state: State, offers: NDArray, story: Story) -> None:
    """Send better quotes for projects that have one, where this month's discount is larger."""
    open_ = state.pipeline
    better = (open_.stage >= PROPOSAL) & (offers[open_.who] > open_.discount) & (open_.quotes < MOST_QUOTES)
    rows = np.flatnonzero(better)
    open_.discount[rows] = offers[open_.who[rows]]
    _quote(scene, state, rows, np.zeros(len(rows)), story)


def sell(
    scene: Scene, state: State, since: NDArray, offers: NDArray, last: NDArray, story: Story
) -> tuple[Round, tuple[NDArray, NDArray]]:
    """Let projects arise and go their way for a month; return the orders signed, with amount and margin, yuan.

    `offers` is the discount of each account's quotes of this month; `last` learns when each did something last.
    """
    people, accounts = state.people, accounts_of(state)
    new, part = pipeline.arise(scene, people, accounts, since)
    start = np.concatenate([np.zeros(len(state.pipeline)), part])
    fresh = np.arange(len(state.pipeline), len(start))
    state.pipeline = open_ = state.pipeline.join(new)
    now = drivers(scene, people, accounts, open_)
    nothing = np.full(len(fresh), -1)
    _begin(scene, state, fresh, part, story)
    _move(scene, state, Moves(fresh, part, open_.stage[fresh], nothing, now.chance[0, fresh]), story)
    moves = pipeline.advance(scene, people, accounts, open_, now, start, offers)
    last[new.who] = np.maximum(last[new.who], part)
    who = open_.who.take(moves.row)
    last[who] = np.maximum(last.take(who), moves.part)  # in order of time: of several the last stands
    quoted = moves.stage == PROPOSAL
    _quote(scene, state, moves.row[quoted], moves.part[quoted], story)
    _move(scene, state, moves, story)
    won = moves.stage == WON
    made = _signed(scene, open_, moves.row[won], moves.part[won])
    state.pipeline = open_.rows(open_.stage < WON)
    return made


def _begin(scene: Scene, state: State, rows: NDArray, part: NDArray, story: Story) -> None:
    """Note new projects."""
    open_, people = state.pipeline.rows(rows), state.people
    story.add(
        "opportunities",
        opportunity_id=open_.id,
        customer_id=people.id[open_.who],
        day=_day(scene, part),
        kind=open_.kind.astype(np.int8),
        value=np.rint(open_.value * 100.0).astype(np.int64),
    )


def _move(scene: Scene, state: State, moves: Moves, story: Story) -> None:
    """Note changes of stage: what the firm sees of them, and apart from it chance and cause."""
    people, rows = state.people, moves.row
    number, who = state.pipeline.id.take(rows), state.pipeline.who.take(rows)
    account, day, stage = people.id.take(who), _day(scene, moves.part), moves.stage.astype(np.int8)
    won, cause = stage == WON, moves.cause.astype(np.int8)
    order_id = np.full(len(rows), -1)
    order_id[won] = order_ids(number[won])
    probability, left = _forecast(scene, number, moves)
    story.add(
        "opportunity_stages",
        opportunity_id=number,
        customer_id=account,
        day=day,
        stage=stage,
        salesperson_id=salesperson(story, people.keeper.take(who), scene.month),
        probability=probability,
        amount=_fen(_price(scene, state.pipeline, rows)),
        close_day=day + np.rint(left * MONTH_DAYS).astype(np.int32),
        stated=_stated(scene, number, moves),
        order_id=order_id,
    )
    story.add(
        "truth_opportunity",
        opportunity_id=number,
        customer_id=account,
        day=day,
        stage=stage,
        chance=moves.chance,
        why=cause,
    )


def _forecast(scene: Scene, number: NDArray, moves: Moves) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return what the salesperson says of each project: how likely it is won, and in how many months it ends.

    What is won or lost is certain, and over.
    """
    told = scene.settings.sales
    chance, left = (moves.stage == WON).astype(float), np.zeros(len(number))
    open_ = np.flatnonzero(moves.stage < WON)
    stage = moves.stage.take(open_)
    luck = scene.streams.quads("say", _key(number.take(open_), stage))
    standard = np.array(told.seen_chance)
    usual = np.log(standard / (1.0 - standard)).take(stage)
    true = np.clip(moves.chance.take(open_), 1e-6, 1.0 - 1e-6)
    true = np.log(true / (1.0 - true))
    odds = usual + told.knows * (true - usual) + told.hope + told.guess_sd * normal(luck[0], luck[1])
    said = np.rint(20.0 / (1.0 + np.exp(-odds))) / 20.0
    chance[open_] = np.clip(said, 0.05, 0.95)
    left[open_] = np.array(told.months_left).take(stage) * np.exp(told.close_sd * normal(luck[2], luck[3]))
    return chance, left


def _stated(scene: Scene, number: NDArray, moves: Moves) -> NDArray[np.int8]:
    """Return why each project is said to be lost: truly, by price out of politeness, or -1 for no reason or no loss."""
    told, made = scene.settings.sales, np.full(len(number), -1, dtype=np.int8)
    lost = np.flatnonzero(moves.stage == LOST)
    cause = moves.cause.take(lost)
    luck = scene.streams.quads("say", _key(number.take(lost), LOST), use=1)[0]
    politely = np.where(luck < told.stated_true + told.stated_price, told.causes.index("price"), -1)
    made[lost] = np.where((luck < told.stated_true) | (cause == LEFT), cause, politely)
    return made


def _key(number: NDArray, stage: NDArray | int) -> NDArray[np.int64]:
    """Return the number that belongs to a project and a stage."""
    return number * pipeline.STAGE_STEP + stage


def _quote(scene: Scene, state: State, rows: NDArray, part: NDArray, story: Story) -> None:
    """Send a quote for each project of `rows`."""
    open_ = state.pipeline
    open_.quotes[rows] += 1
    number, day = open_.id.take(rows), _day(scene, part)
    story.add(
        "quotes",
        quote_id=number * QUOTE_STEP + open_.quotes.take(rows),
        opportunity_id=number,
        customer_id=state.people.id.take(open_.who.take(rows)),
        day=day,
        valid_until=day + scene.settings.sales.valid_days,
        discount=open_.discount.take(rows),
        amount=_fen(_price(scene, open_, rows)),
    )


def order_ids(opportunity_id: NDArray) -> NDArray[np.int64]:
    """Return the number of the order that a project ends in."""
    account, number = opportunity_id // pipeline.PROJECT_STEP, opportunity_id % pipeline.PROJECT_STEP
    return account * ORDER_STEP + PROJECT_ORDERS + number


def _price(scene: Scene, open_: Opportunities, rows: NDArray) -> NDArray[np.float64]:
    """Return what the projects at `rows` cost now, yuan to the fen."""
    price = open_.value.take(rows) * scene.levers.price * (1.0 - open_.discount.take(rows))
    return np.asarray(np.rint(price * 100.0) / 100.0)


def _fen(yuan: NDArray) -> NDArray[np.int64]:
    return np.rint(yuan * 100.0).astype(np.int64)


def _signed(
    scene: Scene, open_: Opportunities, rows: NDArray, part: NDArray
) -> tuple[Round, tuple[NDArray[np.float64], NDArray[np.float64]]]:
    """Return the orders of the projects just won at `rows`, each with amount and margin, yuan."""
    made, order = delivered(scene.streams, open_.who[rows], order_ids(open_.id[rows]), part)
    rows = rows[order]
    amount = _price(scene, open_, rows)
    cost = np.rint(open_.value[rows] * (1.0 - scene.settings.sales.margin_share) * 100.0) / 100.0
    return made, (amount, np.rint((amount - cost) * 100.0) / 100.0)


def part_from_salespeople(scene: Scene, state: State, careful: NDArray, story: Story) -> None:
    """Let salespeople leave at the end of the month: relations go with them, and some accounts.

    `careful` are places of accounts handed over with care; a team in the key-account programme also holds.
    """
    if not scene.leaves.any():
        return
    people, accounts, told = state.people, accounts_of(state), scene.settings.accounts
    who = np.flatnonzero(people.alive & scene.leaves.take(people.keeper))
    with_care = np.zeros(len(people), dtype=bool)
    with_care[careful] = True
    with_care = with_care.take(who)
    kept = np.where(with_care, told.careful_keeps, 0.0)
    kept = 1.0 - (1.0 - kept) * (1.0 - told.programme_keeps * accounts.programme.take(who))
    felt = np.zeros(len(people))
    felt[who] = 1.0 - kept
    churn.staff_blows(scene, people, story, felt)
    accounts.warmth[:, who] *= 1.0 - told.leaving_loses * (1.0 - kept)
    keeper = people.keeper.take(who)
    story.add(
        "handovers",
        customer_id=people.id.take(who),
        day=np.full(len(who), scene.almanac.first[scene.month + 1] - 1, dtype=np.int32),
        from_salesperson=salesperson(story, keeper, scene.month),
        to_salesperson=salesperson(story, keeper, scene.month + 1),
        careful=with_care,
    )


def ties(scene: Scene, people: Customers, accounts: Accounts) -> churn.Ties:
    """Return what relations do to leaving: the warmer on the whole, the less."""
    lock = np.exp(-scene.settings.accounts.lock_warmth * accounts.relation)
    return churn.Ties(lock, people.product_push, people.service_push, np.zeros(len(people), dtype=bool))


def close(scene: Scene, state: State, story: Story) -> None:
    """End the open projects of accounts that are gone, on their last day."""
    open_, people = state.pipeline, state.people
    rows = np.flatnonzero(~people.alive[open_.who])
    part = people.lost_at[open_.who[rows]] - scene.month
    end = np.full(len(rows), LOST)
    _move(scene, state, Moves(rows, part, end, np.full(len(rows), LEFT), np.zeros(len(rows))), story)
    state.pipeline = open_.rows(people.alive[open_.who])


def _day(scene: Scene, part: NDArray) -> NDArray[np.int32]:
    """Return the day at which a part of the month is over."""
    moment = scene.month + np.minimum(part, 1.0 - 1e-9)  # never in the next month
    day, _ = scene.almanac.moment(scene.month, moment - scene.month)
    return day.astype(np.int32)
