"""The story of a market: its records, month by month, as arrays of codes; decoded into tidy tables at the end."""

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from sim.market.almanac import Almanac
from sim.market.customers import Customers
from sim.market.prospects import Prospects
from sim.market.requests import Requests
from sim.market.rivals import Surroundings
from sim.market.scene import Scene
from sim.market.settings import Section, kind_of
from sim.market.stages import stages

if TYPE_CHECKING:
    import pandas as pd

    from sim.market.hotline import Outcomes
    from sim.market.needs import Round

Arrays = Mapping[str, NDArray]
VISIBLE = (
    "orders",
    "service_contacts",
    "prospects",
    "interviews",
    "exposures",
    "winbacks",
    "loyalty_ledger",
    "costs",
)
HIDDEN = (
    "truth_prospect",
    "truth_failure",
    "truth_loss",
    "truth_winback",
    "truth_month",
    "truth_blow",
    "truth_opinion",
)
OWN_VISIBLE: Mapping[str, tuple[str, ...]] = {  # what only markets of a kind record
    "subscription": ("contracts", "usage", "bills", "plan_changes", "notices", "retention"),
    "business": (
        "accounts",
        "opportunities",
        "opportunity_stages",
        "quotes",
        "visits",
        "key_accounts",
        "handovers",
    ),
}
OWN_HIDDEN: Mapping[str, tuple[str, ...]] = {
    "subscription": ("truth_wish",),
    "business": ("truth_account", "truth_opportunity", "truth_warmth"),
}
INCOME = ("orders", "bills")
OFFLINE = {"business": 2}  # where orders of a kind come from when not online; else from the shop


def visible(settings: Section) -> tuple[str, ...]:
    """Return the tables of events that the firm of a market sees."""
    return (*VISIBLE, *OWN_VISIBLE.get(kind_of(settings), ()))


def hidden(settings: Section) -> tuple[str, ...]:
    """Return the tables of events that nobody in the market sees."""
    return (*HIDDEN, *OWN_HIDDEN.get(kind_of(settings), ()))


class Story:
    """What happened. `arrays(table)` are the raw columns, `frame(table)` the tidy table; yuan are kept in fen."""

    def __init__(self, settings: Section, almanac: Almanac, surroundings: Surroundings, months: int) -> None:
        self.settings, self.almanac, self.surroundings, self.months = settings, almanac, surroundings, months
        self.parts: dict[str, list[Arrays]] = {name: [] for name in (*visible(settings), *hidden(settings))}
        self.people: Customers | None = None
        self.tells_truth = False  # whether the hidden tables that cost time are written now
        self.final: Any = None  # the market's state at the end, to go on from

    def add(self, table: str, **columns: NDArray) -> None:
        """Add rows to a table; columns are arrays of one length."""
        if len(next(iter(columns.values()))):
            self.parts[table].append(columns)

    def arrays(self, table: str) -> dict[str, NDArray]:
        """Return all rows of a table so far, one array a column; none yet gives an empty dictionary."""
        parts = self.parts[table]
        if len(parts) > 1:
            names = list(parts[0])
            parts[:] = [{name: np.concatenate([part[name] for part in parts]) for name in names}]
        return dict(parts[0]) if parts else {}

    def income(self) -> dict[str, NDArray]:
        """Return what customers brought so far: `customer_id`, `day`, `amount` and `margin` in fen, a row a payment."""
        several = [self.arrays(name) for name in INCOME if name in self.parts]
        several = [rows for rows in several if rows]
        names = ("customer_id", "day", "amount", "margin")
        return {name: np.concatenate([rows[name] for rows in several]) for name in names} if several else {}

    def reader(self, table: str) -> Callable[[], dict[str, NDArray]]:
        """Return a function that gives a copy of the rows of a table, read-only."""

        def read() -> dict[str, NDArray]:
            rows = {name: column.copy() for name, column in self.arrays(table).items()}
            for column in rows.values():
                column.flags.writeable = False
            return rows

        return read

    def close(self, people: Customers, final: Any = None) -> None:
        """Note the people and the state of the market at the end of the story."""
        self.people, self.final = people, final

    def customers(self) -> Customers:
        """Return the people at the end; ValueError while the story goes on."""
        if self.people is None:
            raise ValueError("the story is not closed yet; take the people from the state")
        return self.people

    def frame(self, table: str) -> "pd.DataFrame":
        """Return one table as a tidy DataFrame, codes as words, fen as yuan, in the order of its key."""
        from sim.market.tables import frame

        return frame(self, table)

    def buys(
        self, scene: Scene, state: Any, intensity: NDArray, since: NDArray, made: "Round", margin: NDArray
    ) -> None:
        """Hear how many orders a month were to be expected of each, and what came; a plain story keeps nothing."""

    def met(self, scene: Scene, prospects: Prospects, won: NDArray) -> None:
        """Hear which of the prospects whose trail was warm became customers; a plain story keeps nothing."""

    def delayed(self, who: NDArray, later: NDArray) -> None:
        """Hear by how many orders the needs of `who` (somebody perhaps twice) ripen later; below 0, sooner."""

    def wooed(self, who: NDArray, chance: NDArray, back: NDArray) -> None:
        """Hear how likely those lost were to come back on an offer, and who did; a plain story keeps nothing."""

    def costs(self, month: int, costs: Mapping[str, float]) -> None:
        """Note what the firm spent on its actions."""
        kinds = np.array(list(costs), dtype=object)
        self.add("costs", month=np.full(len(costs), month), kind=kinds, amount=np.array(list(costs.values())))

    def orders(
        self,
        scene: Scene,
        people: Customers,
        one: "Round",
        day: NDArray,
        at: NDArray,
        fen: NDArray,
        margin: NDArray,
    ) -> None:
        """Note the orders of a round; amounts in fen."""
        online = one.chance[2] < scene.settings.buying.online_share
        self.add(
            "orders",
            order_id=one.order_id,
            customer_id=people.id.take(one.who),
            day=day.astype(np.int32),
            at=at.astype(np.int32),
            site=np.where(online, 1, OFFLINE.get(kind_of(self.settings), 0)).astype(np.int8),
            amount=fen.astype(np.int32),
            margin=margin.astype(np.int32),
        )

    def contacts(self, people: Customers, asked: Requests, outcomes: "Outcomes") -> None:
        """Note requests and what became of them."""
        self.add(
            "service_contacts",
            contact_id=asked.contact_id,
            order_id=asked.order_id,
            customer_id=people.id[asked.who],
            day=asked.day.astype(np.int32),
            at=asked.at.astype(np.int32),
            skill=asked.skill.astype(np.int8),
            reason=asked.reason.astype(np.int8),
            attempt=asked.attempt.astype(np.int8),
            wait=outcomes.wait,
            abandoned=outcomes.abandoned,
            solved=outcomes.solved,
            transfers=outcomes.transfers.astype(np.int8),
            agent_id=outcomes.agent_id.astype(np.int32),
        )

    def prospects(self, scene: Scene, new: Prospects) -> None:
        """Note new prospects: what can be seen, and apart from it what is true."""
        self.add(
            "prospects",
            prospect_id=new.id,
            day=scene.almanac.day_of(new.created),
            channel=new.channel.astype(np.int8),
            referred_by=new.referred_by,
            money_seen=new.seen[0],
            authority_seen=new.seen[1],
            need_seen=new.seen[2],
        )
        self.add(
            "truth_prospect",
            prospect_id=new.id,
            money=new.hidden[0],
            authority=new.hidden[1],
            need=new.hidden[2],
        )

    def interviews(self, scene: Scene, ids: NDArray, answers: NDArray) -> None:
        """Note what called prospects said."""
        day = np.full(len(ids), scene.almanac.first[scene.month])
        self.add(
            "interviews",
            prospect_id=ids,
            day=day,
            money=answers[0],
            authority=answers[1],
            need=answers[2],
        )

    def exposures(self, scene: Scene, people: Customers, kind: str, who: NDArray, chance: float) -> None:
        """Note who was to get a campaign, with which chance, and who did."""
        code = list(scene.settings.levers.campaigns).index(kind)
        self.add(
            "exposures",
            customer_id=people.id[who],
            day=np.full(len(who), scene.almanac.first[scene.month]),
            campaign=np.full(len(who), code, dtype=np.int8),
            delivered=people.consent[who],
            propensity=np.full(len(who), chance),
        )

    def winbacks(self, scene: Scene, people: Customers, kind: str, who: NDArray) -> None:
        """Note win-back offers, what is answered, and apart from it who had left (truth)."""
        from sim.market.churn import answered

        made = {
            "customer_id": people.id[who],
            "day": np.full(len(who), scene.almanac.first[scene.month]),
            "offer": np.full(len(who), list(scene.settings.winback.offers).index(kind), dtype=np.int8),
        }
        self.add("winbacks", **made, stated=answered(scene, people, who).astype(np.int8))
        self.add("truth_winback", **made, gone=~people.alive[who])

    def ledger(self, day: NDArray, at: NDArray, rows: Arrays, spends: NDArray[np.bool_]) -> None:
        """Note the points of orders: first those that are taken, of the orders that `spends` says, then the earnings."""
        when = {name: np.concatenate([each[spends], each]) for name, each in (("day", day), ("at", at))}
        self.add("loyalty_ledger", **when, **rows)

    def failures(self, customer_id: NDArray, order_id: NDArray, failed: NDArray, ending: NDArray) -> None:
        """Note failures and how they ended (truth)."""
        codes = np.asarray(ending).astype(np.int8)
        self.add(
            "truth_failure",
            order_id=order_id,
            customer_id=customer_id,
            severity=failed.astype(np.int8),
            ending=codes,
        )

    def losses(self, people: Customers, lost: NDArray) -> None:
        """Note who left, when and why (truth)."""
        self.add(
            "truth_loss",
            customer_id=people.id[lost],
            life=people.life[lost],
            lost_at=people.lost_at[lost],
            cause=people.cause[lost],
        )

    def truth_month(self, month: int, people: Customers, rate: NDArray, at_risk: NDArray) -> None:
        """Note hazards, time at risk, satisfaction and stage of everybody who is there (truth)."""
        here = np.flatnonzero(people.alive)
        hazards = {
            f"hazard_{cause}": rate[here, row].astype(np.float32)
            for row, cause in enumerate(self.settings.churn.causes)
        }
        self.add(
            "truth_month",
            customer_id=people.id[here],
            month=np.full(len(here), month, dtype=np.int16),
            stage=stages(people, float(month))[here],
            satisfaction=people.satisfaction[here].astype(np.float32),
            at_risk=at_risk[here].astype(np.float32),
            **hazards,
        )
