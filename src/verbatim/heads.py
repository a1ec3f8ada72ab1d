"""Linear heads over features: one column of coefficients for each question that is put to a text."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array

from verbatim.features import Floats


@dataclass(frozen=True, slots=True)
class Features:
    """What is known of n texts: their n-grams, (n, v) sparse, and their vectors, (n, d) unit rows."""

    ngrams: csr_array
    vectors: Floats


@dataclass(frozen=True, slots=True)
class Heads:
    """Coefficients of h linear heads: over n-grams (v, h), over vectors (d, h), and intercepts (h,)."""

    names: tuple[str, ...]
    ngrams: Floats
    vectors: Floats
    bias: Floats

    def logits(self, features: Features) -> Floats:
        """Return what every head says of every text, (n, h) float32."""
        answers = np.asarray(features.ngrams @ self.ngrams, dtype=np.float32)
        answers += features.vectors @ self.vectors
        answers += self.bias
        return answers

    def columns(self, prefix: str) -> slice:
        """Return where the heads stand whose names begin with the prefix; they stand side by side."""
        found = [column for column, name in enumerate(self.names) if name.startswith(prefix)]
        return slice(found[0], found[-1] + 1) if found else slice(0, 0)


def sigmoid(logits: NDArray[np.floating]) -> Floats:
    """Return the logistic function of each entry."""
    return np.asarray(1 / (1 + np.exp(-np.clip(logits, -30, 30))), dtype=np.float32)


def softmax(logits: NDArray[np.floating]) -> Floats:
    """Return the rows as shares that sum to one."""
    raised = np.exp(logits - logits.max(axis=1, keepdims=True))
    return np.asarray(raised / raised.sum(axis=1, keepdims=True), dtype=np.float32)


def grouped_max(values: Floats, sizes: Sequence[int]) -> Floats:
    """Return the greatest value of each column within each run of rows; a run without rows gives zeros."""
    counts = np.asarray(sizes, dtype=np.int64)
    result = np.zeros((len(counts), values.shape[1]), dtype=np.float32)
    filled = counts > 0
    if filled.any():
        starts = (np.cumsum(counts) - counts)[filled]
        result[filled] = np.maximum.reduceat(values, starts, axis=0)
    return result
