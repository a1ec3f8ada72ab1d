"""Periods of time, by name and by day: days, ISO weeks, months, quarters, years, and windows that roll."""

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Literal, get_args

import numpy as np
from numpy.typing import NDArray

from verbatim.errors import InputError
from verbatim.facts import UNDATED, Integers

Unit = Literal["day", "week", "month", "quarter", "year", "rolling"]
UNITS: tuple[Unit, ...] = get_args(Unit)

EPOCH = date(1970, 1, 1).toordinal()

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
    found: list[Period] = []
    start = _start(span.unit, first)
    while start <= last:
        if len(found) == MOST:
            raise InputError(f"periods of a {span.unit} from {first} to {last}: expected {MOST:,} at most")
        end = _next(span.unit, start)
        found.append(Period(_name(span.unit, start), start, end))
        start = end
    return tuple(found)


def slots(span: Span, periods: tuple[Period, ...], day: Integers) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
    """Which rows are in which period: places of both; a row is in several that roll, in none without a date."""
    if not periods:
        return np.zeros(0, np.intp), np.zeros(0, np.intp)
    starts = np.array([one.start.toordinal() - EPOCH for one in periods])
    end = periods[-1].end.toordinal() - EPOCH
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


def _start(unit: Unit, day: date) -> date:
    if unit == "day":
        return day
    if unit == "week":
        return day - timedelta(day.weekday())
    if unit == "month":
        return day.replace(day=1)
    return day.replace(month=3 * ((day.month - 1) // 3) + 1 if unit == "quarter" else 1, day=1)


def _next(unit: Unit, start: date) -> date:
    if unit in ("day", "week"):
        return start + timedelta(1 if unit == "day" else 7)
    months = {"month": 1, "quarter": 3, "year": 12}[unit]
    years, month = divmod(start.month - 1 + months, 12)
    return date(start.year + years, month + 1, 1)


def _name(unit: Unit, start: date) -> str:
    if unit == "day":
        return str(start)
    if unit == "week":
        year, week, _ = start.isocalendar()
        return f"{year}-W{week:02d}"
    if unit == "month":
        return f"{start:%Y-%m}"
    return f"{start.year}-Q{(start.month + 2) // 3}" if unit == "quarter" else str(start.year)
