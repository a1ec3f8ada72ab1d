"""The tables of reports that go out by themselves: schedules, what was issued of each, and the mails of the outbox.

They stand beside those of `schema` in the same metadata.
"""

from sqlalchemy import Boolean, CheckConstraint, Column, Index, Integer, Table, Text, UniqueConstraint

from verbatim.store.columns import BIG, PLAIN, Moment, created, number, one_of, own, owner, to
from verbatim.store.schema import metadata

EVERY = ("month", "quarter")
REACHES = ("all", "account", "team")
FORMS = ("html", "pdf", "xlsx")
MAIL_STATES = ("waiting", "sending", "handing", "sent", "failed", "in_doubt")

# A report goes to one webhook, or to mail addresses. `begins` is when it was made, or taken up again: periods that were
# over by then are not sent by themselves.
report_schedules = Table(
    "report_schedules",
    metadata,
    number(),
    owner(),
    Column("every", Text, nullable=False),
    Column("reach", Text, nullable=False),
    Column("about", Text),
    Column("language", Text, nullable=False),
    Column("form", Text, nullable=False),
    Column("webhook_id", BIG),
    Column("recipients", PLAIN),
    Column("active", Boolean, nullable=False, default=True),
    Column("begins", Moment, nullable=False),
    Column("actor", Text, nullable=False),
    created(),
    own(),
    to("webhooks", "webhook_id", "CASCADE"),
    one_of("every", EVERY),
    one_of("reach", REACHES),
    one_of("form", FORMS),
    CheckConstraint("(reach = 'all') = (about IS NULL)", name="about"),
    CheckConstraint("(webhook_id IS NULL) <> (recipients IS NULL)", name="one_way"),
    sqlite_autoincrement=True,
)

# What makes a report of a period go out once, whoever asks for it and however many look at the clock.
report_issues = Table(
    "report_issues",
    metadata,
    number(),
    owner(),
    Column("schedule_id", BIG, nullable=False),
    Column("period", Text, nullable=False),
    created(),
    own(),
    to("report_schedules", "schedule_id", "CASCADE"),
    UniqueConstraint("schedule_id", "period", name="once"),
    sqlite_autoincrement=True,
)

# A mail to one address. Its words are made when it is sent, and kept nowhere. `due` is when to try next, or until when
# a sender holds it; `message` is its Message-ID, the same at each try.
mails = Table(
    "mails",
    metadata,
    number(),
    owner(),
    Column("issue_id", BIG, nullable=False),
    Column("recipient", Text, nullable=False),
    Column("message", Text, nullable=False),
    Column("state", Text, nullable=False, default="waiting"),
    Column("attempts", Integer, nullable=False, default=0),
    Column("due", Moment, nullable=False),
    Column("error", Text),
    created(),
    Column("sent", Moment),
    own(),
    to("report_issues", "issue_id", "CASCADE"),
    one_of("state", MAIL_STATES),
    UniqueConstraint("issue_id", "recipient", name="once"),
    Index("mails_due", "state", "due"),
    sqlite_autoincrement=True,
)
