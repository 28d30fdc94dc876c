"""Quitting a contract: the wish, the notice, the day it ends; and who is held, bound again, or renews."""

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from sim.market import churn
from sim.market.contracts import (
    CONTRACT_STEP,
    GIVEN,
    MOMENT,
    NEW,
    OFFERED,
    RENEWED,
    ROLLED,
    SAVE,
    TERM,
    WITHDRAWN,
    Contracts,
    key,
)  # fmt: skip
from sim.market.customers import Customers, endurance
from sim.market.scene import Scene
from sim.market.story import Story


def ties(scene: Scene, people: Customers, bound: Contracts) -> churn.Ties:
    """Return what contracts do to leaving: little inside a term and hardly by mood, much where a term can be ended."""
    told = scene.settings.contract
    ends = bound.ends == scene.month + 1.0 + told.notice_months
    held = np.flatnonzero(bound.bound & ~ends)
    lock, product, service = np.ones(len(people)), people.product_push.copy(), people.service_push.copy()
    lock[ends], lock[held] = told.end_push, told.lock
    for push in (product, service):
        push[held] = np.power(push.take(held), told.lock_feel)
    return churn.Ties(lock, product, service, bound.quitting)


def leave(
    scene: Scene, people: Customers, bound: Contracts, since: NDArray, story: Story
) -> NDArray[np.int64]:
    """Let those who have had enough make up their minds, give notice and go; return the places of who is gone now."""
    _decide(scene, people, bound, since, story)
    says = people.alive & (bound.notice >= scene.month) & (bound.notice < scene.month + 1.0)
    _note(scene, people, bound, np.flatnonzero(says), GIVEN, bound.notice[says], story)
    lost = np.flatnonzero(people.alive & (bound.leaves <= scene.month + 1.0))
    churn.part_with(people, lost, np.full(len(lost), scene.month + 1.0 - MOMENT), people.cause[lost])
    return lost


def _decide(scene: Scene, people: Customers, bound: Contracts, since: NDArray, story: Story) -> None:
    told = scene.settings.contract
    who, moment, cause = churn.decide(scene, people, since, ties(scene, people, bound))
    luck = scene.streams.quads("ponder", people.id[who] * 16 + people.life[who] % 16)
    notice = moment - np.log(luck[0]) * told.ponder_months
    ends, fixed = bound.ends[who], bound.bound[who]
    # Whoever can still be in time for the end of the term does not let the day pass.
    deadline = ends - told.notice_months - MOMENT
    notice = np.where(fixed & (notice > deadline), np.maximum(moment, deadline), notice)
    out = np.floor(notice) + 1.0 + told.notice_months
    free = np.isin(cause, [scene.settings.churn.causes.index(name) for name in told.free_causes])
    stays = fixed & ~free & (luck[1] >= told.buyout_share)
    bound.wish[who], bound.notice[who] = moment, notice
    bound.leaves[who] = np.where(stays, np.maximum(ends, out), out)
    people.cause[who] = cause
    story.add(
        "truth_wish",
        customer_id=people.id[who],
        life=people.life[who],
        day=scene.almanac.day_of(moment),
        cause=cause,
    )


def _note(
    scene: Scene,
    people: Customers,
    bound: Contracts,
    who: NDArray,
    kind: int,
    moment: NDArray | float,
    story: Story,
) -> None:
    leaves = np.minimum(bound.leaves[who], scene.almanac.months).astype(np.int64)
    story.add(
        "notices",
        customer_id=people.id[who],
        day=scene.almanac.day_of(np.broadcast_to(moment, len(who))),
        kind=np.full(len(who), kind, dtype=np.int8),
        leaves_day=scene.almanac.first[leaves] - 1,
        stated=churn.stated(scene, people, who),
    )


def hold(scene: Scene, people: Customers, bound: Contracts, who: NDArray, story: Story) -> None:
    """Offer those at the places `who` something for staying: some of those who want out think again."""
    told = scene.settings.contract.levers
    asked = people.alive[who] & bound.quitting[who]
    some = who[asked]
    base = np.array(told.reconsider)[people.cause[some]]
    silent = bound.notice[some] >= scene.month
    odds = np.log(base / (1.0 - base)) + told.before_notice * silent - 0.7 * bound.saves[some]
    odds += 0.5 * people.persuade[some]
    luck = scene.streams.quads("reconsider", key(people, some, scene.month))[0]
    bound.saves[some] += 1
    stays = luck < 1.0 / (1.0 + np.exp(-odds))
    seen = stays & ~silent
    _note(scene, people, bound, some[seen], WITHDRAWN, float(scene.month), story)
    _calm(scene, people, bound, some[stays])
    taken = np.zeros(len(who), dtype=bool)
    taken[np.flatnonzero(asked)[seen]] = True  # what nobody knew of is not told either
    acts(scene, people, who, SAVE, taken, story)


def _calm(scene: Scene, people: Customers, bound: Contracts, who: NDArray) -> None:
    """Give those who think again a further patience, drawn anew."""
    people.life[who] += 1
    for life in np.unique(people.life[who]):
        some = who[people.life[who] == life]
        people.endurance[some] = endurance(scene.streams, people.id[some], int(life))
    people.cause[who] = people.struck[who] = -1
    for name in ("wish", "notice", "leaves"):
        getattr(bound, name)[who] = np.nan


def bind(
    scene: Scene, people: Customers, bound: Contracts, offers: Mapping[str, NDArray], story: Story
) -> None:
    """Offer terms (months to places) to those who run on by the month; some take one."""
    told, asked = scene.settings.contract, np.zeros(len(people), dtype=bool)
    for months, some in offers.items():
        who = some[~asked[some]]  # one offer a month is what anybody hears
        asked[who] = True
        place = told.terms.index(int(months))
        free = people.alive[who] & ~bound.bound[who] & ~bound.quitting[who]
        odds = told.levers.term_accept + told.levers.term_spread * people.persuade[who]
        luck = scene.streams.quads("term offer", key(people, who, scene.month))[0]
        taken = free & (luck < 1.0 / (1.0 + np.exp(-odds)))
        signs = who[taken]
        bound.term[signs], bound.ends[signs] = place, scene.month + float(months)
        bound.number[signs] += 1
        acts(scene, people, who, TERM, taken, story)
        sign(scene, people, bound, signs, OFFERED, story)


def acts(scene: Scene, people: Customers, who: NDArray, act: int, taken: NDArray, story: Story) -> None:
    """Note what was offered to whom, and who took it."""
    story.add(
        "retention",
        customer_id=people.id[who],
        day=np.full(len(who), scene.almanac.first[scene.month]),
        act=np.full(len(who), act, dtype=np.int8),
        taken=taken,
    )


def renew(scene: Scene, people: Customers, bound: Contracts, story: Story) -> None:
    """Let terms that end with this month be taken again, or run on by the month."""
    told = scene.settings.contract
    due = np.flatnonzero(people.alive & ~bound.quitting & (bound.ends == scene.month + 1.0))
    again = scene.streams.quads("renewal", key(people, due, scene.month))[0] < told.renew_share
    bound.number[due] += 1
    stays, rolls = due[again], due[~again]
    bound.ends[stays] += np.array(told.terms, dtype=float)[bound.term[stays]]
    bound.term[rolls], bound.ends[rolls] = 0, np.nan
    sign(scene, people, bound, stays, RENEWED, story)
    sign(scene, people, bound, rolls, ROLLED, story)


def reopen(scene: Scene, people: Customers, bound: Contracts, story: Story) -> None:
    """Give those won back a contract by the month."""
    back = np.flatnonzero(people.alive & (bound.leaves <= scene.month))
    for name in ("wish", "notice", "leaves", "ends"):
        getattr(bound, name)[back] = np.nan
    bound.term[back] = bound.saves[back] = 0
    bound.number[back] += 1
    sign(scene, people, bound, back, NEW, story)


def sign(scene: Scene, people: Customers, bound: Contracts, who: NDArray, how: int, story: Story) -> None:
    """Note the contracts of `who` that begin: when they joined, or with this month (the next, for renewals)."""
    month = scene.month + (how in (RENEWED, ROLLED))
    start = np.full(len(who), scene.almanac.first[month], dtype=np.int32)
    first = bound.number[who] == 1
    start[first] = scene.almanac.day_of(people.joined[who][first])
    ends = np.minimum(np.nan_to_num(bound.ends[who]), scene.almanac.months).astype(np.int64)
    story.add(
        "contracts",
        contract_id=people.id[who] * CONTRACT_STEP + bound.number[who],
        customer_id=people.id[who],
        start_day=start,
        plan=bound.plan[who],
        term_months=np.array(scene.settings.contract.terms, dtype=np.int16)[bound.term[who]],
        end_day=np.where(np.isnan(bound.ends[who]), -1, scene.almanac.first[ends] - 1).astype(np.int32),
        how=np.full(len(who), how, dtype=np.int8),
    )
