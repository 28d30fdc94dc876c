"""The market: month by month from prospects and needs to orders, failures, contacts, feelings and losses."""

from copy import copy

import numpy as np

from sim.errors import InputError
from sim.market import month, opinions, prospects
from sim.market.almanac import Almanac, months_allowed
from sim.market.churn import at_risk
from sim.market.customers import founders
from sim.market.dealing import DEALINGS
from sim.market.hotline import Hotline, StandIn
from sim.market.requests import Requests
from sim.market.rivals import Surroundings
from sim.market.scene import Levers, Scene
from sim.market.seen import customers_seen, prospects_seen
from sim.market.settings import Section, kind_of
from sim.market.settings import load as settings_of
from sim.market.state import State
from sim.market.story import Story, visible
from sim.plan import plan
from sim.policy import Policy, Steady, View
from sim.streams import Streams

MOST_FOUNDERS = 9_999_999


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
        if (
            isinstance(customers, bool)
            or not isinstance(customers, int | np.integer)
            or not 1 <= customers <= MOST_FOUNDERS
        ):
            raise InputError(
                f"customers = {customers!r}: must be a whole number from 1 to {MOST_FOUNDERS}; correct the number"
            )
        self.customers, self.block = int(customers), block
        self.settings = settings or settings_of("retail")
        self.dealing = DEALINGS[kind_of(self.settings)]
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
        warm = prospects.at_hand(self.scene(0, Levers()), self.customers, self.block)
        state = State(0, people, warm, Requests.none())
        self.dealing.begin(self.settings, self.streams, state)
        return state

    def run(self, months: int, policy: Policy | None = None, *, truth: bool = False) -> Story:
        """Return the story of the first `months` months under a policy; `truth` keeps a row a customer and month.

        Raises InputError for an impossible number of months, or in the name of a policy that fails.
        """
        months, state = months_allowed(self.settings, months), self.start()
        story = Story(self.settings, self.almanac, self.surroundings, months)
        for _ in range(months):
            self.step(state, policy or Steady(), story, truth=truth)
        story.close(state.people, state)
        return story

    def step(self, state: State, policy: Policy, story: Story, *, truth: bool = False) -> None:
        """Take a state one month further and write what happened into the story.

        The order of a month: surroundings, the firm's policy, prospects, orders, failures, contacts,
        experience, losses, stages. The policy sees what was visible when the month began.
        """
        story.tells_truth = truth
        done = plan(self.settings, policy, self._view(state, story), self._founders, self.hotline.staffed)
        scene = self.scene(state.month, done.levers)
        story.costs(state.month, done.costs)
        month.campaigns(scene, state, done, story)
        month.attention(scene, state, done, story)
        self.dealing.act(scene, state, done, story)
        since = month.find_customers(scene, state, done, self.customers, self.block, story)
        self.dealing.welcome(scene, state, story)
        last = month.buy(scene, state, since, story)
        self.dealing.sell(scene, state, done, since, last, story)
        month.answer(scene, state, self.hotline, story)
        self.dealing.month(scene, state, done, since, story)
        self.dealing.staff(scene, state, done, story)
        if done.levers.price > 1.0:
            month.resent(scene, state.people, story)
        if truth:
            rates = self.dealing.hazards(scene, state)
            story.truth_month(state.month, state.people, rates, at_risk(state.people, rates, state.month))
            self.dealing.reveal(scene, state, story)
        lost = self.dealing.leave(scene, state, last, story)
        story.losses(state.people, lost)
        month.age(scene, state)
        opinions.note(scene, state.people, self.customers, story)
        state.month += 1

    def with_streams(self, streams: Streams) -> "Market":
        """Return the same market, rivals and all, whose people meet other chances."""
        other = copy(self)
        other.streams = streams
        return other

    def scene(self, number: int, levers: Levers) -> Scene:
        """Return the scene of month `number` with the levers so set."""
        around, told = self.surroundings, self.settings.rivals
        return Scene(
            settings=self.settings,
            streams=self.streams,
            almanac=self.almanac,
            month=number,
            levers=levers,
            price_gap=around.price_gap(number, levers.price),
            noise=around.noise(number, told.campaign_noise),
            leaves=around.leaves[number],
        )

    @property
    def _founders(self) -> float:
        """How many founders this block stands for: the costs of the blocks add up to those of the market."""
        return self.customers / self.block[1]

    def _view(self, state: State, story: Story) -> View:
        shown = visible(self.settings)
        return View(
            month=state.month,
            day=int(self.almanac.first[state.month]),
            customers=customers_seen(
                self.almanac, state.people, self.dealing.seen(self.almanac, self.surroundings, state)
            ),
            prospects=prospects_seen(self.almanac, state.prospects),
            records={name: story.reader(name) for name in shown},
            visible=shown,
            served=self.dealing.served(state),
        )
