"""spaCy's textcat_multilabel: the ensemble of a bag of n-grams and a small convolutional network."""

from pathlib import Path

import numpy as np
import spacy
from numpy.typing import NDArray
from spacy.training import Example
from spacy.util import fix_random_seed, minibatch

from peers.characters import spaced

SEED = 20260
UPDATES = 2_800
EPOCHS = (4, 20)
"""Few passes over many texts, many over few: as many as make about 2,800 updates, but within these bounds."""

MANY, SMALL_BATCH, LARGE_BATCH = 12_000, 16, 64
"""From so many texts on batches are large."""

MODEL = {
    "@architectures": "spacy.TextCatEnsemble.v2",
    "tok2vec": {
        "@architectures": "spacy.Tok2Vec.v2",
        "embed": {
            "@architectures": "spacy.MultiHashEmbed.v2",
            "width": 64,
            "rows": [5000, 2000, 2000, 500],
            "attrs": ["NORM", "PREFIX", "SUFFIX", "SHAPE"],
            "include_static_vectors": False,
        },
        "encode": {
            "@architectures": "spacy.MaxoutWindowEncoder.v2",
            "width": 64,
            "window_size": 1,
            "maxout_pieces": 3,
            "depth": 2,
        },
    },
    "linear_model": {
        "@architectures": "spacy.TextCatBOW.v3",
        "exclusive_classes": False,
        "ngram_size": 3,
        "length": 32_768,  # Adam goes through all of it at every update: more would be most of the time
        "no_output_layer": False,
    },
}


class SpacyTextcat:
    """A blank pipeline for any language with one text categoriser."""

    def __init__(self) -> None:
        self._nlp = spacy.blank("xx")
        self._labels: list[str] = []

    def learn(self, texts: list[str], marks: NDArray[np.bool_]) -> None:
        """Learn from texts and their labels (n, k)."""
        fix_random_seed(SEED)
        self._labels = [str(column) for column in range(marks.shape[1])]
        categoriser = self._nlp.add_pipe("textcat_multilabel", config={"model": MODEL})
        for label in self._labels:
            categoriser.add_label(label)
        examples = [self._example(text, own) for text, own in zip(texts, marks, strict=True)]
        optimizer = self._nlp.initialize(lambda: examples[:200])
        shuffled = np.random.default_rng(SEED)
        epochs, size = schedule(len(examples))
        for _ in range(epochs):
            order = [examples[number] for number in shuffled.permutation(len(examples))]
            for batch in minibatch(order, size=size):
                self._nlp.update(batch, sgd=optimizer, drop=0.2)

    def scores(self, texts: list[str]) -> NDArray[np.float32]:
        """Return the probability of each label, (n, k)."""
        docs = self._nlp.pipe(map(spaced, texts), batch_size=256)
        return np.array([[doc.cats[label] for label in self._labels] for doc in docs], dtype=np.float32)

    def save(self, folder: Path) -> None:
        """Write the pipeline."""
        self._nlp.to_disk(folder / "pipeline")

    def load(self, folder: Path) -> None:
        """Read the pipeline."""
        self._nlp = spacy.load(folder / "pipeline")
        self._labels = list(self._nlp.get_pipe("textcat_multilabel").labels)

    def _example(self, text: str, marked: NDArray[np.bool_]) -> Example:
        cats = {label: float(mark) for label, mark in zip(self._labels, marked, strict=True)}
        return Example.from_dict(self._nlp.make_doc(spaced(text)), {"cats": cats})


def schedule(texts: int) -> tuple[int, int]:
    """Return how many passes are made over so many texts, and in batches of how many."""
    size = SMALL_BATCH if texts < MANY else LARGE_BATCH
    fewest, most = EPOCHS
    return min(most, max(fewest, round(UPDATES * size / texts))), size
