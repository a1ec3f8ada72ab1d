"""Rows laid out by period and by value of a split, with accounts as clusters: what every count is made of."""

from dataclasses import dataclass

import numpy as np

from verbatim.domain import POLARITIES, STANCES
from verbatim.estimates import Cells, cells_of
from verbatim.estimates.clusters import Integers
from verbatim.estimates.shares import Floats
from verbatim.facts import NOBODY, Facts, Flags, bands, latest
from verbatim.facts import Integers as Places
from verbatim.trends.questions import Base, Measure

DENSE = 64_000_000
"""Up to so many pairs of person and group that there could be, those that there are get counted without sorting."""

PROMOTER, CRITIC = STANCES.index("promoter"), STANCES.index("critic")


@dataclass(frozen=True, slots=True)
class Columns:
    """What a measure counts, by row (n,): the verbatims it stands on, those that have it; for a score the critics.

    With `once` every person counts once in each group, by the latest verbatim.
    """

    base: Flags
    yes: Flags
    no: Flags | None = None
    once: bool = False

    @property
    def tops(self) -> Floats:
        """What each row adds: 1 for yes, −1 for no."""
        yes: Floats = self.yes.astype(np.float64)
        return yes if self.no is None else yes - self.no


@dataclass(frozen=True, slots=True)
class Layout:
    """Rows in groups, a group being a period of a part: part · periods + place of the period.

    `at` is the place of each row's cell, and `cell` (n,) that of each verbatim's, behind all cells where it is in none;
    None where a verbatim is in several. Persons and accounts are counted by group, and so are stances that no score
    told and rows that a person coded.
    """

    rows: Integers
    cells: Cells
    at: Integers
    cell: Integers | None
    periods: int
    parts: int
    respondents: Integers
    accounts: Integers
    estimated: Floats
    by_person: Floats

    def sums(self, flags: Flags) -> Floats:
        """How many rows of each cell have a flag (n,)."""
        count = len(self.cells.base)
        flagged = self.at[flags[self.rows]] if self.cell is None else self.cell[flags]
        return np.bincount(flagged, minlength=count + 1)[:count].astype(np.float64)

    def distinct(self, who: Places) -> Integers:
        """How many different ones of these (n,) there are in each group; NOBODY is none."""
        own = who[self.rows]
        known = own != NOBODY
        return distinct(own[known].astype(np.intp), self.cells.group[self.at[known]], self.cells.count)

    @property
    def period(self) -> Integers:
        """The period of each cell."""
        return self.cells.group % max(1, self.periods)


def clusters_of(facts: Facts) -> Integers:
    """The account of each row; whoever is of none is one alone, numbered after all accounts."""
    alone = len(facts.accounts.names) + np.maximum(facts.respondent, 0)
    found: Integers = np.where(facts.account != NOBODY, facts.account, alone).astype(np.intp)
    return found


@dataclass(frozen=True, slots=True)
class Parts:
    """The part of each row (n,), NOBODY for none, of so many; None where all rows are one.

    Who counts once counts once in each of `apart` (n,): of what is taken from all, all must hold the same rows.
    """

    place: Places | None
    count: int = 1
    apart: Places | None = None


def lay(facts: Facts, counted: Columns, when: tuple[Integers, Integers], periods: int, split: Parts) -> Layout:
    """The rows that count by period (`when`: rows and their periods) and part; NOBODY is in none."""
    part, parts = split.place, split.count
    rows, place = when
    kept = counted.base[rows] if part is None else counted.base[rows] & (part[rows] != NOBODY)
    rows, place = rows[kept], place[kept]
    group = place if part is None else part[rows] * periods + place
    groups = periods * parts
    if counted.once:
        persons = facts.respondent[rows].astype(np.int64)
        if split.apart is not None:
            persons = persons * (int(split.apart.max(initial=0)) + 2) + split.apart[rows] + 1
        kept_once = latest(persons * groups + group, facts.day[rows])
        rows, group = rows[kept_once], group[kept_once]
    cells, at = cells_of(clusters_of(facts)[rows], group, groups)
    known = cells.cluster < len(facts.accounts.names)
    cell = None
    if not len(rows) or bool((rows[1:] > rows[:-1]).all()):
        cell = np.full(facts.n, len(cells.base), np.intp)
        cell[rows] = at
    return Layout(
        rows=rows,
        cells=cells,
        at=at,
        cell=cell,
        periods=periods,
        parts=parts,
        respondents=distinct(facts.respondent[rows].astype(np.intp), group, groups),
        accounts=np.bincount(cells.group[known], minlength=groups),
        estimated=np.bincount(group[facts.estimated[rows]], minlength=groups).astype(np.float64),
        by_person=np.bincount(group[facts.by_person[rows]], minlength=groups).astype(np.float64),
    )


@dataclass(frozen=True, slots=True)
class Spoken:
    """Facts with their mentions sorted by code, and the rows that shares and scores stand on: found once for many."""

    facts: Facts
    order: Integers
    bounds: Integers
    said: Flags
    scored: Flags

    @classmethod
    def of(cls, facts: Facts, base: Base) -> "Spoken":
        """The same of facts, shares being those of a base."""
        narrow = facts.mention_code.astype(np.min_scalar_type(len(facts.codes)))  # few bits are sorted by counting
        counts = np.bincount(narrow, minlength=len(facts.codes))
        return cls(
            facts=facts,
            order=np.argsort(narrow, kind="stable"),
            bounds=np.concatenate(([0], np.cumsum(counts))),
            said=facts.coded & ~facts.empty if base == "meaningful" else facts.coded,
            scored=np.isfinite(facts.score) & (facts.stance != NOBODY) & ~facts.estimated,
        )

    def columns(self, measure: Measure) -> Columns:
        """What a measure counts."""
        facts, said, scored = self.facts, self.said, self.scored
        if measure.kind == "nps":
            given = np.isfinite(facts.score)
            band = bands(facts.score)
            return Columns(given, given & (band == PROMOTER), given & (band == CRITIC), once=True)
        if measure.kind == "stance":
            known = facts.stance != NOBODY
            return Columns(known, known & (facts.stance == STANCES.index(str(measure.id))))
        if measure.kind == "conflict":
            return Columns(scored & facts.coded, scored & facts.coded & facts.conflict)
        if measure.kind == "theme":
            told = measure.rows if measure.rows is not None else np.zeros(facts.n, np.bool_)
            return Columns(said, said & told & self._mentioned(measure) if measure.polarity else said & told)
        return Columns(said, said & self._mentioned(measure))

    def _mentioned(self, measure: Measure) -> Flags:
        """Return which rows have a code of the measure (any code for a theme) with its polarity."""
        facts, found = self.facts, np.zeros(self.facts.n, np.bool_)
        for place, code in enumerate(facts.codes):
            if not _counts(measure, code):
                continue
            chosen = self.order[self.bounds[place] : self.bounds[place + 1]]
            if measure.polarity is not None:
                chosen = chosen[facts.mention_polarity[chosen] == POLARITIES.index(measure.polarity)]
            found[facts.mention_row[chosen]] = True
        return found


def _counts(measure: Measure, code: str) -> bool:
    if measure.kind == "theme":
        return True
    if measure.kind == "category":
        return code.partition(".")[0] == measure.id
    return code == measure.id or code in measure.ids


def distinct(who: Integers, group: Integers, groups: int) -> Integers:
    """How many different ones there are in each group."""
    if not len(who):
        return np.zeros(groups, np.intp)
    count = int(who.max()) + 1
    keys = who.astype(np.int64) * groups + group
    if count * groups <= DENSE:
        there = np.zeros(count * groups, np.bool_)
        there[keys] = True
        found: Integers = there.reshape(count, groups).sum(axis=0)
        return found
    keys.sort()
    first = np.concatenate(([True], keys[1:] != keys[:-1]))
    return np.bincount(keys[first] % groups, minlength=groups)
