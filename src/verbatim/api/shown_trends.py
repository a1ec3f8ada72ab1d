"""The shapes of trends as they go out: points with their limits, changes, breaks, and every formula."""

from collections.abc import Mapping
from datetime import date
from math import isnan
from typing import Annotated, Any

from pydantic import Field

from verbatim.actions.coder_error import CoderError, Source
from verbatim.actions.trends import TrendsFound
from verbatim.api.shown import Shown
from verbatim.domain import NpsInterval, Polarity
from verbatim.estimates import Corrected, Gold, Refusal
from verbatim.trends import FORMULAS, Change, Kind, Point, Seam, Series, Step, Verdict
from verbatim.trends.changes import Durable, Versus

DIGITS = 4


class ShownFigure(Shown):
    """A figure with its limits; null where they cannot be told."""

    value: float | None
    low: float | None
    high: float | None


class ShownTrendCorrected(Shown):
    """The share without the coder's own error; where there is none, `refusal` says why."""

    share: float | None
    low: float | None
    high: float | None
    refusal: Refusal | None


class ShownTrendScores(Shown):
    """The counts behind a Net Promoter Score; the same with every account once, and by revenue."""

    promoters: int
    passives: int
    critics: int
    by_account: ShownFigure | None
    by_revenue: ShownFigure | None


class ShownTrendPoint(Shown):
    """A measure in one period, from `start` to before `end`: `k` of `n` verbatims, of so many persons and accounts.

    `value` is a share from 0 to 1, or a score from -100 to 100. `effect`: the design effect of accounts. `estimated`
    stances were told by no score; `by_person` were coded by persons. `few`: not enough data to compare. `joined` with
    the point before, unless the code frame changed in between. `heard` of the `right` people stand behind it, `below`
    the goal of 60 %; null where the roster does not tell.
    """

    period: str
    start: date
    end: date
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
    right: int | None
    heard: int | None
    below: bool | None
    corrected: ShownTrendCorrected | None
    scores: ShownTrendScores | None


class ShownTrendChange(Shown):
    """A period against the one before, the same a year before, or others; what is told of it, and whether it endures.

    `p` is the test by accounts, `q` what is left of it beside everything looked at; both null where nothing was tested.
    """

    versus: Versus
    period: str
    other: str | None
    value: float | None
    before: float | None
    difference: float | None
    low: float | None
    high: float | None
    p: float | None
    q: float | None
    verdict: Verdict
    durable: Durable | None


class ShownTrendStep(Shown):
    """A change point: the level from this period on, and the level before it; limits of the difference."""

    period: str
    value: float
    before: float
    low: float
    high: float
    p: float | None
    q: float | None
    verdict: Verdict


class ShownTrendBreak(Shown):
    """From this period on counts are of another code: the version of the frame that split, retired or added it.

    `recoded` is the share of what was said before that is coded by that version or a later one.
    """

    period: str
    version: str
    day: date
    kind: str
    old: str | None
    new: list[str]
    recoded: float


class ShownTrendSeries(Shown):
    """A measure of all (`part` null) or of one value of the split."""

    kind: Kind
    id: str | None
    name: Annotated[str | None, Field(description="What a theme is called.")]
    polarity: Polarity | None
    part: str | None
    points: list[ShownTrendPoint]
    changes: list[ShownTrendChange]
    steps: list[ShownTrendStep]
    breaks: list[ShownTrendBreak]


class ShownTrendGold(Shown):
    """What the coder made of gold: of `positives` with the code it found `found`, of `negatives` it spared `spared`."""

    found: int
    positives: int
    spared: int
    negatives: int


class ShownCoderError(Shown):
    """How the coder's error was measured: on `n` verbatims of gold, or as the model's card tells; by code."""

    model: str
    source: Source
    n: int
    gold: dict[str, ShownTrendGold]
    categories: dict[str, ShownTrendGold]


class ShownTrends(Shown):
    """Series with everything they stand on: base, filters, parameters, formulas; `looked` p-values went into the q.

    `undated` verbatims are in no period; `unlabelled` ones have no value of the split, `other` ones another value.
    """

    frame: str
    base: str
    period: str
    confidence: float
    level: float
    least: dict[str, int]
    filters: dict[str, Any]
    split: str | None
    against: str | None
    population: dict[str, int]
    series: list[ShownTrendSeries]
    looked: int
    undated: int
    unlabelled: int
    other: int
    coder: ShownCoderError
    formulas: Annotated[dict[str, str], Field(description="How every number is made.")]


def shown_trends(found: TrendsFound) -> ShownTrends:
    """Trends as they go out."""
    answer = found.trends
    question = answer.question
    ids = {one.measure.name for one in answer.series}
    least = question.least
    return ShownTrends(
        frame=found.frame.label,
        base=question.base,
        period=question.span.unit,
        confidence=question.confidence,
        level=question.level,
        least={"answers": least.answers, "accounts": least.accounts, "mentions": least.mentions},
        filters=found.wanted.narrowed.told(),
        split=question.split,
        against=question.against,
        population={name or "all": count for name, count in found.population.items()},
        series=[_series(one, found) for one in answer.series],
        looked=answer.looked,
        undated=answer.undated,
        unlabelled=answer.unlabelled,
        other=answer.other,
        coder=_coder(found.coder, ids),
        formulas=dict(FORMULAS),
    )


def rounded(value: float | None) -> float | None:
    """A figure with four digits; None where it cannot be told."""
    return None if value is None or isnan(value) else round(value, DIGITS)


def _series(one: Series, found: TrendsFound) -> ShownTrendSeries:
    return ShownTrendSeries(
        kind=one.measure.kind,
        id=one.measure.id,
        name=found.themes.get(one.measure.name) if one.measure.kind == "theme" else None,
        polarity=one.measure.polarity,
        part=one.part,
        points=[_point(point, found.wanted.sought.goal) for point in one.points],
        changes=[_change(change) for change in one.changes],
        steps=[_step(step) for step in one.steps],
        breaks=[_break(seam, one.points) for seam in one.seams],
    )


def _point(one: Point, goal: float) -> ShownTrendPoint:
    return ShownTrendPoint(
        period=one.period.name,
        start=one.period.start,
        end=one.period.end,
        n=one.n,
        respondents=one.respondents,
        accounts=one.accounts,
        k=one.k,
        value=rounded(one.value),
        low=rounded(one.low),
        high=rounded(one.high),
        effect=rounded(one.effect),
        estimated=one.estimated,
        by_person=one.by_person,
        few=one.few,
        joined=one.joined,
        right=one.right,
        heard=one.heard,
        below=None if one.right is None or one.heard is None else one.heard < goal * one.right,
        corrected=_corrected(one.corrected) if one.corrected else None,
        scores=ShownTrendScores(
            promoters=one.scores.promoters,
            passives=one.scores.passives,
            critics=one.scores.critics,
            by_account=_interval(one.scores.by_account),
            by_revenue=_interval(one.scores.by_revenue),
        )
        if one.scores
        else None,
    )


def _corrected(one: Corrected) -> ShownTrendCorrected:
    share, low, high = (rounded(value) for value in (one.share, one.low, one.high))
    return ShownTrendCorrected(share=share, low=low, high=high, refusal=one.refusal)


def _interval(one: NpsInterval | None) -> ShownFigure | None:
    if one is None:
        return None
    return ShownFigure(value=round(one.value, DIGITS), low=rounded(one.low), high=rounded(one.high))


def _change(one: Change) -> ShownTrendChange:
    names = ("value", "before", "difference", "low", "high")
    return ShownTrendChange(
        versus=one.versus,
        period=one.period.name,
        other=one.other.name if one.other else None,
        **{name: rounded(getattr(one, name)) for name in names},
        p=one.p,
        q=one.q,
        verdict=one.verdict,
        durable=one.durable,
    )


def _step(one: Step) -> ShownTrendStep:
    names = ("value", "before", "low", "high")
    figures: Mapping[str, Any] = {name: round(getattr(one, name), DIGITS) for name in names}
    return ShownTrendStep(period=one.period.name, **figures, p=one.p, q=one.q, verdict=one.verdict)


def _break(seam: Seam, points: tuple[Point, ...]) -> ShownTrendBreak:
    edition = seam.edition
    return ShownTrendBreak(
        period=points[seam.at].period.name,
        version=edition.label,
        day=edition.day,
        kind=edition.kind,
        old=edition.old,
        new=list(edition.new),
        recoded=round(seam.recoded, DIGITS),
    )


def _coder(error: CoderError, ids: set[str]) -> ShownCoderError:
    codes, categories = (
        {id: _gold(found[id]) for id in sorted(ids & set(found))} for found in (error.codes, error.categories)
    )
    return ShownCoderError(model=error.model, source=error.source, n=error.n, gold=codes, categories=categories)


def _gold(one: Gold) -> ShownTrendGold:
    return ShownTrendGold(found=one.found, positives=one.positives, spared=one.spared, negatives=one.negatives)
