"""Linear heads over features: one column of coefficients for each question that is put to a text.

The questions, for k ids and c categories: is this id meant, is this category meant (k + c); if this id is meant, is it
blamed, named or praised (3k); is the writer a critic, passive or a promoter (3); which score do the words sound like
(1). N-grams answer the second question for all ids at once, vectors for each id apart.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array

from verbatim.features import Floats

SIDES = 3
STANCE_HEADS = 3


@dataclass(frozen=True, slots=True)
class Features:
    """What is known of n texts: their n-grams, (n, v) sparse, and their vectors, (n, d)."""

    ngrams: csr_array
    vectors: Floats


@dataclass(frozen=True, slots=True)
class Answers:
    """What heads say of n texts, as logits: `coded` (n, k + c), `sides` (n, k, 3), `stance` (n, 3); `score` (n,)."""

    coded: Floats
    sides: Floats
    stance: Floats
    score: Floats


@dataclass(frozen=True, slots=True)
class Heads:
    """Coefficients for `ids` ids and `categories` categories.

    Over n-grams (v, k + c + 3 + 3 + 1), over vectors and intercepts (d, k + c + 3k + 3 + 1) and (k + c + 3k + 3 + 1,).
    """

    ids: int
    categories: int
    ngrams: Floats
    vectors: Floats
    bias: Floats

    def answers(self, features: Features) -> Answers:
        """Return what every head says of every text."""
        own = np.asarray(features.vectors @ self.vectors + self.bias, dtype=np.float32)
        words = np.asarray(features.ngrams @ self.ngrams, dtype=np.float32)
        coded = self.ids + self.categories
        sides = own[:, coded : coded + SIDES * self.ids].reshape(-1, self.ids, SIDES)
        rest = own[:, coded + SIDES * self.ids :] + words[:, coded + SIDES :]
        return Answers(
            coded=own[:, :coded] + words[:, :coded],
            sides=sides + words[:, None, coded : coded + SIDES],
            stance=rest[:, :STANCE_HEADS],
            score=rest[:, STANCE_HEADS],
        )


def ngram_heads(ids: int, categories: int) -> int:
    """Return how many heads read n-grams."""
    return ids + categories + SIDES + STANCE_HEADS + 1


def vector_heads(ids: int, categories: int) -> int:
    """Return how many heads read vectors."""
    return ids + categories + SIDES * ids + STANCE_HEADS + 1


def sigmoid(logits: NDArray[np.floating]) -> Floats:
    """Return the logistic function of each entry."""
    return np.asarray(1 / (1 + np.exp(-np.clip(logits, -30, 30))), dtype=np.float32)


def softmax(logits: NDArray[np.floating]) -> Floats:
    """Return shares that sum to one along the last axis."""
    raised = np.exp(logits - logits.max(axis=-1, keepdims=True))
    return np.asarray(raised / raised.sum(axis=-1, keepdims=True), dtype=np.float32)


def grouped_max(values: Floats, sizes: Sequence[int]) -> Floats:
    """Return the greatest value of each column within each run of rows; a run without rows gives zeros."""
    counts = np.asarray(sizes, dtype=np.int64)
    result = np.zeros((len(counts), values.shape[1]), dtype=np.float32)
    filled = counts > 0
    if filled.any():
        starts = (np.cumsum(counts) - counts)[filled]
        result[filled] = np.maximum.reduceat(values, starts, axis=0)
    return result


def grouped_mean(values: Floats, sizes: Sequence[int]) -> Floats:
    """Return the mean of each column within each run of rows; a run without rows gives zeros."""
    counts = np.asarray(sizes, dtype=np.int64)
    result = np.zeros((len(counts), values.shape[1]), dtype=np.float32)
    filled = counts > 0
    if filled.any():
        starts = (np.cumsum(counts) - counts)[filled]
        result[filled] = np.add.reduceat(values, starts, axis=0) / counts[filled, None]
    return result
