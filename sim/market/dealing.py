"""Dealings: what a kind of market does in its own way, month by month; everything else is one model for all."""

from collections.abc import Callable, Mapping
from functools import partial

import numpy as np
from numpy.typing import NDArray

from sim.market import churn, month, quitting, selling, usage
from sim.market.accounts import enter, opened, reveal
from sim.market.almanac import Almanac
from sim.market.contracts import ALERT, MOMENT, NEW, signed
from sim.market.pipeline import PROPOSAL, waits
from sim.market.rivals import Surroundings
from sim.market.scene import Scene
from sim.market.settings import Section
from sim.market.state import State
from sim.market.story import Story
from sim.plan import Plan
from sim.streams import Streams


class Open:
    """A shop: nobody is bound, whoever has had enough is gone."""

    def begin(self, settings: Section, streams: Streams, state: State) -> None:
        """Give the founders what ties them to the firm."""

    def act(self, scene: Scene, state: State, done: Plan, story: Story) -> None:
        """Do what the firm's policy asks for beyond what every firm can do."""

    def welcome(self, scene: Scene, state: State, story: Story) -> None:
        """Give those who came this month what ties them to the firm."""

    def sell(
        self, scene: Scene, state: State, done: Plan, since: NDArray, last: NDArray, story: Story
    ) -> None:
        """Let what is sold besides plain orders be sold; `last` learns when each did something last."""

    def month(self, scene: Scene, state: State, done: Plan, since: NDArray, story: Story) -> None:
        """Let the relation itself go on for a month."""

    def staff(self, scene: Scene, state: State, done: Plan, story: Story) -> None:
        """Let customers feel that those who looked after them leave."""
        churn.staff_blows(scene, state.people, story)

    def reveal(self, scene: Scene, state: State, story: Story) -> None:
        """Note what nobody in the market knows, beyond what is noted in all."""

    def hazards(self, scene: Scene, state: State) -> NDArray[np.float64]:
        """Return the hazard of this month, a row a customer, a column a cause."""
        return churn.hazards(scene, state.people)

    def leave(self, scene: Scene, state: State, since: NDArray, story: Story) -> NDArray[np.int64]:
        """Return the places of those who are lost this month."""
        return churn.leave(scene, state.people, since)

    def served(self, state: State) -> int:
        """Return how many have bought within twelve months, the one that begins among them.

        Founders who have not count while the books are younger than a year.
        """
        bought = state.people.year > 0
        if state.month < month.YEAR:
            bought |= np.isnan(state.people.last_order)
        return int(np.count_nonzero(bought))

    def seen(
        self, almanac: Almanac, around: Surroundings, state: State
    ) -> Mapping[str, Callable[[], NDArray]]:
        """Return what the firm sees of its customers besides what every firm sees."""
        return {}

    def forget(self, state: State, streams: Streams) -> None:
        """Draw anew what lies ahead of the parts that only this kind has."""


class Bound(Open):
    """A provider: contracts with terms, plans, use and bills; whoever has had enough must give notice."""

    def begin(self, settings: Section, streams: Streams, state: State) -> None:
        """Sign the founders."""
        state.contracts = signed(settings, streams, state.people)

    def act(self, scene: Scene, state: State, done: Plan, story: Story) -> None:
        """Reopen contracts of those won back, hold, bind, and alert."""
        people, bound = state.people, usage.contracts_of(state)
        if scene.month == 0:
            quitting.sign(scene, people, bound, np.arange(len(people)), NEW, story)
        quitting.reopen(scene, people, bound, story)
        quitting.hold(scene, people, bound, done.save, story)
        quitting.bind(scene, people, bound, done.terms, story)
        told = people.alive[done.alerts]
        quitting.acts(scene, people, done.alerts, ALERT, told, story)

    def welcome(self, scene: Scene, state: State, story: Story) -> None:
        """Sign those who came."""
        bound = usage.contracts_of(state)
        new = np.arange(len(bound), len(state.people))
        bound.join(signed(scene.settings, scene.streams, state.people.rows(new)))
        quitting.sign(scene, state.people, bound, new, NEW, story)

    def month(self, scene: Scene, state: State, done: Plan, since: NDArray, story: Story) -> None:
        """Let them use and pay."""
        usage.month(scene, state, since, done.alerts, story)

    def hazards(self, scene: Scene, state: State) -> NDArray[np.float64]:
        """Return the hazard of making up one's mind this month."""
        return churn.hazards(
            scene, state.people, quitting.ties(scene, state.people, usage.contracts_of(state))
        )

    def leave(self, scene: Scene, state: State, since: NDArray, story: Story) -> NDArray[np.int64]:
        """Return who is gone with this month; the others' terms go on, renewed or by the month."""
        bound = usage.contracts_of(state)
        lost = quitting.leave(scene, state.people, bound, since, story)
        quitting.renew(scene, state.people, bound, story)
        return lost

    def served(self, state: State) -> int:
        """Return how many have a contract."""
        return int(np.count_nonzero(~(usage.contracts_of(state).leaves <= state.month)))

    def seen(
        self, almanac: Almanac, around: Surroundings, state: State
    ) -> Mapping[str, Callable[[], NDArray]]:
        """Return plan, term, end of the term (-1: by the month), notice and last day (-1: none) of each."""
        bound, now = usage.contracts_of(state), float(state.month)
        return {
            "plan": lambda: bound.plan,
            "term": lambda: bound.term,
            "end_day": partial(_day, almanac, bound.ends - MOMENT, now + 1e9),
            "notice_day": partial(_day, almanac, bound.notice, now),
            "leaves_day": lambda: np.where(
                bound.notice < now, _day(almanac, bound.leaves - MOMENT, now + 1e9), -1
            ),
        }


class Visited(Open):
    """A supplier of firms: accounts with several people, projects in a pipeline, salespeople who own accounts."""

    def begin(self, settings: Section, streams: Streams, state: State) -> None:
        """Open the founders' accounts."""
        state.accounts = opened(settings, streams, state.people)

    def act(self, scene: Scene, state: State, done: Plan, story: Story) -> None:
        """Visit, care for key accounts, and send better quotes."""
        if scene.month == 0:
            everybody = np.arange(len(state.people))
            enter(scene, state.people, selling.accounts_of(state), everybody, story)
        selling.call_on(scene, state, done.selling, story)
        selling.quote_again(scene, state, _offers(scene, state, done), story)

    def welcome(self, scene: Scene, state: State, story: Story) -> None:
        """Open the accounts of those who came."""
        accounts = selling.accounts_of(state)
        new = np.arange(len(accounts), len(state.people))
        some = state.people.rows(new)
        accounts.join(opened(scene.settings, scene.streams, some))
        state.people.level[new] = some.level
        enter(scene, state.people, accounts, new, story)

    def sell(
        self, scene: Scene, state: State, done: Plan, since: NDArray, last: NDArray, story: Story
    ) -> None:
        """Let projects arise, go on, be won and lost; what is won is delivered like any order."""
        signed_, paid = selling.sell(scene, state, since, _offers(scene, state, done), last, story)
        month.settle(scene, state, signed_, paid, last, story)

    def staff(self, scene: Scene, state: State, done: Plan, story: Story) -> None:
        """Let salespeople leave, with relations and with some of their accounts."""
        selling.part_from_salespeople(scene, state, done.selling.handover, story)

    def reveal(self, scene: Scene, state: State, story: Story) -> None:
        """Note how warm relations are."""
        reveal(scene, state.people, selling.accounts_of(state), story)

    def hazards(self, scene: Scene, state: State) -> NDArray[np.float64]:
        """Return the hazard of this month; warm relations lower it."""
        return churn.hazards(
            scene, state.people, selling.ties(scene, state.people, selling.accounts_of(state))
        )

    def leave(self, scene: Scene, state: State, since: NDArray, story: Story) -> NDArray[np.int64]:
        """Return who is lost; their open projects are too."""
        bonds = selling.ties(scene, state.people, selling.accounts_of(state))
        lost, moment, cause = churn.decide(scene, state.people, since, bonds)
        churn.part_with(state.people, lost, moment, cause)
        selling.close(scene, state, story)
        return lost

    def seen(
        self, almanac: Almanac, around: Surroundings, state: State
    ) -> Mapping[str, Callable[[], NDArray]]:
        """Return size, key account or not, open projects and quotes of each, and whose salesperson has given notice."""
        accounts, open_, n = selling.accounts_of(state), state.pipeline, len(state.people)
        return {
            "employees": lambda: accounts.employees,
            "key_account": lambda: accounts.programme,
            "projects": lambda: np.bincount(open_.who, minlength=n),
            "quoted": lambda: np.bincount(open_.who[open_.stage >= PROPOSAL], minlength=n),
            "owner_leaves": lambda: around.leaves[state.month][state.people.keeper],
        }

    def forget(self, state: State, streams: Streams) -> None:
        """Draw anew the waits for projects and for their next steps."""
        accounts, open_ = selling.accounts_of(state), state.pipeline
        accounts.plan[:] = streams.exponentials("project again", state.people.id)
        open_.clock[:] = waits(streams, open_.id, open_.stage)


def _offers(scene: Scene, state: State, done: Plan) -> NDArray[np.float64]:
    """Return the discount of each account's quotes of this month."""
    made = np.zeros(len(state.people))
    for name, who in done.selling.discounts.items():
        made[who] = np.maximum(made[who], scene.settings.sales.discounts[name])
    return made


def _day(almanac: Almanac, moment: NDArray, known: float) -> NDArray[np.int64]:
    """Return the day of moments that lie before `known`, -1 for the others."""
    there = ~np.isnan(moment) & (moment < known)
    latest = np.minimum(np.where(there, moment, 0.0), almanac.months - 1e-9)
    return np.where(there, almanac.day_of(latest), -1)


DEALINGS: Mapping[str, Open] = {"retail": Open(), "subscription": Bound(), "business": Visited()}
