"""Segments that belong together, found by density: vectors levelled and reduced, then HDBSCAN, then those nearby.

    fold      a text that was written several times is one point
    level     every language's own mean is taken out, so that languages do not lie apart
    reduce    principal components, then the leading eigenvectors of the graph of nearest neighbours
    cluster   HDBSCAN (R. Campello et al. 2013), as scikit-learn has it, on at most SAMPLE points: those whose texts
              hash lowest, so that nearly the same ones are drawn when more is said
    join      every other point goes to the theme of its nearest neighbours, if it lies as close as members do

What belongs nowhere stays nowhere. The same segments in the same order give the same themes: nothing is drawn by
chance, signs of components are fixed, and sums run on one thread.
"""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from threadpoolctl import threadpool_limits

from verbatim.text.script import fold

Floats = NDArray[np.float32]
Labels = NDArray[np.int64]

NOWHERE = -1
SAMPLE = 20_000
BLOCK = 2048


@dataclass(frozen=True, slots=True)
class Plan:
    """How themes are looked for; kept with every run.

    `least` different texts make a theme, more in many segments: `least` or the root of their number times `rooted`.
    """

    components: int = 64
    neighbours: int = 15
    dimensions: int = 24
    least: int = 6
    rooted: float = 0.08
    core: int = 5
    sample: int = SAMPLE
    joins: float = 0.75

    def least_of(self, points: int) -> int:
        """How many different texts make a theme among so many."""
        return max(self.least, round(self.rooted * points**0.5))


@dataclass(frozen=True, slots=True)
class Segments:
    """What is looked through: texts, their languages as `text.language` tells them, and vectors (n, d)."""

    texts: Sequence[str]
    languages: Sequence[str]
    vectors: Floats


@dataclass(frozen=True, slots=True)
class Themes:
    """The theme of each segment (n,), NOWHERE where it has none; the largest is 0. `centroids` (themes, d) unit rows.

    `nearness` (n,) is the cosine of a segment to the centroid of its theme, in the space of `centroids`.
    """

    labels: Labels
    nearness: Floats
    centroids: Floats
