"""Which model an organisation codes with: promotions, and codings in effect by them."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

BIG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
MOMENT = sa.DateTime(timezone=True)

WALL = """
ALTER TABLE promotions ENABLE ROW LEVEL SECURITY;
ALTER TABLE promotions FORCE ROW LEVEL SECURITY;
CREATE POLICY own_organisation ON promotions
    USING (organisation = current_setting('verbatim.organisation', true)
        OR current_setting('verbatim.organisation', true) = '*')
"""

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
        AND (
            other.model_id IS NULL,
            COALESCE((SELECT MAX(id) FROM promotions WHERE organisation = other.organisation
                AND model_id = other.model_id), 0),
            COALESCE(other.model_id, 0),
            other.id
        ) > (
            codings.model_id IS NULL,
            COALESCE((SELECT MAX(id) FROM promotions WHERE organisation = codings.organisation
                AND model_id = codings.model_id), 0),
            COALESCE(codings.model_id, 0),
            codings.id
        )
        AND NOT other.blind
        AND NOT EXISTS (SELECT 1 FROM withdrawals WHERE withdrawals.coding_id = other.id)
)
"""


def upgrade() -> None:
    """Add the table, and make the view anew."""
    op.create_table(
        "promotions",
        sa.Column("id", BIG, sa.Identity(), nullable=False),
        sa.Column("organisation", sa.Text(), nullable=False),
        sa.Column("model_id", BIG, nullable=False),
        sa.Column("former", sa.Text(), nullable=False),
        sa.Column("act", sa.Text(), nullable=False),
        sa.Column("actor", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("created", MOMENT, nullable=False),
        sa.CheckConstraint("act IN ('promote', 'roll_back')", name="promotions_act"),
        sa.ForeignKeyConstraint(
            ["organisation", "model_id"], ["models.organisation", "models.id"], name="to_models_model_id"
        ),
        sa.ForeignKeyConstraint(["organisation"], ["organisations.id"], name="promotions_organisation_fk"),
        sa.PrimaryKeyConstraint("id", name="promotions_pk"),
        sa.UniqueConstraint("organisation", "id", name="promotions_own"),
        sqlite_autoincrement=True,
    )
    op.create_index("promotions_model", "promotions", ["organisation", "model_id", "id"])
    op.execute("DROP VIEW effective_codings")
    op.execute(EFFECTIVE)
    if op.get_bind().dialect.name == "postgresql":
        op.execute("ALTER VIEW effective_codings SET (security_invoker = true)")
        op.execute(WALL)
