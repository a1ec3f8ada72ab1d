"""Pictures of the office as places in a drawing, which templates draw as SVG: shares with limits, and courses."""

from collections.abc import Sequence
from dataclasses import dataclass

from verbatim.contrasts import Contrast
from verbatim.ratings import RatedSpan

WIDE = 200.0
SMALL_WIDE, SMALL_HIGH = 120.0, 32.0
BIG_WIDE, BIG_HIGH, LEFT, BOTTOM, TOP = 640.0, 220.0, 40.0, 28.0, 10.0


@dataclass(frozen=True, slots=True)
class Line:
    """A value with its limits and that of the rest, on a line from 0 to 200."""

    low: float
    value: float
    high: float
    rest: float


@dataclass(frozen=True, slots=True)
class Spot:
    """A point of a course: where it stands, its limits, and what it tells."""

    x: float
    y: float
    low: float
    high: float
    name: str
    value: float
    n: int
    begin: str
    end: str


@dataclass(frozen=True, slots=True)
class Course:
    """Net stance over time: points, the pieces of the line through neighbours, where 0 is, names under the axis."""

    spots: tuple[Spot, ...]
    pieces: tuple[str, ...]
    zero: float
    wide: float
    high: float
    names: tuple[tuple[float, str], ...] = ()


def line_of(one: Contrast, *, signed: bool) -> Line:
    """A measure of a group and of the rest; stances from −1 to 1, shares from 0 to 1."""
    low, value, high, rest = ((each + 1) / 2 if signed else each for each in (one.low, one.value, one.high, one.rest))
    return Line(*(round(WIDE * max(0.0, min(1.0, each)), 1) for each in (low, value, high, rest)))


def small_course(spans: Sequence[RatedSpan]) -> Course | None:
    """The course of an account in a row of a table; None with fewer than two spans that have a stance."""
    told = sum(one.voices.n > 0 for one in spans)
    return _course(spans, (4.0, SMALL_WIDE - 4, 4.0, SMALL_HIGH - 4)) if told > 1 else None


def big_course(spans: Sequence[RatedSpan]) -> Course | None:
    """The course of an account on its own page; None without a stance."""
    if not any(one.voices.n for one in spans):
        return None
    return _course(spans, (LEFT + 12, BIG_WIDE - 34, TOP, BIG_HIGH - BOTTOM), named=True)


def _course(spans: Sequence[RatedSpan], room: tuple[float, float, float, float], *, named: bool = False) -> Course:
    left, right, top, bottom = room
    step = (right - left) / max(1, len(spans) - 1)

    def y(value: float) -> float:
        return round(top + (100 - value) / 200 * (bottom - top), 1)

    spots: list[Spot | None] = []
    for place, one in enumerate(spans):
        net = one.voices.net()
        x = round(left + place * step, 1)
        about = (one.name, net.value, net.n, one.begin.isoformat(), "") if net else None
        spots.append(Spot(x, y(net.value), y(net.low), y(net.high), *about) if net and about else None)
    every = max(1, -(-len(spans) // 6))
    under = tuple((round(left + place * step, 1), one.name) for place, one in enumerate(spans) if place % every == 0)
    found = tuple(one for one in spots if one is not None)
    size = (BIG_WIDE, BIG_HIGH) if named else (SMALL_WIDE, SMALL_HIGH)
    return Course(found, _pieces(spots), y(0), *size, under if named else ())


def _pieces(spots: Sequence[Spot | None]) -> tuple[str, ...]:
    """Lines through neighbours: where nobody had a stance the line is broken."""
    pieces: list[list[str]] = [[]]
    for spot in spots:
        if spot is None:
            pieces.append([])
        else:
            pieces[-1].append(f"{spot.x},{spot.y}")
    return tuple(" ".join(piece) for piece in pieces if len(piece) > 1)
