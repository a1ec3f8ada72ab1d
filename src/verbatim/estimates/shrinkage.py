"""Shares of small groups, drawn towards the whole: a beta-binomial prior fitted to all groups (empirical Bayes)."""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from verbatim.errors import InternalError
from verbatim.estimates.shares import CONFIDENCE, Floats

MOST = 1e6
"""A prior worth so many answers leaves nothing of a group's own: groups that do not differ at all have it."""

LEAST = 0.5
"""No prior is worth less than half an answer."""

TILT = 2.0
"""How much less likely it is beforehand that groups are alike: a uniform guess draws few groups in too much."""

SIZES, MEANS = 24, 13
"""So many sizes and means of priors are averaged over."""

EDGE = 30.0
"""The furthest logit of a mean: beyond it a mean is 0 or 1 in floating point, and nothing follows from it."""


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
    if len(all_) < 2 or yes.sum() in {0.0, all_.sum()}:  # where all say the same no mean is the likeliest
        return Prior(float(whole), MOST if len(all_) else LEAST)

    def unlikely(at: Floats) -> float:
        mean, size = 1 / (1 + np.exp(-at[0])), np.exp(at[1])
        one, other = mean * size, (1 - mean) * size
        return -float(np.sum(betaln(yes + one, all_ - yes + other) - betaln(one, other)))

    start = float(np.log(whole / (1 - whole)))
    bounds = [(start - 3, start + 3), (np.log(LEAST), np.log(MOST))]
    tries = [minimize(unlikely, (start, np.log(size)), method="L-BFGS-B", bounds=bounds) for size in (20.0, 1e4)]
    best = min(tries, key=lambda found: float(found.fun))
    return Prior(float(1 / (1 + np.exp(-best.x[0]))), float(np.exp(best.x[1])))


def shrunk(k: ArrayLike, n: ArrayLike, confidence: float = CONFIDENCE, prior: Prior | None = None) -> Shrunk:
    """The share of each group under what all of them tell, with limits; give effective counts where answers cluster.

    Under a prior of mean μ and size M a group is Beta(μM + k, (1−μ)M + n − k). What the prior is, the groups tell, and
    not for sure: the posteriors of a grid of priors are averaged by how likely each makes the counts. Beforehand x =
    M/(M + n̄) has the density 3(1 − x)², which is uniform in the first source. The limits are those of the Beta with the
    mean and the variance of that average. C. L. Christiansen and C. N. Morris (1997), JASA 92, 618–632; R. E. Kass and
    D. Steffey (1989), JASA 84, 717–726. A prior that is given is taken as known.
    """
    from scipy.special import betaincinv  # noqa: PLC0415 - slow to import

    yes, all_ = np.asarray(k, dtype=np.float64), np.asarray(n, dtype=np.float64)
    known = prior or prior_of(yes, all_)
    mean, variance = _averaged(yes, all_, known) if prior is None else _posterior(yes, all_, known.mean, known.size)
    size = np.maximum(mean * (1 - mean) / np.maximum(variance, 1e-12) - 1, 1e-6)
    tail = (1 - confidence) / 2
    low, high = (
        np.asarray(betaincinv(mean * size, (1 - mean) * size, at), dtype=np.float64) for at in (tail, 1 - tail)
    )
    return Shrunk(mean, low, high, all_ / (all_ + known.size), known)


def _posterior(yes: Floats, all_: Floats, mean: Any, size: Any) -> tuple[Floats, Floats]:
    """Return the mean and the variance of each group under a prior."""
    total = size + all_
    share = (mean * size + yes) / total
    return share, share * (1 - share) / (total + 1)


def _averaged(yes: Floats, all_: Floats, known: Prior) -> tuple[Floats, Floats]:
    """Return the mean and the variance of each group over a grid of priors."""
    from scipy.special import betaln  # noqa: PLC0415 - slow to import

    told = all_ > 0
    usual = float(all_[told].mean()) if told.any() else 1.0
    drawn = (np.arange(SIZES) + 0.5) / SIZES
    sizes = np.maximum(LEAST, usual * drawn / (1 - drawn))
    worth = float(np.sum(all_[told] * known.size / (all_[told] + known.size))) + 1
    spread = 1 / np.sqrt(known.mean * (1 - known.mean) * worth)
    middle = np.log(known.mean / (1 - known.mean))
    logits = np.clip(middle + np.linspace(-3, 3, MEANS) * spread, -EDGE, EDGE)
    means = 1 / (1 + np.exp(-logits))
    mean, size = (one.reshape(-1, 1) for one in np.meshgrid(means, sizes, indexing="ij"))
    one, other = mean * size, (1 - mean) * size
    k, n = yes.ravel()[told.ravel()], all_.ravel()[told.ravel()]
    likely = np.sum(betaln(k + one, n - k + other) - betaln(one, other), axis=1)
    weights = np.exp(likely - likely.max()) * np.tile((1 - drawn) ** TILT, MEANS)
    weights /= weights.sum()
    shares, variances = _posterior(yes.ravel(), all_.ravel(), mean, size)
    average = weights @ shares
    variance = weights @ (variances + (shares - average) ** 2)
    return average.reshape(yes.shape), variance.reshape(yes.shape)
