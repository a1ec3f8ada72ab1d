"""Seed examples that analysts contradict: what a model was taught, beside what was corrected in the nearest words.

Of every example the nearest corrected verbatims are found among all of them, by the cosine of their vectors: no index,
no guess. A code is contradicted where those near enough are so many, and one as the other say otherwise. Whether that
is an error of the example or a custom of this customer's analysts, a person decides.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Vectors = NDArray[np.float32]
Marks = NDArray[np.bool_]

NEIGHBOURS = 5
"""So many of the nearest corrected verbatims are asked, as far as they are near enough."""

FEWEST = 3
"""Fewer than so many contradict nothing."""

NEAR = 0.6
"""The cosine from which a corrected verbatim is near enough to be asked."""

BLOCK = 1024
"""So many examples are compared with all corrected verbatims at a time."""


@dataclass(frozen=True, slots=True)
class Contradiction:
    """A code that an example was `given` and all its corrected neighbours lack, or the other way about.

    `neighbours` are the corrected verbatims, the nearest first; `likeness` is their mean cosine.
    """

    example: str
    code: str
    given: bool
    neighbours: tuple[str, ...]
    likeness: float


@dataclass(frozen=True, slots=True)
class Contradictions:
    """What is contradicted of so many `examples`, the nearest first; `asked` of them had neighbours enough to ask."""

    examples: int
    asked: int
    found: tuple[Contradiction, ...]


@dataclass(frozen=True, slots=True)
class Coded:
    """Texts that were coded: their names, the vectors of whole texts (n, d), and which of the codes each has (n, k)."""

    names: Sequence[str]
    vectors: Vectors
    marks: Marks


def contradictions(seed: Coded, corrected: Coded, codes: Sequence[str], near: float = NEAR) -> Contradictions:
    """Return what corrected verbatims contradict of a seed, both marked by the same codes in the same order."""
    found: list[Contradiction] = []
    asked = 0
    if len(corrected.names) >= FEWEST:
        own, others = _unit(seed.vectors), _unit(corrected.vectors)
        for start in range(0, len(own), BLOCK):
            places, alike = _nearest(own[start : start + BLOCK], others)
            close = alike >= near
            asked += int((close.sum(axis=1) >= FEWEST).sum())
            found += _contradicted(seed, corrected, codes, start, _Near(places, alike, close))
    found.sort(key=lambda one: (-one.likeness, one.example, one.code))
    return Contradictions(len(seed.names), asked, tuple(found))


@dataclass(frozen=True, slots=True)
class _Near:
    """The nearest corrected verbatims of a block of examples: their places, cosines, and which are near enough."""

    places: NDArray[np.int64]
    alike: Vectors
    close: Marks


def _contradicted(
    seed: Coded, corrected: Coded, codes: Sequence[str], start: int, near: _Near
) -> Iterator[Contradiction]:
    """Yield what is contradicted of the examples of a block."""
    count = near.close.sum(axis=1)
    with_code = (corrected.marks[near.places] & near.close[..., None]).sum(axis=1)
    given = seed.marks[start : start + len(count)]
    otherwise = np.where(given, with_code == 0, with_code == count[:, None]) & (count >= FEWEST)[:, None]
    for row, column in np.argwhere(otherwise).tolist():
        close = near.close[row]
        yield Contradiction(
            example=seed.names[start + row],
            code=codes[column],
            given=bool(given[row, column]),
            neighbours=tuple(corrected.names[place] for place in near.places[row, close].tolist()),
            likeness=float(near.alike[row, close].mean()),
        )


def _nearest(own: Vectors, others: Vectors) -> tuple[NDArray[np.int64], Vectors]:
    """Return the places of the nearest of `others` and their cosines, (n, NEIGHBOURS) or fewer, the nearest first."""
    alike = own @ others.T
    most = min(NEIGHBOURS, alike.shape[1])
    places = np.argpartition(-alike, most - 1, axis=1)[:, :most]
    order = np.argsort(-np.take_along_axis(alike, places, axis=1), axis=1, kind="stable")
    places = np.take_along_axis(places, order, axis=1)
    return places, np.take_along_axis(alike, places, axis=1)


def _unit(vectors: Vectors) -> Vectors:
    lengths = np.linalg.norm(vectors, axis=1, keepdims=True)
    return np.asarray(vectors / np.maximum(lengths, 1e-9), dtype=np.float32)
