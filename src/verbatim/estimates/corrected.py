"""A share without the coder's own error: what gold says of the coder, and what that makes of its counts."""

from dataclasses import dataclass
from math import sqrt
from typing import Literal

from verbatim.domain import Interval
from verbatim.estimates.shares import CONFIDENCE, quantile, wilson

Refusal = Literal["not measured", "too few with it", "too few without it", "coder too weak", "interval too wide"]
"""Why a share is not corrected."""

LEAST = 20
"""So many gold verbatims with the code, and so many without it, say enough of a coder."""

WEAKEST = 0.2
"""Below this lower limit of sensitivity + specificity − 1 the coder says next to nothing."""

WIDEST = 0.5
"""A corrected share whose interval is wider than this says nothing."""


@dataclass(frozen=True, slots=True)
class Gold:
    """What a coder made of gold: of `positives` with a code it found `found`, of `negatives` it spared `spared`."""

    found: int
    positives: int
    spared: int
    negatives: int


@dataclass(frozen=True, slots=True)
class Accuracy:
    """How well a coder finds what is there, and leaves what is not; each with its Wilson interval."""

    sensitivity: Interval
    specificity: Interval

    @classmethod
    def of(cls, gold: Gold, confidence: float = CONFIDENCE) -> "Accuracy":
        """The accuracy that gold tells."""
        return cls(wilson(gold.found, gold.positives, confidence), wilson(gold.spared, gold.negatives, confidence))

    @property
    def youden(self) -> float:
        """Sensitivity + specificity − 1: 1 for a coder without error, 0 for one that guesses."""
        return self.sensitivity.share + self.specificity.share - 1


@dataclass(frozen=True, slots=True)
class Corrected:
    """A share corrected for the coder's error with its limits, or `refusal`: why there is none.

    `raw` and `size` are the share that was corrected and the effective number of answers behind it.
    """

    share: float | None
    low: float | None
    high: float | None
    raw: float
    size: float
    accuracy: Accuracy | None
    refusal: Refusal | None = None


def rogan_gladen(share: float, sensitivity: float, specificity: float) -> float:
    """The share that is behind a coded one: (p + Sp − 1)/(Se + Sp − 1), cut to 0 … 1.

    W. J. Rogan and B. Gladen (1978), American Journal of Epidemiology 107, 71–76.
    """
    return min(1.0, max(0.0, (share + specificity - 1) / (sensitivity + specificity - 1)))


def corrected(share: float, size: float, gold: Gold | None, confidence: float = CONFIDENCE) -> Corrected:
    """A coded share corrected for the error that gold tells, or the reason why it cannot be.

    `size` is the effective number of answers. Point by Rogan and Gladen, interval by Zs. Lang and J. Reiczigel (2014),
    Preventive Veterinary Medicine 113, 13–22, eq. 4, 16 and 17: with Se′ and Sp′ after adding one hit and one miss to
    each, p′ after adding z²/2 of z², P′ made of these, d = 2z²(P′Se′(1−Se′)/n_Se′ − (1−P′)Sp′(1−Sp′)/n_Sp′), the limits
    are P′ + d ± z·√(p′(1−p′)/n′ + P′²Se′(1−Se′)/n_Se′ + (1−P′)²Sp′(1−Sp′)/n_Sp′)/(Se′+Sp′−1).
    """
    if gold is None:
        return Corrected(None, None, None, share, size, None, "not measured")
    accuracy = Accuracy.of(gold, confidence)
    why = refusal_of(gold, accuracy)
    if why is not None or size <= 0:
        return Corrected(None, None, None, share, size, accuracy, why or "not measured")
    point = rogan_gladen(share, accuracy.sensitivity.share, accuracy.specificity.share)
    low, high = _limits(share, size, gold, confidence)
    low, high = min(low, point), max(high, point)
    if high - low > WIDEST:
        return Corrected(None, None, None, share, size, accuracy, "interval too wide")
    return Corrected(point, low, high, share, size, accuracy)


def refusal_of(gold: Gold, accuracy: Accuracy) -> Refusal | None:
    """Why no share can be corrected by this gold; None where it can."""
    if gold.positives < LEAST:
        return "too few with it"
    if gold.negatives < LEAST:
        return "too few without it"
    return "coder too weak" if _least_youden(accuracy) < WEAKEST else None


def _least_youden(accuracy: Accuracy) -> float:
    """The lower limit of sensitivity + specificity − 1, by the limits of both as Newcombe joins them."""
    found, spared = accuracy.sensitivity, accuracy.specificity
    return accuracy.youden - sqrt((found.share - found.low) ** 2 + (spared.share - spared.low) ** 2)


def _limits(share: float, size: float, gold: Gold, confidence: float) -> tuple[float, float]:
    z = quantile(confidence)
    more = z * z
    positives, negatives = gold.positives + 2, gold.negatives + 2
    hits, spared = (gold.found + 1) / positives, (gold.spared + 1) / negatives
    power = hits + spared - 1
    drawn = (size * share + more / 2) / (size + more) if size != float("inf") else share
    true = (drawn + spared - 1) / power
    of_hits, of_spared = hits * (1 - hits) / positives, spared * (1 - spared) / negatives
    shift = 2 * more * (true * of_hits - (1 - true) * of_spared)
    spread = drawn * (1 - drawn) / (size + more) + true**2 * of_hits + (1 - true) ** 2 * of_spared
    half = z * sqrt(spread) / power
    return max(0.0, min(1.0, true + shift - half)), min(1.0, max(0.0, true + shift + half))
