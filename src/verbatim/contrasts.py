"""Groups of answers beside all others: shares and means of each, against the rest, with accounts as clusters.

A group is measured against what is not in it, never against the whole that holds it. Shares have Wilson intervals at
their effective size, their differences Newcombe's; means of signs have the limits of a Net Promoter Score,
their differences Student's t with the linearised variance. A group's own
share is also drawn towards the whole (empirical Bayes), since extreme shares are mostly those of small groups. The
p-values of all groups and all measures looked at are adjusted together (Benjamini and Hochberg).
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from math import isnan, sqrt

import numpy as np
from numpy.typing import NDArray

from verbatim.estimates import (
    Cells,
    Difference,
    Differences,
    Interval,
    Pairs,
    benjamini_hochberg,
    clustered_share,
    likeness,
    newcombe,
    nps_by_account,
    shrunk,
)
from verbatim.estimates.shares import t_quantile
from verbatim.facts import NOBODY, Facts, Flags

Floats = NDArray[np.float64]
Places = NDArray[np.intp]

LEAST, LEAST_CLUSTERS = 20, 5
"""Fewer answers, or answers of fewer accounts, in a group or beside it are not compared."""

FALSE_DISCOVERY = 0.05
"""The largest q-value of a difference that counts."""

NO_SPREAD = 1e-12
"""A variance below this is none."""


@dataclass(frozen=True, slots=True)
class Measure:
    """What is measured: a value an answer, and whether it is known; 0 or 1, or where `signed` −1, 0 or 1.

    With fewer than `least` answers on a side it is not compared.
    """

    values: Floats
    known: Flags
    signed: bool = False
    least: int = LEAST


@dataclass(frozen=True, slots=True)
class Contrast:
    """A measure of one group and of the rest; `q` is the adjusted p-value, None where nothing was compared.

    `value` and `rest` are shares, or means of signs; `low` and `high` the limits of `value`; `drawn` is the value drawn
    towards the whole. n counts answers, `accounts` the clusters that they are of.
    """

    n: int
    accounts: int
    value: float
    low: float
    high: float
    drawn: float
    rest: float
    rest_n: int
    rest_accounts: int
    difference: Difference | None
    p: float | None
    q: float | None = None


def clusters_of(facts: Facts) -> Places:
    """The cluster of each answer: its account, else its respondent."""
    alone = len(facts.accounts.names) + facts.respondent.astype(np.int64)
    places = np.unique(np.where(facts.account == NOBODY, alone, facts.account), return_inverse=True)[1]
    return places.astype(np.intp)


def contrasts(
    measures: Mapping[str, Measure], groups: NDArray[np.int32], count: int, clusters: Places
) -> list[dict[str, Contrast]]:
    """Of each group from 0 to `count` − 1 its contrasts, by measure; an answer of no group (NOBODY) is left out.

    What was looked at together is `adjusted` together afterwards.
    """
    found = {name: _of_measure(measure, groups, count, clusters) for name, measure in measures.items()}
    return [{name: rows[place] for name, rows in found.items()} for place in range(count)]


def stances_of(heard: Facts) -> Measure:
    """Promoters less critics, of answers with a stance."""
    known = heard.stance != NOBODY
    return Measure(np.where(known, heard.stance, 1).astype(np.float64) - 1, known, signed=True)


def direction(one: Contrast, apart: float) -> int:
    """Whether a group is above the rest, 1, or below it, −1, where that counts: by its q-value, and `apart` so far."""
    if one.q is None or one.q > FALSE_DISCOVERY or one.difference is None:
        return 0
    found = 1 if one.difference.value > 0 else -1
    return found if (one.drawn - one.rest) * found >= apart else 0


def adjusted(found: Sequence[Mapping[str, Contrast]]) -> list[dict[str, Contrast]]:
    """The same with q-values over all of them."""
    p = [np.nan if one.p is None else one.p for each in found for one in each.values()]
    q = iter(benjamini_hochberg(p).tolist())
    return [{name: _with(one, next(q)) for name, one in each.items()} for each in found]


def _with(one: Contrast, q: float) -> Contrast:
    return replace(one, q=None if isnan(q) else q)


@dataclass(frozen=True, slots=True)
class _Side:
    """Sums by cluster of a group, or of what is beside it; `plus` counts values of 1 where they are signs."""

    tops: Floats
    bases: Floats
    plus: Floats

    @property
    def n(self) -> int:
        return int(self.bases.sum())

    @property
    def clusters(self) -> int:
        return int((self.bases > 0).sum())

    @property
    def value(self) -> float:
        return float(self.tops.sum() / self.bases.sum()) if self.n else 0.0

    def enough(self, least: int) -> bool:
        return self.n >= least and self.clusters >= LEAST_CLUSTERS


def _of_measure(measure: Measure, groups: NDArray[np.int32], count: int, clusters: Places) -> list[Contrast]:
    kept = measure.known & (groups != NOBODY)
    values, of_group, of_cluster = measure.values[kept], groups[kept].astype(np.int64), clusters[kept]
    size = int(clusters.max(initial=-1)) + 1
    whole = _side(values, of_cluster, size)
    inside = [of_group == group for group in range(count)]
    sides = [_side(values[own], of_cluster[own], size) for own in inside]
    drawn = _drawn_signs(values, of_group, sides) if measure.signed else _drawn(sides)
    compare = _compared_means if measure.signed else _compared
    return [compare(side, _rest(whole, side), float(at), measure.least) for side, at in zip(sides, drawn, strict=True)]


def _side(values: Floats, of_cluster: Places, size: int) -> _Side:
    tops = np.bincount(of_cluster, values, size).astype(np.float64)
    bases, plus = (np.bincount(places, minlength=size) for places in (of_cluster, of_cluster[values > 0]))
    return _Side(tops, bases.astype(np.float64), plus.astype(np.float64))


def _rest(whole: _Side, side: _Side) -> _Side:
    return _Side(whole.tops - side.tops, whole.bases - side.bases, whole.plus - side.plus)


def _compared(side: _Side, rest: _Side, drawn: float, least: int) -> Contrast:
    own = _share(side)
    if not (side.enough(least) and rest.enough(least)):
        return _contrast(side, rest, (own.low, own.high), drawn, None, None)
    found, (_, p) = _tested(side, rest, (0.0, 1.0))
    difference = newcombe(own, _share(rest), float(found.correlation[0]))
    return _contrast(side, rest, (own.low, own.high), drawn, difference, p)


def _share(side: _Side) -> Interval:
    there = side.bases > 0
    return clustered_share(side.tops[there], side.bases[there])


def _compared_means(side: _Side, rest: _Side, drawn: float, least: int) -> Contrast:
    low, high = _limits(side)
    if not (side.enough(least) and rest.enough(least)):
        return _contrast(side, rest, (low, high), drawn, None, None)
    found, (half, p) = _tested(side, rest, (-1.0, 1.0))
    value = float(found.value[0])
    difference = Difference(value, max(-2.0, value - half), min(2.0, value + half))
    return _contrast(side, rest, (low, high), drawn, difference, p)


def _tested(side: _Side, rest: _Side, reach: tuple[float, float]) -> tuple[Differences, tuple[float, float]]:
    """The difference of two ratios, half its interval by Student's t, and its p-value."""
    pairs = Pairs.of(Cells.of_one(side.bases), Cells.of_one(rest.bases))
    found = pairs.differences(side.tops, rest.tops)
    value, variance, p = (float(one[0]) for one in (found.value, found.variance, found.p))
    if isnan(p) or (variance < NO_SPREAD and value):
        return found, _without_spread(side, rest, reach)
    return found, (t_quantile(float(found.df[0])) * sqrt(max(0.0, variance)), p)


def _without_spread(side: _Side, rest: _Side, reach: tuple[float, float]) -> tuple[float, float]:
    """Half the interval and the p-value where no account of either side differs from another, as with all against none.

    That tells no variance, so the widest stands that independent answers can have about their common mean, with
    Student's t by the accounts of the smaller side.
    """
    from scipy.special import stdtr  # noqa: PLC0415 - slow to import

    mean = (side.tops.sum() + rest.tops.sum()) / (side.n + rest.n)
    widest = float((mean - reach[0]) * (reach[1] - mean))
    error, df = sqrt(widest * (1 / side.n + 1 / rest.n)), min(side.clusters, rest.clusters) - 1
    apart = abs(side.value - rest.value)
    return t_quantile(df) * error, float(2 * stdtr(df, -apart / error)) if error else 1.0


def _limits(side: _Side) -> tuple[float, float]:
    """The limits of a mean of signs, as those of a Net Promoter Score whose answers cluster by account."""
    if side.clusters < 2:
        return -1.0, 1.0
    minus = side.plus - side.tops
    found = nps_by_account(np.stack([minus, side.bases - side.plus - minus, side.plus], axis=1))
    return (found.low / 100, found.high / 100) if found else (-1.0, 1.0)


def _contrast(
    side: _Side,
    rest: _Side,
    limits: tuple[float, float],
    drawn: float,
    difference: Difference | None,
    p: float | None,
) -> Contrast:
    told = None if p is None or isnan(p) else p
    low, high = map(float, limits)
    beside = (rest.value, rest.n, rest.clusters)
    return Contrast(side.n, side.clusters, side.value, low, high, drawn, *beside, difference, told)


def _drawn(sides: list[_Side]) -> Floats:
    """The shares drawn towards the whole, by effective counts."""
    sizes = np.array([_effective(side) for side in sides])
    shares = np.array([side.value for side in sides])
    if not sizes.any():
        return shares
    return np.where(sizes > 0, shrunk(shares * sizes, sizes).share, shares)


def _drawn_signs(values: Floats, of_group: NDArray[np.int64], sides: list[_Side]) -> Floats:
    """Means of signs drawn towards the whole: the share of plus less that of minus, each drawn by itself.

    The effective size is that of the mean.
    """
    sizes = np.array([side.n / _effect_of_mean(side) if side.n else 0.0 for side in sides])
    if not sizes.any():
        return np.zeros(len(sides))
    parts = []
    for sign in (1, -1):
        with np.errstate(invalid="ignore", divide="ignore"):
            yes = np.bincount(of_group[values == sign], minlength=len(sides))
            shares = np.nan_to_num(yes / np.bincount(of_group, minlength=len(sides)))
        parts.append(np.where(sizes > 0, shrunk(shares * sizes, sizes).share, 0.0))
    return parts[0] - parts[1]


def _effective(side: _Side) -> float:
    """As many independent answers as say as much as those of a group."""
    if not side.n:
        return 0.0
    there = side.bases > 0
    cells = Cells.of_one(side.bases[there])
    found = cells.ratios(side.tops[there])
    return side.n / float(found.effects(cells.kish(likeness(cells, side.tops[there])))[0])


def _effect_of_mean(side: _Side) -> float:
    """The design effect of a mean of signs, against the widest variance that such a mean can have; never below 1."""
    there = side.bases > 0
    found = Cells.of_one(side.bases[there]).ratios(side.tops[there])
    plain = max(1e-9, 1 - side.value**2) / side.n
    return max(1.0, float(found.variance[0]) / plain) if side.clusters > 1 else float(side.n)
