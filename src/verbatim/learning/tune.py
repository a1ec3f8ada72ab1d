"""What is fitted on held-out answers: thresholds, calibration, the cuts between the stances, when to ask a person."""

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from verbatim.codes import Frame, Thresholds, given, log_odds
from verbatim.domain import STANCES, StanceLabel
from verbatim.features import Floats
from verbatim.learning.measures import quadratic_kappa
from verbatim.learning.recipes import Recipe
from verbatim.stance import StanceModel, band
from verbatim.trust import Trust, part_signs

GRID = np.arange(0.10, 0.66, 0.025)
FLOORS = (0.1, 0.25, 0.5, 0.75)
"""Which parts of a threshold the best id of an otherwise uncoded text may have to reach."""

SHRUNKEN = 0.1
"""The penalty of trust's coefficients for each held-out verbatim: its signs tell much of the same."""

LEAST_SPREAD = 0.5
"""No estimate of a score is trusted to be nearer than this, however alike the scores of a small corpus are."""


@dataclass(frozen=True, slots=True)
class Held:
    """What heads said of examples they had not seen: `told` (m, k + c), and beside it the truth.

    `gold` (m, k + c) marks what is right, `summaries` (m, 21) are for the stance, `scores` (m,) the customers' own.
    `clauses` (s, k) is what was said of every clause, `sizes` (m,) how many clauses each example has.
    """

    told: Floats
    gold: NDArray[np.int8]
    summaries: Floats
    scores: Floats
    clauses: Floats
    sizes: tuple[int, ...]


def thresholds(held: Held, frame: Frame, recipe: Recipe) -> Thresholds:
    """Return each id's threshold, shrunken towards the one that suits all of them, and each id's calibration."""
    count = len(frame.ids)
    told, gold = held.told[:, :count], held.gold[:, :count].astype(bool)
    common = float(GRID[np.argmax([_weighted_f1(told >= cut, gold) for cut in GRID])])
    prior = recipe.own_threshold
    own = np.array([_shrunken(told[:, id], gold[:, id], common, prior) for id in range(count)], dtype=np.float32)
    own *= (recipe.threshold or common) / common
    slopes, offsets = zip(*(_platt(told[:, id], gold[:, id]) for id in range(count)), strict=True)
    fitted = Thresholds(
        given=own,
        category=np.full(len(frame.categories), recipe.category, dtype=np.float32),
        slope=np.array(slopes, dtype=np.float32),
        offset=np.array(offsets, dtype=np.float32) - np.float32(recipe.doubt),
        floor=FLOORS[0] if recipe.floor is None else recipe.floor,
        whole=recipe.whole,
    )
    if recipe.floor is not None:
        return fitted
    floors = [replace(fitted, floor=floor) for floor in FLOORS]
    return max(floors, key=lambda one: _weighted_f1(given(held.told, frame, one), gold))


def stance_model(held: Held) -> StanceModel:
    """Return the estimate of the score from summaries, with the cuts of the best quadratic kappa."""
    from sklearn.linear_model import Ridge  # noqa: PLC0415 - slow to import

    scale = held.summaries.std(axis=0) + 1e-6
    learner = Ridge(alpha=1.0).fit(held.summaries / scale, held.scores)
    estimates = learner.predict(held.summaries / scale)
    bands = [band(float(score)) for score in held.scores]
    pairs = [(low, high) for low in np.arange(5.0, 7.0, 0.1) for high in np.arange(7.1, 8.8, 0.1)]
    low, high = max(pairs, key=lambda cuts: quadratic_kappa(list(zip(bands, _cut(estimates, *cuts), strict=True))))
    spread = max(LEAST_SPREAD, float(np.std(estimates - held.scores)))
    weights = np.asarray(learner.coef_ / scale, dtype=np.float32)
    return StanceModel(weights, float(learner.intercept_), (round(float(low), 2), round(float(high), 2)), spread)


def trust(held: Held, thresholds: Thresholds, frame: Frame, share: float) -> Trust:
    """Return the estimate of a coding's F1, with the limit under which the given share of held-out codings falls."""
    from sklearn.linear_model import Ridge  # noqa: PLC0415 - slow to import

    count = len(frame.ids)
    found = given(held.told, frame, thresholds)
    signs = part_signs(found, thresholds.confidence(held.told[:, :count]), held.clauses, held.sizes)
    gold = held.gold[:, :count].astype(bool)
    right = 2 * (found & gold).sum(axis=1) / np.maximum(1, found.sum(axis=1) + gold.sum(axis=1))
    scale = signs.std(axis=0) + 1e-6
    learner = Ridge(alpha=SHRUNKEN * len(signs)).fit(signs / scale, right)
    learnt = Trust(np.asarray(learner.coef_ / scale, dtype=np.float32), float(learner.intercept_), 0.0)
    return replace(learnt, least=round(float(np.quantile(learnt.estimate(signs), share)), 3))


def _cut(estimates: NDArray[np.float64], low: float, high: float) -> list[StanceLabel]:
    return [STANCES[int(estimate > low) + int(estimate > high)] for estimate in estimates]


def _weighted_f1(found: NDArray[np.bool_], gold: NDArray[np.bool_]) -> float:
    hits, given_, wanted = (found & gold).sum(axis=0), found.sum(axis=0), gold.sum(axis=0)
    scores = 2 * hits / np.maximum(1, given_ + wanted)
    return float((scores * wanted).sum() / max(1, wanted.sum()))


def _shrunken(told: Floats, gold: NDArray[np.bool_], common: float, prior: float) -> float:
    """Return the id's best threshold, pulled towards the common one, which counts as `prior` examples."""
    if not gold.any():
        return common
    best = float(GRID[np.argmax([_weighted_f1((told >= cut)[:, None], gold[:, None]) for cut in GRID])])
    n = int(gold.sum())
    return (n * best + prior * common) / (n + prior)


def _platt(told: Floats, gold: NDArray[np.bool_]) -> tuple[float, float]:
    """Return slope and offset that turn log-odds of a score into those of being right (Platt 1999)."""
    from sklearn.linear_model import LogisticRegression  # noqa: PLC0415 - slow to import

    if gold.all() or not gold.any():
        return 1.0, 0.0
    learner = LogisticRegression(C=1.0).fit(log_odds(told)[:, None], gold)
    return float(learner.coef_[0, 0]), float(learner.intercept_[0])
