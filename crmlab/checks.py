"""Immediate checks: what a notebook says about an answer, in words of the trade, and never a traceback."""

from collections.abc import Callable
from dataclasses import dataclass, field
from types import TracebackType
from typing import Literal

from crmlab import cards, crm_answers
from crmlab.errors import LabError
from crmlab.language import translator
from crmlab.words import LabWords

Verdict = Literal["star", "passed", "failed", "unanswered", "unclear"]
DONE = "done"  # the id of the sentence shown when everything is right


@dataclass
class Check:
    """Collects what holds of one form's answer; as a context manager it shows a card at its end.

    `verdict` is None until then. Ordinary exceptions inside become a sentence; KeyboardInterrupt and the
    like pass.
    """

    words: LabWords
    form: str
    answered: bool
    hints: int = 0
    lang: str = "zh"
    on_verdict: Callable[[Verdict], None] = lambda verdict: None
    passed: list[str] = field(default_factory=list)
    failed: list[str] = field(default_factory=list)
    trouble: str = ""
    verdict: Verdict | None = None

    def that(self, name: str, ok: object) -> None:
        """Note whether something holds; `name` is the id of its sentence, `ok` a truth value or a function.

        A function's exception counts as "does not hold", so the checks after it still run; only what this machine lacks
        (a file, a module) is no slip of the answer, and is told as such.
        """
        if callable(ok):
            try:
                ok = ok()
            except (OSError, ImportError):
                _ = translator(self.lang)
                self.trouble = self.trouble or _("这里没能检查：这台机器上缺一个文件。答案已保存，请告诉老师")
                return
            except Exception:
                ok = False
        (self.passed if bool(ok) else self.failed).append(name)

    def __enter__(self) -> "Check":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> bool:
        if error is not None and not isinstance(error, Exception):
            return False
        if error is not None:
            self.trouble = self._told(error)
        self.verdict = self._decide()
        cards.show(self.html(), self.text())
        self.on_verdict(self.verdict)
        return True

    def _decide(self) -> Verdict:
        if not self.answered and (self.trouble or not self.passed):
            return "unanswered"  # an answer given in code, not in the form, is checked all the same
        if self.failed:
            return "failed"
        if self.trouble or not self.passed:
            return "unclear"
        return "passed" if self.hints else "star"

    def _told(self, error: Exception) -> str:
        _ = translator(self.lang)
        if isinstance(error, NameError):
            return _("前面有格子还没有运行：请从上往下运行一遍")
        if isinstance(error, LabError):
            return str(error)
        return _("这里没能检查：答案里缺一项，或填的不是要求的样子")

    def title(self) -> str:
        """Return the headline of the card."""
        _ = translator(self.lang)
        verdict = self.verdict or self._decide()
        return {
            "unanswered": "○ " + self._unanswered(),
            "failed": "✗ " + _("{right} 处对了，{wrong} 处要再看看"),
            "unclear": "○ " + _("没能检查完"),
            "passed": "✓ " + _("检查通过"),
            "star": "✓ " + _("检查通过，没有用提示：★"),
        }[verdict].format(right=len(self.passed), wrong=len(self.failed))

    def _unanswered(self) -> str:
        _ = translator(self.lang)
        if self.form in crm_answers.READ:  # what is done in the CRM is read by the cell above
            return _("这一题还没有作答：在 CRM 里做完按“保存”，在表里填好按“保存答案”，再运行上一格和这一格")
        return _("这一题还没有作答：填好上面的表，按“保存答案”，再运行这一格")

    def lines(self) -> list[str]:
        """Return the sentences of what does not hold, in order, or the praise of the lab's author."""
        if (self.verdict or self._decide()) == "unanswered":
            return []
        told = [self._sentence(name) for name in dict.fromkeys(self.failed)]
        if self.trouble:
            told.append(self.trouble)
        praise = self.words.checks.get(self.form, {}).get(DONE)
        return told or ([praise] if praise and self.verdict in ("star", "passed") else [])

    def _sentence(self, name: str) -> str:
        try:
            return self.words.check_sentence(self.form, name)
        except LabError as error:
            return str(error)

    def html(self) -> str:
        """Return the card."""
        moods: dict[str, cards.Mood] = {"star": "good", "passed": "good", "failed": "bad"}
        mood = moods.get(self.verdict or self._decide(), "open")
        return cards.card(self.title(), cards.bullets(self.lines()), mood=mood)

    def text(self) -> str:
        """Return the card as plain text."""
        return "\n".join([self.title(), *(f"- {line}" for line in self.lines())])
