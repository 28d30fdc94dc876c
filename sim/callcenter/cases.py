"""Complaints that get a number: who works on them, by when, at which level, and how they are closed."""

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from sim.callcenter.options import CLASSES, SEVERITIES, Complaints
from sim.callcenter.rows import NEVER
from sim.columns import Columns
from sim.workdays import Workdays

if TYPE_CHECKING:
    from sim.callcenter.day import Day

DAY = 86_400_000
DEADLINES = {"simple": 1, "ordinary": 3}  # working days; a complex case has a call-back every third instead
PROGRESS_EVERY = 3  # working days between the call-backs of a complex case
FOLLOW_UP_AFTER = 3  # days from the solution to the follow-up call
LEVELS = 3  # agent, leader, manager
WORK, PROGRESS, FOLLOW_UP = "case", "progress", "follow_up"
BEGUN = {WORK: "worked_on", PROGRESS: "progress_call", FOLLOW_UP: "follow_up_call"}  # in the event trace


class Cases(Columns):
    """One row per problem to solve; columns in the data dictionary."""

    table = "cases"


@dataclass(frozen=True)
class Case:
    """One complaint; days are numbers of days, -1 for none, moments are milliseconds since midnight of `day`."""

    case_id: int
    day: int
    contact_id: int
    customer_id: int
    skill: str
    reason: str
    opened_at: int
    severity: str
    service_class: str
    about_staff: bool
    agent_id: int
    deadline_day: int
    promise_day: int
    progress_day: int
    work: tuple[int, int, int]  # milliseconds at each level
    settles: tuple[bool, bool, bool]
    content: bool
    level: int = 1
    call_backs: int = 0
    solved_at: int = NEVER
    follow_up_day: int = NEVER
    closed_at: int = NEVER
    closed_by: str = "none"


class CaseDesk:
    """The book of open cases, and the pieces of work it gives to agents, leaders and managers today.

    A case is born of a call, or a message, that did not solve its problem. Work on it waits in the line of its level; what
    nobody has begun by closing is offered again on the next working day. A solved case gets a follow-up call
    three days later: a content customer's case is closed by the leader, another goes one level up.
    """

    def __init__(self, day: "Day", told: Complaints, book: tuple[Case, ...]) -> None:
        self.day, self.told, self.rows = day, told, day.rows
        self.book = {case.case_id: case for case in book}
        self.tasks: dict[int, tuple[int, str]] = {}  # row -> case, kind of work
        self.calendar = Workdays(day.scenario.options.first_day)
        self.code = {skill.name: k for k, skill in enumerate(day.scenario.skills)}
        self.closed: list[Case] = []
        self.log: list[tuple[int, int, str, int]] = []  # when, which contact, what, which agent (or NEVER)
        self.closing = day.scenario.closing_seconds * 1000
        self.open_to = {told.skill, *told.written_skills}
        self._take_draws(told)

    def _take_draws(self, told: Complaints) -> None:
        draws = self.rows.draws
        self.opens = (draws["complaint"] < told.share).tolist()
        grave = np.searchsorted(np.cumsum(told.severity_shares)[:-1], draws["severity"], side="right")
        self.severity = [SEVERITIES[k] for k in grave.tolist()]
        level = np.searchsorted(np.cumsum(told.class_shares)[:-1], draws["service_class"], side="right")
        self.service_class = [CLASSES[k] for k in level.tolist()]
        self.about_staff = (draws["about_staff"] < told.about_staff_share).tolist()
        self.content = (draws["content"] < told.content_share).tolist()
        work = [self.rows.clock(f"case_work_{k}") for k in (1, 2, 3)]
        settles = [(draws[f"settled_{k}"] < told.settled_share).tolist() for k in (1, 2, 3)]
        self.work = list(zip(*work, strict=True))
        self.settles = list(zip(*settles, strict=True))

    def morning(self, now: int) -> None:
        """On a working day, give out the work on every open case that is due."""
        today = self.rows.number
        for case in sorted(self.book.values(), key=lambda one: (one.service_class, one.case_id)):
            if case.solved_at == NEVER:
                self.give(now, case, WORK)
                if case.severity == "complex" and NEVER < case.progress_day <= today:
                    self.give(now, case, PROGRESS)
            elif NEVER < case.follow_up_day <= today:
                self.give(now, case, FOLLOW_UP)

    def over(self, now: int, row: int, leg: int, solved: bool) -> None:
        """A call is over, or a message answered: open a case if it complained and nothing was solved."""
        rows = self.rows
        contacts, who = rows.contacts, rows.who[row]
        number = int(contacts["contact_id"][who])
        mine = contacts["skill"][who] in self.open_to and self.opens[row] and row not in rows.special
        if solved or not mine or number in self.book:
            return
        severity, about_staff = self.severity[row], self.about_staff[row]
        today = rows.number
        days = DEADLINES.get(severity)
        promised = self.told.solution_days[CLASSES.index(self.service_class[row])]
        case = Case(
            case_id=number,
            day=today,
            contact_id=number,
            customer_id=int(contacts["customer_id"][who]),
            skill=str(contacts["skill"][who]),
            reason=str(contacts["reason"][who]),
            opened_at=now,
            severity=severity,
            service_class=self.service_class[row],
            about_staff=about_staff,
            agent_id=self._agent(leg),
            deadline_day=self.calendar.after(today, days) if days else NEVER,
            promise_day=self.calendar.after(today, promised),
            progress_day=NEVER if days else self.calendar.after(today, PROGRESS_EVERY),
            work=self.work[row],
            settles=self.settles[row],
            content=self.content[row],
            level=2 if about_staff else 1,  # no agent works on a complaint about agents
        )
        self.book[number] = case
        self.log.append((now, number, "registered", case.agent_id))
        self.give(now, case, WORK)

    def close(self) -> None:
        """At closing nobody begins another piece of work; the next working day offers it again."""
        for row in self.tasks:
            self.rows.waiting[row] = False

    def give(self, now: int, case: Case, kind: str) -> None:
        """Put a piece of work in the line of its level, in working hours; better service classes first."""
        if now >= self.closing or not self.calendar.is_open(self.rows.number):
            return
        up = self.day.scenario.options.escalation
        names = [self.told.work_skill, up.to if up else "", up.further_to if up else ""]
        level = 2 if kind == FOLLOW_UP else case.level
        skill = self.code.get(names[level - 1], self.code[self.told.work_skill])
        time = case.work[case.level - 1] if kind == WORK else round(self.told.call_seconds * 1000)
        row = self.rows.add(now, NEVER, skill, time, kind)
        scenario = self.day.scenario
        # A promised call comes before new work, then the better service class.
        place = 0 if kind == PROGRESS else 1 + CLASSES.index(case.service_class)
        self.rows.rank[row] = scenario.skills[skill].priority * 20 + place
        self.tasks[row] = (case.case_id, kind)
        seat = self.day.floor.seat_for(skill)
        if seat >= 0:
            self.begin(now, row, seat)
        else:
            self.rows.waiting[row] = True
            self.day.floor.join(row, skill, self.rows.rank[row], now)

    def begin(self, now: int, row: int, seat: int) -> None:
        """Somebody takes the piece of work up."""
        self.day.floor.load[seat] = 1
        self.rows.seat[row], self.rows.answered[row] = seat, now
        number, kind = self.tasks[row]
        self.log.append((now, number, BEGUN[kind], self._agent(row)))
        self.day.clock.plan(now + self.rows.talk[row], self.finish, row)

    def _agent(self, row: int) -> int:
        return int(self.day.agent_ids[self.rows.seat[row]])

    def finish(self, now: int, row: int) -> None:
        """A piece of work is done: the case moves on."""
        number, kind = self.tasks[row]
        case = self.book[number]
        if kind == WORK:
            self._worked(now, case, self._agent(row))
        elif kind == PROGRESS:
            again = self.calendar.after(self.rows.number, PROGRESS_EVERY)
            self.book[number] = replace(case, call_backs=case.call_backs + 1, progress_day=again)
        else:
            self._followed(now, case, self._agent(row))
        self.day.phone.free(now, self.rows.seat[row])

    def _worked(self, now: int, case: Case, agent: int) -> None:
        if case.level == LEVELS or case.settles[case.level - 1]:
            due = self.calendar.after(self.rows.number + FOLLOW_UP_AFTER, 0)
            self.book[case.case_id] = replace(case, solved_at=self._at(now, case), follow_up_day=due)
            self.log.append((now, case.case_id, "solved", agent))
        else:
            self.log.append((now, case.case_id, "raised", agent))
            self.book[case.case_id] = up = replace(case, level=case.level + 1)
            self.give(now, up, WORK)

    def _followed(self, now: int, case: Case, agent: int) -> None:
        """The follow-up call: the leader closes the case, or it goes one level up, once."""
        case = replace(case, call_backs=case.call_backs + 1)
        if case.content or case.level == LEVELS:
            by = "manager" if case.level == LEVELS else "leader"
            self.closed.append(replace(case, closed_at=self._at(now, case), closed_by=by))
            del self.book[case.case_id]
            self.log.append((now, case.case_id, "closed", agent))
        else:
            self.log.append((now, case.case_id, "raised", agent))
            self.book[case.case_id] = up = replace(
                case, level=case.level + 1, solved_at=NEVER, follow_up_day=NEVER
            )
            self.give(now, up, WORK)

    def _at(self, now: int, case: Case) -> int:
        return now + (self.rows.number - case.day) * DAY

    def records(self) -> Cases:
        """Return the cases closed today and the whole book, by number; times since midnight of `day`."""
        cases = sorted([*self.closed, *self.book.values()], key=lambda one: one.case_id)
        if not cases:
            return Cases.empty()

        def column(name: str) -> np.ndarray:
            return np.array([getattr(case, name) for case in cases])

        def moment(name: str) -> np.ndarray:
            values = column(name)
            return np.where(values >= 0, values / 1000.0, np.nan)

        solved, due = column("solved_at"), column("deadline_day")
        solved_day = column("day") + solved // DAY
        names = ("case_id", "day", "contact_id", "customer_id", "skill", "reason")
        return Cases(
            **{name: column(name) for name in names},
            opened_at=moment("opened_at"),
            closed_at=moment("closed_at"),
            status=np.where(column("closed_at") >= 0, "closed", "open"),
            severity=column("severity"),
            service_class=column("service_class"),
            level=column("level"),
            about_staff=column("about_staff"),
            agent_id=column("agent_id"),
            deadline_day=due,
            solved_at=moment("solved_at"),
            in_time=np.where(
                due < 0, True, np.where(solved >= 0, solved_day <= due, self.rows.number <= due)
            ),
            promise_day=column("promise_day"),
            promise_kept=np.where(solved >= 0, solved_day, self.rows.number) <= column("promise_day"),
            call_backs=column("call_backs"),
            follow_up_day=column("follow_up_day"),
            closed_by=column("closed_by"),
        )
