"""What review needs: codings taken back or made blind, assignments, locks, samples kept apart, second codings."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

BIG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
MOMENT = sa.DateTime(timezone=True)

EFFECTIVE = """
CREATE VIEW effective_codings AS
SELECT codings.* FROM codings
JOIN verbatims ON verbatims.organisation = codings.organisation AND verbatims.id = codings.verbatim_id
    AND verbatims.revision = codings.revision
WHERE NOT codings.blind
AND NOT EXISTS (SELECT 1 FROM withdrawals WHERE withdrawals.coding_id = codings.id)
AND NOT EXISTS (
    SELECT 1 FROM codings AS other
    WHERE other.verbatim_id = codings.verbatim_id AND other.revision = codings.revision
        AND (other.model_id IS NULL, COALESCE(other.model_id, 0), other.id)
            > (codings.model_id IS NULL, COALESCE(codings.model_id, 0), codings.id)
        AND NOT other.blind
        AND NOT EXISTS (SELECT 1 FROM withdrawals WHERE withdrawals.coding_id = other.id)
)
"""

WALL = """
ALTER TABLE {table} ENABLE ROW LEVEL SECURITY;
ALTER TABLE {table} FORCE ROW LEVEL SECURITY;
CREATE POLICY own_organisation ON {table}
    USING (organisation = current_setting('verbatim.organisation', true)
        OR current_setting('verbatim.organisation', true) = '*')
"""

WALLED = ("assignments", "review_locks", "samples", "second_codings", "withdrawals")


def upgrade() -> None:
    """Add the tables, and make the view anew; on PostgreSQL raise the wall around what is new."""
    op.execute("DROP VIEW effective_codings")
    op.add_column("codings", sa.Column("blind", sa.Boolean(), nullable=False, server_default=sa.false()))
    op.drop_index("codings_model", "codings")
    op.create_index("codings_trust", "codings", ["organisation", "model_id", "trust"])
    for make in (_withdrawals, _assignments, _review_locks, _samples, _second_codings):
        make()
    op.execute(EFFECTIVE)
    if op.get_bind().dialect.name == "postgresql":
        op.execute("ALTER VIEW effective_codings SET (security_invoker = true)")
        for table in WALLED:
            op.execute(WALL.format(table=table))


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


def _withdrawals() -> None:
    op.create_table(
        "withdrawals",
        _owner(),
        sa.Column("coding_id", BIG, autoincrement=False, nullable=False),
        sa.Column("actor", sa.Text(), nullable=False),
        _created(),
        _to("codings", "coding_id"),
        _of_organisation("withdrawals"),
        sa.PrimaryKeyConstraint("coding_id", name="withdrawals_pk"),
    )


def _assignments() -> None:
    op.create_table(
        "assignments",
        _number(),
        _owner(),
        sa.Column("verbatim_id", BIG, nullable=False),
        sa.Column("assignee", sa.Text(), nullable=False),
        sa.Column("assigned_by", sa.Text(), nullable=False),
        _created(),
        sa.Column("done", MOMENT),
        _to("verbatims", "verbatim_id"),
        _of_organisation("assignments"),
        sa.PrimaryKeyConstraint("id", name="assignments_pk"),
        sa.UniqueConstraint("organisation", "id", name="assignments_own"),
        sqlite_autoincrement=True,
    )
    still_open = sa.text("done IS NULL")
    op.create_index(
        "assignments_open",
        "assignments",
        ["organisation", "verbatim_id"],
        unique=True,
        sqlite_where=still_open,
        postgresql_where=still_open,
    )
    op.create_index("assignments_verbatim", "assignments", ["organisation", "verbatim_id"])
    op.create_index("assignments_assignee", "assignments", ["organisation", "assignee", "done"])


def _review_locks() -> None:
    op.create_table(
        "review_locks",
        _owner(),
        sa.Column("verbatim_id", BIG, autoincrement=False, nullable=False),
        sa.Column("holder", sa.Text(), nullable=False),
        sa.Column("until", MOMENT, nullable=False),
        _created(),
        _to("verbatims", "verbatim_id"),
        _of_organisation("review_locks"),
        sa.PrimaryKeyConstraint("verbatim_id", name="review_locks_pk"),
    )
    op.create_index("review_locks_holder", "review_locks", ["organisation", "holder", "until"])


def _samples() -> None:
    op.create_table(
        "samples",
        _owner(),
        sa.Column("verbatim_id", BIG, nullable=False),
        sa.Column("purpose", sa.Text(), nullable=False),
        sa.Column("seed", sa.Integer(), nullable=False),
        _created(),
        sa.CheckConstraint("purpose IN ('gold')", name="samples_purpose"),
        _to("verbatims", "verbatim_id"),
        _of_organisation("samples"),
        sa.PrimaryKeyConstraint("verbatim_id", "purpose", name="samples_pk"),
    )
    op.create_index("samples_purpose", "samples", ["organisation", "purpose", "created"])


def _second_codings() -> None:
    op.create_table(
        "second_codings",
        _number(),
        _owner(),
        sa.Column("verbatim_id", BIG, nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("first_coding_id", BIG, nullable=False),
        sa.Column("first_coder", sa.Text(), nullable=False),
        sa.Column("second_coder", sa.Text()),
        sa.Column("second_coding_id", BIG),
        sa.Column("decision_coding_id", BIG),
        sa.Column("settled", MOMENT),
        sa.Column("wanted_by", sa.Text(), nullable=False),
        _created(),
        _to("verbatims", "verbatim_id"),
        *(_to("codings", f"{which}_coding_id") for which in ("first", "second", "decision")),
        _of_organisation("second_codings"),
        sa.PrimaryKeyConstraint("id", name="second_codings_pk"),
        sa.UniqueConstraint("organisation", "id", name="second_codings_own"),
        sa.UniqueConstraint("organisation", "verbatim_id", "revision", name="second_codings_once"),
        sqlite_autoincrement=True,
    )
    for which in ("first", "second", "decision"):
        op.create_index(f"second_codings_{which}", "second_codings", ["organisation", f"{which}_coding_id"])
    op.create_index("second_codings_settled", "second_codings", ["organisation", "settled", "id"])
