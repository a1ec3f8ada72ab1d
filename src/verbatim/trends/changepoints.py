"""Where a level ends and another begins, in a series of shares or scores.

Optimal partitioning: of all ways to cut the series into levels the one with the least Σ n(y − ȳ)²/σ² + β·(cuts), found
exactly by dynamic programming: B. Jackson et al. (2005), IEEE Signal Processing Letters 12, 105–108. σ² is the variance
of one answer, its design effect included: the mean of n·Var(y) over the periods. A cut must pay β = the value that χ²
with one degree of freedom exceeds with probability 0.05/(periods − 1), so that a series without change is cut in about
one case of twenty at most (Bonferroni over the places). A level is two periods long at least.
"""

from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from verbatim.estimates.shares import Floats

SHORTEST = 2
"""So many periods make a level."""

LEVEL = 0.05


@dataclass(frozen=True, slots=True)
class Level:
    """A level, from the period at place `start` to before `end`."""

    start: int
    end: int


def change_points(values: Floats, sizes: Floats, variances: Floats, level: float = LEVEL) -> tuple[Level, ...]:
    """The levels of a series of ratios by their bases and variances; periods without a value are passed over."""
    kept = np.flatnonzero((sizes > 0) & np.isfinite(values))
    told = kept[np.isfinite(variances[kept]) & (variances[kept] > 0)]
    if len(kept) < 2 * SHORTEST or not len(told):
        return ()
    spread = float(np.sum(variances[told] * sizes[told] ** 2) / np.sum(sizes[told]))
    starts = _cuts(values[kept], sizes[kept] / spread, penalty(len(kept), level))
    bounds = [*(int(kept[place]) for place in starts), len(values)]
    bounds[0] = 0
    return tuple(Level(one, other) for one, other in pairwise(bounds))


def penalty(periods: int, level: float = LEVEL) -> float:
    """What a cut must pay in a series of so many periods."""
    from scipy.special import chdtri  # noqa: PLC0415 - slow to import

    return float(chdtri(1, level / max(1, periods - 1)))


def _cuts(values: Floats, weights: Floats, price: float) -> list[int]:
    """Return the places at which the levels of the cheapest partition begin, the first of them 0."""
    count = len(values)
    sums = [np.concatenate(([0.0], np.cumsum(weights * values**power))) for power in (0, 1, 2)]
    best, last = np.full(count + 1, np.inf), np.zeros(count + 1, int)
    best[0] = -price
    for end in range(SHORTEST, count + 1):
        begin = np.arange(end - SHORTEST + 1)
        weight, one, two = (total[end] - total[begin] for total in sums)
        costs = best[begin] + (two - one * one / np.maximum(weight, 1e-300)) + price
        place = int(costs.argmin())
        best[end], last[end] = costs[place], begin[place]
    found, end = [], count
    while end > 0:
        end = int(last[end])
        found.append(end)
    return found[::-1]
