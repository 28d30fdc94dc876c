"""A student's own calls held against the judge: the weakest step, and the best score at each level."""

from contextlib import suppress
from typing import TYPE_CHECKING

from crmlab.errors import LabError
from crmlab.judging import Plays
from crmlab.roleplay.screen import attempts, sheet
from crmlab.roleplay.screen.call import taken_up

if TYPE_CHECKING:
    import pandas as pd

    from crmlab.notebook import Lab

NONE = "none"  # no weak step
STRONG = 90  # points of 100 from which a step is not weak
LEVELS = (1, 2, 3)


def weak_steps(plays: Plays, scenario: str) -> set[str]:
    """Return what may rightly be called the weakest step in one of the attempts; empty when there was none."""
    named: set[str] = set()
    for made in plays.sheets.get(scenario, []):
        steps = made["steps"]
        low = min(steps.values())
        named |= {NONE} if low >= STRONG else {name for name, points in steps.items() if points == low}
    return named


def by_level(lab: "Lab", scenario: str) -> "pd.DataFrame":
    """Return attempts and best score at each level of a scenario, as a reader wants them; "—" where none was made."""
    import pandas as pd

    points = _points(lab, scenario)
    names, tries, best = lab.words.say("level_columns").split("|")
    rows = {
        names: lab.words.say("level_rows").split("|"),
        tries: [len(one) for one in points.values()],
        best: [max(one, default="—") for one in points.values()],
    }
    return pd.DataFrame(rows).set_index(names)


def best_of(lab: "Lab", scenario: str) -> dict[int, int]:
    """Return the best score so far at each level of a scenario, 0 where none was made."""
    return {level: max(some, default=0) for level, some in _points(lab, scenario).items()}


def _points(lab: "Lab", scenario: str) -> dict[int, list[int]]:
    """Return the score of every attempt that can be taken up, by level."""
    points: dict[int, list[int]] = {level: [] for level in LEVELS}
    for path in attempts.kept(lab.project / attempts.FOLDER, scenario):
        with suppress(LabError):  # a log that was edited counts nowhere, and stops nobody's table
            call = taken_up(path)
            if call.play.turns:
                points[call.play.level].append(sheet.score(call).points)
    return points
