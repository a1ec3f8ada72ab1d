"""Kinds of columns that both engines keep alike, and what most tables have."""

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import (
    JSON,
    BigInteger,
    CheckConstraint,
    Column,
    DateTime,
    Dialect,
    ForeignKey,
    ForeignKeyConstraint,
    Identity,
    Integer,
    Text,
    UniqueConstraint,
)
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.types import TypeDecorator, TypeEngine

BIG = BigInteger().with_variant(Integer, "sqlite")
"""A whole number; as a primary key one that SQLite and PostgreSQL count up by themselves."""

PLAIN = JSON(none_as_null=True)
"""A value as JSON, as text that is never sorted or shortened; None as NULL."""


class Moment(TypeDecorator[datetime]):
    """A point in time, kept and given back in UTC; one without a zone is taken as UTC."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:  # noqa: ARG002
        """Return the moment as the engine keeps it: SQLite keeps no zone, so all are in UTC."""
        return value if value is None else in_utc(value)

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:  # noqa: ARG002
        """Return the moment in UTC."""
        return value if value is None else in_utc(value)


class Tokens(TypeDecorator[Sequence[str]]):
    """A set of words without spaces: an array on PostgreSQL, on SQLite words with a space between."""

    impl = Text
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        """Return an array of texts or a text."""
        kind: TypeEngine[Any] = ARRAY(Text) if dialect.name == "postgresql" else Text()
        return dialect.type_descriptor(kind)

    def process_bind_param(self, value: Sequence[str] | None, dialect: Dialect) -> object:
        """Return the words as the engine keeps them."""
        if value is None or dialect.name == "postgresql":
            return value
        return " ".join(value)

    def process_result_value(self, value: object, dialect: Dialect) -> Sequence[str]:  # noqa: ARG002
        """Return the words."""
        return value.split() if isinstance(value, str) else list(value) if isinstance(value, list) else []


def in_utc(moment: datetime) -> datetime:
    """Return the same moment in UTC; one without a zone is taken as UTC."""
    return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)


def number() -> Column[int]:
    """The number of a row."""
    return Column("id", BIG, Identity(), primary_key=True)


def owner() -> Column[str]:
    """The organisation that a row belongs to."""
    return Column("organisation", Text, ForeignKey("organisations.id"), nullable=False)


def created() -> Column[datetime]:
    """When a row was added."""
    return Column("created", Moment, nullable=False, default=lambda: datetime.now(UTC))


def own() -> UniqueConstraint:
    """What a foreign key that takes the organisation along points at."""
    return UniqueConstraint("organisation", "id", name="own")


def to(target: str, column: str, ondelete: str | None = None) -> ForeignKeyConstraint:
    """A key to a row of the same organisation."""
    columns = (f"{target}.organisation", f"{target}.id")
    return ForeignKeyConstraint(("organisation", column), columns, name=f"to_{target}_{column}", ondelete=ondelete)


def one_of(column: str, values: tuple[str, ...]) -> CheckConstraint:
    """That a column holds one of these."""
    return CheckConstraint(f"{column} IN ({', '.join(map(repr, values))})", name=column)
