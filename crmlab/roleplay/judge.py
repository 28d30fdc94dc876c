"""The score of a conversation: procedure 70 and outcome 30, with caps; every line cites turn, words and rule."""

from dataclasses import asdict, dataclass
from functools import cache
from typing import Any

from crmlab.errors import LabError
from crmlab.roleplay.engine import Play
from crmlab.roleplay.scenario import FOLDER, read_yaml

STEPS = ("accept", "calm", "clarify", "explore", "act", "thank")
MOST_IMPROVEMENTS = 3


@dataclass(frozen=True)
class Said:
    """One utterance of the trainee: its turn, its words, its acts."""

    n: int
    text: str
    acts: tuple[str, ...]


@dataclass(frozen=True)
class Line:
    """One line of the score sheet; `turn` is 0 and `quote` empty when nothing was said for it."""

    part: str
    points: int
    of: int
    turn: int
    quote: str
    rule: str
    better: str


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
        steps = {x.part: round(100 * x.points / x.of) for x in self.lines if x.part in STEPS}
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
    return dict(read_yaml(path.read_bytes(), path.name))


def judge_play(play: Play) -> Sheet:
    """Return the sheet of a conversation with a simulated customer."""
    rules = rubric(play.scenario.plain["rubric"])
    said = [Said(t.n, t.text, t.acts) for t in play.turns]
    lines, shares, state = _procedure(rules, said, play.lang), rules["outcome"], play.state
    outcome = shares["satisfaction"] * state.satisfaction // 100
    if state.accepted and state.ended != "hang_up":
        kept = state.timed and not state.overpromised
        outcome += shares["accepted"] + (shares["kept"] if kept else 0)
    procedure = sum(line.points for line in lines)
    cap = _cap(said, hung_up=state.ended == "hang_up", solved=state.accepted)
    overall = min(procedure + outcome, rules["caps"].get(cap, 100))
    return Sheet(lines, procedure, outcome, overall, cap)


def judge_said(said: list[Said], *, lang: str, name: str = "complaint6") -> Sheet:
    """Return the sheet of a plain transcript: the procedure alone, scaled to 100."""
    rules = rubric(name)
    lines = _procedure(rules, said, lang)
    procedure = sum(line.points for line in lines)
    cap = _cap(said, hung_up=False, solved=any("solution" in one.acts for one in said))
    overall = min(round(procedure * 100 / 70), rules["caps"].get(cap, 100))
    return Sheet(lines, procedure, None, overall, cap)


def _cap(said: list[Said], *, hung_up: bool, solved: bool) -> str:
    if any("rude" in one.acts for one in said):
        return "rude"
    if hung_up:
        return "hang_up"
    return "" if solved else "no_solution"


def _procedure(rules: dict[str, Any], said: list[Said], lang: str) -> tuple[Line, ...]:
    clear = [one for one in said if len(one.acts) <= rules["most_acts"]]
    begun = {step["id"]: _first(clear, step["acts"]) for step in rules["steps"]}
    steps = [_step(step, clear, begun, lang) for step in rules["steps"]]
    return (*steps, _manner(rules["manner"], said, lang, silent=not any(line.points for line in steps)))


def _first(said: list[Said], acts: list[str]) -> Said | None:
    return next((one for one in said if set(one.acts) & set(acts)), None)


def _step(step: dict[str, Any], said: list[Said], begun: dict[str, Said | None], lang: str) -> Line:
    shown = {act for one in said for act in one.acts} & set(step["acts"])
    points = step["points"] * min(len(shown), step["need"]) // step["need"]
    here, before = begun[step["id"]], begun.get(step.get("after", ""))
    if here and "after" in step and (before is None or before.n > here.n):
        points //= 2
    return _line(step["id"], points, step["points"], here, step, lang)


def _manner(rules: dict[str, Any], said: list[Said], lang: str, *, silent: bool) -> Line:
    costs = {one.n: sum(rules["costs"].get(act, 0) for act in one.acts) for one in said}
    worst = max(said, key=lambda one: costs[one.n], default=None)
    points = 0 if silent else max(0, rules["points"] - sum(costs.values()))
    cited = worst if worst is not None and costs[worst.n] else None
    return _line("manner", points, rules["points"], cited, rules, lang)


def _line(part: str, points: int, of: int, said: Said | None, rules: dict[str, Any], lang: str) -> Line:
    turn, quote = (said.n, said.text) if said else (0, "")
    return Line(part, points, of, turn, quote, rules["rule"][lang], rules["better"][lang])
