"""Shares of small groups, drawn towards the whole: a beta-binomial prior fitted to all groups (empirical Bayes)."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from verbatim.errors import InternalError
from verbatim.estimates.shares import CONFIDENCE, Floats

MOST = 1e6
"""A prior worth so many answers leaves nothing of a group's own: groups that do not differ at all have it."""

LEAST = 0.5
"""No prior is worth less than half an answer."""


@dataclass(frozen=True, slots=True)
class Prior:
    """What is known of a group before it is asked: as much as `size` answers, `mean` of them yes."""

    mean: float
    size: float


@dataclass(frozen=True, slots=True)
class Shrunk:
    """The shares of groups after the whole was taken into account, with their limits; arrays of one entry a group.

    `kept` is how much of a group's own distance from the whole is left, n/(n + size of the prior).
    """

    share: Floats
    low: Floats
    high: Floats
    kept: Floats
    prior: Prior


def prior_of(k: ArrayLike, n: ArrayLike) -> Prior:
    """The beta prior under which the counts of all groups are likeliest: mean μ, size M, so Beta(μM, (1−μ)M).

    Maximum likelihood of the beta-binomial; counts need not be whole, as effective ones are not. B. Efron and C. Morris
    (1975), JASA 70, 311–319; J. C. Kleinman (1973), JASA 68, 46–54. InternalError for counts that cannot be.
    """
    from scipy.optimize import minimize  # noqa: PLC0415 - slow to import
    from scipy.special import betaln  # noqa: PLC0415

    yes, all_ = (np.asarray(counts, dtype=np.float64).ravel() for counts in (k, n))
    if ((yes < 0) | (yes > all_ + 1e-9)).any():
        raise InternalError("counts of groups: expected 0 ≤ k ≤ n")
    yes, all_ = np.minimum(yes, all_)[all_ > 0], all_[all_ > 0]
    whole = (yes.sum() + 0.5) / (all_.sum() + 1) if len(all_) else 0.5
    if len(all_) < 2:
        return Prior(float(whole), MOST if len(all_) else LEAST)

    def unlikely(at: Floats) -> float:
        mean, size = 1 / (1 + np.exp(-at[0])), np.exp(at[1])
        one, other = mean * size, (1 - mean) * size
        return -float(np.sum(betaln(yes + one, all_ - yes + other) - betaln(one, other)))

    start = float(np.log(whole / (1 - whole)))
    bounds = [(start - 3, start + 3), (np.log(LEAST), np.log(MOST))]
    tries = [minimize(unlikely, (start, np.log(size)), method="L-BFGS-B", bounds=bounds) for size in (5.0, 50.0, 1e4)]
    best = min(tries, key=lambda found: float(found.fun))
    return Prior(float(1 / (1 + np.exp(-best.x[0]))), float(np.exp(best.x[1])))


def shrunk(k: ArrayLike, n: ArrayLike, confidence: float = CONFIDENCE, prior: Prior | None = None) -> Shrunk:
    """The share of each group under the prior that all of them tell, with limits of the Beta that it is then.

    Beta(μM + k, (1−μ)M + n − k); give effective counts (k and n over the design effect) where answers cluster. The
    limits take the prior as known, and so are a little narrow where groups are few.
    """
    from scipy.special import betaincinv  # noqa: PLC0415 - slow to import

    yes, all_ = np.asarray(k, dtype=np.float64), np.asarray(n, dtype=np.float64)
    known = prior or prior_of(yes, all_)
    one, other = known.mean * known.size + yes, (1 - known.mean) * known.size + np.maximum(0.0, all_ - yes)
    tail = (1 - confidence) / 2
    low, high = (np.asarray(betaincinv(one, other, at), dtype=np.float64) for at in (tail, 1 - tail))
    return Shrunk(one / (one + other), low, high, all_ / (all_ + known.size), known)
