"""From examples to a model: heads, then thresholds, calibration and stance fitted on answers the heads had not seen.

Heads learn from labelled clauses and from whole texts. What depends on them is fitted on the held-out folds of a
cross-validation by verbatim, judged through the very functions that judge new text.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array, csr_matrix, hstack, vstack
from threadpoolctl import threadpool_limits

from verbatim.coder import Model, Part, Units, parts_of, units_of, weigh
from verbatim.codes import Frame, frame_of, given
from verbatim.domain import POLARITIES, Segment, Verbatim
from verbatim.encoders import Encoder
from verbatim.errors import CorpusError
from verbatim.features import Floats, Vocabulary, learn_vocabulary, ngram_matrix
from verbatim.heads import Features, Heads
from verbatim.learning.examples import Example
from verbatim.learning.measures import compare, first_level
from verbatim.learning.recipes import Recipe
from verbatim.learning.tune import Held, stance_model, thresholds
from verbatim.stance import SUMMARY, StanceRules, summarise
from verbatim.taxonomy import Codebook

NEVER = -10.0
"""The intercept of a head for an id that has no examples."""

TOLERANCE = 1e-4
"""When a head is learnt: its greatest gradient. At 1e-3, heads of rare ids stop before they have learnt anything."""

FEWEST = 10
"""A corpus of fewer verbatims is refused."""

Say = Callable[[str], None]
Rows = NDArray[np.int64]
Labels = NDArray[np.int8]

NO_SCORE = {"critic": 4.0, "passive": 7.5, "promoter": 9.5}
"""The score that stands for a stance where an example has none: about the mean of its band in the corpus."""


@dataclass(frozen=True, slots=True)
class Material:
    """The corpus as arrays. Rows of `inputs` are labelled clauses and whole texts; `owner` is the example of each.

    `codes` (n, k + c) marks ids and categories; `polarity` (n,) counts in POLARITIES, -1 where there is none to learn.
    `units` are the examples cut as new text is cut; `texts` (m, v + d) reads each of them as one; `scores` (m,).
    """

    inputs: csr_matrix
    owner: Rows
    codes: Labels
    polarity: Labels
    units: Units
    lengths: tuple[int, ...]
    texts: csr_matrix
    scores: Floats


@dataclass(frozen=True, slots=True)
class Fitted:
    """A model, and what it said of each example while that example was held out."""

    model: Model
    held: Held


def fit(examples: Sequence[Example], codebook: Codebook, recipe: Recipe, encoder: Encoder, say: Say) -> Fitted:
    """Return the model that the recipe makes of the examples; the same input gives the same arrays.

    Raises CorpusError for fewer than ten examples, of which nothing could be held out.
    """
    if len(examples) < FEWEST:
        raise CorpusError(f"{recipe.corpus}: {len(examples)} verbatims; expected at least {FEWEST}")
    frame = frame_of(
        codebook.ids,
        {code.id: code.parent for code in codebook.codes},
        {code.id: code.role for code in codebook.codes},
    )
    say(f"{len(examples):,} verbatims: cutting and encoding")
    vocabulary = learn_vocabulary([example.text for example in examples], recipe.least_verbatims)
    material = gather(examples, frame, vocabulary, encoder)
    with threadpool_limits(limits=1):
        held = _held_out(material, examples, frame, recipe, say)
        say("learning from all of them")
        heads = learn_heads(material, np.ones(len(examples), dtype=bool), frame, recipe)
    fitted = thresholds(held, frame, recipe)
    return Fitted(
        Model(
            label=recipe.label,
            codebook=codebook.label,
            codebook_fingerprint=codebook.fingerprint,
            encoder=encoder.fingerprint,
            vocabulary=vocabulary,
            heads=heads,
            frame=frame,
            thresholds=fitted,
            stance=stance_model(held),
            stance_rules=StanceRules(),
            review=held.review_below(fitted, frame, recipe.review_share),
        ),
        held,
    )


def held_figures(fitted: Fitted, codebook: Codebook) -> dict[str, object]:
    """Return how well held-out examples were coded: F1 by gold support on both levels, and each id's figures."""
    model, held = fitted.model, fitted.held
    ids = np.array(model.frame.ids)
    want, got = (
        [frozenset(ids[row].tolist()) for row in rows]
        for rows in (held.gold[:, : len(ids)].astype(bool), given(held.told, model.frame, model.thresholds))
    )
    codes = compare(want, got)
    categories = compare(first_level(want, codebook.category_of), first_level(got, codebook.category_of))
    return {
        "measured_on": f"{len(want)} verbatims of the training corpus, each held out in turn",
        "l1_weighted": round(categories.weighted, 3),
        "l2_weighted": round(codes.weighted, 3),
        "per_code": {id: score.figures() for id, score in codes.per_id.items()},
    }


def gather(examples: Sequence[Example], frame: Frame, vocabulary: Vocabulary, encoder: Encoder) -> Material:
    """Return the examples as arrays: labelled clauses, wholes, and the clauses that new text would be cut into."""
    clauses = [
        (number, example.text[segment.start : segment.end], segment.codes)
        for number, example in enumerate(examples)
        for segment in example.segments
    ]
    wholes = [
        (number, example.text, example.codes) for number, example in enumerate(examples) if len(example.segments) > 1
    ]
    texts = [text for _, text, _ in (*clauses, *wholes)]
    vectors = encoder.encode(texts)
    units, lengths = _units(examples, vocabulary, encoder)
    return Material(
        inputs=_joined(Features(ngram_matrix(texts, vocabulary), vectors)),
        owner=np.array([number for number, _, _ in (*clauses, *wholes)]),
        codes=np.array([_marks([id for id, _ in codes], frame) for _, _, codes in (*clauses, *wholes)]),
        polarity=np.array([_polarity(codes) for _, _, codes in (*clauses, *wholes)], dtype=np.int8),
        units=units,
        lengths=lengths,
        texts=_whole_inputs(units),
        scores=np.array([_score(example) for example in examples], dtype=np.float32),
    )


def learn_heads(material: Material, taught: NDArray[np.bool_], frame: Frame, recipe: Recipe) -> Heads:
    """Return heads learnt from the examples marked in `taught` (m,): ids, categories, polarity, score."""
    from sklearn.linear_model import Ridge  # noqa: PLC0415 - slow to import

    rows = taught[material.owner]
    inputs, codes = material.inputs[rows], material.codes[rows]
    columns, bias = zip(
        *(_one_head(inputs, codes[:, column], recipe.c) for column in range(codes.shape[1])), strict=True
    )
    spoken = rows & (material.polarity >= 0)
    sides, side_bias = _side_heads(material.inputs[spoken], material.polarity[spoken], recipe.c)
    sound = Ridge(alpha=recipe.score_alpha, solver="sparse_cg", tol=1e-4, random_state=recipe.seed)
    sound.fit(material.texts[taught], material.scores[taught])
    weights = np.stack([*columns, *sides, sound.coef_], axis=1).astype(np.float16).astype(np.float32)
    names = [*(f"code:{id}" for id in frame.ids), *(f"category:{id}" for id in frame.categories)]
    names += [*(f"polarity:{side}" for side in POLARITIES), "score"]
    offsets = np.array([*bias, *side_bias, sound.intercept_], dtype=np.float32)
    split = weights.shape[0] - material.units.clauses.vectors.shape[1]
    return Heads(tuple(names), weights[:split], weights[split:], offsets)


def _held_out(material: Material, examples: Sequence[Example], frame: Frame, recipe: Recipe, say: Say) -> Held:
    """Return what heads that never saw an example say of it, for every example."""
    folds = np.random.default_rng(recipe.seed).integers(0, recipe.folds, len(examples))
    count = len(frame.ids) + len(frame.categories)
    scores = np.zeros((len(examples), count), dtype=np.float32)
    summaries = np.zeros((len(examples), SUMMARY), dtype=np.float32)
    spans = material.units.spans()
    for fold in range(recipe.folds):
        say(f"fold {fold + 1} of {recipe.folds}")
        heads = learn_heads(material, folds != fold, frame, recipe)
        weighed = weigh(heads, material.units, recipe.whole)
        for number in np.flatnonzero(folds == fold):
            own, sound = spans[number], float(weighed.sounds[number])
            scores[number] = weighed.scores[number]
            summaries[number] = summarise(weighed.polarity[own], material.lengths[own], sound)
    gold = np.array([_marks(sorted(example.ids), frame) for example in examples])
    return Held(scores, gold, summaries, material.scores)


def _units(examples: Sequence[Example], vocabulary: Vocabulary, encoder: Encoder) -> tuple[Units, tuple[int, ...]]:
    """Return the features of the examples as new text would be cut, one part an example, and the clause lengths."""
    parts = [_part(example) for example in examples]
    texts = [text for part in parts for text in part.clause_texts()]
    units = units_of(parts, texts, encoder.encode(texts), vocabulary)
    return units, tuple(len(text) for text in texts)


def _part(example: Example) -> Part:
    """Return the example as one part; an answer that says nothing is kept as one clause here, to learn from."""
    found = parts_of(Verbatim(example.id, example.text))
    return found[0] if found else Part(example.text, (Segment(0, len(example.text), "und"),))


def _whole_inputs(units: Units) -> csr_matrix:
    """Return one row an example: of its whole, or of its only clause."""
    first = np.cumsum(units.sizes) - np.asarray(units.sizes)
    both = vstack([_joined(units.clauses), _joined(units.wholes)]).tocsr()
    rows = first.copy()
    rows[list(units.several)] = units.clauses.vectors.shape[0] + np.arange(len(units.several))
    return _narrow(both[rows])


def _joined(features: Features) -> csr_matrix:
    """Return n-grams and vectors side by side, (n, v + d)."""
    return _narrow(hstack([features.ngrams, csr_array(features.vectors)]).tocsr())


def _narrow(matrix: csr_matrix) -> csr_matrix:
    """Return the matrix with the 32-bit indices that scikit-learn asks for."""
    narrow = csr_matrix(matrix, dtype=np.float32)
    narrow.indices, narrow.indptr = narrow.indices.astype(np.int32), narrow.indptr.astype(np.int32)
    return narrow


def _one_head(inputs: csr_matrix, wanted: Labels, c: float) -> tuple[Floats, float]:
    """Return the coefficients and intercept of one head; where all examples say the same, one that always says it."""
    from sklearn.linear_model import LogisticRegression  # noqa: PLC0415 - slow to import

    if wanted.all() or not wanted.any():
        return np.zeros(inputs.shape[1], dtype=np.float32), -NEVER if wanted.any() else NEVER
    learner = LogisticRegression(C=c, max_iter=400, tol=TOLERANCE).fit(inputs, wanted)
    return learner.coef_[0], float(learner.intercept_[0])


def _side_heads(inputs: csr_matrix, sides: Labels, c: float) -> tuple[Floats, Floats]:
    """Return coefficients (3, v + d) and intercepts (3,) of POLARITIES; one without examples never wins."""
    from sklearn.linear_model import LogisticRegression  # noqa: PLC0415 - slow to import

    found = np.unique(sides)
    weights = np.zeros((len(POLARITIES), inputs.shape[1]))
    bias = np.full(len(POLARITIES), NEVER)
    bias[found] = 0
    if len(found) > 1:
        learner = LogisticRegression(C=c, max_iter=400, tol=TOLERANCE).fit(inputs, sides)
        # Two classes share one row: half of it for the second, half against the first, is the same under softmax.
        halves = len(found) == 2
        weights[found] = np.outer([-0.5, 0.5], learner.coef_[0]) if halves else learner.coef_
        bias[found] = np.outer([-0.5, 0.5], learner.intercept_)[:, 0] if halves else learner.intercept_
    return weights, bias


def _marks(ids: Sequence[str], frame: Frame) -> Labels:
    """Return which ids and categories (k + c,) a list of ids stands for; a child implies its category."""
    marks = np.zeros(len(frame.ids) + len(frame.categories), dtype=np.int8)
    for id in ids:
        column = frame.ids.index(id)
        marks[column] = 1
        if frame.category[column] >= 0:
            marks[len(frame.ids) + frame.category[column]] = 1
    return marks


def _polarity(codes: Sequence[tuple[str, str]]) -> int:
    """Return the one polarity of a clause's codes as a number, or -1 where they differ."""
    found = {polarity for _, polarity in codes}
    return POLARITIES.index(found.pop()) if len(found) == 1 else -1


def _score(example: Example) -> float:
    """Return the example's score, or the one that stands for its stance."""
    if example.score is not None:
        return example.score
    return NO_SCORE[example.stance or "passive"]
