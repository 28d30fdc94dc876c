"""Three markets as users of Mesa write them, far simpler than ours of the same kind; only to be compared with.

Each is an agent a customer with a `step` a month, one generator for all draws, rows kept as tuples in a list. Agents
who are gone are removed from the model, so they cost nothing more. What a peer lacks is said at it.

A model of Mesa has two generators: NumPy's (`model.rng`), to which its maintainers want to move everything (issue
2884 of Mesa), and Python's own (`model.random`), which gives a single number faster. Every peer runs with either.
"""

from collections.abc import Callable
from dataclasses import dataclass

import mesa

NEWCOMERS = 100  # one for so many founders a month, as many as ours has
TERMS, SHARES = (1, 12, 24), (0.55, 0.79, 1.0)
PLANS = ((39.0, 20.0, 3.0), (69.0, 60.0, 2.0), (119.0, 150.0, 1.0))  # fee, gigabytes, yuan a gigabyte above
END_PUSH = 3.0  # how much likelier a notice is when a term can be ended
SPEED = (0.65, 0.60, 0.70, 0.65)  # chance a month that a project goes on, by stage
QUOTED, WON = 2, 4


@dataclass(frozen=True)
class Draw:
    """What a peer draws, a number at a time: uniform in (0, 1), gamma (shape, scale), log-normal (mean, SD of the log)."""

    random: Callable[[], float]
    gamma: Callable[[float, float], float]
    lognormal: Callable[[float, float], float]

    @classmethod
    def of(cls, model: mesa.Model, generator: str) -> "Draw":
        """Return the draws of one of the two generators of a model, "numpy" or "python"."""
        if generator == "numpy":
            return cls(model.rng.random, model.rng.gamma, model.rng.lognormal)
        return cls(model.random.random, model.random.gammavariate, model.random.lognormvariate)


class Shopper(mesa.Agent):
    """A customer who buys (an amount of his own level) or leaves."""

    def __init__(self, model: "Shop") -> None:
        super().__init__(model)
        draw = model.draw
        self.rate = draw.gamma(0.6, 0.26 / 0.6)
        self.level = draw.lognormal(4.8, 0.55)
        self.leaves = min(draw.gamma(0.6, 0.05), 0.9)

    def step(self) -> None:
        """Buy or not, leave or not."""
        draw = self.model.draw
        if draw.random() < self.rate:
            amount = round(self.level * draw.lognormal(0.0, 0.6), 2)
            self.model.rows.append((self.unique_id, self.model.month, amount))
        if draw.random() < self.leaves:
            self.remove()


class Shop(mesa.Model):
    """Buy or leave; `rows` are orders. Lacks prospects, feelings, failures, contacts, causes, campaigns, dates, margins."""

    member: type[mesa.Agent] = Shopper

    def __init__(self, customers: int, generator: str) -> None:
        super().__init__(rng=1)
        self.draw = Draw.of(self, generator)
        self.rows: list[tuple[int, int, float]] = []
        self.month, self.newcomers = 0, customers // NEWCOMERS
        self.member.create_agents(self, customers)

    def step(self) -> None:
        """Let a month pass."""
        self.agents.shuffle_do("step")
        self.month += 1
        self.member.create_agents(self, self.newcomers)


class Subscriber(mesa.Agent):
    """A contract: used and billed every month by the plan that fits; gone a month after the notice."""

    def __init__(self, model: "Provider") -> None:
        super().__init__(model)
        draw = model.draw
        self.usual = draw.lognormal(3.1, 0.8)
        self.plan = next((plan for plan in PLANS if self.usual <= plan[1]), PLANS[-1])
        luck = draw.random()
        self.term = next(term for term, upto in zip(TERMS, SHARES, strict=True) if luck <= upto)
        self.ends = model.month + int(draw.random() * self.term)
        self.leaves = min(draw.gamma(0.5, 0.045), 0.3)
        self.notice = False

    def step(self) -> None:
        """Use, be billed, and give notice when the term allows it."""
        model, draw = self.model, self.model.draw
        fee, allowance, price = self.plan
        above = self.usual * draw.lognormal(0.0, 0.18) - allowance
        amount = fee + min(above * price, 0.8 * fee) if above > 0.0 else fee
        model.rows.append((self.unique_id, model.month, round(amount, 2)))
        if self.notice:
            self.remove()
        elif model.month >= self.ends:
            self.ends += self.term
            push = END_PUSH if self.term > 1 else 1.0
            self.notice = draw.random() < self.leaves * push


class Provider(Shop):
    """Use, bills, terms and notices; `rows` are bills. Lacks what `Shop` lacks, and extras beside the plan, plan changes,
    bills that shock, usage as a table of its own, save offers and what people say when they go."""

    member = Subscriber


class Contact:
    """Somebody in a firm who decides: how far the project is wanted, and how warm the relation is."""

    __slots__ = ("favour", "warmth")

    def __init__(self, draw: Draw) -> None:
        self.favour, self.warmth = 0.84 + 0.14 * draw.random(), 0.2


class Project:
    """What an account may buy: a number, a value, a stage."""

    __slots__ = ("number", "stage", "value")

    def __init__(self, number: int, value: float) -> None:
        self.number, self.value, self.stage = number, value, 0


class Account(mesa.Agent):
    """A firm: three contacts, supplies bought again and again, projects that the contacts decide on."""

    def __init__(self, model: "Supplier") -> None:
        super().__init__(model)
        draw = model.draw
        self.contacts = [Contact(draw) for _ in range(3)]
        self.rate = min(draw.gamma(1.6, 0.85 / 1.6), 3.0)
        self.level = draw.lognormal(7.9, 0.6)
        self.leaves = min(draw.gamma(0.8, 0.034), 0.5)
        self.projects: list[Project] = []

    def step(self) -> None:
        """Be visited or not, buy supplies, begin a project, decide on those under way, leave or not."""
        model, draw = self.model, self.model.draw
        for contact in self.contacts:
            contact.warmth *= 0.94
        if draw.random() < 0.16:
            contact = self.contacts[int(3.0 * draw.random())]
            contact.warmth += 0.33 * (1.0 - contact.warmth)
        if draw.random() < self.rate:
            amount = round(self.level * draw.lognormal(0.0, 0.45), 2)
            model.rows.append((self.unique_id, model.month, amount))
        if draw.random() < 0.085:
            model.begun += 1
            self.projects.append(Project(model.begun, 16.0 * self.level * draw.lognormal(0.0, 0.7)))
        if self.projects:
            self.projects = [one for one in self.projects if self.goes_on(one)]
        if draw.random() < self.leaves:
            self.remove()

    def goes_on(self, project: Project) -> bool:
        """Let a month pass over a project; return whether it is still open."""
        model, draw = self.model, self.model.draw
        for contact in self.contacts:
            if draw.random() > contact.favour + 0.06 * contact.warmth:
                return False  # one who is against it is enough
        if draw.random() < SPEED[project.stage]:
            project.stage += 1
            if project.stage == QUOTED:
                model.quotes.append((project.number, model.month, round(project.value, 2)))
            elif project.stage == WON:
                model.rows.append((self.unique_id, model.month, round(project.value, 2)))
                return False
        return True


class Supplier(Shop):
    """Supplies, visits, projects and quotes; `rows` are orders. Lacks what `Shop` lacks, and causes of loss, chances,
    dates within the month, discounts, salespeople who leave, forecasts and stages as tables, deliveries that fail."""

    member = Account

    def __init__(self, customers: int, generator: str) -> None:
        self.quotes: list[tuple[int, int, float]] = []
        self.begun = 0
        super().__init__(customers, generator)
