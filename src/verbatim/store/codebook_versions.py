"""Code frames as an organisation has had them: every version kept, none changed."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, Row, Select, select

from verbatim.store.schema import codebook_versions
from verbatim.store.statements import insert_into, require_organisation, require_storable


@dataclass(frozen=True, slots=True)
class KeptCodebook:
    """A version of a code frame: its number, name@version, the fingerprint of its ids, and its YAML text."""

    id: int
    label: str
    fingerprint: str
    content: str
    created: datetime


@dataclass(frozen=True, slots=True)
class Named:
    """A version without its text, which is long: its number, name@version, the fingerprint of its ids."""

    id: int
    label: str
    fingerprint: str


def keep_codebook(connection: Connection, organisation: str, label: str, fingerprint: str, content: str) -> bool:
    """Whether this version is new; what is kept under a label is not changed. Raises NotFoundError."""
    require_organisation(connection, organisation)
    insert = insert_into(connection, codebook_versions).on_conflict_do_nothing()
    row = {"organisation": organisation, "label": label, "fingerprint": fingerprint}
    values = {**row, "content": require_storable(content, "codebook")}
    return connection.scalar(insert.returning(codebook_versions.c.id), values) is not None


def kept_codebook(connection: Connection, organisation: str, label: str) -> KeptCodebook | None:
    """The version of that label; None where the organisation has none."""
    return _first(connection, _chosen(organisation).where(codebook_versions.c.label == label))


def newest_codebook(connection: Connection, organisation: str, fingerprint: str | None = None) -> KeptCodebook | None:
    """The version kept last, of those with these ids where a fingerprint says which; None where there is none."""
    own = codebook_versions.c
    chosen = (
        _chosen(organisation) if fingerprint is None else _chosen(organisation).where(own.fingerprint == fingerprint)
    )
    return _first(connection, chosen.order_by(own.id.desc()).limit(1))


def alike(connection: Connection, organisation: str, kept: KeptCodebook | Named) -> frozenset[int]:
    """The numbers of the versions with the same ids as this one: what was coded by one of them stands in all."""
    own = codebook_versions.c
    chosen = select(own.id).where(own.organisation == organisation, own.fingerprint == kept.fingerprint)
    return frozenset(connection.execute(chosen).scalars())


def list_codebooks(connection: Connection, organisation: str) -> tuple[KeptCodebook, ...]:
    """All versions that an organisation has had, from the first to the latest."""
    rows = connection.execute(_chosen(organisation).order_by(codebook_versions.c.id))
    return tuple(_kept(row) for row in rows)


_Chosen = Select[tuple[int, str, str, str, str, datetime]]


def _chosen(organisation: str) -> _Chosen:
    return select(codebook_versions).where(codebook_versions.c.organisation == organisation)


def _first(connection: Connection, chosen: _Chosen) -> KeptCodebook | None:
    row = connection.execute(chosen).first()
    return _kept(row) if row else None


def _kept(row: Row[tuple[int, str, str, str, str, datetime]]) -> KeptCodebook:
    return KeptCodebook(row.id, row.label, row.fingerprint, row.content, row.created)
