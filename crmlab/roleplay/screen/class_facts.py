"""What a class did on the phone, from the logs it handed in: each one played again, then counted; nothing is believed unread."""

from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from statistics import mean

from crmlab.errors import LabError
from crmlab.roleplay.screen import attempts, sheet
from crmlab.roleplay.screen.call import Call, taken_up
from crmlab.roleplay.tagging.acts import violations

COUNTS = ("first", "last", "best")
FEWEST_ALIKE = (
    3  # free lines that two students must share, word for word and in order, before anyone is asked
)


@dataclass(frozen=True)
class Choice:
    """One suggested line: how often it was taken, by how many students, and the mean change of anger after it."""

    text: str
    times: int
    students: int
    anger: float
    tempting: bool


@dataclass(frozen=True)
class Step:
    """One part of the rubric: mean share of its points 0-1, and who got less than half of them."""

    rule: str
    share: float
    weak: tuple[str, ...]


@dataclass(frozen=True)
class Played:
    """What the class did with one scenario; `scores` holds the points that count, by student."""

    name: str
    title: str
    calls: int
    scores: dict[str, int]
    first: float
    best: float
    endings: dict[str, int]
    steps: tuple[Step, ...]
    choices: tuple[Choice, ...]
    slips: dict[str, tuple[str, ...]]
    """Act that breaks a rule → who did it."""
    free: float
    """Share of lines in the trainees' own words, 0-1."""
    rephrased: int
    hints: int
    alike: tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class Class:
    """All scenarios, the hardest first, and the logs that could not be played, each with its reason."""

    played: tuple[Played, ...]
    refused: tuple[tuple[str, str], ...]


def logs(folder: Path, project: str = "*") -> list[tuple[str, Path]]:
    """Return (student, file) of every log under a folder of hand-ins, `<student>/<project>/plays/*.json`."""
    found = sorted(folder.glob(f"*/{project}/{attempts.FOLDER}/*.json"))
    return [(path.parents[2].name, path) for path in found if path.is_file() and not path.is_symlink()]


def gather(found: Iterable[tuple[str, Path]], *, lang: str = "zh", counts: str = "best") -> Class:
    """Return what a class did; `counts` says which attempt is a student's score: first, last or best.

    Raises LabError for another word. A log that cannot be played is listed, never counted.
    """
    if counts not in COUNTS:
        raise LabError(f"没有计分办法 {counts[:20]}；可用 {'、'.join(COUNTS)}")
    calls: dict[str, dict[str, list[Call]]] = defaultdict(lambda: defaultdict(list))
    refused = []
    for student, path in sorted(found, key=lambda one: (one[0], attempts.number_of(one[1]), one[1].name)):
        try:
            call = taken_up(path)
        except LabError as error:
            refused.append((f"{student} · {path.name}", str(error)))
            continue
        if call.play.turns:
            calls[call.scenario.id][student].append(call)
    played = [_played(by, lang, counts) for by in calls.values()]
    return Class(tuple(sorted(played, key=lambda one: (mean(one.scores.values()), one.name))), tuple(refused))


def _played(by: dict[str, list[Call]], lang: str, counts: str) -> Played:
    every = [call for calls in by.values() for call in calls]
    points = {student: [sheet.score(call).points for call in calls] for student, calls in by.items()}
    scenario = every[0].scenario
    said = sum(len(call.play.turns) for call in every)
    free = sum(event["k"] == "confirm" for call in every for event in call.events)
    return Played(
        name=scenario.id,
        title=str(scenario.plain["title"][lang]),
        calls=len(every),
        scores={student: some[_counted(some, counts)] for student, some in points.items()},
        first=mean(some[0] for some in points.values()),
        best=mean(max(some) for some in points.values()),
        endings=dict(Counter(call.ended or "open" for call in every)),
        steps=_steps(by, lang, counts, points),
        choices=_choices(by, lang),
        slips=_slips(by),
        free=free / said if said else 0.0,
        rephrased=sum(event["k"] == "rephrase" for call in every for event in call.events),
        hints=sum(len(call.hints) for call in every),
        alike=_alike(by),
    )


def _counted(some: list[int], counts: str) -> int:
    """Return which attempt counts, from 0; of equal best ones the first."""
    return {"first": 0, "last": len(some) - 1, "best": some.index(max(some))}[counts]


def _steps(
    by: dict[str, list[Call]], lang: str, counts: str, points: dict[str, list[int]]
) -> tuple[Step, ...]:
    """Return each rubric line over the attempts that count, the weakest first."""
    from crmlab.roleplay.judge import rubric

    rules = rubric(next(iter(by.values()))[0].scenario.plain["rubric"])
    names = {step["id"]: step["rule"][lang] for step in rules["steps"]} | {
        "manner": rules["manner"]["rule"][lang]
    }
    shares: dict[str, dict[str, float]] = defaultdict(dict)
    for student, calls in by.items():
        some = points[student]
        for line in sheet.score(calls[_counted(some, counts)]).sheet.lines:
            names.setdefault(line.part, line.rule)
            shares[line.part][student] = line.points / line.of if line.of else 1.0
    found = [
        Step(names.get(part, part), mean(of.values()), tuple(s for s, share in of.items() if share < 0.5))
        for part, of in shares.items()
    ]
    return tuple(sorted(found, key=lambda step: step.share))


def _choices(by: dict[str, list[Call]], lang: str) -> tuple[Choice, ...]:
    taken: dict[str, list[tuple[str, int]]] = defaultdict(list)
    for student, calls in by.items():
        for call in calls:
            before = call.play._start()
            lines = {row["text"][call.play.lang]: name for name, row in call.scenario.lines.items()}
            for turn in call.play.turns:
                if turn.text in lines:
                    taken[lines[turn.text]].append((student, turn.state.anger - before.anger))
                before = turn.state
    known = next(iter(by.values()))[0].scenario.lines
    made = [
        Choice(
            str(known[name]["text"][lang]),
            len(some),
            len({student for student, _change in some}),
            mean(change for _student, change in some),
            bool(violations() & set(known[name]["acts"])),
        )
        for name, some in taken.items()
    ]
    return tuple(sorted(made, key=lambda choice: (-choice.times, choice.text)))


def _slips(by: dict[str, list[Call]]) -> dict[str, tuple[str, ...]]:
    who: dict[str, list[str]] = defaultdict(list)
    for student, calls in by.items():
        done = {act for call in calls for turn in call.play.turns for act in turn.acts}
        for act in sorted(done & violations()):
            who[act].append(student)
    return {act: tuple(some) for act, some in sorted(who.items(), key=lambda pair: -len(pair[1]))}


def _alike(by: dict[str, list[Call]]) -> tuple[tuple[str, str], ...]:
    """Return pairs of students who said the same free lines in the same order: a question, not a verdict."""
    said: dict[tuple[str, ...], list[str]] = defaultdict(list)
    for student, calls in by.items():
        for call in calls:
            free = tuple(event["text"] for event in call.events if event["k"] == "say")
            if len(free) >= FEWEST_ALIKE and student not in said[free]:
                said[free].append(student)
    return tuple((a, b) for some in said.values() for n, a in enumerate(some) for b in some[n + 1 :])
