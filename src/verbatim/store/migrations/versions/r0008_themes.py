"""Themes: what emerges, the runs that found them, and where their members stand."""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None

BIG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
MOMENT = sa.DateTime(timezone=True)
STATES = "('new', 'growing', 'stable', 'fading', 'merged', 'promoted', 'dismissed')"
TABLES = ("theme_members", "theme_runs", "themes")

WALL = """
ALTER TABLE {table} ENABLE ROW LEVEL SECURITY;
ALTER TABLE {table} FORCE ROW LEVEL SECURITY;
CREATE POLICY own_organisation ON {table}
    USING (organisation = current_setting('verbatim.organisation', true)
        OR current_setting('verbatim.organisation', true) = '*')
"""


def upgrade() -> None:
    """Add the tables; on PostgreSQL raise the wall around them."""
    _themes()
    _runs()
    _members()
    if op.get_bind().dialect.name == "postgresql":
        for table in TABLES:
            op.execute(WALL.format(table=table))


def _themes() -> None:
    op.create_table(
        "themes",
        sa.Column("id", BIG, sa.Identity(), nullable=False),
        sa.Column("organisation", sa.Text(), nullable=False),
        sa.Column("scope", sa.Text(), nullable=False),
        sa.Column("name", sa.Text()),
        sa.Column("words", sa.JSON(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("into_id", BIG),
        sa.Column("code", sa.Text()),
        sa.Column("first_run", BIG, nullable=False),
        sa.Column("last_run", BIG, nullable=False),
        sa.Column("centroid", sa.LargeBinary()),
        sa.Column("match", sa.JSON()),
        sa.Column("change", sa.JSON()),
        sa.Column("changed_by", sa.Text()),
        sa.Column("changed", MOMENT),
        sa.Column("created", MOMENT, nullable=False),
        sa.CheckConstraint(f"state IN {STATES}", name="themes_state"),
        sa.ForeignKeyConstraint(
            ["organisation", "into_id"], ["themes.organisation", "themes.id"], name="to_themes_into_id"
        ),
        sa.ForeignKeyConstraint(["organisation"], ["organisations.id"], name="themes_organisation_fk"),
        sa.PrimaryKeyConstraint("id", name="themes_pk"),
        sa.UniqueConstraint("organisation", "id", name="themes_own"),
        sqlite_autoincrement=True,
    )
    op.create_index("themes_scope", "themes", ["organisation", "scope"])


def _runs() -> None:
    op.create_table(
        "theme_runs",
        sa.Column("id", BIG, sa.Identity(), nullable=False),
        sa.Column("organisation", sa.Text(), nullable=False),
        sa.Column("scope", sa.Text(), nullable=False),
        sa.Column("since", MOMENT),
        sa.Column("until", MOMENT),
        sa.Column("encoder", sa.Text(), nullable=False),
        sa.Column("plan", sa.JSON(), nullable=False),
        sa.Column("segments", sa.Integer(), nullable=False),
        sa.Column("verbatims", sa.Integer(), nullable=False),
        sa.Column("placed", sa.Integer(), nullable=False),
        sa.Column("job", BIG),
        sa.Column("actor", sa.Text()),
        sa.Column("created", MOMENT, nullable=False),
        sa.ForeignKeyConstraint(["organisation"], ["organisations.id"], name="theme_runs_organisation_fk"),
        sa.PrimaryKeyConstraint("id", name="theme_runs_pk"),
        sa.UniqueConstraint("organisation", "id", name="theme_runs_own"),
        sqlite_autoincrement=True,
    )
    op.create_index("theme_runs_scope", "theme_runs", ["organisation", "scope", "id"])


def _members() -> None:
    op.create_table(
        "theme_members",
        sa.Column("organisation", sa.Text(), nullable=False),
        sa.Column("theme_id", BIG, nullable=False),
        sa.Column("verbatim_id", BIG, nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("turn", sa.Integer(), nullable=False),
        sa.Column("start", sa.Integer(), nullable=False),
        sa.Column("end", sa.Integer(), nullable=False),
        sa.Column("nearness", sa.Float(), nullable=False),
        sa.ForeignKeyConstraint(["organisation"], ["organisations.id"], name="theme_members_organisation_fk"),
        sa.ForeignKeyConstraint(
            ["organisation", "theme_id"],
            ["themes.organisation", "themes.id"],
            name="to_themes_theme_id",
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["organisation", "verbatim_id"],
            ["verbatims.organisation", "verbatims.id"],
            name="to_verbatims_verbatim_id",
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("theme_id", "verbatim_id", "turn", "start", name="theme_members_pk"),
    )
    op.create_index("theme_members_verbatim", "theme_members", ["organisation", "verbatim_id"])
