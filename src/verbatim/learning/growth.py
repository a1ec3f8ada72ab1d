"""A model grown by the codes that a frame was given after it was trained: columns that it has still to learn.

    origin ─► its codes of today, codes that it has not (`fresh` columns), former codes that still lead somewhere

A fresh column says the same low chance of every text, so that the correction (`adapt`) learns it from vectors alone; of
a part of a code that was split, what the whole code says. Polarity comes from the head of the category, or of the
general code. Codes with too few examples stay out: what persons coded by them waits.
"""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace

import numpy as np
from numpy.typing import NDArray

from verbatim.coder import Model
from verbatim.codes import Flags, Frame, Thresholds, frame_of, log_odds
from verbatim.crosswalk import Learner, Walk
from verbatim.features import Floats
from verbatim.heads import SIDES, Heads
from verbatim.taxonomy import Code, Codebook

FEWEST_OF_NEW = 8
"""Of fewer verbatims, of other words each, no new code is learnt."""

PRIOR = -4.0
"""The log-odds that a fresh column says of every text."""

USUAL = 0.05
"""The share of verbatims that a new code is taken to have at most, however many were looked for to teach it."""

SILENT = -20.0
"""Those that it says of clauses where texts have heads of their own: nothing, but one more than another (`shown`)."""

NOWHERE = -1

Columns = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Soil:
    """A model and the frame that it was trained for; the frame of today, and where every id has gone since."""

    origin: Model
    former: Codebook
    today: Codebook
    walk: Walk

    @property
    def learner(self) -> Learner:
        """What the model can be told of today's codes."""
        return Learner(self.walk, self.origin.frame.ids)

    @property
    def unknown(self) -> tuple[str, ...]:
        """The ids of today that the model does not have, nor one that became it."""
        known = {*self.origin.frame.ids, *self.learner.known()}
        return tuple(id for id in self.today.ids if id not in known)

    @property
    def whole(self) -> Mapping[str, str]:
        """The code that each part comes from which the model does not have, of those that were split."""
        ids = [id for id in self.origin.frame.ids if id not in self.today]
        split = [id for id in ids if self.walk.of(id).kind == "split"]
        return {part: id for id in split for part in self.walk.of(id).new if part not in self.origin.frame.ids}


@dataclass(frozen=True, slots=True)
class Base:
    """What a challenger is learnt on top of: the origin, grown where codes are new, and the frame of its ids.

    `learner` tells it today's codes, None where nothing became of any. `fresh` are the columns, of ids and then of
    categories, that were added. `new` counts the examples of each code that was added, `scarce` those of each that has
    too few.
    """

    model: Model
    codebook: Codebook
    learner: Learner | None = None
    fresh: tuple[int, ...] = ()
    new: Mapping[str, int] = field(default_factory=dict)
    scarce: Mapping[str, int] = field(default_factory=dict)


Examples = Callable[[Learner, Collection[str]], Mapping[str, int]]
"""Counts how often each id is taught to a model of some ids, by other words each."""


def base_of(soil: Soil, examples: Examples, held: Collection[str] = ()) -> Base:
    """Return what a challenger is learnt on top of: the origin itself where no new code has examples enough.

    `held` are the ids of the champion: a code that it was taught is taken again, however few examples are left.
    """
    counts = examples(soil.learner, {*soil.origin.frame.ids, *soil.unknown})
    scarce = {id: counts[id] for id in soil.unknown if counts.get(id)}
    new = set(soil.unknown)
    while True:
        counts = examples(soil.learner, {*soil.origin.frame.ids, *new})
        enough = {id for id in new if counts.get(id, 0) >= FEWEST_OF_NEW or id in held}
        if enough == new:
            break
        new = enough
    scarce = {id: count for id, count in scarce.items() if id not in new}
    if not new:
        return Base(soil.origin, soil.former, soil.learner, scarce=scarce)
    codebook = _frame(soil, new)
    model, fresh = grown(soil, codebook)
    found = {id: counts.get(id, 0) for id in codebook.ids if id in new}
    return Base(model, codebook, Learner(soil.walk, codebook.ids), fresh, found, scarce)


def grown(soil: Soil, codebook: Codebook) -> tuple[Model, tuple[int, ...]]:
    """Return the origin with the ids of a frame in place of its own, and the columns that it has still to learn."""
    origin, frame = soil.origin, _frame_of(codebook)
    at = _places(soil, frame)
    fresh = tuple(int(place) for place in np.flatnonzero(_unlearnt(soil, frame)))
    shared = origin.wholes is origin.heads
    heads = _heads(soil, frame, at, origin.heads, PRIOR if shared else SILENT)
    model = replace(
        origin,
        codebook=codebook.label,
        codebook_fingerprint=codebook.fingerprint,
        heads=heads,
        wholes=heads if shared else replace(_heads(soil, frame, at, origin.wholes, PRIOR), ngrams=heads.ngrams),
        frame=frame,
        thresholds=_thresholds(origin.thresholds, at, len(frame.ids), len(origin.frame.ids)),
    )
    return model, fresh


def shown(model: Model, fresh: Sequence[int]) -> Model:
    """Return a model whose clauses tell which of them speaks most of a fresh id: the one nearest to what was learnt.

    Their scores stay far too low to count. Unchanged where one set of heads reads clauses and whole texts.
    """
    silent = [at for at in fresh if at < len(model.frame.ids) and model.heads.bias[at] == SILENT]
    if model.correction is None or model.wholes is model.heads or not silent:
        return model
    vectors = model.heads.vectors.copy()
    vectors[:, silent] = model.correction.vectors[:, silent].astype(np.float16)  # as a model is kept
    return replace(model, heads=replace(model.heads, vectors=vectors))


def excess(scores: Floats, gold: Flags, weights: NDArray[np.float64], fresh: Sequence[int]) -> Floats:
    """Return how much too often each fresh column is right in gold (m, h), in log-odds, 0 at least.

    Examples of a new code are looked for, and are far from as rare as it is: more often than USUAL, and than the model
    says (m, h), is too often. The intercept that was learnt from them is brought down by that (prior correction, King
    and Zeng 2001).
    """
    columns = list(fresh)
    shares, said = (np.average(one[:, columns], axis=0, weights=weights).astype(np.float32) for one in (gold, scores))
    over: Floats = log_odds(shares) - log_odds(np.maximum(said, np.float32(USUAL)))
    return np.maximum(over, np.float32(0))


def _frame(soil: Soil, new: Collection[str]) -> Codebook:
    """Return today's frame as far as the grown model knows it, and after it the former codes that it still answers by.

    Those lead to a code of today that another one became, or are split into parts of which one is not learnt yet.
    """
    known = soil.learner.known()
    ids = {*soil.origin.frame.ids, *known, *new}
    parents = {soil.today[id].parent for id in soil.today.ids if id in ids}
    codes = [code for code in soil.today.codes if code.id in ids or code.id in parents]
    held = {code.id for code in codes}
    taken = {*held, *known.values()}
    former = [code for code in soil.former.codes if code.id not in taken and _leads(soil, code, held)]
    return replace(soil.today, codes=(*codes, *former))


def _leads(soil: Soil, code: Code, held: Collection[str]) -> bool:
    fate = soil.walk.of(code.id)
    if code.parent is None or code.parent not in held or not fate.new:
        return False
    return fate.kind != "split" or not all(id in held for id in fate.new)


def _frame_of(codebook: Codebook) -> Frame:
    parents = {code.id: code.parent for code in codebook.codes}
    return frame_of(codebook.ids, parents, {code.id: code.role for code in codebook.codes})


def _places(soil: Soil, frame: Frame) -> Columns:
    """Return the origin's column of each id and then each category of a frame, or NOWHERE."""
    before, sources = soil.origin.frame, {**soil.whole, **soil.learner.known()}
    ids = {id: at for at, id in enumerate(before.ids)}
    categories = {id: len(ids) + at for at, id in enumerate(before.categories)}
    own = [ids.get(sources.get(id, id), NOWHERE) for id in frame.ids]
    return np.array([*own, *(categories.get(id, NOWHERE) for id in frame.categories)], dtype=np.int64)


def _unlearnt(soil: Soil, frame: Frame) -> NDArray[np.bool_]:
    ids = [id in soil.unknown for id in frame.ids]
    return np.array([*ids, *(id not in soil.origin.frame.categories for id in frame.categories)], dtype=bool)


def _heads(soil: Soil, frame: Frame, at: Columns, heads: Heads, prior: float) -> Heads:
    """Return heads of a frame: fresh columns are zeros, and `prior` as intercept."""
    coded, sided = heads.ids + heads.categories, heads.ids * SIDES
    sides = (coded + _siding(soil.origin.frame, frame, at)[:, None] * SIDES + np.arange(SIDES)).ravel()
    own = np.concatenate([at, sides, np.arange(coded + sided, len(heads.bias))])
    words = np.concatenate([at, np.arange(coded, heads.ngrams.shape[1])])
    bias = _chosen(heads.bias, own)
    bias[: len(at)][at == NOWHERE] = prior
    for place, id in enumerate(frame.ids):
        if id in soil.whole and at[place] != NOWHERE:  # one part of several
            bias[place] -= np.log(len(soil.walk.of(soil.whole[id]).new))
    return Heads(len(frame.ids), len(frame.categories), _chosen(heads.ngrams, words), _chosen(heads.vectors, own), bias)


def _siding(before: Frame, frame: Frame, at: Columns) -> Columns:
    """Return the origin's id whose polarity each id of a frame has: its own, its category's, the general one, any."""
    other = before.general if before.general is not None else 0
    ids = {id: place for place, id in enumerate(before.ids)}
    parents = [frame.categories[place] if place >= 0 else "" for place in frame.category]
    own = [at[place] if at[place] >= 0 else ids.get(parent, other) for place, parent in enumerate(parents)]
    return np.array(own, dtype=np.int64)


def _chosen(array: Floats, columns: Columns) -> Floats:
    """Return columns of an array; NOWHERE gives zeros."""
    nothing = np.zeros((*array.shape[:-1], 1), dtype=array.dtype)
    return np.ascontiguousarray(np.concatenate([array, nothing], axis=-1)[..., columns])


def _thresholds(base: Thresholds, at: Columns, count: int, before: int) -> Thresholds:
    """Return the thresholds of a frame: of a fresh column the middle one of those that there are."""
    ids, categories = at[:count], np.where(at[count:] < 0, NOWHERE, at[count:] - before)
    return replace(
        base,
        given=_or(base.given, ids, float(np.median(base.given))),
        category=_or(base.category, categories, float(np.median(base.category))),
        slope=_or(base.slope, ids, float(np.median(base.slope))),
        offset=_or(base.offset, ids, float(np.median(base.offset))),
    )


def _or(values: Floats, at: Columns, other: float) -> Floats:
    return np.where(at == NOWHERE, np.float32(other), values[at]).astype(np.float32)
