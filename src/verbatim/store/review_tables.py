"""The tables of review: what was taken back, who is to look at what, what is kept apart, who coded what again.

They stand beside those of `schema` in the same metadata. All rows go with the verbatim that they are about.
"""

from sqlalchemy import Column, Index, Integer, PrimaryKeyConstraint, Table, Text, UniqueConstraint, text

from verbatim.store.columns import BIG, Moment, created, number, one_of, own, owner, to
from verbatim.store.schema import metadata

PURPOSES = ("gold",)
"""What verbatims are kept apart for: to measure a model by, never to learn from."""

# Codings are added to, never changed: one that its author took back is named here, and is in effect no more.
withdrawals = Table(
    "withdrawals",
    metadata,
    owner(),
    Column("coding_id", BIG, primary_key=True, autoincrement=False),
    Column("actor", Text, nullable=False),
    created(),
    to("codings", "coding_id", "CASCADE"),
)

# A verbatim is open for one person at a time; `done` is when anybody coded it.
assignments = Table(
    "assignments",
    metadata,
    number(),
    owner(),
    Column("verbatim_id", BIG, nullable=False),
    Column("assignee", Text, nullable=False),
    Column("assigned_by", Text, nullable=False),
    created(),
    Column("done", Moment),
    own(),
    to("verbatims", "verbatim_id", "CASCADE"),
    Index(
        "assignments_open",
        "organisation",
        "verbatim_id",
        unique=True,
        sqlite_where=text("done IS NULL"),
        postgresql_where=text("done IS NULL"),
    ),
    Index("assignments_verbatim", "organisation", "verbatim_id"),
    Index("assignments_assignee", "organisation", "assignee", "done"),
    sqlite_autoincrement=True,
)

# Whose desk a verbatim lies on; after `until` it may be taken by another.
review_locks = Table(
    "review_locks",
    metadata,
    owner(),
    Column("verbatim_id", BIG, primary_key=True, autoincrement=False),
    Column("holder", Text, nullable=False),
    Column("until", Moment, nullable=False),
    created(),
    to("verbatims", "verbatim_id", "CASCADE"),
    Index("review_locks_holder", "organisation", "holder", "until"),
)

samples = Table(
    "samples",
    metadata,
    owner(),
    Column("verbatim_id", BIG, nullable=False),
    Column("purpose", Text, nullable=False),
    Column("seed", Integer, nullable=False),
    created(),
    PrimaryKeyConstraint("verbatim_id", "purpose"),
    to("verbatims", "verbatim_id", "CASCADE"),
    one_of("purpose", PURPOSES),
    Index("samples_purpose", "organisation", "purpose", "created"),
)

# One verbatim, as it reads at a revision, coded by a second person who sees nothing of the first one's coding. Without
# a `second_coder` it is for anybody else. `settled` when both agreed, or when somebody decided between them.
second_codings = Table(
    "second_codings",
    metadata,
    number(),
    owner(),
    Column("verbatim_id", BIG, nullable=False),
    Column("revision", Integer, nullable=False),
    Column("first_coding_id", BIG, nullable=False),
    Column("first_coder", Text, nullable=False),
    Column("second_coder", Text),
    Column("second_coding_id", BIG),
    Column("decision_coding_id", BIG),
    Column("settled", Moment),
    Column("wanted_by", Text, nullable=False),
    created(),
    own(),
    to("verbatims", "verbatim_id", "CASCADE"),
    to("codings", "first_coding_id", "CASCADE"),
    to("codings", "second_coding_id", "CASCADE"),
    to("codings", "decision_coding_id", "CASCADE"),
    UniqueConstraint("organisation", "verbatim_id", "revision", name="once"),
    Index("second_codings_first", "organisation", "first_coding_id"),
    Index("second_codings_second", "organisation", "second_coding_id"),
    Index("second_codings_decision", "organisation", "decision_coding_id"),
    Index("second_codings_settled", "organisation", "settled", "id"),
    sqlite_autoincrement=True,
)
