"""How far a coding may stand without a person: an estimate of its own F1, from signs that are seen while coding."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from verbatim.codes import Flags
from verbatim.features import Floats
from verbatim.heads import grouped_mean

SIGNS = 8
"""How many numbers `part_signs` gives for a part."""

SILENT = 0.3
"""A clause whose best id scores less than this says nothing that was understood."""


@dataclass(frozen=True, slots=True)
class Trust:
    """Coefficients over the signs (8,), intercept, and the least estimate that is left without review."""

    weights: Floats
    bias: float
    least: float

    def estimate(self, signs: Floats) -> Floats:
        """Return the expected F1 of each coding, (n,) from 0 to 1, for signs (n, 8)."""
        return np.asarray(np.clip(signs @ self.weights + self.bias, 0, 1), dtype=np.float32)


def part_signs(chosen: Flags, confidence: Floats, clauses: Floats, sizes: Sequence[int]) -> Floats:
    """Return the signs of each part, (parts, 8).

    `chosen` and `confidence` (parts, k), `clauses` the scores of every clause (clauses, k), `sizes` how many clauses
    each part has. The signs: least and mean confidence of the ids given; confidence of the nearest id not given; how
    many ids are given, and how many are expected by the confidences; the difference of both; the share of clauses
    that say nothing understood; the logarithm of the count of clauses.
    """
    count = chosen.sum(axis=1)
    least = np.where(chosen, confidence, 1.0).min(axis=1)
    mean = np.where(chosen, confidence, 0.0).sum(axis=1) / np.maximum(count, 1)
    missed = np.where(chosen, 0.0, confidence).max(axis=1)
    expected = confidence.sum(axis=1)
    silent = grouped_mean((clauses.max(axis=1) < SILENT).astype(np.float32)[:, None], sizes)[:, 0]
    signs = [least, mean, missed, count, expected, np.abs(expected - count), silent, np.log(np.maximum(sizes, 1))]
    return np.stack(signs, axis=1).astype(np.float32)


def joined(signs: Sequence[Floats]) -> Floats:
    """Return the signs of a verbatim of several parts, (8,): the least confidence of all, the mean of the others."""
    rows = np.stack(signs)
    return np.concatenate([rows[:, :1].min(axis=0), rows[:, 1:].mean(axis=0)]).astype(np.float32)
