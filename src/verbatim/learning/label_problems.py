"""Likely label errors, and codes whose borders blur: confident learning for labels of which each is given or not.

C. Northcutt, L. Jiang, I. Chuang (2021), Confident Learning: Estimating Uncertainty in Dataset Labels, JAIR 70,
1373–1411. Each code is a question of its own, with the answers yes and no. An answer is confident where its probability
reaches the mean that it has among the examples labelled so; a confident answer against the label is a likely error.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Values = NDArray[np.float64]
Marks = NDArray[np.bool_]

FEWEST = 5
"""A code that fewer examples have, or lack, is not judged: nothing tells what is usual for it."""

FEWEST_SWAPS = 2
"""Two codes blur where at least so many examples look as if one stood for the other."""


@dataclass(frozen=True, slots=True)
class LabelProblem:
    """A label that is likely wrong: the code was `given` to the example and should not, or the other way about.

    `probability` is the model's for the code, `margin` from −1 to 0 how far it speaks against the label.
    """

    example: str
    code: str
    given: bool
    probability: float
    margin: float


@dataclass(frozen=True, slots=True)
class CodeNoise:
    """One code: how many examples have it, how many of them likely should not, and how many others likely should."""

    code: str
    n: int
    wrong: int
    missing: int


@dataclass(frozen=True, slots=True)
class Blur:
    """Two codes of which one was likely given for the other: in so many examples, a share of those with one of them."""

    first: str
    second: str
    swaps: int
    share: float


@dataclass(frozen=True, slots=True)
class LabelProblems:
    """What is likely wrong with the labels of so many `examples`: labels, codes, pairs of codes, each worst first."""

    examples: int
    problems: tuple[LabelProblem, ...]
    noise: tuple[CodeNoise, ...]
    blurred: tuple[Blur, ...]


def label_problems(probabilities: Values, given: Marks, examples: Sequence[str], codes: Sequence[str]) -> LabelProblems:
    """Return the likely errors of labels (n, k) by probabilities (n, k) of a model that had not seen the examples."""
    yes, no = confidence(probabilities, given)
    against = np.where(given, (no >= 1) & (no > yes), (yes >= 1) & (yes > no)) & _judged(probabilities, given)
    margins = np.where(given, yes - no, no - yes) / np.maximum(yes + no, 1e-9)
    found = [
        LabelProblem(
            examples[row],
            codes[column],
            bool(given[row, column]),
            float(probabilities[row, column]),
            float(margins[row, column]),
        )
        for row, column in np.argwhere(against).tolist()
    ]
    return LabelProblems(
        examples=len(given),
        problems=tuple(sorted(found, key=lambda one: (one.margin, one.example, one.code))),
        noise=tuple(sorted(_noise(against, given, codes), key=lambda one: (-one.wrong - one.missing, one.code))),
        blurred=tuple(sorted(_blurred(against, given, codes), key=lambda one: (-one.swaps, -one.share, one.first))),
    )


def confidence(probabilities: Values, given: Marks) -> tuple[Values, Values]:
    """Return the probabilities of yes and of no (n, k), each as a multiple of what is usual where the label says so.

    So codes are measured alike, whether their probabilities are calibrated or not.
    """
    have, lack = (np.maximum(1, marks.sum(axis=0)) for marks in (given, ~given))
    yes = (probabilities * given).sum(axis=0) / have
    no = ((1 - probabilities) * ~given).sum(axis=0) / lack
    return probabilities / np.maximum(yes, 1e-9), (1 - probabilities) / np.maximum(no, 1e-9)


def _judged(probabilities: Values, given: Marks) -> Marks:
    """Return which codes (k,) are judged: enough examples have and lack them, and the model tells the two apart."""
    have, lack = given.sum(axis=0), (~given).sum(axis=0)
    sure = (probabilities * given).sum(axis=0) / np.maximum(1, have)
    unsure = (probabilities * ~given).sum(axis=0) / np.maximum(1, lack)
    return np.asarray((np.minimum(have, lack) >= FEWEST) & (sure > unsure))


def _noise(against: Marks, given: Marks, codes: Sequence[str]) -> Iterator[CodeNoise]:
    for column in np.flatnonzero(given.any(axis=0)).tolist():
        wrong, missing = (int((against & marks)[:, column].sum()) for marks in (given, ~given))
        yield CodeNoise(codes[column], int(given[:, column].sum()), wrong, missing)


def _blurred(against: Marks, given: Marks, codes: Sequence[str]) -> Iterator[Blur]:
    """Yield the pairs of codes of which an example has one that is likely wrong and lacks one that is likely right."""
    one_way = (against & given).astype(np.int64).T @ (against & ~given).astype(np.int64)
    swaps, have = one_way + one_way.T, given.astype(np.int64)
    either = have.sum(axis=0)[:, None] + have.sum(axis=0) - have.T @ have
    for a, b in np.argwhere(np.triu(swaps, 1) >= FEWEST_SWAPS).tolist():
        yield Blur(codes[a], codes[b], int(swaps[a, b]), float(swaps[a, b] / either[a, b]))
