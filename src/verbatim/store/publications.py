"""The life of an organisation's code frame: the draft of the next version, and the versions that were published.

The draft is one row, whose `revision` counts every change of it: whoever changes it names the one that was seen. A
publication makes a kept version the one in use, and holds what became of the codes of the one before; none is changed.
"""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from functools import cache
from typing import Any

from sqlalchemy import (
    Column,
    Connection,
    ForeignKey,
    Integer,
    Row,
    Select,
    String,
    Table,
    Text,
    bindparam,
    func,
    or_,
    select,
)

from verbatim.crosswalk import Entry, Passed
from verbatim.errors import StaleError
from verbatim.operations import Operation, operation_of
from verbatim.store.codebook_versions import KeptCodebook, Named, kept_codebook
from verbatim.store.columns import BIG, PLAIN, Moment, created, number, own, owner, to
from verbatim.store.records import Values
from verbatim.store.schema import codebook_versions, metadata, organisations
from verbatim.store.statements import hold_organisation, insert_into, require_storable

drafts = Table(
    "codebook_drafts",
    metadata,
    Column("organisation", Text, ForeignKey("organisations.id"), primary_key=True),
    Column("base", Text, nullable=False),
    Column("revision", Integer, nullable=False),
    Column("operations", PLAIN, nullable=False),
    Column("actor", Text, nullable=False),
    Column("changed", Moment, nullable=False),
)

publications = Table(
    "codebook_publications",
    metadata,
    number(),
    owner(),
    Column("codebook_id", BIG, nullable=False),
    Column("former", Text),
    Column("entries", PLAIN, nullable=False),
    Column("operations", PLAIN),
    Column("actor", Text, nullable=False),
    Column("reason", Text, nullable=False),
    Column("job", BIG),
    created(),
    own(),
    to("codebook_versions", "codebook_id"),
    sqlite_autoincrement=True,
)


@dataclass(frozen=True, slots=True)
class Draft:
    """What is to be done to a version of the frame, named by its label; `revision` 0 where nobody began one yet."""

    base: str
    revision: int
    operations: tuple[Operation, ...]
    actor: str | None = None
    changed: datetime | None = None


@dataclass(frozen=True, slots=True)
class Publication:
    """That a version came into use in place of `former`: by whom, why, and what became of the codes of that one.

    `operations` are those of the draft, None where a whole frame was put. `job` codes all history anew, None where no
    id changed.
    """

    id: int
    codebook: int
    label: str
    former: str | None
    entries: tuple[Entry, ...]
    operations: tuple[Operation, ...] | None
    actor: str
    reason: str
    job: int | None
    created: datetime

    @property
    def passed(self) -> Passed:
        """The same as a step of the frame's life."""
        return Passed(self.label, self.created, self.entries)


def draft(connection: Connection, organisation: str) -> Draft | None:
    """The draft as it stands; None where nobody ever began one."""
    row = connection.execute(select(drafts).where(drafts.c.organisation == organisation)).one_or_none()
    if row is None:
        return None
    operations = tuple(operation_of(one) for one in row.operations)
    return Draft(row.base, row.revision, operations, row.actor, row.changed)


def put_draft(connection: Connection, organisation: str, seen: int, change: Draft) -> Draft:
    """The draft that takes the place of the one of revision `seen`, 0 where there was none.

    Raises StaleError where another revision is there by now, NotFoundError for an unknown organisation.
    """
    hold_organisation(connection, organisation)
    require_seen(connection, organisation, seen)
    values: Values = {
        "base": change.base,
        "revision": seen + 1,
        "operations": [one.as_json() for one in change.operations],
        "actor": require_storable(change.actor or "", "actor"),
        "changed": datetime.now(UTC),
    }
    insert = insert_into(connection, drafts)
    kept = insert.on_conflict_do_update(index_elements=("organisation",), set_=values)
    connection.execute(kept, {"organisation": organisation, **values})
    return Draft(change.base, seen + 1, change.operations, change.actor, values["changed"])


def require_seen(connection: Connection, organisation: str, seen: int) -> None:
    """Raise StaleError unless the draft is of the revision that was seen."""
    now = draft(connection, organisation)
    if seen != (now.revision if now else 0):
        what = f"draft {now.revision} by {now.actor}" if now else "no draft"
        raise StaleError(f"codebook draft: {what} is there; expected revision {seen}, which was seen", seen, now)


def hold_frame(connection: Connection, organisation: str) -> None:
    """Let all that code for an organisation wait until the block ends; those that began are waited for.

    Raises NotFoundError for an unknown organisation.
    """
    hold_organisation(connection, organisation)
    connection.execute(select(organisations.c.id).where(organisations.c.id == organisation).with_for_update())


def publish(connection: Connection, organisation: str, codebook: int, values: Values) -> int:
    """The number of the publication that brings a kept version into use; hold the frame first."""
    entries = [asdict(one) for one in values.pop("entries")]
    row = {"organisation": organisation, "codebook_id": codebook, "entries": entries, **values}
    found: int = connection.execute(
        insert_into(connection, publications).returning(publications.c.id), row
    ).scalar_one()
    return found


def history(connection: Connection, organisation: str) -> tuple[Publication, ...]:
    """The publications of an organisation, from the first to the latest."""
    joined = publications.join(codebook_versions, publications.c.codebook_id == codebook_versions.c.id)
    chosen = select(publications, codebook_versions.c.label).select_from(joined)
    rows = connection.execute(chosen.where(publications.c.organisation == organisation).order_by(publications.c.id))
    return tuple(map(_publication, rows))


def in_use(connection: Connection, organisation: str, fingerprint: str | None = None) -> KeptCodebook | None:
    """The version that `named_in_use` names, with its text; None where none is kept."""
    named = named_in_use(connection, organisation, fingerprint)
    return kept_codebook(connection, organisation, named.label) if named else None


def named_in_use(connection: Connection, organisation: str, fingerprint: str | None = None) -> Named | None:
    """The version that was published last; else that kept last, with these ids if a fingerprint says which.

    None where none is kept.
    """
    row = connection.execute(_named(), {"of": organisation, "fingerprint": fingerprint}).first()
    return Named(row.id, row.label, row.fingerprint) if row else None


@cache
def _named() -> Select[tuple[int, str, str]]:
    """Made once: it is asked with every verbatim that comes."""
    of, ids = bindparam("of", type_=String), bindparam("fingerprint", type_=String)
    kept = codebook_versions.c
    published = select(publications.c.codebook_id).where(publications.c.organisation == of)
    last = published.order_by(publications.c.id.desc()).limit(1).scalar_subquery()
    newest = select(func.max(kept.id)).where(kept.organisation == of, or_(ids.is_(None), kept.fingerprint == ids))
    return select(kept.id, kept.label, kept.fingerprint).where(kept.id == func.coalesce(last, newest.scalar_subquery()))


def named_in_use_held(connection: Connection, organisation: str, fingerprint: str | None = None) -> Named | None:
    """What `named_in_use` gives, which no publication changes until the block ends."""
    if connection.dialect.name == "postgresql":  # SQLite has one writer
        row = select(organisations.c.id).where(organisations.c.id == organisation)
        connection.execute(row.with_for_update(read=True, key_share=True))
    return named_in_use(connection, organisation, fingerprint)


def steps_of(past: Sequence[Publication]) -> tuple[tuple[Entry, ...], ...]:
    """What became of the codes, from version to version."""
    return tuple(one.entries for one in past)


def _publication(row: Row[Any]) -> Publication:
    entries = tuple(Entry(one["old"], tuple(one["new"]), one["kind"]) for one in row.entries)
    operations = None if row.operations is None else tuple(operation_of(one) for one in row.operations)
    names = ("former", "actor", "reason", "job", "created")
    told = {name: getattr(row, name) for name in names}
    return Publication(
        id=row.id, codebook=row.codebook_id, label=row.label, entries=entries, operations=operations, **told
    )
