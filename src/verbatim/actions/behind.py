"""What stands behind a figure: the verbatims themselves, page by page, the latest first, as far as a role sees them."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

import numpy as np

from verbatim.access import Role, sight
from verbatim.actions.efforts import effort_of
from verbatim.actions.office import Office
from verbatim.domain import STANCES, Coding, Polarity, StanceLabel
from verbatim.facts import ALL, NOBODY, Facts, Flags, Narrowed, saying
from verbatim.store.codings import effective
from verbatim.store.double_coding import hidden_from
from verbatim.store.opening import reading
from verbatim.store.records import StoredVerbatim, chosen_verbatims, stored_verbatim
from verbatim.store.themes import verbatims_of

PAGE = 25


@dataclass(frozen=True, slots=True)
class Behind:
    """Which verbatims: those that a figure counts, with a mention of a code, a polarity, a stance, words of effort.

    `numbers`: these only; `scored`: those whose score tells the stance, which is what the score is made of, whatever
    their words say; `conflict`: those of them whose words disagree with it; of a `theme`. Else content-free ones and
    uncoded ones are left out.
    """

    narrowed: Narrowed = ALL
    code: str | None = None
    polarity: Polarity | None = None
    stance: StanceLabel | None = None
    effort: bool = False
    numbers: tuple[int, ...] | None = None
    scored: bool = False
    conflict: bool = False
    theme: int | None = None


@dataclass(frozen=True, slots=True)
class Said:
    """A verbatim with its coding in effect, if the reader may see that; its words are to be shown where `words`."""

    stored: StoredVerbatim
    coding: Coding | None
    words: bool


@dataclass(frozen=True, slots=True)
class Shelf:
    """A page of verbatims; how many there are in all, and of how many respondents and accounts."""

    items: tuple[Said, ...]
    page: int
    verbatims: int
    respondents: int
    accounts: int

    @property
    def pages(self) -> int:
        """How many pages there are."""
        return -(-self.verbatims // PAGE)


def behind(office: Office, role: Role, wanted: Behind, page: int = 1) -> Shelf:
    """That page of the verbatims, from 1; an empty one where there is none."""
    facts = office.facts(wanted.narrowed)
    found = facts.of(_meant(office, facts, wanted))
    order = np.lexsort((-found.number, -found.day.astype(np.int64)))
    numbers = found.number[order[(page - 1) * PAGE : page * PAGE]].tolist()
    return Shelf(
        items=_read(office, role, numbers),
        page=page,
        verbatims=found.n,
        respondents=len(np.unique(found.respondent)),
        accounts=len(np.unique(found.account[found.account != NOBODY])),
    )


def _meant(office: Office, facts: Facts, wanted: Behind) -> Flags:
    kept = facts.coded & ~facts.empty
    if wanted.scored or wanted.conflict:
        kept = np.isfinite(facts.score) & (facts.stance != NOBODY) & ~facts.estimated
    if wanted.conflict:
        kept = kept & facts.coded & facts.conflict
    if wanted.code is not None or wanted.polarity is not None:
        kept = kept & saying(facts, wanted.polarity, wanted.code)
    if wanted.stance is not None:
        kept = kept & (facts.stance == STANCES.index(wanted.stance))
    if wanted.numbers is not None:
        kept = kept & np.isin(facts.number, wanted.numbers)
    if wanted.theme is not None:
        with reading(office.desk.engine, office.organisation) as connection:
            kept = kept & np.isin(facts.number, verbatims_of(connection, office.organisation, wanted.theme))
    if wanted.effort:
        kept = kept & effort_of(office.desk, office.organisation, facts)
    return kept


def _read(office: Office, role: Role, numbers: Sequence[int]) -> tuple[Said, ...]:
    with reading(office.desk.engine, office.organisation) as connection:
        rows = connection.execute(chosen_verbatims(office.organisation, numbers))
        stored = {row.id: stored_verbatim(row) for row in rows}
        hidden = hidden_from(connection, office.organisation, office.actor, numbers, datetime.now(UTC))
        codings = effective(connection, office.organisation, [one for one in numbers if one not in hidden])
    there = [number for number in numbers if number in stored]
    return tuple(
        Said(
            stored[number],
            codings[number].coding if number in codings else None,
            sight(stored[number].permission, role).words,
        )
        for number in there
    )
