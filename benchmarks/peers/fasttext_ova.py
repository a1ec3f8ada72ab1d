"""fastText with one-versus-all loss, over words, pairs of words and parts of words."""

from pathlib import Path
from tempfile import TemporaryDirectory

import fasttext
import numpy as np
from numpy.typing import NDArray

from peers.characters import spaced

LABEL = "__label__"
SETTINGS = {
    "loss": "ova",
    "lr": 0.8,
    "epoch": 40,
    "dim": 100,
    "wordNgrams": 2,
    "minn": 3,
    "maxn": 4,
    "bucket": 200_000,
    "minCount": 2,
    "thread": 1,
    "seed": 20260,
    "verbose": 0,
}
"""One thread, since with several the same texts give another model each time."""


class FastText:
    """A supervised fastText model."""

    def __init__(self) -> None:
        self._model: fasttext.FastText._FastText
        self._labels = 0

    def learn(self, texts: list[str], marks: NDArray[np.bool_]) -> None:
        """Learn from texts and their labels (n, k)."""
        self._labels = marks.shape[1]
        with TemporaryDirectory() as folder:
            file = Path(folder) / "taught.txt"
            file.write_text("".join(map(_line, texts, marks)), encoding="utf-8")
            self._model = fasttext.train_supervised(str(file), **SETTINGS)

    def scores(self, texts: list[str]) -> NDArray[np.float32]:
        """Return the probability of each label, (n, k)."""
        found = np.zeros((len(texts), self._labels), dtype=np.float32)
        labels, chances = self._model.predict([_words(text) for text in texts], k=-1)
        for row, (names, own) in enumerate(zip(labels, chances, strict=True)):
            found[row, [int(name.removeprefix(LABEL)) for name in names]] = own
        return np.clip(found, 0, 1)

    def save(self, folder: Path) -> None:
        """Write the model."""
        self._model.save_model(str(folder / f"{self._labels}.bin"))

    def load(self, folder: Path) -> None:
        """Read the model."""
        (file,) = folder.glob("*.bin")
        self._labels, self._model = int(file.stem), fasttext.load_model(str(file))


def _line(text: str, marked: NDArray[np.bool_]) -> str:
    labels = " ".join(f"{LABEL}{column}" for column in np.flatnonzero(marked))
    return f"{labels} {_words(text)}\n" if labels else ""


def _words(text: str) -> str:
    return spaced(text.lower())
