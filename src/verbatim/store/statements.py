"""Statements that both engines understand but SQLAlchemy spells apart, and checks that every writer makes."""

from sqlalchemy import ColumnElement, Connection, Select, Table, select
from sqlalchemy.dialects import postgresql, sqlite

from verbatim.errors import NotFoundError, StoreError
from verbatim.store.schema import organisations

BATCH = 500
"""How many rows go to the engine at once."""

NUMBERS = range(1, 2**63)
"""What a row can have as its number: an engine takes no larger one."""


def insert_into(connection: Connection, table: Table) -> postgresql.Insert | sqlite.Insert:
    """An INSERT that knows ON CONFLICT."""
    return postgresql.insert(table) if connection.dialect.name == "postgresql" else sqlite.insert(table)


def require_organisation(connection: Connection, organisation: str) -> None:
    """Raise NotFoundError for an organisation that the store does not know."""
    _require(connection, organisation, select(organisations.c.id))


def hold_organisation(connection: Connection, organisation: str) -> None:
    """Let others that hold this organisation wait until the block ends, as those wait that write to SQLite.

    Two that add the same rows in another order would else wait for each other on PostgreSQL. Raises NotFoundError.
    """
    _require(connection, organisation, select(organisations.c.id).with_for_update(key_share=True))


def owned(column: ColumnElement[str], organisation: str) -> ColumnElement[bool]:
    """That a row is an organisation's, where rows are looked up by their numbers.

    No index helps with the condition in this form. In the plain one SQLite, which has no statistics, would take all
    rows of the organisation to be fewer than some hundred numbers, and read them all.
    """
    return column.concat("") == organisation


def require_storable(value: str, what: str) -> str:
    """The value itself. Raises StoreError for U+0000 or a lone surrogate: no engine keeps text with one."""
    place = next((at for at, one in enumerate(value) if one == "\0" or "\ud800" <= one <= "\udfff"), None)
    if place is not None:
        raise StoreError(f"{what}: U+{ord(value[place]):04X} at offset {place}; expected text that UTF-8 can hold")
    return value


def _require(connection: Connection, organisation: str, chosen: Select[tuple[str]]) -> None:
    if connection.scalar(chosen.where(organisations.c.id == organisation)) is None:
        raise NotFoundError(f"organisation {organisation!r}: not in this store; expected one that was added")
