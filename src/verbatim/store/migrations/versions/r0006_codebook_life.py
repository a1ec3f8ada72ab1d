"""The life of a code frame: drafts, publications, and codings that name the version that they are of."""

import sqlalchemy as sa
from alembic import op

from verbatim.errors import StoreError

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

BIG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
MOMENT = sa.DateTime(timezone=True)
WALLED = ("codebook_drafts", "codebook_publications")

WALL = """
ALTER TABLE {table} ENABLE ROW LEVEL SECURITY;
ALTER TABLE {table} FORCE ROW LEVEL SECURITY;
CREATE POLICY own_organisation ON {table}
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

# fmt: off
FORMER = (
    "id", "organisation", "verbatim_id", "revision", "model_id", "author", "language", "stance", "stance_source",
    "stance_confidence", "conflict", "review", "trust", "intents", "frames", "reason", "created", "blind",
)
# fmt: on

# What models coded is of the frame that they were registered with; what persons coded, of the version kept before it.
VERSION = """
UPDATE codings SET codebook_id = COALESCE(
    (SELECT codebook_versions.id FROM codebook_versions JOIN models
        ON models.organisation = codebook_versions.organisation AND models.codebook = codebook_versions.label
        WHERE models.organisation = codings.organisation AND models.id = codings.model_id),
    (SELECT MAX(codebook_versions.id) FROM codebook_versions WHERE codebook_versions.organisation = codings.organisation
        AND codebook_versions.created <= codings.created),
    0)
"""


def upgrade() -> None:
    """Add the tables and the columns, and make the view anew; on PostgreSQL raise the wall around what is new."""
    _drafts()
    _publications()
    op.execute("DROP VIEW effective_codings")
    if op.get_bind().dialect.name == "postgresql":
        _change_codings()
    else:
        _rebuild_codings()
    op.execute(VERSION)
    op.execute(EFFECTIVE)
    if op.get_bind().dialect.name == "postgresql":
        op.execute("ALTER VIEW effective_codings SET (security_invoker = true)")
        for table in WALLED:
            op.execute(WALL.format(table=table))


def _change_codings() -> None:
    op.add_column("codings", sa.Column("codebook_id", BIG, nullable=False, server_default="0"))
    op.add_column("codings", sa.Column("based_on", BIG))
    op.drop_constraint("codings_once_by_a_model", "codings")
    columns = ["verbatim_id", "revision", "model_id", "codebook_id"]
    op.create_unique_constraint("codings_once_by_a_model", "codings", columns)


def _rebuild_codings() -> None:
    """SQLite changes no constraint: the rows go over into a new table, and numbers that were given stay given."""
    if op.get_bind().exec_driver_sql("PRAGMA foreign_keys").scalar():
        raise StoreError("foreign keys are looked after; expected a rebuilding block, or mentions would be deleted")
    op.drop_index("codings_trust", "codings")
    op.execute("PRAGMA legacy_alter_table = ON")
    op.execute("ALTER TABLE codings RENAME TO former_codings")
    op.execute("PRAGMA legacy_alter_table = OFF")
    _codings()
    former = ", ".join(FORMER)
    op.execute(f"INSERT INTO codings ({former}) SELECT {former} FROM former_codings")  # noqa: S608 - our own names
    op.execute("DELETE FROM sqlite_sequence WHERE name = 'codings'")
    op.execute("INSERT INTO sqlite_sequence SELECT 'codings', seq FROM sqlite_sequence WHERE name = 'former_codings'")
    op.execute("DROP TABLE former_codings")
    op.create_index("codings_trust", "codings", ["organisation", "model_id", "trust"])
    if op.get_bind().exec_driver_sql("PRAGMA foreign_key_check").first():
        raise StoreError("a row points at one that is not there; expected every mention's coding to be kept")


def _codings() -> None:
    op.create_table(
        "codings",
        sa.Column("id", BIG, sa.Identity(), nullable=False),
        sa.Column("organisation", sa.Text(), nullable=False),
        sa.Column("verbatim_id", BIG, nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("model_id", BIG),
        sa.Column("author", sa.Text(), nullable=False),
        sa.Column("language", sa.Text(), nullable=False),
        sa.Column("stance", sa.Text()),
        sa.Column("stance_source", sa.Text(), nullable=False),
        sa.Column("stance_confidence", sa.Float(), nullable=False),
        sa.Column("conflict", sa.Boolean(), nullable=False),
        sa.Column("review", sa.Boolean(), nullable=False),
        sa.Column("trust", sa.Float(), nullable=False),
        sa.Column("intents", sa.JSON()),
        sa.Column("frames", sa.JSON()),
        sa.Column("reason", sa.Text()),
        sa.Column("created", MOMENT, nullable=False),
        sa.Column("blind", sa.Boolean(), nullable=False, server_default=sa.false()),
        sa.Column("codebook_id", BIG, nullable=False, server_default="0"),
        sa.Column("based_on", BIG),
        sa.CheckConstraint("stance IN ('critic', 'passive', 'promoter')", name="codings_stance"),
        sa.CheckConstraint("stance_source IN ('score', 'estimated')", name="codings_stance_source"),
        sa.ForeignKeyConstraint(
            ["organisation", "model_id"], ["models.organisation", "models.id"], name="to_models_model_id"
        ),
        sa.ForeignKeyConstraint(
            ["organisation", "verbatim_id"],
            ["verbatims.organisation", "verbatims.id"],
            name="to_verbatims_verbatim_id",
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(["organisation"], ["organisations.id"], name="codings_organisation_fk"),
        sa.PrimaryKeyConstraint("id", name="codings_pk"),
        sa.UniqueConstraint("organisation", "id", name="codings_own"),
        sa.UniqueConstraint("verbatim_id", "revision", "model_id", "codebook_id", name="codings_once_by_a_model"),
        sqlite_autoincrement=True,
    )


def _drafts() -> None:
    op.create_table(
        "codebook_drafts",
        sa.Column("organisation", sa.Text(), nullable=False),
        sa.Column("base", sa.Text(), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("operations", sa.JSON(), nullable=False),
        sa.Column("actor", sa.Text(), nullable=False),
        sa.Column("changed", MOMENT, nullable=False),
        sa.ForeignKeyConstraint(["organisation"], ["organisations.id"], name="codebook_drafts_organisation_fk"),
        sa.PrimaryKeyConstraint("organisation", name="codebook_drafts_pk"),
    )


def _publications() -> None:
    op.create_table(
        "codebook_publications",
        sa.Column("id", BIG, sa.Identity(), nullable=False),
        sa.Column("organisation", sa.Text(), nullable=False),
        sa.Column("codebook_id", BIG, nullable=False),
        sa.Column("former", sa.Text()),
        sa.Column("entries", sa.JSON(), nullable=False),
        sa.Column("operations", sa.JSON()),
        sa.Column("actor", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("job", BIG),
        sa.Column("created", MOMENT, nullable=False),
        sa.ForeignKeyConstraint(
            ["organisation", "codebook_id"],
            ["codebook_versions.organisation", "codebook_versions.id"],
            name="to_codebook_versions_codebook_id",
        ),
        sa.ForeignKeyConstraint(["organisation"], ["organisations.id"], name="codebook_publications_organisation_fk"),
        sa.PrimaryKeyConstraint("id", name="codebook_publications_pk"),
        sa.UniqueConstraint("organisation", "id", name="codebook_publications_own"),
        sqlite_autoincrement=True,
    )
