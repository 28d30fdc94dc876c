"""A simulated student on the telephone: every line the best on offer, or every line the worst."""

from pathlib import Path

MOST_LINES = 30


def ring(folder: Path, scenario: str, student: str, *, well: bool) -> Path:
    """Take the call of `scenario` in the project `folder`, its lines in the author's order or from the end; return its log."""
    from crmlab.roleplay.screen import attempts
    from crmlab.roleplay.screen.chips import chips

    call = attempts.again(folder / attempts.FOLDER, scenario, student=student)
    order = list(call.scenario.lines)
    for _turn in range(MOST_LINES):
        if call.ended:
            break
        call.do("line", line=(min if well else max)(chips(call.play), key=order.index))
    return call.path
