"""Reports that go out by themselves: schedules, what was issued, mails."""

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"
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
    _schedules()
    _issues()
    _mails()
    if op.get_bind().dialect.name == "postgresql":
        for table in ("mails", "report_issues", "report_schedules"):
            op.execute(WALL.format(table=table))


def _schedules() -> None:
    op.create_table(
        "report_schedules",
        sa.Column("id", BIG, sa.Identity(), nullable=False),
        sa.Column("organisation", sa.Text(), nullable=False),
        sa.Column("every", sa.Text(), nullable=False),
        sa.Column("reach", sa.Text(), nullable=False),
        sa.Column("about", sa.Text()),
        sa.Column("language", sa.Text(), nullable=False),
        sa.Column("form", sa.Text(), nullable=False),
        sa.Column("webhook_id", BIG),
        sa.Column("recipients", sa.JSON()),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.Column("begins", MOMENT, nullable=False),
        sa.Column("actor", sa.Text(), nullable=False),
        sa.Column("created", MOMENT, nullable=False),
        sa.CheckConstraint("every IN ('month', 'quarter')", name="report_schedules_every"),
        sa.CheckConstraint("reach IN ('all', 'account', 'team')", name="report_schedules_reach"),
        sa.CheckConstraint("form IN ('html', 'pdf', 'xlsx')", name="report_schedules_form"),
        sa.CheckConstraint("(reach = 'all') = (about IS NULL)", name="report_schedules_about"),
        sa.CheckConstraint("(webhook_id IS NULL) <> (recipients IS NULL)", name="report_schedules_one_way"),
        sa.ForeignKeyConstraint(
            ["organisation", "webhook_id"],
            ["webhooks.organisation", "webhooks.id"],
            name="to_webhooks_webhook_id",
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(["organisation"], ["organisations.id"], name="report_schedules_organisation_fk"),
        sa.PrimaryKeyConstraint("id", name="report_schedules_pk"),
        sa.UniqueConstraint("organisation", "id", name="report_schedules_own"),
        sqlite_autoincrement=True,
    )


def _issues() -> None:
    op.create_table(
        "report_issues",
        sa.Column("id", BIG, sa.Identity(), nullable=False),
        sa.Column("organisation", sa.Text(), nullable=False),
        sa.Column("schedule_id", BIG, nullable=False),
        sa.Column("period", sa.Text(), nullable=False),
        sa.Column("created", MOMENT, nullable=False),
        sa.ForeignKeyConstraint(
            ["organisation", "schedule_id"],
            ["report_schedules.organisation", "report_schedules.id"],
            name="to_report_schedules_schedule_id",
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(["organisation"], ["organisations.id"], name="report_issues_organisation_fk"),
        sa.PrimaryKeyConstraint("id", name="report_issues_pk"),
        sa.UniqueConstraint("organisation", "id", name="report_issues_own"),
        sa.UniqueConstraint("schedule_id", "period", name="report_issues_once"),
        sqlite_autoincrement=True,
    )


def _mails() -> None:
    op.create_table(
        "mails",
        sa.Column("id", BIG, sa.Identity(), nullable=False),
        sa.Column("organisation", sa.Text(), nullable=False),
        sa.Column("issue_id", BIG, nullable=False),
        sa.Column("recipient", sa.Text(), nullable=False),
        sa.Column("message", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("due", MOMENT, nullable=False),
        sa.Column("error", sa.Text()),
        sa.Column("created", MOMENT, nullable=False),
        sa.Column("sent", MOMENT),
        sa.CheckConstraint(
            "state IN ('waiting', 'sending', 'handing', 'sent', 'failed', 'in_doubt')", name="mails_state"
        ),
        sa.ForeignKeyConstraint(
            ["organisation", "issue_id"],
            ["report_issues.organisation", "report_issues.id"],
            name="to_report_issues_issue_id",
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(["organisation"], ["organisations.id"], name="mails_organisation_fk"),
        sa.PrimaryKeyConstraint("id", name="mails_pk"),
        sa.UniqueConstraint("organisation", "id", name="mails_own"),
        sa.UniqueConstraint("issue_id", "recipient", name="mails_once"),
        sqlite_autoincrement=True,
    )
    op.create_index("mails_due", "mails", ["state", "due"])
