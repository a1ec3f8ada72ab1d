"""What to see to first: concerns and opportunities by size × severity × durability × revenue, each told by itself.

A concern is a code that customers blame, an opportunity one that they praise. Of those heard (coded answers with
content):

    size        the share of respondents who say it, with its interval when accounts answer alike
    severity    how bad those are off who say it: critic 1, passive ½, promoter 0, of each one's answers with a stance,
                drawn towards the mean of all who were heard as if five more answers stood there. Of an opportunity the
                other way about: promoter 1, critic 0
    durability  the share of the periods with enough answers in which it holds: two respondents of two accounts say it,
                and at least half the share of all periods. `durable` where it holds in the two latest in a row. With
                fewer than two such periods nobody knows, and ½ stands
    revenue     the share of revenue that the accounts who say it bring; one without a known revenue counts with the
                mean of the others. Where none is known 1 stands

The score is 100 times the product. It puts things in order and estimates nothing.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Literal, get_args

import numpy as np
from numpy.typing import NDArray

from verbatim.contrasts import clusters_of
from verbatim.domain import POLARITIES, Interval
from verbatim.estimates import clustered_share
from verbatim.facts import NOBODY, UNDATED, Facts
from verbatim.periods import Size, numbered, numbers_of

Kind = Literal["concern", "opportunity"]
KINDS: tuple[Kind, ...] = get_args(Kind)

LEAST_RESPONDENTS, LEAST_ACCOUNTS = 5, 3
"""With fewer behind it a code is not ranked."""

LEAST_OF_PERIOD = 10
"""With fewer respondents a period is not looked at."""

HOLDS = 2
"""So many respondents, and accounts, must say it for it to hold in a period; at half the share of all periods."""

PRIOR = 5.0
"""As many answers stand for the whole when the severity of a code is told."""

UNKNOWN = 0.5
"""The durability of what was looked at in one period only."""

_POLARITY = {"concern": POLARITIES.index("negative"), "opportunity": POLARITIES.index("positive")}


@dataclass(frozen=True, slots=True)
class Factor:
    """A factor of the score, and the parts it is made of; `known` is false where a value stands in for a fact."""

    value: float
    part: float
    whole: float
    known: bool = True


@dataclass(frozen=True, slots=True)
class Priority:
    """A code that is blamed or praised, where it stands, and why; `rank` from 1, None with too little behind it.

    `verbatims`, `respondents`, `accounts` say it. `periods` tells by name whether it held, of those with enough
    answers; `durable` is None where two of them did not come.
    """

    kind: Kind
    code: str
    rank: int | None
    score: float
    size: Factor
    limits: Interval
    severity: Factor
    durability: Factor
    revenue: Factor
    verbatims: int
    respondents: int
    accounts: int
    durable: bool | None
    periods: Mapping[str, bool]

    @property
    def arithmetic(self) -> str:
        """The score as it is reckoned."""
        factors = " × ".join(f"{one.value:.3f}" for one in (self.size, self.severity, self.durability, self.revenue))
        return f"100 × {factors} = {self.score:.3f}"


@dataclass(frozen=True, slots=True)
class Priorities:
    """Everything in its order, and what that stands on: verbatims with content, respondents and accounts heard.

    `revenue_known` of the accounts have one; `undated` verbatims say nothing of durability.
    """

    items: tuple[Priority, ...]
    span: Size
    verbatims: int
    respondents: int
    accounts: int
    revenue_known: int
    undated: int
    level: int

    def of(self, kind: Kind) -> tuple[Priority, ...]:
        """The concerns, or the opportunities."""
        return tuple(one for one in self.items if one.kind == kind)


def priorities(
    facts: Facts, span: Size = "quarter", level: int = 2, without: frozenset[str] = frozenset()
) -> Priorities:
    """All codes that anybody blamed or praised, concerns first, each kind by rank, then what is too small for one.

    At level 1 codes count as their categories; ids of `without`, such as that for everything else, are left out.
    """
    heard = facts.of(facts.coded & ~facts.empty)
    ground = _Ground.of(heard, span)
    codes = _codes(heard, level)
    found: list[Priority] = []
    for kind in KINDS:
        found += _ranked([one for one in _found(heard, ground, codes, kind) if one.code not in without])
    known = ~np.isnan(heard.accounts.revenue[ground.accounts])
    return Priorities(
        items=tuple(found),
        span=span,
        verbatims=heard.n,
        respondents=len(np.unique(heard.respondent)),
        accounts=len(ground.accounts),
        revenue_known=int(known.sum()),
        undated=int((heard.day == UNDATED).sum()),
        level=level,
    )


@dataclass(frozen=True, slots=True)
class _Ground:
    """What all codes are measured against."""

    accounts: NDArray[np.intp]
    worth: NDArray[np.float64]
    priced: bool
    respondents: NDArray[np.int32]
    homes: NDArray[np.intp]
    sizes: NDArray[np.intp]
    periods: NDArray[np.int32]
    looked_at: Mapping[int, int]
    span: Size

    @classmethod
    def of(cls, heard: Facts, span: Size) -> "_Ground":
        accounts = np.unique(heard.account[heard.account != NOBODY])
        revenue = heard.accounts.revenue.copy()
        known = ~np.isnan(revenue[accounts])
        priced = bool(known.any() and np.nansum(revenue[accounts]) > 0)
        mean = float(np.mean(revenue[accounts][known])) if priced else 1.0
        worth = np.where(np.isnan(revenue), mean, revenue) if priced else np.ones(len(revenue))
        respondents, first = np.unique(heard.respondent, return_index=True)
        periods = numbers_of(heard.day, span)
        pairs = np.unique((periods.astype(np.int64) << 32) + heard.respondent)
        numbers, counts = np.unique(pairs >> 32, return_counts=True)
        looked_at = {
            int(number): int(count)
            for number, count in zip(numbers, counts, strict=True)
            if number != UNDATED and count >= LEAST_OF_PERIOD
        }
        homes = clusters_of(heard)[first]
        return cls(accounts, worth, priced, respondents, homes, np.bincount(homes), periods, looked_at, span)


def _codes(heard: Facts, level: int) -> tuple[tuple[str, ...], NDArray[np.int32]]:
    """The ids that mentions count as, and the place of its id for each code."""
    if level == 2:
        return heard.codes, np.arange(len(heard.codes), dtype=np.int32)
    categories = tuple(dict.fromkeys(code.partition(".")[0] for code in heard.codes))
    places = {name: place for place, name in enumerate(categories)}
    return categories, np.array([places[code.partition(".")[0]] for code in heard.codes], dtype=np.int32)


def _found(
    heard: Facts, ground: _Ground, codes: tuple[tuple[str, ...], NDArray[np.int32]], kind: Kind
) -> Iterator[Priority]:
    names, of_code = codes
    said = heard.mention_polarity == _POLARITY[kind]
    rows, places = heard.mention_row[said], of_code[heard.mention_code[said]]
    order = np.argsort(places, kind="stable")
    rows, places = rows[order], places[order]
    starts = np.searchsorted(places, np.arange(len(names) + 1))
    weights = _weights(heard, kind)
    usual = float(np.nanmean(weights)) if not np.isnan(weights).all() else np.nan
    for place, name in enumerate(names):
        own = np.unique(rows[starts[place] : starts[place + 1]])
        if len(own):
            yield _priority(heard, ground, (kind, name), own, (weights, usual))


def _weights(heard: Facts, kind: Kind) -> NDArray[np.float64]:
    """Of each answer, how bad its author is off, or how well; NaN without a stance."""
    worst = np.array([1.0, 0.5, 0.0])
    scale = worst if kind == "concern" else 1 - worst
    return np.where(heard.stance == NOBODY, np.nan, scale[heard.stance])


def _priority(
    heard: Facts,
    ground: _Ground,
    what: tuple[Kind, str],
    own: NDArray[np.int32],
    weighed: tuple[NDArray[np.float64], float],
) -> Priority:
    people, accounts = np.unique(heard.respondent[own]), heard.account[own]
    accounts = np.unique(accounts[accounts != NOBODY])
    limits = _limits(ground, people)
    size = Factor(limits.share, len(people), len(ground.respondents))
    severity = _severity(weighed[0][own], weighed[1])
    durability, durable, periods = _durability(heard, ground, own)
    revenue = _revenue(ground, accounts)
    return Priority(
        kind=what[0],
        code=what[1],
        rank=None,
        score=100 * size.value * severity.value * durability.value * revenue.value,
        size=size,
        limits=limits,
        severity=severity,
        durability=durability,
        revenue=revenue,
        verbatims=len(own),
        respondents=len(people),
        accounts=len(accounts),
        durable=durable,
        periods=periods,
    )


def _limits(ground: _Ground, people: NDArray[np.int32]) -> Interval:
    homes = ground.homes[np.searchsorted(ground.respondents, people)]
    return clustered_share(np.bincount(homes, minlength=len(ground.sizes)), ground.sizes)


def _severity(weights: NDArray[np.float64], usual: float) -> Factor:
    known = weights[~np.isnan(weights)]
    if np.isnan(usual):
        return Factor(1.0, 0.0, 0.0, known=False)
    part, whole = float(known.sum()), len(known)
    return Factor((part + PRIOR * usual) / (whole + PRIOR), part, whole)


def _durability(
    heard: Facts, ground: _Ground, own: NDArray[np.int32]
) -> tuple[Factor, bool | None, Mapping[str, bool]]:
    if len(ground.looked_at) < 2:
        return Factor(UNKNOWN, 0, len(ground.looked_at), known=False), None, {}
    counts = {number: _said(heard, own[ground.periods[own] == number]) for number in ground.looked_at}
    half = 0.5 * sum(people for people, _ in counts.values()) / sum(ground.looked_at.values())
    held = {
        number: min(counts[number]) >= HOLDS and counts[number][0] / ground.looked_at[number] >= half
        for number in sorted(ground.looked_at)
    }
    number = sum(held.values())
    named = {numbered(ground.span, period).label: holds for period, holds in held.items()}
    return Factor(number / len(held), number, len(held)), all(list(held.values())[-2:]), named


def _said(heard: Facts, rows: NDArray[np.int32]) -> tuple[int, int]:
    """How many respondents and accounts are behind some answers."""
    accounts = heard.account[rows]
    return len(np.unique(heard.respondent[rows])), len(np.unique(accounts[accounts != NOBODY]))


def _revenue(ground: _Ground, accounts: NDArray[np.int32]) -> Factor:
    if not ground.priced:
        return Factor(1.0, 0.0, 0.0, known=False)
    part, whole = float(ground.worth[accounts].sum()), float(ground.worth[ground.accounts].sum())
    return Factor(part / whole if whole else 0.0, part, whole)


def _ranked(found: list[Priority]) -> list[Priority]:
    enough: list[Priority] = []
    few: list[Priority] = []
    for one in found:
        ranked = one.respondents >= LEAST_RESPONDENTS and one.accounts >= LEAST_ACCOUNTS
        (enough if ranked else few).append(one)
    enough.sort(key=lambda one: (-one.score, one.code))
    few.sort(key=lambda one: (-one.respondents, one.code))
    return [*(replace(one, rank=place) for place, one in enumerate(enough, 1)), *few]
