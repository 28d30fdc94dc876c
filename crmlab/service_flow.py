"""One service flow redrawn: where a check stands, which steps are merged, who may decide, and what comes of it.

Students' notebooks run this: it reads their tables only, never the page flows are dealt from, which a kit does not hold.
"""

from dataclasses import dataclass
from itertools import product
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import pandas as pd

    from crmlab.notebook import Lab

CHECKS = ("none", "1", "2", "3", "end")
MERGES = {"none": 0, "45": 5, "67": 7, "78": 8}  # by name: the step that nobody waits for any more
LIMITS = ("strict", "200", "500", "1000", "all")
TODAY = {"check": "none", "merge": "none", "limit": "200"}
NAIVE = {"check": "end", "merge": "none", "limit": "strict"}
MADE, APPROVAL = 3, 6  # steps in which faults are made; the step an agent's own decision saves
PROMISE = 3  # working days until an ordinary complaint is solved, as in task 4
GOOD_CHECK, GOOD_COST = 0.8, 0.9  # shares of the best one's saving that earn the point
Choice = dict[str, str]
Row = dict[Any, Any]


@dataclass(frozen=True)
class Outcome:
    """What a flow brings: working days to solve a case, yuan a case with what lateness loses, cases a quarter.

    `checking` is what the check costs, yuan a quarter; `saved` what it saves beyond that.
    """

    days: float
    cost: float
    cases: int
    checking: int
    saved: float


@dataclass(frozen=True)
class Flow:
    """A flow as it is today: `wait` days by solving step with what is done again, and what each choice would do."""

    cases: int
    cost: int
    late: int
    wait: dict[int, float]
    caught: dict[str, int]
    price: dict[str, int]
    within: dict[str, float]
    extra: dict[str, float]

    def run(self, choice: Choice) -> Outcome:
        """Return what the flow brings when it is redrawn by `choice`."""
        gone, limit = MERGES[choice["merge"]], choice["limit"]
        waits = {step: days for step, days in self.wait.items() if step != gone}
        waits[APPROVAL] *= 1 - self.within[limit]
        days, caught = sum(waits.values()), self.caught[choice["check"]]
        price = self.price[choice["check"]]
        return Outcome(
            round(days, 2),
            round(self.cost + self.late * days + self.extra[limit], 2),
            self.cases - caught,
            price,
            caught * self.cost - price,
        )

    def best(self) -> Choice:
        """Return the choice that saves most, by the check and by the case."""
        check = max(CHECKS, key=lambda one: self.run(TODAY | {"check": one}).saved)
        merge, limit = min(
            product(MERGES, LIMITS), key=lambda two: self.run(TODAY | {"merge": two[0], "limit": two[1]}).cost
        )
        return {"check": check, "merge": merge, "limit": limit}


@dataclass(frozen=True)
class Verdict:
    """Whether a redrawn flow has fewer cases at a fair price, keeps the promise, and costs little a case."""

    cases: bool
    days: bool
    cost: bool


def choice_of(answer: Any) -> Choice | None:
    """Return an answer as a choice; None when a question is open or an answer is none of the choices."""
    if not isinstance(answer, dict):
        return None
    chosen = {name: str(answer.get(name)) for name in TODAY}
    known = zip(chosen.values(), (CHECKS, tuple(MERGES), LIMITS), strict=True)
    return chosen if all(one in among for one, among in known) else None


def judge(flow: Flow, choice: Choice) -> Verdict:
    """Return how a redrawn flow compares with the best one and with the promise."""
    made, best, today = flow.run(choice), flow.run(flow.best()), flow.run(TODAY)
    return Verdict(
        made.saved >= GOOD_CHECK * best.saved,
        made.days <= PROMISE,
        today.cost - made.cost >= GOOD_COST * (today.cost - best.cost),
    )


def of(lab: "Lab") -> Flow:
    """Return the flow of the student who sits at `lab`."""
    return read(*(lab.table(name) for name in ("case_flow", "case_ways", "case_causes")))


def read(steps: "pd.DataFrame", ways: "pd.DataFrame", causes: "pd.DataFrame") -> Flow:
    """Return the flow of a student's tables `case_flow`, `case_ways` and `case_causes`: that of the dearest cause."""
    return of_rows(steps.to_dict("records"), ways.to_dict("records"), dearest(causes))


def of_rows(steps: list[Row], ways: list[Row], cause: "pd.Series[Any]") -> Flow:
    """Return the flow told by the rows of both tables and the row of its cause."""
    check, limit = ([one for one in ways if one["way"] == way] for way in ("check", "limit"))
    return Flow(
        cases=int(cause["cases"]),
        cost=int(cause["cost"]),
        late=next(one["yuan"] for one in ways if one["way"] == "late"),
        wait={one["step"]: one["wait"] * (1 + one["share"] / 100) for one in steps if one["step"] > MADE},
        caught={"none": 0} | {one["choice"]: one["gain"] for one in check},
        price={"none": 0} | {one["choice"]: one["yuan"] for one in check},
        within={one["choice"]: one["gain"] / 100 for one in limit},
        extra={one["choice"]: one["yuan"] for one in limit},
    )


def dearest(causes: "pd.DataFrame") -> "pd.Series[Any]":
    """Return the row of the cause that costs most in a quarter."""
    return causes.loc[(causes["cases"] * causes["cost"]).idxmax()]
