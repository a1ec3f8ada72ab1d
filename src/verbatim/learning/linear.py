"""Linear heads by logistic regression and ridge, over n-grams and the vectors of an encoder as it comes."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array, csr_matrix, hstack, vstack

from verbatim.codes import Frame
from verbatim.domain import POLARITIES, STANCES
from verbatim.encoders import Encoder, Read, Span, Vectors
from verbatim.features import Floats, Vocabulary, ngram_matrix
from verbatim.heads import STANCE_HEADS, Features, Heads
from verbatim.learning.examples import Codes, Example
from verbatim.learning.recipes import Recipe
from verbatim.learning.tuning.rows import clauses_of, marks
from verbatim.stance import BAND_SCORE

NEVER = -10.0
"""The intercept of a head for an id that has no examples."""

TOLERANCE = 1e-4
"""When a head is learnt: its greatest gradient. At 1e-3, heads of rare ids stop before they have learnt anything."""

Rows = NDArray[np.int64]
Labels = NDArray[np.int8]


@dataclass(frozen=True, slots=True)
class Material:
    """The corpus as arrays. Rows of `inputs` (n, v + d) are clauses and whole texts; `owner` is the example of each.

    `codes` (n, k + c) marks ids and categories; `polarity` (n,) counts in POLARITIES, -1 where there is none to learn.
    `texts` (m, v + d) reads each example as one; `stances` (m,) count in STANCES, `scores` (m,); `dimension` is d.
    """

    inputs: csr_matrix
    owner: Rows
    codes: Labels
    polarity: Labels
    texts: csr_matrix
    stances: Labels
    scores: Floats
    dimension: int


class NoEncoder:
    """Vectors without components: what is learnt is learnt from n-grams alone."""

    dimension = 0
    fingerprint = "none"

    def encode(self, texts: Sequence[str]) -> Vectors:
        """Return (n, 0)."""
        return np.zeros((len(texts), 0), dtype=np.float32)

    def read(self, texts: Sequence[str], spans: Sequence[Sequence[Span]]) -> Read:
        """Return (·, 0) for clauses and wholes."""
        return Read(self.encode([""] * sum(map(len, spans))), self.encode(texts))


def gather(examples: Sequence[Example], frame: Frame, vocabulary: Vocabulary, encoder: Encoder) -> Material:
    """Return the examples as arrays: clauses, wholes of more than one clause, and each text as one."""
    cut = [clauses_of(example) for example in examples]
    clauses = [
        (number, example.text[start:end], codes)
        for number, (example, own) in enumerate(zip(examples, cut, strict=True))
        for start, end, codes in own
    ]
    texts = [example.text for example in examples]
    read = encoder.read(texts, [[(start, end) for start, end, _ in own] for own in cut])
    several = [number for number, own in enumerate(cut) if len(own) > 1]
    wholes = _joined(Features(ngram_matrix(texts, vocabulary), read.wholes))
    apart = _joined(Features(ngram_matrix([text for _, text, _ in clauses], vocabulary), read.clauses))
    readings: list[Codes] = [*(codes for _, _, codes in clauses), *(examples[number].codes for number in several)]
    return Material(
        inputs=_narrow(vstack([apart, wholes[several]]).tocsr()),
        owner=np.array([*(number for number, _, _ in clauses), *several]),
        codes=np.array([marks([id for id, _ in codes], frame) for codes in readings]).astype(np.int8),
        polarity=np.array([_polarity(codes) for codes in readings], dtype=np.int8),
        texts=wholes,
        stances=np.array([STANCES.index(example.stance or "passive") for example in examples], dtype=np.int8),
        scores=np.array([_score(example) for example in examples], dtype=np.float32),
        dimension=encoder.dimension,
    )


def learn_heads(material: Material, taught: NDArray[np.bool_], frame: Frame, recipe: Recipe) -> Heads:
    """Return heads learnt from the examples marked in `taught` (m,): ids, categories, polarity, stance, score."""
    from sklearn.linear_model import Ridge  # noqa: PLC0415 - slow to import

    rows = taught[material.owner]
    inputs, codes = material.inputs[rows], material.codes[rows]
    columns, bias = zip(
        *(_one_head(inputs, codes[:, column], recipe.c) for column in range(codes.shape[1])), strict=True
    )
    spoken = rows & (material.polarity >= 0)
    sides, side_bias = _choice(material.inputs[spoken], material.polarity[spoken], len(POLARITIES), recipe.c)
    stances, stance_bias = _choice(material.texts[taught], material.stances[taught], STANCE_HEADS, recipe.c)
    sound = Ridge(alpha=recipe.score_alpha, solver="sparse_cg", tol=1e-4, random_state=recipe.seed)
    sound.fit(material.texts[taught], material.scores[taught])
    rest = [*stances, sound.coef_]
    weights = np.stack([*columns, *sides, *rest], axis=1).astype(np.float16).astype(np.float32)
    split = weights.shape[0] - material.dimension
    ids, coded = len(frame.ids), codes.shape[1]
    own = weights[split:]
    vectors = np.concatenate(
        [own[:, :coded], np.tile(own[:, coded : coded + len(sides)], ids), own[:, coded + len(sides) :]], axis=1
    )
    offsets = np.array([*bias, *np.tile(side_bias, ids), *stance_bias, sound.intercept_], dtype=np.float32)
    return Heads(ids, len(frame.categories), weights[:split], vectors, offsets)


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


def _choice(inputs: csr_matrix, classes: Labels, count: int, c: float) -> tuple[Floats, Floats]:
    """Return coefficients (count, v + d) and intercepts (count,) of classes; one without examples never wins."""
    from sklearn.linear_model import LogisticRegression  # noqa: PLC0415 - slow to import

    found = np.unique(classes)
    weights = np.zeros((count, inputs.shape[1]))
    bias = np.full(count, NEVER)
    bias[found] = 0
    if len(found) > 1:
        learner = LogisticRegression(C=c, max_iter=400, tol=TOLERANCE).fit(inputs, classes)
        # Two classes share one row: half of it for the second, half against the first, is the same under softmax.
        halves = len(found) == 2
        weights[found] = np.outer([-0.5, 0.5], learner.coef_[0]) if halves else learner.coef_
        bias[found] = np.outer([-0.5, 0.5], learner.intercept_)[:, 0] if halves else learner.intercept_
    return weights, bias


def _polarity(codes: Codes) -> int:
    """Return the one polarity of a clause's codes as a number, or -1 where they differ or there are none."""
    found = {polarity for _, polarity in codes}
    return POLARITIES.index(found.pop()) if len(found) == 1 else -1


def _score(example: Example) -> float:
    """Return the example's score, or the one that stands for its stance."""
    return BAND_SCORE[example.stance or "passive"] if example.score is None else example.score
