"""Drift: how alike the codes of one coder are to those of others, or to the coder's own earlier ones, by period."""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

import numpy as np

from verbatim.agreement.coefficients import LIMITS, Values, draws, weighted
from verbatim.agreement.sets import masi_distance
from verbatim.domain import Judgement
from verbatim.periods import Size, holding

PeriodSize = Literal["week", Size]
Against = Literal["others", "self"]
Likeness = tuple[datetime, float]


@dataclass(frozen=True, slots=True)
class Period:
    """The mean likeness (1 − MASI) of `n` verbatims with its 95% limits; no limits of a single one."""

    name: str
    n: int
    alike: float
    low: float | None
    high: float | None


@dataclass(frozen=True, slots=True)
class Drift:
    """One coder over time, against the others who coded the same verbatims or against the coder's own earlier codings.

    `change` is the likeness of the last period less that of the first, with its 95% limits; None with one period only,
    or with one verbatim in either.
    """

    coder: str
    against: Against
    periods: tuple[Period, ...]
    change: float | None = None
    low: float | None = None
    high: float | None = None

    @property
    def drifts(self) -> bool:
        """True where the change is more than chance in the choice of verbatims explains."""
        return self.low is not None and self.high is not None and not self.low <= 0 <= self.high


def drift(judgements: Sequence[Judgement], size: PeriodSize = "month") -> tuple[Drift, ...]:
    """Return each coder over time, as far as it was noted when something was coded.

    Codings count in the period in which the coder made them, whenever the others made theirs; of a verbatim coded again
    the later coding does. Against others there must be two periods; against oneself one is enough.
    """
    found = []
    for coder in dict.fromkeys(one.coder for one in judgements):
        others, own = list(_others(judgements, coder)), list(_own(judgements, coder))
        if len({_name(size, when) for when, _ in others}) > 1:
            found.append(_drift(coder, "others", others, size))
        if own:
            found.append(_drift(coder, "self", own, size))
    return tuple(found)


def firsts(judgements: Sequence[Judgement]) -> dict[str, dict[str, Judgement]]:
    """Return what each coder said of each verbatim the first time: by verbatim, in the order given, and by coder."""
    said: dict[str, dict[str, Judgement]] = {one.verbatim_id: {} for one in judgements}
    for one in sorted(judgements, key=_when):
        said[one.verbatim_id].setdefault(one.coder, one)
    return said


def _others(judgements: Sequence[Judgement], coder: str) -> Iterator[Likeness]:
    """Yield when the coder coded a verbatim first, and how alike that is in the mean to what others said first."""
    for row in firsts(judgements).values():
        own = row.get(coder)
        if own is not None and own.when is not None and len(row) > 1:
            yield own.when, float(np.mean([_alike(own, other) for other in row.values() if other is not own]))


def _own(judgements: Sequence[Judgement], coder: str) -> Iterator[Likeness]:
    """Yield when the coder coded a verbatim again, and how alike that is to the time before."""
    before: dict[str, Judgement] = {}
    for one in sorted((one for one in judgements if one.coder == coder), key=_when):
        if one.when is not None and one.verbatim_id in before:
            yield one.when, _alike(before[one.verbatim_id], one)
        before[one.verbatim_id] = one


def _name(size: PeriodSize, when: datetime) -> str:
    return f"{when:%G-W%V}" if size == "week" else holding(size, when.date()).label


def _when(one: Judgement) -> datetime:
    return one.when or datetime.max


def _alike(first: Judgement, second: Judgement) -> float:
    return 1 - masi_distance(frozenset(first.codes), frozenset(second.codes))


def _drift(coder: str, against: Against, likeness: Sequence[Likeness], size: PeriodSize) -> Drift:
    parts: dict[str, list[float]] = defaultdict(list)
    for when, alike in likeness:
        parts[_name(size, when)].append(alike)
    names = sorted(parts)
    samples = {name: _samples(parts[name]) for name in names}
    periods = tuple(_period(name, parts[name], samples[name]) for name in names)
    if len(names) < 2 or min(periods[0].n, periods[-1].n) < 2:
        return Drift(coder, against, periods)
    # Drawn apart: of as many verbatims the same places would be drawn in both.
    low, high = np.percentile(samples[names[-1]] - samples[names[0]][::-1], LIMITS)
    return Drift(coder, against, periods, periods[-1].alike - periods[0].alike, float(low), float(high))


def _samples(alike: Sequence[float]) -> Values:
    return np.asarray(weighted(np.array(alike)[:, None], draws(len(alike)))[:, 0] / len(alike))


def _period(name: str, alike: Sequence[float], samples: Values) -> Period:
    if len(alike) < 2:
        return Period(name, len(alike), alike[0], None, None)
    low, high = np.percentile(samples, LIMITS)
    return Period(name, len(alike), float(np.mean(alike)), float(low), float(high))
