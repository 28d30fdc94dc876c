"""Selling to firms: visits, key accounts, quotes and projects on their way, and salespeople who leave."""

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from sim.market import churn, pipeline
from sim.market.accounts import ASKED, OWN, ROLES, Accounts, key, salesperson
from sim.market.almanac import MONTH_DAYS
from sim.market.customers import ORDER_STEP, Customers, normal
from sim.market.needs import Round, delivered
from sim.market.pipeline import LEFT, LOST, PROPOSAL, WON, Moves, Opportunities
from sim.market.scene import Scene
from sim.market.state import State
from sim.market.story import Story, day_of

if TYPE_CHECKING:
    from sim.policy import Sold

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
    luck = scene.streams.quads("own visit", key(people, np.arange(len(people)), scene.month))
    own = people.alive & (luck[0] < told.own_visits_share)
    whom = np.searchsorted(np.cumsum(told.own_roles)[:-1], luck[1])
    for role, name in enumerate(ROLES):
        visited = asked.visits.get(name, np.zeros(0, dtype=np.int64))
        _visit(scene, state, visited, role, ASKED, story)
        mine = np.setdiff1d(np.flatnonzero(own & (whom == role)), visited)
        _visit(scene, state, mine, role, OWN, story)
    accounts.programme[:] = False
    accounts.programme[asked.programme] = True
    accounts.programme &= people.alive
    cared = np.flatnonzero(accounts.programme)
    accounts.warmth[cared] += told.programme_lift * (1.0 - accounts.warmth[cared])
    story.add(
        "key_accounts",
        customer_id=people.id[cared],
        month=np.full(len(cared), scene.month, dtype=np.int16),
    )
    state.effects += told.rebuy_pull * (accounts.relation - 0.35)


def _visit(scene: Scene, state: State, who: NDArray, role: int, sent: int, story: Story) -> None:
    """Meet one person of each account of `who`: it warms the relation, and what is said comes near the truth."""
    people, accounts = state.people, accounts_of(state)
    who = who[people.alive[who]]
    luck = scene.streams.quads("visit", key(people, who, scene.month) * VISIT_STEP + role)
    error = scene.settings.prospects.interview_sd * normal(luck[0], luck[1])
    said = np.clip(accounts.hidden[who, role] + error, 0.0, 1.0)
    accounts.warmth[who, role] += scene.settings.accounts.visit_lift * (1.0 - accounts.warmth[who, role])
    story.add(
        "visits",
        customer_id=people.id[who],
        role=np.full(len(who), role),
        day=_day(scene, luck[2]),
        salesperson_id=salesperson(story, people.keeper[who], scene.month),
        why=np.full(len(who), sent),
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
    _begin(scene, state, fresh, part, story)
    moves = pipeline.advance(scene, people, accounts, open_, start, offers)
    np.maximum.at(last, open_.who[fresh], part)
    np.maximum.at(last, open_.who[moves.row], moves.part)
    quoted = moves.stage == PROPOSAL
    _quote(scene, state, moves.row[quoted], moves.part[quoted], story)
    _move(scene, state, moves, story)
    won = moves.stage == WON
    made = _signed(scene, open_.rows(moves.row[won]), moves.part[won])
    state.pipeline = open_.rows(open_.stage < WON)
    return made


def _begin(scene: Scene, state: State, rows: NDArray, part: NDArray, story: Story) -> None:
    """Note new projects, and their first stage."""
    open_, people = state.pipeline.rows(rows), state.people
    story.add(
        "opportunities",
        opportunity_id=open_.id,
        customer_id=people.id[open_.who],
        day=_day(scene, part),
        kind=open_.kind,
        value=np.rint(open_.value * 100.0).astype(np.int64),
    )
    chance = pipeline.chances(scene, people, accounts_of(state), open_)
    nothing = np.full(len(rows), -1)
    _move(scene, state, Moves(rows, part, open_.stage, nothing, chance), story)


def _move(scene: Scene, state: State, moves: Moves, story: Story) -> None:
    """Note changes of stage: what the firm sees of them, and apart from it chance and cause."""
    people, told, open_ = state.people, scene.settings.sales, state.pipeline.rows(moves.row)
    luck = scene.streams.quads("say", open_.id * pipeline.STAGE_STEP + moves.stage, blocks=2)
    over, won = moves.stage >= WON, moves.stage == WON
    standard = np.array([*told.seen_chance, 0.5, 0.5])[moves.stage]
    chance = np.clip(moves.chance, 1e-6, 1.0 - 1e-6)
    usual, true = np.log(standard / (1.0 - standard)), np.log(chance / (1.0 - chance))
    odds = usual + told.knows * (true - usual) + told.hope + told.guess_sd * normal(luck[0], luck[1])
    said = np.rint(20.0 / (1.0 + np.exp(-odds))) / 20.0
    left = np.array([*told.months_left, 0.0, 0.0])[moves.stage]
    left = left * np.exp(told.close_sd * normal(luck[2], luck[3]))
    day, price = _day(scene, moves.part), told.causes.index("price")
    politely = np.where(luck[4] < told.stated_true + told.stated_price, price, -1)
    stated = np.where((luck[4] < told.stated_true) | (moves.cause == LEFT), moves.cause, politely)
    story.add(
        "opportunity_stages",
        opportunity_id=open_.id,
        customer_id=people.id[open_.who],
        day=day,
        stage=moves.stage,
        salesperson_id=salesperson(story, people.keeper[open_.who], scene.month),
        probability=np.where(over, won, np.clip(said, 0.05, 0.95)),
        amount=np.rint(_price(scene, open_) * 100.0).astype(np.int64),
        close_day=day + np.rint(left * MONTH_DAYS).astype(np.int64),
        stated=np.where(moves.stage == LOST, stated, -1),
        order_id=np.where(won, order_ids(open_.id), -1),
    )
    story.add(
        "truth_opportunity",
        opportunity_id=open_.id,
        customer_id=people.id[open_.who],
        day=day,
        stage=moves.stage,
        chance=moves.chance,
        why=moves.cause,
    )


def _quote(scene: Scene, state: State, rows: NDArray, part: NDArray, story: Story) -> None:
    """Send a quote for each project of `rows`."""
    open_ = state.pipeline
    open_.quotes[rows] += 1
    day = _day(scene, part)
    story.add(
        "quotes",
        quote_id=open_.id[rows] * QUOTE_STEP + open_.quotes[rows],
        opportunity_id=open_.id[rows],
        customer_id=state.people.id[open_.who[rows]],
        day=day,
        valid_until=day + scene.settings.sales.valid_days,
        discount=open_.discount[rows],
        amount=np.rint(_price(scene, open_.rows(rows)) * 100.0).astype(np.int64),
    )


def order_ids(opportunity_id: NDArray) -> NDArray[np.int64]:
    """Return the number of the order that a project ends in."""
    account, number = opportunity_id // pipeline.PROJECT_STEP, opportunity_id % pipeline.PROJECT_STEP
    return account * ORDER_STEP + PROJECT_ORDERS + number


def _price(scene: Scene, open_: Opportunities) -> NDArray[np.float64]:
    price = open_.value * scene.levers.price * (1.0 - open_.discount)
    return np.asarray(np.rint(price * 100.0) / 100.0)


def _signed(
    scene: Scene, won: Opportunities, part: NDArray
) -> tuple[Round, tuple[NDArray[np.float64], NDArray[np.float64]]]:
    """Return the orders of projects just won, each with amount and margin, yuan."""
    made, order = delivered(scene.streams, won.who, order_ids(won.id), part)
    amount = _price(scene, won)[order]
    cost = np.rint(won.value[order] * (1.0 - scene.settings.sales.margin_share) * 100.0) / 100.0
    return made, (amount, np.rint((amount - cost) * 100.0) / 100.0)


def part_from_salespeople(scene: Scene, state: State, careful: NDArray, story: Story) -> None:
    """Let salespeople leave at the end of the month: relations go with them, and some accounts.

    `careful` are places of accounts handed over with care; a team in the key-account programme also holds.
    """
    people, accounts, told = state.people, accounts_of(state), scene.settings.accounts
    who = np.flatnonzero(people.alive & scene.leaves[people.keeper])
    kept = np.zeros(len(people))
    kept[careful] = told.careful_keeps
    kept = 1.0 - (1.0 - kept) * (1.0 - told.programme_keeps * accounts.programme)
    churn.staff_blows(scene, people, story, 1.0 - kept)
    accounts.warmth[who] *= (1.0 - told.leaving_loses * (1.0 - kept[who]))[:, None]
    story.add(
        "handovers",
        customer_id=people.id[who],
        day=np.full(len(who), int(scene.almanac.first[scene.month + 1]) - 1),
        from_salesperson=salesperson(story, people.keeper[who], scene.month),
        to_salesperson=salesperson(story, people.keeper[who], scene.month + 1),
        careful=np.isin(who, careful),
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


def _day(scene: Scene, part: NDArray) -> NDArray[np.int64]:
    """Return the day at which a part of the month is over."""
    return day_of(scene.almanac, scene.month + np.minimum(part, 1.0 - 1e-9))
