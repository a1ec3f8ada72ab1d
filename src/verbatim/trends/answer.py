"""Trends, answered: series of every measure and part, their changes, and what all of that was looked at for."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from verbatim.errors import InputError
from verbatim.estimates import benjamini_hochberg
from verbatim.estimates.clusters import Integers as Counts
from verbatim.facts import NOBODY, UNDATED, Facts, Flags, Integers, Labels, day_of
from verbatim.trends.breaks import Seam, seams
from verbatim.trends.changepoints import Level, change_points
from verbatim.trends.changes import (
    Change,
    Compared,
    Lagged,
    Others,
    Step,
    Versus,
    against_earlier,
    against_others,
    beside_part,
    beside_rest,
    changes_of,
    contrasts_of,
    endured,
    held,
    lagged,
    settled,
    settled_step,
    steps_of,
)
from verbatim.trends.layout import Columns, Layout, Parts, Spoken, lay
from verbatim.trends.measured import Measured, measured
from verbatim.trends.periods import Period, periods_of, slots
from verbatim.trends.points import Point, Told, points
from verbatim.trends.questions import NOTHING_KNOWN, Known, Measure, Question

MOST_GROUPS = 40_000
"""So many points are told at most."""

FORMULAS = {
    "share": "k/n with Wilson's score interval (1927) at the effective size n/deff, deff linearised over accounts "
    "(Cochran 1977; CR2 and Satterthwaite's degrees of freedom of Bell and McCaffrey 2002)",
    "population": "variance times (N - n)/(N - 1), where the number N of persons who could answer is asked for",
    "corrected": "(p + Sp - 1)/(Se + Sp - 1), Rogan and Gladen 1978; interval of Lang and Reiczigel 2014",
    "nps": "100 (promoters - critics)/n, every person once, by the latest score in the period; adjusted Wald "
    "(Rocks 2016) at the effective size; by account and by revenue the weighted mean of the accounts' own scores "
    "with Student's t",
    "difference": "later - earlier; Newcombe's hybrid score limits (1998), with the correlation of accounts in "
    "both (Zou and Donner 2008)",
    "p": "Student's t of the accounts' influences on the difference, CR2, Satterthwaite's degrees of freedom",
    "q": "Benjamini and Hochberg 1995 over all changes of the answer, and over all series for change points; twice "
    "that where both were looked for",
    "durable": "the next period still differs from the period before the change, the same way, p at most the level; "
    "against others: it did so in the period before too",
    "change points": "optimal partitioning (Jackson et al. 2005), least squares weighted by n over the clustered "
    "variance; a cut pays the chi-square value of 0.05/(periods - 1); p by accounts times (periods - 1)",
}
"""How every number is made."""


@dataclass(frozen=True, slots=True)
class Series:
    """A measure of all (`part` None) or of one value of the split, with its changes, steps and breaks."""

    measure: Measure
    part: str | None
    points: tuple[Point, ...]
    changes: tuple[Change, ...]
    steps: tuple[Step, ...]
    seams: tuple[Seam, ...]


@dataclass(frozen=True, slots=True)
class Trends:
    """What was asked, and the answer. `looked` p-values went into the q-values.

    `undated` verbatims are in no period, `unlabelled` ones have no value of the split, `other` ones another value than
    those that are shown.
    """

    question: Question
    periods: tuple[Period, ...]
    series: tuple[Series, ...]
    looked: int
    undated: int
    unlabelled: int
    other: int


@dataclass(frozen=True, slots=True)
class _Split:
    """The parts of the answer: the place of each row's part (n,), the names, and what fell out."""

    place: Integers | None
    names: tuple[str | None, ...]
    unlabelled: int = 0
    other: int = 0


@dataclass(frozen=True, slots=True)
class _Draft:
    """A series without q-values yet; in `idle` stretches a step was looked for in vain."""

    found: "_Found"
    place: int
    part: str | None
    points: tuple[Point, ...]
    changes: list[Change]
    contrasts: list[Change]
    steps: list[Step]
    idle: int
    seams: tuple[Seam, ...]


def trends(facts: Facts, question: Question, known: Known = NOTHING_KNOWN) -> Trends:
    """The trends of some facts. Raises InputError for a value that the split has not, and for too many points."""
    dated = facts.day != UNDATED
    periods = _periods(facts, question, dated)
    split = _split(facts, question)
    if len(periods) * len(split.names) * len(question.measures) > MOST_GROUPS:
        raise InputError(
            f"{len(periods)} periods of {len(split.names)} groups and {len(question.measures)} measures: "
            f"expected {MOST_GROUPS:,} points at most"
        )
    work = _Work(facts, question, known, periods, split)
    drafts = [draft for measure in question.measures for draft in work.drafts(measure)]
    series, looked = work.settled(drafts)
    return Trends(question, periods, series, looked, int((~dated).sum()), split.unlabelled, split.other)


class _Work:
    """Lays rows out once for each base, measures one measure after the other, and settles all of them together."""

    def __init__(
        self, facts: Facts, question: Question, known: Known, periods: tuple[Period, ...], split: _Split
    ) -> None:
        self._facts, self._question, self._known, self._periods, self._split = facts, question, known, periods, split
        self._spoken = Spoken.of(facts, question.base)
        self._when = slots(question.span, periods, facts.day)
        self._laid: dict[tuple[bytes, bool, bool, bool], Layout] = {}
        self._beside = _Beside()
        self._heard: dict[int, Counts] = {}

    def drafts(self, measure: Measure) -> Iterable[_Draft]:
        """Yield the series of a measure: that of all first where parts are compared with it, then the parts."""
        counted = self._spoken.columns(measure)
        found = _Found(self._question, self._measured(measure, counted, self._split), self._beside)
        against, contrast = self._question.against, None
        if against is not None and self._split.place is not None:
            whole = _Found(self._question, self._measured(measure, counted, _Split(None, (None,))), self._beside)
            named = None if against in ("all", "rest") else self._split.names.index(against)
            of_all = self._measured(measure, counted, _Split(None, (None,)), self._split.place)
            others = of_all if named is None else found.measured
            beside = self._beside.others(found.measured.layout, others.layout, named)
            contrast = against_others(self._question, found.measured, others, beside)
            yield self._draft(whole, 0, None, None)
        for place, name in enumerate(self._split.names):
            yield self._draft(found, place, name, contrast if name != against else None)

    def settled(self, drafts: Sequence[_Draft]) -> tuple[tuple[Series, ...], int]:
        """The series with q-values over everything that was looked at, and how many p-values that were."""
        changes = [one.p for draft in drafts for one in (*draft.changes, *draft.contrasts)]
        steps = [one.p for draft in drafts for one in draft.steps]
        # A stretch in which no step was found was looked at all the same.
        idle = [1.0] * sum(draft.idle for draft in drafts)
        # Both are adjusted by themselves, so that neither lends the other its findings, and then for being two. None
        # becomes NaN: not tested.
        families = np.array(changes, dtype=np.float64), np.array([*steps, *idle], dtype=np.float64)
        count = max(1, sum(bool(np.isfinite(one).any()) for one in families))
        of_changes, of_steps = (iter(np.minimum(1.0, count * benjamini_hochberg(one))) for one in families)
        series = tuple(self._series(draft, of_changes, of_steps) for draft in drafts)
        return series, sum(p is not None for p in (*changes, *steps, *idle))

    def _series(self, draft: _Draft, q: Iterator[float], of_steps: Iterator[float]) -> Series:
        level, span, count = self._question.level, self._question.span, len(self._periods)
        changes = [settled(one, next(q), level) for one in draft.changes]
        contrasts = [settled(one, next(q), level) for one in draft.contrasts]
        steps = [settled_step(one, next(of_steps), level) for one in draft.steps]
        previous = [one for one in changes if one.versus == "previous"]
        if any(one.verdict in ("rose", "fell") for one in previous):
            after = draft.found.against(2 * span.lag)
            previous = endured(previous, after, (draft.place, count), span.lag, draft.seams, level)
        changes = [*previous, *(one for one in changes if one.versus != "previous"), *held(contrasts, span.lag, level)]
        return Series(draft.found.measured.measure, draft.part, draft.points, tuple(changes), tuple(steps), draft.seams)

    def _measured(self, measure: Measure, counted: Columns, split: _Split, apart: Integers | None = None) -> Measured:
        apart = apart if counted.once else None
        key = np.packbits(counted.base).tobytes(), split.place is None, counted.once, apart is None
        if key not in self._laid:
            parts = Parts(split.place, len(split.names), apart)
            self._laid[key] = lay(self._facts, counted, self._when, len(self._periods), parts)
        return measured(self._question, self._known, measure, counted, (self._laid[key], split.names))

    def _draft(self, found: "_Found", place: int, name: str | None, contrast: Compared | None) -> _Draft:
        measure, counted, periods = found.measured.measure, found.measured.columns, self._periods
        cut = seams(self._facts, counted.base, counted.yes, self._known.editions.get(measure.name, ()), periods)
        told = Told(
            seams=cut,
            gold=self._known.gold.get((measure.kind, measure.name)),
            correctable=_correctable(measure),
            confidence=self._question.confidence,
            right=self._known.right.get(name, self._known.right.get(None)),
            heard=self._heard_in(found.measured.layout),
        )
        span = self._question.span
        ago: dict[int, Versus] = {span.year: "year"} if self._question.year_ago else {}
        ago = {span.lag: "previous", **{lag: versus for lag, versus in ago.items() if lag != span.lag}}
        changes = [
            change
            for lag, versus in ago.items()
            if lag < len(periods)
            for change in changes_of(found.measured, found.against(lag), place, periods, cut, (versus, lag))
        ]
        steps, idle = self._steps(found.measured, place, cut)
        return _Draft(
            found=found,
            place=place,
            part=name,
            points=points(self._facts, found.measured, place, periods, told),
            changes=changes,
            contrasts=contrasts_of(found.measured, contrast, place, periods) if contrast is not None else [],
            steps=steps,
            idle=idle,
            seams=cut,
        )

    def _heard_in(self, layout: Layout) -> Counts | None:
        """Return how many of the right people are behind each group, counted once for all measures of a layout."""
        if self._known.right_one is None:
            return None
        if id(layout) not in self._heard:  # the layouts are kept as long as this
            self._heard[id(layout)] = layout.distinct(self._known.right_one)
        return self._heard[id(layout)]

    def _steps(self, found: Measured, place: int, cut: Sequence[Seam]) -> tuple[list[Step], int]:
        """Return the steps of one part, stretch by stretch between breaks of the frame, and how many had none."""
        if self._question.span.unit == "rolling":
            return [], 0  # windows that overlap are no series of levels
        count, ratios = len(self._periods), found.ratios
        bounds = [0, *(seam.at for seam in cut), count]
        steps: list[Step] = []
        idle = 0
        for start, end in pairwise(bounds):
            own = slice(place * count + start, place * count + end)
            levels = change_points(ratios.value[own], ratios.base[own], ratios.variance[own], self._question.level)
            shifted = [Level(one.start + start, one.end + start) for one in levels]
            steps += steps_of(found, place, self._periods, shifted, (end - start - 1, self._question.least))
            idle += len(levels) == 1
        return steps, idle


class _Found:
    """A measure of every group, and how it compares with itself some periods before: told once for each lag."""

    def __init__(self, question: Question, measured: Measured, beside: "_Beside") -> None:
        self._question, self.measured, self._beside = question, measured, beside
        self._against: dict[int, Compared] = {}

    def against(self, lag: int) -> Compared:
        """Every group against that of the same part so many periods before."""
        if lag not in self._against:
            beside = self._beside.of(self.measured.layout, lag)
            self._against[lag] = against_earlier(self._question, self.measured, beside)
        return self._against[lag]


class _Beside:
    """Layouts beside themselves some periods before, or beside others, made once for all measures of a layout."""

    def __init__(self) -> None:
        self._made: dict[tuple[int, int], tuple[Layout, Lagged]] = {}
        self._others: dict[tuple[int, int], tuple[Layout, Layout, Others]] = {}

    def of(self, layout: Layout, lag: int) -> Lagged:
        """The groups of a layout beside those so many periods before."""
        key = id(layout), lag
        if key not in self._made:
            self._made[key] = layout, lagged(layout, lag)
        return self._made[key][1]

    def others(self, layout: Layout, others: Layout, named: int | None) -> Others:
        """The groups of a layout beside a named part of another, or beside all of it less their own."""
        key = id(layout), id(others)
        if key not in self._others:
            made = beside_rest(layout, others) if named is None else beside_part(layout, others, named)
            self._others[key] = layout, others, made
        return self._others[key][2]


def _correctable(measure: Measure) -> bool:
    return measure.kind in ("code", "category") and measure.polarity is None


def _periods(facts: Facts, question: Question, dated: Flags) -> tuple[Period, ...]:
    days = facts.day[dated]
    if not len(days) and (question.since is None or question.until is None):
        return ()
    first = question.since or day_of(days.min())
    last = question.until or day_of(days.max())
    return periods_of(question.span, first, last) if first <= last else ()


def _split(facts: Facts, question: Question) -> _Split:
    if question.split is None:
        return _Split(None, (None,))
    labels = facts.labels(question.split)
    names = _values(facts, question, labels)
    table = np.full(len(labels.names) + 1, NOBODY, np.int32)  # the last one is that of NOBODY, which is -1
    for at, name in enumerate(names):
        table[labels.names.index(name)] = at
    place = table[labels.places]
    unlabelled = int((labels.places == NOBODY).sum())
    return _Split(place, names, unlabelled, int((place == NOBODY).sum()) - unlabelled)


def _values(facts: Facts, question: Question, labels: Labels) -> tuple[str, ...]:
    wanted = [*question.values]
    named = [] if question.against in (None, "all", "rest") else [str(question.against)]
    for name in (*wanted, *named):
        if name not in labels.names:
            known = ", ".join(labels.names[:10])
            raise InputError(f"{question.split} {str(name)[:60]!r}: expected one of {known or 'none'}")
    if wanted:
        return tuple(dict.fromkeys((*wanted, *named)))
    counts = np.bincount(labels.places[(labels.places != NOBODY) & facts.coded], minlength=len(labels.names))
    order = sorted(range(len(labels.names)), key=lambda at: (-int(counts[at]), labels.names[at]))
    names = [labels.names[at] for at in order if counts[at]][: question.most]
    return tuple(dict.fromkeys((*names, *named)))
