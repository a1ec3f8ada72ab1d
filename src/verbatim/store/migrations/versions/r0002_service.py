"""What a service needs beside: keys, sources, files and errors of jobs, webhooks, and a wall between organisations."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

BIG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
MOMENT = sa.DateTime(timezone=True)

WALL = """
ALTER TABLE {table} ENABLE ROW LEVEL SECURITY;
ALTER TABLE {table} FORCE ROW LEVEL SECURITY;
CREATE POLICY own_organisation ON {table}
    USING ({column} = current_setting('verbatim.organisation', true)
        OR current_setting('verbatim.organisation', true) = '*')
"""

WALLED = (
    "accounts",
    "api_keys",
    "audit_events",
    "code_mentions",
    "codebook_versions",
    "codings",
    "contacts",
    "deliveries",
    "erasures",
    "idempotency_keys",
    "job_errors",
    "job_files",
    "jobs",
    "models",
    "organisations",
    "search_texts",
    "sources",
    "verbatims",
    "webhooks",
)


def upgrade() -> None:
    """Add the tables and columns; on PostgreSQL raise the wall around every table."""
    op.add_column("verbatims", sa.Column("submitter", sa.Text()))
    op.create_index("verbatims_submitter", "verbatims", ["organisation", "submitter", "at", "id"])
    op.add_column("jobs", sa.Column("actor", sa.Text()))
    for make in (_job_files, _job_errors, _api_keys, _sources, _webhooks, _deliveries):
        make()
    if op.get_bind().dialect.name == "postgresql":
        op.execute("ALTER VIEW effective_codings SET (security_invoker = true)")
        for table in WALLED:
            op.execute(WALL.format(table=table, column="id" if table == "organisations" else "organisation"))


def _number() -> sa.Column[int]:
    return sa.Column("id", BIG, sa.Identity(), nullable=False)


def _owner() -> sa.Column[str]:
    return sa.Column("organisation", sa.Text(), nullable=False)


def _created() -> sa.Column[object]:
    return sa.Column("created", MOMENT, nullable=False)


def _of_organisation(table: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint(["organisation"], ["organisations.id"], name=f"{table}_organisation_fk")


def _to(target: str, column: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint(
        ["organisation", column],
        [f"{target}.organisation", f"{target}.id"],
        name=f"to_{target}_{column}",
        ondelete="CASCADE",
    )


def _job_files() -> None:
    op.create_table(
        "job_files",
        _owner(),
        sa.Column("job_id", BIG, autoincrement=False, nullable=False),
        sa.Column("position", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        _to("jobs", "job_id"),
        _of_organisation("job_files"),
        sa.PrimaryKeyConstraint("job_id", "position", name="job_files_pk"),
    )


def _job_errors() -> None:
    op.create_table(
        "job_errors",
        _number(),
        _owner(),
        sa.Column("job_id", BIG, nullable=False),
        sa.Column("row", sa.Integer(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        _to("jobs", "job_id"),
        _of_organisation("job_errors"),
        sa.PrimaryKeyConstraint("id", name="job_errors_pk"),
        sa.UniqueConstraint("job_id", "row", "reason", name="job_errors_once"),
        sqlite_autoincrement=True,
    )


def _api_keys() -> None:
    op.create_table(
        "api_keys",
        _number(),
        _owner(),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("role", sa.Text(), nullable=False),
        sa.Column("accounts", sa.JSON()),
        sa.Column("hash", sa.Text(), nullable=False),
        _created(),
        sa.Column("last_used", MOMENT),
        sa.Column("revoked", MOMENT),
        sa.CheckConstraint("role IN ('submitter', 'analyst', 'manager', 'admin')", name="api_keys_role"),
        _of_organisation("api_keys"),
        sa.PrimaryKeyConstraint("id", name="api_keys_pk"),
        sa.UniqueConstraint("organisation", "id", name="api_keys_own"),
        sa.UniqueConstraint("hash", name="api_keys_hash"),
        sqlite_autoincrement=True,
    )


def _sources() -> None:
    op.create_table(
        "sources",
        sa.Column("organisation", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("redaction", sa.JSON()),
        _created(),
        _of_organisation("sources"),
        sa.PrimaryKeyConstraint("organisation", "name", name="sources_pk"),
    )


def _webhooks() -> None:
    op.create_table(
        "webhooks",
        _number(),
        _owner(),
        sa.Column("url", sa.Text(), nullable=False),
        sa.Column("secret", sa.Text(), nullable=False),
        sa.Column("events", sa.JSON(), nullable=False),
        sa.Column("active", sa.Boolean(), nullable=False),
        _created(),
        _of_organisation("webhooks"),
        sa.PrimaryKeyConstraint("id", name="webhooks_pk"),
        sa.UniqueConstraint("organisation", "id", name="webhooks_own"),
        sqlite_autoincrement=True,
    )


def _deliveries() -> None:
    op.create_table(
        "deliveries",
        _number(),
        _owner(),
        sa.Column("webhook_id", BIG, nullable=False),
        sa.Column("event", sa.Text(), nullable=False),
        sa.Column("payload", sa.JSON(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("due", MOMENT, nullable=False),
        sa.Column("status", sa.Integer()),
        sa.Column("error", sa.Text()),
        _created(),
        sa.Column("sent", MOMENT),
        sa.CheckConstraint("state IN ('waiting', 'sending', 'sent', 'failed')", name="deliveries_state"),
        _to("webhooks", "webhook_id"),
        _of_organisation("deliveries"),
        sa.PrimaryKeyConstraint("id", name="deliveries_pk"),
        sa.UniqueConstraint("organisation", "id", name="deliveries_own"),
        sqlite_autoincrement=True,
    )
    op.create_index("deliveries_due", "deliveries", ["state", "due"])
    op.create_index("deliveries_webhook", "deliveries", ["organisation", "webhook_id", "id"])
