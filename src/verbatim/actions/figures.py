"""What everything is counted from: the facts of an organisation and its roster, in memory, as they are at this moment.

They are read whole once. From then on a log of changes tells which verbatims to read anew, so that a correction, a
deletion or a promotion acts on the next figure.
"""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from threading import BoundedSemaphore, Lock
from typing import Any, Protocol

import numpy as np
from sqlalchemy import Connection, Engine, select

from verbatim.actions.coding import codebook_of
from verbatim.actions.frame_in_use import Framed, codebook
from verbatim.coverage import Roster
from verbatim.errors import UnavailableError
from verbatim.facts import ALL, NOBODY, Facts, Narrowed, narrow, of_accounts
from verbatim.registry import find, read_manifest
from verbatim.store.changes import Place, changed_since, place
from verbatim.store.coded_columns import CodedRows, merged
from verbatim.store.coded_rows import read_all, read_some
from verbatim.store.facts import as_facts, as_roster
from verbatim.store.opening import reading
from verbatim.store.roster import Asked, Person, StoredAccount, list_accounts, list_asked, list_people
from verbatim.store.schema import organisations
from verbatim.taxonomy import Codebook

__all__ = [
    "ALL",
    "Bench",
    "Counting",
    "Figures",
    "Narrowed",
    "bench",
    "facts_of",
    "figures_of",
    "narrow",
    "of_accounts",
    "warm",
]


@dataclass(frozen=True, slots=True)
class Figures:
    """The facts of an organisation, and the people whom they are held against, of the same moment."""

    facts: Facts
    roster: Roster


@dataclass(frozen=True, slots=True)
class Known:
    """What was read of an organisation, up to a place of the log."""

    place: Place
    rows: CodedRows
    accounts: tuple[StoredAccount, ...]
    people: tuple[Person, ...]
    asked: tuple[Asked, ...]
    empty: frozenset[str]

    def same(self, other: "Known") -> bool:
        """Whether nothing but the place differs."""
        parts = ("rows", "accounts", "people", "asked")
        return all(getattr(self, part) is getattr(other, part) for part in parts) and self.empty == other.empty


MOST_WAITING, PATIENCE = 8, 2.0
"""So many callers wait while all is read; others are sent away after so many seconds, or they would fill the server."""


@dataclass(slots=True)
class Memory:
    """What is known of an organisation and what it comes to, None before it was read; one thread at a time writes."""

    lock: Lock = field(default_factory=Lock)
    queue: BoundedSemaphore = field(default_factory=lambda: BoundedSemaphore(MOST_WAITING))
    known: Known | None = None
    figures: Figures | None = None


class Counting(Framed, Protocol):
    """What is counted at: a desk, or a bench where no model need be loaded; it keeps what is known, by organisation."""

    @property
    def figures(self) -> dict[str, Memory]:
        """What was counted so far."""


@dataclass(frozen=True, slots=True)
class Bench:
    """A place to count at, without a model: a store, and the frame that its codes are of."""

    engine: Engine
    codebook: Codebook
    codebooks: dict[tuple[str, int], Codebook] = field(default_factory=dict, repr=False)
    figures: dict[str, Memory] = field(default_factory=dict, repr=False)


def bench(engine: Engine, model: str | None = None) -> Bench:
    """A place to count at, with the frame of a model by label or folder. Raises ModelError, CodebookError."""
    return Bench(engine, codebook_of(read_manifest(find(model))))


def facts_of(desk: Counting, organisation: str, accounts: tuple[str, ...] | None = None) -> Facts:
    """The facts of an organisation as they are now, or of these accounts of it only. Raises as `figures_of`."""
    facts = _figures(desk, organisation).facts
    return facts if accounts is None else of_accounts(facts, accounts)


def figures_of(desk: Counting, organisation: str, accounts: tuple[str, ...] | None = None) -> Figures:
    """The facts of an organisation and its roster as they are now, or of these accounts of it only.

    The first time they are read whole; later what has changed since. Raises StoreError where the store cannot be read,
    UnavailableError where too many wait for that.
    """
    found = _figures(desk, organisation)
    if accounts is None:
        return found
    return Figures(of_accounts(found.facts, accounts), _roster_of(found, accounts))


def warm(desk: Counting) -> None:
    """Read the facts of every organisation, so that nobody waits who asks first."""
    with reading(desk.engine) as connection:
        known = connection.execute(select(organisations.c.id).order_by(organisations.c.id)).scalars().all()
    for organisation in known:
        _figures(desk, organisation)


def _figures(desk: Counting, organisation: str) -> Figures:
    memory = desk.figures.setdefault(organisation, Memory())
    empty = _empty(desk, organisation)
    with _turn(memory), memory.lock:
        with reading(desk.engine, organisation) as connection:
            known = _fresh(connection, organisation, memory.known, empty)
        if memory.figures is None or memory.known is None or not known.same(memory.known):
            memory.figures = _counted(known)
        memory.known = known
        return memory.figures


@contextmanager
def _turn(memory: Memory) -> Iterator[None]:
    if not memory.queue.acquire(timeout=PATIENCE):
        raise UnavailableError("what was said is being read, and others wait for it; expected to be asked again")
    try:
        yield
    finally:
        memory.queue.release()


def _empty(desk: Counting, organisation: str) -> frozenset[str]:
    """The ids that say: no content."""
    frames = (desk.codebook, codebook(desk, organisation))
    return frozenset(filter(None, (frame.id_with_role("no_content") for frame in frames)))


def _fresh(connection: Connection, organisation: str, known: Known | None, empty: frozenset[str]) -> Known:
    """What is known, brought up to date in one reading of the store."""
    if known is None:
        return _whole(connection, organisation, empty)
    changed = changed_since(connection, organisation, known.place)
    if changed.everything:
        return _whole(connection, organisation, empty)
    known = replace(known, place=changed.place, empty=empty)
    if changed.verbatims:
        some = read_some(connection, organisation, changed.verbatims)
        known = replace(known, rows=merged(known.rows, some, changed.verbatims))
    return replace(known, **_attributes(connection, organisation)) if changed.attributes else known


def _whole(connection: Connection, organisation: str, empty: frozenset[str]) -> Known:
    reached = place(connection, organisation)
    rows = read_all(connection, organisation)
    return Known(reached, rows, **_attributes(connection, organisation), empty=empty)


def _attributes(connection: Connection, organisation: str) -> dict[str, Any]:
    return {
        "accounts": list_accounts(connection, organisation),
        "people": list_people(connection, organisation),
        "asked": list_asked(connection, organisation),
    }


def _counted(known: Known) -> Figures:
    facts = as_facts(known.rows, known.accounts, known.people, known.empty)
    return Figures(facts, as_roster(facts.accounts, known.people, known.asked))


def _roster_of(figures: Figures, names: Sequence[str]) -> Roster:
    """The people of some accounts, by the places that `of_accounts` gives these."""
    wanted, roster = set(names), figures.roster
    mine = np.array([name in wanted for name in figures.facts.accounts.names], np.bool_)
    place = np.append(np.where(mine, np.cumsum(mine) - 1, NOBODY), NOBODY).astype(np.int32)
    account = place[roster.account]
    stays = account != NOBODY
    moved = np.where(stays, np.cumsum(stays) - 1, NOBODY).astype(np.int32)
    asked = moved[roster.invited]
    return Roster(
        contact=roster.contact[stays],
        account=account[stays],
        role=roster.role.of(stays).in_use(),
        influence=roster.influence.of(stays).in_use(),
        invited=asked[asked != NOBODY],
        day=roster.day[asked != NOBODY],
    )
