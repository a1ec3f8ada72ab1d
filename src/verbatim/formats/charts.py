"""Where the marks of a chart stand, in percent of its width or height; the page draws them.

Plain boxes on the page, and no drawing library: the text keeps the reader's font and size, wraps on a telephone,
and follows light, dark and print by itself.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import groupby
from typing import Protocol

from verbatim.domain import Interval, Polarity

MOST_PERIODS = 14
STEPS = (0.05, 0.1, 0.2, 0.25, 0.3, 0.4, 0.5, 0.6, 0.8, 1.0)
MONTHS = {"month": 1, "quarter": 3, "year": 12}


class Coded(Protocol):
    """A figure with counts by polarity."""

    @property
    def id(self) -> str:
        """Its id."""

    @property
    def by_polarity(self) -> Mapping[Polarity, Interval]:
        """Its counts."""


class Counted(Protocol):
    """Verbatims with their critics, passives and promoters."""

    @property
    def scored(self) -> tuple[int, int, int]:
        """By score."""

    @property
    def estimated(self) -> tuple[int, int, int]:
        """By estimate."""


class Grouped(Protocol):
    """A group that has such counts."""

    @property
    def stance(self) -> Counted:
        """They."""


@dataclass(frozen=True, slots=True)
class Diverging:
    """A bar around the middle: where it begins, and how long its three parts are; together at most 100."""

    start: float
    negative: float
    neutral: float
    positive: float


@dataclass(frozen=True, slots=True)
class Period:
    """A column of the chart over time: its first month, the step, and counts of critics, passives and promoters."""

    start: date
    step: str
    counts: tuple[int, int, int]

    @property
    def n(self) -> int:
        """How many stand behind the column."""
        return sum(self.counts)

    @property
    def heights(self) -> tuple[float, ...]:
        """The parts of the column, in percent."""
        return tuple(round(100 * count / max(1, self.n), 2) for count in self.counts)


@dataclass(frozen=True, slots=True)
class Dot:
    """A point of a curve and its interval: from the left, and from below."""

    left: float
    value: float
    low: float
    high: float


@dataclass(frozen=True, slots=True)
class Curve:
    """Points on axes: what is written at which height of the vertical one."""

    dots: tuple[Dot, ...]
    ticks: tuple[tuple[float, float], ...]


def curve(points: Sequence[tuple[float, float, float, float]]) -> Curve:
    """Points given as a place from 0 to 1 and a figure with its limits, on an axis between the tenths around them."""
    floor = min((floor_of(low) for _, _, low, _ in points), default=0)
    top = max(floor + 2, *(min(10, 1 + floor_of(high)) for _, _, _, high in points), 0)

    def height(value: float) -> float:
        return round(100 * min(1.0, max(0.0, (10 * value - floor) / (top - floor))), 2)

    dots = (Dot(round(100 * left, 2), *map(height, figures)) for left, *figures in points)
    return Curve(
        tuple(dots), tuple((height(step / 10), step / 10) for step in range(floor, top + 1, 1 + (top - floor) // 6))
    )


def floor_of(value: float) -> int:
    """The tenths below a figure; 0 for one below 0."""
    return max(0, int(10 * value))


def diverging(figures: Iterable[Coded]) -> dict[str, Diverging]:
    """A bar per id, all on one scale, the neutral part astride the middle."""
    counts = {figure.id: [part.k for part in figure.by_polarity.values()] for figure in figures}
    reach = max((max(low, high) + middle / 2 for low, middle, high in counts.values()), default=0) or 1
    return {code: _bar(low, middle, high, 50 / reach) for code, (low, middle, high) in counts.items()}


def share_scale(highs: Sequence[float]) -> float:
    """The end of an axis of shares: the least round number that holds them all."""
    most = max(highs, default=0.0)
    return next((step for step in STEPS if step >= most), 1.0)


def periods(months: Mapping[date, Grouped]) -> list[Period]:
    """Columns over time: by month, or by quarter or year where months would be too many to read.

    Scores are shown where there are any, otherwise estimates, never both in one chart.
    """
    scored = any(sum(group.stance.scored) for group in months.values())
    counts = {m: group.stance.scored if scored else group.stance.estimated for m, group in sorted(months.items())}
    known = {month: three for month, three in counts.items() if sum(three)}
    for step in MONTHS:
        columns = _by_step(known, step)
        if len(columns) <= MOST_PERIODS:
            break
    return columns


def _bar(low: int, middle: int, high: int, unit: float) -> Diverging:
    start = 50 - unit * (low + middle / 2)
    return Diverging(*(round(part, 3) for part in (start, unit * low, unit * middle, unit * high)))


def _by_step(counts: Mapping[date, tuple[int, int, int]], step: str) -> list[Period]:
    def first_month(month: date) -> date:
        return month.replace(month=1 + (month.month - 1) // MONTHS[step] * MONTHS[step])

    columns = []
    for start, group in groupby(counts, key=first_month):
        low, middle, high = (sum(parts) for parts in zip(*(counts[month] for month in group), strict=True))
        columns.append(Period(start, step, (low, middle, high)))
    return columns
