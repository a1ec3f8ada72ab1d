"""How accounts stand, over time: who speaks for them, by stance; what they blame and praise; who is asked and silent.

In a span of time each respondent counts once, with the latest answer that has a stance. The net stance of an account is
100 · (promoters − critics) / respondents: the Net Promoter Score of its people, where estimated stances count beside
scores. Net polarity is (praise − blame) / (praise + blame), of mentions. The standing is the net stance of the last
year's answers: critical below 0, mixed below 50, promoting from there; with fewer than three respondents nobody knows.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Literal, get_args

import numpy as np
from numpy.typing import NDArray

from verbatim.domain import POLARITIES, STANCES, NpsInterval
from verbatim.estimates import Design, finite, nps
from verbatim.facts import NOBODY, UNDATED, Facts, day_of, latest
from verbatim.periods import Size, numbered, numbers_of

Standing = Literal["critical", "mixed", "promoting", "not enough data"]
STANDINGS: tuple[Standing, ...] = get_args(Standing)

YEAR = 365
"""Days that the standing looks back from the latest answer, or from the day that is asked for."""

LEAST = 3
"""With fewer respondents an account has no standing."""

MIXED, PROMOTING = 0.0, 50.0
"""Where standings begin, in points of net stance."""

SPANS_SHOWN = 12
"""Spans of an account that are told, up to the one of the day."""

Counts = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Voices:
    """Respondents by their latest stance; how many of these were estimated, and have no score."""

    critics: int = 0
    passives: int = 0
    promoters: int = 0
    estimated: int = 0

    @property
    def n(self) -> int:
        """How many respondents have a stance."""
        return self.critics + self.passives + self.promoters

    def net(self, population: int | None = None) -> NpsInterval | None:
        """The net stance with its limits, when they are of so many people; None without a stance."""
        left = finite(self.n, max(population, self.n) if population else None)
        return nps(self.promoters, self.passives, self.critics, design=Design(left=left))


@dataclass(frozen=True, slots=True)
class RatedSpan:
    """A span of time of an account: its name and first day, what was said, by whom, with which stance.

    `respondents` are all who answered, `scored` those of them with a score.
    """

    name: str
    begin: date
    verbatims: int
    respondents: int
    voices: Voices
    scored: Voices
    positive: int
    negative: int

    @property
    def polarity(self) -> float | None:
        """(praise − blame) / (praise + blame), −1 to 1; None where there is neither."""
        both = self.positive + self.negative
        return (self.positive - self.negative) / both if both else None


@dataclass(frozen=True, slots=True)
class Circle:
    """The people of an account: contacts known, those invited and those of them who answered."""

    contacts: int = 0
    invited: int = 0
    answered: int = 0


@dataclass(frozen=True, slots=True)
class AccountRating:
    """An account by its place among the facts and its number, its standing, and its spans from the first to the latest.

    `circle` is None where no contact is known.
    """

    place: int
    number: int
    name: str
    standing: Standing
    voices: Voices
    net: NpsInterval | None
    verbatims: int
    respondents: int
    latest: date | None
    circle: Circle | None
    spans: tuple[RatedSpan, ...] = field(repr=False)


def standing_of(voices: Voices) -> Standing:
    """Where an account stands by its respondents' stances."""
    if voices.n < LEAST:
        return "not enough data"
    value = 100 * (voices.promoters - voices.critics) / voices.n
    return "critical" if value < MIXED else "mixed" if value < PROMOTING else "promoting"


def latest_day(facts: Facts) -> int | None:
    """The day of the latest answer; None where none has a day."""
    dated = facts.day[facts.day != UNDATED]
    return int(dated.max()) if len(dated) else None


def ratings(
    facts: Facts,
    as_of: int | None = None,
    span: Size = "quarter",
    circles: Mapping[int, Circle] | None = None,
    only: Sequence[int] | None = None,
) -> tuple[AccountRating, ...]:
    """The accounts as they stand on a day, that of the latest answer if left out; in the order of the facts.

    `circles` are people by the number of the account; `only` these accounts, by place. Accounts that never said
    anything are there too. Undated answers count in no span and in no standing.
    """
    day = latest_day(facts) if as_of is None else as_of
    known = facts.of((facts.account != NOBODY) & (facts.day != UNDATED) & (facts.day <= (day or 0)))
    places = range(len(facts.accounts.names)) if only is None else only
    if only is not None:
        known = known.of(np.isin(known.account, list(only)))
    board = _Board.of(known, day or 0, span)
    people = circles or {}
    return tuple(_rating(facts, board, place, people) for place in places)


def latest_of(keys: NDArray[np.int64], respondents: NDArray[np.int32], days: NDArray[np.int32]) -> NDArray[np.intp]:
    """The places of each respondent's latest answer under each key; of two on a day the later row."""
    return latest(keys * (int(respondents.max(initial=0)) + 1) + respondents, days)


@dataclass(frozen=True, slots=True)
class _Board:
    """Counts of all accounts: by span (rows are accounts, columns spans from `first` on), and of the last year.

    The last column is the span of the day, whoever was heard in it; the first one holds everything before those shown.
    """

    first: int
    span: Size
    verbatims: Counts
    respondents: Counts
    voices: Counts
    scored: Counts
    polarity: Counts
    year: Counts
    totals: Counts
    latest: Counts

    @classmethod
    def of(cls, known: Facts, day: int, span: Size) -> "_Board":
        first = int(numbers_of(np.array([day], np.int32), span)[0]) - SPANS_SHOWN
        shape = (len(known.accounts.names), SPANS_SHOWN + 1)
        key = known.account.astype(np.int64) * shape[1] + np.maximum(numbers_of(known.day, span) - first, 0)
        counts = np.bincount(key, minlength=shape[0] * shape[1]).reshape(shape)
        people = np.unique((key << 32) + known.respondent) >> 32
        recent = known.day > day - YEAR
        alone = known.of(recent)
        totals = np.zeros((shape[0], 2), np.int64)
        latest = np.full(shape[0], UNDATED, np.int64)
        np.maximum.at(latest, known.account, known.day)
        totals[:, 0] = np.bincount(alone.account, minlength=shape[0])
        heard = np.unique((alone.account.astype(np.int64) << 32) + alone.respondent)
        totals[:, 1] = np.bincount(heard >> 32, minlength=shape[0])
        return cls(
            first=first,
            span=span,
            verbatims=counts,
            respondents=np.bincount(people, minlength=shape[0] * shape[1]).reshape(shape),
            voices=_voices(known, key, shape),
            scored=_voices(known.of(~known.estimated), key[~known.estimated], shape),
            polarity=_polarity(known, key, shape),
            year=_voices(alone, alone.account.astype(np.int64), (shape[0],)),
            totals=totals,
            latest=latest,
        )


def _voices(facts: Facts, keys: NDArray[np.int64], shape: tuple[int, ...]) -> Counts:
    """Respondents by key and stance, and how many of those are estimated in a fourth column."""
    told = np.flatnonzero(facts.stance != NOBODY)
    latest = told[latest_of(keys[told], facts.respondent[told], facts.day[told])]
    size = int(np.prod(shape))
    columns = [np.bincount(keys[latest][facts.stance[latest] == one], minlength=size) for one in range(len(STANCES))]
    estimated = np.bincount(keys[latest][facts.estimated[latest]], minlength=size)
    return np.stack([*columns, estimated], axis=1).reshape(*shape, 4)


def _polarity(facts: Facts, keys: NDArray[np.int64], shape: tuple[int, ...]) -> Counts:
    sides = (POLARITIES.index("positive"), POLARITIES.index("negative"))
    of_mention = keys[facts.mention_row] if len(facts.mention_row) else np.zeros(0, np.int64)
    counts = [np.bincount(of_mention[facts.mention_polarity == side], minlength=int(np.prod(shape))) for side in sides]
    return np.stack(counts, axis=1).reshape(*shape, 2)


def _rating(facts: Facts, board: _Board, place: int, circles: Mapping[int, Circle]) -> AccountRating:
    number = int(facts.accounts.numbers[place])
    voices, circle = Voices(*map(int, board.year[place])), circles.get(number)
    latest = board.latest[place]
    return AccountRating(
        place=place,
        number=number,
        name=facts.accounts.names[place],
        standing=standing_of(voices),
        voices=voices,
        net=voices.net(circle.contacts if circle else None),
        verbatims=int(board.totals[place, 0]),
        respondents=int(board.totals[place, 1]),
        latest=None if latest == UNDATED else day_of(latest),
        circle=circle,
        spans=tuple(_span(board, place, column) for column in _columns(board, place)),
    )


def _columns(board: _Board, place: int) -> range:
    """The spans shown, from the first of them in which the account said something, or all where it did before."""
    spoke = np.flatnonzero(board.verbatims[place])
    return range(max(int(spoke[0]), 1), SPANS_SHOWN + 1) if len(spoke) else range(0)


def _span(board: _Board, place: int, column: int) -> RatedSpan:
    period = numbered(board.span, board.first + column)
    return RatedSpan(
        name=period.label,
        begin=period.first,
        verbatims=int(board.verbatims[place, column]),
        respondents=int(board.respondents[place, column]),
        voices=Voices(*map(int, board.voices[place, column])),
        scored=Voices(*map(int, board.scored[place, column])),
        positive=int(board.polarity[place, column, 0]),
        negative=int(board.polarity[place, column, 1]),
    )
