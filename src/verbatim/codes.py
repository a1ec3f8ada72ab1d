"""From the heads' answers to codes: thresholds, calibration, polarity, evidence, and the rules of the frame.

A part is one reply, or one turn of a call. What the heads say of its clauses and of its whole is blended into one score
for each id; an id is given when its score reaches the threshold of that id.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from verbatim.domain import POLARITIES, Polarity
from verbatim.features import Floats
from verbatim.heads import grouped_max, sigmoid

Flags = NDArray[np.bool_]
Columns = NDArray[np.int64]

NEGATIVE, NEUTRAL, POSITIVE = range(3)


@dataclass(frozen=True, slots=True)
class Frame:
    """The code frame as the arrays see it: `ids`, the column of each id's category head, and the ids with a role.

    `categories` counts from 0; an id without a category has -1. `bare` marks the ids that are a category themselves.
    """

    ids: tuple[str, ...]
    categories: tuple[str, ...]
    category: NDArray[np.int64]
    bare: Flags
    general: int | None
    no_content: int | None
    none: int | None = None

    @property
    def alone(self) -> tuple[int, ...]:
        """The columns of the ids that stand beside no other one: those for answers that say nothing, or not this."""
        return tuple(column for column in (self.no_content, self.none) if column is not None)

    @property
    def no_content_id(self) -> str | None:
        """The id of answers that say nothing, if the frame has one."""
        return None if self.no_content is None else self.ids[self.no_content]


@dataclass(frozen=True, slots=True)
class Thresholds:
    """What was fitted on held-out answers: when an id is given, and how sure a score is.

    `given` (k,) and `category` (c,) are scores from 0 to 1; `slope` and `offset` (k,) turn the log-odds of a score into
    those of being right (Platt 1999). `floor` times the threshold is enough for the best id where there is no other.
    """

    given: Floats
    category: Floats
    slope: Floats
    offset: Floats
    floor: float
    whole: float

    def confidence(self, scores: Floats) -> Floats:
        """Return the calibrated probability that each id is right, (n, k), for blended scores (n, k)."""
        odds = log_odds(scores)
        return sigmoid(odds * self.slope + self.offset)


@dataclass(frozen=True, slots=True)
class Evidence:
    """One id found in one part: its column, polarity, confidence, and the numbers of its clauses, strongest first."""

    id: int
    polarity: Polarity
    confidence: float
    clauses: tuple[int, ...]


def log_odds(scores: Floats) -> Floats:
    """Return ln(p / (1 - p)), with p kept within one in ten thousand of 0 and 1."""
    inside = np.clip(scores, 1e-4, 1 - 1e-4)
    return np.asarray(np.log(inside / (1 - inside)), dtype=np.float32)


def blend(clauses: Floats, sizes: Sequence[int], wholes: Floats, whole: float) -> Floats:
    """Return `whole` × the score of a whole part plus the rest × that of its best clause, (parts, heads)."""
    return (whole * wholes + (1 - whole) * grouped_max(clauses, sizes)).astype(np.float32)


def given(scores: Floats, frame: Frame, thresholds: Thresholds) -> Flags:
    """Return which ids each part gets, (parts, k), before polarity: scores are (parts, k ids + c categories).

    A category whose own head is sure while none of its ids is found gets its best id, if that reaches `floor` times
    its threshold; else it is given bare: the reason is known, the subcategory is not. A part without any id gets its
    best one under the same condition.
    """
    count = len(frame.ids)
    found = scores[:, :count] >= thresholds.given
    relative = scores[:, :count] / thresholds.given
    for number in range(len(frame.categories)):
        own = np.flatnonzero(frame.category == number)
        sure = scores[:, count + number] >= thresholds.category[number]
        unclear = np.flatnonzero(sure & ~found[:, own].any(axis=1))
        _nearest(found, relative, unclear, own, thresholds.floor)
        still = unclear[~found[np.ix_(unclear, own)].any(axis=1)]
        found[still, frame.ids.index(frame.categories[number])] = True
    silent = np.flatnonzero(~found.any(axis=1))
    _nearest(found, relative, silent, np.arange(count), thresholds.floor)
    for column in frame.alone:
        found[found.sum(axis=1) > 1, column] = False
    return found


def evidence(chosen: Flags, clauses: Floats, sides: Floats, confidence: Floats, frame: Frame) -> list[Evidence]:
    """Return the codes of one part with their clauses and polarity, in the order of the frame.

    chosen (k,), clauses (s, k) and sides (s, k, 3) of its s clauses, confidence (k,).
    """
    found = [_weigh(int(column), clauses, sides[:, column], confidence) for column in np.flatnonzero(chosen)]
    return [code for code in found if not _redundant(code, found, frame)]


def _nearest(found: Flags, relative: Floats, rows: Columns, columns: Columns, floor: float) -> None:
    """Give each of the rows the column whose score is nearest to its threshold, if it reaches `floor` times that."""
    best = columns[relative[np.ix_(rows, columns)].argmax(axis=1)]
    near = relative[rows, best] >= floor
    found[rows[near], best[near]] = True


def _weigh(column: int, clauses: Floats, polarity: Floats, confidence: Floats) -> Evidence:
    """Return one id's evidence: the clauses near its strongest one, and the polarity they show together."""
    scores = clauses[:, column]
    strong = np.flatnonzero(scores >= 0.6 * scores.max())
    strong = strong[np.argsort(-scores[strong], kind="stable")][:5]
    shown = polarity[strong] * scores[strong, None]
    sides = [POLARITIES[side] for side in shown.argmax(axis=1)]
    return Evidence(column, _judged(shown.sum(axis=0), sides), float(confidence[column]), tuple(map(int, strong)))


def _judged(weight: Floats, sides: Sequence[Polarity]) -> Polarity:
    """Return the heavier side, or neutral where praise and blame stand in different clauses and neither outweighs."""
    if {"negative", "positive"} <= set(sides):
        low, high = sorted((float(weight[NEGATIVE]), float(weight[POSITIVE])))
        if low > 0.5 * high:
            return "neutral"
    return POLARITIES[int(weight.argmax())]


def _redundant(code: Evidence, found: Sequence[Evidence], frame: Frame) -> bool:
    """Say whether a general or bare code adds nothing to the precise codes of the same polarity beside it."""
    others = [other for other in found if other is not code and other.polarity == code.polarity]
    if code.id == frame.general:
        return any(other.id not in frame.alone for other in others)
    if not frame.bare[code.id]:
        return False
    return any(frame.category[other.id] == frame.category[code.id] for other in others)


def frame_of(ids: Sequence[str], parents: Mapping[str, str | None], roles: Mapping[str, str | None]) -> Frame:
    """Return the frame of a codebook: its ids in order, with each one's parent and role, or None."""
    categories = tuple(id for id in ids if parents[id] is None and roles[id] is None)
    place = {id: number for number, id in enumerate(categories)}
    category = np.array([place.get(parents[id] or id, -1) for id in ids], dtype=np.int64)
    role = {roles[id]: number for number, id in enumerate(ids) if roles[id]}
    bare = np.array([id in place for id in ids], dtype=bool)
    return Frame(tuple(ids), categories, category, bare, *map(role.get, ("general", "no_content", "none")))
