"""How themes fare: a series by month, the change from one quarter to the next with its interval, and the state.

new        found in the latest run for the first time
growing    its share of what was said has risen: the interval of the difference lies above 0
fading     it has fallen: the interval lies below 0; or nothing is left of it
stable     neither can be told
merged     it went into another theme, by somebody's hand or because most of it is in that one now
promoted   somebody made a code of it
dismissed  somebody saw no theme in it; what resembles it later stays dismissed with it
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any, Literal, get_args

import numpy as np
from numpy.typing import NDArray

from verbatim.domain import Interval
from verbatim.estimates import benjamini_hochberg, clustered_difference, clustered_share, wilson
from verbatim.facts import NOBODY, UNDATED, Facts, Flags, Integers

State = Literal["new", "growing", "stable", "fading", "merged", "promoted", "dismissed"]
STATES: tuple[State, ...] = get_args(State)

Verdict = Literal["growing", "stable", "fading"]

Act = Literal["name", "merge", "dismiss", "restore", "promote"]
ACTS: tuple[Act, ...] = get_args(Act)
"""What an analyst does with a theme."""

WINDOW = 91
"""Days of each of both periods that are compared: about a quarter."""

FEWEST = 5
"""Nothing is said of a change where both periods together have fewer verbatims of the theme."""

FALSE = 0.05
"""The share of changes that are told though nothing changed, at most."""


@dataclass(frozen=True, slots=True)
class Point:
    """A month, such as 2026-03: how many verbatims with content, how many of them of the theme, and their share."""

    month: str
    n: int
    base: int
    share: float
    low: float
    high: float


@dataclass(frozen=True, slots=True)
class Months:
    """The months of some facts: the place of each row's (n,), NOBODY without date or content; how many rows each has.

    They are the same for every theme.
    """

    names: tuple[str, ...]
    place: Integers
    bases: NDArray[np.integer[Any]]


@dataclass(frozen=True, slots=True)
class Change:
    """The share in the latest period and in the one before, both as k of n, and the difference with its limits.

    Days count from 1970-01-01: `until` is the first day after the latest period, each is WINDOW days long. Answers of
    one account count as a cluster. `q` is the p-value of the difference once all themes were looked at (Benjamini and
    Hochberg). `verdict` is None where there is too little to say anything.
    """

    until: int
    latest: Interval
    earlier: Interval
    difference: float
    low: float
    high: float
    p: float
    q: float
    verdict: Verdict | None


def mask_of(facts: Facts, numbers: NDArray[np.int64]) -> Flags:
    """Which rows of the facts (n,) are of a theme with these verbatims: a selection like any code's."""
    return np.isin(facts.number, numbers)


def months_of(facts: Facts) -> Months:
    """The months from the first to the last that has any verbatim with content."""
    said = (facts.day != UNDATED) & ~facts.empty
    place = np.full(facts.n, NOBODY, np.int32)
    if not said.any():
        return Months((), place, place[:0])
    months = facts.day[said].astype("datetime64[D]").astype("datetime64[M]")
    first = months.min()
    place[said] = (months - first).astype(np.int32)
    bases = np.bincount(place[said])
    return Months(tuple(str(first + at) for at in range(len(bases))), place, bases)


def series_of(months: Months, rows: Flags) -> tuple[Point, ...]:
    """The months of a theme, by its rows."""
    place = months.place[rows]
    counts = np.bincount(place[place != NOBODY], minlength=len(months.names))
    return tuple(map(_point, months.names, counts.tolist(), months.bases.tolist()))


def _point(month: str, n: int, base: int) -> Point:
    found = wilson(n, base)
    return Point(month, n, base, found.share, found.low, found.high)


def changes_of(facts: Facts, themes: Sequence[Flags]) -> tuple[Change | None, ...]:
    """What changed for each theme, by its rows, from one quarter to the latest.

    That ends with the last dated verbatim. None where one of both quarters has no verbatim at all.
    """
    dated = (facts.day != UNDATED) & ~facts.empty
    until = int(facts.day[dated].max(initial=UNDATED)) + 1
    periods = [(facts.day >= until - ago * WINDOW) & (facts.day < until - (ago - 1) * WINDOW) & dated for ago in (1, 2)]
    if not all(period.any() for period in periods):
        return (None,) * len(themes)
    speakers = _speakers(facts)
    found = [_change(until, rows, periods, speakers) for rows in themes]
    q = benjamini_hochberg([one.p for one in found])
    return tuple(replace(one, q=float(at), verdict=_verdict(one, float(at))) for one, at in zip(found, q, strict=True))


def _change(until: int, rows: Flags, periods: Sequence[Flags], speakers: NDArray[np.intp]) -> Change:
    many = int(speakers.max(initial=-1)) + 1
    counts = [
        (np.bincount(speakers[period & rows], minlength=many), np.bincount(speakers[period], minlength=many))
        for period in periods
    ]
    latest, earlier = (clustered_share(*one) for one in counts)
    found, p = clustered_difference(counts[0], counts[1])
    p = 1.0 if np.isnan(p) else p
    return Change(until, latest, earlier, found.value, found.low, found.high, p, p, None)


def _verdict(one: Change, q: float) -> Verdict | None:
    if one.latest.k + one.earlier.k < FEWEST:
        return None
    if q > FALSE or one.low <= 0 <= one.high:
        return "stable"
    return "growing" if one.difference > 0 else "fading"


def _speakers(facts: Facts) -> NDArray[np.intp]:
    """Who counts as one that speaks, (n,): the account, and whoever has none for himself."""
    alone = facts.account == NOBODY
    return np.unique(np.where(alone, -1 - facts.respondent.astype(np.int64), facts.account), return_inverse=True)[1]


def state_of(*, fresh: bool, size: int, change: Change | None) -> State:
    """The state of a theme with which nobody has done anything."""
    if size == 0:
        return "fading"
    if fresh:
        return "new"
    return change.verdict if change and change.verdict else "stable"


def names_of(words: Sequence[str], most: int = 3) -> str:
    """What a theme is called as long as nobody named it: its most telling words."""
    return " · ".join(words[:most])
