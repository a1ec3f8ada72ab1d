"""Agreement of coders who give several codes at once: distances between sets, and alpha with them."""

from collections.abc import Sequence
from dataclasses import replace
from itertools import combinations
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from verbatim.agreement.coefficients import (
    MISSING,
    SAME,
    Coefficient,
    Ratings,
    Values,
    Weights,
    draws,
    lack,
    lack_of_units,
    ratio,
    sharing,
    told,
    weighted,
)

Distance = Literal["masi", "jaccard"]
Ids = frozenset[str]

SUBSET, CROSSING = 2 / 3, 1 / 3
"""How far MASI takes sets for the same of which one holds the other, and those that only cross."""


BLOCK = 512
"""Sets that are compared with all others at a time, so that memory grows with their number and not with its square."""


def masi_distance(first: Ids, second: Ids) -> float:
    """Return 1 − J·M of two sets: J is the share that both have, M is 1 for the same, ⅔ if one holds the other, else ⅓.

    R. Passonneau (2006), Measuring Agreement on Set-valued Items (MASI) for Semantic and Pragmatic Annotation, LREC,
    831–836. Two empty sets are the same; an empty one has nothing in common with any other.
    """
    common = len(first & second)
    held = SUBSET if common == min(len(first), len(second)) else CROSSING
    return 1 - _share(first, second) * (1 if first == second else held)


def jaccard_distance(first: Ids, second: Ids) -> float:
    """Return one minus the share of the elements of two sets that both have; 0 for two empty ones."""
    return 1 - _share(first, second)


def distances(sets: Sequence[Ids], kind: Distance) -> Values:
    """Return the distance of each set to each, (q, q)."""
    marks = _marks(sets)
    sizes = marks.sum(axis=1)
    return _apart(marks @ marks.T, sizes[:, None], sizes, kind)


def alpha_of_sets(ratings: Ratings, kind: Distance = "masi") -> Coefficient:
    """Return Krippendorff's alpha of ratings whose values are sets of ids.

    1 − Dₒ/Dₑ, with the distance of two sets in place of same or different: the mean of Dₒ runs over the pairs inside
    units, that of Dₑ over all pairs of values.
    """
    shared = sharing(ratings)
    if why := lack(ratings) or lack_of_units(ratings):
        return replace(shared, reason=why)
    marks = _marks([_ids(value) for value in ratings.values])
    inside = _inside(ratings, marks, kind)
    once, drawn = np.ones((1, len(inside)), dtype=np.uint8), draws(len(inside))
    counts, value_counts = _counts(ratings, drawn), _counts(ratings, once)
    (value,) = _alpha(value_counts, inside.sum(keepdims=True), _between(value_counts.astype(np.float64), marks, kind))
    observed = weighted(inside[:, None], drawn)[:, 0]
    return told(float(value), _alpha(counts, observed, _between(counts, marks, kind)), shared, SAME)


def _share(first: Ids, second: Ids) -> float:
    either = len(first | second)
    return len(first & second) / either if either else 1.0


def _ids(value: object) -> Ids:
    return value if isinstance(value, frozenset) else frozenset({str(value)})


def _marks(sets: Sequence[Ids]) -> Values:
    """Return which ids each set has, (q, ids)."""
    columns = {id: number for number, id in enumerate(sorted(set().union(*sets)))}
    marks = np.zeros((len(sets), len(columns)))
    for row, ids in enumerate(sets):
        marks[row, [columns[id] for id in ids]] = 1
    return marks


def _apart(common: Values, first: Values, second: Values, kind: Distance) -> Values:
    """Return distances from how many ids two sets have in common, and how many each has."""
    union = first + second - common
    alike = np.divide(common, union, out=np.ones_like(union), where=union > 0)
    if kind == "masi":
        held = common == np.minimum(first, second)
        alike *= np.where(common == union, 1, np.where(held, SUBSET, CROSSING))
    return np.asarray(1 - alike)


def _inside(ratings: Ratings, marks: Values, kind: Distance) -> Values:
    """Return the distances between the coders of each unit as alpha weighs them, (n,)."""
    total, sizes = np.zeros(len(ratings.given)), marks.sum(axis=1)
    for a, b in combinations(range(ratings.given.shape[1]), 2):
        both = np.flatnonzero((ratings.given[:, [a, b]] != MISSING).all(axis=1))
        first, second = ratings.given[both, a], ratings.given[both, b]
        common = np.einsum("ni,ni->n", marks[first], marks[second])
        total[both] += 2 * _apart(common, sizes[first], sizes[second], kind)
    return np.asarray(total / np.maximum(1, ratings.said - 1))


def _counts(ratings: Ratings, weights: Weights) -> NDArray[np.float32]:
    """Return how often each value stands in units with a pair, (r, q), where units count as the weights (r, n) say."""
    units, coders = np.nonzero((ratings.given != MISSING) & (ratings.said > 1)[:, None])
    values, count = ratings.given[units, coders], len(ratings.values)
    found = np.zeros((len(weights), count), dtype=np.float32)
    for number, row in enumerate(weights):
        found[number] = np.bincount(values, weights=row[units], minlength=count)
    return found


def _between(counts: NDArray[np.floating], marks: Values, kind: Distance) -> Values:
    """Return the sum of distances over all ordered pairs of values, (r,), for how often each stands there, (r, q)."""
    sizes, total = marks.sum(axis=1), np.zeros(len(counts))
    for start in range(0, len(marks), BLOCK):
        part = slice(start, start + BLOCK)
        apart = _apart(marks @ marks[part].T, sizes[:, None], sizes[part], kind).astype(counts.dtype)
        total += ((counts @ apart) * counts[:, part]).sum(axis=1)
    return total


def _alpha(counts: NDArray[np.floating], inside: Values, between: Values) -> Values:
    """Return alpha (r,) of the sums of distances inside units and between all values."""
    return 1 - ratio(inside, ratio(between, counts.sum(axis=1, dtype=np.float64) - 1))
