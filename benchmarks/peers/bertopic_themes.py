"""BERTopic: themes found without labels; a text is given the labels that the texts of its theme have."""

import pickle
from pathlib import Path

import numpy as np
from bertopic import BERTopic
from hdbscan import HDBSCAN
from numpy.typing import NDArray
from sentence_transformers import SentenceTransformer
from sklearn.feature_extraction.text import CountVectorizer
from umap import UMAP

from peers.characters import spaced
from peers.minilm import FOLDER

SEED = 20260
BATCH = 64
NO_TOPIC = -1


class Themes:
    """BERTopic on MiniLM vectors with its usual parts: UMAP to five dimensions, HDBSCAN, ten texts a theme at least."""

    def __init__(self) -> None:
        self._encoder = SentenceTransformer(FOLDER, device="cpu")
        self._topics = BERTopic(
            umap_model=UMAP(n_neighbors=15, n_components=5, min_dist=0.0, metric="cosine", random_state=SEED),
            hdbscan_model=HDBSCAN(min_cluster_size=10, cluster_selection_method="eom", prediction_data=True),
            vectorizer_model=CountVectorizer(preprocessor=spaced, token_pattern=r"\S+"),
        )
        self._centres = np.zeros((0, 0), dtype=np.float32)
        self._shares = np.zeros((0, 0), dtype=np.float32)

    def learn(self, texts: list[str], marks: NDArray[np.bool_]) -> None:
        """Find the themes of the texts; the labels (n, k) are only counted in each of them."""
        vectors = self._vectors(texts)
        topics = np.asarray(self._topics.fit_transform(texts, vectors)[0])
        known = sorted(set(topics.tolist()) - {NO_TOPIC}) or [NO_TOPIC]
        self._centres = np.stack([vectors[topics == topic].mean(axis=0) for topic in known])
        settled = self._settled(topics, vectors)
        counted = [marks[settled == topic].mean(axis=0) for topic in range(len(known))]
        self._shares = np.stack(counted).astype(np.float32)

    def scores(self, texts: list[str]) -> NDArray[np.float32]:
        """Return the share of each label among the texts of the theme that a text falls into, (n, k)."""
        vectors = self._vectors(texts)
        topics = np.asarray(self._topics.transform(texts, vectors)[0])
        return self._shares[self._settled(topics, vectors)]

    def save(self, folder: Path) -> None:
        """Write the themes and their labels."""
        kept = (self._topics, self._centres, self._shares)
        (folder / "themes.pickle").write_bytes(pickle.dumps(kept))

    def load(self, folder: Path) -> None:
        """Read the themes and their labels, which this very run has written."""
        self._topics, self._centres, self._shares = pickle.loads((folder / "themes.pickle").read_bytes())

    def _settled(self, topics: NDArray[np.int64], vectors: NDArray[np.float32]) -> NDArray[np.int64]:
        """Return the topics with those texts that are in none put into the one with the nearest centre."""
        nearest = (vectors @ self._centres.T).argmax(axis=1)
        return np.where(topics == NO_TOPIC, nearest, topics)

    def _vectors(self, texts: list[str]) -> NDArray[np.float32]:
        return self._encoder.encode(texts, batch_size=BATCH, normalize_embeddings=True, show_progress_bar=False)
