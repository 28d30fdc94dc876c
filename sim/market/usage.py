"""Use and bills: what a month under contract consumes and costs, bills that shock, plans that fit no more."""

import numpy as np
from numpy.typing import NDArray

from sim.market import churn
from sim.market.contracts import Contracts, column, key
from sim.market.customers import Customers, normal
from sim.market.scene import Scene
from sim.market.state import State
from sim.market.story import Story

BILL_STEP = 1000  # bill_id = customer_id and three digits for the month
UP_FROM, DOWN_TO = 1.05, 0.80  # habit over the plan's allowance, or under that of the next smaller one
SETTLING_DAYS = 9.0


def month(scene: Scene, state: State, since: NDArray, alerted: NDArray, story: Story) -> None:
    """Let everybody use what the contract gives, be billed for it, be shocked, and think of another plan.

    `since` is the part of the month from which each is there; `alerted` are places of those told in time.
    """
    people, bound = state.people, contracts_of(state)
    here = np.flatnonzero(people.alive)
    luck = scene.streams.quads("use", key(people, here, scene.month), blocks=2)
    part = 1.0 - since[here]
    used = _used(scene, people, bound, here, normal(luck[0], luck[1]))
    plan = bound.plan[here].astype(np.int64)
    allowance = column(scene.settings, "allowance")[plan]
    told_in_time = np.zeros(len(people), dtype=bool)
    told_in_time[alerted] = True
    keep = np.where(told_in_time[here], scene.settings.contract.levers.alert_keep, 1.0)
    used = np.minimum(used, allowance) + keep * np.maximum(used - allowance, 0.0)
    story.add(
        "usage",
        customer_id=people.id[here],
        month=np.full(len(here), scene.month, dtype=np.int16),
        gigabytes=np.rint(used * part * 10.0) / 10.0,
        allowance=allowance,
    )
    over = _bill(scene, state, here, used, part, luck[2], story)
    _shock(scene, people, here, over, story)
    bound.habit[here] += scene.settings.contract.usage.habit * (used - bound.habit[here])
    _change_plans(scene, people, bound, here, luck[3], story)


def contracts_of(state: State) -> Contracts:
    """Return the contracts of a market that has them."""
    if state.contracts is None:
        raise ValueError("this market has no contracts")
    return state.contracts


def _used(
    scene: Scene, people: Customers, bound: Contracts, here: NDArray, z: NDArray
) -> NDArray[np.float64]:
    told = scene.settings.contract.usage
    mood = told.growth * scene.month + told.pull * people.satisfaction[here]
    wish = np.where(bound.quitting[here], told.wish, 1.0)
    return bound.use[here] * wish * np.exp(mood + told.noise_sd * z)


def _bill(
    scene: Scene, state: State, here: NDArray, used: NDArray, part: NDArray, luck: NDArray, story: Story
) -> NDArray[np.float64]:
    """Write the bills of a month; return what each pays above the plan, a part of the fee."""
    people, bound, told = state.people, contracts_of(state), scene.settings.contract
    plan = bound.plan[here].astype(np.int64)
    discount = np.array(told.discounts)[bound.term[here]]
    fee = column(scene.settings, "fee")[plan] * scene.levers.price * (1.0 - discount)
    above = np.maximum(used - column(scene.settings, "allowance")[plan], 0.0)
    extra = np.minimum(above * column(scene.settings, "above")[plan], told.usage.cap * fee)
    cost = column(scene.settings, "cost")[plan] * part
    fees, extras = (np.rint(yuan * part * 100.0).astype(np.int64) for yuan in (fee, extra))
    amount, day = fees + extras, int(scene.almanac.first[scene.month + 1]) - 1
    story.add(
        "bills",
        bill_id=people.id[here] * BILL_STEP + scene.month,
        customer_id=people.id[here],
        month=np.full(len(here), scene.month, dtype=np.int16),
        day=np.full(len(here), day, dtype=np.int32),
        fee=fees.astype(np.int32),
        above=extras.astype(np.int32),
        amount=amount.astype(np.int32),
        margin=(amount - np.rint(cost * 100.0).astype(np.int64)).astype(np.int32),
        paid_day=(day + 1 + np.floor(-np.log(luck) * SETTLING_DAYS)).astype(np.int32),
    )
    people.spent[here] += amount / 100.0
    people.year[here] += amount
    state.recent.append((scene.month, here, amount))
    return extra / np.maximum(fee, 0.01)


def _shock(scene: Scene, people: Customers, here: NDArray, over: NDArray, story: Story) -> None:
    """Let a bill far above the plan take a blow off the endurance, the more the dearer money is to him."""
    told = scene.settings.contract.usage
    who = here[over > told.shock_share]
    size = told.shock_blow * people.price_sense[who] / max(scene.settings.churn.price_push, 1e-9)
    churn.strike(scene, people, "price", who, size, story)


def _change_plans(
    scene: Scene, people: Customers, bound: Contracts, here: NDArray, luck: NDArray, story: Story
) -> None:
    """Move to a larger plan who needs it, to a smaller one who would do with it and is free to go."""
    told, most = scene.settings.contract.usage, column(scene.settings, "allowance")
    plan = bound.plan[here].astype(np.int64)
    habit, stays = bound.habit[here], ~bound.quitting[here]
    up = stays & (plan < len(most) - 1) & (habit > UP_FROM * most[plan]) & (luck < told.up_share)
    down = stays & (plan > 0) & (habit < DOWN_TO * most[plan - 1]) & ~bound.bound[here]
    down &= luck < told.down_share
    some = up | down
    after = plan + up.astype(np.int64) - down.astype(np.int64)
    bound.plan[here] = after.astype(np.int8)
    story.add(
        "plan_changes",
        customer_id=people.id[here][some],
        day=np.full(some.sum(), scene.almanac.first[scene.month + 1] - 1),
        from_plan=plan[some],
        to_plan=after[some],
    )
