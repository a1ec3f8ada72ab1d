"""Critic, passive or promoter: by the score where there is one, else estimated from the words.

The estimate is of the score itself (0 to 10), from what the whole text sounds like and from how its clauses are judged.
Two cut points, fitted on held-out answers, turn it into a stance; its spread says how sure that is.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import erf, log, sqrt

import numpy as np
from numpy.typing import NDArray

from verbatim.domain import Polarity, Stance, StanceLabel
from verbatim.features import Floats

OPPOSITE: Mapping[StanceLabel, tuple[StanceLabel, Polarity]] = {
    "critic": ("promoter", "positive"),
    "promoter": ("critic", "negative"),
}
"""The stance that contradicts another one, and the polarity of the reasons that go with it."""

BAND_SCORE: Mapping[StanceLabel, float] = {"critic": 4.0, "passive": 7.5, "promoter": 9.5}
"""The score that stands for a stance where none is told: about the mean of its band in the corpus."""

SUMMARY = 21
"""How many numbers `summarise` gives for a verbatim."""


@dataclass(frozen=True, slots=True)
class StanceModel:
    """Coefficients over the summary (21,), intercept, the cuts critic | passive | promoter, and the standard error."""

    weights: Floats
    bias: float
    cuts: tuple[float, float]
    spread: float

    def estimate(self, summaries: Floats) -> NDArray[np.float64]:
        """Return the estimated score of each verbatim, (n,), for summaries (n, 21)."""
        return np.asarray(summaries, dtype=np.float64) @ self.weights + self.bias


@dataclass(frozen=True, slots=True)
class StanceRules:
    """When an estimate is given, and when it contradicts a score: least probabilities from 0 to 1."""

    least: float = 0.5
    conflict: float = 0.55


def band(score: float) -> StanceLabel:
    """Return the stance of a recommendation score: 0–6 critic, 7–8 passive, 9–10 promoter (Reichheld 2003)."""
    return "critic" if score < 7 else "passive" if score < 9 else "promoter"


def summarise(polarity: Floats, lengths: Sequence[int] | NDArray[np.int64], sound: Floats) -> Floats:
    """Return what a verbatim's clauses say together, (21,): polarity (s, 3), lengths (s,) in characters.

    Mean by length, greatest, least, last and first of negative, neutral and positive; log of the count; praise less
    blame; and what the whole text sounds like, (4,): the probability of each stance, and the score.
    """
    weights = np.asarray(lengths, dtype=np.float32)
    mean = weights @ polarity / max(1.0, float(weights.sum()))
    balance = float(polarity[:, 2].sum() - polarity[:, 0].sum())
    parts = [mean, polarity.max(axis=0), polarity.min(axis=0), polarity[-1], polarity[0]]
    return np.concatenate([*parts, [log(len(polarity)), balance], sound]).astype(np.float32)


def judge(
    score: float | None, estimate: float | None, model: StanceModel, rules: StanceRules, reasons: Sequence[Polarity]
) -> Stance:
    """Return the stance of one verbatim: `estimate` is None when it says nothing, `reasons` are its codes' polarities.

    Words that give no reason at all and lean nowhere clearly are left without a label. A score is contradicted when
    the words probably mean the opposite stance, and every reason that takes a side takes the opposite one.
    """
    shares = None if estimate is None else probabilities(estimate, model)
    if score is not None:
        label = band(score)
        against, side = OPPOSITE.get(label, (label, None))
        clash = shares is not None and {*reasons} - {"neutral"} == {side} and shares[against] >= rules.conflict
        return Stance(label, "score", 1.0, clash)
    if estimate is None or shares is None:
        return Stance(None, "estimated", 0.0)
    guess: StanceLabel = (
        "critic" if estimate <= model.cuts[0] else "passive" if estimate <= model.cuts[1] else "promoter"
    )
    if not reasons and shares[guess] < rules.least:
        return Stance(None, "estimated", round(shares[guess], 3))
    return Stance(guess, "estimated", round(shares[guess], 3))


def probabilities(estimate: float, model: StanceModel) -> dict[str, float]:
    """Return the probability of each stance: a normal error of the model's spread around the estimate."""
    low, high = (0.5 + 0.5 * erf((cut - estimate) / (model.spread * sqrt(2))) for cut in model.cuts)
    return {"critic": low, "passive": high - low, "promoter": 1 - high}
