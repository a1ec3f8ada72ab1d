"""Persons who sign in at the page, and sessions."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

BIG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
MOMENT = sa.DateTime(timezone=True)

WALL = """
ALTER TABLE {table} ENABLE ROW LEVEL SECURITY;
ALTER TABLE {table} FORCE ROW LEVEL SECURITY;
CREATE POLICY own_organisation ON {table}
    USING (organisation = current_setting('verbatim.organisation', true)
        OR current_setting('verbatim.organisation', true) = '*')
"""


def upgrade() -> None:
    """Add the tables; on PostgreSQL raise the wall around them."""
    _users()
    _sessions()
    if op.get_bind().dialect.name == "postgresql":
        for table in ("sessions", "users"):
            op.execute(WALL.format(table=table))


def _users() -> None:
    op.create_table(
        "users",
        sa.Column("id", BIG, sa.Identity(), nullable=False),
        sa.Column("organisation", sa.Text(), nullable=False),
        sa.Column("login", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("hash", sa.Text(), nullable=False),
        sa.Column("role", sa.Text(), nullable=False),
        sa.Column("accounts", sa.JSON()),
        sa.Column("language", sa.Text()),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.Column("created", MOMENT, nullable=False),
        sa.Column("last_sign_in", MOMENT),
        sa.Column("failed", sa.Integer(), nullable=False),
        sa.CheckConstraint("role IN ('submitter', 'analyst', 'manager', 'admin')", name="users_role"),
        sa.ForeignKeyConstraint(["organisation"], ["organisations.id"], name="users_organisation_fk"),
        sa.PrimaryKeyConstraint("id", name="users_pk"),
        sa.UniqueConstraint("login", name="users_login"),
        sa.UniqueConstraint("organisation", "id", name="users_own"),
        sqlite_autoincrement=True,
    )


def _sessions() -> None:
    op.create_table(
        "sessions",
        sa.Column("id", BIG, sa.Identity(), nullable=False),
        sa.Column("organisation", sa.Text(), nullable=False),
        sa.Column("hash", sa.Text(), nullable=False),
        sa.Column("csrf", sa.Text(), nullable=False),
        sa.Column("user_id", BIG),
        sa.Column("key_id", BIG),
        sa.Column("created", MOMENT, nullable=False),
        sa.Column("seen", MOMENT, nullable=False),
        sa.Column("expires", MOMENT, nullable=False),
        sa.CheckConstraint("(user_id IS NULL) <> (key_id IS NULL)", name="sessions_one_holder"),
        sa.ForeignKeyConstraint(["organisation"], ["organisations.id"], name="sessions_organisation_fk"),
        sa.ForeignKeyConstraint(
            ["organisation", "user_id"], ["users.organisation", "users.id"], name="to_users_user_id", ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["organisation", "key_id"],
            ["api_keys.organisation", "api_keys.id"],
            name="to_api_keys_key_id",
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name="sessions_pk"),
        sa.UniqueConstraint("hash", name="sessions_hash"),
        sa.UniqueConstraint("organisation", "id", name="sessions_own"),
        sqlite_autoincrement=True,
    )
    for name, column in (("user", "user_id"), ("key", "key_id"), ("expires", "expires")):
        op.create_index(f"sessions_{name}", "sessions", ["organisation", column])
