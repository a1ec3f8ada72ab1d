"""Days put into spans of the calendar: months, quarters, years, each with a number that counts on and a name."""

from datetime import date, timedelta
from typing import Literal, get_args

import numpy as np

from verbatim.facts import UNDATED, Integers

Span = Literal["month", "quarter", "year"]
SPANS: tuple[Span, ...] = get_args(Span)

_MONTHS: dict[Span, int] = {"month": 1, "quarter": 3, "year": 12}
_EPOCH = date(1970, 1, 1)


def spans_of(days: Integers, span: Span) -> Integers:
    """The number of the span that each day is in, counted from 1970; UNDATED stays so."""
    months = np.where(days == UNDATED, 0, days).astype("datetime64[D]").astype("datetime64[M]").astype(np.int64)
    return np.where(days == UNDATED, UNDATED, months // _MONTHS[span]).astype(np.int32)


def name_of(number: int, span: Span) -> str:
    """What a span is called: 2026-03, 2026Q1, 2026."""
    year, part = divmod(number * _MONTHS[span], 12)
    names = {"month": f"{1970 + year}-{part + 1:02d}", "quarter": f"{1970 + year}Q{part // 3 + 1}"}
    return names.get(span, str(1970 + year))


def begin_of(number: int, span: Span) -> date:
    """The first day of a span."""
    year, part = divmod(number * _MONTHS[span], 12)
    return date(1970 + year, part + 1, 1)


def day_of(number: int) -> date:
    """The day that many days after 1970-01-01."""
    return _EPOCH + timedelta(days=int(number))


def number_of(day: date) -> int:
    """How many days after 1970-01-01 a day is."""
    return (day - _EPOCH).days
