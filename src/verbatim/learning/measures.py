"""How well codings agree with gold: precision, recall, F1, exact sets, quadratic kappa."""

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

import numpy as np

from verbatim.domain import STANCES, StanceLabel

Ids = frozenset[str]


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
    seen = [score for score in scores.values() if score.n]
    total = Score(hits.total(), false.total(), missed.total())
    return Agreement(
        per_id=scores,
        micro=total.f1,
        weighted=sum(score.f1 * score.n for score in seen) / max(1, sum(score.n for score in seen)),
        macro=sum(score.f1 for score in seen) / max(1, len(seen)),
        exact=sum(want == got for want, got in pairs) / max(1, len(pairs)),
    )


def first_level(sets: Iterable[Ids], category_of: Callable[[str], str]) -> list[Ids]:
    """Return the sets with every id replaced by its category."""
    return [frozenset(map(category_of, ids)) for ids in sets]


def quadratic_kappa(pairs: Sequence[tuple[StanceLabel, StanceLabel]]) -> float:
    """Return Cohen's kappa with quadratic weights over critic, passive, promoter (Cohen 1968).

    0 without pairs, and where chance alone could not disagree.
    """
    if not pairs:
        return 0.0
    first, second = (np.array([STANCES.index(pair[side]) for pair in pairs]) for side in (0, 1))
    observed = float(((first - second) ** 2).mean())
    shares = [np.bincount(side, minlength=len(STANCES)) / len(pairs) for side in (first, second)]
    distance = np.subtract.outer(np.arange(len(STANCES)), np.arange(len(STANCES))) ** 2
    expected = float(shares[0] @ distance @ shares[1])
    return 1 - observed / expected if expected else 0.0
