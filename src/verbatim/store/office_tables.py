"""The tables of the central office: who was asked, and a log of what has changed for whoever counts.

They stand beside those of `schema` in the same metadata.
"""

from sqlalchemy import Column, Index, Table, Text, UniqueConstraint

from verbatim.store.columns import BIG, Moment, created, number, own, owner, to
from verbatim.store.schema import metadata

ATTRIBUTES = 0
"""What stands in the log for a verbatim where accounts or contacts have changed; NULL stands for everything."""

# `survey` is the source that answers come from, or whatever else a round of questions is called; blank where it has no
# name. Whether somebody answered follows from the verbatims.
invitations = Table(
    "invitations",
    metadata,
    number(),
    owner(),
    Column("contact_id", BIG, nullable=False),
    Column("survey", Text, nullable=False),
    Column("date", Moment, nullable=False),
    created(),
    own(),
    to("contacts", "contact_id", "CASCADE"),
    UniqueConstraint("organisation", "contact_id", "survey", "date", name="once"),
    sqlite_autoincrement=True,
)

# Written by triggers (`layout`). On SQLite numbers are in the order of commits, and `position` is 0. On PostgreSQL a
# later number may be committed before an earlier one: `position` is the number of the transaction that wrote the row.
# No key points at organisations: what deletes an organisation's rows writes here too.
changes = Table(
    "changes",
    metadata,
    number(),
    Column("organisation", Text, nullable=False),
    Column("verbatim_id", BIG),
    Column("position", BIG, nullable=False, server_default="0"),
    Index("changes_number", "organisation", "id").ddl_if(dialect="sqlite"),
    Index("changes_position", "organisation", "position").ddl_if(dialect="postgresql"),
    sqlite_autoincrement=True,
)
