"""The tables of a store, with those of `review_tables` and others beside it. `migrations` makes them; a test proves it.

Every row belongs to an organisation, and a foreign key takes the organisation with it, so that no row can point at
another organisation's. Numbers are never given twice.
"""

from sqlalchemy import (
    Boolean,
    CheckConstraint,
    Column,
    Float,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    Table,
    Text,
    UniqueConstraint,
    false,
    table,
)

from verbatim.access import ROLES
from verbatim.domain import POLARITIES, STANCES
from verbatim.store.columns import BIG, PLAIN, Moment, Tokens, created, number, one_of, own, owner, to

PERMISSIONS = ("named", "anonymous", "aggregate")
"""How a contact's words may be shown: with the name, without it, or only in counts."""

JOB_STATES = ("queued", "running", "done", "failed", "cancelled")
KEY_STATES = ("in_flight", "done")
DELIVERY_STATES = ("waiting", "sending", "sent", "failed")

metadata = MetaData(
    naming_convention={
        "pk": "%(table_name)s_pk",
        "fk": "%(table_name)s_%(column_0_name)s_fk",
        "uq": "%(table_name)s_%(constraint_name)s",
        "ck": "%(table_name)s_%(constraint_name)s",
    }
)


organisations = Table("organisations", metadata, Column("id", Text, primary_key=True), Column("name", Text), created())

# Revenue and cost to serve are of a year; `tier` is the one supplied, NULL where it follows from the revenue.
accounts = Table(
    "accounts",
    metadata,
    number(),
    owner(),
    Column("name", Text, nullable=False),
    created(),
    Column("customer_type", Text),
    Column("region", Text),
    Column("team", Text),
    Column("product", Text),
    Column("revenue", Float),
    Column("cost_to_serve", Float),
    Column("tier", Text),
    Column("strategic", Boolean, nullable=False, server_default=false()),
    own(),
    UniqueConstraint("organisation", "name", name="name"),
    sqlite_autoincrement=True,
)

# A contact of no known account has account 0, so that the name stays unique: NULL is equal to nothing.
contacts = Table(
    "contacts",
    metadata,
    number(),
    owner(),
    Column("account_id", BIG),
    Column("account_key", BIG, nullable=False),
    Column("name", Text, nullable=False),
    Column("role", Text),
    Column("influence", Text),
    Column("tier", Text),
    Column("permission", Text, nullable=False, default="aggregate"),
    created(),
    own(),
    to("accounts", "account_id"),
    one_of("permission", PERMISSIONS),
    CheckConstraint("account_key = COALESCE(account_id, 0)", name="account_key"),
    UniqueConstraint("organisation", "account_key", "name", name="name"),
    sqlite_autoincrement=True,
)

# `revision` counts the changes of what a coder reads (words, question, score); `at` is the date, or the moment of
# arrival where there is none, and orders the listing. `submitter` is the actor that handed it in first.
verbatims = Table(
    "verbatims",
    metadata,
    number(),
    owner(),
    Column("source", Text, nullable=False),
    Column("external_id", Text, nullable=False),
    Column("revision", Integer, nullable=False, default=1),
    Column("text", Text, nullable=False),
    Column("turns", PLAIN),
    Column("text_hash", Text, nullable=False),
    Column("question", Text),
    Column("date", Moment),
    Column("at", Moment, nullable=False),
    Column("channel", Text),
    Column("score", Float),
    Column("language", Text),
    Column("role", Text),
    Column("row", Integer, nullable=False, default=0),
    Column("fields", PLAIN),
    Column("account_id", BIG),
    Column("contact_id", BIG),
    created(),
    Column("submitter", Text),
    own(),
    to("accounts", "account_id"),
    to("contacts", "contact_id"),
    UniqueConstraint("organisation", "source", "external_id", name="external_id"),
    Index("verbatims_at", "organisation", "at", "id"),
    Index("verbatims_account", "organisation", "account_id", "at", "id"),
    Index("verbatims_contact", "organisation", "contact_id"),
    Index("verbatims_text_hash", "organisation", "text_hash"),
    Index("verbatims_submitter", "organisation", "submitter", "at", "id"),
    sqlite_autoincrement=True,
)

codebook_versions = Table(
    "codebook_versions",
    metadata,
    number(),
    owner(),
    Column("label", Text, nullable=False),
    Column("fingerprint", Text, nullable=False),
    Column("content", Text, nullable=False),
    created(),
    own(),
    UniqueConstraint("organisation", "label", name="label"),
    sqlite_autoincrement=True,
)

models = Table(
    "models",
    metadata,
    number(),
    owner(),
    Column("label", Text, nullable=False),
    Column("codebook", Text),
    Column("facts", PLAIN),
    created(),
    own(),
    UniqueConstraint("organisation", "label", name="label"),
    sqlite_autoincrement=True,
)

# Append-only. A coding by a person has no model; NULL is equal to nothing, so that persons may judge again. One that
# was made `blind`, beside another person's, is never in effect. `codebook_id` is the version of the code frame that its
# ids are of, 0 where none was kept; no version is ever deleted. `based_on` is the coding that a crosswalk made it of.
codings = Table(
    "codings",
    metadata,
    number(),
    owner(),
    Column("verbatim_id", BIG, nullable=False),
    Column("revision", Integer, nullable=False),
    Column("model_id", BIG),
    Column("author", Text, nullable=False),
    Column("language", Text, nullable=False),
    Column("stance", Text),
    Column("stance_source", Text, nullable=False),
    Column("stance_confidence", Float, nullable=False),
    Column("conflict", Boolean, nullable=False),
    Column("review", Boolean, nullable=False),
    Column("trust", Float, nullable=False),
    Column("intents", PLAIN),
    Column("frames", PLAIN),
    Column("reason", Text),
    created(),
    Column("blind", Boolean, nullable=False, server_default=false()),
    Column("codebook_id", BIG, nullable=False, server_default="0"),
    Column("based_on", BIG),
    own(),
    to("verbatims", "verbatim_id", "CASCADE"),
    to("models", "model_id"),
    one_of("stance", STANCES),
    one_of("stance_source", ("score", "estimated")),
    UniqueConstraint("verbatim_id", "revision", "model_id", "codebook_id", name="once_by_a_model"),
    Index("codings_trust", "organisation", "model_id", "trust"),
    sqlite_autoincrement=True,
)

code_mentions = Table(
    "code_mentions",
    metadata,
    owner(),
    Column("coding_id", BIG, primary_key=True, autoincrement=False),
    Column("code", Text, primary_key=True),
    Column("category", Text, nullable=False),
    Column("position", Integer, nullable=False),
    Column("polarity", Text, nullable=False),
    Column("confidence", Float, nullable=False),
    Column("excerpts", PLAIN, nullable=False),
    to("codings", "coding_id", "CASCADE"),
    one_of("polarity", POLARITIES),
    Index("code_mentions_code", "organisation", "code", "polarity"),
    Index("code_mentions_category", "organisation", "category", "polarity"),
)

search_texts = Table(
    "search_texts",
    metadata,
    owner(),
    Column("verbatim_id", BIG, primary_key=True, autoincrement=False),
    Column("folded", Text, nullable=False),
    Column("tokens", Tokens, nullable=False),
    to("verbatims", "verbatim_id", "CASCADE"),
    Index("search_texts_tokens", "tokens", postgresql_using="gin").ddl_if(dialect="postgresql"),
)

# `payload` and `result` hold numbers, names of columns and of files, never a customer's words.
jobs = Table(
    "jobs",
    metadata,
    number(),
    owner(),
    Column("kind", Text, nullable=False),
    Column("state", Text, nullable=False, default="queued"),
    Column("payload", PLAIN),
    Column("result", PLAIN),
    Column("error", Text),
    Column("done", Integer, nullable=False, default=0),
    Column("total", Integer),
    Column("attempts", Integer, nullable=False, default=0),
    Column("worker", Text),
    Column("leased_until", Moment),
    Column("started", Moment),
    Column("finished", Moment),
    created(),
    Column("actor", Text),
    own(),
    one_of("state", JOB_STATES),
    Index("jobs_state", "state", "leased_until"),
    sqlite_autoincrement=True,
)

# What was handed in for a job, or what came out of it, in pieces: gone when the job has read it, or when it is fetched
# no more.
job_files = Table(
    "job_files",
    metadata,
    owner(),
    Column("job_id", BIG, primary_key=True, autoincrement=False),
    Column("position", Integer, primary_key=True, autoincrement=False),
    Column("content", LargeBinary, nullable=False),
    to("jobs", "job_id", "CASCADE"),
)

job_errors = Table(
    "job_errors",
    metadata,
    number(),
    owner(),
    Column("job_id", BIG, nullable=False),
    Column("row", Integer, nullable=False),
    Column("reason", Text, nullable=False),
    to("jobs", "job_id", "CASCADE"),
    UniqueConstraint("job_id", "row", "reason", name="once"),
    sqlite_autoincrement=True,
)

# `hash` is the SHA-256 of the key, which is kept nowhere; `accounts` are the only ones that a manager sees.
api_keys = Table(
    "api_keys",
    metadata,
    number(),
    owner(),
    Column("name", Text, nullable=False),
    Column("role", Text, nullable=False),
    Column("accounts", PLAIN),
    Column("hash", Text, nullable=False),
    created(),
    Column("last_used", Moment),
    Column("revoked", Moment),
    own(),
    one_of("role", ROLES),
    UniqueConstraint("hash", name="hash"),
    sqlite_autoincrement=True,
)

# `redaction` lists the kinds of personal data that are taken out before anything is kept; NULL stands for all kinds.
sources = Table(
    "sources",
    metadata,
    Column("organisation", Text, ForeignKey("organisations.id"), primary_key=True),
    Column("name", Text, primary_key=True),
    Column("redaction", PLAIN),
    created(),
)

webhooks = Table(
    "webhooks",
    metadata,
    number(),
    owner(),
    Column("url", Text, nullable=False),
    Column("secret", Text, nullable=False),
    Column("events", PLAIN, nullable=False),
    Column("active", Boolean, nullable=False, default=True),
    created(),
    own(),
    sqlite_autoincrement=True,
)

# The outbox. A payload holds numbers and ids only; `due` is when to try next, or until when a sender holds it.
deliveries = Table(
    "deliveries",
    metadata,
    number(),
    owner(),
    Column("webhook_id", BIG, nullable=False),
    Column("event", Text, nullable=False),
    Column("payload", PLAIN, nullable=False),
    Column("state", Text, nullable=False, default="waiting"),
    Column("attempts", Integer, nullable=False, default=0),
    Column("due", Moment, nullable=False),
    Column("status", Integer),
    Column("error", Text),
    created(),
    Column("sent", Moment),
    own(),
    to("webhooks", "webhook_id", "CASCADE"),
    one_of("state", DELIVERY_STATES),
    Index("deliveries_due", "state", "due"),
    Index("deliveries_webhook", "organisation", "webhook_id", "id"),
    sqlite_autoincrement=True,
)

idempotency_keys = Table(
    "idempotency_keys",
    metadata,
    Column("organisation", Text, ForeignKey("organisations.id"), primary_key=True),
    Column("key", Text, primary_key=True),
    Column("fingerprint", Text, nullable=False),
    Column("state", Text, nullable=False),
    Column("status", Integer),
    Column("answer", PLAIN),
    created(),
    Column("expires", Moment, nullable=False),
    one_of("state", KEY_STATES),
    Index("idempotency_keys_expires", "organisation", "expires"),
)

audit_events = Table(
    "audit_events",
    metadata,
    number(),
    owner(),
    Column("actor", Text, nullable=False),
    Column("action", Text, nullable=False),
    Column("subject", Text, nullable=False),
    Column("details", PLAIN),
    created(),
    own(),
    Index("audit_events_subject", "organisation", "subject"),
    sqlite_autoincrement=True,
)

erasures = Table(
    "erasures",
    metadata,
    number(),
    owner(),
    Column("contact_id", BIG, nullable=False),
    Column("actor", Text, nullable=False),
    Column("verbatims", Integer, nullable=False),
    Column("codings", Integer, nullable=False),
    Column("masked", Integer, nullable=False),
    created(),
    own(),
    sqlite_autoincrement=True,
)

effective_codings = table("effective_codings", *(Column(column.name, column.type) for column in codings.columns))
"""The view: of each verbatim as it reads now the latest coding by a person, else that of the model in front; none that
is blind or was taken back."""
