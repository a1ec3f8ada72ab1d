"""From examples to a model: heads, then what is fitted on answers that the heads had not seen.

Two ways lead to the heads. With an encoder that is used as it comes, they learn from labelled clauses and whole
texts, and what depends on them is fitted on the held-out folds of a cross-validation by verbatim. With an encoder
that is tuned, the heads over its vectors are tuned with it, those over n-grams are learnt beside them, and a part of
the corpus is held out from both. Held-out answers are judged through the very functions that judge new text.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from threadpoolctl import threadpool_limits

from verbatim.coder import Model, Part, Units, Weights, parts_of, units_of, weigh
from verbatim.codes import Frame, frame_of, given
from verbatim.domain import Segment, Verbatim
from verbatim.encoders import Encoder, load_encoder
from verbatim.errors import CorpusError, InputError
from verbatim.features import Vocabulary, learn_vocabulary
from verbatim.heads import Heads
from verbatim.learning.examples import Example
from verbatim.learning.linear import Material, NoEncoder, gather, learn_heads
from verbatim.learning.measures import compare, first_level
from verbatim.learning.recipes import Recipe, Tune
from verbatim.learning.tune import Held, stance_model, thresholds, trust
from verbatim.learning.tuning import keep_kernels
from verbatim.learning.tuning.rows import marks
from verbatim.stance import BAND_SCORE, SUMMARY, StanceRules, summarise
from verbatim.taxonomy import Codebook

FEWEST = 10
"""A corpus of fewer verbatims is refused."""

Say = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class Fitted:
    """A model, and what it said of the examples that it was fitted on while they were held out."""

    model: Model
    held: Held


@dataclass(frozen=True, slots=True)
class Learnt:
    """What one of the two ways leads to: an encoder with its weights, heads, and what was said of held-out examples."""

    encoder: str
    weights: Weights
    heads: Heads
    wholes: Heads
    held: Held


def fit(examples: Sequence[Example], codebook: Codebook, recipe: Recipe, say: Say) -> Fitted:
    """Return the model that the recipe makes of the examples; the same input gives the same arrays.

    Raises CorpusError for fewer than ten examples, of which nothing could be held out.
    """
    _check_size(examples, recipe)
    frame = _frame(codebook)
    vocabulary = learn_vocabulary([example.text for example in examples], recipe.least_verbatims)
    with threadpool_limits(limits=1):
        way = _tuned if recipe.tune else _frozen
        learnt = way(examples, frame, vocabulary, recipe, say)
    fitted = thresholds(learnt.held, frame, recipe)
    return Fitted(
        Model(
            label=recipe.label,
            codebook=codebook.label,
            codebook_fingerprint=codebook.fingerprint,
            encoder=learnt.encoder,
            weights=learnt.weights,
            vocabulary=vocabulary,
            heads=learnt.heads,
            wholes=learnt.wholes,
            frame=frame,
            thresholds=fitted,
            stance=stance_model(learnt.held),
            stance_rules=StanceRules(),
            trust=trust(learnt.held, fitted, frame, recipe.review_share),
        ),
        learnt.held,
    )


def hold_out(examples: Sequence[Example], codebook: Codebook, recipe: Recipe, say: Say) -> tuple[Frame, Held]:
    """Return what heads of other folds said of each example, over the vectors of an encoder that is used as it comes.

    Raises CorpusError for fewer than ten examples.
    """
    _check_size(examples, recipe)
    frame = _frame(codebook)
    vocabulary = learn_vocabulary([example.text for example in examples], recipe.least_verbatims)
    with threadpool_limits(limits=1):
        encoder = load_encoder(recipe.encoder)
        say(f"{len(examples):,} verbatims: cutting and encoding")
        material = gather(examples, frame, vocabulary, encoder)
        return frame, _cross_validated(examples, material, _units(examples, encoder, vocabulary), frame, recipe, say)


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
        "measured_on": f"{len(want)} verbatims of the training corpus, held out",
        "l1_weighted": round(categories.weighted, 3),
        "l2_weighted": round(codes.weighted, 3),
        "per_code": {id: score.figures() for id, score in codes.per_id.items()},
    }


def _check_size(examples: Sequence[Example], recipe: Recipe) -> None:
    if len(examples) < FEWEST:
        raise CorpusError(f"{recipe.corpus}: {len(examples)} verbatims; expected at least {FEWEST}")


def _frame(codebook: Codebook) -> Frame:
    return frame_of(
        codebook.ids,
        {code.id: code.parent for code in codebook.codes},
        {code.id: code.role for code in codebook.codes},
    )


def _frozen(examples: Sequence[Example], frame: Frame, vocabulary: Vocabulary, recipe: Recipe, say: Say) -> Learnt:
    """Return heads over n-grams and the vectors of an encoder as it comes; every example was held out once."""
    encoder = load_encoder(recipe.encoder)
    say(f"{len(examples):,} verbatims: cutting and encoding")
    material = gather(examples, frame, vocabulary, encoder)
    held = _cross_validated(examples, material, _units(examples, encoder, vocabulary), frame, recipe, say)
    say("learning from all of them")
    heads = learn_heads(material, np.ones(len(examples), dtype=bool), frame, recipe)
    return Learnt(encoder.fingerprint, {}, heads, heads, held)


def _cross_validated(
    examples: Sequence[Example], material: Material, units: Units, frame: Frame, recipe: Recipe, say: Say
) -> Held:
    """Return what was said of each example by heads learnt from the folds that it is not in."""
    folds = np.random.default_rng(recipe.seed).integers(0, recipe.folds, len(examples))
    told = []
    for fold in range(recipe.folds):
        say(f"fold {fold + 1} of {recipe.folds}")
        heads = learn_heads(material, folds != fold, frame, recipe)
        told.append(_told(heads, heads, units, frame, recipe))
    return _held(examples, _chosen(told, folds, units), frame)


def _tuned(examples: Sequence[Example], frame: Frame, vocabulary: Vocabulary, recipe: Recipe, say: Say) -> Learnt:
    """Return heads over n-grams and the vectors of an encoder tuned with them; a part of the examples was held out."""
    keep_kernels()
    try:
        from verbatim.learning.tuning.encoder import TunedEncoder, tune_encoder  # noqa: PLC0415 - brings torch
    except ModuleNotFoundError as missing:
        message = f"tuning encoder {recipe.encoder!r} needs {missing.name}: pip install 'verbatim[transformers]'"
        raise InputError(message) from missing

    plan = recipe.tune or Tune()
    outside = np.random.default_rng(recipe.seed).random(len(examples)) < plan.held_out
    inside = [example for example, out in zip(examples, outside, strict=True) if not out]
    aside = [example for example, out in zip(examples, outside, strict=True) if out]

    def learnt(taught: Sequence[Example]) -> tuple[TunedEncoder, Heads, Heads]:
        say(f"tuning {recipe.encoder}")
        tuned = tune_encoder(taught, frame, recipe, say)
        say("learning n-grams")
        material = gather(taught, frame, vocabulary, NoEncoder())
        words = learn_heads(material, np.ones(len(taught), dtype=bool), frame, recipe)
        return tuned, tuned.joined(words, tuned.clauses, plan), tuned.joined(words, tuned.wholes, plan)

    say(f"{len(inside):,} verbatims, {len(aside):,} held out")
    tuned, heads, wholes = learnt(inside)
    units = _units(aside, load_encoder(tuned.fingerprint, tuned.weights), vocabulary)
    held = _held(aside, _told(heads, wholes, units, frame, recipe), frame)
    if plan.again:
        say(f"learning from all {len(examples):,}")
        tuned, heads, wholes = learnt(examples)
    return Learnt(tuned.fingerprint, tuned.weights, heads, wholes, held)


@dataclass(frozen=True, slots=True)
class _Told:
    """What heads say of examples: scores (m, k + c), of clauses (s, k), summaries (m, 21), clauses of each (m,)."""

    scores: NDArray[np.float32]
    clauses: NDArray[np.float32]
    summaries: NDArray[np.float32]
    sizes: tuple[int, ...]


def _told(heads: Heads, wholes: Heads, units: Units, frame: Frame, recipe: Recipe) -> _Told:
    weighed = weigh(heads, wholes, units, recipe.whole)
    count = len(frame.ids)
    polarity = weighed.polarity(count)
    summaries = np.zeros((len(units.sizes), SUMMARY), dtype=np.float32)
    for part, own in enumerate(units.spans()):
        summaries[part] = summarise(polarity[own], units.lengths[own], weighed.sounds[part])
    return _Told(weighed.scores, weighed.clauses[:, :count], summaries, units.sizes)


def _chosen(told: Sequence[_Told], folds: NDArray[np.int64], units: Units) -> _Told:
    """Return for each example what was said of it in the fold in which it was held out."""
    owner = np.repeat(folds, units.sizes)
    return _Told(
        _picked([one.scores for one in told], folds),
        _picked([one.clauses for one in told], owner),
        _picked([one.summaries for one in told], folds),
        units.sizes,
    )


def _picked(rows: Sequence[NDArray[np.float32]], which: NDArray[np.int64]) -> NDArray[np.float32]:
    return np.stack(rows)[which, np.arange(len(which))]


def _held(examples: Sequence[Example], told: _Told, frame: Frame) -> Held:
    gold = np.array([marks(sorted(example.ids), frame) for example in examples])
    scores = np.array([_score(example) for example in examples], dtype=np.float32)
    return Held(told.scores, gold.astype(np.int8), told.summaries, scores, told.clauses, told.sizes)


def _units(examples: Sequence[Example], encoder: Encoder, vocabulary: Vocabulary) -> Units:
    """Return the features of the examples as new text would be cut, one part an example."""
    return units_of([_part(example) for example in examples], encoder, vocabulary)


def _part(example: Example) -> Part:
    """Return the example as one part; an answer that says nothing is kept as one clause here, to learn from."""
    found = parts_of(Verbatim(example.id, example.text))
    return found[0] if found else Part(example.text, (Segment(0, len(example.text), "und"),))


def _score(example: Example) -> float:
    """Return the example's score, or the one that stands for its stance."""
    return BAND_SCORE[example.stance or "passive"] if example.score is None else example.score
