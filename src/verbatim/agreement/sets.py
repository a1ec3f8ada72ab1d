"""Agreement of coders who give several codes at once: distances between sets, and alpha with them."""

from collections.abc import Sequence
from dataclasses import replace
from itertools import combinations
from typing import Literal

import numpy as np

from verbatim.agreement.coefficients import (
    MISSING,
    SAME,
    Coefficient,
    Ratings,
    Values,
    Weights,
    blocks,
    draws,
    lack,
    lack_of_units,
    ratio,
    sharing,
    told,
)

Distance = Literal["masi", "jaccard"]
Ids = frozenset[str]

SUBSET, CROSSING = 2 / 3, 1 / 3
"""How far MASI takes sets for the same of which one holds the other, and those that only cross."""


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
    columns = {id: number for number, id in enumerate(sorted(set().union(*sets)))}
    marks = np.zeros((len(sets), len(columns)))
    for row, ids in enumerate(sets):
        marks[row, [columns[id] for id in ids]] = 1
    common, sizes = marks @ marks.T, marks.sum(axis=1)
    union = sizes[:, None] + sizes - common
    alike = np.divide(common, union, out=np.ones_like(union), where=union > 0)
    if kind == "masi":
        held = common == np.minimum.outer(sizes, sizes)
        alike *= np.where(common == union, 1, np.where(held, SUBSET, CROSSING))
    return np.asarray(1 - alike)


def alpha_of_sets(ratings: Ratings, kind: Distance = "masi") -> Coefficient:
    """Return Krippendorff's alpha of ratings whose values are sets of ids.

    1 − Dₒ/Dₑ, with the distance of two sets in place of same or different: the mean of Dₒ runs over the pairs inside
    units, that of Dₑ over all pairs of values.
    """
    shared = sharing(ratings)
    if why := lack(ratings) or lack_of_units(ratings):
        return replace(shared, reason=why)
    apart = distances([_ids(value) for value in ratings.values], kind)
    inside = _inside(ratings, apart)
    once = np.ones((1, len(inside)), dtype=np.uint8)
    value = _alpha(ratings, apart, inside, once)[0]
    samples = np.concatenate([_alpha(ratings, apart, inside, block) for block in blocks(draws(len(inside)))])
    return told(float(value), samples, shared, SAME)


def _share(first: Ids, second: Ids) -> float:
    either = len(first | second)
    return len(first & second) / either if either else 1.0


def _ids(value: object) -> Ids:
    return value if isinstance(value, frozenset) else frozenset({str(value)})


def _inside(ratings: Ratings, apart: Values) -> Values:
    """Return the distances between the coders of each unit as alpha weighs them, (n,)."""
    total = np.zeros(len(ratings.given))
    for a, b in combinations(range(ratings.given.shape[1]), 2):
        both = (ratings.given[:, [a, b]] != MISSING).all(axis=1)
        total += np.where(both, 2 * apart[ratings.given[:, a], ratings.given[:, b]], 0)
    return np.asarray(total / np.maximum(1, ratings.said - 1))


def _alpha(ratings: Ratings, apart: Values, inside: Values, weights: Weights) -> Values:
    """Return alpha (r,) of units that count as often as the weights (r, n) say."""
    units, coders = np.nonzero((ratings.given != MISSING) & (ratings.said > 1)[:, None])
    values = ratings.given[units, coders]
    count = len(ratings.values)
    counts = np.stack([np.bincount(values, weights=row[units], minlength=count) for row in weights])
    n = counts.sum(axis=1)
    observed = weights.astype(np.float64) @ inside
    expected = ratio(((counts @ apart) * counts).sum(axis=1), n - 1)
    return 1 - ratio(observed, expected)
