"""SERVQUAL: what customers expect of service against what they got, in five dimensions.

Source: A. Parasuraman, V. Zeithaml and L. Berry, "SERVQUAL: a multiple-item scale for measuring consumer perceptions
of service quality", Journal of Retailing 64 (1988): 22 items, expectation and perception each from 1 to 7.
"""

from collections.abc import Mapping
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import ArrayLike

from sim.checked import need, numbers, owners, refuse
from sim.value import estimates

if TYPE_CHECKING:
    import pandas as pd

DIMENSIONS = ("tangibles", "reliability", "responsiveness", "assurance", "empathy")
ITEMS = {"tangibles": 4, "reliability": 5, "responsiveness": 4, "assurance": 4, "empathy": 5}


def gaps(answers: "pd.DataFrame", *, confidence: float = 0.95, top: int = 7) -> "pd.DataFrame":
    """Return `dimension, expectation, perception, gap, low, high, alpha, respondents`, one row a dimension.

    `answers` has respondent_id, dimension, item, expectation and perception (1 to `top`), one row an answered item.
    gap = perception − expectation: each respondent's mean gap first, then the mean of respondents with Student's
    interval. alpha is Cronbach's of the perceptions over those who answered every item (NaN for one item or one person).
    """
    import pandas as pd

    names = ["respondent_id", "dimension", "item", "expectation", "perception"]
    need(answers, names, "answers")
    made = answers[names].copy()
    owners(made, "respondent_id", "answers")
    for name in ("expectation", "perception"):
        made[name] = numbers(made[name], name, low=1, high=top)
    twice = made.duplicated(["respondent_id", "dimension", "item"]).to_numpy()
    if twice.any():
        refuse(
            "respondent_id",
            made["respondent_id"][twice].iloc[0],
            "answered one item twice",
            "keep one answer",
        )
    known = [name for name in DIMENSIONS if (made["dimension"] == name).any()]
    others = sorted(set(map(str, made["dimension"])) - set(DIMENSIONS))
    rows = []
    for name in [*known, *others]:
        part = made[made["dimension"] == name]
        own = part.groupby("respondent_id")[["expectation", "perception"]].mean()
        gap = own["perception"] - own["expectation"]
        told = estimates.mean(gap, confidence=confidence, scale=(1 - top, top - 1), name="gap")
        wide = part.pivot(index="respondent_id", columns="item", values="perception").dropna()
        rows.append(
            {
                "dimension": name,
                "expectation": float(own["expectation"].mean()),
                "perception": float(own["perception"].mean()),
                "gap": told.value,
                "low": told.low,
                "high": told.high,
                "alpha": cronbach_alpha(wide.to_numpy()),
                "respondents": told.n,
            }
        )
    return pd.DataFrame(rows)


def overall(table: "pd.DataFrame", importance: Mapping[str, float] | None = None) -> float:
    """Return the weighted mean gap over the dimensions of `gaps`; equal weights unless `importance` names them."""
    need(table, ["dimension", "gap"], "table")
    given = importance or dict.fromkeys(table["dimension"], 1.0)
    missing = [name for name in table["dimension"] if name not in given]
    if missing:
        refuse("importance", dict(given), f"has no weight for {missing[0]}", "give each dimension one")
    part = numbers([given[name] for name in table["dimension"]], "importance", low=0)
    if part.sum() <= 0:
        refuse("importance", 0, "at least one dimension must count", "give a weight above 0")
    return float(numbers(table["gap"], "gap") @ part / part.sum())


def cronbach_alpha(answers: ArrayLike) -> float:
    """Return the reliability of a scale, rows people and columns items; NaN when it cannot be told.

    alpha = k/(k − 1) · (1 − Σ item variances / variance of the sum). Source: L. Cronbach, Psychometrika 16 (1951).
    """
    given = np.asarray(answers, dtype=float)
    if given.ndim != 2 or given.shape[1] < 2 or given.shape[0] < 2:
        return float("nan")
    if not np.isfinite(given).all():
        refuse("answers", "NaN", "each answer must be a number", "leave out who did not answer every item")
    whole = given.sum(axis=1).var(ddof=1)
    items = given.shape[1]
    if whole <= 0:
        return float("nan")
    return float(items / (items - 1) * (1 - given.var(axis=0, ddof=1).sum() / whole))
