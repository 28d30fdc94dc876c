"""Immediate checks: what a student reads right under a task, in the words of the trade, never a traceback."""

import html
from collections.abc import Callable
from dataclasses import dataclass, field
from types import TracebackType

GOOD, LOOK, BLANK = "#1b7f4d", "#b45309", "#5b6472"


@dataclass
class Check:
    """The checks of one form: a `with` block in which `that` notes each point and nothing is ever raised."""

    sentences: dict[str, str]
    answered: bool
    tell: Callable[[str], None]
    say: Callable[[str], str]
    failed: list[str] = field(default_factory=list)
    passed: int = 0
    trouble: str = ""

    def that(self, name: str, holds: object) -> None:
        """Note whether point `name` holds; its sentence stands in the lab's word file."""
        if bool(holds):
            self.passed += 1
        else:
            self.failed.append(self.sentences.get(name, name))

    @property
    def ok(self) -> bool:
        """Whether every point was looked at and holds."""
        return self.answered and not self.failed and not self.trouble

    def __enter__(self) -> "Check":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> bool:
        if error is not None and not isinstance(error, Exception):
            return False
        if error is not None and self.answered:
            self.trouble = self.say("有一处填的不是题目要的样子，这一题没法检查；请看看每一项是否都填了，再保存一次")
        self.tell(self.card())
        return True

    def card(self) -> str:
        """Return the result as a small HTML card; colour is never the only sign."""
        if not self.answered:
            return _card(BLANK, "○", self.say("这一题还没有作答：填好上面的表单，按“保存答案”，再运行这一格"), [])
        if self.ok:
            return _card(GOOD, "✓", self.say("初步检查通过"), [])
        return _card(LOOK, "✗", self.say("再看一看"), [*self.failed, *([self.trouble] if self.trouble else [])])


def _card(colour: str, sign: str, head: str, lines: list[str]) -> str:
    items = "".join(f"<li>{html.escape(line)}</li>" for line in lines)
    body = f'<ul style="margin:.3em 0 0 1.2em;padding:0">{items}</ul>' if items else ""
    return (
        f'<div role="status" style="border-left:4px solid {colour};padding:.5em .9em;margin:.4em 0;'
        f'background:#f6f7f9;color:#1f2430;border-radius:4px;max-width:52em">'
        f'<b style="color:{colour}">{sign} {html.escape(head)}</b>{body}</div>'
    )
