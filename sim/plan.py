"""The plan of a month: what a policy asked for, checked and priced, with places instead of numbers of people."""

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from sim.errors import InputError
from sim.market.accounts import ROLES
from sim.market.scene import Levers
from sim.market.settings import Section
from sim.policy import Actions, Policy, Selling, View
from sim.register import Register, listed


@dataclass(frozen=True)
class Sold:
    """What is done to accounts, as in `Selling`, checked: places instead of ids."""

    visits: Mapping[str, NDArray]
    programme: NDArray
    discounts: Mapping[str, NDArray]
    handover: NDArray


@dataclass(frozen=True)
class Plan:
    """A month's actions, checked: places instead of ids, and what each kind of action costs, yuan."""

    levers: Levers
    calls: NDArray
    campaigns: Mapping[str, NDArray]
    care: NDArray
    save: NDArray
    winback: Mapping[str, NDArray]
    prospecting: dict[str, float]
    costs: dict[str, float]
    terms: Mapping[str, NDArray]
    alerts: NDArray
    selling: Sold
    chances: Mapping[str, float]


def plan(
    settings: Section,
    policy: Policy,
    view: View,
    founders: float,
    staffed: Callable[[float], float] = float,
) -> Plan:
    """Ask a policy for its actions and return them checked; `staffed` says how much of the usual staff is paid.

    Raises InputError in the policy's name when it fails, returns something else than Actions, names
    customers, prospects, campaigns, offers, channels or modes that do not exist, or costs more than its budget.
    """
    name = str(getattr(policy, "name", type(policy).__name__))
    # Copies from before it acts: what a policy is shown may be spoilt when it is done with it.
    known, open_ = (
        Register(ids.copy()) for ids in (view.customers["customer_id"], view.prospects["prospect_id"])
    )
    consent = view.customers["consent"].copy()
    try:
        actions = policy.act(view)
    except (Exception, SystemExit) as failure:  # whoever writes exit() in a policy means the policy
        raise InputError(
            f"policy {name!r}, month {view.month}: it failed with {type(failure).__name__}: {failure}; "
            "mend the policy, the market is sound"
        ) from failure
    if not isinstance(actions, Actions):
        raise InputError(
            f"policy {name!r}, month {view.month}: it returned {type(actions).__name__}; return sim.policy.Actions"
        )
    budget = _budget(policy, f"policy {name!r}, month {view.month}")
    where = f"policy {name!r}, month {view.month}"
    set_to = _checked(settings, actions.levers, where)
    effort = _effort(settings, actions.prospecting, where)
    campaigns = {
        kind: known.places(ids, where, f"campaigns[{kind}]")
        for kind, ids in _named(actions.campaigns, settings.levers.campaigns, where, "campaigns").items()
    }
    winback = {
        kind: known.places(ids, where, f"winback[{kind}]")
        for kind, ids in _named(actions.winback, settings.winback.offers, where, "winback").items()
    }
    made = Plan(
        levers=set_to,
        calls=open_.places(actions.calls, where, "calls"),
        campaigns=campaigns,
        care=known.places(actions.care, where, "care"),
        save=known.places(actions.save, where, "save"),
        winback=winback,
        prospecting=effort,
        costs={},
        terms=_terms(settings, actions, known, where),
        alerts=known.places(actions.alerts, where, "alerts"),
        selling=_selling(settings, actions.selling, known, where),
        chances=_chances(settings, actions.chances, where),
    )
    made.costs.update(_costs(settings, made, consent, view.served, founders, staffed(set_to.agents)))
    total = sum(made.costs.values())
    if budget is not None and total > budget + 1e-6:
        dearest = max(made.costs, key=lambda kind: made.costs[kind])
        raise InputError(
            f"{where}: costs = {total:.2f} yuan: at most its budget of {budget:.2f}; "
            f"do less, most of it goes into {dearest}"
        )
    return made


def _terms(settings: Section, actions: Actions, known: Register, where: str) -> Mapping[str, NDArray]:
    """Return the places of those who are offered each term; InputError where nobody can be bound."""
    if "contract" not in settings:
        if not _nothing(actions.terms, actions.alerts):
            raise InputError(f"{where}: terms or alerts: this market has no contracts; leave them out")
        return {}
    choice = [str(months) for months in settings.contract.terms[1:]]
    given = _named(actions.terms, choice, where, "terms")
    return {months: known.places(ids, where, f"terms[{months}]") for months, ids in given.items()}


def _selling(settings: Section, asked: Selling, known: Register, where: str) -> Sold:
    """Return what is done to accounts, by places; InputError where customers are no firms."""
    if not isinstance(asked, Selling):
        raise InputError(
            f"{where}: selling = {str(asked)[:60]}: must be sim.policy.Selling; write selling=Selling(…)"
        )
    choice = tuple(settings.sales.discounts) if "sales" in settings else ()
    if "sales" not in settings and not _nothing(
        asked.visits, asked.discounts, asked.programme, asked.handover
    ):
        raise InputError(f"{where}: selling: the customers of this market are no firms; leave it out")
    return Sold(
        visits={
            role: known.places(ids, where, f"visits[{role}]")
            for role, ids in _named(asked.visits, ROLES, where, "visits").items()
        },
        programme=known.places(asked.programme, where, "programme"),
        discounts={
            percent: known.places(ids, where, f"discounts[{percent}]")
            for percent, ids in _named(asked.discounts, choice, where, "discounts").items()
        },
        handover=known.places(asked.handover, where, "handover"),
    )


def _budget(policy: Policy, where: str) -> float | None:
    budget = getattr(policy, "budget", None)
    if budget is None or (_number(budget) and budget >= 0):
        return budget
    raise InputError(
        f"{where}: budget = {budget!r}: must be a number of yuan from 0, or None for no limit; correct it"
    )


def _costs(
    settings: Section, made: Plan, consent: NDArray[np.bool_], served: int, founders: float, staff: float
) -> dict[str, float]:
    told, levers, people = settings.levers, made.levers, float(served)
    costs = {"calls": len(made.calls) * settings.prospects.call_cost}
    for kind, who in made.campaigns.items():
        costs[f"campaign {kind}"] = float(consent[who].sum()) * told.campaigns[kind].cost
    costs["care"] = len(made.care) * told.care_cost
    costs["save"] = len(made.save) * told.save_cost
    for kind, who in made.winback.items():
        costs[f"winback {kind}"] = len(who) * settings.winback.costs[kind]
    costs["hotline"] = people * told.staff_cost * staff
    costs["faq"] = people * told.faq_cost * levers.faq
    costs["service"] = people * told.service_cost * levers.service
    costs["quality"] = people * told.quality_cost * levers.quality
    if levers.mode:
        costs["loyalty"] = people * settings.loyalty.modes[levers.mode].fee
    if "contract" in settings:
        offered = sum(len(who) for who in made.terms.values())
        costs["terms"] = offered * settings.contract.levers.term_cost
        costs["alerts"] = len(made.alerts) * settings.contract.levers.alert_cost
    if "sales" in settings:
        sold, price = made.selling, settings.sales
        costs["visits"] = sum(np.size(who) for who in sold.visits.values()) * price.visit_cost
        costs["key accounts"] = np.size(sold.programme) * price.programme_cost
        costs["hand-over"] = np.size(sold.handover) * price.handover_cost
    volume = founders * settings.prospects.volume
    costs["prospecting"] = sum(
        volume * c.share * c.cost * made.prospecting.get(n, 1.0)
        for n, c in settings.prospects.channels.items()
    )
    # Not rounded here: the parts of a market in blocks must add up to the whole.
    return {kind: cost for kind, cost in costs.items() if cost}


def _nothing(*given: Any) -> bool:
    return not any(len(one) if isinstance(one, Mapping) else listed(one).size for one in given)


def _named(given: Any, known: Collection[str], where: str, what: str) -> Mapping[str, ArrayLike]:
    if not isinstance(given, Mapping) or set(given) - set(known):
        wrong = sorted(set(given) - set(known), key=str)[0] if isinstance(given, Mapping) else given
        raise InputError(f"{where}: {what} = {wrong!r}: is none of {', '.join(known)}; correct the spelling")
    return given


def _effort(settings: Section, given: Mapping[str, float], where: str) -> dict[str, float]:
    _named(given, settings.prospects.channels, where, "prospecting")
    for channel, times in given.items():
        if not _number(times) or not 0 <= times <= 10:
            raise InputError(
                f"{where}: prospecting[{channel}] = {times!r}: must be a number from 0 to 10; correct it"
            )
    return {channel: float(times) for channel, times in given.items()}


def _number(value: Any) -> bool:
    return isinstance(value, int | float | np.integer | np.floating) and not isinstance(value, bool)


def _chances(settings: Section, given: Mapping[str, float], where: str) -> dict[str, float]:
    _named(given, settings.levers.campaigns, where, "chances")
    for kind, chance in given.items():
        fine = isinstance(chance, int | float | np.floating) and not isinstance(chance, bool)
        if not fine or not 0 < chance <= 1:
            raise InputError(
                f"{where}: chances[{kind}] = {chance!r}: must be a number above 0 to 1; correct it"
            )
    return {kind: float(chance) for kind, chance in given.items()}


LIMITS = {
    "price": (0.5, 2.0),
    "agents": (0.1, 10.0),
    "faq": (0.0, 1.0),
    "quality": (0.0, 3.0),
    "service": (0.0, 3.0),
}


def _checked(settings: Section, levers: Levers, where: str) -> Levers:
    """Return the levers with plain numbers; InputError in the policy's name for what they cannot be."""
    if not isinstance(levers, Levers):
        raise InputError(
            f"{where}: levers = {levers!r}: must be sim.market.scene.Levers; write levers=Levers(…)"
        )
    if not isinstance(levers.follow_up, bool | np.bool_):
        raise InputError(f"{where}: follow_up = {levers.follow_up!r}: must be True or False; correct it")
    for name, (low, high) in LIMITS.items():
        value = getattr(levers, name)
        if not _number(value) or not low <= value <= high:
            raise InputError(
                f"{where}: {name} = {value!r}: must be a number from {low:g} to {high:g}; correct it"
            )
    if not isinstance(levers.mode, str) or (levers.mode and levers.mode not in settings.loyalty.modes):
        modes = ", ".join(settings.loyalty.modes)
        raise InputError(
            f"{where}: mode = {levers.mode!r}: must be empty or one of {modes}; correct the spelling"
        )
    plain: dict[str, Any] = {name: float(getattr(levers, name)) for name in LIMITS}
    return replace(levers, follow_up=bool(levers.follow_up), **plain)
