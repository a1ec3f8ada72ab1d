"""How many of the right people were heard: the roster held against who answered.

    the right people   contacts whose influence is one of `Sought.right`: those who decide and those who influence
    rate               the right people who answered / the right people on the roster
    response           the right people who were asked and answered / the right people who were asked

Limits are Wilson's at 95 %: what the rate would be among people like these. Over several accounts they are at the
effective size, for people of one account answer alike (`estimates.clusters`). A rate below the goal, 60 %, is flagged.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Literal, get_args

import numpy as np
from numpy.typing import NDArray

from verbatim.domain import Interval
from verbatim.errors import InputError
from verbatim.estimates import clustered_share, finite, limits, wilson
from verbatim.facts import (
    ALL,
    NOBODY,
    UNDATED,
    Facts,
    Flags,
    Integers,
    Labels,
    Narrowed,
    among,
    day_of,
    number_of,
    passing,
    places_of,
    within,
)

Division = Literal["account", "tier", "customer_type", "region", "team", "role", "influence"]
DIVISIONS: tuple[Division, ...] = get_args(Division)
"""What people can be told apart by."""

Silence = Literal["never answered", "fell silent"]


@dataclass(frozen=True, slots=True)
class Roster:
    """The people at accounts, by ascending number, and when they were asked: one entry an invitation.

    `account` is a place among the accounts of the facts, NOBODY where a person is of none; `invited` a place among
    these people.
    """

    contact: NDArray[np.int64]
    account: Integers
    role: Labels
    influence: Labels
    invited: Integers
    day: Integers

    @property
    def n(self) -> int:
        """How many people."""
        return len(self.contact)


@dataclass(frozen=True, slots=True)
class Sought:
    """Who the right people are, and what is expected of them.

    `right` are influences, whatever their case; `roles` are right whatever their influence. A person is silent who was
    asked `times` and never answered, or who answered once, was asked since, and said nothing for `quiet` days.
    """

    right: tuple[str, ...] = ("decider", "influencer")
    roles: tuple[str, ...] = ()
    goal: float = 0.6
    times: int = 2
    quiet: int = 180


RIGHT = Sought()
"""Those who decide or influence; 60 % of them are to be heard."""


@dataclass(frozen=True, slots=True)
class Beside:
    """How many of the right people stand behind a figure; the rate is None where the roster knows none of them.

    `below` the goal. `left` is what a finite population leaves to guess (`estimates.finite`): 1 where nobody is known.
    """

    right: int
    answered: int
    rate: Interval | None
    below: bool
    goal: float
    left: float


@dataclass(frozen=True, slots=True)
class Cell:
    """A part of the roster by its names, None for what is not known: how many people, right ones, asked, heard."""

    names: tuple[str | None, ...]
    people: int
    right: int
    invited: int
    answered: int
    rate: Interval | None
    below: bool


@dataclass(frozen=True, slots=True)
class Absent:
    """One of the right people who is missing: how often asked, and when last; when last heard at all."""

    contact: int
    account: str | None
    role: str | None
    influence: str | None
    invited: int
    last_invited: date | None
    last_answered: date | None
    silence: Silence | None = None


@dataclass(frozen=True, slots=True)
class Coverage:
    """How many of the right people were heard, in all and by cell, and who was not.

    `unknown` are people whose influence nobody noted; `accounts` have right people, `heard` are those of them that one
    of these answered for, and `revenue` is the share of revenue that they bring (None where no revenue is known).
    `missing` and `silent` are told up to a number; `missing_n` and `silent_n` count them all.
    """

    whole: Beside
    response: Interval | None
    people: int
    unknown: int
    accounts: int
    heard: int
    revenue: float | None
    by: tuple[Division, ...]
    cells: tuple[Cell, ...]
    missing: tuple[Absent, ...]
    missing_n: int
    silent: tuple[Absent, ...]
    silent_n: int


@dataclass(frozen=True, slots=True)
class _People:
    """What each person on the roster is and did, and which of them each verbatim is of, NOBODY for others."""

    member: Flags
    right: Flags
    invited: Integers
    answered: Flags
    said_by: Integers


def coverage_beside(facts: Facts, roster: Roster, narrowed: Narrowed = ALL, sought: Sought = RIGHT) -> Beside:
    """How many of the right people stand behind what is counted of these facts, narrowed so."""
    return _beside(_people(facts, roster, narrowed, sought), roster, sought)


def coverage(
    facts: Facts,
    roster: Roster,
    narrowed: Narrowed = ALL,
    sought: Sought = RIGHT,
    by: Sequence[str] = ("account", "role"),
    most: int = 500,
) -> Coverage:
    """How many of the right people answered, of all those on the roster that pass.

    The facts are all of the organisation's, or of a manager's accounts, whatever their dates. Cells come by how much is
    missing: the lowest rates first. Raises InputError for a division that there is not.
    """
    divisions = _divisions(by)
    people = _people(facts, roster, narrowed, sought)
    asked = people.right & (people.invited > 0)
    missing = np.flatnonzero(people.right & ~people.answered)
    silent, why = _silent(facts, roster, narrowed, people, sought)
    known = facts.accounts
    right_at, heard_at = (_accounts(roster, chosen) for chosen in (people.right, people.right & people.answered))
    brought = np.nansum(known.revenue[right_at])
    return Coverage(
        whole=_beside(people, roster, sought),
        response=_rate(roster, people.answered[asked], roster.account[asked]),
        people=int(people.member.sum()),
        unknown=int((people.member & (roster.influence.places == NOBODY)).sum()),
        accounts=len(right_at),
        heard=len(heard_at),
        revenue=float(np.nansum(known.revenue[heard_at]) / brought) if brought > 0 else None,
        by=divisions,
        cells=_cells(facts, roster, people, sought, divisions),
        missing=_absent(facts, roster, _urgent(facts, roster, missing)[:most], people),
        missing_n=len(missing),
        silent=_absent(facts, roster, _urgent(facts, roster, silent)[:most], people, why),
        silent_n=len(silent),
    )


def _divisions(by: Sequence[str]) -> tuple[Division, ...]:
    for one in by:
        if one not in DIVISIONS:
            raise InputError(f"division {str(one)[:60]!r}: expected one of {', '.join(DIVISIONS)}")
    if not 1 <= len(set(by)) == len(by) <= 3:
        raise InputError(f"{len(by)} divisions: expected 1 to 3 different ones of {', '.join(DIVISIONS)}")
    return tuple(one for name in by for one in DIVISIONS if one == name)


def _people(facts: Facts, roster: Roster, narrowed: Narrowed, sought: Sought) -> _People:
    member = np.ones(roster.n, np.bool_)
    for attribute in DIVISIONS:
        if values := narrowed.of(attribute):
            member &= among(_labels(facts, roster, attribute), values)
    right = member & _right(roster, sought)
    asked = roster.invited[within(roster.day, narrowed.since, narrowed.until)]
    invited = np.bincount(asked, minlength=roster.n).astype(np.int32)
    # What a person is stands on the roster; what a verbatim is about stands with the verbatim.
    of_words = replace(narrowed, account=(), tier=(), customer_type=(), region=(), team=(), role=(), influence=())
    said_by = places_of(roster.contact, facts.contact)
    answered = np.zeros(roster.n, np.bool_)
    answered[said_by[passing(facts, of_words) & (said_by != NOBODY)]] = True
    return _People(member, right, invited, answered, said_by)


def _right(roster: Roster, sought: Sought) -> Flags:
    right = {one.casefold() for one in sought.right}
    wanted = [name for name in roster.influence.names if name.casefold() in right]
    return among(roster.influence, wanted) | among(roster.role, sought.roles)


def _labels(facts: Facts, roster: Roster, division: Division) -> Labels:
    if division == "role":
        return roster.role
    if division == "influence":
        return roster.influence
    labels = facts.accounts.attributes[division]
    of = np.append(labels.places, np.int32(NOBODY))
    return Labels(of[roster.account], labels.names)


def _beside(people: _People, roster: Roster, sought: Sought) -> Beside:
    right, answered = int(people.right.sum()), int((people.right & people.answered).sum())
    rate = _rate(roster, people.answered[people.right], roster.account[people.right])
    below = rate is not None and rate.share < sought.goal
    return Beside(right, answered, rate, below, sought.goal, finite(answered, right or None))


def _rate(roster: Roster, answered: Flags, account: Integers) -> Interval | None:
    """The share of people who answered, by their accounts; people of no account stand each alone."""
    if not len(answered):
        return None
    cluster = np.where(account == NOBODY, roster.n + np.arange(len(account)), account)
    of = np.unique(cluster, return_inverse=True)[1]
    n, k = np.bincount(of), np.bincount(of, answered)
    return clustered_share(k, n) if len(n) > 1 else wilson(int(k[0]), int(n[0]))


def _cells(facts: Facts, roster: Roster, people: _People, sought: Sought, by: tuple[Division, ...]) -> tuple[Cell, ...]:
    members = np.flatnonzero(people.member)
    divided = [_labels(facts, roster, one) for one in by]
    if not len(members):
        return ()
    keys = np.stack([labels.places[members] for labels in divided])
    found, of = np.unique(keys, axis=1, return_inverse=True)
    names = [tuple(_name(one, at) for one, at in zip(divided, key, strict=True)) for key in found.T.tolist()]
    order = members[np.argsort(of, kind="stable")]
    parts = np.split(order, np.cumsum(np.bincount(of))[:-1])
    rates = [None] * len(names) if "account" in by else [_rate_of(roster, people, part) for part in parts]
    counted = [
        np.bincount(of, weights).astype(int)
        for weights in (None, people.right[members], _asked(people)[members], _heard(people)[members])
    ]
    if "account" in by:
        rates = _alone(counted[3], counted[1])
    counts: list[list[int]] = np.stack(counted, axis=1).tolist()
    cells = [
        Cell(name, n, right, invited, answered, rate, rate is not None and rate.share < sought.goal)
        for name, rate, (n, right, invited, answered) in zip(names, rates, counts, strict=True)
    ]
    return tuple(sorted(cells, key=_lacking))


def _asked(people: _People) -> Flags:
    return people.right & (people.invited > 0)


def _heard(people: _People) -> Flags:
    return people.right & people.answered


def _rate_of(roster: Roster, people: _People, part: NDArray[np.intp]) -> Interval | None:
    """The rate among some people of several accounts."""
    right = part[people.right[part]]
    return _rate(roster, people.answered[right], roster.account[right])


def _alone(k: NDArray[np.intp], n: NDArray[np.intp]) -> list[Interval | None]:
    """The rates of cells of one account each: Wilson's limits of many at once."""
    with np.errstate(invalid="ignore"):
        shares = k / n
    low, high = limits(shares, n.astype(np.float64))
    values = zip(shares.tolist(), low.tolist(), high.tolist(), k.tolist(), n.tolist(), strict=True)
    return [Interval(*one) if one[4] else None for one in values]


def _lacking(cell: Cell) -> tuple[bool, float, int, tuple[str, ...]]:
    share = cell.rate.share if cell.rate else 0.0
    return cell.rate is None, share, -cell.right, tuple(name or "" for name in cell.names)


def _name(labels: Labels, place: int) -> str | None:
    return None if place == NOBODY else labels.names[place]


def _silent(
    facts: Facts, roster: Roster, narrowed: Narrowed, people: _People, sought: Sought
) -> tuple[NDArray[np.intp], dict[int, Silence]]:
    """Which of the right people are silent, whatever `since` says, and how."""
    last_asked, last_heard = _last(roster.n, roster.invited, roster.day), _last_heard(facts, people)
    times = np.bincount(roster.invited, minlength=roster.n)
    heard = np.zeros(roster.n, np.bool_)
    heard[people.said_by[people.said_by != NOBODY]] = True
    never = people.right & ~heard & (times >= sought.times)
    now = _now(facts, roster, narrowed)
    fell = people.right & heard & (last_asked > last_heard) & (last_heard <= now - sought.quiet)
    fell &= last_heard != UNDATED
    why: dict[int, Silence] = {int(place): "never answered" for place in np.flatnonzero(never)}
    why |= dict.fromkeys(np.flatnonzero(fell).tolist(), "fell silent")
    return np.flatnonzero(never | fell), why


def _now(facts: Facts, roster: Roster, narrowed: Narrowed) -> int:
    """The last day that is looked at: that before `until`, else the latest on which anything happened."""
    if narrowed.until is not None:
        return number_of(narrowed.until) - 1
    return int(max(facts.day.max(initial=0), roster.day.max(initial=0)))


def _last_heard(facts: Facts, people: _People) -> Integers:
    known = people.said_by != NOBODY
    return _last(len(people.right), people.said_by[known], facts.day[known])


def _last(n: int, places: Integers, days: Integers) -> Integers:
    found = np.full(n, UNDATED, np.int32)
    np.maximum.at(found, places, days)
    return found


def _accounts(roster: Roster, chosen: Flags) -> NDArray[np.int32]:
    account = np.unique(roster.account[chosen])
    found: NDArray[np.int32] = account[account != NOBODY]
    return found


def _urgent(facts: Facts, roster: Roster, places: NDArray[np.intp]) -> NDArray[np.intp]:
    """These people, those of the accounts that bring most first."""
    brings = np.append(np.nan_to_num(facts.accounts.revenue), 0.0)[roster.account[places]]
    found: NDArray[np.intp] = places[np.lexsort((roster.contact[places], roster.account[places], -brings))]
    return found


def _absent(
    facts: Facts,
    roster: Roster,
    places: NDArray[np.intp],
    people: _People,
    why: dict[int, Silence] | None = None,
) -> tuple[Absent, ...]:
    if not len(places):
        return ()
    asked, heard = _last(roster.n, roster.invited, roster.day), _last_heard(facts, people)
    times = np.bincount(roster.invited, minlength=roster.n) if why else people.invited
    accounts = facts.accounts.attributes["account"]
    return tuple(
        Absent(
            contact=int(roster.contact[place]),
            account=_name(accounts, roster.account[place]),
            role=_name(roster.role, roster.role.places[place]),
            influence=_name(roster.influence, roster.influence.places[place]),
            invited=int(times[place]),
            last_invited=_date(asked[place]),
            last_answered=_date(heard[place]),
            silence=why.get(int(place)) if why else None,
        )
        for place in places
    )


def _date(day: np.int32) -> date | None:
    return None if day == UNDATED else day_of(int(day))
