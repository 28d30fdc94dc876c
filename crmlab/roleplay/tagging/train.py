"""Training of the default tagger: `python -m crmlab.roleplay.tagging.train` writes `weights/zh.npz` and `en.npz`.

One logistic regression an act on TF-IDF of n-grams (lines, and the parts of mixed lines), both classes weighted
towards balance; the calibration is fitted on scores of lines that were left out. Nothing is drawn at random.
"""

import hashlib
import math
import zlib
from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from crmlab.roleplay.tagging import acts, grams, lines, text, weights
from crmlab.roleplay.tagging.lines import Line
from crmlab.roleplay.tagging.weights import Weights

RARE = 2  # a feature counts when this many pieces of text hold it
LOSS = 10.0  # weight of the error against the size of the weights
BALANCE = 1.0  # 0: every line counts the same; 1: the lines with and without an act count the same together
FOLDS = 4
KIND = {"zh": 1.0, "en": 2.0}  # weight of a kind of words against a run; found on training files left out
STEPS = {"maxiter": 60, "maxfun": 120}  # stopping early: more steps gain nothing on lines left out

Floats = NDArray[np.float64]


def train(lang: str) -> Weights:
    """Return the weights of a language from its lines; takes some seconds a thousand lines."""
    known = lines.training(lang)
    model = fit(lang, known)
    slope, shift = calibrate(left_out_scores(lang, known), truth([line.acts for line in known]))
    return replace(model, slope=slope, shift=shift, data=fingerprint(lang))


def fingerprint(lang: str) -> str:
    """Return a short hash of all that decides the weights: the lines, the acts, and the programs that read them."""
    programs = [Path(module.__file__ or "") for module in (grams, text, weights)]
    files = [
        *sorted(lines.FOLDER.glob(f"{lang}-*.txt")),
        acts.FILE,
        text.TRADITIONAL,
        grams.KINDS / f"kinds-{lang}.txt",
        *programs,
        Path(__file__),
    ]
    # line ends differ between systems, the words do not
    whole = "\0".join(file.read_text(encoding="utf-8") for file in files)
    return hashlib.sha256(whole.encode()).hexdigest()[:16]


def truth(sets: Sequence[frozenset[str]]) -> Floats:
    """Return one row a line, one column an act: 1 where the line does it."""
    return np.array([[float(name in found) for name in acts.names()] for found in sets])


def fit(lang: str, known: Sequence[Line]) -> Weights:
    """Return an uncalibrated model of `known`."""
    pieces = [
        (text.clean(words), found) for line in known for words, found in ((line.text, line.acts), *line.parts)
    ]
    words, idf = vocabulary([words for words, _ in pieces], lang)
    places = len(acts.names())
    ones = np.ones(places)
    none = np.zeros((len(words), places), np.int8)
    blank = Weights(lang, words, idf, none, unit=ones, bias=ones, slope=ones, shift=ones, data="")
    exact = regress(table(blank, [words for words, _ in pieces]), truth([found for _, found in pieces]))
    unit = np.abs(exact[:-1]).max(axis=0) / 127
    steps = np.rint(exact[:-1] / unit).astype(np.int8)
    return replace(blank, steps=steps, unit=unit.round(6), bias=exact[-1].round(4))


def vocabulary(pieces: Sequence[str], lang: str) -> tuple[tuple[str, ...], NDArray[np.int16]]:
    """Return the features that are not too rare, in order, and their inverse document frequency in hundredths."""
    seen: Counter[str] = Counter()
    for piece in pieces:
        seen.update(set(grams.grams(piece, lang)))
    words = tuple(sorted(word for word, count in seen.items() if count >= RARE))
    stress = [KIND[lang] if word.startswith("@") and len(word) > 1 else 1.0 for word in words]
    idf = [
        more * (1 + math.log((1 + len(pieces)) / (1 + seen[word])))
        for word, more in zip(words, stress, strict=True)
    ]
    return words, np.rint(np.array(idf) * 100).astype(np.int16)


def table(model: Weights, pieces: Sequence[str]) -> Any:
    """Return the features of the pieces as a sparse matrix, one row each."""
    from scipy.sparse import csr_matrix

    rows = [model.row(piece) for piece in pieces]
    ends = np.cumsum([0, *(len(places) for places, _ in rows)])
    values, places = np.concatenate([v for _, v in rows]), np.concatenate([p for p, _ in rows])
    return csr_matrix((values, places, ends), shape=(len(pieces), len(model.words)))


def regress(features: Any, wanted: Floats) -> Floats:
    """Return the weights (features + bias) x acts of the regularised logistic regressions, all acts at once."""
    from scipy.optimize import minimize

    count, positive = len(wanted), wanted.sum(axis=0)
    share = np.where(wanted > 0, count / (2 * positive), count / (2 * (count - positive))) ** BALANCE * LOSS
    turned = features.T.tocsr()
    shape = (features.shape[1] + 1, wanted.shape[1])

    def loss(flat: Floats) -> tuple[float, Floats]:
        now = flat.reshape(shape)
        scores = features @ now[:-1] + now[-1]
        error = share * (1 / (1 + np.exp(-scores)) - wanted)
        value = (share * (np.logaddexp(0, scores) - wanted * scores)).sum() + 0.5 * (now[:-1] ** 2).sum()
        return value, np.vstack([turned @ error + now[:-1], error.sum(axis=0)]).ravel()

    best = minimize(loss, np.zeros(shape).ravel(), jac=True, method="L-BFGS-B", options=STEPS)
    return best.x.reshape(shape)


def left_out_scores(lang: str, known: Sequence[Line]) -> Floats:
    """Return the scores of each line by a model that has not seen it."""
    found = np.zeros((len(known), len(acts.names())))
    folds = np.array([zlib.crc32(text.clean(line.text).encode()) % FOLDS for line in known])
    for fold in range(FOLDS):
        model = fit(lang, [line for line, its in zip(known, folds, strict=True) if its != fold])
        for place in np.flatnonzero(folds == fold).tolist():
            found[place] = model.scores(text.clean(known[place].text))
    return found


def calibrate(scores: Floats, wanted: Floats) -> tuple[Floats, Floats]:
    """Return slope and shift of each act, by likelihood of what was left out; slopes are drawn to one another."""
    from scipy.optimize import minimize

    acts_count = wanted.shape[1]

    def loss(flat: Floats) -> float:
        slope, shift = flat[0] + flat[2 : 2 + acts_count], flat[1] + flat[2 + acts_count :]
        chance = np.clip(weights.chances(scores, slope, shift), 1e-6, 1 - 1e-6)
        value = -(wanted * np.log(chance) + (1 - wanted) * np.log(1 - chance)).sum()
        return float(value + 10 * (flat[2 : 2 + acts_count] ** 2).sum() + (flat[2 + acts_count :] ** 2).sum())

    best = minimize(loss, np.array([1.0, 0.0, *np.zeros(2 * acts_count)]), method="L-BFGS-B").x
    return (best[0] + best[2 : 2 + acts_count]).round(3), (best[1] + best[2 + acts_count :]).round(3)


def main() -> None:
    """Write the weights of both languages."""
    for lang in ("zh", "en"):
        weights.save(train(lang))


if __name__ == "__main__":
    main()
