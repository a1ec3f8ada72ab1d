"""Sources, such as a survey or a call archive, and what is taken out of their words before anything is kept."""

from dataclasses import dataclass

from sqlalchemy import Connection, select

from verbatim.errors import StoreError
from verbatim.store import audit
from verbatim.store.schema import sources
from verbatim.store.statements import insert_into, require_organisation, require_storable
from verbatim.text.redaction import ALL_KINDS, KINDS


@dataclass(frozen=True, slots=True)
class Source:
    """A source by its name; `redaction` holds the kinds of personal data that are taken out, None for all kinds."""

    name: str
    redaction: frozenset[str] | None = None

    @property
    def kinds(self) -> frozenset[str]:
        """The kinds that are taken out."""
        return ALL_KINDS if self.redaction is None else self.redaction


def source(connection: Connection, organisation: str, name: str) -> Source:
    """What was put for the source of that name; all kinds are taken out of one that nobody has put."""
    chosen = select(sources.c.redaction).where(sources.c.organisation == organisation, sources.c.name == name)
    return Source(name, _kinds(connection.scalar(chosen)))


def put_source(connection: Connection, organisation: str, source: Source, actor: str = audit.OPERATOR) -> None:
    """Keep what is taken out of a source from now on; what was kept before stays as it is.

    Raises StoreError for a blank name or an unknown kind, NotFoundError for an unknown organisation.
    """
    require_organisation(connection, organisation)
    if not require_storable(source.name, "source").strip():
        raise StoreError(f"source {source.name!r}: expected a name that is not blank")
    if unknown := sorted((source.redaction or frozenset()) - ALL_KINDS):
        raise StoreError(f"redaction {unknown[0]!r}: expected some of {', '.join(KINDS)}")
    kinds = None if source.redaction is None else sorted(source.redaction)
    insert = insert_into(connection, sources)
    upsert = insert.on_conflict_do_update(
        index_elements=("organisation", "name"), set_={"redaction": insert.excluded.redaction}
    )
    connection.execute(upsert, {"organisation": organisation, "name": source.name, "redaction": kinds})
    audit.record(
        connection, organisation, audit.Event(actor, "source changed", f"source:{source.name}", {"redaction": kinds})
    )


def list_sources(connection: Connection, organisation: str) -> tuple[Source, ...]:
    """The sources that something was put for, by name."""
    chosen = select(sources).where(sources.c.organisation == organisation).order_by(sources.c.name)
    return tuple(Source(row.name, _kinds(row.redaction)) for row in connection.execute(chosen))


def _kinds(kept: list[str] | None) -> frozenset[str] | None:
    return None if kept is None else frozenset(kept)
