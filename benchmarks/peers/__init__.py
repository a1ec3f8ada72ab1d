"""Other ways to code text, each behind the same three methods, in its own module and its own process.

Their packages are pinned in benchmarks/requirements.txt; none is needed by verbatim itself.
"""

from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from typing import Protocol

import numpy as np
from numpy.typing import NDArray


class Peer(Protocol):
    """Learns labels from texts, and says of new texts how well each label fits."""

    def learn(self, texts: list[str], marks: NDArray[np.bool_]) -> None:
        """Learn from texts and the labels (n, k) that each of them has."""

    def scores(self, texts: list[str]) -> NDArray[np.float32]:
        """Return how well each label fits each text, (n, k) from 0 to 1."""

    def save(self, folder: Path) -> None:
        """Write what was learnt into a folder."""

    def load(self, folder: Path) -> None:
        """Read what another process has learnt."""


@dataclass(frozen=True, slots=True)
class Offer:
    """A peer as it is listed: its title, its class, what exactly was done.

    `again`: once the threshold is chosen, it learns from all texts, the held-out ones too. `most`: how many texts of a
    set it learns from, with their excerpts; all of them where it is None.
    """

    title: str
    place: str
    done: str
    again: bool
    most: int | None = None

    def peer(self) -> Peer:
        """Return a new peer that has learnt nothing yet; its libraries load now."""
        module, _, name = self.place.partition(":")
        made: Peer = getattr(import_module(module), name)()
        return made


PEERS = {
    "tfidf": Offer(
        "TF-IDF, linear SVM",
        "peers.tfidf:TfidfSvm",
        "scikit-learn: TF-IDF of words (1–2; each Chinese character a word) and of characters within words (1–5), "
        "sublinear, in two texts at least; one LinearSVC (C 0.5) a label, its decision through a sigmoid.",
        again=True,
    ),
    "fasttext": Offer(
        "fastText",
        "peers.fasttext_ova:FastText",
        "One-versus-all loss, words and pairs of words (each Chinese character a word), parts of words (3–4), 100 "
        "dimensions, learning rate 0.8, 40 epochs, one thread, so that it can be repeated.",
        again=True,
    ),
    "spacy": Offer(
        "spaCy textcat_multilabel",
        "peers.spacy_textcat:SpacyTextcat",
        "Blank pipeline `xx` (each Chinese character a word), the ensemble of a bag of n-grams (1–3, in 32,768 places) "
        "and a convolutional network of width 64 and depth 2; Adam, dropout 0.2, about 2,800 updates (4 to 20 epochs) "
        "of 16 texts, from 12,000 texts on of 64.",
        again=False,
    ),
    "setfit": Offer(
        "SetFit, MiniLM",
        "peers.setfit_minilm:SetFit",
        "setfit on all-MiniLM-L6-v2 (English), at most 4,000 texts of a set, drawn by label, with their excerpts: 150 "
        "steps of 16 pairs out of 1,500 of them, then one logistic regression a label on the vectors of all of them.",
        again=False,
        most=4_000,
    ),
    "bertopic": Offer(
        "BERTopic, MiniLM",
        "peers.bertopic_themes:Themes",
        "At most 4,000 texts of a set, drawn by label, with their excerpts. Themes without labels: all-MiniLM-L6-v2 "
        "(English), UMAP to 5 dimensions, HDBSCAN with at least 10 texts a theme, a text in no theme goes to the "
        "nearest. A theme stands for the labels of the taught texts in it: the share of each is its score, so that the "
        "label of the majority is always the best.",
        again=False,
        most=4_000,
    ),
}
