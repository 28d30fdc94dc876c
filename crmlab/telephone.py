"""A simulated student on the telephone: each line the best on offer, or the worst."""

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from crmlab.roleplay.screen.call import Call

MOST_LINES = 30


def ring(
    folder: Path, scenario: str, student: str, *, well: bool | Callable[[], bool], level: int = 1
) -> Path:
    """Take the call of `scenario` in the project `folder` and return its log.

    With `well` each line is the first on offer in the author's order, without it the last; a function is asked at
    every line. At level 3, where no line is on offer, the same words are spoken freely.
    """
    from crmlab.roleplay.screen import attempts
    from crmlab.roleplay.screen.chips import chips

    call = attempts.again(folder / attempts.FOLDER, scenario, student=student, level=level)
    order = list(call.scenario.lines)
    for turn in range(MOST_LINES):
        if call.ended:
            break
        good = well() if callable(well) else well
        if offered := chips(call.play):
            call.do("line", line=(min if good else max)(offered, key=order.index))
        else:
            known = _known(call, well=good)
            _speak(call, known[turn % len(known)])
    return call.path


def _known(call: "Call", *, well: bool) -> list[str]:
    """Return the lines that somebody who knows how would say one after another, or somebody who does not."""
    from crmlab.roleplay.tagging.acts import violations

    lines = call.scenario.lines
    wrong = [
        name
        for name, row in lines.items()
        if set(row["acts"]) & violations() or ("offer" in row and not call.scenario.fits(row["offer"]))
    ]
    return [name for name in lines if name not in wrong] if well else wrong[::-1]


def _speak(call: "Call", line: str) -> None:
    row = call.scenario.lines[line]
    call.do("say", text=row["text"][call.play.lang])
    heard = [name for name, _ in call.guesses]
    call.do("confirm", acts=[name for name in heard if name in row["acts"]] or heard[:1])
