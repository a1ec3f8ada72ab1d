"""A share with its interval, the difference of two, and what a design and a finite population do to both."""

from dataclasses import dataclass
from functools import cache
from math import inf, isfinite, sqrt
from statistics import NormalDist
from typing import Any

import numpy as np
from numpy.typing import NDArray

from verbatim.domain import Interval
from verbatim.errors import InternalError

Floats = NDArray[np.float64]

CONFIDENCE = 0.95


@dataclass(frozen=True, slots=True)
class Design:
    """How far answers are from independent ones of an endless population.

    `effect` is the design effect, the variance over that of as many independent answers; `df` the degrees of freedom
    that the variance was estimated with; `left` the share of the population that is still unknown, see `finite`.
    """

    effect: float = 1.0
    df: float = inf
    left: float = 1.0


SIMPLE = Design()
"""Independent answers of an endless population."""


@dataclass(frozen=True, slots=True)
class Difference:
    """Later share minus earlier one, with its limits; all between −1 and 1."""

    value: float
    low: float
    high: float


def wilson(k: int, n: int, confidence: float = CONFIDENCE, design: Design = SIMPLE) -> Interval:
    """The share k/n with its Wilson score interval.

    (p + z²/2m ± z·√(p(1−p)/m + z²/4m²)) / (1 + z²/m), without continuity correction: E. B. Wilson (1927), JASA 22,
    209–212; method 3 of R. G. Newcombe (1998), Statistics in Medicine 17, 857–872. m is n where answers are
    independent, else the effective size of `effective`. Nothing asked (n = 0) says nothing: the share is 0 and the
    interval runs from 0 to 1. Counts that cannot be raise InternalError.
    """
    if not 0 <= k <= n:
        raise InternalError(f"a share of {k} in {n}: expected 0 ≤ k ≤ n")
    if n == 0:
        return Interval(0.0, 0.0, 1.0, 0, 0)
    z, p = quantile(confidence), k / n
    size = effective(n, design, confidence)
    part = z * z / size
    middle = (p + part / 2) / (1 + part)
    half = z * sqrt(p * (1 - p) / size + part / (4 * size)) / (1 + part)
    low, high = max(0.0, middle - half), min(1.0, middle + half)
    return Interval(p, 0.0 if k == 0 else min(low, p), 1.0 if k == n else max(high, p), k, n)


def limits(shares: Floats, sizes: Floats, confidence: float = CONFIDENCE) -> tuple[Floats, Floats]:
    """The Wilson limits of many shares by their effective sizes; from 0 to 1 where a size is 0."""
    z = quantile(confidence)
    with np.errstate(divide="ignore", invalid="ignore"):
        part = z * z / sizes
        middle = (shares + part / 2) / (1 + part)
        half = z * np.sqrt(shares * (1 - shares) / sizes + part / (4 * sizes)) / (1 + part)
        low = np.where(shares <= 0, 0.0, np.minimum(np.maximum(0.0, middle - half), shares))
        high = np.where(shares >= 1, 1.0, np.maximum(np.minimum(1.0, middle + half), shares))
    nothing = ~(sizes > 0)
    return np.where(nothing, 0.0, low), np.where(nothing, 1.0, high)


def effective(n: float, design: Design, confidence: float = CONFIDENCE) -> float:
    """As many independent answers of an endless population as say as much as these do.

    n / effect / left · (z / t)², t with the degrees of freedom of the design: E. L. Korn and B. I. Graubard (1998),
    Survey Methodology 24, 193–201. Endless where the whole population answered.
    """
    if design.left <= 0:
        return inf
    z = quantile(confidence)
    narrower = 1.0 if not isfinite(design.df) else (z / t_quantile(design.df, confidence)) ** 2
    return n / design.effect / design.left * narrower


def effective_sizes(n: Floats, effects: Floats, df: Floats, left: Any, confidence: float = CONFIDENCE) -> Floats:
    """The same as `effective` for many shares."""
    z = quantile(confidence)
    with np.errstate(divide="ignore", invalid="ignore"):
        sizes: Floats = n / effects / np.maximum(left, 0.0) * (z / t_quantiles(df, confidence)) ** 2
    return np.where(n > 0, sizes, 0.0)


def finite(answered: float, population: float | None) -> float:
    """The finite population correction (N − n)/(N − 1) of n who answered among N; 1 where nobody knows N.

    W. G. Cochran (1977), Sampling Techniques, section 2.6. Rosters lag behind, so more may answer than there are: then
    nothing is left to guess.
    """
    if population is None or answered <= 0:
        return 1.0
    if answered >= population:
        return 0.0
    return (population - answered) / (population - 1)


def newcombe(later: Interval, earlier: Interval, correlation: float = 0.0) -> Difference:
    """The difference of two shares, with limits made of the limits of both.

    d − √((p₁−l₁)² − 2r(p₁−l₁)(u₀−p₀) + (u₀−p₀)²) and likewise above: method 10 of R. G. Newcombe (1998), Statistics in
    Medicine 17, 873–890; with a correlation r of both shares, as where the same accounts answered twice, that of G. Y.
    Zou and A. Donner (2008), Statistics in Medicine 27, 1693–1702.
    """
    value = later.share - earlier.share
    down = _joined(later.share - later.low, earlier.high - earlier.share, correlation)
    up = _joined(later.high - later.share, earlier.share - earlier.low, correlation)
    return Difference(value, max(-1.0, value - down), min(1.0, value + up))


def _joined(one: float, other: float, correlation: float) -> float:
    return sqrt(max(0.0, one * one + other * other - 2 * correlation * one * other))


@cache
def quantile(confidence: float) -> float:
    """How many standard errors a two-sided interval of that confidence reaches. Raises InternalError for none."""
    if not 0 < confidence < 1:
        raise InternalError(f"a confidence of {confidence}: expected a number between 0 and 1")
    return NormalDist().inv_cdf((1 + confidence) / 2)


def t_quantile(df: float, confidence: float = CONFIDENCE) -> float:
    """The same by Student's t; that of 1 degree of freedom where there is less."""
    return float(t_quantiles(np.array(df), confidence))


def t_quantiles(df: Floats, confidence: float = CONFIDENCE) -> Floats:
    """The same for many."""
    from scipy.special import stdtrit  # noqa: PLC0415 - slow to import

    found: Floats = stdtrit(np.clip(df, 1.0, 1e9), (1 + confidence) / 2)
    return found


def difference_limits(
    later: tuple[Floats, Floats, Floats], earlier: tuple[Floats, Floats, Floats], correlation: Floats
) -> tuple[Floats, Floats]:
    """The limits of many differences as `newcombe` makes them, each side a value with its lower and upper limit.

    It is good for scores too: only the limits of both sides go in (MOVER, Zou and Donner 2008).
    """
    (one, low, high), (other, below, above) = later, earlier
    value = one - other
    down = _joined_all(one - low, above - other, correlation)
    up = _joined_all(high - one, other - below, correlation)
    return value - down, value + up


def _joined_all(one: Floats, other: Floats, correlation: Floats) -> Floats:
    found: Floats = np.sqrt(np.maximum(0.0, one * one + other * other - 2 * correlation * one * other))
    return found
