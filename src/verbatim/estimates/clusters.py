"""What answers of the same account do to a variance: linearised, by bootstrap, and as a test of a difference.

Answers of one account resemble each other, so that a hundred of them say less than a hundred of a hundred accounts. A
share is a ratio of two sums over accounts, Σk/Σn; its variance is that of the sum of the accounts' influences,
z = (k − p·n)/Σn, as Taylor's series has it (W. G. Cochran 1977, Sampling Techniques, section 6.4; SAS and R `survey` do
the same). Accounts are few, so each influence is widened by its own weight w = n/Σn, z/√(1 − w), and Student's t has
the degrees of freedom 1/(Σw² + (Σb)² − Σb²), b = w²/(1 − w): R. M. Bell and D. F. McCaffrey (2002), Survey Methodology
28, 169–181 (CR2 with Satterthwaite's degrees of freedom), written out for a mean; for accounts of equal size it is
their number less one.

Accounts and groups are numbers here: a *cell* is what one account has in one group, such as a month.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cached_property

import numpy as np
from numpy.typing import ArrayLike, NDArray

from verbatim.domain import Interval
from verbatim.estimates.shares import (
    CONFIDENCE,
    Design,
    Difference,
    Floats,
    effective_sizes,
    limits,
    newcombe,
    wilson,
)

Integers = NDArray[np.intp]

DRAWS = 2000
SEED = 7
BLOCK = 4_000_000
"""As many drawn weights are in memory at a time."""

LEAST = 1e-12
"""Below this a variance is nothing but rounding."""

DENSE = 8_000_000
"""Up to so many cells that there could be, those that there are get counted without sorting."""


@dataclass(frozen=True, slots=True)
class Ratios:
    """A ratio Σtops/Σbases of every group, with its variance and degrees of freedom; `clusters` counts accounts."""

    value: Floats
    variance: Floats
    df: Floats
    base: Floats
    clusters: Integers

    def effects(self, kish: Floats) -> Floats:
        """The design effects where the ratio is a share: the variance over p(1−p)/n, never below 1.

        Where that cannot be told, for all say the same or one account speaks alone, it is the one that Kish's formula
        gives, see `Cells.kish`.
        """
        with np.errstate(all="ignore"):
            plain = self.value * (1 - self.value) / self.base
            told = self.variance / plain
        known = (plain > 0) & (self.clusters > 1)
        return np.maximum(1.0, np.where(known, told, kish))

    def sizes(self, kish: Floats, left: ArrayLike = 1.0, confidence: float = CONFIDENCE) -> Floats:
        """The effective sizes, see `shares.effective`."""
        return effective_sizes(self.base, self.effects(kish), self.df, np.asarray(left), confidence)

    def limits(self, kish: Floats, left: ArrayLike = 1.0, confidence: float = CONFIDENCE) -> tuple[Floats, Floats]:
        """The Wilson limits of shares at their effective sizes."""
        return limits(self.value, self.sizes(kish, left, confidence), confidence)


@dataclass(frozen=True, slots=True)
class Differences:
    """Later ratio minus earlier one of every pair, its variance, degrees of freedom, p-value by Student's t.

    `correlation` is that of both ratios, from the accounts that are in both.
    """

    value: Floats
    variance: Floats
    df: Floats
    p: Floats
    correlation: Floats


@dataclass(frozen=True)  # without slots: what depends on sizes alone is kept, for one measure after the other
class Cells:
    """How much each account has in each group, above 0: arrays of one entry a cell; `count` groups there are."""

    cluster: Integers
    group: Integers
    base: Floats
    count: int

    @classmethod
    def of_one(cls, bases: ArrayLike) -> "Cells":
        """The cells of one group by its accounts; whoever has nothing in it stays in, and counts for nothing."""
        sizes = np.asarray(bases, dtype=np.float64)
        return cls(np.arange(len(sizes)), np.zeros(len(sizes), np.intp), sizes, 1)

    def sums(self, values: ArrayLike) -> Floats:
        """The sum over the cells of each group."""
        return np.bincount(self.group, np.asarray(values, dtype=np.float64), self.count).astype(np.float64)

    @cached_property
    def totals(self) -> Floats:
        """How much there is in each group."""
        return self.sums(self.base)

    @cached_property
    def clusters(self) -> Integers:
        """How many accounts have something in each group."""
        return np.bincount(self.group[self.base > 0], minlength=self.count)

    def ratios(self, tops: ArrayLike) -> Ratios:
        """The ratio of every group; `tops` (cells,). NaN where a group has nothing, no variance for one account."""
        return self.influences(tops)[0]

    def influences(self, tops: ArrayLike) -> tuple[Ratios, Floats]:
        """The ratios, and the widened influence of every cell on that of its group; 0 where it cannot be told."""
        values = np.asarray(tops, dtype=np.float64)
        of, wide = self._wide
        with np.errstate(all="ignore"):
            value = self.sums(values) / self.totals
            influence = np.nan_to_num((values - value[self.group] * self.base) / of / wide)
            variance = np.where(self.clusters > 1, self.sums(influence**2), np.nan)
        return Ratios(value, variance, self._df, self.totals, self.clusters), influence

    def kish(self, likeness: float) -> Floats:
        """The design effect 1 + (Σn²/Σn − 1)·ρ of each group: L. Kish (1965), Survey Sampling, section 5.4."""
        with np.errstate(all="ignore"):
            return np.maximum(1.0, np.nan_to_num(1 + (self.squares / self.totals - 1) * likeness, nan=1.0))

    @cached_property
    def squares(self) -> Floats:
        """The sum of the squared sizes of each group."""
        return self.sums(self.base**2)

    @cached_property
    def _wide(self) -> tuple[Floats, Floats]:
        """Return of every cell the size of its group, and √(1 − w) of its weight in it."""
        of = self.totals[self.group]
        with np.errstate(all="ignore"):
            return of, np.sqrt(1 - self.base / of)

    @cached_property
    def _df(self) -> Floats:
        with np.errstate(all="ignore"):
            weight = self.base / self.totals[self.group]
            rest = np.nan_to_num(weight**2 / (1 - weight), posinf=0.0)
            df = 1 / (self.sums(weight**2) + self.sums(rest) ** 2 - self.sums(rest**2))
        return np.where(self.clusters > 1, df, 1.0)


@dataclass(frozen=True, slots=True)
class Pairs:
    """Pairs of groups, such as a month and the one before, account by account; see `Pairs.of`.

    `traces` and `products` are of the quadratic forms of both variances, for degrees of freedom.
    """

    later: Cells
    earlier: Cells
    later_at: Integers
    earlier_at: Integers
    traces: tuple[Floats, ...] = field(repr=False)
    products: tuple[Floats, ...] = field(repr=False)

    @classmethod
    def of(cls, later: Cells, earlier: Cells) -> "Pairs":
        """The pairs of two sets of cells whose groups have the same numbers; accounts need not be in both."""
        width = 1 + max(int(one.cluster.max(initial=-1)) for one in (later, earlier))
        keys = [one.group.astype(np.int64) * max(1, width) + one.cluster for one in (later, earlier)]
        kept, at = numbered(np.concatenate(keys), max(later.count, earlier.count) * max(1, width))
        group, cluster = kept // max(1, width), kept % max(1, width)
        places = at[: len(keys[0])], at[len(keys[0]) :]
        sides = []
        for one, place in zip((later, earlier), places, strict=True):
            base = np.zeros(len(kept))
            base[place] = one.base
            sides.append(Cells(cluster, group, base, max(later.count, earlier.count)))
        with np.errstate(all="ignore"):
            geometry = _geometry(sides)
        return cls(sides[0], sides[1], places[0], places[1], *geometry)

    def differences(self, later: ArrayLike, earlier: ArrayLike) -> Differences:
        """The difference of every pair; tops by the cells that the pairs were made of.

        The variance is that of the accounts' influences on the difference, so that whoever is in both counts once; the
        degrees of freedom are Satterthwaite's with working independence, as for one ratio.
        """
        tops = []
        for values, at, side in ((later, self.later_at, self.later), (earlier, self.earlier_at, self.earlier)):
            spread = np.zeros(len(side.base))
            spread[at] = np.asarray(values, dtype=np.float64)
            tops.append(spread)
        with np.errstate(all="ignore"):
            return self._differences(tops[0], tops[1])

    def _differences(self, later: Floats, earlier: Floats) -> Differences:
        from scipy.special import stdtr  # noqa: PLC0415 - slow to import

        (new, own), (old, other) = self.later.influences(later), self.earlier.influences(earlier)
        shared = self.later.sums(own * other)
        value, variance = new.value - old.value, new.variance + old.variance - 2 * shared
        # Where either side is all alike nothing varies around it: then the accounts vary around both taken together.
        alike = ~(variance > LEAST)
        tested = np.where(alike, self._pooled((later, earlier), (new, old), alike), variance)
        df = np.where(alike, np.maximum(1, np.minimum(new.clusters, old.clusters) - 1), self._df(new, old))
        p = np.where(value == 0, 1.0, 2 * stdtr(df, -np.abs(value) / np.sqrt(tested)))
        correlation = np.clip(np.nan_to_num(shared / np.sqrt(new.variance * old.variance)), -0.99, 0.99)
        return Differences(value, variance, df, p, correlation)

    def _pooled(self, tops: tuple[Floats, Floats], ratios: tuple[Ratios, Ratios], of: NDArray[np.bool_]) -> Floats:
        """Return the variance of the difference if there is none: of influences around the ratio of both together.

        `of` are the groups that it is wanted of.
        """
        (later, earlier), (new, old), some = tops, ratios, of[self.later.group]
        group = self.later.group[some]
        whole = ((new.value * new.base + old.value * old.base) / (new.base + old.base))[group]
        one = (later[some] - whole * self.later.base[some]) / new.base[group]
        other = (earlier[some] - whole * self.earlier.base[some]) / old.base[group]
        return np.bincount(group, (one - other) ** 2, len(of)).astype(np.float64)

    def _df(self, new: Ratios, old: Ratios) -> Floats:
        """Return (tr M)²/tr M² for M = s₁A₁ + s₀A₀, the matrices of both quadratic forms under independence."""
        one, other = (np.where(found.variance > 0, found.variance * found.base, 0.0) for found in (new, old))
        traces, products = self.traces, self.products
        trace = one * traces[0] + other * traces[1]
        square = one**2 * products[0] + other**2 * products[1] + 2 * one * other * products[2]
        return np.where(square > 0, trace**2 / square, 1.0)


def _geometry(sides: Sequence[Cells]) -> tuple[tuple[Floats, ...], tuple[Floats, ...]]:
    """Return tr A₁ and tr A₀, and tr A₁², tr A₀² and tr A₁A₀, which depend on the sizes of accounts alone."""
    sums, parts = sides[0].sums, []
    for side in sides:
        total = side.totals
        of = total[side.group]
        wide = np.sqrt(1 / np.maximum(1e-12, 1 - side.base / of)) / of
        parts.append((np.nan_to_num(wide**2 * side.base), np.nan_to_num(wide * side.base), total))

    def product(at: int, to: int) -> Floats:
        (own, one, n), (other_own, other, m) = parts[at], parts[to]
        both = sums(own * other_own) - sums(own * other**2) / m - sums(other_own * one**2) / n
        return both + sums(one * other) ** 2 / (n * m)

    traces = tuple(sums(own) - sums(one**2) / n for own, one, n in parts)
    return traces, (product(0, 0), product(1, 1), product(0, 1))


def numbered(keys: Integers, most: int) -> tuple[Integers, Integers]:
    """The different ones among keys below `most`, ascending, and the place of each key among them."""
    if most > DENSE:
        return np.unique(keys, return_inverse=True)
    there = np.bincount(keys, minlength=most) > 0
    return np.flatnonzero(there), (np.cumsum(there) - 1)[keys]


def cells_of(cluster: Integers, group: Integers, groups: int, rows: ArrayLike | None = None) -> tuple[Cells, Integers]:
    """The cells of rows by their account and group, and the place of the cell of each row.

    `rows` says how much each row counts, 1 where it is not given.
    """
    keys = cluster.astype(np.int64) * groups + group
    kept, at = numbered(keys, (int(cluster.max(initial=-1)) + 1) * groups)
    base = np.bincount(at, None if rows is None else np.asarray(rows, dtype=np.float64), len(kept))
    return Cells(kept // max(1, groups), kept % max(1, groups), base.astype(np.float64), groups), at


def likeness(cells: Cells, tops: ArrayLike) -> float:
    """How much answers of one account in one group resemble each other, 0 to 1: the intraclass correlation.

    The analysis of variance for shares of clusters, over all groups: M. S. Ridout, C. G. B. Demétrio and D. Firth
    (1999), Biometrics 55, 137–148; groups have shares of their own. 0 where that says less than nothing.
    """
    yes, n = np.asarray(tops, dtype=np.float64), cells.base
    totals, clusters = cells.totals, cells.clusters
    with np.errstate(all="ignore"):
        own, whole = yes / n, (cells.sums(yes) / totals)[cells.group]
        between, within = np.nansum(n * (own - whole) ** 2), np.nansum(yes * (1 - own))
        free, inside = float(np.maximum(0, clusters - 1).sum()), float(totals.sum() - clusters.sum())
        usual = float(np.nansum(totals - cells.squares / totals))
    if free <= 0 or inside <= 0:
        return 0.0
    mean, msb, msw = usual / free, between / free, within / inside
    below = msb + (mean - 1) * msw
    return float(min(1.0, max(0.0, (msb - msw) / below))) if below > 0 else 0.0


def resampled(tops: ArrayLike, bases: ArrayLike, draws: int = DRAWS, seed: int = SEED) -> Floats:
    """The ratios Σtops/Σbases (draws, …) when accounts are drawn with replacement, always the same ones.

    `tops` and `bases` (accounts, …). B. Efron and R. J. Tibshirani (1993), An Introduction to the Bootstrap, chapter 8:
    what is drawn is the account with all its answers. Percentiles of the result are limits.
    """
    above, below = np.asarray(tops, dtype=np.float64), np.asarray(bases, dtype=np.float64)
    count = len(above)
    chance, found = np.random.default_rng(seed), []
    block = max(1, BLOCK // max(1, count))
    for start in range(0, draws, block):
        size = min(block, draws - start)
        weights = chance.multinomial(count, np.full(count, 1 / count), size).astype(np.float64)
        with np.errstate(all="ignore"):
            found.append(np.tensordot(weights, above, 1) / np.tensordot(weights, below, 1))
    return np.concatenate(found)


def clustered_share(k: ArrayLike, n: ArrayLike, left: float = 1.0, confidence: float = CONFIDENCE) -> Interval:
    """The share Σk/Σn of accounts (k and n of each) with its Wilson interval at the effective size.

    `left` is the finite population correction of `shares.finite`.
    """
    yes, cells = np.asarray(k, dtype=np.float64), Cells.of_one(n)
    found = cells.ratios(yes)
    effect = found.effects(cells.kish(likeness(cells, yes)))[0]
    return wilson(
        round(float(yes.sum())), round(float(found.base[0])), confidence, Design(effect, float(found.df[0]), left)
    )


def clustered_difference(
    later: tuple[ArrayLike, ArrayLike], earlier: tuple[ArrayLike, ArrayLike], confidence: float = CONFIDENCE
) -> tuple[Difference, float]:
    """The difference of two shares with limits, and its p-value by accounts.

    Each side is k and n of every account, the same accounts in the same order; n is 0 where an account has nothing.
    """
    sides = [clustered_share(k, n, confidence=confidence) for k, n in (later, earlier)]
    pairs = Pairs.of(Cells.of_one(later[1]), Cells.of_one(earlier[1]))
    found = pairs.differences(later[0], earlier[0])
    return newcombe(sides[0], sides[1], float(found.correlation[0])), float(found.p[0])
