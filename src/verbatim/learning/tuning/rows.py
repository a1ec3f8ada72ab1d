"""What an encoder is tuned on: texts with their clauses, and for each clause and whole the answers wanted."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from verbatim.codes import Frame
from verbatim.domain import POLARITIES, STANCES, merged_polarity
from verbatim.encoders import Span
from verbatim.features import Floats
from verbatim.learning.examples import Codes, Example
from verbatim.stance import BAND_SCORE
from verbatim.text.segments import segments

UNASKED = -1
"""The polarity of an id that is not meant: nothing is learnt from it."""

SAME = 0.6
"""A clause as new text is cut is the labelled one when they share this part of what both cover (Jaccard)."""

Sides = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Wanted:
    """The answers wanted for n readings: `coded` (n, k + c), 0 or 1, `sides` (n, k) counting in POLARITIES, or -1."""

    coded: Floats
    sides: Sides


@dataclass(frozen=True, slots=True)
class Row:
    """One text: its clauses, the answers wanted for each, and for the whole (n = 1); stance counts in STANCES."""

    text: str
    spans: tuple[Span, ...]
    clauses: Wanted
    whole: Wanted
    stance: int
    score: float


def row_of(example: Example, frame: Frame) -> Row:
    """Return an example as a row."""
    clauses = clauses_of(example)
    stance = example.stance or "passive"
    return Row(
        text=example.text,
        spans=tuple((start, end) for start, end, _ in clauses),
        clauses=wanted([codes for _, _, codes in clauses], frame),
        whole=wanted([example.codes], frame),
        stance=STANCES.index(stance),
        score=BAND_SCORE[stance] if example.score is None else example.score,
    )


def clauses_of(example: Example) -> list[tuple[int, int, Codes]]:
    """Return the labelled clauses, and of those that new text would be cut into the ones whose codes are certain.

    A clause that touches no labelled one says nothing; one that is nearly the same as a labelled one says the same.
    """
    labelled = [(segment.start, segment.end, segment.codes) for segment in example.segments]
    found = list(labelled)
    for clause in segments(example.text):
        touched = [other for other in labelled if min(clause.end, other[1]) > max(clause.start, other[0])]
        if not touched:
            found.append((clause.start, clause.end, ()))
        elif len(touched) == 1 and SAME < _jaccard((clause.start, clause.end), touched[0][:2]) < 1:
            found.append((clause.start, clause.end, touched[0][2]))
    return found or [(0, len(example.text), example.codes)]


def wanted(readings: Sequence[Codes], frame: Frame) -> Wanted:
    """Return the answers wanted for readings with these codes."""
    sides = np.full((len(readings), len(frame.ids)), UNASKED, dtype=np.int64)
    for row, codes in enumerate(readings):
        for id in {id for id, _ in codes}:
            side = merged_polarity(polarity for other, polarity in codes if other == id)
            sides[row, frame.ids.index(id)] = POLARITIES.index(side)
    coded = np.array([marks([id for id, _ in codes], frame) for codes in readings], dtype=np.float32)
    return Wanted(coded, sides)


def marks(ids: Iterable[str], frame: Frame) -> Floats:
    """Return 1 for the ids and categories (k + c,) that a list of ids stands for; a child implies its category."""
    found = np.zeros(len(frame.ids) + len(frame.categories), dtype=np.float32)
    for id in ids:
        column = frame.ids.index(id)
        found[column] = 1
        if frame.category[column] >= 0:
            found[len(frame.ids) + frame.category[column]] = 1
    return found


def _jaccard(first: Span, second: Span) -> float:
    common = min(first[1], second[1]) - max(first[0], second[0])
    return common / (max(first[1], second[1]) - min(first[0], second[0]))
