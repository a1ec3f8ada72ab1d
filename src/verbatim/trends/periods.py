"""The periods of a trend: days, ISO weeks, months, quarters, years of the calendar, and windows that roll."""

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Literal, get_args

import numpy as np
from numpy.typing import NDArray

from verbatim.errors import InputError
from verbatim.facts import UNDATED, Integers, number_of
from verbatim.periods import Size, holding

Unit = Literal["day", "week", Size, "rolling"]
UNITS: tuple[Unit, ...] = get_args(Unit)

MOST = 2000
"""So many periods are told apart at most."""

YEAR: dict[Unit, int] = {"day": 365, "week": 52, "month": 12, "quarter": 4, "year": 1}
"""How many periods make a year."""


@dataclass(frozen=True, slots=True)
class Period:
    """A period by name, from its first day to before `end`."""

    name: str
    start: date
    end: date


@dataclass(frozen=True, slots=True)
class Span:
    """How long a period is. Rolling ones are `window` days long, and one begins every `every` days.

    Raises InputError for a window that is no whole number of steps.
    """

    unit: Unit = "month"
    window: int = 90
    every: int = 30

    def __post_init__(self) -> None:
        if self.unit == "rolling" and not (0 < self.every <= self.window and self.window % self.every == 0):
            raise InputError(f"window {self.window}, every {self.every}: expected days, the window a multiple of every")

    @property
    def lag(self) -> int:
        """How many periods back is the one before: rolling ones that overlap are not compared."""
        return self.window // self.every if self.unit == "rolling" else 1

    @property
    def year(self) -> int:
        """How many periods back is the same a year before."""
        return max(1, round(365 / self.every)) if self.unit == "rolling" else YEAR[self.unit]


def periods_of(span: Span, first: date, last: date) -> tuple[Period, ...]:
    """The periods from the one that holds the first day to the one that holds the last, none left out.

    Raises InputError where there are more than 2,000.
    """
    if span.unit == "rolling":
        return _rolling(span, first, last)
    found = [_holding(span.unit, first)]
    while found[-1].end <= last:
        if len(found) == MOST:
            raise InputError(f"periods of a {span.unit} from {first} to {last}: expected {MOST:,} at most")
        found.append(_holding(span.unit, found[-1].end))
    return tuple(found)


def slots(span: Span, periods: tuple[Period, ...], day: Integers) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
    """Which rows are in which period: places of both; a row is in several that roll, in none without a date."""
    if not periods:
        return np.zeros(0, np.intp), np.zeros(0, np.intp)
    starts = np.array([number_of(one.start) for one in periods])
    end = number_of(periods[-1].end)
    rows = np.flatnonzero((day != UNDATED) & (day >= starts[0]) & (day < end))
    table = np.searchsorted(starts, np.arange(starts[0], end), side="right") - 1
    last = table[day[rows] - starts[0]]
    if span.unit != "rolling":
        return rows, last
    width = span.lag
    all_rows, place = np.repeat(rows, width), np.repeat(last, width) - np.tile(np.arange(width), len(rows))
    # The windows that hold a day begin with it or before: the last one of them and those that overlap it.
    inside = (place >= 0) & (day[all_rows] < starts[np.maximum(0, place)] + span.window)
    return all_rows[inside], place[inside]


def _rolling(span: Span, first: date, last: date) -> tuple[Period, ...]:
    """Windows that end with the last day, and every so many days before, as long as they begin in time."""
    count = max(1, ((last - first).days + 1 - span.window) // span.every + 1)
    if count > MOST:
        raise InputError(f"windows every {span.every} days from {first} to {last}: expected {MOST:,} at most")
    end = last + timedelta(1)
    ends = [end - timedelta(span.every * back) for back in reversed(range(count))]
    return tuple(_window(one, span.window) for one in ends)


def _window(end: date, days: int) -> Period:
    start = end - timedelta(days)
    return Period(f"{start}/{end - timedelta(1)}", start, end)


def _holding(unit: Literal["day", "week"] | Size, day: date) -> Period:
    if unit == "day":
        return Period(str(day), day, day + timedelta(1))
    if unit == "week":
        monday = day - timedelta(day.weekday())
        return Period(f"{monday:%G-W%V}", monday, monday + timedelta(7))
    found = holding(unit, day)
    return Period(found.label, found.first, found.end)
