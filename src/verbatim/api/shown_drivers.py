"""The shapes of drivers as they go out: what moves the score, with limits, and every formula."""

from typing import Any

from verbatim.actions.trends import DriversFound
from verbatim.api.shown import Shown
from verbatim.api.shown_trends import DIGITS, ShownFigure, rounded
from verbatim.drivers import FORMULAS, Driver, Estimated, Metric


class ShownDriver(Shown):
    """What goes with a code; `p` and `q` are null where there is not enough of it."""

    code: str
    n: int
    accounts: int
    with_it: float
    without: float | None
    impact: ShownFigure
    gap: ShownFigure
    weight: ShownFigure
    p: float | None
    q: float | None
    enough: bool


class ShownDrivers(Shown):
    """The score over n verbatims that have one and were coded, and what goes with each code: association, no cause.

    `explained` is the share of the score's variance that all codes together go with (R2).
    """

    frame: str
    metric: Metric
    value: float | None
    n: int
    respondents: int
    accounts: int
    explained: float | None
    looked: int
    confidence: float
    least: int
    draws: int
    filters: dict[str, Any]
    drivers: list[ShownDriver]
    note: str
    formulas: dict[str, str]


NOTE = "Association: what goes together in what was said. It does not say what would happen if it changed."


def shown_drivers(found: DriversFound) -> ShownDrivers:
    """Drivers as they go out."""
    answer = found.drivers
    question = answer.question
    return ShownDrivers(
        frame=found.frame.label,
        metric=question.metric,
        value=rounded(answer.value),
        n=answer.n,
        respondents=answer.respondents,
        accounts=answer.accounts,
        explained=rounded(answer.explained),
        looked=answer.looked,
        confidence=question.confidence,
        least=question.least,
        draws=question.draws,
        filters=found.wanted.narrowed.told(),
        drivers=[_driver(one) for one in answer.drivers],
        note=NOTE,
        formulas=dict(FORMULAS),
    )


def _driver(one: Driver) -> ShownDriver:
    return ShownDriver(
        code=one.code,
        n=one.n,
        accounts=one.accounts,
        with_it=round(one.with_it, DIGITS),
        without=rounded(one.without),
        impact=_limits(one.impact),
        gap=_limits(one.gap),
        weight=_limits(one.weight),
        p=one.p,
        q=one.q,
        enough=one.enough,
    )


def _limits(one: Estimated) -> ShownFigure:
    return ShownFigure(value=rounded(one.value), low=rounded(one.low), high=rounded(one.high))
