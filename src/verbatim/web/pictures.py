"""Pictures as places in a drawing, which templates draw as SVG: changes with limits, and a learning curve."""

from collections.abc import Sequence
from dataclasses import dataclass

from verbatim.actions.model_life import CurvePoint

WIDE, HIGH = 640.0, 240.0
LEFT, RIGHT, TOP, BOTTOM = 46.0, 14.0, 12.0, 34.0
"""The room around the plot: for the numbers on both axes."""

STEPS = (0.01, 0.02, 0.05, 0.1, 0.2, 0.25, 0.5)
LEAST = 0.02
"""The least that the vertical axis spans to either side, and a bar of change: what is smaller is no picture."""

SPAN = 100.0
"""Half the width of a bar of change."""


@dataclass(frozen=True, slots=True)
class Bar:
    """A change with its limits, from 0 to 200 with no change at 100."""

    low: float
    value: float
    high: float


@dataclass(frozen=True, slots=True)
class Tick:
    """A number on an axis, and where it stands."""

    at: float
    text: str


@dataclass(frozen=True, slots=True)
class Dot:
    """A point of the curve, where its limits stand (None where none were kept), and the model, None for the start."""

    x: float
    y: float
    low: float | None
    high: float | None
    label: str | None
    passed: bool


@dataclass(frozen=True, slots=True)
class Curve:
    """A learning curve as it is drawn: points, the line through them, both axes."""

    dots: tuple[Dot, ...]
    line: str
    across: tuple[Tick, ...]
    up: tuple[Tick, ...]


def bar(value: float, low: float, high: float, reach: float) -> Bar:
    """The bar of a change, where `reach` is the greatest that the drawing has room for."""
    low, value, high = (SPAN + SPAN * max(-1.0, min(1.0, one / reach)) for one in (low, value, high))
    return Bar(round(low, 1), round(value, 1), round(high, 1))


def reach_of(limits: Sequence[tuple[float, float]]) -> float:
    """The room that bars with these limits need."""
    return max(LEAST, *(abs(one) for pair in limits for one in pair)) if limits else LEAST


def curve_of(points: Sequence[CurvePoint]) -> Curve | None:
    """The drawing of a learning curve, from what there was before any correction; None of no retraining."""
    if not points:
        return None
    start = [(0, points[0].before, None, None, None, True)] if points[0].corrections else []
    rows = [*start, *((one.corrections, one.after, one.low, one.high, one.label, one.passed) for one in points)]
    values = [value for row in rows for value in row[1:4] if value is not None]
    step, lowest, highest = _range(min(values), max(values))
    most = max(1, *(row[0] for row in rows))

    def x(count: float) -> float:
        return round(LEFT + count / most * (WIDE - LEFT - RIGHT), 1)

    def y(value: float) -> float:
        return round(TOP + (highest - value) / (highest - lowest) * (HIGH - TOP - BOTTOM), 1)

    dots = tuple(
        Dot(x(count), y(value), low if low is None else y(low), high if high is None else y(high), label, passed)
        for count, value, low, high, label, passed in rows
    )
    up = [lowest + number * step for number in range(round((highest - lowest) / step) + 1)]
    return Curve(
        dots=dots,
        line=" ".join(f"{dot.x},{dot.y}" for dot in dots),
        across=tuple(Tick(x(count), f"{count:,}") for count in dict.fromkeys((0, most // 2, most))),
        up=tuple(Tick(y(value), f"{value:.2f}") for value in up),
    )


def _range(low: float, high: float) -> tuple[float, float, float]:
    """A step of an axis, and the even numbers below and above what it shows."""
    middle, half = (low + high) / 2, max(LEAST, (high - low) / 2)
    step = next((one for one in STEPS if 2 * half / one <= 5), STEPS[-1])
    below, above = (middle - half) // step, -((-middle - half) // step)
    return step, max(0.0, below * step), min(1.0, above * step)
