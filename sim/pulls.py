"""Pulls: every lever of a market, pulled for everybody, and what it costs for each."""

from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial

from numpy.typing import ArrayLike, NDArray

from sim.market.accounts import ROLES
from sim.market.customers import Customers
from sim.market.scene import Levers
from sim.market.settings import Section
from sim.policy import Actions, Policy, Selling, Steady, View

Cost = Callable[[Customers], NDArray | float]


@dataclass(frozen=True)
class Pull:
    """A lever and how it is pulled: once, now, for each customer at a `cost` (yuan, one each); or by the whole firm
    from now on (`cost` None: what the firm spends more is shared by the living).
    """

    name: str
    act: Callable[[ArrayLike], Actions]
    cost: Cost | None

    @property
    def scope(self) -> str:
        """Whether it is pulled for a "customer" or by the "firm"."""
        return "firm" if self.cost is None else "customer"

    def course(self, month: int) -> Policy:
        """Return the policy of a month, counted from now."""
        return Pulled(self) if month == 0 or self.cost is None else Steady()


@dataclass(frozen=True)
class Pulled:
    """The policy that pulls a lever for everybody."""

    pull: Pull
    name: str = field(default="pulled")
    budget: float | None = None

    def act(self, view: View) -> Actions:
        """Return the action, whatever is seen."""
        return self.pull.act(view.customers["customer_id"])


def pulls(settings: Section) -> tuple[Pull, ...]:
    """Return every lever of a market; those that only its kind has stand last."""
    made = [*_single(settings), *_firm(settings)]
    if "contract" in settings:
        made += _bound(settings)
    if "sales" in settings:
        made += _sold(settings)
    return tuple(made)


def _single(settings: Section) -> list[Pull]:
    told = settings.levers
    return [
        *(Pull(kind, partial(_campaign, kind), _consented(c.cost)) for kind, c in told.campaigns.items()),
        Pull("care", lambda ids: Actions(care=ids), _each(told.care_cost)),
        Pull("save", lambda ids: Actions(save=ids), _each(told.save_cost)),
        *(
            Pull(f"winback_{offer}", partial(_winback, offer), _each(cost))
            for offer, cost in settings.winback.costs.items()
        ),
    ]


def _firm(settings: Section) -> list[Pull]:
    set_to = {
        "price": Levers(price=1.1),
        "quality": Levers(quality=1.0),
        "service": Levers(service=1.0),
        "agents": Levers(agents=2.0),
        "faq": Levers(faq=1.0),
        "follow_up": Levers(follow_up=True),
        **{f"mode_{mode}": Levers(mode=mode) for mode in settings.loyalty.modes},
    }
    return [Pull(name, partial(_set, levers), None) for name, levers in set_to.items()]


def _bound(settings: Section) -> list[Pull]:
    told = settings.contract
    terms = [str(months) for months in told.terms[1:]]
    return [
        *(Pull(f"term_{months}", partial(_term, months), _each(told.levers.term_cost)) for months in terms),
        Pull("alert", lambda ids: Actions(alerts=ids), _each(told.levers.alert_cost)),
    ]


def _sold(settings: Section) -> list[Pull]:
    told = settings.sales
    return [
        *(Pull(f"visit_{role}", partial(_visit, role), _each(told.visit_cost)) for role in ROLES),
        Pull("programme", lambda ids: Actions(selling=Selling(programme=ids)), _each(told.programme_cost)),
        *(Pull(f"discount_{part}", partial(_discount, part), _each(0.0)) for part in told.discounts),
        Pull("handover", lambda ids: Actions(selling=Selling(handover=ids)), _each(told.handover_cost)),
    ]


def _campaign(kind: str, ids: ArrayLike) -> Actions:
    return Actions(campaigns={kind: ids})


def _winback(offer: str, ids: ArrayLike) -> Actions:
    return Actions(winback={offer: ids})


def _set(levers: Levers, ids: ArrayLike) -> Actions:
    return Actions(levers=levers)


def _term(months: str, ids: ArrayLike) -> Actions:
    return Actions(terms={months: ids})


def _visit(role: str, ids: ArrayLike) -> Actions:
    return Actions(selling=Selling(visits={role: ids}))


def _discount(part: str, ids: ArrayLike) -> Actions:
    return Actions(selling=Selling(discounts={part: ids}))


def _each(cost: float) -> Cost:
    return lambda people: cost


def _consented(cost: float) -> Cost:
    return lambda people: cost * people.consent
