"""A model fitted to one customer: a correction of what it says, learnt from verbatims that a person has reviewed.

Encoder, features and heads stay as they are. Each id and each category gets a logistic regression of its own over the
model's log-odds and the vector of the text, with the model's own log-odds as offset, so that nothing learnt is nothing
changed. It needs the codes of whole verbatims only, no segments.

It is shrunken the more strongly the fewer verbatims there are: a penalty that suits hundreds would follow the accidents
of fifty. Thresholds move towards what is best on the folds that a correction has not seen.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray
from threadpoolctl import threadpool_limits

from verbatim.coder import Model, parts_of, units_of, weigh
from verbatim.codes import Frame, Thresholds, given, log_odds
from verbatim.corrections import Correction
from verbatim.domain import Verbatim
from verbatim.encoders import Encoder
from verbatim.errors import ModelError
from verbatim.features import Floats
from verbatim.heads import sigmoid
from verbatim.learning.examples import Example
from verbatim.learning.tuning.rows import marks
from verbatim.trust import Trust, part_signs

FEWEST = 10
"""Of fewer reviewed verbatims nothing is learnt."""

FOLDS = 5
SEED = 7

PRIOR = {"bias": 0.2, "odds": 0.0025, "vector": 1.0}
"""The variances of the coefficients when fifty verbatims were reviewed: of an intercept, of those over the log-odds, of
those over a vector of unit length. They grow with the number reviewed, up to four times these."""
UNIT, MOST = 50, 4.0
SHORTEST = 1e-6
"""Vectors that lie this near to each other tell nothing apart."""

OWN = 100
"""So many verbatims weigh as much as the thresholds and the trust of the model."""
LEAST, GREATEST = 0.02, 0.9
"""Between these every threshold stays."""
FLATTEST = 0.2
"""The least slope of a calibration: a higher score never means less."""

Matrix = NDArray[np.float64]
Flags = NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Reviewed:
    """What a model says of m reviewed verbatims, and what is right: scores and gold (m, h), vectors (m, d).

    The h columns are the ids and then the categories of the frame. `clauses` holds the scores of the ids in every
    clause, `sizes` how many clauses each verbatim has.
    """

    scores: Floats
    vectors: Floats
    gold: Flags
    clauses: Floats
    sizes: tuple[int, ...]


def adapt(model: Model, encoder: Encoder, examples: Sequence[Example], label: str | None = None) -> Model:
    """Return the model with a correction and thresholds learnt from reviewed verbatims; unchanged for fewer than ten.

    `encoder` is the model's own; `label` is the new model's where it is to be kept beside the old one. Verbatims that
    say nothing teach nothing. Raises ModelError for a model that has a correction already: all that was reviewed is
    learnt at once, from the model it started with.
    """
    if model.correction is not None:
        raise ModelError(f"model {model.label} was adapted before; expected the one that it came from")
    reviewed = review(model, encoder, examples)
    if len(reviewed.gold) < FEWEST:
        return model
    with threadpool_limits(limits=1, user_api="blas"):  # matrices as small as these are slower on several cores
        held = held_out(reviewed.scores, reviewed.vectors, reviewed.gold)
        correction = learn(reviewed.scores, reviewed.vectors, reviewed.gold)
    thresholds = refitted(held, reviewed.gold, model.thresholds)
    return replace(
        model,
        label=label or model.label,
        correction=correction,
        thresholds=thresholds,
        trust=trusted(model.trust, reviewed, held, thresholds, model.frame),
    )


def review(model: Model, encoder: Encoder, examples: Sequence[Example]) -> Reviewed:
    """Return what the model says of the examples that say something, beside their codes."""
    found = [(parts_of(Verbatim(example.id, example.text)), example) for example in examples]
    parts = [own[0] for own, _ in found if own]
    units = units_of(parts, encoder, model.vocabulary)
    weighed = weigh(model.heads, model.wholes, units, model.thresholds.whole)
    gold = [marks(example.ids, model.frame) for own, example in found if own]
    return Reviewed(
        scores=weighed.scores,
        vectors=units.wholes.vectors,
        gold=np.array(gold, dtype=bool).reshape(weighed.scores.shape),
        clauses=weighed.clauses[:, : len(model.frame.ids)],
        sizes=units.sizes,
    )


def learn(scores: Floats, vectors: Floats, gold: Flags) -> Correction:
    """Return the correction that scores (m, h) and vectors (m, d) call for beside gold (m, h).

    It is the most probable one under PRIOR. Log-odds and vectors are centred, so that only the intercept can lift an id
    in all verbatims alike; the priors are those of centred vectors of unit length, whatever length these have.
    """
    odds = log_odds(scores).astype(np.float64)
    centres = odds.mean(axis=0), vectors.mean(axis=0, dtype=np.float64)
    blocks = np.ones((len(odds), 1)), odds - centres[0], vectors - centres[1]
    strength = min(MOST, len(odds) / UNIT)
    lengths = {"vector": max(SHORTEST, float(np.sqrt((blocks[2] ** 2).sum(axis=1).mean())))}
    scales = [np.sqrt(strength * variance) / lengths.get(name, 1.0) for name, variance in PRIOR.items()]
    inputs = np.hstack([scale * block for scale, block in zip(scales, blocks, strict=True)])
    weights = _ridge(inputs, gold.astype(np.float64), odds)
    bias, over_odds, over_vectors = (
        scale * part for scale, part in zip(scales, np.split(weights, [1, 1 + odds.shape[1]]), strict=True)
    )
    bias = bias[0] - centres[0] @ over_odds - centres[1] @ over_vectors
    return Correction(*(part.astype(np.float32) for part in (over_odds, over_vectors, bias)))


def held_out(scores: Floats, vectors: Floats, gold: Flags) -> Floats:
    """Return the corrected scores (m, h) of each verbatim by a correction that has not seen it."""
    folds = np.random.default_rng(SEED).permutation(len(gold)) % FOLDS
    held = np.empty_like(scores)
    for fold in range(FOLDS):
        own, others = folds == fold, folds != fold
        held[own] = learn(scores[others], vectors[others], gold[others]).applied(scores[own], vectors[own])
    return held


def refitted(held: Floats, gold: Flags, base: Thresholds) -> Thresholds:
    """Return thresholds and calibration that suit held-out corrected scores (m, h), near the model's own.

    The F1 of an id is greatest where it is given from half of that greatest F1 upwards: Lipton, Elkan and Naryanaswamy
    2014, Optimal Thresholding of Classifiers to Maximize F1 Measure. How great it can be is reckoned from calibrated
    scores, and not counted from the few verbatims that have a rare id. Corrected scores say by themselves how often
    an id is right, so that one line calibrates all of them.
    """
    count = len(base.given)
    odds = log_odds(held[:, :count])
    slope, offset = _line(odds, gold[:, :count])
    half = _reachable(sigmoid(slope * odds + offset)) * np.float32(0.5)
    best = (log_odds(half) - offset) / slope
    weight = len(held) / (len(held) + OWN)
    given = np.clip(sigmoid(best), LEAST, GREATEST) ** weight * base.given ** (1 - weight)
    return replace(
        base,
        given=given.astype(np.float32),
        slope=np.full_like(base.slope, slope),
        offset=np.full_like(base.offset, offset),
    )


def trusted(trust: Trust, reviewed: Reviewed, held: Floats, thresholds: Thresholds, frame: Frame) -> Trust:
    """Return the estimate of a coding's F1, moved by how far it is off on held-out corrected scores (m, h)."""
    count = len(frame.ids)
    found, right = given(held, frame, thresholds), reviewed.gold[:, :count]
    signs = part_signs(found, thresholds.confidence(held[:, :count]), reviewed.clauses, reviewed.sizes)
    reached = 2 * (found & right).sum(axis=1) / np.maximum(1, found.sum(axis=1) + right.sum(axis=1))
    off = float((reached - trust.estimate(signs)).mean())
    return replace(trust, bias=trust.bias + off * len(held) / (len(held) + OWN))


def _ridge(inputs: Matrix, gold: Matrix, offset: Matrix) -> Matrix:
    """Return the weights (f, h) of logistic regressions with an offset, each weight under a prior of variance one.

    Solved by L-BFGS for all of them at once, along the singular vectors of the inputs (m, f) and scaled by what the
    greatest curvature there can be.
    """
    from scipy.optimize import minimize  # noqa: PLC0415 - slow to import

    left, singular, right = np.linalg.svd(inputs, full_matrices=False)
    step = 1 / np.sqrt(singular**2 / 8 + 1)
    rotated = left * (singular * step)
    decay = (step**2)[:, None]

    def loss(flat: Matrix) -> tuple[float, Matrix]:
        weights = flat.reshape(len(step), -1)
        logits = offset + rotated @ weights
        missed = np.logaddexp(0, logits) - gold * logits
        slope = rotated.T @ (sigmoid(logits) - gold) + decay * weights
        return float(missed.sum() + (decay * weights**2).sum() / 2), slope.ravel()

    start = np.zeros(len(step) * gold.shape[1])
    found = minimize(loss, start, jac=True, method="L-BFGS-B", options={"maxiter": 100, "ftol": 1e-7, "maxcor": 5})
    return np.asarray(right.T @ (step[:, None] * found.x.reshape(len(step), -1)))


def _reachable(chances: Floats) -> Floats:
    """Return the greatest F1 (k,) that can be expected of each id, for chances (m, k) that it is right."""
    ranked = -np.sort(-chances, axis=0)
    given = np.arange(1, len(ranked) + 1)[:, None]
    return np.asarray((2 * ranked.cumsum(axis=0) / (given + ranked.sum(axis=0))).max(axis=0), dtype=np.float32)


def _line(odds: Floats, right: Flags) -> tuple[float, float]:
    """Return slope and offset that turn the log-odds of all ids into those of being right (Platt 1999)."""
    from sklearn.linear_model import LogisticRegression  # noqa: PLC0415 - slow to import

    if right.all() or not right.any():
        return 1.0, 0.0
    learner = LogisticRegression(C=1.0).fit(odds.reshape(-1, 1), right.ravel())
    return max(FLATTEST, float(learner.coef_[0, 0])), float(learner.intercept_[0])
