"""What the central office asks of an organisation: who is served how, what comes first, which accounts and teams.

A manager asks of its own accounts only: cells, teams and accounts are compared with the rest of these, so that nothing
of anybody else's is told, neither a word nor a number.
"""

from collections.abc import Callable, Hashable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime
from typing import Any

import numpy as np
from numpy.typing import NDArray

from verbatim.actions.efforts import effort_of
from verbatim.actions.excerpts import OFFERED, Cited, Sought, cited
from verbatim.actions.figures import Counting, figures_of
from verbatim.actions.frame_in_use import codebook
from verbatim.actions.kept_findings import Finding, kept
from verbatim.coverage import RIGHT, Beside, Roster, coverage_beside
from verbatim.domain import POLARITIES, Polarity
from verbatim.errors import NotFoundError
from verbatim.facts import ALL, NOBODY, Attribute, Facts, Flags, Narrowed, OfAccount, among, day_of, narrow, number_of
from verbatim.periods import Size
from verbatim.priorities import Kind, Priorities, priorities
from verbatim.ratings import YEAR, Circle, latest_day, ratings
from verbatim.red_flags import LEVELS, Flagged, Quiet, flagged
from verbatim.served import Served, cell_rows, served
from verbatim.store.access_keys import Holder, scope
from verbatim.store.audit import OPERATOR
from verbatim.store.double_coding import hidden_from
from verbatim.store.opening import reading
from verbatim.teams import Teams, teams

ROLES_LEFT_OUT = ("other", "no_content", "none")
SPOKEN: Mapping[Kind, Polarity] = {"concern": "negative", "opportunity": "positive"}


@dataclass(frozen=True, slots=True)
class Office:
    """Of which organisation somebody asks; `accounts` are the only ones that it may know of, None stands for all.

    `actor` is whoever asks: what that one is to code blind is neither cited nor shown with its coding.
    """

    desk: Counting
    organisation: str
    accounts: tuple[str, ...] | None = None
    actor: str = OPERATOR

    @classmethod
    def of(cls, desk: Counting, holder: Holder) -> "Office":
        """The office as the holder of a key may see it."""
        return cls(desk, holder.organisation, scope(holder).accounts, holder.actor)

    def facts(self, narrowed: Narrowed = ALL) -> Facts:
        """What is counted."""
        return narrow(figures_of(self.desk, self.organisation, self.accounts).facts, narrowed)

    def kept(self, key: Hashable, narrowed: Narrowed, make: Callable[[], Finding]) -> Finding:
        """What `make` gives, which asks for facts itself; kept while nothing has changed, where nothing is left out."""
        if narrowed != ALL:
            return make()
        return kept(self.desk, self.organisation, (self.accounts, key), make)

    def beside(self, narrowed: Narrowed = ALL) -> Beside:
        """How many of the right people stand behind what is counted."""
        figures = figures_of(self.desk, self.organisation, self.accounts)
        return coverage_beside(figures.facts, figures.roster, narrowed)


@dataclass(frozen=True, slots=True)
class ServedView:
    """Who is served how, excerpts by the values of a cell, what was asked for, and whom it stands on."""

    found: Served
    excerpts: Mapping[tuple[str, ...], tuple[Cited, ...]]
    asked: dict[str, Any]
    beside: Beside


@dataclass(frozen=True, slots=True)
class PriorityView:
    """What comes first, excerpts by kind and code, what was asked for, and whom it stands on."""

    found: Priorities
    excerpts: Mapping[tuple[Kind, str], tuple[Cited, ...]]
    asked: dict[str, Any]
    beside: Beside


@dataclass(frozen=True, slots=True)
class FlaggedAccounts:
    """The accounts with their flags, the most pressing first, as of a day."""

    items: tuple[Flagged, ...]
    facts: Facts = field(repr=False)
    as_of: date | None
    span: Size
    beside: Beside

    def attribute(self, name: OfAccount, place: int) -> str | None:
        """What an account has of an attribute."""
        labels = self.facts.accounts.attributes[name]
        at = int(labels.places[place])
        return None if at == NOBODY else labels.names[at]

    def red(self) -> tuple[Flagged, ...]:
        """Those with flags."""
        return tuple(one for one in self.items if one.flags)


@dataclass(frozen=True, slots=True)
class AccountView:
    """One account, among all, with words of the last year that may be quoted."""

    flagged: Flagged
    of: FlaggedAccounts
    complaints: tuple[Cited, ...]
    praise: tuple[Cited, ...]


@dataclass(frozen=True, slots=True)
class TeamView:
    """The teams, and the accounts that they stand on."""

    found: Teams
    of: FlaggedAccounts


def who_is_served(office: Office, by: Sequence[Attribute], narrowed: Narrowed = ALL, excerpts: int = 2) -> ServedView:
    """Each cell against the others, with so many excerpts of complaints, or of praise where it is over-served.

    Raises InputError for attributes that cannot be.
    """

    def make() -> Served:
        facts = office.facts(narrowed)
        return served(facts, by, effort_of(office.desk, office.organisation, facts))

    found, facts = office.kept(("served", *by), narrowed, make), office.facts(narrowed)
    told = [one for one in found.cells if one.verdict in ("under-served", "over-served")] if excerpts else []
    sought = []
    for cell in told:
        polarity: Polarity = "negative" if cell.verdict == "under-served" else "positive"
        rows = cell_rows(facts, by, cell.values) & _says(facts, polarity)
        sought.append(Sought(latest(facts, np.flatnonzero(rows)), polarity, most=excerpts))
    words = _cited(office, sought)
    by_cell = {cell.values: some for cell, some in zip(told, words, strict=True)}
    return ServedView(found, by_cell, {**narrowed.told(), "by": list(by)}, office.beside(narrowed))


def what_comes_first(
    office: Office, narrowed: Narrowed = ALL, span: Size = "quarter", level: int = 2, excerpts: int = 1
) -> PriorityView:
    """Concerns and opportunities in their order, the first ten of each with so many excerpts."""
    facts = office.facts(narrowed)
    frame = codebook(office.desk, office.organisation)
    without = frozenset(filter(None, map(frame.id_with_role, ROLES_LEFT_OUT)))
    key = ("priorities", span, level, without)
    found = office.kept(key, narrowed, lambda: priorities(office.facts(narrowed), span, level, without))
    told = [one for one in found.items if one.rank is not None and one.rank <= 10 and excerpts]
    sought = [Sought(_saying(facts, one.code, SPOKEN[one.kind]), SPOKEN[one.kind], one.code, excerpts) for one in told]
    words = _cited(office, sought)
    by_code = {(one.kind, one.code): some for one, some in zip(told, words, strict=True)}
    return PriorityView(found, by_code, dict(narrowed.told()), office.beside(narrowed))


def accounts_now(
    office: Office,
    narrowed: Narrowed = ALL,
    as_of: date | None = None,
    span: Size = "quarter",
    only: Sequence[int] | None = None,
) -> FlaggedAccounts:
    """All accounts with their flags on a day, that of the latest answer if left out; or some of them, by place."""
    if only is not None:
        return _accounts(office, narrowed, as_of, span, only)
    key = ("accounts", as_of, span)
    return office.kept(key, narrowed, lambda: _accounts(office, narrowed, as_of, span))


def _accounts(
    office: Office, narrowed: Narrowed, as_of: date | None, span: Size, only: Sequence[int] | None = None
) -> FlaggedAccounts:
    facts = office.facts(narrowed)
    day, beside = number_of(as_of) if as_of else latest_day(facts), office.beside(narrowed)
    if day is None:
        rated = ratings(facts, None, span, only=only)
        items = tuple(Flagged(one, (), "none") for one in rated)
        return FlaggedAccounts(_in_order(facts, items), facts, None, span, beside)
    circles, quiet = _people(office, facts, day)
    items = flagged(facts, ratings(facts, day, span, circles, only), day, quiet)
    return FlaggedAccounts(_in_order(facts, items), facts, day_of(day), span, beside)


def account_now(
    office: Office, number: int, as_of: date | None = None, span: Size = "quarter", excerpts: int = 4
) -> AccountView:
    """One account by its number. Raises NotFoundError for one that there is not, or that may not be known of."""
    facts = office.facts()
    places = np.flatnonzero(facts.accounts.numbers == number)
    if not len(places):
        raise NotFoundError(f"account {number}: not in organisation {office.organisation!r}; expected the id of one")
    everything = accounts_now(office, as_of=as_of, span=span, only=places.tolist())
    one = everything.items[0]
    own = facts.account == one.rating.place
    sides: tuple[Polarity, Polarity] = ("negative", "positive")
    rows = [latest(facts, np.flatnonzero(own & _says(facts, side))) for side in sides]
    sought = [Sought(some, side, most=excerpts) for some, side in zip(rows, sides, strict=True)]
    complaints, praise = _cited(office, sought)
    return AccountView(one, everything, complaints, praise)


def teams_now(office: Office, narrowed: Narrowed = ALL, as_of: date | None = None) -> TeamView:
    """All teams, against one another."""
    return office.kept(("teams", as_of), narrowed, lambda: _teams(office, narrowed, as_of))


def _teams(office: Office, narrowed: Narrowed, as_of: date | None) -> TeamView:
    everything = accounts_now(office, narrowed, as_of)
    by_place = sorted(everything.items, key=lambda one: one.rating.place)
    return TeamView(teams(everything.facts, by_place), everything)


def latest(facts: Facts, rows: NDArray[np.intp], most: int = OFFERED) -> tuple[int, ...]:
    """The numbers of some rows, the latest first, those of different accounts before others."""
    ordered = rows[np.lexsort((-rows, -facts.day[rows].astype(np.int64)))]
    accounts = facts.account[ordered]
    first = np.zeros(len(ordered), np.bool_)
    first[np.unique(accounts, return_index=True)[1]] = True
    chosen = np.concatenate([ordered[first], ordered[~first]])[:most]
    return tuple(map(int, facts.number[chosen]))


def _says(facts: Facts, polarity: Polarity) -> Flags:
    said = np.zeros(facts.n, np.bool_)
    said[facts.mention_row[facts.mention_polarity == POLARITIES.index(polarity)]] = True
    return said


def _saying(facts: Facts, code: str, polarity: Polarity) -> tuple[int, ...]:
    """Verbatims with a code, or one under it, of a polarity."""
    of_code = np.array([code in (name, name.partition(".")[0]) for name in facts.codes] or [False], np.bool_)
    said = (facts.mention_polarity == POLARITIES.index(polarity)) & of_code[facts.mention_code]
    return latest(facts, np.unique(facts.mention_row[said]).astype(np.intp))


def _cited(office: Office, sought: Sequence[Sought]) -> list[tuple[Cited, ...]]:
    if not sought:
        return []
    numbers = [number for one in sought for number in one.numbers]
    with reading(office.desk.engine, office.organisation) as connection:
        hidden = hidden_from(connection, office.organisation, office.actor, numbers, datetime.now(UTC))
        seen = [replace(one, numbers=tuple(each for each in one.numbers if each not in hidden)) for one in sought]
        return cited(connection, office.organisation, seen)


def _people(office: Office, facts: Facts, day: int) -> tuple[dict[int, Circle], Quiet]:
    """The people of each account by its number, and key contacts who were asked in the last year and are silent."""
    roster = figures_of(office.desk, office.organisation, office.accounts).roster
    recent = (facts.contact != NOBODY) & (facts.day > day - YEAR) & (facts.day <= day)
    heard = np.isin(roster.contact, facts.contact[recent])
    asked = np.zeros(roster.n, np.bool_)
    asked[roster.invited[(roster.day > day - YEAR) & (roster.day <= day)]] = True
    size = len(facts.accounts.names)
    placed = roster.account != NOBODY
    counts = [np.bincount(roster.account[placed & some], minlength=size) for some in (placed, asked, asked & heard)]
    numbers = facts.accounts.numbers.tolist()
    circles = {number: Circle(*map(int, row)) for number, row in zip(numbers, zip(*counts, strict=True), strict=True)}
    silent: dict[int, list[int]] = {}
    for place in np.flatnonzero(placed & asked & ~heard & _key(roster)):
        silent.setdefault(numbers[roster.account[place]], []).append(int(roster.contact[place]))
    return {number: circle for number, circle in circles.items() if circle.contacts}, Quiet(silent)


def _key(roster: Roster) -> Flags:
    """Whose silence is a signal: those who decide or influence."""
    return among(roster.influence, [name for name in roster.influence.names if name.casefold() in RIGHT.right])


def _in_order(facts: Facts, items: Sequence[Flagged]) -> tuple[Flagged, ...]:
    """The accounts that press most first: by level, tier, revenue and name."""
    labels = facts.accounts.attributes["tier"]

    def key(one: Flagged) -> tuple[int, str, float, str]:
        place = one.rating.place
        tier = labels.names[labels.places[place]] if labels.places[place] != NOBODY else "~"
        revenue = float(np.nan_to_num(facts.accounts.revenue[place]))
        return LEVELS.index(one.level), tier, -revenue, one.rating.name

    return tuple(sorted(items, key=key))
