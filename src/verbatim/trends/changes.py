"""Changes: from period to period, against a year before, against others; tested by accounts, told after all together.

A change is told where its q-value, over everything that was looked at in the answer, is not above the level. It is
*durable* where the period after it still differs from the period before it, the same way, with p not above the level.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Literal

import numpy as np

from verbatim.estimates import Cells, Pairs, difference_limits
from verbatim.estimates.clusters import Integers, numbered
from verbatim.estimates.shares import Floats
from verbatim.facts import Flags
from verbatim.trends.breaks import Seam
from verbatim.trends.changepoints import Level
from verbatim.trends.layout import Layout
from verbatim.trends.measured import Measured
from verbatim.trends.periods import Period
from verbatim.trends.questions import Least, Question

Verdict = Literal["rose", "fell", "higher", "lower", "no change shown", "not enough data", "frame changed"]
Durable = Literal["yes", "no", "not yet"]
Versus = Literal["previous", "year", "others"]


@dataclass(frozen=True, slots=True)
class Change:
    """A period against another one (`other`), or against others in the same period; differences are later − earlier.

    `p` is that of the test by accounts, `q` what is left of it beside everything looked at; both are None where there
    was not enough to test, or where the code frame changed in between. Values, differences and limits are shares from
    −1 to 1, or hundredths of a score.
    """

    versus: Versus
    period: Period
    other: Period | None
    value: float | None
    before: float | None
    difference: float | None
    low: float | None
    high: float | None
    p: float | None
    q: float | None = None
    verdict: Verdict = "not enough data"
    durable: Durable | None = None


@dataclass(frozen=True, slots=True)
class Step:
    """A change point: the level from this period on against the level before it, in the same measure.

    `p` is that of the test by accounts of both levels, times the places at which there could have been a step.
    """

    period: Period
    value: float
    before: float
    low: float
    high: float
    p: float | None
    q: float | None = None
    verdict: Verdict = "no change shown"


@dataclass(frozen=True, slots=True)
class Compared:
    """Later against earlier of every group, as arrays (groups,): NaN where nothing could be compared."""

    value: Floats
    low: Floats
    high: Floats
    p: Floats
    enough: Flags


@dataclass(frozen=True, slots=True)
class _Side:
    """What is compared: ratios with their limits, what says so and what does not, and where there is enough."""

    value: Floats
    low: Floats
    high: Floats
    yes: Floats
    n: Floats
    enough: Flags


@dataclass(frozen=True, slots=True)
class Lagged:
    """The groups of a layout, each beside that of the same part so many periods before; which cells stand where."""

    pairs: Pairs
    later: Flags
    earlier: Flags
    lag: int


def lagged(layout: Layout, lag: int) -> Lagged:
    """The groups of a layout beside those so many periods before: the same for whatever is measured."""
    cells = layout.cells
    later, earlier = layout.period >= lag, layout.period < layout.periods - lag
    pairs = Pairs.of(
        Cells(cells.cluster[later], cells.group[later], cells.base[later], cells.count),
        Cells(cells.cluster[earlier], cells.group[earlier] + lag, cells.base[earlier], cells.count),
    )
    return Lagged(pairs, later, earlier, lag)


def against_earlier(question: Question, found: Measured, beside: Lagged) -> Compared:
    """Every group against the group of the same part some periods before."""
    layout, cells, lag = found.layout, found.layout.cells, beside.lag
    groups = np.arange(cells.count)
    there = groups % layout.periods >= lag
    before = np.where(there, groups - lag, groups)
    side = _side(found)
    other = _Side(*(getattr(side, name)[before] for name in _Side.__slots__))
    tops = found.net[beside.later], found.net[beside.earlier]
    return _compared(question, beside.pairs, tops, (side, other), found, there)


@dataclass(frozen=True, slots=True)
class Others:
    """The groups of a layout, each beside others in the same period: a named part, or all less its own.

    `own` are the cells of the other layout that count. `less` are those, once for each part, that a group's own cells
    are taken from, and `kept` those of which something is left; None beside a named part.
    """

    pairs: Pairs
    cells: Cells
    own: Flags
    named: int | None
    parts: int
    less: Integers | None = None
    kept: Flags | None = None

    def tops(self, found: Measured, others: Measured) -> Floats:
        """What each cell of the others adds to their ratio."""
        tops = np.tile(others.net[self.own], self.parts)
        if self.less is None:
            return tops
        tops[self.less] -= found.net
        return tops[self.kept]


def against_others(question: Question, found: Measured, others: Measured, beside: Others) -> Compared:
    """Every group against others in the same period; `others` is the measure of all, or that with the named part."""
    layout, cells, there = found.layout, found.layout.cells, np.ones(found.layout.cells.count, np.bool_)
    other, tops, named = beside.cells, beside.tops(found, others), beside.named
    ratios = other.ratios(tops)
    kish = np.maximum(1.0, other.kish(0.0))
    if found.measure.score:
        half = 1.96 * np.sqrt(np.nan_to_num(ratios.variance))
        limits = ratios.value - half, ratios.value + half
    else:
        limits = ratios.limits(kish, 1.0, question.confidence)
    least = question.least
    enough = (other.totals >= least.answers) & (other.clusters >= least.accounts)
    if named is not None:
        there = np.arange(cells.count) // layout.periods != named
    side = _Side(ratios.value, *limits, other.sums(tops), ratios.base, enough)
    compared = _compared(question, beside.pairs, (found.net, tops), (_side(found), side), found, there)
    if question.against != "all":
        return compared
    # What sets a part apart from the rest sets it apart from all by as much less as it is a part of all.
    apart = ratios.base / np.maximum(1.0, ratios.base + found.ratios.base)
    return replace(compared, value=compared.value * apart, low=compared.low * apart, high=compared.high * apart)


def changes_of(
    found: Measured,
    compared: Compared,
    part: int,
    periods: Sequence[Period],
    seams: Sequence[Seam],
    ago: tuple[Versus, int],
) -> list[Change]:
    """The changes of one part, without q-values yet; `ago` says how many periods before is compared with."""
    versus, lag = ago
    first = part * len(periods)
    rows = []
    for place in range(lag, len(periods)):
        cut = any(place - lag < seam.at <= place for seam in seams)
        about = versus, periods[place], periods[place - lag]
        rows.append(_change(found, compared, about, (first + place, first + place - lag), cut))
    return rows


def contrasts_of(found: Measured, compared: Compared, part: int, periods: Sequence[Period]) -> list[Change]:
    """One part against others, period by period, without q-values yet."""
    first = part * len(periods)
    return [
        _change(found, compared, ("others", period, None), (first + place, None), False)
        for place, period in enumerate(periods)
    ]


def settled(change: Change, q: float, level: float) -> Change:
    """A change with its q-value, and the verdict that follows from it."""
    if change.p is None or not np.isfinite(q):
        return change
    words: tuple[Verdict, Verdict] = ("higher", "lower") if change.versus == "others" else ("rose", "fell")
    told = q <= level and change.difference
    return replace(
        change, q=float(q), verdict=words[change.difference < 0] if told and change.difference else "no change shown"
    )


def endured(
    changes: Sequence[Change], after: Compared, place_of: tuple[int, int], lag: int, seams: Sequence[Seam], level: float
) -> list[Change]:
    """The changes with whether each still holds in the period after it: `after` compares over twice the lag.

    `place_of` is the place of the part and the number of periods.
    """
    rows, (part, periods) = [], place_of
    for place, change in enumerate(changes, start=lag):
        if change.verdict not in ("rose", "fell"):
            rows.append(change)
            continue
        group, next_ = part * periods + place + lag, place + lag
        cut = any(place - lag < seam.at <= next_ for seam in seams)
        if next_ >= periods or cut or not after.enough[group] or not np.isfinite(after.p[group]):
            rows.append(replace(change, durable="not yet"))
            continue
        same = np.sign(after.value[group]) == np.sign(change.difference or 0.0)
        rows.append(replace(change, durable="yes" if same and after.p[group] <= level else "no"))
    return rows


def held(changes: Sequence[Change], lag: int, level: float) -> list[Change]:
    """Contrasts with whether each held in the period before it too."""
    rows = []
    for place, change in enumerate(changes):
        if change.verdict not in ("higher", "lower"):
            rows.append(change)
            continue
        before = changes[place - lag] if place >= lag else None
        if before is None or before.p is None or before.difference is None or change.difference is None:
            rows.append(replace(change, durable="not yet"))
            continue
        same = before.difference * change.difference > 0 and before.p <= level
        rows.append(replace(change, durable="yes" if same else "no"))
    return rows


def steps_of(
    found: Measured, part: int, periods: Sequence[Period], levels: Sequence[Level], looked: tuple[int, Least]
) -> list[Step]:
    """The steps between the levels of one part, tested by accounts, without q-values yet.

    `looked` is at how many places there could be one, and how much is enough for a level to be tested.
    """
    if len(levels) < 2:
        return []
    layout, cells, width = found.layout, found.layout.cells, len(levels)
    places, least = looked
    of = np.zeros(len(periods), np.intp)
    for place, level in enumerate(levels):
        of[level.start : level.end] = place
    own = cells.group // layout.periods == part
    keys = cells.cluster[own].astype(np.int64) * width + of[layout.period[own]]
    kept, at = numbered(keys, width * (1 + int(cells.cluster.max(initial=-1))))
    base, net = (np.bincount(at, values[own]).astype(np.float64) for values in (cells.base, found.net))
    cluster, group = kept // width, kept % width
    later, earlier = group > 0, group < width - 1
    pairs = Pairs.of(
        Cells(cluster[later], group[later], base[later], width),
        Cells(cluster[earlier], group[earlier] + 1, base[earlier], width),
    )
    ratios = Cells(cluster, group, base, width).ratios(net)
    tested = pairs.differences(net[later], net[earlier])
    half = 1.96 * np.sqrt(np.nan_to_num(tested.variance))
    enough = (ratios.base >= least.answers) & (ratios.clusters >= least.accounts)
    enough[1:] &= enough[:-1]
    return [
        Step(
            period=periods[levels[place].start],
            value=found.scale * float(ratios.value[place]),
            before=found.scale * float(ratios.value[place - 1]),
            low=found.scale * float(tested.value[place] - half[place]),
            high=found.scale * float(tested.value[place] + half[place]),
            p=min(1.0, float(tested.p[place]) * places) if enough[place] and np.isfinite(tested.p[place]) else None,
        )
        for place in range(1, width)
    ]


def settled_step(step: Step, q: float, level: float) -> Step:
    """A step with its q-value, and the verdict that follows from it."""
    if step.p is None or not np.isfinite(q) or q > level:
        return replace(step, q=float(q) if np.isfinite(q) else None)
    return replace(step, q=float(q), verdict="rose" if step.value > step.before else "fell")


def _side(found: Measured) -> _Side:
    sums = found.layout.cells.sums
    yes = sums(found.yes) + (sums(found.no) if found.no is not None else 0)
    return _Side(found.ratios.value, found.low, found.high, yes, found.ratios.base, ~found.few)


def _compared(
    question: Question,
    pairs: Pairs,
    tops: tuple[Floats, Floats],
    sides: tuple[_Side, _Side],
    found: Measured,
    there: Flags,
) -> Compared:
    tested = pairs.differences(*tops)
    one, other = sides
    low, high = difference_limits(
        (one.value, one.low, one.high), (other.value, other.low, other.high), tested.correlation
    )
    said = one.yes + other.yes
    least = question.least.mentions
    mentions = (said >= least) & ((one.n + other.n - said >= least) | found.measure.score)
    enough = there & one.enough & other.enough & mentions
    return Compared(one.value - other.value, low, high, np.where(enough, tested.p, np.nan), enough)


def _change(
    found: Measured,
    compared: Compared,
    about: tuple[Versus, Period, Period | None],
    groups: tuple[int, int | None],
    cut: bool,
) -> Change:
    at, before = groups
    scale, values = found.scale, found.ratios.value
    earlier = values[before] if before is not None else values[at] - compared.value[at]
    if cut or not compared.enough[at] or not np.isfinite(compared.p[at]):
        told: Verdict = "frame changed" if cut else "not enough data"
        return Change(*about, _told(values[at], scale), _told(earlier, scale), None, None, None, None, verdict=told)
    return Change(
        *about,
        value=float(values[at]) * scale,
        before=float(earlier) * scale,
        difference=float(compared.value[at]) * scale,
        low=float(compared.low[at]) * scale,
        high=float(compared.high[at]) * scale,
        p=float(compared.p[at]),
    )


def _told(value: float, scale: float) -> float | None:
    return float(value) * scale if np.isfinite(value) else None


def beside_part(layout: Layout, others: Layout, named: int) -> Others:
    """The groups of a layout beside those of the named part of another: the same for whatever is measured."""
    cells, times = others.cells, layout.parts
    own = cells.group // layout.periods == named
    group = np.tile(others.period[own], times) + np.repeat(np.arange(times), own.sum()) * layout.periods
    made = Cells(np.tile(cells.cluster[own], times), group, np.tile(cells.base[own], times), layout.cells.count)
    return Others(Pairs.of(layout.cells, made), made, own, named, times)


def beside_rest(layout: Layout, whole: Layout) -> Others:
    """The groups of a layout beside those of all less their own."""
    cells, all_, periods, times = layout.cells, whole.cells, layout.periods, layout.parts
    keys = all_.cluster.astype(np.int64) * periods + all_.group
    order = np.argsort(keys, kind="stable")
    place: Integers = order[
        np.searchsorted(keys[order], cells.cluster.astype(np.int64) * periods + cells.group % periods)
    ]
    less = cells.group // periods * len(keys) + place
    base = np.tile(all_.base, times)
    base[less] -= cells.base
    kept = base > 0.5
    group = np.tile(all_.group, times) + np.repeat(np.arange(times), len(keys)) * periods
    made = Cells(np.tile(all_.cluster, times)[kept], group[kept], base[kept], cells.count)
    return Others(Pairs.of(cells, made), made, np.ones(len(keys), np.bool_), None, times, less, kept)
