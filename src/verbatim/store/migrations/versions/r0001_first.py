"""Everything there is in the first layout."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import ARRAY

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

BIG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
MOMENT = sa.DateTime(timezone=True)
TOKENS = sa.Text().with_variant(ARRAY(sa.Text()), "postgresql")

EFFECTIVE = """
CREATE VIEW effective_codings AS
SELECT codings.* FROM codings
JOIN verbatims ON verbatims.organisation = codings.organisation AND verbatims.id = codings.verbatim_id
    AND verbatims.revision = codings.revision
WHERE NOT EXISTS (
    SELECT 1 FROM codings AS other
    WHERE other.verbatim_id = codings.verbatim_id AND other.revision = codings.revision
        AND (other.model_id IS NULL, COALESCE(other.model_id, 0), other.id)
            > (codings.model_id IS NULL, COALESCE(codings.model_id, 0), codings.id)
)
"""

INDEX_OF_WORDS = (
    """
    CREATE VIRTUAL TABLE search_index USING fts5(
        tokens, content='search_texts', content_rowid='verbatim_id', tokenize='ascii', detail='none'
    )
    """,
    "INSERT INTO search_index (search_index, rank) VALUES ('secure-delete', 1)",
    """
    CREATE TRIGGER search_texts_added AFTER INSERT ON search_texts BEGIN
        INSERT INTO search_index (rowid, tokens) VALUES (new.verbatim_id, new.tokens);
    END
    """,
    """
    CREATE TRIGGER search_texts_deleted AFTER DELETE ON search_texts BEGIN
        INSERT INTO search_index (search_index, rowid, tokens) VALUES ('delete', old.verbatim_id, old.tokens);
    END
    """,
    """
    CREATE TRIGGER search_texts_changed AFTER UPDATE ON search_texts BEGIN
        INSERT INTO search_index (search_index, rowid, tokens) VALUES ('delete', old.verbatim_id, old.tokens);
        INSERT INTO search_index (rowid, tokens) VALUES (new.verbatim_id, new.tokens);
    END
    """,
)


def upgrade() -> None:
    """Make all tables, the view of effective codings, and the index of words."""
    for make in TABLES:
        make()
    op.execute(EFFECTIVE)
    if op.get_bind().dialect.name == "postgresql":
        op.create_index("search_texts_tokens", "search_texts", ["tokens"], postgresql_using="gin")
    else:
        for statement in INDEX_OF_WORDS:
            op.execute(statement)


def _number() -> sa.Column[int]:
    return sa.Column("id", BIG, sa.Identity(), nullable=False)


def _owner() -> sa.Column[str]:
    return sa.Column("organisation", sa.Text(), nullable=False)


def _created() -> sa.Column[object]:
    return sa.Column("created", MOMENT, nullable=False)


def _organisations() -> None:
    op.create_table(
        "organisations",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("name", sa.Text()),
        _created(),
        sa.PrimaryKeyConstraint("id", name="organisations_pk"),
    )


def _accounts() -> None:
    op.create_table(
        "accounts",
        _number(),
        _owner(),
        sa.Column("name", sa.Text(), nullable=False),
        _created(),
        sa.ForeignKeyConstraint(["organisation"], ["organisations.id"], name="accounts_organisation_fk"),
        sa.PrimaryKeyConstraint("id", name="accounts_pk"),
        sa.UniqueConstraint("organisation", "id", name="accounts_own"),
        sa.UniqueConstraint("organisation", "name", name="accounts_name"),
        sqlite_autoincrement=True,
    )


def _audit_events() -> None:
    op.create_table(
        "audit_events",
        _number(),
        _owner(),
        sa.Column("actor", sa.Text(), nullable=False),
        sa.Column("action", sa.Text(), nullable=False),
        sa.Column("subject", sa.Text(), nullable=False),
        sa.Column("details", sa.JSON()),
        _created(),
        sa.ForeignKeyConstraint(["organisation"], ["organisations.id"], name="audit_events_organisation_fk"),
        sa.PrimaryKeyConstraint("id", name="audit_events_pk"),
        sa.UniqueConstraint("organisation", "id", name="audit_events_own"),
        sqlite_autoincrement=True,
    )
    op.create_index("audit_events_subject", "audit_events", ["organisation", "subject"])


def _codebook_versions() -> None:
    op.create_table(
        "codebook_versions",
        _number(),
        _owner(),
        sa.Column("label", sa.Text(), nullable=False),
        sa.Column("fingerprint", sa.Text(), nullable=False),
        sa.Column("content", sa.Text(), nullable=False),
        _created(),
        sa.ForeignKeyConstraint(["organisation"], ["organisations.id"], name="codebook_versions_organisation_fk"),
        sa.PrimaryKeyConstraint("id", name="codebook_versions_pk"),
        sa.UniqueConstraint("organisation", "id", name="codebook_versions_own"),
        sa.UniqueConstraint("organisation", "label", name="codebook_versions_label"),
        sqlite_autoincrement=True,
    )


def _erasures() -> None:
    op.create_table(
        "erasures",
        _number(),
        _owner(),
        sa.Column("contact_id", BIG, nullable=False),
        sa.Column("actor", sa.Text(), nullable=False),
        sa.Column("verbatims", sa.Integer(), nullable=False),
        sa.Column("codings", sa.Integer(), nullable=False),
        sa.Column("masked", sa.Integer(), nullable=False),
        _created(),
        sa.ForeignKeyConstraint(["organisation"], ["organisations.id"], name="erasures_organisation_fk"),
        sa.PrimaryKeyConstraint("id", name="erasures_pk"),
        sa.UniqueConstraint("organisation", "id", name="erasures_own"),
        sqlite_autoincrement=True,
    )


def _idempotency_keys() -> None:
    op.create_table(
        "idempotency_keys",
        _owner(),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("fingerprint", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("status", sa.Integer()),
        sa.Column("answer", sa.JSON()),
        _created(),
        sa.Column("expires", MOMENT, nullable=False),
        sa.CheckConstraint("state IN ('in_flight', 'done')", name="idempotency_keys_state"),
        sa.ForeignKeyConstraint(["organisation"], ["organisations.id"], name="idempotency_keys_organisation_fk"),
        sa.PrimaryKeyConstraint("organisation", "key", name="idempotency_keys_pk"),
    )
    op.create_index("idempotency_keys_expires", "idempotency_keys", ["organisation", "expires"])


def _jobs() -> None:
    op.create_table(
        "jobs",
        _number(),
        _owner(),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("payload", sa.JSON()),
        sa.Column("result", sa.JSON()),
        sa.Column("error", sa.Text()),
        sa.Column("done", sa.Integer(), nullable=False),
        sa.Column("total", sa.Integer()),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("worker", sa.Text()),
        sa.Column("leased_until", MOMENT),
        sa.Column("started", MOMENT),
        sa.Column("finished", MOMENT),
        _created(),
        sa.CheckConstraint("state IN ('queued', 'running', 'done', 'failed', 'cancelled')", name="jobs_state"),
        sa.ForeignKeyConstraint(["organisation"], ["organisations.id"], name="jobs_organisation_fk"),
        sa.PrimaryKeyConstraint("id", name="jobs_pk"),
        sa.UniqueConstraint("organisation", "id", name="jobs_own"),
        sqlite_autoincrement=True,
    )
    op.create_index("jobs_state", "jobs", ["state", "leased_until"])


def _models() -> None:
    op.create_table(
        "models",
        _number(),
        _owner(),
        sa.Column("label", sa.Text(), nullable=False),
        sa.Column("codebook", sa.Text()),
        sa.Column("facts", sa.JSON()),
        _created(),
        sa.ForeignKeyConstraint(["organisation"], ["organisations.id"], name="models_organisation_fk"),
        sa.PrimaryKeyConstraint("id", name="models_pk"),
        sa.UniqueConstraint("organisation", "id", name="models_own"),
        sa.UniqueConstraint("organisation", "label", name="models_label"),
        sqlite_autoincrement=True,
    )


def _contacts() -> None:
    op.create_table(
        "contacts",
        _number(),
        _owner(),
        sa.Column("account_id", BIG),
        sa.Column("account_key", BIG, nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("role", sa.Text()),
        sa.Column("influence", sa.Text()),
        sa.Column("tier", sa.Text()),
        sa.Column("permission", sa.Text(), nullable=False),
        _created(),
        sa.CheckConstraint("permission IN ('named', 'anonymous', 'aggregate')", name="contacts_permission"),
        sa.CheckConstraint("account_key = COALESCE(account_id, 0)", name="contacts_account_key"),
        sa.ForeignKeyConstraint(
            ["organisation", "account_id"], ["accounts.organisation", "accounts.id"], name="to_accounts_account_id"
        ),
        sa.ForeignKeyConstraint(["organisation"], ["organisations.id"], name="contacts_organisation_fk"),
        sa.PrimaryKeyConstraint("id", name="contacts_pk"),
        sa.UniqueConstraint("organisation", "account_key", "name", name="contacts_name"),
        sa.UniqueConstraint("organisation", "id", name="contacts_own"),
        sqlite_autoincrement=True,
    )


def _verbatims() -> None:
    op.create_table(
        "verbatims",
        _number(),
        _owner(),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("external_id", sa.Text(), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("turns", sa.JSON()),
        sa.Column("text_hash", sa.Text(), nullable=False),
        sa.Column("question", sa.Text()),
        sa.Column("date", MOMENT),
        sa.Column("at", MOMENT, nullable=False),
        sa.Column("channel", sa.Text()),
        sa.Column("score", sa.Float()),
        sa.Column("language", sa.Text()),
        sa.Column("role", sa.Text()),
        sa.Column("row", sa.Integer(), nullable=False),
        sa.Column("fields", sa.JSON()),
        sa.Column("account_id", BIG),
        sa.Column("contact_id", BIG),
        _created(),
        sa.ForeignKeyConstraint(
            ["organisation", "account_id"], ["accounts.organisation", "accounts.id"], name="to_accounts_account_id"
        ),
        sa.ForeignKeyConstraint(
            ["organisation", "contact_id"], ["contacts.organisation", "contacts.id"], name="to_contacts_contact_id"
        ),
        sa.ForeignKeyConstraint(["organisation"], ["organisations.id"], name="verbatims_organisation_fk"),
        sa.PrimaryKeyConstraint("id", name="verbatims_pk"),
        sa.UniqueConstraint("organisation", "id", name="verbatims_own"),
        sa.UniqueConstraint("organisation", "source", "external_id", name="verbatims_external_id"),
        sqlite_autoincrement=True,
    )
    op.create_index("verbatims_account", "verbatims", ["organisation", "account_id", "at", "id"])
    op.create_index("verbatims_at", "verbatims", ["organisation", "at", "id"])
    op.create_index("verbatims_contact", "verbatims", ["organisation", "contact_id"])
    op.create_index("verbatims_text_hash", "verbatims", ["organisation", "text_hash"])


def _codings() -> None:
    op.create_table(
        "codings",
        _number(),
        _owner(),
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
        _created(),
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
        sa.UniqueConstraint("verbatim_id", "revision", "model_id", name="codings_once_by_a_model"),
        sqlite_autoincrement=True,
    )
    op.create_index("codings_model", "codings", ["organisation", "model_id"])


def _search_texts() -> None:
    op.create_table(
        "search_texts",
        _owner(),
        sa.Column("verbatim_id", BIG, autoincrement=False, nullable=False),
        sa.Column("folded", sa.Text(), nullable=False),
        sa.Column("tokens", TOKENS, nullable=False),
        sa.ForeignKeyConstraint(
            ["organisation", "verbatim_id"],
            ["verbatims.organisation", "verbatims.id"],
            name="to_verbatims_verbatim_id",
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(["organisation"], ["organisations.id"], name="search_texts_organisation_fk"),
        sa.PrimaryKeyConstraint("verbatim_id", name="search_texts_pk"),
    )


def _code_mentions() -> None:
    op.create_table(
        "code_mentions",
        _owner(),
        sa.Column("coding_id", BIG, autoincrement=False, nullable=False),
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("category", sa.Text(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("polarity", sa.Text(), nullable=False),
        sa.Column("confidence", sa.Float(), nullable=False),
        sa.Column("excerpts", sa.JSON(), nullable=False),
        sa.CheckConstraint("polarity IN ('negative', 'neutral', 'positive')", name="code_mentions_polarity"),
        sa.ForeignKeyConstraint(
            ["organisation", "coding_id"],
            ["codings.organisation", "codings.id"],
            name="to_codings_coding_id",
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(["organisation"], ["organisations.id"], name="code_mentions_organisation_fk"),
        sa.PrimaryKeyConstraint("coding_id", "code", name="code_mentions_pk"),
    )
    op.create_index("code_mentions_category", "code_mentions", ["organisation", "category", "polarity"])
    op.create_index("code_mentions_code", "code_mentions", ["organisation", "code", "polarity"])


TABLES = (
    _organisations,
    _accounts,
    _audit_events,
    _codebook_versions,
    _erasures,
    _idempotency_keys,
    _jobs,
    _models,
    _contacts,
    _verbatims,
    _codings,
    _search_texts,
    _code_mentions,
)
