"""Word and character TF-IDF under linear support vector machines, with scikit-learn."""

import pickle
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from scipy.special import expit
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.multiclass import OneVsRestClassifier
from sklearn.pipeline import make_pipeline, make_union
from sklearn.svm import LinearSVC

from peers.characters import spaced

SEED = 20260


class TfidfSvm:
    """One LinearSVC a label on TF-IDF of words and of characters."""

    def __init__(self) -> None:
        words = TfidfVectorizer(
            preprocessor=_words, token_pattern=r"\S+", ngram_range=(1, 2), min_df=2, sublinear_tf=True
        )
        letters = TfidfVectorizer(analyzer="char_wb", ngram_range=(1, 5), min_df=2, sublinear_tf=True)
        machines = OneVsRestClassifier(LinearSVC(C=0.5, random_state=SEED))
        self._line = make_pipeline(make_union(words, letters), machines)

    def learn(self, texts: list[str], marks: NDArray[np.bool_]) -> None:
        """Learn from texts and their labels (n, k)."""
        self._line.fit(texts, marks.astype(np.int8))

    def scores(self, texts: list[str]) -> NDArray[np.float32]:
        """Return the decision for each label through a sigmoid, (n, k)."""
        return expit(self._line.decision_function(texts)).astype(np.float32)

    def save(self, folder: Path) -> None:
        """Write the whole line."""
        (folder / "line.pickle").write_bytes(pickle.dumps(self._line))

    def load(self, folder: Path) -> None:
        """Read the whole line, which this very run has written."""
        self._line = pickle.loads((folder / "line.pickle").read_bytes())


def _words(text: str) -> str:
    return spaced(text.lower())
