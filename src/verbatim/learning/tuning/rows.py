"""What an encoder is tuned on: texts with their clauses, and for each clause and whole the answers wanted."""

import random
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from verbatim.codes import Frame
from verbatim.domain import POLARITIES, STANCES, merged_polarity
from verbatim.encoders import Span
from verbatim.features import Floats
from verbatim.learning.examples import Codes, Example
from verbatim.stance import BAND_SCORE, band
from verbatim.text.segments import segments
from verbatim.text.words import han

UNASKED = -1
"""The polarity of an id that is not meant: nothing is learnt from it."""

SAME = 0.6
"""A clause as new text is cut is the labelled one when they share this part of what both cover (Jaccard)."""

_NEUTRAL = POLARITIES.index("neutral")
_ENDS = tuple(".!?,;:…。！？，；：~～")
"""A text that ends with one of these needs no mark before what follows it."""

Sides = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Wanted:
    """The answers wanted for n readings: `coded` (n, k + c), 0 or 1, `sides` (n, k) counting in POLARITIES, or -1."""

    coded: Floats
    sides: Sides


@dataclass(frozen=True, slots=True)
class Row:
    """One text: its clauses, the answers wanted for each, and for the whole (n = 1); stance counts in STANCES.

    A text that nobody wrote, made of two, is not `written`: only how it judges and sounds is learnt from it.
    """

    text: str
    spans: tuple[Span, ...]
    clauses: Wanted
    whole: Wanted
    stance: int
    score: float
    written: bool = True


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


def pairs_of(examples: Sequence[Example], rows: Sequence[Row], frame: Frame, share: float, seed: int) -> list[Row]:
    """Return pairs of short texts of one language read as one text, as many as `share` of the rows; seeded.

    Each clause keeps its answers whatever stands beside it, and the whole is answered as the codebook merges: praise
    beside blame of one id is neutral. Every other pair has an id in common, so that this is seen often. A text in which
    nothing is praised or blamed is left alone, and so is one that is longer than half of its language.
    """
    draw = random.Random(seed)
    tongues: dict[str, list[int]] = defaultdict(list)
    for number, example in enumerate(examples):
        tongues[example.language].append(number)
    alike: dict[tuple[str, str], list[int]] = defaultdict(list)
    short: list[int] = []
    for tongue, numbers in tongues.items():
        median = sorted(len(rows[number].text) for number in numbers)[len(numbers) // 2]
        fit = [number for number in numbers if len(rows[number].text) <= median and _judges(rows[number])]
        short += fit
        for number in fit:
            for id in ("", *sorted(examples[number].ids)):
                alike[tongue, id].append(number)
    found = []
    for turn in range(int(share * len(rows)) if short else 0):
        first = draw.choice(short)
        id = draw.choice(sorted(examples[first].ids)) if turn % 2 else ""
        second = draw.choice(alike[examples[first].language, id])
        if first != second:
            found.append(joined(rows[first], rows[second], frame))
    return found


def joined(first: Row, second: Row, frame: Frame) -> Row:
    """Return two texts as one, with the clauses of both; an overall verdict beside reasons of its side says no more."""
    ended, spaceless = first.text.endswith(_ENDS), bool(han(first.text))
    between = ("" if spaceless else " ") if ended else ("，" if spaceless else ". ")
    shift = len(first.text) + len(between)
    score = (first.score + second.score) / 2
    whole = _merged(first.whole, second.whole)
    if frame.general is not None:
        others = np.delete(whole.sides[0], frame.general)
        if whole.sides[0, frame.general] in others[others != UNASKED]:
            whole.coded[0, frame.general], whole.sides[0, frame.general] = 0, UNASKED
    return Row(
        text=f"{first.text}{between}{second.text}",
        spans=(*first.spans, *((start + shift, end + shift) for start, end in second.spans)),
        clauses=Wanted(
            np.concatenate([first.clauses.coded, second.clauses.coded]),
            np.concatenate([first.clauses.sides, second.clauses.sides]),
        ),
        whole=whole,
        stance=STANCES.index(band(score)),
        score=score,
        written=False,
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


def _judges(row: Row) -> bool:
    """Say whether a text praises or blames something."""
    return bool(((row.whole.sides != UNASKED) & (row.whole.sides != _NEUTRAL)).any())


def _merged(first: Wanted, second: Wanted) -> Wanted:
    """Return the answers for what holds both: each id once, with `domain.merged_polarity` of its sides."""
    one, other = first.sides, second.sides
    silent = (one == UNASKED) | ((one == _NEUTRAL) & (other != UNASKED))
    sides = np.where(silent, other, np.where((other == UNASKED) | (other == _NEUTRAL) | (one == other), one, _NEUTRAL))
    return Wanted(np.maximum(first.coded, second.coded), sides)


def _jaccard(first: Span, second: Span) -> float:
    common = min(first[1], second[1]) - max(first[0], second[0])
    return common / (max(first[1], second[1]) - min(first[0], second[0]))
