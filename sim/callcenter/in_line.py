"""What may happen to a caller in line besides an answer or hanging up: other teams help, or we call back."""

from sim.callcenter.floor import NONE, Floor
from sim.callcenter.phone import Phone
from sim.callcenter.rows import ABANDONED, NEVER, Rows, listed
from sim.scenario import Scenario


class InLine:
    """Overflow to helping teams after a time, and the offer of a call-back."""

    def __init__(self, scenario: Scenario, rows: Rows, floor: Floor, phone: Phone) -> None:
        self.rows, self.floor, self.phone = rows, floor, phone
        helped = {name for team in scenario.teams for name in team.overflow}
        self.helped_after = [
            round(skill.overflow_seconds * 1000) if skill.name in helped else NEVER
            for skill in scenario.skills
        ]
        offer, draws = scenario.options.callback, rows.draws
        self.offered_after = round(offer.after_seconds * 1000) if offer else NEVER
        self.accepts = listed(draws["callback"] < (offer.share if offer else 0.0))
        self.reached = listed(draws["reached"] < (offer.reached_share if offer else 0.0))
        self.ring = round(offer.ring_seconds * 1000) if offer else 0
        self.attempts = len(draws)  # rows beyond are further legs
        self.is_idle = not offer and not any(helped)

    def joined(self, now: int, row: int) -> bool:
        """A caller stands in line: plan what may happen there."""
        after = self.helped_after[self.rows.skill[row]]
        if after != NEVER:
            self.phone.plan(now + after, self.help, row)
        if self.offered_after != NEVER and row < self.attempts and self.accepts[row]:
            self.phone.plan(now + self.offered_after, self.offer, row)
        return True

    def help(self, now: int, row: int) -> None:
        """The caller has waited long enough for the helping teams."""
        rows = self.rows
        if not rows.waiting[row]:
            return
        seat = self.floor.helper_for(rows.skill[row])
        if seat == NONE:
            queued = now - self.helped_after[rows.skill[row]]
            self.floor.overflow(row, rows.skill[row], rows.rank[row], queued)
        else:
            rows.waiting[row] = False
            self.phone.serve(now, row, seat)

    def offer(self, now: int, row: int) -> None:
        """The caller takes the offer and hangs up: the trunk is free, the place in line is kept."""
        if self.rows.waiting[row]:
            self.phone.promised.add(row)
            self.phone.trunks_free += 1

    def call_back(self, now: int, row: int) -> bool:
        """Call the customer; return whether the talk begins. Outgoing calls have lines of their own."""
        rows = self.rows
        rows.call_back[row] = "reached" if self.reached[row] else "unreached"
        if self.reached[row]:
            return True
        rows.answered[row], rows.ended[row], rows.outcome[row] = NEVER, now, ABANDONED
        self.phone.plan(now + self.ring, self.phone.free, rows.seat[row])
        return False
