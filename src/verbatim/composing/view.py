"""The facts that a briefing stands on: those of its scope in its period, and in the one before; counted."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from verbatim.briefing import LEAST, Scope
from verbatim.domain import POLARITIES, Interval, NpsInterval, Polarity
from verbatim.errors import NotFoundError
from verbatim.estimates import clustered_share, nps_by_account
from verbatim.facts import NOBODY, UNDATED, Facts, Flags, bands, latest
from verbatim.periods import Period


@dataclass(frozen=True, slots=True)
class Base:
    """On how much a figure stands."""

    verbatims: int
    respondents: int
    accounts: int

    @property
    def enough(self) -> bool:
        """Whether so many people are behind it that none can be told apart."""
        return self.respondents >= LEAST


@dataclass(frozen=True, slots=True)
class View:
    """The facts of a scope: of the period, of the one before, and of everything up to the end of the period."""

    period: Period
    scope: Scope
    now: Facts
    former: Facts
    ever: Facts
    undated: int


def view_of(facts: Facts, scope: Scope, period: Period) -> View:
    """The view of a scope in a period. Raises NotFoundError for an account or a team that there is not."""
    own = within(facts, scope)
    return View(
        period=period,
        scope=scope,
        now=of_days(own, period.days),
        former=of_days(own, period.former.days),
        ever=own.of((own.day != UNDATED) & (own.day < period.days.stop)),
        undated=int(np.count_nonzero(own.day == UNDATED)),
    )


def within(facts: Facts, scope: Scope) -> Facts:
    """The facts of a scope. Raises NotFoundError for an account or a team that there is not."""
    if scope.reach == "all":
        return facts
    labels = facts.labels(scope.reach)
    place = labels.names.index(scope.name) if scope.name in labels.names else NOBODY
    if place == NOBODY or place not in facts.accounts.attributes[scope.reach].places:
        raise NotFoundError(f"{scope.reach} {str(scope.name)[:80]!r}: not one that is known; expected its name as kept")
    return facts.of(labels.places == place)


def of_days(facts: Facts, days: range) -> Facts:
    """The facts dated within these days."""
    return facts.of((facts.day != UNDATED) & (facts.day >= days.start) & (facts.day < days.stop))


def said(facts: Facts) -> Flags:
    """Which rows said something, as far as they have been coded."""
    return facts.coded & ~facts.empty


def base(facts: Facts, kept: Flags | None = None) -> Base:
    """How many verbatims, people and accounts are behind the rows kept."""
    rows = np.ones(facts.n, np.bool_) if kept is None else kept
    accounts = facts.account[rows]
    return Base(
        int(np.count_nonzero(rows)),
        len(np.unique(facts.respondent[rows])),
        len(np.unique(accounts[accounts != NOBODY])),
    )


def mentions(
    facts: Facts, polarity: Polarity | None = None, *, categories: bool = False
) -> dict[str, NDArray[np.intp]]:
    """The rows that mention each code, or each category, in this way; each row once."""
    kept = np.ones(len(facts.mention_row), np.bool_)
    if polarity is not None:
        kept = facts.mention_polarity == POLARITIES.index(polarity)
    kept &= said(facts)[facts.mention_row]
    rows, codes = facts.mention_row[kept], facts.mention_code[kept]
    found: dict[str, list[NDArray[np.intp]]] = {}
    for place in np.unique(codes):
        name = facts.codes[place].partition(".")[0] if categories else facts.codes[place]
        found.setdefault(name, []).append(rows[codes == place])
    return {name: np.unique(np.concatenate(parts)).astype(np.intp) for name, parts in found.items()}


def share(facts: Facts, rows: NDArray[np.intp], kept: Flags) -> Interval:
    """The share that some rows are of those kept, with limits that know that answers of one account are alike.

    `rows` are among those kept. A row of no known account is a cluster with the others of its respondent.
    """
    places = _clusters(facts)
    n = np.bincount(places[kept], minlength=places.max(initial=-1) + 1)
    k = np.bincount(places[rows], minlength=len(n))
    return clustered_share(k, n)


def score(facts: Facts) -> NpsInterval | None:
    """The Net Promoter Score; everybody counts once, by the latest score. None where fewer than LEAST gave one."""
    rows, places = _last_scores(facts), _clusters(facts)
    counts = np.zeros((places.max(initial=-1) + 1, 3))
    np.add.at(counts, (places[rows], bands(facts.score[rows])), 1)
    return nps_by_account(counts) if len(rows) >= LEAST else None


def stances(facts: Facts) -> tuple[int, int, int]:
    """How many people are critics, passives and promoters by the latest score that each gave."""
    counts = np.bincount(bands(facts.score[_last_scores(facts)]), minlength=3)
    return int(counts[0]), int(counts[1]), int(counts[2])


def _last_scores(facts: Facts) -> NDArray[np.intp]:
    """The row of the latest score of everybody who gave one."""
    rows = np.flatnonzero(~np.isnan(facts.score))
    return rows[latest(facts.respondent[rows].astype(np.int64), facts.day[rows])]


def _clusters(facts: Facts) -> NDArray[np.intp]:
    """The cluster of each row, counted from 0: its account, else its respondent; of one account alone its people."""
    alone = facts.account == NOBODY
    if len(np.unique(facts.account)) == 1:
        alone = np.ones(facts.n, np.bool_)
    keys = np.where(alone, -1 - facts.respondent.astype(np.int64), facts.account.astype(np.int64))
    return np.unique(keys, return_inverse=True)[1].astype(np.intp)
