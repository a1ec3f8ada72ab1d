"""What every encoder gives: unit vectors of texts, and vectors of the clauses of texts and of their wholes."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

Vectors = NDArray[np.float32]
Span = tuple[int, int]
"""Start and end of a clause, in code points of its text, the end excluded."""


@dataclass(frozen=True, slots=True)
class Read:
    """What an encoder makes of some texts: a row for each clause, in order, and a row for each whole text."""

    clauses: Vectors
    wholes: Vectors


class Encoder(Protocol):
    """Turns texts into vectors; what means the same lies close together, whatever its language.

    May be called from several threads at once.
    """

    @property
    def dimension(self) -> int:
        """The number of components of a vector."""

    @property
    def fingerprint(self) -> str:
        """What a model must have been trained with to be used with this encoder: package or path, and version."""

    def encode(self, texts: Sequence[str]) -> Vectors:
        """Return one row for each text, (n, dimension) float32."""

    def read(self, texts: Sequence[str], spans: Sequence[Sequence[Span]]) -> Read:
        """Return a row for each clause of each text and one for each text, all (·, dimension) float32."""


def read_apart(encoder: Encoder, texts: Sequence[str], spans: Sequence[Sequence[Span]]) -> Read:
    """Return what an encoder of single texts makes of clauses: each by itself, a whole as the mean of its clauses."""
    clauses = [text[start:end] for text, own in zip(texts, spans, strict=True) for start, end in own]
    vectors = encoder.encode(clauses)
    return Read(vectors, whole_vectors(vectors, [len(clause) for clause in clauses], [len(own) for own in spans]))


def whole_vectors(vectors: Vectors, lengths: Sequence[int], sizes: Sequence[int]) -> Vectors:
    """Return the vector of each whole, (n, d) unit rows: its clauses' mean, weighted by the root of their length."""
    owners = np.repeat(np.arange(len(sizes)), sizes)
    sums = np.zeros((len(sizes), vectors.shape[1]), dtype=np.float32)
    np.add.at(sums, owners, vectors * np.sqrt(np.asarray(lengths, dtype=np.float32))[:, None])
    return np.asarray(sums / np.maximum(np.linalg.norm(sums, axis=1, keepdims=True), 1e-9), dtype=np.float32)


def encodable(text: str) -> str:
    """Return the text without what UTF-8 cannot hold (lone surrogates), so that no tokenizer stumbles."""
    return text if text.isascii() else text.encode("utf-8", "replace").decode("utf-8")
