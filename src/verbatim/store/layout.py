"""What a store has beside its tables: a view of codings in effect, an index of words, a wall between organisations."""

from sqlalchemy import Connection

from verbatim.store import (  # noqa: F401 - they add their tables to the metadata
    office_tables,
    promotions,
    publications,
    report_tables,
    review_tables,
    sign_in_tables,
    theme_tables,
)
from verbatim.store.schema import metadata, organisations

# Among models the one promoted last, else the newest.
_EFFECTIVE = """
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

# The index of SQLite keeps no words of its own: it reads them from search_texts, and triggers tell it of each change.
# Without "secure-delete" the words of a deleted row would stay in it until its pages are merged.
_INDEX_OF_WORDS = (
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

# What is told of a change, by table and event: the number of the verbatim, 0 for the roster, NULL for everything.
_EVENTS = ("INSERT", "UPDATE", "DELETE")
_LOGGED = {
    **{("verbatims", event): "{row}id" for event in _EVENTS},
    ("codings", "INSERT"): "{row}verbatim_id",
    ("withdrawals", "INSERT"): "(SELECT codings.verbatim_id FROM codings WHERE codings.id = {row}coding_id)",
    ("promotions", "INSERT"): "NULL",
    **{(table, event): "0" for table in ("accounts", "contacts", "invitations") for event in _EVENTS},
}

_LOGGED_BY_ROW = """
CREATE TRIGGER {table}_{event}_logged AFTER {event} ON {table} BEGIN
    INSERT INTO changes (organisation, verbatim_id) VALUES ({row}organisation, {told});
END
"""

# Once a statement, not once a row. The view of a transaction tells which rows of the log it has not seen.
_LOGGED_BY_STATEMENT = """
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

SETTING = "verbatim.organisation"
"""The setting of a PostgreSQL transaction that names the organisation whose rows it may touch."""

EVERY = "*"
"""What the setting holds where the rows of all organisations are meant: in a worker, or where a key is looked up."""

# The second wall, under the conditions that every query has: where the setting is missing, no row is there at all. It
# holds for the owner of the tables too, but for no superuser.
_WALL = """
ALTER TABLE {table} ENABLE ROW LEVEL SECURITY;
ALTER TABLE {table} FORCE ROW LEVEL SECURITY;
CREATE POLICY own_organisation ON {table}
    USING ({column} = current_setting('verbatim.organisation', true)
        OR current_setting('verbatim.organisation', true) = '*')
"""


def create_all(connection: Connection) -> None:
    """Make everything at once, as the steps of `migrations` do one after the other: for the test that compares them."""
    metadata.create_all(connection)
    if connection.dialect.name == "sqlite":
        statements = [_EFFECTIVE, *_INDEX_OF_WORDS, *map(_logged_by_row, _LOGGED)]
    else:
        walls = [_WALL.format(table=name, column=_owner_column(name)) for name in sorted(metadata.tables)]
        log = map(_logged_by_statement, _LOGGED)
        statements = [_EFFECTIVE, "ALTER VIEW effective_codings SET (security_invoker = true)", *walls, *log]
    for statement in statements:
        connection.exec_driver_sql(statement)


def _owner_column(name: str) -> str:
    """The column of a table that names the organisation."""
    return "id" if name == organisations.name else "organisation"


def _logged_by_row(of: tuple[str, str]) -> str:
    """The trigger of SQLite for a table and an event."""
    (table, event), told = of, _LOGGED[of]
    row = "old." if event == "DELETE" else "new."
    return _LOGGED_BY_ROW.format(table=table, event=event.lower(), row=row, told=told.format(row=row))


def _logged_by_statement(of: tuple[str, str]) -> str:
    """The trigger of PostgreSQL for a table and an event, with its function."""
    (table, event), told = of, _LOGGED[of]
    row = "OLD" if event == "DELETE" else "NEW"
    return _LOGGED_BY_STATEMENT.format(table=table, event=event.lower(), row=row, told=told.format(row="touched."))
