"""The Net Promoter Score with its interval: over respondents, over accounts, weighted by revenue."""

from math import sqrt

import numpy as np
from numpy.typing import ArrayLike

from verbatim.domain import NpsInterval
from verbatim.errors import InternalError
from verbatim.estimates.clusters import Cells, Ratios
from verbatim.estimates.shares import (
    CONFIDENCE,
    SIMPLE,
    Design,
    Floats,
    effective,
    effective_sizes,
    quantile,
    t_quantile,
    t_quantiles,
)

EXTREME, MIDDLE = 0.75, 1.5  # Rocks (2016): three pseudo-answers, ¾ to each end and 1½ to the middle


def nps(
    promoters: float, passives: float, critics: float, confidence: float = CONFIDENCE, design: Design = SIMPLE
) -> NpsInterval | None:
    """The score 100·(p₊ − p₋) of three counts with its adjusted-Wald interval; None without a single score.

    The value is the plain one. The limits are those of the difference of two shares of one multinomial,
    v ± z·√((p₊ + p₋ − v²)/m) with v = p₊ − p₋, after adding ¾ promoter, 1½ passives and ¾ critic, cut at ±100:
    the method that held its coverage best in B. Rocks (2016), Interval Estimation for the Net Promoter Score,
    The American Statistician 70, 365–372. The plain variance formula is L. A. Goodman (1965), Technometrics 7, 247–254.
    The counts are first brought to the effective size m where answers are not independent.
    """
    if min(promoters, passives, critics) < 0:
        raise InternalError(f"counts {promoters}, {passives}, {critics}: expected none below 0")
    n = promoters + passives + critics
    if n == 0:
        return None
    value, size = 100 * (promoters - critics) / n, effective(n, design, confidence)
    if np.isinf(size):
        return NpsInterval(value, value, value, round(n))
    part = size / n
    total = size + 2 * EXTREME + MIDDLE
    up, down = (promoters * part + EXTREME) / total, (critics * part + EXTREME) / total
    half = quantile(confidence) * sqrt(max(0.0, up + down - (up - down) ** 2) / total)
    low, high = max(-1.0, up - down - half), min(1.0, up - down + half)
    return NpsInterval(value, min(100 * low, value), max(100 * high, value), round(n))


def nps_by_account(counts: ArrayLike, left: float = 1.0, confidence: float = CONFIDENCE) -> NpsInterval | None:
    """The score over all respondents when those of an account answer alike; None without a single score.

    `counts` (accounts, 3): critics, passives, promoters of each. As `nps`, with the design effect of the linearised
    variance by accounts.
    """
    rows = np.asarray(counts, dtype=np.float64).reshape(-1, 3)
    sizes, scores = rows.sum(axis=1), rows[:, 2] - rows[:, 0]
    whole = rows.sum(axis=0)
    found = Cells.of_one(sizes).ratios(scores)
    n, value = float(sizes.sum()), float(found.value[0])
    plain = (whole[0] + whole[2]) / n - value * value if n else 0.0
    effect = max(1.0, float(found.variance[0]) * n / plain) if plain > 0 else 1.0
    design = Design(effect, float(found.df[0]), left)
    return nps(float(whole[2]), float(whole[1]), float(whole[0]), confidence, design)


def nps_of_accounts(
    counts: ArrayLike, weights: Floats | None = None, left: float = 1.0, confidence: float = CONFIDENCE
) -> NpsInterval | None:
    """The mean of the accounts' own scores, each account once or by its weight, such as revenue; n counts accounts.

    Σw·s / Σw with the linearised variance of that ratio and Student's t; None without an account that has both a score
    and a weight. Accounts without a known weight (NaN, or none above 0) are left out.
    """
    rows = np.asarray(counts, dtype=np.float64).reshape(-1, 3)
    sizes = rows.sum(axis=1)
    given = np.ones(len(rows)) if weights is None else np.nan_to_num(np.asarray(weights, dtype=np.float64), nan=0.0)
    kept = (sizes > 0) & (given > 0)
    if not kept.any():
        return None
    scores = (rows[kept, 2] - rows[kept, 0]) / sizes[kept]
    found = Cells.of_one(given[kept]).ratios(given[kept] * scores)
    value, count = 100 * float(found.value[0]), int(kept.sum())
    if count < 2:
        return NpsInterval(value, -100.0, 100.0, count)
    half = 100 * t_quantile(float(found.df[0]), confidence) * sqrt(max(0.0, float(found.variance[0]) * left))
    return NpsInterval(value, max(-100.0, value - half), min(100.0, value + half), count)


def nps_of_groups(
    cells: Cells, ups: Floats, downs: Floats, left: ArrayLike = 1.0, confidence: float = CONFIDENCE
) -> tuple[Ratios, Floats, Floats]:
    """The scores of many groups by accounts as clusters: ratios from −1 to 1, and their limits as `nps` makes them.

    `ups` and `downs` (cells,) count promoters and critics.
    """
    found = cells.ratios(ups - downs)
    with np.errstate(all="ignore"):
        up, down = cells.sums(ups) / found.base, cells.sums(downs) / found.base
        plain = (up + down - found.value**2) / found.base
        effects = np.maximum(1.0, np.where((plain > 0) & (found.clusters > 1), found.variance / plain, cells.kish(1.0)))
        sizes = effective_sizes(found.base, effects, found.df, np.asarray(left), confidence)
        total = sizes + 2 * EXTREME + MIDDLE
        up, down = (np.where(np.isinf(sizes), one, (one * sizes + EXTREME) / total) for one in (up, down))
        half = quantile(confidence) * np.sqrt(np.maximum(0.0, up + down - (up - down) ** 2) / total)
    low, high = np.maximum(-1.0, up - down - half), np.minimum(1.0, up - down + half)
    return found, np.minimum(low, found.value), np.maximum(high, found.value)


def means_of_groups(
    cells: Cells, scores: Floats, weights: Floats, left: ArrayLike = 1.0, confidence: float = CONFIDENCE
) -> tuple[Ratios, Floats, Floats]:
    """The weighted means of the accounts' own scores in many groups, with the limits of Student's t.

    `scores` and `weights` (cells,); cells without a weight above 0 count for nothing.
    """
    given = np.where(np.nan_to_num(weights, nan=0.0) > 0, np.nan_to_num(weights, nan=0.0), 0.0)
    found = Cells(cells.cluster, cells.group, given, cells.count).ratios(given * scores)
    with np.errstate(invalid="ignore"):
        half = t_quantiles(found.df, confidence) * np.sqrt(found.variance * np.asarray(left))
    half = np.where(np.isnan(half), 2.0, half)
    return found, np.maximum(-1.0, found.value - half), np.minimum(1.0, found.value + half)
