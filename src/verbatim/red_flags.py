"""Red flags of accounts, each with its reason and the answers that show it. Signs to look into, not proofs.

    critical decider  a contact who decides, whose latest answer of the last year is a critic's
    falling           the net stance of the latest span with two respondents or more, no older than the span before the
                      present one, is 30 points or more below that of such a span before; `sure` where Newcombe's limits
                      of the fall, of promoters less critics, leave out 0
    silence           the account was heard before, and nobody of it in the present span and the one before
    silent contacts   contacts who decide or influence, invited in the last year, and not heard in it
    unresolved        critics' answers of the last year, older than two weeks, that no person has looked at: two or
                      more of them, or one of a contact who decides

An account is red with a critical decider or with two kinds of flags, amber with one.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from math import sqrt
from typing import Literal, get_args

import numpy as np
from numpy.typing import NDArray

from verbatim.domain import STANCES
from verbatim.estimates import Difference, newcombe, wilson
from verbatim.facts import NOBODY, UNDATED, Facts, Flags, among
from verbatim.ratings import YEAR, AccountRating, RatedSpan, Voices, latest_of

FlagKind = Literal["critical decider", "falling", "silence", "silent contacts", "unresolved"]
FLAG_KINDS: tuple[FlagKind, ...] = get_args(FlagKind)
Level = Literal["red", "amber", "none"]
LEVELS: tuple[Level, ...] = get_args(Level)

DECIDER = "decider"
FALL = 30.0
LEAST_TO_FALL = 2
PATIENCE = 14
"""Days after which an answer that nobody looked at is unresolved."""

LEAST_UNRESOLVED = 2
MOST_SHOWN = 10

_CRITIC = STANCES.index("critic")


@dataclass(frozen=True, slots=True)
class Flag:
    """A red flag: how many it is about, the verbatims that show it, the latest first, at most ten.

    A fall has the net stances `before` and `after` with the spans' names, and whether it is `sure`.
    """

    kind: FlagKind
    n: int
    verbatims: tuple[int, ...] = ()
    contacts: tuple[int, ...] = ()
    before: float | None = None
    after: float | None = None
    spans: tuple[str, str] | None = None
    sure: bool | None = None


@dataclass(frozen=True, slots=True)
class Flagged:
    """An account with its flags; `level` by the rule at the head of this module."""

    rating: AccountRating
    flags: tuple[Flag, ...]
    level: Level


@dataclass(frozen=True, slots=True)
class Quiet:
    """By the number of an account: contacts who decide or influence, were invited in the last year, and are silent."""

    contacts: Mapping[int, Sequence[int]] = field(default_factory=dict)


def level_of(flags: Sequence[Flag]) -> Level:
    """How pressing some flags are."""
    kinds = {one.kind for one in flags}
    if "critical decider" in kinds or len(kinds) > 1:
        return "red"
    return "amber" if kinds else "none"


def flagged(
    facts: Facts, rated: Sequence[AccountRating], as_of: int, quiet: Quiet | None = None
) -> tuple[Flagged, ...]:
    """Each of the accounts with its flags on a day, in their order."""
    deciders = _critical_deciders(facts, as_of)
    unresolved = _unresolved(facts, as_of)
    silent = quiet.contacts if quiet else {}
    found = []
    for one in rated:
        flags = [
            _decider_flag(facts, deciders.get(one.place)),
            _falling(one.spans),
            _silence(one),
            _silent_contacts(silent.get(one.number, ())),
            _unresolved_flag(facts, unresolved.get(one.place)),
        ]
        kept = tuple(flag for flag in flags if flag is not None)
        found.append(Flagged(one, kept, level_of(kept)))
    return tuple(found)


def _decides(facts: Facts) -> Flags:
    labels = facts.attributes["influence"]
    return among(labels, [name for name in labels.names if name.casefold() == DECIDER])


def _recent(facts: Facts, as_of: int) -> Flags:
    found: Flags = (
        (facts.account != NOBODY) & (facts.day != UNDATED) & (facts.day > as_of - YEAR) & (facts.day <= as_of)
    )
    return found


def _critical_deciders(facts: Facts, as_of: int) -> dict[int, NDArray[np.intp]]:
    """By account the latest answers of those who decide, where these are critics'."""
    rows = np.flatnonzero(_recent(facts, as_of) & _decides(facts) & (facts.stance != NOBODY))
    latest = rows[latest_of(facts.account[rows].astype(np.int64), facts.respondent[rows], facts.day[rows])]
    return _by_account(facts, latest[facts.stance[latest] == _CRITIC])


def _unresolved(facts: Facts, as_of: int) -> dict[int, NDArray[np.intp]]:
    waiting = _recent(facts, as_of) & (facts.stance == _CRITIC) & ~facts.by_person & (facts.day <= as_of - PATIENCE)
    return _by_account(facts, np.flatnonzero(waiting))


def _by_account(facts: Facts, rows: NDArray[np.intp]) -> dict[int, NDArray[np.intp]]:
    """The rows by account, the latest first."""
    order = rows[np.lexsort((-rows, -facts.day[rows].astype(np.int64), facts.account[rows]))]
    accounts, starts = np.unique(facts.account[order], return_index=True)
    return dict(zip(map(int, accounts), np.split(order, starts[1:]), strict=True)) if len(order) else {}


def _decider_flag(facts: Facts, rows: NDArray[np.intp] | None) -> Flag | None:
    if rows is None:
        return None
    contacts = tuple(int(one) for one in facts.contact[rows] if one != NOBODY)[:MOST_SHOWN]
    return Flag("critical decider", len(rows), _numbers(facts, rows), contacts)


def _unresolved_flag(facts: Facts, rows: NDArray[np.intp] | None) -> Flag | None:
    if rows is None or (len(rows) < LEAST_UNRESOLVED and not _decides(facts)[rows].any()):
        return None
    return Flag("unresolved", len(rows), _numbers(facts, rows))


def _numbers(facts: Facts, rows: NDArray[np.intp]) -> tuple[int, ...]:
    return tuple(map(int, facts.number[rows[:MOST_SHOWN]]))


def _falling(spans: Sequence[RatedSpan]) -> Flag | None:
    """The fall between the latest span with enough respondents, if it is one of the last two, and the one before."""
    told = [(place, one) for place, one in enumerate(spans) if one.voices.n >= LEAST_TO_FALL]
    if len(told) < 2 or told[-1][0] < len(spans) - 2:
        return None
    earlier, later = told[-2][1], told[-1][1]
    before, after = (100 * (one.voices.promoters - one.voices.critics) / one.voices.n for one in (earlier, later))
    if before - after < FALL:
        return None
    change = _change(later.voices, earlier.voices)
    return Flag("falling", later.voices.n, (), (), before, after, (earlier.name, later.name), change.high < 0)


def _change(later: Voices, earlier: Voices) -> Difference:
    """The change of promoters less critics, by the limits of the change of both shares."""
    up = newcombe(wilson(later.promoters, later.n), wilson(earlier.promoters, earlier.n))
    down = newcombe(wilson(later.critics, later.n), wilson(earlier.critics, earlier.n))
    value = up.value - down.value
    low = value - sqrt((up.value - up.low) ** 2 + (down.high - down.value) ** 2)
    return Difference(value, low, value + sqrt((up.high - up.value) ** 2 + (down.value - down.low) ** 2))


def _silence(one: AccountRating) -> Flag | None:
    """Of how many spans, as far as they are told."""
    last = max((place for place, span in enumerate(one.spans) if span.verbatims), default=-1)
    silent = len(one.spans) - 1 - last
    return Flag("silence", silent) if silent >= 2 else None


def _silent_contacts(contacts: Sequence[int]) -> Flag | None:
    return Flag("silent contacts", len(contacts), (), tuple(contacts)[:MOST_SHOWN]) if contacts else None
