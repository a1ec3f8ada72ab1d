"""The briefing of the office: what happened in a period, at all accounts, one account or one team, as plain values.

    Briefing ── Part ── Statement   a sentence by rule, with its numbers
                     ├─ Grid        a table
                     ├─ Chart       what a picture shows
                     └─ Cited       words of a customer, by offsets

Nothing here is in a language: a statement is the key of a phrase and its values, and a renderer speaks it.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Literal

from verbatim.domain import Interval, NpsInterval, Polarity
from verbatim.periods import Period

LEAST = 5
"""Of fewer respondents no figure is shown: they could be told apart."""

Reach = Literal["all", "account", "team"]
Tone = Literal["bad", "good", "plain"]
Look = Literal["balance", "course", "dots", "stack"]


@dataclass(frozen=True, slots=True)
class Scope:
    """Whose feedback is meant: that of all accounts, of one by its name, or of the accounts of one team."""

    reach: Reach = "all"
    name: str | None = None


EVERYBODY = Scope()


@dataclass(frozen=True, slots=True)
class CodeName:
    """An id of the frame, to be told by its name."""

    id: str


@dataclass(frozen=True, slots=True)
class Change:
    """A difference of two shares or scores with its limits, in points."""

    points: float
    low: float | None = None
    high: float | None = None


@dataclass(frozen=True, slots=True)
class Score:
    """A score that goes below zero, told with its sign."""

    value: float


@dataclass(frozen=True, slots=True)
class Share:
    """A share from 0 to 1 without limits."""

    value: float


@dataclass(frozen=True, slots=True)
class Amount:
    """A number that is told with so many digits after the point."""

    value: float
    digits: int = 2


@dataclass(frozen=True, slots=True)
class Phrase:
    """A phrase of the words files by its key, and what is put into it."""

    key: str
    values: Mapping[str, "Value"] = field(default_factory=dict)


Value = (
    str
    | int
    | date
    | Interval
    | NpsInterval
    | CodeName
    | Change
    | Score
    | Share
    | Amount
    | Phrase
    | tuple[str, ...]
    | None
)
"""What can be told: each kind in one way in each language; None as a dash."""


@dataclass(frozen=True, slots=True)
class Cited:
    """Words of a customer, exactly as they stand between two offsets of the reply, or of the turn of a talk.

    `number` is that of the verbatim in the store. Whoever said it is told as far as the permission goes; `anonymous`
    where it forbids that. `cut` where the excerpt goes on after these words. `code` and `polarity` of its mention.
    """

    text: str
    number: int
    start: int
    end: int
    turn: int | None = None
    code: str | None = None
    polarity: Polarity | None = "neutral"
    language: str | None = None
    day: date | None = None
    account: str | None = None
    role: str | None = None
    person: str | None = None
    anonymous: bool = False
    cut: bool = False


@dataclass(frozen=True, slots=True)
class Statement:
    """A sentence, whether it is good or bad news, and the words that show what it means."""

    says: Phrase
    tone: Tone = "plain"
    cited: tuple[Cited, ...] = ()


@dataclass(frozen=True, slots=True)
class Grid:
    """A table: the keys of its title and its columns, its rows, and remarks under it."""

    title: str
    columns: tuple[str, ...]
    rows: tuple[tuple[Value, ...], ...]
    notes: tuple[Phrase, ...] = ()


@dataclass(frozen=True, slots=True)
class Mark:
    """A mark of a chart: what it stands for, its value with limits, and the key of the series that it belongs to."""

    name: Value
    value: float
    low: float | None = None
    high: float | None = None
    series: str = ""


@dataclass(frozen=True, slots=True)
class Chart:
    """What a picture shows: how it looks, the key of its title and what that is about, its marks, their unit."""

    look: Look
    title: str
    marks: tuple[Mark, ...]
    unit: Literal["share", "score", "count"] = "share"
    about: "Value" = None


@dataclass(frozen=True, slots=True)
class Part:
    """A section: the key of its heading, sentences, pictures, tables, excerpts, and remarks."""

    key: str
    statements: tuple[Statement, ...] = ()
    charts: tuple[Chart, ...] = ()
    grids: tuple[Grid, ...] = ()
    cited: tuple[Statement, ...] = ()
    notes: tuple[Phrase, ...] = ()

    @property
    def empty(self) -> bool:
        """Whether it says nothing."""
        return not (self.statements or self.charts or self.grids or self.cited or self.notes)


@dataclass(frozen=True, slots=True)
class Figure:
    """A number that stands at the head of a briefing, the key of what it is called, and a remark."""

    key: str
    value: Value
    note: Phrase | None = None


@dataclass(frozen=True, slots=True)
class Briefing:
    """A report of a period: its scope, the day it was made, the figures at its head, what matters most, its parts.

    `beside` stands with every figure: how many of the right people are behind it.
    """

    period: Period
    scope: Scope
    made: date
    figures: tuple[Figure, ...]
    findings: tuple[Statement, ...]
    parts: tuple[Part, ...]
    beside: Phrase | None = None

    def cited(self) -> Iterable[Cited]:
        """Yield all words of customers that it shows, in order."""
        for statement in self.findings:
            yield from statement.cited
        for part in self.parts:
            for statement in (*part.statements, *part.cited):
                yield from statement.cited

    def charts(self) -> tuple[Chart, ...]:
        """All pictures, in order."""
        return tuple(chart for part in self.parts for chart in part.charts)
