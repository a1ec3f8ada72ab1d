"""Counts become statements: a share with its interval, a Net Promoter Score with its interval."""

from math import sqrt
from statistics import NormalDist

from verbatim.domain import Interval, NpsInterval
from verbatim.errors import InternalError

__all__ = ["Interval", "NpsInterval", "nps", "wilson"]

EXTREME, MIDDLE = 0.75, 1.5  # Rocks (2016): three pseudo-answers, ¾ to each end and 1½ to the middle


def wilson(k: int, n: int, confidence: float = 0.95) -> Interval:
    """The share k/n with its Wilson score interval.

    (p + z²/2n ± z·√(p(1−p)/n + z²/4n²)) / (1 + z²/n), without continuity correction: E. B. Wilson (1927), JASA 22,
    209–212; method 3 of R. G. Newcombe (1998), Statistics in Medicine 17, 857–872. Nothing asked (n = 0) says nothing:
    the share is 0 and the interval runs from 0 to 1. Counts that cannot be raise InternalError.
    """
    if not 0 <= k <= n:
        raise InternalError(f"a share of {k} in {n}: expected 0 ≤ k ≤ n")
    if n == 0:
        return Interval(0.0, 0.0, 1.0, 0, 0)
    z, p = _quantile(confidence), k / n
    middle = (p + z * z / (2 * n)) / (1 + z * z / n)
    half = z * sqrt(p * (1 - p) / n + z * z / (4 * n * n)) / (1 + z * z / n)
    low, high = max(0.0, middle - half), min(1.0, middle + half)
    return Interval(p, 0.0 if k == 0 else low, 1.0 if k == n else high, k, n)


def nps(promoters: int, passives: int, critics: int, confidence: float = 0.95) -> NpsInterval | None:
    """The score 100·(p₊ − p₋) of three counts with its adjusted-Wald interval; None without a single score.

    The value is the plain one. The limits are those of the difference of two shares of one multinomial,
    v ± z·√((p₊ + p₋ − v²)/n) with v = p₊ − p₋, after adding ¾ promoter, 1½ passives and ¾ critic, cut at ±100:
    the method that held its coverage best in B. Rocks (2016), Interval Estimation for the Net Promoter Score,
    The American Statistician 70, 365–372. The plain variance formula is L. A. Goodman (1965), Technometrics 7, 247–254.
    """
    if min(promoters, passives, critics) < 0:
        raise InternalError(f"counts {promoters}, {passives}, {critics}: expected none below 0")
    n = promoters + passives + critics
    if n == 0:
        return None
    total = n + 2 * EXTREME + MIDDLE
    up, down = (promoters + EXTREME) / total, (critics + EXTREME) / total
    half = _quantile(confidence) * sqrt((up + down - (up - down) ** 2) / total)
    low, high = max(-1.0, up - down - half), min(1.0, up - down + half)
    return NpsInterval(100 * (promoters - critics) / n, 100 * low, 100 * high, n)


def _quantile(confidence: float) -> float:
    if not 0 < confidence < 1:
        raise InternalError(f"a confidence of {confidence}: expected a number between 0 and 1")
    return NormalDist().inv_cdf((1 + confidence) / 2)
