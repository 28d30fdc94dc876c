"""What a survey says in one number, with its margin: NPS, CSAT, CES and the satisfaction index."""

from collections.abc import Mapping
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import ArrayLike

from sim.checked import need, number, numbers, refuse
from sim.value import estimates
from sim.value.estimates import Estimate

if TYPE_CHECKING:
    import pandas as pd


def nps(scores: ArrayLike, *, weights: ArrayLike | None = None, confidence: float = 0.95) -> Estimate:
    """Return the net promoter score, −100 to 100: % of 9-10 less % of 0-6, on answers from 0 to 10.

    Source: F. Reichheld, "The one number you need to grow", HBR 81 (2003). Interval: the two shares' Wilson limits joined
    by their correlation −√(pd/((1−p)(1−d))) (G. Zou and A. Donner, Statistics in Medicine 27, 2008).
    """
    given, weight = estimates.weighted(_whole(scores, 0, 10, "NPS answer"), weights, "NPS answer")
    n = float(weight.sum())
    p, d = float(weight @ (given >= 9) / n), float(weight @ (given <= 6) / n)
    (p_low, p_high), (d_low, d_high) = (estimates.wilson(part, n, confidence) for part in (p, d))
    free = (1 - p) * (1 - d)
    tie = -np.sqrt(min(1.0, p * d / free)) if free > 0 else -1.0  # all of one kind: take the worst
    down = (p - p_low) ** 2 + (d_high - d) ** 2 - 2 * tie * (p - p_low) * (d_high - d)
    up = (p_high - p) ** 2 + (d - d_low) ** 2 - 2 * tie * (p_high - p) * (d - d_low)
    low, high = max(-1.0, p - d - np.sqrt(down)), min(1.0, p - d + np.sqrt(up))
    return Estimate(100 * (p - d), 100 * float(low), 100 * float(high), len(given))


def csat(scores: ArrayLike, *, weights: ArrayLike | None = None, confidence: float = 0.95) -> Estimate:
    """Return the share of 4 and 5 among answers from 1 to 5, 0 to 1, with Wilson's interval."""
    return estimates.share(_whole(scores, 1, 5, "CSAT answer") >= 4, weights=weights, confidence=confidence)


def ces(scores: ArrayLike, *, weights: ArrayLike | None = None, confidence: float = 0.95) -> Estimate:
    """Return the mean of answers from 1 (very hard) to 7 (very easy): effort as CES 2.0 asks for it, high is good.

    Source: M. Dixon, K. Freeman and N. Toman, "Stop trying to delight your customers", HBR 88 (2010); scale of the
    second edition, "The effortless experience" (2013).
    """
    given = _whole(scores, 1, 7, "CES answer")
    return estimates.mean(given, weights=weights, confidence=confidence, scale=(1, 7), name="CES answer")


def satisfaction_index(
    answers: "pd.DataFrame",
    importance: Mapping[str, float],
    *,
    scale: tuple[float, float] = (1, 5),
    weights: ArrayLike | None = None,
    confidence: float = 0.95,
) -> Estimate:
    """Return the customer satisfaction index (CSI), 0 to 100: the mean of the attributes, weighted by importance.

    `answers` has one row a respondent and one column an attribute; an answer at the low end of `scale` counts 0, at the
    high end 100. `importance` names the attributes and what each weighs (any positive numbers).
    Source of the form: C. Fornell et al., "The American customer satisfaction index", Journal of Marketing 60 (1996).
    """
    if not importance:
        refuse("importance", "{}", "at least one attribute must count", "name attributes and their weights")
    need(answers, list(importance), "answers")
    low, high = number(scale[0], "scale"), number(scale[1], "scale")
    if not low < high:
        refuse("scale", scale, "must rise", "write (1, 5)")
    part = numbers(list(importance.values()), "importance", low=0)
    if part.sum() <= 0:
        refuse("importance", 0, "at least one attribute must count", "give a weight above 0")
    given = np.column_stack([numbers(answers[name], name, low=low, high=high) for name in importance])
    own = 100 * (given - low) / (high - low) @ (part / part.sum())
    return estimates.mean(own, weights=weights, confidence=confidence, scale=(0, 100), name="index")


def _whole(scores: ArrayLike, low: int, high: int, name: str) -> np.ndarray:
    return numbers(scores, name, low=low, high=high, whole=True)
