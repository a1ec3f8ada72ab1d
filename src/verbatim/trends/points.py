"""A measure over the periods: how many say it, of how many, with limits, and without the coder's own error."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from verbatim.domain import NpsInterval
from verbatim.estimates import Corrected, Gold, corrected, means_of_groups
from verbatim.estimates.clusters import Integers as Counts
from verbatim.estimates.shares import CONFIDENCE, Floats
from verbatim.facts import Facts
from verbatim.trends.breaks import Seam
from verbatim.trends.measured import Measured
from verbatim.trends.periods import Period


@dataclass(frozen=True, slots=True)
class Scores:
    """The counts behind a score, and the score when every account counts once, or by its revenue."""

    promoters: int
    passives: int
    critics: int
    by_account: NpsInterval | None
    by_revenue: NpsInterval | None


@dataclass(frozen=True, slots=True)
class Point:
    """A measure in one period: k of n verbatims by so many persons of so many accounts.

    `value` with its limits is a share from 0 to 1, or a score from −100 to 100; None of nothing. `effect` is the design
    effect of the accounts. `estimated` counts stances that no score told, `by_person` those that a person coded. `few`
    where there is not enough to compare; `joined` with the point before, unless the code frame changed between both.
    `heard` of the `right` people stand behind it, None where the roster does not tell.
    """

    period: Period
    n: int
    respondents: int
    accounts: int
    k: int
    value: float | None
    low: float | None
    high: float | None
    effect: float | None
    estimated: int
    by_person: int
    few: bool
    joined: bool
    right: int | None = None
    heard: int | None = None
    corrected: Corrected | None = None
    scores: Scores | None = None


@dataclass(frozen=True, slots=True)
class Told:
    """What is known of a measure beside its counts: breaks of the frame, and what the coder made of gold.

    `correctable` where the coder's error is one that can be measured: codes of any polarity, and categories. `right`
    people there are in all; `heard` of them stand behind each group.
    """

    seams: tuple[Seam, ...] = ()
    gold: Gold | None = None
    correctable: bool = False
    confidence: float = CONFIDENCE
    right: int | None = None
    heard: Counts | None = None


def points(facts: Facts, found: Measured, part: int, periods: Sequence[Period], told: Told) -> tuple[Point, ...]:
    """The points of one part, of the place `part`."""
    cells, layout = found.layout.cells, found.layout
    estimated, by_person = layout.estimated, layout.by_person
    theirs = cells.sums(layout.sums(facts.by_person & found.columns.yes)) if by_person.any() else by_person
    k, joined = cells.sums(found.yes), {seam.at for seam in told.seams}
    scores = _scores(facts, found, told.confidence) if found.no is not None else None
    rows = []
    for place, period in enumerate(periods):
        group = part * len(periods) + place
        n = round(float(found.ratios.base[group]))
        about = layout.respondents[group], layout.accounts[group]
        point = Point(
            period=period,
            n=n,
            respondents=int(about[0]),
            accounts=int(about[1]),
            k=round(float(k[group])),
            value=_number(found.ratios.value[group], found.scale) if n else None,
            low=_number(found.low[group], found.scale) if n else None,
            high=_number(found.high[group], found.scale) if n else None,
            effect=_number(found.effects[group]) if n else None,
            estimated=round(float(estimated[group])),
            by_person=round(float(by_person[group])),
            few=bool(found.few[group]),
            joined=place > 0 and place not in joined,
            right=told.right or None,
            heard=int(told.heard[group]) if told.right and told.heard is not None else None,
            scores=scores[group] if scores and n else None,
        )
        if told.correctable and n:
            point = replace(point, corrected=_corrected(point, theirs[group], found.sizes[group], told))
        rows.append(point)
    return tuple(rows)


def _corrected(point: Point, theirs: float, size: float, told: Told) -> Corrected:
    """Return the share without the coder's error: that of what the model coded, joined with what persons did.

    `theirs` counts those coded by persons that have the code; what a person coded needs no correction.
    """
    share, by_model = point.k / point.n, point.n - point.by_person
    if by_model == 0 and point.low is not None:
        return Corrected(share, point.low, point.high, share, size, None)
    part = by_model / point.n
    found = corrected((point.k - theirs) / by_model, size * part, told.gold, told.confidence)
    if found.share is None or found.low is None or found.high is None:
        return replace(found, raw=share, size=size)
    joined = [theirs / point.n + part * one for one in (found.share, found.low, found.high)]
    return replace(found, share=joined[0], low=joined[1], high=joined[2], raw=share, size=size)


def _scores(facts: Facts, found: Measured, confidence: float) -> list[Scores]:
    cells, no = found.layout.cells, found.no if found.no is not None else np.zeros(0)
    with np.errstate(all="ignore"):
        own = found.net / cells.base
    # Whoever is of no account counts as one alone, without revenue.
    known = cells.cluster < len(facts.accounts.names)
    revenue = np.zeros(len(known))
    revenue[known] = facts.accounts.revenue[cells.cluster[known]]
    by_account = _means(found, own, np.ones(len(own)), confidence)
    by_revenue = _means(found, own, revenue, confidence)
    up, down, n = cells.sums(found.yes), cells.sums(no), found.ratios.base
    return [
        Scores(round(float(up[at])), round(float(n[at] - up[at] - down[at])), round(float(down[at])), one, other)
        for at, (one, other) in enumerate(zip(by_account, by_revenue, strict=True))
    ]


def _means(found: Measured, own: Floats, weights: Floats, confidence: float) -> list[NpsInterval | None]:
    ratios, low, high = means_of_groups(found.layout.cells, own, weights, 1.0, confidence)
    return [
        NpsInterval(100 * float(value), 100 * float(below), 100 * float(above), int(count))
        if np.isfinite(value)
        else None
        for value, below, above, count in zip(ratios.value, low, high, ratios.clusters, strict=True)
    ]


def _number(value: float, scale: float = 1.0) -> float | None:
    return float(value) * scale if np.isfinite(value) else None
