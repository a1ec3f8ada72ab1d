"""Dates as exports write them; what could be read two ways is asked for, never guessed."""

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, timezone
from itertools import combinations

from verbatim.formats.reading import DateOrder

_TIME = (
    r"(?:[T ,\s]+(?P<half>上午|下午|AM|PM)?\s*(?P<hour>\d{1,2}):(?P<minute>\d{2})(?::(?P<second>\d{2})(?:[.,]\d+)?)?"
    r"(?:\s*(?P<noon>AM|PM))?(?:\s*(?P<zone>Z|UTC|GMT|[+-]\d{2}:?\d{2}))?)?"
)
_YEAR_FIRST = re.compile(
    r"(?P<year>\d{4})\s*[-/.年]\s*(?P<month>\d{1,2})\s*[-/.月]\s*(?P<day>\d{1,2})日?" + _TIME, re.I
)
_YEAR_LAST = re.compile(r"(?P<first>\d{1,2})[-/.](?P<other>\d{1,2})[-/.](?P<year>\d{4}|\d{2})" + _TIME, re.I)
_NAMED = re.compile(
    r"(?:[a-z]{3,9},?\s+)??(?:(?P<day>\d{1,2})(?:st|nd|rd|th)?[-\s]+(?P<name>[a-z]{3,9})\.?|"
    r"(?P<name_first>[a-z]{3,9})\.?\s+(?P<day_last>\d{1,2})(?:st|nd|rd|th)?),?[-\s]+(?P<year>\d{4})" + _TIME,
    re.I,
)
_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_NOTHING = frozenset({"", "-", "n/a", "na", "null", "none", "无", "無"})
_ORDERS: tuple[DateOrder, ...] = ("dmy", "mdy", "ymd")
_LONGEST = 60  # characters in the longest form
_EXPECTED = "expected a date such as 2026-03-25"

ASK_ORDER = "name the order with --date-order dmy, mdy or ymd"
"""What to do about dates that could be read in several ways."""

DateReader = Callable[[str], datetime | None]


@dataclass(frozen=True, slots=True)
class Order:
    """What a column shows about the order of day, month and year: settled, or an example of what could be either."""

    value: DateOrder | None
    unsettled: str | None = None


def settle(values: Iterable[str]) -> Order:
    """The order of day, month and year in a column, told from values such as 25/04/2026 that have one reading only.

    Unsettled, with an example, when values could be read in several ways and none tells, or when values disagree.
    """
    examples: dict[frozenset[DateOrder], str] = {}
    unsure: dict[frozenset[DateOrder], str] = {}
    for value in map(str.strip, values):
        match = _YEAR_LAST.fullmatch(value)
        if match and (readings := _readings(match)):
            examples.setdefault(frozenset(readings), value)
            if len(set(readings.values())) > 1:
                unsure.setdefault(frozenset(readings), value)
    possible = frozenset[DateOrder](_ORDERS).intersection(*examples)
    if not possible:
        return Order(None, _contradiction(examples))
    if len(possible) == 1:
        return Order(next(iter(possible)))
    return Order(None, next(iter(unsure.values()), None))


def _readings(match: re.Match[str]) -> dict[DateOrder, tuple[int, int, int]]:
    """The days (year, month, day) that a value can mean, by order; a year of two digits may come first."""
    year, first, other = int(match["year"]), int(match["first"]), int(match["other"])
    full = year if len(match["year"]) == 4 else 2000 + year
    days: dict[DateOrder, tuple[int, int, int]] = {"dmy": (full, other, first), "mdy": (full, first, other)}
    if len(match["year"]) == 2:
        days["ymd"] = (2000 + first, other, year)
    return {order: day for order, day in days.items() if _exists(*day)}


def _exists(year: int, month: int, day: int) -> bool:
    try:
        return bool(datetime(year, month, day))
    except ValueError:
        return False


def _contradiction(examples: Mapping[frozenset[DateOrder], str]) -> str:
    """Two values that no one order reads, or else all values that show it together."""
    pairs = [(one, two) for one, two in combinations(examples, 2) if not one & two]
    return " and ".join(examples[orders] for orders in (pairs[0] if pairs else examples))


def date_reader(order: DateOrder | None) -> DateReader:
    """A function from a cell to its date: None for blank; ValueError, naming the value, for what is no date.

    A time zone is kept where the cell has one. `order` decides 03/04/2026 and 24/03/05; without it
    only what has one reading can be read: 25/04/2026.
    """

    def read(value: str) -> datetime | None:
        try:
            return datetime.fromisoformat(value)
        except ValueError:
            return _read(value.strip(), order)

    return read


def is_date(value: str) -> bool:
    """Whether a cell holds a date in any known form, whatever the order of day and month."""
    return len(value) <= _LONGEST and not value.strip().isdigit() and any(_reads(value, order) for order in _ORDERS)


def _reads(value: str, order: DateOrder) -> bool:
    try:
        return date_reader(order)(value) is not None
    except ValueError:
        return False


def _read(value: str, order: DateOrder | None) -> datetime | None:
    if value.lower() in _NOTHING:
        return None
    shown = repr(value[:_LONGEST])
    for pattern, parts in _FORMS:
        if len(value) <= _LONGEST and (match := pattern.fullmatch(value)):
            try:
                return _moment(match, *parts(match, order))
            except ValueError as error:
                raise ValueError(f"{shown} is no date ({error}); {_EXPECTED}") from error
    raise ValueError(f"{shown} is no date; {_EXPECTED}")


def _moment(match: re.Match[str], year: int, month: int, day: int) -> datetime:
    hour = int(match["hour"] or 0)
    half = (match["half"] or match["noon"] or "").upper()
    if half in {"PM", "下午"} and hour < 12:
        hour += 12
    if half in {"AM", "上午"} and hour == 12:
        hour = 0
    return datetime(year, month, day, hour, int(match["minute"] or 0), int(match["second"] or 0), tzinfo=_zone(match))


def _zone(match: re.Match[str]) -> timezone | None:
    zone = match["zone"]
    if zone is None:
        return None
    if zone[0] not in "+-":
        return UTC
    offset = timedelta(hours=int(zone[1:3]), minutes=int(zone[-2:]))
    return timezone(offset if zone[0] == "+" else -offset)


def _year_first(match: re.Match[str], _order: DateOrder | None) -> tuple[int, int, int]:
    return int(match["year"]), int(match["month"]), int(match["day"])


def _year_last(match: re.Match[str], order: DateOrder | None) -> tuple[int, int, int]:
    readings = _readings(match)
    if order is not None and (order != "ymd" or len(match["year"]) == 2):
        readings = {known: day for known, day in readings.items() if known == order}
    days = set(readings.values())
    if len(days) > 1:
        raise ValueError(f"day and month could be either way round; {ASK_ORDER}")
    if not days:
        raise ValueError(f"no such day{f' in the order {order}' if order else ''}")
    return days.pop()


def _named(match: re.Match[str], _order: DateOrder | None) -> tuple[int, int, int]:
    name = (match["name"] or match["name_first"])[:3].lower()
    if name not in _MONTHS:
        raise ValueError(f"no month is called {name!r}")
    return int(match["year"]), _MONTHS.index(name) + 1, int(match["day"] or match["day_last"])


_Parts = Callable[[re.Match[str], DateOrder | None], tuple[int, int, int]]
_FORMS: Sequence[tuple[re.Pattern[str], _Parts]] = (
    (_YEAR_FIRST, _year_first),
    (_YEAR_LAST, _year_last),
    (_NAMED, _named),
)
