"""Use and bills: what a month under contract consumes and costs, bills that shock, plans that fit no more."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from sim.market import churn
from sim.market.bell import normal
from sim.market.contracts import Contracts, column, key
from sim.market.customers import Customers, lasting
from sim.market.scene import Scene
from sim.market.state import State
from sim.market.story import Story

BILL_STEP = 1000  # bill_id = customer_id and three digits for the month
UP_FROM, DOWN_TO = 1.05, 0.80  # habit over the plan's allowance, or under that of the next smaller one
SETTLING_DAYS = 9.0


@dataclass(frozen=True)
class Prices:
    """What a month costs under each plan and term: a figure for each `code`, yuan a month and yuan a gigabyte."""

    allowance: NDArray
    fee: NDArray
    above: NDArray
    cost: NDArray

    @classmethod
    def of(cls, scene: Scene) -> "Prices":
        """Return the prices of a month."""
        told, terms = scene.settings.contract, len(scene.settings.contract.terms)
        listed = {
            name: np.repeat(column(scene.settings, name), terms)
            for name in ("allowance", "fee", "above", "cost")
        }
        discount = np.tile(np.array(told.discounts), len(told.plans))
        listed["fee"] = listed["fee"] * scene.levers.price * (1.0 - discount)
        return cls(**listed)


@dataclass(frozen=True)
class Month:
    """What the customers at the places `here` use in a month, one row each; `over` are the rows above the plan.

    `code` says plan and term (a place in Prices), `part` for how much of the month each was there, `luck` four
    uniform numbers.
    """

    here: NDArray
    code: NDArray
    part: NDArray
    luck: NDArray
    used: NDArray
    over: NDArray


def month(scene: Scene, state: State, since: NDArray, alerted: NDArray, story: Story) -> None:
    """Let everybody use what the contract gives, be billed for it, be shocked, and think of another plan.

    `since` is the part of the month from which each is there; `alerted` are places of those told in time.
    """
    people, bound, prices = state.people, contracts_of(state), Prices.of(scene)
    done = _use(scene, people, bound, since, alerted, prices)
    customer_id, number = people.id.take(done.here), np.broadcast_to(np.int16(scene.month), len(done.here))
    story.add(
        "usage",
        customer_id=customer_id,
        month=number,
        gigabytes=np.rint(done.used * done.part * 10.0) / 10.0,
        allowance=prices.allowance.take(done.code),
    )
    extra = _above(scene, done, prices)
    _bill(scene, state, done, prices, extra, (customer_id, number), story)
    _shock(scene, people, done, extra / np.maximum(prices.fee.take(done.code.take(done.over)), 0.01), story)
    habit = bound.habit.take(done.here)
    habit += scene.settings.contract.usage.habit * (done.used - habit)
    bound.habit[done.here] = habit
    _change_plans(scene, people, bound, done, habit, story)


def contracts_of(state: State) -> Contracts:
    """Return the contracts of a market that has them."""
    if state.contracts is None:
        raise ValueError("this market has no contracts")
    return state.contracts


def _use(
    scene: Scene, people: Customers, bound: Contracts, since: NDArray, alerted: NDArray, prices: Prices
) -> Month:
    """Return what everybody uses this month; whoever is alerted uses less above his plan."""
    here = np.flatnonzero(people.alive)
    luck = scene.streams.quads("use", key(people, here, scene.month))
    used = _wanted(scene, people, bound, here, normal(luck[0], luck[1]))
    code = bound.plan.take(here).astype(np.int64)
    code *= len(scene.settings.contract.terms)
    code += bound.term.take(here)
    allowance = prices.allowance.take(code)
    over = np.flatnonzero(used > allowance)
    keep = np.ones(len(people))
    keep[alerted] = scene.settings.contract.levers.alert_keep
    allowance = allowance.take(over)
    used[over] = allowance + keep.take(here.take(over)) * (used.take(over) - allowance)
    return Month(here, code, 1.0 - since.take(here), luck, used, over)


def _wanted(
    scene: Scene, people: Customers, bound: Contracts, here: NDArray, z: NDArray
) -> NDArray[np.float64]:
    """Return what each would use if nobody told him: less by those who want out, more by the pleased."""
    told = scene.settings.contract.usage
    mood = lasting(people.product.take(here), people.service.take(here)) + people.delight.take(here)
    mood *= told.pull
    mood += told.growth * scene.month
    mood += told.noise_sd * z
    made = bound.use.take(here)
    made[bound.quitting.take(here)] *= told.wish
    made *= np.exp(mood, out=mood)
    return made


def _above(scene: Scene, done: Month, prices: Prices) -> NDArray[np.float64]:
    """Return what those above their plan would pay for it in a whole month, yuan; never more than a part of the fee."""
    code = done.code.take(done.over)
    above = np.maximum(done.used.take(done.over) - prices.allowance.take(code), 0.0)
    above *= prices.above.take(code)
    return np.minimum(above, scene.settings.contract.usage.cap * prices.fee.take(code))


def _bill(
    scene: Scene,
    state: State,
    done: Month,
    prices: Prices,
    extra: NDArray,
    rows: tuple[NDArray, NDArray],
    story: Story,
) -> None:
    """Write the bills of a month; `extra` is what is paid above the plan, `rows` customer and month of each bill."""
    people, here, (customer_id, number) = state.people, done.here, rows
    day = int(scene.almanac.first[scene.month + 1]) - 1
    fee, above = _fen(prices.fee.take(done.code), done.part), np.zeros(len(here), dtype=np.int32)
    above[done.over] = _fen(extra, done.part.take(done.over))
    amount = fee + above
    story.add(
        "bills",
        bill_id=customer_id * BILL_STEP + scene.month,
        customer_id=customer_id,
        month=number,
        day=np.broadcast_to(np.int32(day), len(here)),
        fee=fee,
        above=above,
        amount=amount,
        margin=amount - _fen(prices.cost.take(done.code), done.part),
        paid_day=(day + 1 + np.floor(-np.log(done.luck[2]) * SETTLING_DAYS)).astype(np.int32),
    )
    people.spent[here] = people.spent.take(here) + amount / 100.0
    people.year[here] = people.year.take(here) + amount
    state.recent.append((scene.month, here, amount.astype(np.int64)))


def _fen(yuan: NDArray, part: NDArray) -> NDArray[np.int32]:
    """Return what a part of a month costs, fen."""
    made = yuan * part
    made *= 100.0
    return np.rint(made, out=made).astype(np.int32)


def _shock(scene: Scene, people: Customers, done: Month, share: NDArray, story: Story) -> None:
    """Let a bill far above the plan take a blow off the endurance, the more the dearer money is to him.

    `share` is what those above their plan pay for it, a part of the fee.
    """
    told = scene.settings.contract.usage
    who = done.here.take(done.over[share > told.shock_share])
    size = told.shock_blow * people.price_sense[who] / max(scene.settings.churn.price_push, 1e-9)
    churn.strike(scene, people, "price", who, size, story)


def _change_plans(
    scene: Scene, people: Customers, bound: Contracts, done: Month, habit: NDArray, story: Story
) -> None:
    """Move to a larger plan who needs it, to a smaller one who would do with it and is free to go."""
    told, most = scene.settings.contract.usage, column(scene.settings, "allowance")
    luck = done.luck[3]
    thinks = np.flatnonzero(luck < max(told.up_share, told.down_share))
    who, habit, luck = done.here.take(thinks), habit.take(thinks), luck.take(thinks)
    plan, stays = bound.plan.take(who).astype(np.int64), ~bound.quitting.take(who)
    up = stays & (plan < len(most) - 1) & (habit > UP_FROM * most[plan]) & (luck < told.up_share)
    down = stays & (plan > 0) & (habit < DOWN_TO * most[plan - 1]) & ~bound.bound.take(who)
    down &= luck < told.down_share
    after = plan + up.astype(np.int64) - down.astype(np.int64)
    some = np.flatnonzero(up | down)
    who, plan, after = who.take(some), plan.take(some), after.take(some)
    bound.plan[who] = after
    story.add(
        "plan_changes",
        customer_id=people.id.take(who),
        day=np.full(len(who), scene.almanac.first[scene.month + 1] - 1),
        from_plan=plan,
        to_plan=after,
    )
