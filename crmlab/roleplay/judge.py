"""The score of a conversation: procedure 70 and outcome 30, with caps; every line cites turn, words and rule."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from functools import cache
from typing import Any

from crmlab.errors import LabError
from crmlab.language import translator
from crmlab.roleplay import advice, yaml_file
from crmlab.roleplay.clarity import long
from crmlab.roleplay.crediting import UNKIND, Credit, Said, credits_of
from crmlab.roleplay.engine import Play, Turn
from crmlab.roleplay.scenario import FOLDER, Scenario, check
from crmlab.roleplay.ticket import DUE, MOST, SUMMARY, TYPE, Ticket, judge_ticket

STEPS = ("accept", "calm", "clarify", "explore", "act", "thank")
MOST_IMPROVEMENTS = 3
PROCEDURE, OUTCOME = 70, 30
TICKET = "ticket"
NO_STEPS = ("manner", TICKET)  # lines of a sheet that are no steps of the procedure
LECTURE = "lecture"  # the name, among the costs of manner, of an utterance that is too long
SPOILS = 0.5  # what an unkind word leaves of a step that is spoiled by it
REFUSED = 0.5  # what an offer is worth that this customer cannot take, or not yet; one beyond the rules is worth nothing
OFTEN = (
    3  # utterances that blame, cut in or are rude, from which a call is not a good one whatever was settled
)
OFFERING = ("solution", "escalate", "commit_time")  # what, unconfirmed, may be a solution


@dataclass(frozen=True)
class Line:
    """One line of the score sheet; `turn` is 0 and `quote` empty when nothing was said for it.

    `why` tells in words why less was earned than was done, "" when there is nothing to tell; `better` is what could be
    said instead, "" where nothing is lacking.
    """

    part: str
    points: int
    of: int
    turn: int
    quote: str
    rule: str
    better: str
    why: str = ""


@dataclass(frozen=True)
class Sheet:
    """A judged conversation: the lines, procedure 0-70, outcome 0-30 (None without an engine), overall 0-100."""

    lines: tuple[Line, ...]
    procedure: int
    outcome: int | None
    overall: int
    cap: str

    @property
    def improvements(self) -> tuple[Line, ...]:
        """At most three lines that lost most, worst first."""
        lost = sorted((line for line in self.lines if line.points < line.of), key=lambda x: x.points - x.of)
        return tuple(lost[:MOST_IMPROVEMENTS])

    def plain(self) -> dict[str, Any]:
        """Return the sheet as plain values: per-step scores 0-100, overall, and the lines."""
        steps = {x.part: round(100 * x.points / x.of) for x in self.lines if x.part not in NO_STEPS}
        return {
            "steps": steps,
            "overall": self.overall,
            "cap": self.cap,
            "lines": [asdict(line) for line in self.lines],
        }


@cache
def rubric(name: str) -> dict[str, Any]:
    """Return rubric `name`; raise LabError when there is none."""
    path = FOLDER / "rubrics" / f"{name}.yaml"
    if not path.is_file():
        found = "、".join(sorted(p.stem for p in path.parent.glob("*.yaml")))
        raise LabError(f"没有评分表 {name[:60]}；可用：{found}")
    page = yaml_file.read(path.read_bytes(), path.name)
    check(page, "rubric")
    return dict(page.plain)


def judge_play(play: Play, ticket: Mapping[str, str] | None = None) -> Sheet:
    """Return the sheet of a conversation with a simulated customer.

    `ticket` is what the trainee filled in beside it, by field; None where no ticket was offered. Where the scenario
    asks for one it is worth 5 of the 30 points for the outcome.
    """
    rules = rubric(play.scenario.plain["rubric"])
    said = [_said(turn, play.scenario) for turn in play.turns]
    lines, shares, state = _procedure(rules, said, play.lang, play), rules["outcome"], play.state
    outcome = shares["satisfaction"] * state.satisfaction // 100
    if state.accepted and state.ended != "hang_up":
        kept = state.timed and not state.overpromised
        outcome += shares["accepted"] + (shares["kept"] if kept else 0)
    procedure = sum(line.points for line in lines)
    filed = None if ticket is None or not said else judge_ticket(play, ticket)
    if filed is not None:
        outcome = _rounded(outcome * (OUTCOME - MOST) / OUTCOME) + filed.points
        lines = (*lines, _ticket_line(filed, play.lang))
    cap = _cap(said, hung_up=state.ended == "hang_up", solved=state.accepted)
    overall = min(procedure + outcome, rules["caps"].get(cap, 100))
    return Sheet(lines, procedure, outcome, overall, cap)


def _said(turn: Turn, scenario: Scenario) -> Said:
    """Return what was said in a turn; an offer counts as far as this customer can take it, and then."""
    taken = scenario.fits(turn.offer) and turn.state.offer == turn.offer
    if "solution" not in turn.acts or taken:
        return Said(turn.n, turn.text, turn.acts)
    worth = 0.0 if turn.offer in scenario.plain.get("beyond", ()) else REFUSED
    return Said(turn.n, turn.text, turn.acts, {"solution": worth})


def _ticket_line(filed: Ticket, lang: str) -> Line:
    _ = translator(lang)
    wrong = [name for name, points in ((_("类型"), filed.kind), (_("办结时限"), filed.due)) if not points]
    better = [_("把{fields}选对").format(fields=_("、").join(wrong))] if wrong else []
    if filed.left_out:
        better.append(_("摘要写清客户说的事：{facts}").format(facts=" ".join(filed.left_out)))
    why = _("类型 {kind}/{type_of} · 办结时限 {due}/{due_of} · 摘要 {noted}/{noted_of}").format(
        kind=filed.kind, type_of=TYPE, due=filed.due, due_of=DUE, noted=filed.noted, noted_of=SUMMARY
    )
    rule, lacks = _("T 工单：类型、时限，和客户说出的每件事"), filed.points < MOST
    told = _("；").join(better)
    return Line(
        TICKET, filed.points, MOST, 0, filed.summary, rule, told if lacks else "", why if lacks else ""
    )


def judge_said(said: list[Said], *, lang: str, name: str = "complaint6") -> Sheet:
    """Return the sheet of a plain transcript: the procedure alone, scaled to 100.

    What the tagger alone saw never sets a cap: a cap falls as far as it is sure that nothing was offered.
    """
    rules = rubric(name)
    lines = _procedure(rules, said, lang)
    procedure = sum(line.points for line in lines)
    offered = max(
        (one.sure.get(act, 1.0) for one in said for act in OFFERING if act in one.acts), default=0.0
    )
    cap = _cap([one for one in said if one.confirmed], hung_up=False, solved=offered >= 0.5)
    most = rules["caps"].get(cap, 100)
    if cap == "no_solution":
        most += round((100 - most) * offered)
    return Sheet(lines, procedure, None, min(round(procedure * 100 / PROCEDURE), most), cap)


def _cap(said: list[Said], *, hung_up: bool, solved: bool) -> str:
    if any("rude" in one.acts for one in said):
        return "rude"
    if hung_up:
        return "hang_up"
    if not solved:
        return "no_solution"
    return "unkind" if sum(bool(UNKIND & set(one.acts)) for one in said) >= OFTEN else ""


def _procedure(
    rules: dict[str, Any], said: list[Said], lang: str, play: Play | None = None
) -> tuple[Line, ...]:
    credit = credits_of(rules, said)
    named = {str(step["id"]): step for step in rules["steps"]}
    lines = [
        _step(step, credit, said, before=named.get(step.get("after", "")), lang=lang, play=play)
        for name, step in named.items()
    ]
    return (*lines, _manner(rules["manner"], said, lang, silent=not any(line.points for line in lines)))


def _step(
    step: dict[str, Any],
    credits: Mapping[str, Credit],
    said: list[Said],
    *,
    before: dict[str, Any] | None,
    lang: str,
    play: Play | None,
) -> Line:
    credit = credits[str(step["id"])]
    share = credit.share
    if step.get("spoiled"):
        for one in said:
            worst = max((one.sure.get(act, 1.0) for act in UNKIND & set(one.acts)), default=0.0)
            share *= 1 - (1 - SPOILS) * worst
    line = _line(step["id"], _rounded(share * step["points"]), step["points"], credit.said, step, lang)
    if line.points == line.of:
        return line
    done_at = credits[str(before["id"])].done_at(before["need"]) if before else 0
    told = advice.why(
        step, credit, said, before=before, done_at=done_at, spoiled=share < credit.share, lang=lang, play=play
    )
    return replace(line, why=told, better=advice.better(step, credit, said, lang=lang, play=play))


def _manner(rules: dict[str, Any], said: list[Said], lang: str, *, silent: bool) -> Line:
    costs = {one.n: _cost(rules["costs"], one) for one in said}
    worst = max(said, key=lambda one: costs[one.n], default=None)
    points = 0 if silent else max(0, rules["points"] - _rounded(sum(costs.values())))
    cited = worst if worst is not None and costs[worst.n] else None
    line = _line("manner", points, rules["points"], cited, rules, lang)
    if points == line.of:
        return line
    more = [n for n, cost in costs.items() if cost and cited is not None and n != cited.n]
    return replace(line, why=advice.more_slips(more, lang=lang), better=rules["better"][lang])


def _cost(costs: dict[str, int], one: Said) -> float:
    lecture = costs.get(LECTURE, 0) if long(one.text) else 0
    return lecture + sum(costs.get(act, 0) * one.sure.get(act, 1.0) for act in one.acts)


def _rounded(value: float) -> int:
    return int(value + 0.5)


def _line(part: str, points: int, of: int, said: Said | None, rules: dict[str, Any], lang: str) -> Line:
    turn, quote = (said.n, said.text) if said else (0, "")
    return Line(part, points, of, turn, quote, rules["rule"][lang], "")
