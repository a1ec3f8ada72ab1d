"""Series as places in a drawing, which a template draws as SVG: lines, points with their limits, breaks, both axes.

Drawn here and not by a library for charts: the points are links that a keyboard reaches, their texts are in the page's
language, and colours follow the reader's, light or dark. See docs/decisions/0019-trend-charts.md.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from math import ceil, floor

from verbatim.trends import Period, Point, Series

WIDE, HIGH = 760.0, 320.0
LEFT, RIGHT, TOP, BOTTOM = 52.0, 16.0, 58.0, 34.0
"""The room around the plot: for the numbers on both axes, and above it for what a point tells."""

MOST = 120
"""So many periods are drawn at most, the latest ones."""

MOST_LINES = 8
"""So many lines go into one drawing."""

STEPS = (0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.25, 0.5, 1.0, 2.0, 5.0, 10.0, 20.0, 25.0, 50.0, 100.0)
LABELS = 8
"""About so many periods are named on the horizontal axis."""


@dataclass(frozen=True, slots=True)
class Tick:
    """A text on an axis, and where it stands."""

    at: float
    text: str


@dataclass(frozen=True, slots=True)
class Mark:
    """A point: where it stands, what it tells in two lines, where it leads; `few` where there is not enough data."""

    x: float
    y: float
    first: str
    second: str
    href: str
    few: bool


@dataclass(frozen=True, slots=True)
class Line:
    """A series: its name and number, stretches of line and of limits, and its points."""

    name: str
    number: int
    pieces: tuple[str, ...]
    bands: tuple[str, ...]
    marks: tuple[Mark, ...]


@dataclass(frozen=True, slots=True)
class Chart:
    """Lines in one drawing with both axes; `cuts` are where the code frame changed, `zero` the line of a score of 0."""

    title: str
    lines: tuple[Line, ...]
    across: tuple[Tick, ...]
    up: tuple[Tick, ...]
    cuts: tuple[Tick, ...]
    zero: float | None


@dataclass(frozen=True, slots=True)
class Telling:
    """How a series and its points are put into words, and where a point leads."""

    name: Callable[[Series], str]
    first: Callable[[Series, Point], str]
    second: Callable[[Series, Point], str]
    href: Callable[[Series, Point], str]


def chart_of(title: str, series: Sequence[Series], telling: Telling) -> Chart | None:
    """The drawing of some series of one measure of value; None where nothing was said in any period."""
    shown = [(one, one.points[-MOST:]) for one in series[:MOST_LINES]]
    told = [point for _, points in shown for point in points if point.value is not None]
    if not told:
        return None
    score = series[0].measure.score
    low, high, step = _range(told, score)
    count = len(shown[0][1])

    def x(place: int) -> float:
        return round(LEFT + (place + 0.5) / count * (WIDE - LEFT - RIGHT), 1)

    def y(value: float) -> float:
        inside = min(high, max(low, value))
        return round(TOP + (high - inside) / (high - low) * (HIGH - TOP - BOTTOM), 1)

    lines = tuple(_line(one, points, number, telling, (x, y)) for number, (one, points) in enumerate(shown))
    up = [low + number * step for number in range(round((high - low) / step) + 1)]
    return Chart(
        title=title,
        lines=lines,
        across=_across([point.period for point in shown[0][1]], x),
        up=tuple(Tick(y(value), _axis(value, step, score)) for value in up),
        cuts=_cuts(shown, x),
        zero=y(0.0) if score and low < 0 < high else None,
    )


def _line(
    series: Series,
    points: Sequence[Point],
    number: int,
    telling: Telling,
    places: tuple[Callable[[int], float], Callable[[float], float]],
) -> Line:
    x, y = places
    stretches: list[list[tuple[int, Point]]] = []
    for place, point in enumerate(points):
        if point.value is None:
            continue
        before = stretches[-1][-1] if stretches else None
        if before is None or not point.joined or before[0] != place - 1:
            stretches.append([])
        stretches[-1].append((place, point))
    marks = [
        Mark(
            x(place), y(point.value), telling.first(series, point), telling.second(series, point),
            telling.href(series, point), point.few,
        )
        for stretch in stretches for place, point in stretch if point.value is not None
    ]  # fmt: skip
    pieces = [" ".join(f"{x(place)},{y(point.value or 0.0)}" for place, point in stretch) for stretch in stretches]
    return Line(telling.name(series), number, tuple(pieces), tuple(_band(one, x, y) for one in stretches), tuple(marks))


def _band(stretch: Sequence[tuple[int, Point]], x: Callable[[int], float], y: Callable[[float], float]) -> str:
    """Return the outline of the limits: along the upper ones and back along the lower."""
    upper = [f"{x(place)},{y(point.high if point.high is not None else 0.0)}" for place, point in stretch]
    lower = [f"{x(place)},{y(point.low if point.low is not None else 0.0)}" for place, point in reversed(stretch)]
    return " ".join((*upper, *lower))


def _cuts(shown: Sequence[tuple[Series, Sequence[Point]]], x: Callable[[int], float]) -> tuple[Tick, ...]:
    found: Mapping[tuple[float, str], None] = dict.fromkeys(
        (x(seam.at - first) - (x(1) - x(0)) / 2, seam.edition.label)
        for series, points in shown
        for seam in series.seams
        if (first := len(series.points) - len(points)) < seam.at and len(points) > 1
    )
    return tuple(Tick(round(at, 1), text) for at, text in found)


def _across(periods: Sequence[Period], x: Callable[[int], float]) -> tuple[Tick, ...]:
    step = max(1, ceil(len(periods) / LABELS))
    return tuple(Tick(x(place), _short(periods[place])) for place in range(0, len(periods), step))


def _short(period: Period) -> str:
    """A window by its last day; anything else by its name."""
    return period.name.partition("/")[2] or period.name


def _range(told: Sequence[Point], score: bool) -> tuple[float, float, float]:
    """Return the lowest and highest number of the vertical axis, and the step from one to the next."""
    # Limits of points with hardly any data are wide: they are cut, so that the others can be told apart.
    sure = [point for point in told if not point.few] or list(told)
    lows = [point.low if point.low is not None else point.value or 0.0 for point in sure]
    highs = [point.high if point.high is not None else point.value or 0.0 for point in sure]
    values = [point.value or 0.0 for point in told]
    low, high = min(*lows, *values, lows[0]), max(*highs, *values, highs[0])
    low = low if score else 0.0 if low < 0.4 * high else low
    step = next((one for one in STEPS if (high - low) / one <= 5), STEPS[-1])
    least, most = floor(low / step + 1e-9) * step, ceil(high / step - 1e-9) * step
    return least, max(most, least + step), step


def _axis(value: float, step: float, score: bool) -> str:
    if score:
        return f"{value:.0f}"
    return f"{100 * value:.{0 if step >= 0.01 else 1}f} %"
