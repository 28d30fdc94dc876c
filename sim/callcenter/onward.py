"""What follows a talk: a transfer, a leader or a manager who takes over or joins in, and another call later."""

import numpy as np

from sim.callcenter.cases import CaseDesk
from sim.callcenter.phone import Phone
from sim.callcenter.rows import AGENT, LEADER, MANAGER, NEVER, TRANSFER, Rows, listed
from sim.scenario import Scenario

Step = tuple[int, int, str]  # skill, talk in milliseconds, kind of the leg


class Onward:
    """Decides, from each call's own draws, whether the call goes on, and starts the next leg."""

    def __init__(self, scenario: Scenario, rows: Rows, phone: Phone) -> None:
        self.rows, self.phone = rows, phone
        self.code = {skill.name: k for k, skill in enumerate(scenario.skills)}
        self.solved_share = [skill.solved_share for skill in scenario.skills]
        self.hosts: dict[int, int] = {}  # leg of a leader in conference -> row of the agent who stays
        self.case_desk: CaseDesk | None = None
        self.attempts = len(rows.draws)  # rows beyond are further legs
        self._take_columns(scenario)

    def _take_columns(self, scenario: Scenario) -> None:
        rows, draws = self.rows, self.rows.draws
        skill = np.array(rows.skill, dtype=np.int64)
        share = np.array([one.transfer_share for one in scenario.skills])[skill]
        to = np.array([self.code.get(one.transfer_to, NEVER) for one in scenario.skills])[skill]
        self.transfer_to = listed(np.where(draws["transfer"] < share, to, NEVER))
        self.transfer_talk = rows.clock("transfer_talk")
        up, repeat = scenario.options.escalation, scenario.options.repeat
        self.leader = self.code[up.to] if up else NEVER
        self.manager = self.code.get(up.further_to, NEVER) if up else NEVER
        self.goes_up = listed(draws["escalate"] < (up.share if up else 0.0))
        self.goes_further = listed(draws["further"] < (up.further_share if up else 0.0))
        self.joins = listed(draws["conference"] < (up.conference_share if up else 0.0))
        self.leader_talk, self.manager_talk = rows.clock("escalation_talk"), rows.clock("further_talk")
        self.solved = listed(draws["solved"])
        again = draws["repeat"] < (repeat.share if repeat else 0.0)
        self.calls_again = listed(again)
        self.repeat_delay = rows.clock("repeat_delay")
        told = scenario.options
        busy = (draws["escalate"] < (up.share if up else 0.0)) | (np.array(self.transfer_to) != NEVER) | again
        if told.crew or told.callback:
            busy[:] = True
        if told.complaints:
            busy |= draws["complaint"] < told.complaints.share
        # Calls that nothing follows need not be asked about; their records tell themselves.
        self.quiet: list[bool] = listed(~busy)

    def talk_over(self, now: int, row: int) -> bool:
        """Return whether the call is over; if not, its next leg has begun, on the same trunk."""
        if row < self.attempts and self.quiet[row]:
            return True
        origin = self.rows.origin.get(row, row)
        step = None if origin in self.rows.special else self._next(row, origin)
        host = self.hosts.pop(row, None)
        if host is not None:
            self._write_up(now, host)
        if step is None:
            self._settle(now, row, origin)
            if origin in self.phone.promised:
                self.phone.trunks_free -= 1  # the caller of a call-back holds none, and one is given back now
            return True
        skill, talk, kind = step
        leg = self.rows.add(now, row, skill, talk, kind)
        if kind == LEADER and self.joins[origin]:
            self.hosts[leg] = row
            self.rows.hosted[row] = leg
        else:
            self._write_up(now, row)
        self.phone.ask(now, leg)
        return False

    def _next(self, row: int, origin: int) -> Step | None:
        kind = self.rows.kind.get(row, AGENT)
        if kind in (AGENT, TRANSFER) and self.goes_up[origin]:
            return self.leader, self.leader_talk[origin], LEADER
        if kind == AGENT and self.transfer_to[origin] != NEVER:
            return self.transfer_to[origin], self.transfer_talk[origin], TRANSFER
        if kind == LEADER and self.goes_further[origin]:
            return self.manager, self.manager_talk[origin], MANAGER
        return None

    def _write_up(self, now: int, row: int) -> None:
        self.phone.plan(now + self.rows.wrap_up[row], self.phone.free, self.rows.seat[row])

    def _settle(self, now: int, row: int, origin: int) -> None:
        """Note whether the problem is solved, and whether the customer will call again about it."""
        rows = self.rows
        share = self.solved_share[rows.skill[row]] + rows.mood.get(row, 0.0)
        rows.solved[origin] = origin not in rows.special and self.solved[origin] < share
        if self.case_desk is not None:
            self.case_desk.over(now, origin, row, rows.solved[origin])
        again = self.calls_again[origin] and origin not in rows.special
        if again and not rows.solved[origin] and not rows.last[origin]:
            at = now + self.repeat_delay[origin]
            rows.at[origin + 1] = at
            rows.repeats.add(origin + 1)
            if at < self.phone.closing:
                self.phone.plan(at, self.phone.dial, origin + 1)
            else:
                rows.due.append((origin + 1, at))
