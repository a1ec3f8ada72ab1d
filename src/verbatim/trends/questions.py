"""What is asked of trends, and what is known beside the facts."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Literal, get_args

from verbatim.domain import STANCES, Polarity
from verbatim.errors import InputError
from verbatim.estimates import Gold
from verbatim.facts import Attribute, Flags, Integers
from verbatim.trends.breaks import Edition
from verbatim.trends.periods import Span

Kind = Literal["code", "category", "theme", "stance", "nps", "conflict"]
KINDS: tuple[Kind, ...] = get_args(Kind)

Base = Literal["meaningful", "all"]
BASES: tuple[Base, ...] = get_args(Base)
"""What codes and themes are shares of: of coded verbatims that say something, or of all coded ones."""

Against = Literal["all", "rest"]


@dataclass(frozen=True, slots=True)
class Measure:
    """What is counted: a code, a category or a theme, with a polarity or any; a stance; the score; contradictions.

    `ids` are the codes that count, as those of former versions may; `rows` says which verbatims are of a theme.
    Raises InputError for a stance that there is not, and an id that is missing.
    """

    kind: Kind
    id: str | None = None
    polarity: Polarity | None = None
    ids: frozenset[str] = frozenset()
    rows: Flags | None = field(default=None, compare=False)

    def __post_init__(self) -> None:
        if self.kind == "stance" and self.id not in STANCES:
            raise InputError(f"stance {str(self.id)[:40]!r}: expected one of {', '.join(STANCES)}")
        if self.kind in ("code", "category", "theme") and not self.id:
            raise InputError(f"measure {self.kind}: expected the id of one")

    @property
    def name(self) -> str:
        """What it is called: the id where there is one, else the kind."""
        return self.id or self.kind

    @property
    def score(self) -> bool:
        """Whether it is a score from −100 to 100, and no share."""
        return self.kind == "nps"


@dataclass(frozen=True, slots=True)
class Least:
    """As many verbatims and accounts are needed on each side of a change, and mentions on both sides together."""

    answers: int = 30
    accounts: int = 5
    mentions: int = 5


@dataclass(frozen=True, slots=True)
class Question:
    """Measures over periods, of all or split by an attribute; compared with all, the rest, or one of its values.

    `values` are those of the split that are shown: the most frequent ones if left out, at most `most` of them.
    `year_ago` compares with the same period a year before too. `level` is the share of false changes that is borne
    among those that are told.
    """

    measures: tuple[Measure, ...]
    span: Span = field(default_factory=Span)
    since: date | None = None
    until: date | None = None
    split: Attribute | None = None
    values: tuple[str, ...] = ()
    most: int = 8
    against: str | None = None
    base: Base = "meaningful"
    year_ago: bool = False
    confidence: float = 0.95
    level: float = 0.05
    least: Least = field(default_factory=Least)


@dataclass(frozen=True, slots=True)
class Known:
    """What is known beside the facts: what the coder made of gold by kind and id, versions of the frame that cut codes.

    `population` is the number of persons who could have answered, of all (None) or by value of the split: where it is
    known, variances are corrected for it. `right` counts the right people likewise; `right_one` (n,) is the place of
    the one who gave each verbatim, NOBODY where it is none of them.
    """

    gold: Mapping[tuple[Kind, str], Gold] = field(default_factory=dict)
    editions: Mapping[str, tuple[Edition, ...]] = field(default_factory=dict)
    population: Mapping[str | None, int] = field(default_factory=dict)
    right: Mapping[str | None, int] = field(default_factory=dict)
    right_one: Integers | None = None


NOTHING_KNOWN = Known()
