"""The tables of the page: persons who sign in, and the sessions in which they, or holders of keys, are signed in.

They stand beside those of `schema` in the same metadata.
"""

from sqlalchemy import Boolean, CheckConstraint, Column, Index, Integer, Table, Text, UniqueConstraint

from verbatim.access import ROLES
from verbatim.store.columns import BIG, PLAIN, Moment, created, number, one_of, own, owner, to
from verbatim.store.schema import metadata

# `login` is kept case-folded, and is one person's over all organisations. `hash` is that of the password (argon2id);
# `failed` counts the wrong ones since the last right one.
users = Table(
    "users",
    metadata,
    number(),
    owner(),
    Column("login", Text, nullable=False),
    Column("name", Text, nullable=False),
    Column("hash", Text, nullable=False),
    Column("role", Text, nullable=False),
    Column("accounts", PLAIN),
    Column("language", Text),
    Column("active", Boolean, nullable=False, default=True),
    created(),
    Column("last_sign_in", Moment),
    Column("failed", Integer, nullable=False, default=0),
    own(),
    one_of("role", ROLES),
    UniqueConstraint("login", name="login"),
    sqlite_autoincrement=True,
)

# `hash` is the SHA-256 of the token that the browser keeps. A session is a person's or a key's.
sessions = Table(
    "sessions",
    metadata,
    number(),
    owner(),
    Column("hash", Text, nullable=False),
    Column("csrf", Text, nullable=False),
    Column("user_id", BIG),
    Column("key_id", BIG),
    created(),
    Column("seen", Moment, nullable=False),
    Column("expires", Moment, nullable=False),
    own(),
    to("users", "user_id", "CASCADE"),
    to("api_keys", "key_id", "CASCADE"),
    CheckConstraint("(user_id IS NULL) <> (key_id IS NULL)", name="one_holder"),
    UniqueConstraint("hash", name="hash"),
    Index("sessions_user", "organisation", "user_id"),
    Index("sessions_key", "organisation", "key_id"),
    Index("sessions_expires", "organisation", "expires"),
    sqlite_autoincrement=True,
)
