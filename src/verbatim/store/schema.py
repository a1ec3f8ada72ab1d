"""The tables of a store. `migrations` makes them; a test proves that both say the same.

Every row belongs to an organisation, and a foreign key takes the organisation with it, so that no row can point at
another organisation's. Numbers are never given twice.
"""

from datetime import UTC, datetime

from sqlalchemy import (
    Boolean,
    CheckConstraint,
    Column,
    Float,
    ForeignKey,
    ForeignKeyConstraint,
    Identity,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    Table,
    Text,
    UniqueConstraint,
    table,
)

from verbatim.access import ROLES
from verbatim.domain import POLARITIES, STANCES
from verbatim.store.columns import BIG, PLAIN, Moment, Tokens

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


def _number() -> Column[int]:
    return Column("id", BIG, Identity(), primary_key=True)


def _owner() -> Column[str]:
    return Column("organisation", Text, ForeignKey("organisations.id"), nullable=False)


def _created() -> Column[datetime]:
    return Column("created", Moment, nullable=False, default=lambda: datetime.now(UTC))


def _own() -> UniqueConstraint:
    """What a foreign key that takes the organisation along points at."""
    return UniqueConstraint("organisation", "id", name="own")


def _to(target: str, column: str, ondelete: str | None = None) -> ForeignKeyConstraint:
    """A key to a row of the same organisation."""
    columns = (f"{target}.organisation", f"{target}.id")
    return ForeignKeyConstraint(("organisation", column), columns, name=f"to_{target}_{column}", ondelete=ondelete)


def _one_of(column: str, values: tuple[str, ...]) -> CheckConstraint:
    return CheckConstraint(f"{column} IN ({', '.join(map(repr, values))})", name=column)


organisations = Table("organisations", metadata, Column("id", Text, primary_key=True), Column("name", Text), _created())

accounts = Table(
    "accounts",
    metadata,
    _number(),
    _owner(),
    Column("name", Text, nullable=False),
    _created(),
    _own(),
    UniqueConstraint("organisation", "name", name="name"),
    sqlite_autoincrement=True,
)

# A contact of no known account has account 0, so that the name stays unique: NULL is equal to nothing.
contacts = Table(
    "contacts",
    metadata,
    _number(),
    _owner(),
    Column("account_id", BIG),
    Column("account_key", BIG, nullable=False),
    Column("name", Text, nullable=False),
    Column("role", Text),
    Column("influence", Text),
    Column("tier", Text),
    Column("permission", Text, nullable=False, default="aggregate"),
    _created(),
    _own(),
    _to("accounts", "account_id"),
    _one_of("permission", PERMISSIONS),
    CheckConstraint("account_key = COALESCE(account_id, 0)", name="account_key"),
    UniqueConstraint("organisation", "account_key", "name", name="name"),
    sqlite_autoincrement=True,
)

# `revision` counts the changes of what a coder reads (words, question, score); `at` is the date, or the moment of
# arrival where there is none, and orders the listing. `submitter` is the actor that handed it in first.
verbatims = Table(
    "verbatims",
    metadata,
    _number(),
    _owner(),
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
    _created(),
    Column("submitter", Text),
    _own(),
    _to("accounts", "account_id"),
    _to("contacts", "contact_id"),
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
    _number(),
    _owner(),
    Column("label", Text, nullable=False),
    Column("fingerprint", Text, nullable=False),
    Column("content", Text, nullable=False),
    _created(),
    _own(),
    UniqueConstraint("organisation", "label", name="label"),
    sqlite_autoincrement=True,
)

models = Table(
    "models",
    metadata,
    _number(),
    _owner(),
    Column("label", Text, nullable=False),
    Column("codebook", Text),
    Column("facts", PLAIN),
    _created(),
    _own(),
    UniqueConstraint("organisation", "label", name="label"),
    sqlite_autoincrement=True,
)

# Append-only. A coding by a person has no model; NULL is equal to nothing, so that persons may judge again.
codings = Table(
    "codings",
    metadata,
    _number(),
    _owner(),
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
    _created(),
    _own(),
    _to("verbatims", "verbatim_id", "CASCADE"),
    _to("models", "model_id"),
    _one_of("stance", STANCES),
    _one_of("stance_source", ("score", "estimated")),
    UniqueConstraint("verbatim_id", "revision", "model_id", name="once_by_a_model"),
    Index("codings_model", "organisation", "model_id"),
    sqlite_autoincrement=True,
)

code_mentions = Table(
    "code_mentions",
    metadata,
    _owner(),
    Column("coding_id", BIG, primary_key=True, autoincrement=False),
    Column("code", Text, primary_key=True),
    Column("category", Text, nullable=False),
    Column("position", Integer, nullable=False),
    Column("polarity", Text, nullable=False),
    Column("confidence", Float, nullable=False),
    Column("excerpts", PLAIN, nullable=False),
    _to("codings", "coding_id", "CASCADE"),
    _one_of("polarity", POLARITIES),
    Index("code_mentions_code", "organisation", "code", "polarity"),
    Index("code_mentions_category", "organisation", "category", "polarity"),
)

search_texts = Table(
    "search_texts",
    metadata,
    _owner(),
    Column("verbatim_id", BIG, primary_key=True, autoincrement=False),
    Column("folded", Text, nullable=False),
    Column("tokens", Tokens, nullable=False),
    _to("verbatims", "verbatim_id", "CASCADE"),
    Index("search_texts_tokens", "tokens", postgresql_using="gin").ddl_if(dialect="postgresql"),
)

# `payload` and `result` hold numbers, names of columns and of files, never a customer's words.
jobs = Table(
    "jobs",
    metadata,
    _number(),
    _owner(),
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
    _created(),
    Column("actor", Text),
    _own(),
    _one_of("state", JOB_STATES),
    Index("jobs_state", "state", "leased_until"),
    sqlite_autoincrement=True,
)

# What was handed in for a job, or what came out of it, in pieces: gone when the job has read it, or when it is fetched
# no more.
job_files = Table(
    "job_files",
    metadata,
    _owner(),
    Column("job_id", BIG, primary_key=True, autoincrement=False),
    Column("position", Integer, primary_key=True, autoincrement=False),
    Column("content", LargeBinary, nullable=False),
    _to("jobs", "job_id", "CASCADE"),
)

job_errors = Table(
    "job_errors",
    metadata,
    _number(),
    _owner(),
    Column("job_id", BIG, nullable=False),
    Column("row", Integer, nullable=False),
    Column("reason", Text, nullable=False),
    _to("jobs", "job_id", "CASCADE"),
    UniqueConstraint("job_id", "row", "reason", name="once"),
    sqlite_autoincrement=True,
)

# `hash` is the SHA-256 of the key, which is kept nowhere; `accounts` are the only ones that a manager sees.
api_keys = Table(
    "api_keys",
    metadata,
    _number(),
    _owner(),
    Column("name", Text, nullable=False),
    Column("role", Text, nullable=False),
    Column("accounts", PLAIN),
    Column("hash", Text, nullable=False),
    _created(),
    Column("last_used", Moment),
    Column("revoked", Moment),
    _own(),
    _one_of("role", ROLES),
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
    _created(),
)

webhooks = Table(
    "webhooks",
    metadata,
    _number(),
    _owner(),
    Column("url", Text, nullable=False),
    Column("secret", Text, nullable=False),
    Column("events", PLAIN, nullable=False),
    Column("active", Boolean, nullable=False, default=True),
    _created(),
    _own(),
    sqlite_autoincrement=True,
)

# The outbox. A payload holds numbers and ids only; `due` is when to try next, or until when a sender holds it.
deliveries = Table(
    "deliveries",
    metadata,
    _number(),
    _owner(),
    Column("webhook_id", BIG, nullable=False),
    Column("event", Text, nullable=False),
    Column("payload", PLAIN, nullable=False),
    Column("state", Text, nullable=False, default="waiting"),
    Column("attempts", Integer, nullable=False, default=0),
    Column("due", Moment, nullable=False),
    Column("status", Integer),
    Column("error", Text),
    _created(),
    Column("sent", Moment),
    _own(),
    _to("webhooks", "webhook_id", "CASCADE"),
    _one_of("state", DELIVERY_STATES),
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
    _created(),
    Column("expires", Moment, nullable=False),
    _one_of("state", KEY_STATES),
    Index("idempotency_keys_expires", "organisation", "expires"),
)

audit_events = Table(
    "audit_events",
    metadata,
    _number(),
    _owner(),
    Column("actor", Text, nullable=False),
    Column("action", Text, nullable=False),
    Column("subject", Text, nullable=False),
    Column("details", PLAIN),
    _created(),
    _own(),
    Index("audit_events_subject", "organisation", "subject"),
    sqlite_autoincrement=True,
)

erasures = Table(
    "erasures",
    metadata,
    _number(),
    _owner(),
    Column("contact_id", BIG, nullable=False),
    Column("actor", Text, nullable=False),
    Column("verbatims", Integer, nullable=False),
    Column("codings", Integer, nullable=False),
    Column("masked", Integer, nullable=False),
    _created(),
    _own(),
    sqlite_autoincrement=True,
)

effective_codings = table("effective_codings", *(Column(column.name, column.type) for column in codings.columns))
"""The view: of each verbatim as it reads now the latest coding by a person, else that of the model in front."""
