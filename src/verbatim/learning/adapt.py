"""A model fitted to one customer: a correction of what it says, learnt from verbatims that a person has reviewed.

Encoder, features and heads stay as they are. Each id and each category gets a logistic regression of its own over the
model's log-odds and the vector of the text, with the model's own log-odds as offset, so that nothing learnt is nothing
changed. It needs the codes of whole verbatims only, no segments.

It is shrunken the more strongly the fewer verbatims there are: a penalty that suits hundreds would follow the accidents
of fifty. Thresholds move towards what is best on the folds that a correction has not seen. From two hundred on, those
folds also tell whether so much should be learnt, a tenth of it, or thresholds alone: a customer who codes as the model
does has nothing to teach it, and what is learnt all the same is chance.
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
from verbatim.learning.growth import excess
from verbatim.learning.measures import wholes
from verbatim.learning.tuning.rows import marks
from verbatim.trust import Trust, part_signs

FEWEST = 10
"""Of fewer reviewed verbatims nothing is learnt."""

FOLDS, FEWER_FOLDS, MANY = 5, 2, 2000
"""Held-out scores come from so many folds; from so few where there are many verbatims."""

SEED = 7

CHOOSING = 200
"""From so many reviewed verbatims on, held-out scores decide how much is learnt."""

SHARES = (0.0, 0.1, 1.0)
"""What they choose among: parts of the variances below, the least first; of nothing, thresholds alone move."""

SLACK = 0.01
"""How much worse than the best amount a larger one may code held-out verbatims, in F1 at level 2."""

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
Weights = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Reviewed:
    """What a model says of m reviewed verbatims, and what is right: scores and gold (m, h), vectors (m, d).

    The h columns are the ids and then the categories of the frame. `clauses` holds the scores of the ids in every
    clause, `sizes` how many clauses each verbatim has, `weights` (m,) how much each counts.
    """

    scores: Floats
    vectors: Floats
    gold: Flags
    clauses: Floats
    sizes: tuple[int, ...]
    weights: Weights

    @property
    def taught(self) -> "Taught":
        """What a correction learns from."""
        return Taught(self.scores, self.vectors, self.gold, self.weights)


@dataclass(frozen=True, slots=True)
class Taught:
    """What a correction learns from: scores and gold (m, h), vectors (m, d), weights (m,)."""

    scores: Floats
    vectors: Floats
    gold: Flags
    weights: Weights

    @property
    def count(self) -> float:
        """How many verbatims of equal weight these are worth (Kish 1965)."""
        return float(self.weights.sum() ** 2 / (self.weights**2).sum())

    def of(self, chosen: Flags) -> "Taught":
        """Return some of the verbatims."""
        return Taught(self.scores[chosen], self.vectors[chosen], self.gold[chosen], self.weights[chosen])


@dataclass(frozen=True, slots=True)
class Learnt:
    """A correction, None for nothing, thresholds, and corrected scores (m, h) by what had not seen the verbatims."""

    correction: Correction | None
    thresholds: Thresholds
    held: Floats


@dataclass(frozen=True, slots=True)
class Adapted:
    """A model with what was learnt, and the `coherence` of what it was learnt from."""

    model: Model
    coherence: float


def adapt(
    model: Model,
    encoder: Encoder,
    examples: Sequence[Example],
    label: str | None = None,
    weights: Sequence[float] | None = None,
) -> Model:
    """Return the model with a correction and thresholds learnt from reviewed verbatims; unchanged for fewer than ten.

    `encoder` is the model's own; `label` is the new model's where it is to be kept beside the old one; `weights` say
    how much each example counts, all alike if left out. Verbatims that say nothing teach nothing. Raises ModelError
    for a model that has a correction already: all that was reviewed is learnt at once, from the model it started with.
    """
    return adapted(model, encoder, examples, label, weights).model


def adapted(
    model: Model,
    encoder: Encoder,
    examples: Sequence[Example],
    label: str | None = None,
    weights: Sequence[float] | None = None,
    fresh: Sequence[int] = (),
) -> Adapted:
    """Return what `adapt` does, and how well the reviewed verbatims hang together. Raises as it does.

    `fresh` are the columns of ids and categories that the model cannot know yet (`learning.growth`).
    """
    if model.correction is not None:
        raise ModelError(f"model {model.label} was adapted before; expected the one that it came from")
    reviewed = review(model, encoder, examples, weights)
    if len(reviewed.gold) < FEWEST:
        return Adapted(model, 0.0)
    with threadpool_limits(limits=1, user_api="blas"):  # matrices as small as these are slower on several cores
        learnt = best(reviewed, model, fresh)
    own = replace(
        model,
        label=label or model.label,
        correction=learnt.correction,
        thresholds=learnt.thresholds,
        trust=trusted(model.trust, reviewed, learnt.held, learnt.thresholds, model.frame),
    )
    count = len(model.frame.ids)
    return Adapted(own, coherence(learnt.held[:, :count], reviewed.gold[:, :count]))


def review(
    model: Model, encoder: Encoder, examples: Sequence[Example], weights: Sequence[float] | None = None
) -> Reviewed:
    """Return what the model says of the examples that say something, beside their codes."""
    counted = weights if weights is not None else [1.0] * len(examples)
    found = [
        (own[0], example, weight)
        for example, weight in zip(examples, counted, strict=True)
        if (own := parts_of(Verbatim(example.id, example.text)))
    ]
    units = units_of([part for part, _, _ in found], encoder, model.vocabulary)
    weighed = weigh(model.heads, model.wholes, units, model.thresholds.whole)
    gold = [marks(example.ids, model.frame) for _, example, _ in found]
    return Reviewed(
        scores=weighed.scores,
        vectors=units.wholes.vectors,
        gold=np.array(gold, dtype=bool).reshape(weighed.scores.shape),
        clauses=weighed.clauses[:, : len(model.frame.ids)],
        sizes=units.sizes,
        weights=np.array([weight for _, _, weight in found], dtype=np.float64),
    )


def best(reviewed: Reviewed, model: Model, fresh: Sequence[int] = ()) -> Learnt:
    """Return what is learnt of reviewed verbatims: the most that codes held-out ones hardly worse than the best amount.

    Held-out corrections are learnt from fewer verbatims than the one that is kept, and so a little worse. Of `fresh`
    columns all is learnt, however little of the others: the model says nothing of them that chance could spoil.
    """
    taught = reviewed.taught
    shares = SHARES if taught.count >= CHOOSING else SHARES[-1:]
    columns, over = list(fresh), excess(taught.scores, taught.gold, taught.weights, fresh)
    scores = held_out(taught, shares)
    for one in scores if columns else ():  # the last one, with all that is learnt, changes last
        one[:, columns] = sigmoid(log_odds(scores[-1][:, columns]) - over)
    ways = [(share, held, refitted(held, taught, model.thresholds)) for share, held in zip(shares, scores, strict=True)]
    reached = [_agreement(held, taught, model.frame, thresholds) for _, held, thresholds in ways]
    near = [way for way, one in zip(ways, reached, strict=True) if one >= max(reached) - SLACK]
    share, held, thresholds = near[-1]
    return Learnt(_kept(taught, share, columns, over), thresholds, held)


def learn(taught: Taught, share: float = 1.0) -> Correction:
    """Return the correction that the scores and vectors call for beside gold: the most probable one under PRIOR.

    `share` is the part of the variances of PRIOR.
    """
    return _solved(_prepared(taught), share)


def held_out(taught: Taught, shares: Sequence[float] = SHARES[-1:]) -> list[Floats]:
    """Return for each share the corrected scores (m, h) of each verbatim by a correction that has not seen it."""
    count = FOLDS if len(taught.gold) < MANY else FEWER_FOLDS
    folds = np.random.default_rng(SEED).permutation(len(taught.gold)) % count
    held = [taught.scores.copy() for _ in shares]
    for fold in range(count):
        own = folds == fold
        problem = _prepared(taught.of(~own))
        for share, scores in zip(shares, held, strict=True):
            if share:
                scores[own] = _solved(problem, share).applied(taught.scores[own], taught.vectors[own])
    return held


def coherence(held: Floats, gold: Flags) -> float:
    """Return how far held-out scores (m, k) tell gold (m, k) better than shuffled gold, in standard deviations.

    Near 0 where codes have nothing to do with the words, as when they were shuffled, however often each of them is
    right by chance. The mean and variance over all permutations of a sum of products: Wald and Wolfowitz 1944.
    """
    said = held.astype(np.float64) - held.mean(axis=0, dtype=np.float64)
    right = gold - gold.mean(axis=0)
    variance = float(((said.T @ said) * (right.T @ right)).sum()) / max(1, len(gold) - 1)
    return float((said * right).sum() / np.sqrt(variance)) if variance > 0 else 0.0


def refitted(held: Floats, taught: Taught, base: Thresholds) -> Thresholds:
    """Return thresholds and calibration that suit held-out corrected scores (m, h), near the model's own.

    The F1 of an id is greatest where it is given from half of that greatest F1 upwards: Lipton, Elkan and Naryanaswamy
    2014, Optimal Thresholding of Classifiers to Maximize F1 Measure. How great it can be is reckoned from calibrated
    scores, and not counted from the few verbatims that have a rare id. Corrected scores say by themselves how often
    an id is right, so that one line calibrates all of them.
    """
    count = len(base.given)
    odds = log_odds(held[:, :count])
    slope, offset = _line(odds, taught.gold[:, :count], taught.weights)
    half = _reachable(sigmoid(slope * odds + offset), taught.weights) * np.float32(0.5)
    best = (log_odds(half) - offset) / slope
    weight = taught.count / (taught.count + OWN)
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
    off = float(np.average(reached - trust.estimate(signs), weights=reviewed.weights))
    return replace(trust, bias=trust.bias + off * len(held) / (len(held) + OWN))


def _kept(taught: Taught, share: float, fresh: list[int], over: Floats) -> Correction | None:
    """Return the correction under `share` of the variances, in fresh columns under all of them; None for nothing."""
    found = learn(taught, share) if share else None
    if not fresh:
        return found
    full = learn(taught)
    parts = full.scores, full.vectors, full.bias
    base = (found.scores, found.vectors, found.bias) if found else tuple(map(np.zeros_like, parts))
    for own, whole in zip(base, parts, strict=True):
        own[..., fresh] = whole[..., fresh]
    base[2][fresh] -= over
    return Correction(*base)


def _agreement(held: Floats, taught: Taught, frame: Frame, thresholds: Thresholds) -> float:
    """Return the F1 at level 2, weighted by gold, of what thresholds make of held-out scores."""
    right, counted = taught.gold[:, : len(frame.ids)], taught.weights[:, None]
    found = given(held, frame, thresholds)
    sums = [(marks * counted).sum(axis=0) for marks in (found & right, found & ~right, right & ~found)]
    return float(np.nan_to_num(wholes(np.stack(sums))[1]))


@dataclass(frozen=True, slots=True)
class _Problem:
    """A regression made ready: what is taught, log-odds (m, h), inputs along their r principal axes (m, r).

    `axes` (f, r), `squares` (r,) of the inputs along them; an input is a centred one times the scale of its block.
    """

    taught: Taught
    odds: Floats
    along: Floats
    axes: Matrix
    squares: Matrix
    scales: tuple[float, ...]
    centres: tuple[Matrix, Matrix]


def _prepared(taught: Taught) -> _Problem:
    """Return the regression of what is taught.

    Log-odds and vectors are centred, so that only the intercept can lift an id in all verbatims alike; the priors are
    those of centred vectors of unit length, whatever length these have.
    """
    odds = log_odds(taught.scores).astype(np.float64)
    centres = odds.mean(axis=0), taught.vectors.mean(axis=0, dtype=np.float64)
    blocks = np.ones((len(odds), 1)), odds - centres[0], taught.vectors - centres[1]
    strength = min(MOST, taught.count / UNIT)
    lengths = {"vector": max(SHORTEST, float(np.sqrt((blocks[2] ** 2).sum(axis=1).mean())))}
    scales = tuple(float(np.sqrt(strength * variance)) / lengths.get(name, 1.0) for name, variance in PRIOR.items())
    inputs = np.hstack([scale * block for scale, block in zip(scales, blocks, strict=True)])
    squares, axes = _axes(inputs)
    along = (inputs @ axes).astype(np.float32)
    return _Problem(taught, odds.astype(np.float32), along, axes, squares, scales, centres)


def _solved(problem: _Problem, share: float) -> Correction:
    """Return the most probable correction under `share` of the variances of PRIOR."""
    root, count = float(np.sqrt(share)), problem.odds.shape[1]
    weights = root * _ridge(problem, share)
    bias, over_odds, over_vectors = (
        scale * part for scale, part in zip(problem.scales, np.split(weights, [1, 1 + count]), strict=True)
    )
    bias = bias[0] - problem.centres[0] @ over_odds - problem.centres[1] @ over_vectors
    return Correction(*(part.astype(np.float32) for part in (over_odds, over_vectors, bias)))


def _ridge(problem: _Problem, share: float) -> Matrix:
    """Return the weights (f, h) of logistic regressions with an offset, each weight under a prior of variance one.

    Solved by L-BFGS for all of them at once, along the principal axes of the inputs and scaled by what the greatest
    curvature there can be.
    """
    from scipy.optimize import minimize  # noqa: PLC0415 - slow to import

    step = 1 / np.sqrt(share * problem.squares / 8 + 1)
    rotated = problem.along * (np.sqrt(share) * step).astype(np.float32)
    gold, counted = problem.taught.gold.astype(np.float32), problem.taught.weights.astype(np.float32)[:, None]
    decay = (step**2)[:, None]

    def loss(flat: Matrix) -> tuple[float, Matrix]:
        weights = flat.reshape(len(step), -1)
        logits = problem.odds + rotated @ weights.astype(np.float32)
        missed = counted * (np.logaddexp(0, logits) - gold * logits)
        slope = rotated.T @ (counted * (sigmoid(logits) - gold)) + decay * weights
        return float(missed.sum(dtype=np.float64) + (decay * weights**2).sum() / 2), slope.ravel().astype(np.float64)

    start = np.zeros(len(step) * gold.shape[1])
    found = minimize(loss, start, jac=True, method="L-BFGS-B", options={"maxiter": 100, "ftol": 1e-6, "maxcor": 5})
    return np.asarray(problem.axes @ (step[:, None] * found.x.reshape(len(step), -1)))


def _axes(inputs: Matrix) -> tuple[Matrix, Matrix]:
    """Return squares (r,) of inputs (m, f) along their principal axes, and these axes (f, r)."""
    if len(inputs) < inputs.shape[1]:
        _, singular, right = np.linalg.svd(inputs, full_matrices=False)
        return singular**2, right.T
    squares, axes = np.linalg.eigh(inputs.T @ inputs)
    return np.maximum(squares, 0), axes


def _reachable(chances: Floats, counted: Weights) -> Floats:
    """Return the greatest F1 (k,) that can be expected of each id, for chances (m, k) that it is right."""
    order = np.argsort(-chances, axis=0, kind="stable")
    given = counted[order].cumsum(axis=0)
    hits = (np.take_along_axis(chances, order, axis=0) * counted[order]).cumsum(axis=0)
    return np.asarray((2 * hits / (given + hits[-1])).max(axis=0), dtype=np.float32)


def _line(odds: Floats, right: Flags, counted: Weights) -> tuple[float, float]:
    """Return slope and offset that turn the log-odds of all ids into those of being right (Platt 1999)."""
    from sklearn.linear_model import LogisticRegression  # noqa: PLC0415 - slow to import

    if right.all() or not right.any():
        return 1.0, 0.0
    each = np.repeat(counted, odds.shape[1])
    learner = LogisticRegression(C=1.0).fit(odds.reshape(-1, 1), right.ravel(), sample_weight=each)
    return max(FLATTEST, float(learner.coef_[0, 0])), float(learner.intercept_[0])
