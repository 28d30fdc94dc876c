"""The weights of one language: what training writes and the tagger reads, as plain arrays in one file."""

import io
import zipfile
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from crmlab.errors import MissingPart
from crmlab.roleplay.tagging.grams import grams
from crmlab.roleplay.tagging.text import windows

FOLDER = Path(__file__).parent / "weights"
WHOLE = 0.25  # share of the whole line in a score; the rest is its best window, so that an act is not drowned in a long line


@dataclass(frozen=True)
class Weights:
    """A linear model over n-grams with one column an act, and the calibration of its scores.

    `words`: the features in order; `idf`: their weight in hundredths; `steps` (features x acts) and `bias`: the
    model, `steps` in units of `unit` (one an act); `slope`, `shift`: score → log-odds; `data`: fingerprint of
    what it was trained on.
    """

    lang: str
    words: tuple[str, ...]
    idf: NDArray[np.int16]
    steps: NDArray[np.int8]
    unit: NDArray[np.float64]
    bias: NDArray[np.float64]
    slope: NDArray[np.float64]
    shift: NDArray[np.float64]
    data: str

    @cached_property
    def place(self) -> dict[str, int]:
        """Feature → its row."""
        return {word: row for row, word in enumerate(self.words)}

    def window_scores(self, window: str) -> NDArray[np.float64]:
        """Return the score of each act for one window of cleaned text."""
        rows, values = self.row(window)
        return (values @ self.steps[rows]) * self.unit + self.bias

    def row(self, window: str) -> tuple[NDArray[np.intp], NDArray[np.float64]]:
        """Return the known features of a window and their TF-IDF values, of length 1 together."""
        found = [
            (self.place[gram], times)
            for gram, times in grams(window, self.lang).items()
            if gram in self.place
        ]
        rows = np.array([row for row, _ in found], dtype=np.intp)
        values = (1 + np.log([times for _, times in found])) * self.idf[rows] / 100
        return rows, values / (np.sqrt(values @ values) or 1.0)

    def scores(self, cleaned: str) -> NDArray[np.float64]:
        """Return the score of each act for a cleaned line."""
        return combine(np.array([self.window_scores(window) for window in windows(cleaned)]))

    def chances(self, cleaned: str) -> NDArray[np.float64]:
        """Return the calibrated probability of each act for a cleaned line."""
        return chances(self.scores(cleaned), self.slope, self.shift)


def combine(of_windows: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return one score an act from the scores of the windows, of which the first is the whole line."""
    return WHOLE * of_windows[0] + (1 - WHOLE) * of_windows.max(axis=0)


def chances(
    scores: NDArray[np.float64], slope: NDArray[np.float64], shift: NDArray[np.float64]
) -> NDArray[np.float64]:
    """Return probabilities from scores (… x acts): Platt's sigmoid, given that a line does at least one thing.

    With acts taken as independent, P(act | some act) = p / (1 - product of (1 - p)).
    """
    alone = 1 / (1 + np.exp(-np.clip(slope * scores + shift, -30, 30)))
    some = 1 - np.prod(1 - alone, axis=-1, keepdims=True)
    return alone / np.maximum(some, 1e-9)


def save(weights: Weights, folder: Path = FOLDER) -> Path:
    """Write the weights beside their program, whole or not at all; return the file."""
    folder.mkdir(parents=True, exist_ok=True)
    file, fresh = folder / f"{weights.lang}.npz", folder / f"{weights.lang}.new"
    arrays = {name: value for name, value in vars(weights).items() if isinstance(value, np.ndarray)}
    texts = {"words": "\n".join(weights.words), "data": weights.data}
    arrays |= {name: np.frombuffer(text.encode(), dtype=np.uint8) for name, text in texts.items()}
    buffer = io.BytesIO()
    np.savez_compressed(buffer, allow_pickle=False, **arrays)
    fresh.write_bytes(buffer.getvalue())
    fresh.replace(file)
    return file


def load(lang: str, folder: Path = FOLDER) -> Weights:
    """Return the weights of a language; raise MissingPart with the cure when their file is absent or torn."""
    file = folder / f"{lang}.npz"
    try:
        with np.load(io.BytesIO(file.read_bytes()), allow_pickle=False) as kept:
            arrays = {name: kept[name] for name in kept.files}
            texts = {name: arrays.pop(name).tobytes().decode() for name in ("words", "data")}
            return Weights(lang, tuple(texts["words"].split("\n")), **arrays, data=texts["data"])
    except (OSError, ValueError, KeyError, TypeError, EOFError, zipfile.BadZipFile) as error:
        raise MissingPart(
            f"读不了识别话语用的文件 {file.name}（{type(error).__name__}）；请恢复仓库里的这个文件，"
            "或运行 python -m crmlab.roleplay.tagging.train 重新生成"
        ) from error
