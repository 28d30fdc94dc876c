"""Lines with their acts, as people write them: the training files beside this module, and sets kept for tests.

A training file has a heading `[act]` or `[act+act]` above the lines that hold just these acts; under `[mixed]` a line
says its acts part by part (`greet: 您好，| ask_open: 怎么了`). A test file says the acts in front (`greet,hold | 您好，请稍等`).
"""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from crmlab.errors import LabError
from crmlab.roleplay.tagging.acts import names

FOLDER = Path(__file__).parent / "lines"
GLUE = {"zh": "", "en": " "}


@dataclass(frozen=True)
class Line:
    """An utterance and what it does; `parts` are its pieces where they do different things."""

    text: str
    acts: frozenset[str]
    source: str
    parts: tuple[tuple[str, frozenset[str]], ...] = ()


def training(lang: str) -> list[Line]:
    """Return the lines we train on, file by file; raise LabError where a file breaks its form."""
    return [line for file in sorted(FOLDER.glob(f"{lang}-*.txt")) for line in read_training(file)]


def read_training(file: Path) -> Iterator[Line]:
    """Yield the lines of one training file, `source` being its stem."""
    heading = ""
    glue = GLUE.get(file.stem[:2], " ")
    for number, raw in enumerate(file.read_text(encoding="utf-8").splitlines(), 1):
        text, where = raw.strip(), f"{file.name}:{number}"
        if not text or text.startswith("#"):
            continue
        if text.startswith("[") and text.endswith("]"):
            heading = text[1:-1]
        elif heading == "mixed":
            yield _mixed(text, glue, where, file.stem)
        else:
            yield Line(text, _known(heading.split("+"), where), file.stem)


def read_test(file: Path) -> list[Line]:
    """Return the lines of a test file; raise LabError where it breaks its form."""
    found = []
    for number, raw in enumerate(file.read_text(encoding="utf-8").splitlines(), 1):
        if raw.strip() and not raw.startswith("#"):
            acts, bar, text = raw.partition("|")
            where = f"{file.name}:{number}"
            if not bar:
                raise LabError(f"{where}：“{raw[:40]}”缺少竖线；请写成 动作,动作 | 句子")
            found.append(Line(text.strip(), _known(acts.split(","), where), file.stem))
    return found


def _mixed(text: str, glue: str, where: str, source: str) -> Line:
    parts = []
    for piece in text.split("|"):
        acts, colon, words = piece.partition(":")
        if not colon:
            raise LabError(f"{where}：“{piece.strip()[:40]}”没有写明动作；请写成 动作: 话 | 动作: 话")
        parts.append((words.strip(), _known(acts.split("+"), where)))
    whole = frozenset[str]().union(*(acts for _, acts in parts))
    return Line(glue.join(words for words, _ in parts), whole, source, tuple(parts))


def _known(words: list[str], where: str) -> frozenset[str]:
    acts = frozenset(word.strip() for word in words)
    strange = sorted(acts - set(names()))
    if strange:
        raise LabError(f"{where}：没有名为“{strange[0]}”的动作；可用的名字见 acts.toml：{'、'.join(names())}")
    return acts
