"""Months, quarters and years of the calendar, by name: 2026-09, 2026Q3, 2026.

Days are those of UTC.
"""

import re
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Literal

import numpy as np

from verbatim.errors import InputError
from verbatim.facts import UNDATED, Integers, number_of

Size = Literal["month", "quarter", "year"]
MONTHS: dict[Size, int] = {"month": 1, "quarter": 3, "year": 12}
"""How many months each has."""

YEARS = range(1901, 2200)
WANTED = "expected a month such as 2026-09, a quarter such as 2026Q3, or a year such as 2026"

_NAMED = re.compile(r"(?P<year>\d{4})(?:Q(?P<quarter>\d)|-(?P<month>\d{2}))?", re.ASCII | re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Period:
    """A month, a quarter or a year: its first day, and the first one after it."""

    size: Size
    first: date
    end: date

    @property
    def label(self) -> str:
        """Its name: 2026-09, 2026Q3 or 2026."""
        names = {
            "month": f"{self.first.year}-{self.first.month:02}",
            "quarter": f"{self.first.year}Q{(self.first.month + 2) // 3}",
            "year": f"{self.first.year}",
        }
        return names[self.size]

    @property
    def former(self) -> "Period":
        """The one before it, of the same size."""
        return _of(self.size, _months(self.first) - MONTHS[self.size])

    @property
    def days(self) -> range:
        """Its days as they are counted from 1970-01-01."""
        return range(number_of(self.first), number_of(self.end))

    @property
    def since(self) -> datetime:
        """The moment at which it begins."""
        return datetime.combine(self.first, datetime.min.time(), UTC)

    @property
    def until(self) -> datetime:
        """The moment at which it is over."""
        return datetime.combine(self.end, datetime.min.time(), UTC)


def period_of(label: str) -> Period:
    """The period of this name. Raises InputError for one that cannot be."""
    found = _NAMED.fullmatch(label.strip())
    year = int(found["year"]) if found else 0
    if found is None or year not in YEARS:
        raise InputError(f"period {label[:40]!r}: {WANTED}")
    if found["quarter"]:
        return _part("quarter", label, year, int(found["quarter"]))
    return _part("month", label, year, int(found["month"])) if found["month"] else _of("year", 12 * year)


def last_over(size: Size, today: date) -> Period:
    """The latest period of a size that is over on a day."""
    return _of(size, _months(today) // MONTHS[size] * MONTHS[size]).former


def holding(size: Size, day: date) -> Period:
    """The period of a size that a day is in."""
    return _of(size, _months(day) // MONTHS[size] * MONTHS[size])


def numbers_of(days: Integers, size: Size) -> Integers:
    """The number of the period of a size that each day is in, counted from 1970; UNDATED stays so."""
    months = np.where(days == UNDATED, 0, days).astype("datetime64[D]").astype("datetime64[M]").astype(np.int64)
    return np.where(days == UNDATED, UNDATED, months // MONTHS[size]).astype(np.int32)


def numbered(size: Size, number: int) -> Period:
    """The period of a size that has this number."""
    return _of(size, 12 * 1970 + int(number) * MONTHS[size])


def _part(size: Size, label: str, year: int, number: int) -> Period:
    most = 12 // MONTHS[size]
    if not 1 <= number <= most:
        raise InputError(f"period {label[:40]!r}: there is no {size} {number}; {WANTED}")
    return _of(size, 12 * year + (number - 1) * MONTHS[size])


def _months(day: date) -> int:
    return 12 * day.year + day.month - 1


def _of(size: Size, month: int) -> Period:
    return Period(size, _day(month), _day(month + MONTHS[size]))


def _day(month: int) -> date:
    return date(month // 12, month % 12 + 1, 1)
