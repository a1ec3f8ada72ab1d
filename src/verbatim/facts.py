"""What was said, as columns: what trends, coverage, served and priorities count, without a word of anybody.

One row a verbatim, by its number, as it is coded in effect; and one row a mention of a code. Names are kept once, and
rows hold their places.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields, replace
from datetime import date
from typing import Literal, get_args

import numpy as np
from numpy.typing import NDArray

from verbatim.domain import POLARITIES, Polarity
from verbatim.errors import FieldError, InputError

Integers = NDArray[np.int32]
Small = NDArray[np.int8]
Flags = NDArray[np.bool_]

UNDATED = np.iinfo(np.int32).min
"""The day of a verbatim without a date."""

NOBODY = -1
"""The place of what is not known: no account, no contact, no role, no stance, no score."""

OfVerbatim = Literal["source", "question", "channel", "language", "role", "influence", "product"]
OfAccount = Literal["account", "tier", "customer_type", "region", "team"]
Attribute = Literal[OfVerbatim, OfAccount]
OF_VERBATIM: tuple[OfVerbatim, ...] = get_args(OfVerbatim)
OF_ACCOUNT: tuple[OfAccount, ...] = get_args(OfAccount)
ATTRIBUTES: tuple[Attribute, ...] = (*OF_ACCOUNT, *OF_VERBATIM)
"""What verbatims can be told apart by."""


@dataclass(frozen=True, slots=True)
class Labels:
    """An attribute: for each row the place of its value in `names`, NOBODY where it has none."""

    places: Integers
    names: tuple[str, ...]

    def of(self, rows: NDArray[np.intp] | Flags) -> "Labels":
        """The same for some of the rows; the names stay."""
        return Labels(self.places[rows], self.names)

    def taking_in(self, other: "Labels") -> tuple[tuple[str, ...], Integers]:
        """These names with the other's new ones behind them, and the other's rows by their places among all."""
        names = {name: place for place, name in enumerate(self.names)}
        moved = np.array([*(names.setdefault(name, len(names)) for name in other.names), NOBODY], np.int32)
        return tuple(names), moved[other.places]

    def in_use(self) -> "Labels":
        """The same with its names in order, without those that no row has."""
        counts = np.bincount(self.places + 1, minlength=len(self.names) + 1)[1:]
        used = sorted(np.flatnonzero(counts).tolist(), key=self.names.__getitem__)
        names = tuple(self.names[place] for place in used)
        if names == self.names:
            return self
        places = np.full(len(self.names) + 1, NOBODY, np.int32)
        places[used] = np.arange(len(used), dtype=np.int32)
        return Labels(places[self.places], names)


@dataclass(frozen=True, slots=True)
class AccountFacts:
    """The accounts that rows point to by place. Revenue and cost to serve are of a year, NaN where not known.

    `strategic` accounts are of tier 2 at least, whatever they bring. `attributes` are those of OF_ACCOUNT; the tier
    among them is the one supplied, else that which follows from the revenue.
    """

    numbers: NDArray[np.int64]
    names: tuple[str, ...]
    revenue: NDArray[np.float64]
    cost_to_serve: NDArray[np.float64]
    strategic: Flags
    attributes: Mapping[OfAccount, Labels]


@dataclass(frozen=True, slots=True)
class Facts:
    """The columns, of n verbatims by ascending number, and m mentions by ascending row.

    Day: days since 1970-01-01, or UNDATED. Respondent: one number a person, of the contact where one is known, else of
    the row handed in. Stance: the place in STANCES; `estimated` where no score told it. `coded` by anybody; `empty`
    with the code for no content; `by_person` where a person's coding is in effect. `book` is the number of the version
    of the code frame, 0 where none is known. A mention holds its row, the place of its code in `codes`, and the place
    of its polarity in POLARITIES.
    """

    number: NDArray[np.int64]
    day: Integers
    account: Integers
    contact: NDArray[np.int64]
    respondent: Integers
    score: NDArray[np.float32]
    stance: Small
    estimated: Flags
    conflict: Flags
    review: Flags
    coded: Flags
    empty: Flags
    by_person: Flags
    book: Integers
    attributes: Mapping[OfVerbatim, Labels]
    mention_row: Integers
    mention_code: Integers
    mention_polarity: Small
    codes: tuple[str, ...]
    accounts: AccountFacts

    @property
    def n(self) -> int:
        """How many verbatims."""
        return len(self.number)

    def of(self, kept: Flags) -> "Facts":
        """Those rows for which `kept` (n,) is true, with their mentions; accounts and names stay."""
        places = np.cumsum(kept, dtype=np.int32) - 1
        said = kept[self.mention_row]
        rows = {name: getattr(self, name)[kept] for name in _ROWS}
        return replace(
            self,
            **rows,
            attributes={name: labels.of(kept) for name, labels in self.attributes.items()},
            mention_row=places[self.mention_row[said]],
            mention_code=self.mention_code[said],
            mention_polarity=self.mention_polarity[said],
        )

    def labels(self, attribute: Attribute) -> Labels:
        """The values of an attribute by row, those of accounts too. Raises InputError for one that there is not."""
        if attribute in OF_VERBATIM:
            return self.attributes[attribute]
        if attribute not in OF_ACCOUNT:
            raise InputError(f"attribute {str(attribute)[:60]!r}: expected one of {', '.join(ATTRIBUTES)}")
        labels = self.accounts.attributes[attribute]
        known = self.account != NOBODY
        places = np.full(self.n, NOBODY, np.int32)
        places[known] = labels.places[self.account[known]]
        return Labels(places, labels.names)


TIER_SHARE = 0.8
"""What the accounts of tier 1 bring of all revenue, and those of tier 2 of the rest."""


def computed_tiers(revenue: NDArray[np.float64], strategic: Flags, share: float = TIER_SHARE) -> Small:
    """The tier that follows from the revenue, 1 to 3; 0 where the revenue is not known.

    Tier 1 are the fewest accounts that bring `share` of all revenue, tier 2 the fewest that bring `share` of the rest;
    strategic accounts are of tier 2 at least. Of equals the former comes first.
    """
    tiers = np.where(np.isnan(revenue), 0, 3).astype(np.int8)
    order = np.argsort(-np.nan_to_num(revenue), kind="stable")
    order = order[np.nan_to_num(revenue[order]) > 0]
    for tier in (1, 2):
        brought = np.cumsum(revenue[order])
        if not len(order):
            break
        count = int(np.searchsorted(brought, share * brought[-1] * (1 - 1e-12))) + 1
        tiers[order[:count]] = tier
        order = order[count:]
    tiers[strategic & ((tiers == 3) | (tiers == 0))] = 2
    return tiers


def bands(scores: NDArray[np.float32]) -> NDArray[np.intp]:
    """The place in STANCES of each score (n,) from 0 to 10: critics give up to 6, promoters 9 and 10. NaN is none."""
    found: NDArray[np.intp] = (scores > 6).astype(np.intp) + (scores >= 9)
    return found


def latest(keys: NDArray[np.int64], days: Integers) -> NDArray[np.intp]:
    """The places of the latest of each key, in ascending order; of two on a day the later place.

    Places are packed below what is sorted by: whole numbers are sorted several times as fast as pairs.
    """
    if not len(keys):
        return np.zeros(0, np.intp)
    shift = len(keys).bit_length()
    places, mask = np.arange(len(keys)), (1 << shift) - 1
    by_day = np.sort((days.astype(np.int64) - days.min()) << shift | places) & mask
    packed = np.sort(keys[by_day] << shift | places)
    last = np.append(np.diff(packed >> shift) != 0, True)
    found: NDArray[np.intp] = np.sort(by_day[packed[last] & mask])
    return found


_ROWS = tuple(
    one.name
    for one in fields(Facts)
    if one.name not in {"attributes", "mention_row", "mention_code", "mention_polarity", "codes", "accounts"}
)

_EPOCH = date(1970, 1, 1).toordinal()


def number_of(day: date) -> int:
    """How many days after 1970-01-01 a day is."""
    return day.toordinal() - _EPOCH


def day_of(number: int) -> date:
    """The day that many days after 1970-01-01."""
    return date.fromordinal(int(number) + _EPOCH)


@dataclass(frozen=True, slots=True)
class Narrowed:
    """Which verbatims are counted: dated from `since` to before `until`; of these accounts, these tiers and so on.

    An attribute that is left empty leaves nothing out. A verbatim without a date passes no filter of dates. Raises
    FieldError where `until` is not after `since`: nothing could be counted, which would read as nothing said.
    """

    since: date | None = None
    until: date | None = None
    account: tuple[str, ...] = ()
    tier: tuple[str, ...] = ()
    customer_type: tuple[str, ...] = ()
    region: tuple[str, ...] = ()
    team: tuple[str, ...] = ()
    source: tuple[str, ...] = ()
    question: tuple[str, ...] = ()
    channel: tuple[str, ...] = ()
    language: tuple[str, ...] = ()
    role: tuple[str, ...] = ()
    influence: tuple[str, ...] = ()
    product: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        if self.since is not None and self.until is not None and self.until <= self.since:
            expected = f"a day after {self.since}, where what is counted begins"
            raise FieldError(f"until {self.until}: expected {expected}", "until", str(self.until), expected)

    def of(self, attribute: Attribute) -> tuple[str, ...]:
        """The values of an attribute that are counted; none where all are."""
        found: tuple[str, ...] = getattr(self, attribute)
        return found

    def told(self) -> dict[str, str | list[str]]:
        """What was asked for, for an answer: dates as ISO 8601 writes them, and values by attribute."""
        days = {"since": self.since, "until": self.until}
        found: dict[str, str | list[str]] = {name: day.isoformat() for name, day in days.items() if day is not None}
        return found | {name: list(self.of(name)) for name in ATTRIBUTES if self.of(name)}


ALL = Narrowed()
"""Nothing is left out."""


def narrow(facts: Facts, narrowed: Narrowed) -> Facts:
    """The verbatims that pass, with everything that is known of accounts."""
    kept = passing(facts, narrowed)
    return facts if kept.all() else facts.of(kept)


def passing(facts: Facts, narrowed: Narrowed) -> Flags:
    """Which verbatims pass."""
    kept = within(facts.day, narrowed.since, narrowed.until)
    for attribute in ATTRIBUTES:
        if values := narrowed.of(attribute):
            kept &= among(facts.labels(attribute), values)
    return kept


def within(day: Integers, since: date | None, until: date | None) -> Flags:
    """Which days are from `since` to before `until`; UNDATED is none where either is told."""
    kept = np.ones(len(day), np.bool_)
    if since is not None:
        kept &= day >= number_of(since)
    if until is not None:
        kept &= (day < number_of(until)) & (day != UNDATED)
    return kept


def saying(facts: Facts, polarity: Polarity | None = None, code: str | None = None) -> Flags:
    """Which rows hold a mention of that polarity, and of that code or one under it."""
    meant = np.ones(len(facts.mention_row), np.bool_)
    if polarity is not None:
        meant &= facts.mention_polarity == POLARITIES.index(polarity)
    if code is not None:
        of_code = np.array([code in (name, name.partition(".")[0]) for name in facts.codes] or [False], np.bool_)
        meant &= of_code[facts.mention_code]
    said = np.zeros(facts.n, np.bool_)
    said[facts.mention_row[meant]] = True
    return said


def among(labels: Labels, values: Sequence[str]) -> Flags:
    """Which rows have one of these values."""
    wanted = np.array([*(name in values for name in labels.names), False], np.bool_)
    found: Flags = wanted[labels.places]
    return found


DENSE = 20_000_000
"""Up to this greatest number, places are looked up in a table."""


def places_of(numbers: NDArray[np.int64], wanted: NDArray[np.int64]) -> Integers:
    """Where each number stands among ascending ones, all above 0; NOBODY for one that is not there."""
    if not len(numbers):
        return np.full(len(wanted), NOBODY, np.int32)
    if numbers[-1] < DENSE:
        table = np.full(int(numbers[-1]) + 2, NOBODY, np.int32)
        table[numbers] = np.arange(len(numbers), dtype=np.int32)
        found: Integers = table[np.clip(wanted, 0, len(table) - 1)]
        return found
    place = np.minimum(np.searchsorted(numbers, wanted), len(numbers) - 1)
    return np.where(numbers[place] == wanted, place, NOBODY).astype(np.int32)


def of_accounts(facts: Facts, names: Sequence[str]) -> Facts:
    """What was said by these accounts; nothing stays of others."""
    wanted = set(names)
    mine = np.array([name in wanted for name in facts.accounts.names], np.bool_)
    place = np.append(np.where(mine, np.cumsum(mine) - 1, NOBODY), NOBODY).astype(np.int32)
    kept = facts.of(place[facts.account] != NOBODY)
    own = {name: labels.in_use() for name, labels in kept.attributes.items()}
    accounts = _some(facts.accounts, np.flatnonzero(mine))
    return replace(kept, account=place[kept.account], attributes=own, accounts=accounts)


def _some(accounts: AccountFacts, places: NDArray[np.intp]) -> AccountFacts:
    names = tuple(accounts.names[place] for place in places)
    of = {name: labels.of(places).in_use() for name, labels in accounts.attributes.items()}
    of["account"] = Labels(np.arange(len(names), dtype=np.int32), names)
    return AccountFacts(
        numbers=accounts.numbers[places],
        names=names,
        revenue=accounts.revenue[places],
        cost_to_serve=accounts.cost_to_serve[places],
        strategic=accounts.strategic[places],
        attributes=of,
    )
