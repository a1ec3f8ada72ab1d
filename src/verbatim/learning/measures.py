"""How well codings agree with gold: precision, recall, F1, exact sets, quadratic kappa, calibration error.

Every formula takes counts and works along the last axes, so that the same one gives the figure of a file and those of
a thousand resampled ones.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from verbatim.domain import STANCES, StanceLabel

Ids = frozenset[str]
Values = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Score:
    """Hits, false alarms and misses of one id."""

    hits: int
    false: int
    missed: int

    @property
    def n(self) -> int:
        """How often gold has it."""
        return self.hits + self.missed

    @property
    def precision(self) -> float:
        """The share of what was given that is right; 0 where nothing was given."""
        return self.hits / max(1, self.hits + self.false)

    @property
    def recall(self) -> float:
        """The share of gold that was found; 0 where gold has none."""
        return self.hits / max(1, self.n)

    @property
    def f1(self) -> float:
        """The harmonic mean of precision and recall."""
        return 2 * self.hits / max(1, 2 * self.hits + self.false + self.missed)

    def figures(self) -> dict[str, float]:
        """Precision, recall, F1 and n, rounded to a thousandth."""
        rounded = {"precision": self.precision, "recall": self.recall, "f1": self.f1}
        return {**{name: round(value, 3) for name, value in rounded.items()}, "n": self.n}


@dataclass(frozen=True, slots=True)
class Agreement:
    """Coded sets against gold sets on one level: each id's score, and the whole."""

    per_id: dict[str, Score]
    micro: float
    weighted: float
    macro: float
    exact: float


def compare(gold: Sequence[Ids], found: Sequence[Ids]) -> Agreement:
    """Return the agreement of two lists of id sets; weighted and macro F1 run over the ids that gold has."""
    pairs = list(zip(gold, found, strict=True))
    hits = Counter(id for want, got in pairs for id in want & got)
    false = Counter(id for want, got in pairs for id in got - want)
    missed = Counter(id for want, got in pairs for id in want - got)
    ids = sorted({*hits, *false, *missed})
    scores = {id: Score(hits[id], false[id], missed[id]) for id in ids}
    micro, weighted, macro = wholes(np.array([[counts[id] for id in ids] for counts in (hits, false, missed)]))
    return Agreement(
        per_id=scores,
        micro=float(np.nan_to_num(micro)),
        weighted=float(np.nan_to_num(weighted)),
        macro=float(np.nan_to_num(macro)),
        exact=sum(want == got for want, got in pairs) / max(1, len(pairs)),
    )


def wholes(counts: ArrayLike) -> tuple[Values, Values, Values]:
    """Return micro, weighted and macro F1 (…,) of counts (…, 3, k): hits, false alarms and misses of k ids.

    Weighted is by gold support, and macro the plain mean; both run over the ids that gold has, and are not a number
    where it has none.
    """
    table = np.asarray(counts, dtype=np.float64)
    scores, support = f1_of(table), table[..., 0, :] + table[..., 2, :]
    seen = support > 0
    micro = f1_of(table.sum(axis=-1, keepdims=True))[..., 0]
    return micro, share((scores * support).sum(-1), support.sum(-1)), share((scores * seen).sum(-1), seen.sum(-1))


def f1_of(counts: Values) -> Values:
    """Return the F1 (…, k) of counts (…, 3, k); 0 where an id is neither given nor missed."""
    hits, false, missed = (counts[..., row, :] for row in range(3))
    return np.asarray(2 * hits / np.maximum(1, 2 * hits + false + missed))


def share(part: ArrayLike, whole: ArrayLike) -> Values:
    """Return part / whole, entry by entry; not a number where the whole is 0."""
    below = np.asarray(whole, dtype=np.float64)
    return np.asarray(np.divide(part, below, out=np.full(below.shape, np.nan), where=below > 0))


def first_level(sets: Iterable[Ids], category_of: Callable[[str], str]) -> list[Ids]:
    """Return the sets with every id replaced by its category."""
    return [frozenset(map(category_of, ids)) for ids in sets]


def quadratic_kappa(pairs: Sequence[tuple[StanceLabel, StanceLabel]]) -> float:
    """Return Cohen's kappa with quadratic weights over critic, passive, promoter (Cohen 1968).

    0 without pairs, and where chance alone could not disagree.
    """
    table = np.zeros((len(STANCES), len(STANCES)))
    for first, second in pairs:
        table[STANCES.index(first), STANCES.index(second)] += 1
    return float(np.nan_to_num(kappa_of(table)))


def kappa_of(tables: Values) -> Values:
    """Return the quadratic kappa (…,) of tables of counts (…, 3, 3); not a number for an empty one."""
    n = tables.sum((-1, -2))
    places = np.arange(tables.shape[-1])
    distance = np.subtract.outer(places, places) ** 2
    expected = share(np.einsum("...i,...j,ij->...", tables.sum(-1), tables.sum(-2), distance), n)
    observed = (tables * distance).sum((-1, -2))
    return np.where(n > 0, np.where(expected > 0, 1 - share(observed, expected), 0.0), np.nan)


def calibration_error(steps: Values) -> Values:
    """Return the expected calibration error (…,) of steps (…, s, 3): codes, the sum of what they state, and how many
    are right.

    The mean distance between stated and right over steps of equal width, weighted by codes: Naeini et al. 2015.
    """
    return share(np.abs(steps[..., 1] - steps[..., 2]).sum(-1), steps[..., 0].sum(-1))
