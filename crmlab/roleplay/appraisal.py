"""How a customer feels: integer state, and one table that says how each act of the trainee changes it."""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from functools import cache
from typing import Any

from crmlab.roleplay.scenario import FOLDER, Scenario

QUESTIONS = frozenset({"ask_open", "ask_closed", "ask_money", "ask_authority", "ask_need"})

Rules = Mapping[str, Any]


@dataclass(frozen=True)
class State:
    """The customer after a turn: feelings 0-100, facts told, offer on the table, promises made."""

    anger: int
    trust: int
    patience: int
    told: tuple[str, ...] = ()
    counts: Mapping[str, int] = field(default_factory=dict)
    offer: str = ""
    accepted: bool = False
    timed: bool = False
    overpromised: bool = False
    ended: str = ""

    @property
    def known(self) -> frozenset[str]:
        """What a suggested line may wait for: the facts told, and the offer that was taken."""
        return frozenset((*self.told, self.offer) if self.accepted else self.told)

    @property
    def satisfaction(self) -> int:
        """Half calm, half trust, 0-100; 0 after the customer hung up."""
        return 0 if self.ended == "hang_up" else (100 - self.anger + self.trust) // 2


@cache
def table() -> dict[str, Any]:
    """Return the appraisal table, read once."""
    return tomllib.loads((FOLDER / "appraisal.toml").read_text(encoding="utf-8"))


def rules_of(scenario: Scenario) -> dict[str, Any]:
    """Return the appraisal table of a scenario: the common one, with what its `feelings` say otherwise."""
    own, common = scenario.plain.get("feelings", {}), table()
    if not own:
        return common
    rows = {part: {**common[part], **own.get(part, {})} for part in ("acts", "cases")}
    return {**common, **own, **rows}


def calm(scenario: Scenario, state: State) -> bool:
    """Return whether the customer is calm enough to be asked and offered something."""
    return _calm(rules_of(scenario), state)


def knows_enough(state: State, scenario: Scenario) -> bool:
    """Return whether the customer has told enough for an offer to be taken seriously."""
    return len(state.told) >= min(int(rules_of(scenario)["facts_enough"]), len(scenario.facts))


def appraise(
    before: State, acts: tuple[str, ...], offer: str, scenario: Scenario, *, strains: tuple[str, ...] = ()
) -> State:
    """Return the state after one utterance of the trainee that carries `acts` and perhaps an `offer`.

    `strains` names the cases of the table that the way of speaking adds: confusing, lecture.
    """
    state, rules = before, rules_of(scenario)
    for strain in strains:
        state = _felt(state, "", _case(rules, strain))
    for act in () if "confusing" in strains else acts:
        state = _felt(state, act, _change(rules, state, act, offer, scenario))
        if act == "solution" and offer:
            state = _offered(rules, state, offer, scenario)
        state = replace(
            state,
            timed=state.timed or (act == "commit_time" and bool(state.offer)),
            overpromised=state.overpromised or act == "overpromise",
        )
    return _patience(rules, before, state)


def parted(state: State, scenario: Scenario) -> State:
    """Return the state at a polite farewell: where `goal.part` says so, an open "no" is a right end, too.

    It is one when the customer was heard and something within the rules was offered.
    """
    heard = knows_enough(state, scenario) and "solution" in state.counts and not state.overpromised
    return replace(state, accepted=True) if scenario.parting and heard else state


def break_promises(state: State, scenario: Scenario) -> State:
    """Return the state at the call-back: what was promised beyond authority is not kept, and costs then."""
    return _felt(state, "", _case(rules_of(scenario), "broken_promise")) if state.overpromised else state


def _offered(rules: Rules, state: State, offer: str, scenario: Scenario) -> State:
    """Return the state after an offer: taken when it fits the goal; one beyond authority is a promise to be broken."""
    beyond = offer in scenario.plain.get("beyond", ())
    state = replace(state, overpromised=state.overpromised or beyond)
    good = offer in scenario.plain["goal"]["accept"] and not beyond
    if not (knows_enough(state, scenario) and _calm(rules, state)) or (state.accepted and not good):
        return state
    return replace(state, offer=offer, accepted=good)


def _calm(rules: Rules, state: State) -> bool:
    return bool(state.anger <= rules["calm_enough"])


def _change(rules: Rules, state: State, act: str, offer: str, scenario: Scenario) -> tuple[int, int]:
    calm, soothed = _calm(rules, state), "empathize" in state.counts
    if act == "solution":
        if not knows_enough(state, scenario) or not calm:
            return _case(rules, "offer_too_early")
        if offer in scenario.plain["goal"]["accept"]:
            return (0, 0) if state.accepted else _case(rules, "offer_accepted")
        return _case(rules, "offer_refused")
    if act in QUESTIONS and not soothed and not calm:
        return _case(rules, "asked_too_early")
    if act == "restate" and not state.told:
        return _case(rules, "restated_unknown")
    if act == "explain" and not soothed:
        return _case(rules, "explained_before_empathy")
    if act == "commit_time" and not state.offer:
        return _case(rules, "time_without_offer")
    row, time = rules["acts"][act], state.counts.get(act, 0)
    return row["anger"][min(time, len(row["anger"]) - 1)], row["trust"][min(time, len(row["trust"]) - 1)]


def _case(rules: Rules, name: str) -> tuple[int, int]:
    row = rules["cases"][name]
    return row["anger"], row["trust"]


def _felt(state: State, act: str, change: tuple[int, int]) -> State:
    counts = {**state.counts, act: state.counts.get(act, 0) + 1} if act else state.counts
    return replace(
        state, anger=part(state.anger + change[0]), trust=part(state.trust + change[1]), counts=counts
    )


def _patience(rules: Rules, before: State, after: State) -> State:
    rise = after.anger - before.anger
    lost = rules["turn_patience"] + (rules["raised_patience"] if rise > 0 else 0) - (2 if rise <= -5 else 0)
    state = replace(after, patience=part(after.patience - lost))
    spent = state.patience == 0 and not state.accepted  # who has got what he wanted waits for the goodbye
    return replace(state, ended="hang_up") if state.anger >= 95 or spent else state


def part(value: int) -> int:
    """Return `value` held within 0-100."""
    return max(0, min(100, value))
