"""Brings a store to the layout of this version, step by step; the steps stand in `versions`."""

from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Engine

from verbatim.errors import StoreError
from verbatim.store.opening import reading, rebuilding

LOCK = 0x76657262
"""The lock of PostgreSQL that one upgrade at a time holds."""


def upgrade(engine: Engine) -> str:
    """Bring a store, empty or of an earlier version, to the layout of this one, and return what that is called.

    All of it or nothing; of several that try at once one does it. Raises StoreError for a store of a later version.
    """
    config = _config()
    with rebuilding(engine) as connection:
        if engine.dialect.name == "postgresql":
            connection.exec_driver_sql(f"SELECT pg_advisory_xact_lock({LOCK})")
        _check(MigrationContext.configure(connection).get_current_revision())
        config.attributes["connection"] = connection
        command.upgrade(config, "head")
    return head()


def head() -> str:
    """What the layout of this version is called."""
    return str(ScriptDirectory.from_config(_config()).get_current_head())


def current(engine: Engine) -> str | None:
    """What the layout of this store is called; None for an empty one."""
    with reading(engine) as connection:
        return MigrationContext.configure(connection).get_current_revision()


def _config() -> Config:
    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent).replace("%", "%%"))
    config.set_main_option("path_separator", "os")
    return config


def _check(revision: str | None) -> None:
    known = {script.revision for script in ScriptDirectory.from_config(_config()).walk_revisions()}
    if revision is not None and revision not in known:
        raise StoreError(f"store of layout {revision!r}: newer than this software; expected one of {sorted(known)}")
