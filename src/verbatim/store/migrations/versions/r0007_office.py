"""What the central office needs: what is known of accounts, invitations, and a log of changes for whoever counts."""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

BIG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
MOMENT = sa.DateTime(timezone=True)
WALLED = ("changes", "invitations")

WALL = """
ALTER TABLE {table} ENABLE ROW LEVEL SECURITY;
ALTER TABLE {table} FORCE ROW LEVEL SECURITY;
CREATE POLICY own_organisation ON {table}
    USING (organisation = current_setting('verbatim.organisation', true)
        OR current_setting('verbatim.organisation', true) = '*')
"""

EVENTS = ("INSERT", "UPDATE", "DELETE")
LOGGED = {
    **{("verbatims", event): "{row}id" for event in EVENTS},
    ("codings", "INSERT"): "{row}verbatim_id",
    ("withdrawals", "INSERT"): "(SELECT codings.verbatim_id FROM codings WHERE codings.id = {row}coding_id)",
    ("promotions", "INSERT"): "NULL",
    **{(table, event): "0" for table in ("accounts", "contacts", "invitations") for event in EVENTS},
}

BY_ROW = """
CREATE TRIGGER {table}_{event}_logged AFTER {event} ON {table} BEGIN
    INSERT INTO changes (organisation, verbatim_id) VALUES ({row}organisation, {told});
END
"""

BY_STATEMENT = """
CREATE FUNCTION log_{table}_{event}() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO changes (organisation, verbatim_id, position)
    SELECT DISTINCT organisation, {told}::bigint, pg_current_xact_id()::text::bigint FROM touched;
    RETURN NULL;
END
$$;
CREATE TRIGGER {table}_{event}_logged AFTER {event} ON {table}
REFERENCING {row} TABLE AS touched FOR EACH STATEMENT EXECUTE FUNCTION log_{table}_{event}()
"""


def upgrade() -> None:
    """Add the columns, the tables and the triggers; on PostgreSQL raise the wall around what is new."""
    for name in ("customer_type", "region", "team", "product"):
        op.add_column("accounts", sa.Column(name, sa.Text()))
    for name in ("revenue", "cost_to_serve"):
        op.add_column("accounts", sa.Column(name, sa.Float()))
    op.add_column("accounts", sa.Column("tier", sa.Text()))
    op.add_column("accounts", sa.Column("strategic", sa.Boolean(), nullable=False, server_default=sa.false()))
    _invitations()
    _changes()
    if op.get_bind().dialect.name == "postgresql":
        for table in WALLED:
            op.execute(WALL.format(table=table))


def _invitations() -> None:
    op.create_table(
        "invitations",
        sa.Column("id", BIG, sa.Identity(), nullable=False),
        sa.Column("organisation", sa.Text(), nullable=False),
        sa.Column("contact_id", BIG, nullable=False),
        sa.Column("survey", sa.Text(), nullable=False),
        sa.Column("date", MOMENT, nullable=False),
        sa.Column("created", MOMENT, nullable=False),
        sa.ForeignKeyConstraint(
            ["organisation", "contact_id"],
            ["contacts.organisation", "contacts.id"],
            name="to_contacts_contact_id",
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(["organisation"], ["organisations.id"], name="invitations_organisation_fk"),
        sa.PrimaryKeyConstraint("id", name="invitations_pk"),
        sa.UniqueConstraint("organisation", "id", name="invitations_own"),
        sa.UniqueConstraint("organisation", "contact_id", "survey", "date", name="invitations_once"),
        sqlite_autoincrement=True,
    )


def _changes() -> None:
    op.create_table(
        "changes",
        sa.Column("id", BIG, sa.Identity(), nullable=False),
        sa.Column("organisation", sa.Text(), nullable=False),
        sa.Column("verbatim_id", BIG),
        sa.Column("position", BIG, nullable=False, server_default="0"),
        sa.PrimaryKeyConstraint("id", name="changes_pk"),
        sqlite_autoincrement=True,
    )
    if op.get_bind().dialect.name == "postgresql":
        op.create_index("changes_position", "changes", ["organisation", "position"])
        for (table, event), told in LOGGED.items():
            row = "OLD" if event == "DELETE" else "NEW"
            told_of = told.format(row="touched.")
            op.execute(BY_STATEMENT.format(table=table, event=event.lower(), row=row, told=told_of))
        return
    op.create_index("changes_number", "changes", ["organisation", "id"])
    for (table, event), told in LOGGED.items():
        row = "old." if event == "DELETE" else "new."
        op.execute(BY_ROW.format(table=table, event=event.lower(), row=row, told=told.format(row=row)))
