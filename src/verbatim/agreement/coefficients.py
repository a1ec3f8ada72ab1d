"""How far coders agree beyond chance: observed agreement, Krippendorff's alpha, Cohen's and Fleiss' kappa, Gwet's AC1.

Every measure is a function of sums over units, so the same formula gives the figure of all units and those of a
thousand samples drawn from them with replacement: the limits (percentiles, Efron and Tibshirani 1993, chapter 13).
"""

from collections.abc import Callable, Hashable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from itertools import combinations
from typing import Literal

import numpy as np
from numpy.typing import NDArray

MISSING = -1
"""Stands where a coder said nothing of a unit."""

REPLICATES = 1000
SEED = 7
LIMITS = (2.5, 97.5)

RELY, TENTATIVE = 0.8, 0.667

_CELLS = 4_000_000
"""Weights that are held as numbers with a point at a time."""

Values = NDArray[np.float64]
Given = NDArray[np.int64]
Weights = NDArray[np.uint8]
Measure = Literal["observed", "alpha", "kappa", "fleiss", "ac1"]
Verdict = Literal["rely", "tentative", "discard"]


@dataclass(frozen=True, slots=True)
class Ratings:
    """What m coders said of n units: `given` (n, m) counts in `values`, MISSING where a coder said nothing.

    Every one of `values` could have been given, whether it was or not: AC1 asks how many there are.
    """

    given: Given
    values: tuple[Hashable, ...]

    @property
    def said(self) -> NDArray[np.int64]:
        """How many coders said something of each unit, (n,)."""
        return np.asarray((self.given != MISSING).sum(axis=1))


@dataclass(frozen=True, slots=True)
class Coefficient:
    """Agreement by one measure with its 95% limits, or None and the reason why it has no value.

    `units` were coded by somebody, `pairable` ones by two of the `coders` or more. No limits where chance in the choice
    of units cannot be seen: with one unit, or where most samples have no value.
    """

    value: float | None
    low: float | None
    high: float | None
    units: int
    pairable: int
    coders: int
    reason: str = ""


@dataclass(frozen=True, slots=True)
class _Formula:
    """A measure: what each unit adds (n, p), what sums (…, p) give (…), and why ratings have no value, if so."""

    rows: Callable[[Ratings], Values]
    value: Callable[[Values, Ratings], Values]
    lacks: Callable[[Ratings], str]
    even: str


def ratings_of(rows: Sequence[Sequence[Hashable | None]], values: Sequence[Hashable] | None = None) -> Ratings:
    """Return ratings from a row for each unit with a value for each coder, None where there is none.

    `values` are those that could be given; where they are left out, those that were, in the order in which they came.
    """
    known = {value: number for number, value in enumerate(values or ())}
    for row in rows:
        for value in row:
            if value is not None:
                known.setdefault(value, len(known))
    numbers = [[MISSING if value is None else known[value] for value in row] for row in rows]
    width = len(rows[0]) if rows else 0
    return Ratings(np.array(numbers, dtype=np.int64).reshape(len(rows), width), tuple(known))


def observed_agreement(ratings: Ratings) -> Coefficient:
    """Return the share of pairs of coders who gave the same value: the mean over units that two coded or more."""
    return coefficients(ratings, ("observed",))["observed"]


def krippendorff_alpha(ratings: Ratings) -> Coefficient:
    """Return Krippendorff's alpha for nominal values, any number of coders and gaps.

    1 − Dₒ/Dₑ over the matrix of coincidences: K. Krippendorff (2011), Computing Krippendorff's Alpha-Reliability.
    """
    return coefficients(ratings, ("alpha",))["alpha"]


def cohen_kappa(ratings: Ratings) -> Coefficient:
    """Return Cohen's kappa of two coders, or of more the mean of each pair's.

    J. Cohen (1960), Educational and Psychological Measurement 20, 37–46; the mean over pairs is that of R. J. Light
    (1971), Psychological Bulletin 76, 365–377. Pairs without a common unit or a value of their own are left out.
    """
    return coefficients(ratings, ("kappa",))["kappa"]


def fleiss_kappa(ratings: Ratings) -> Coefficient:
    """Return Fleiss' kappa, for units that were all coded by the same number of coders, whoever they were.

    J. L. Fleiss (1971), Measuring nominal scale agreement among many raters, Psychological Bulletin 76, 378–382.
    """
    return coefficients(ratings, ("fleiss",))["fleiss"]


def gwet_ac1(ratings: Ratings) -> Coefficient:
    """Return Gwet's AC1 for any number of coders and gaps: it stays steady where one value is rare.

    K. L. Gwet (2008), British Journal of Mathematical and Statistical Psychology 61, 29–48; with gaps: Handbook of
    Inter-Rater Reliability (2014), chapter 5, where units of a single coder count for chance alone.
    """
    return coefficients(ratings, ("ac1",))["ac1"]


def coefficients(
    ratings: Ratings, measures: Sequence[Measure], groups: Given | None = None
) -> dict[Measure, Coefficient]:
    """Return several measures of the same ratings.

    `groups` (n,) numbers from 0 what is drawn together, where units depend on each other.
    """
    shared, lacks = sharing(ratings), {name: _lack(ratings, name) for name in measures}
    found = {name: replace(shared, reason=reason) for name, reason in lacks.items()}
    parts = {name: FORMULAS[name].rows(ratings) for name, reason in lacks.items() if not reason}
    if not parts:
        return found
    rows, ends = np.concatenate(list(parts.values()), axis=1), np.cumsum([part.shape[1] for part in parts.values()])
    apart = rows if groups is None else _grouped(rows, groups)
    samples = weighted(apart, draws(len(apart)))
    for name, start, end in zip(parts, (0, *ends), ends, strict=False):
        formula = FORMULAS[name]
        value = formula.value(rows[:, start:end].sum(axis=0), ratings)
        others = formula.value(samples[:, start:end], ratings)
        found[name] = told(float(value), others, shared, formula.even, alone=len(apart) < 2)
    return found


def sharing(ratings: Ratings) -> Coefficient:
    """Return a coefficient without a value, which tells how many units and coders there are."""
    said = ratings.said
    coders = int((ratings.given != MISSING).any(axis=0).sum())
    return Coefficient(None, None, None, int((said > 0).sum()), int((said > 1).sum()), coders)


def told(value: float, samples: Values, shared: Coefficient, even: str, *, alone: bool = False) -> Coefficient:
    """Return the coefficient with this value and those of samples (r,); `even` is the reason where it has none."""
    if np.isnan(value):
        return replace(shared, reason=even)
    known = samples[~np.isnan(samples)]
    if alone or 2 * len(known) < len(samples):
        return replace(shared, value=value)
    low, high = np.percentile(known, LIMITS)
    # Samples of few units agree less than all of them do, so that the value itself may lie outside: then it is a limit.
    return replace(shared, value=value, low=min(float(low), value), high=max(float(high), value))


def lack(ratings: Ratings) -> str:
    """Return why nothing at all can be said of how coders agree; nothing where something can."""
    shared = sharing(ratings)
    if not shared.units:
        return "nothing was coded"
    if shared.coders < 2:
        return "there is one coder only"
    return "" if shared.pairable else "no unit was coded by two coders"


def lack_of_units(ratings: Ratings) -> str:
    """Return why chance cannot be told: there are fewer than two units with a pair; nothing where there are more."""
    return "one unit only was coded by two coders" if (ratings.said > 1).sum() < 2 else ""


def verdict(coefficient: Coefficient) -> Verdict | None:
    """Return what an alpha is good for by Krippendorff's limits: from 0.800 to rely on, below 0.667 to discard."""
    if coefficient.value is None:
        return None
    if coefficient.value >= RELY:
        return "rely"
    return "tentative" if coefficient.value >= TENTATIVE else "discard"


@lru_cache(maxsize=2)
def draws(n: int) -> Weights:
    """Return how often each of n units is drawn in a thousand samples of n, always the same ones: (1000, n)."""
    chance = np.random.default_rng(SEED)
    found = np.zeros((REPLICATES, n), dtype=np.uint8)
    for number in range(REPLICATES if n else 0):
        found[number] = np.bincount(chance.integers(0, n, n), minlength=n)
    found.flags.writeable = False
    return found


def weighted(rows: Values, weights: Weights) -> Values:
    """Return the sums (r, p) of rows (n, p) under weights (r, n)."""
    narrow = rows.astype(np.float32)
    parts = [block.astype(np.float32) @ narrow for block in _blocks(weights)]
    return np.concatenate([np.zeros((0, rows.shape[1]), dtype=np.float32), *parts]).astype(np.float64)


def _blocks(weights: Weights) -> Iterator[Weights]:
    """Yield the weights a few rows at a time."""
    step = max(1, _CELLS // max(1, weights.shape[1]))
    for start in range(0, len(weights), step):
        yield weights[start : start + step]


def ratio(part: Values, whole: Values) -> Values:
    """Return part / whole, entry by entry; not a number where the whole is 0."""
    above, below = np.broadcast_arrays(part, np.asarray(whole, dtype=np.float64))
    return np.asarray(np.divide(above, below, out=np.full(below.shape, np.nan), where=below > 0))


def same_pairs(given: Given) -> Values:
    """Return how many ordered pairs of coders gave each unit the same value, (n,)."""
    pairs = combinations(range(given.shape[1]), 2)
    same = ((given[:, a] == given[:, b]) & (given[:, a] != MISSING) for a, b in pairs)
    return sum((2.0 * each for each in same), np.zeros(len(given)))


def _lack(ratings: Ratings, measure: Measure) -> str:
    return lack(ratings) or FORMULAS[measure].lacks(ratings)


def _grouped(rows: Values, groups: Given) -> Values:
    sums = np.zeros((int(groups.max(initial=-1)) + 1, rows.shape[1]))
    np.add.at(sums, groups, rows)
    return sums


def _counts(ratings: Ratings) -> Values:
    """Return how many coders gave each unit each value, (n, q)."""
    counts = np.zeros((len(ratings.given), len(ratings.values)))
    units, coders = np.nonzero(ratings.given != MISSING)
    np.add.at(counts, (units, ratings.given[units, coders]), 1)
    return counts


def _agreeing(ratings: Ratings) -> tuple[Values, Values]:
    """Return the share of agreeing pairs of each unit, (n,), and whether it has a pair, (n,)."""
    said = ratings.said
    pairs = np.maximum(1, said * (said - 1))
    return same_pairs(ratings.given) / pairs, (said > 1).astype(np.float64)


def _observed_rows(ratings: Ratings) -> Values:
    return np.stack(_agreeing(ratings), axis=1)


def _observed(sums: Values, _ratings: Ratings) -> Values:
    return ratio(sums[..., 0], sums[..., 1])


def _alpha_rows(ratings: Ratings) -> Values:
    """Return the coincidences on the diagonal, and the values of units with a pair."""
    said = ratings.said
    diagonal = same_pairs(ratings.given) / np.maximum(1, said - 1)
    return np.column_stack([diagonal, _counts(ratings) * (said > 1)[:, None]])


def _alpha(sums: Values, _ratings: Ratings) -> Values:
    values = sums[..., 1:]
    n = values.sum(-1)
    observed = n - sums[..., 0]
    expected = ratio(n * n - (values * values).sum(-1), n - 1)  # n(n−1) − Σnₖ(nₖ−1) = n² − Σnₖ²
    return 1 - ratio(observed, expected)


def _kappa_rows(ratings: Ratings) -> Values:
    """Return of each pair of coders, side by side: both, the same, and the values of the first and of the second."""
    given, columns = ratings.given, []
    numbers = np.arange(len(ratings.values))
    for a, b in combinations(range(given.shape[1]), 2):
        both = (given[:, a] != MISSING) & (given[:, b] != MISSING)
        same = both & (given[:, a] == given[:, b])
        sides = [(given[:, side, None] == numbers) & both[:, None] for side in (a, b)]
        columns.append(np.column_stack([both, same, *sides]))
    return np.concatenate(columns, axis=1).astype(np.float64)


def _kappa(sums: Values, ratings: Ratings) -> Values:
    count = len(ratings.values)
    pairs = sums.reshape(*sums.shape[:-1], -1, 2 + 2 * count)
    n, first, second = pairs[..., 0], pairs[..., 2 : 2 + count], pairs[..., 2 + count :]
    expected = ratio((first * second).sum(-1), n * n)
    each = ratio(ratio(pairs[..., 1], n) - expected, np.where(np.isnan(expected), 0, 1 - expected))
    known = ~np.isnan(each)
    return ratio(np.where(known, each, 0).sum(-1), known.sum(-1))


def _shares(ratings: Ratings) -> Values:
    return _counts(ratings) / np.maximum(1, ratings.said)[:, None]


def _chance_rows(ratings: Ratings) -> Values:
    """Return agreement, whether there is a pair, whether there is anything, and the share of each value."""
    agreeing, paired = _agreeing(ratings)
    return np.column_stack([agreeing, paired, ratings.said > 0, _shares(ratings)])


def _fleiss(sums: Values, _ratings: Ratings) -> Values:
    observed = ratio(sums[..., 0], sums[..., 1])
    expected = (ratio(sums[..., 3:], sums[..., 2, None]) ** 2).sum(-1)
    return ratio(observed - expected, 1 - expected)


def _ac1(sums: Values, ratings: Ratings) -> Values:
    observed = ratio(sums[..., 0], sums[..., 1])
    share = ratio(sums[..., 3:], sums[..., 2, None])
    expected = (share * (1 - share)).sum(-1) / (len(ratings.values) - 1)
    return ratio(observed - expected, 1 - expected)


def _never(_ratings: Ratings) -> str:
    return ""


def _uneven(ratings: Ratings) -> str:
    said = ratings.said[ratings.said > 0]
    if said.min() < said.max():
        return f"units have {said.min()} to {said.max()} codings; Fleiss' kappa needs as many of each"
    return lack_of_units(ratings)


def _one_value(ratings: Ratings) -> str:
    return "there is one value only to give" if len(ratings.values) < 2 else lack_of_units(ratings)


SAME = "everybody always gave the same value, so that chance alone could not disagree"

FORMULAS: Mapping[Measure, _Formula] = {
    "observed": _Formula(_observed_rows, _observed, _never, SAME),
    "alpha": _Formula(_alpha_rows, _alpha, lack_of_units, SAME),
    "kappa": _Formula(_kappa_rows, _kappa, lack_of_units, "no two coders of a pair ever gave different values"),
    "fleiss": _Formula(_chance_rows, _fleiss, _uneven, SAME),
    "ac1": _Formula(_chance_rows, _ac1, _one_value, SAME),
}
