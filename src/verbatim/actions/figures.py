"""What everything is counted from: the facts of an organisation, in memory, as they are at this moment.

They are read whole once. From then on a log of changes tells which verbatims to read anew, so that a correction, a
deletion or a promotion acts on the next figure.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field, fields, replace
from datetime import date
from threading import Lock

import numpy as np
from sqlalchemy import Connection, select

from verbatim.actions.desk import Desk
from verbatim.actions.frame_in_use import codebook
from verbatim.facts import ATTRIBUTES, NOBODY, UNDATED, AccountFacts, Attribute, Facts, Labels
from verbatim.store.changes import Place, changed_since, place
from verbatim.store.coded_columns import CodedRows, merged
from verbatim.store.coded_rows import read_all, read_some
from verbatim.store.facts import as_facts
from verbatim.store.opening import reading
from verbatim.store.roster import Person, StoredAccount, list_accounts, list_people
from verbatim.store.schema import organisations

EPOCH = date(1970, 1, 1).toordinal()


@dataclass(frozen=True, slots=True)
class Known:
    """What was read of an organisation, up to a place of the log, and the facts that it comes to."""

    place: Place
    rows: CodedRows
    accounts: tuple[StoredAccount, ...]
    people: tuple[Person, ...]
    empty: frozenset[str]
    facts: Facts


@dataclass(slots=True)
class Memory:
    """What is known of an organisation, None before it was read; one thread at a time brings it up to date."""

    lock: Lock = field(default_factory=Lock)
    known: Known | None = None


@dataclass(frozen=True, slots=True)
class Narrowed:
    """Which verbatims are counted: dated from `since` to before `until`; of these accounts, these tiers and so on.

    An attribute that is left empty leaves nothing out. A verbatim without a date passes no filter of dates.
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

    def of(self, attribute: Attribute) -> tuple[str, ...]:
        """The values of an attribute that are counted; none where all are."""
        found: tuple[str, ...] = getattr(self, attribute)
        return found

    def told(self) -> dict[str, object]:
        """What was asked for, for an answer: dates as ISO 8601 writes them, and values by attribute."""
        given = {one.name: getattr(self, one.name) for one in fields(self)}
        return {
            name: value.isoformat() if isinstance(value, date) else list(value)
            for name, value in given.items()
            if value
        }


ALL = Narrowed()


def facts_of(desk: Desk, organisation: str, accounts: tuple[str, ...] | None = None) -> Facts:
    """The facts of an organisation as they are now, or of these accounts of it only.

    The first time they are read whole; later what has changed since. Raises StoreError where the store cannot be read.
    """
    memory = desk.figures.setdefault(organisation, Memory())
    empty = _empty(desk, organisation)
    with memory.lock:
        with reading(desk.engine, organisation) as connection:
            memory.known = _fresh(connection, organisation, memory.known, empty)
        facts = memory.known.facts
    return facts if accounts is None else of_accounts(facts, accounts)


def warm(desk: Desk) -> None:
    """Read the facts of every organisation, so that nobody waits who asks first."""
    with reading(desk.engine) as connection:
        known = connection.execute(select(organisations.c.id).order_by(organisations.c.id)).scalars().all()
    for organisation in known:
        facts_of(desk, organisation)


def of_accounts(facts: Facts, names: Sequence[str]) -> Facts:
    """What was said by these accounts; nothing stays of others."""
    wanted = set(names)
    mine = np.array([name in wanted for name in facts.accounts.names], np.bool_)
    place = np.append(np.where(mine, np.cumsum(mine) - 1, NOBODY), NOBODY).astype(np.int32)
    kept = facts.of(place[facts.account] != NOBODY)
    return replace(kept, account=place[kept.account], accounts=_some(facts.accounts, np.flatnonzero(mine)))


def narrow(facts: Facts, narrowed: Narrowed) -> Facts:
    """The verbatims that pass, with everything that is known of accounts."""
    kept = np.ones(facts.n, np.bool_)
    if narrowed.since is not None:
        kept &= (facts.day >= narrowed.since.toordinal() - EPOCH) & (facts.day != UNDATED)
    if narrowed.until is not None:
        kept &= (facts.day < narrowed.until.toordinal() - EPOCH) & (facts.day != UNDATED)
    for attribute in ATTRIBUTES:
        if values := narrowed.of(attribute):
            labels = facts.labels(attribute)
            wanted = np.array([name in values for name in labels.names] + [False], np.bool_)
            kept &= wanted[labels.places]
    return facts if kept.all() else facts.of(kept)


def _some(accounts: AccountFacts, places: np.ndarray[tuple[int], np.dtype[np.intp]]) -> AccountFacts:
    names = tuple(accounts.names[place] for place in places)
    of = {name: labels.of(places) for name, labels in accounts.attributes.items()}
    of["account"] = Labels(np.arange(len(names), dtype=np.int32), names)
    return AccountFacts(
        numbers=accounts.numbers[places],
        names=names,
        revenue=accounts.revenue[places],
        cost_to_serve=accounts.cost_to_serve[places],
        strategic=accounts.strategic[places],
        attributes=of,
    )


def _empty(desk: Desk, organisation: str) -> frozenset[str]:
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
    known = replace(known, place=changed.place)
    if changed.nothing and known.empty == empty:
        return known
    if changed.verbatims:
        some = read_some(connection, organisation, changed.verbatims)
        known = replace(known, rows=merged(known.rows, some, changed.verbatims))
    if changed.attributes:
        accounts, people = list_accounts(connection, organisation), list_people(connection, organisation)
        known = replace(known, accounts=accounts, people=people)
    facts = as_facts(known.rows, known.accounts, known.people, empty)
    return replace(known, empty=empty, facts=facts)


def _whole(connection: Connection, organisation: str, empty: frozenset[str]) -> Known:
    reached = place(connection, organisation)
    rows = read_all(connection, organisation)
    accounts, people = list_accounts(connection, organisation), list_people(connection, organisation)
    return Known(reached, rows, accounts, people, empty, as_facts(rows, accounts, people, empty))
