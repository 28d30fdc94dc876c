"""The tagger against a naive keyword recogniser, on the same held-back lines in one run.

`crmlab bench tagger` prints macro-F1 with an interval, how often the first three acts hold all, precision and
recall of violations, ms a line and memory; `--repeat` sets how often the lines are read for the clock.
"""

import argparse
import sys
import time
import tracemalloc
from collections.abc import Callable
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from crmlab.roleplay.tagging import acts
from crmlab.roleplay.tagging.lines import Line, read_test
from crmlab.roleplay.tagging.tagger import LinearTagger, Tagged, ranked

LINES = Path(__file__).parents[1] / "tests/data/roleplay"
KEYWORDS = Path(__file__).with_name("tagger_keywords.txt")
Chances = NDArray[np.float64]
SURE = 0.6  # from here on a violation costs marks


class Keywords:
    """An act is there when one of its words is: what one writes in an hour."""

    name = "keywords"

    def __init__(self) -> None:
        rows = [row.partition(":") for row in KEYWORDS.read_text(encoding="utf-8").splitlines() if row]
        self.words = {act: words.strip().lower().split("|") for act, _, words in rows if act[0] != "#"}

    def tag(self, text: str, lang: str) -> Tagged:
        """Return 1 for the acts of which a word is found, else 0."""
        low = text.lower()
        return ranked({act: float(any(word in low for word in self.words[act])) for act in acts.names()})


def table(tagger: Keywords | LinearTagger, lines: list[Line], lang: str) -> Chances:
    """Return the probabilities, lines x acts."""
    return np.array([[dict(tagger.tag(line.text, lang))[act] for act in acts.names()] for line in lines])


def macro_f1(chances: Chances, truth: Chances) -> float:
    """Return the mean F1 of the acts at p >= 0.5; an act neither there nor said is left out."""
    said = chances >= 0.5
    both, either = (said & (truth > 0)).sum(axis=0), said.sum(axis=0) + truth.sum(axis=0)
    return float(np.mean(2 * both[either > 0] / either[either > 0]))


def interval(
    measure: Callable[[Chances, Chances], float], chances: Chances, truth: Chances
) -> tuple[float, float]:
    """Return the 95 % interval of a measure by 400 bootstrap samples of the lines."""
    rng = np.random.default_rng(1)
    picks = [rng.integers(0, len(truth), len(truth)) for _ in range(400)]
    low, high = np.quantile([measure(chances[pick], truth[pick]) for pick in picks], [0.025, 0.975])
    return float(low), float(high)


def violations(chances: Chances, truth: Chances) -> tuple[float, float]:
    """Return precision and recall of "breaks a rule" where it would cost marks (p >= SURE)."""
    bad = [place for place, act in enumerate(acts.names()) if act in acts.violations()]
    said, true = chances[:, bad].max(axis=1) >= SURE, truth[:, bad].max(axis=1) > 0
    return float(true[said].mean()) if said.any() else 0.0, float(said[true].mean())


def main(words: list[str]) -> None:
    """Print the table."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--repeat", type=int, default=3)
    asked = options.parse_args(words)
    tracemalloc.start()
    LinearTagger().tag("您好", "zh"), LinearTagger().tag("hello", "en")
    held = tracemalloc.get_traced_memory()[0] / 2**20
    tracemalloc.stop()
    print(f"both languages loaded: {held:.0f} MB")
    print(
        f"{'lang':<6}{'recogniser':<12}{'macro-F1':>9}{'95 %':>12}{'top 3':>7}{'viol. P':>9}{'R':>6}{'ms a line':>11}"
    )
    for lang in ("zh", "en"):
        lines = read_test(LINES / f"unseen-{lang}.txt")
        truth = np.array([[float(act in line.acts) for act in acts.names()] for line in lines])
        for tagger in (Keywords(), LinearTagger()):
            chances = table(tagger, lines, lang)
            first = np.argsort(-chances, axis=1, kind="stable")[:, :3]
            top = np.mean([set(np.flatnonzero(t)) <= set(f) for t, f in zip(truth, first, strict=True)])
            start = time.process_time()
            for _ in range(asked.repeat):
                for line in lines:
                    tagger.tag(line.text, lang)
            took = (time.process_time() - start) * 1000 / asked.repeat / len(lines)
            low, high = interval(macro_f1, chances, truth)
            precision, recall = violations(chances, truth)
            kind = tagger.name.partition("@")[0]
            print(
                f"{lang:<6}{kind:<12}{macro_f1(chances, truth):>9.3f}{low:>7.2f}-{high:.2f}{top:>6.2f}"
                f"{precision:>9.2f}{recall:>6.2f}{took:>11.2f}"
            )


if __name__ == "__main__":
    main(sys.argv[1:])
