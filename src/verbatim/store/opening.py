"""A store is opened by URL: SQLite in one file, or PostgreSQL.

SQLite from 3.7.0 to 3.51.2 can corrupt a file in WAL mode that several connections write to and checkpoint (the
WAL-reset bug, https://sqlite.org/changes.html at 3.51.3; repaired also in 3.44.6 and 3.50.7). Python's own `sqlite3`
uses the system's library, which may be such a one; the package `pysqlite3` brings its own.
"""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from threading import Lock
from types import ModuleType
from typing import Any, Protocol, cast
from weakref import WeakKeyDictionary

from sqlalchemy import Connection, Dialect, Engine, create_engine, event, func, select
from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import ArgumentError, DBAPIError, InternalError, OperationalError
from sqlalchemy.exc import TimeoutError as NoFreeConnectionError

from verbatim.errors import StoreError, UnavailableError
from verbatim.formats.cells import as_json
from verbatim.store.layout import EVERY, SETTING
from verbatim.store.schema import metadata

AFFECTED = ((3, 7, 0), (3, 51, 2))
"""The first and the last version of SQLite with the WAL-reset bug."""

REPAIRED = ((3, 44, 6), (3, 50, 7))
"""Versions between these with the repair; it holds for later ones of the same branch."""

BUSY = 30_000
"""Milliseconds that SQLite waits for another writer."""

PATIENCE = 1_000
"""Milliseconds that emptying the log of SQLite waits for readers."""

CONNECT = 10
"""Seconds that PostgreSQL has to take a connection, where the URL does not say."""

# What passes: another writer, no memory, a disk that fails or is full, no file. https://sqlite.org/rescode.html
PASSING_CODES = frozenset({5, 6, 7, 10, 13, 14})

# Connection, transactions that collide, resources (a full disk among them), a lock, a server that stops, its system.
# https://www.postgresql.org/docs/current/errcodes-appendix.html
PASSING_STATES = ("08", "40", "53", "55P03", "57", "58")

# WAL: readers go on beside a writer. FULL: what was committed survives the loss of power. secure_delete: zeros where
# something was deleted.
PRAGMAS = (f"busy_timeout = {BUSY}", "foreign_keys = ON", "secure_delete = ON", "synchronous = FULL")

_PLAIN_READ = "verbatim_plain_read"

_TURNS: WeakKeyDictionary[Dialect, Lock] = WeakKeyDictionary()
"""Whose turn it is to write, of each SQLite engine: by its dialect, which it shares with itself under other options."""


class _Cursor(Protocol):
    def execute(self, statement: str) -> object: ...
    def fetchone(self) -> tuple[int, ...]: ...
    def close(self) -> None: ...


def is_affected(version: tuple[int, ...]) -> bool:
    """Whether this version of SQLite has the WAL-reset bug."""
    first, last = AFFECTED
    repaired = any(version[:2] == branch[:2] and version >= branch for branch in REPAIRED)
    return first <= version <= last and not repaired


def library() -> ModuleType:
    """The module that speaks to SQLite: `pysqlite3` where it is installed, else the one of Python."""
    try:
        import pysqlite3  # noqa: PLC0415
    except ImportError:
        import sqlite3  # noqa: PLC0415

        return sqlite3
    return cast("ModuleType", pysqlite3)


def checked_library(module: ModuleType | None = None) -> str:
    """The version of SQLite that a service may write with. Raises StoreError, with the reason, for an affected one."""
    module = module or library()
    version = str(module.sqlite_version)
    if is_affected(tuple(map(int, version.split(".")))):
        reason = "it can corrupt a file that several connections write to (the WAL-reset bug)"
        raise StoreError(f"SQLite {version}: {reason}; expected 3.51.3 or newer: install the package pysqlite3")
    return version


def open_store(url: str, *, read_only: bool = False) -> Engine:
    """An engine for the store at a URL such as sqlite:///verbatim.db or postgresql://user@host/name.

    To read only, any SQLite will do. Raises StoreError for another kind of URL, or where SQLite is affected.
    """
    parsed = _parsed(url)
    if parsed.get_backend_name() == "postgresql":
        return _open_postgresql(parsed, read_only)
    if not read_only:
        checked_library()
    return _open_sqlite(parsed, read_only)


@contextmanager
def reading(engine: Engine, organisation: str = EVERY) -> Iterator[Connection]:
    """A connection that reads one state of the store from first to last, beside any writer.

    PostgreSQL shows it the rows of that organisation only, whatever is asked. Raises StoreError for what the engine
    says: UnavailableError where it does not answer now, and the same may work later.
    """
    with _told(engine), engine.connect() as connection:
        connection.execution_options(**{_PLAIN_READ: True})
        if engine.dialect.name == "postgresql":
            connection.execution_options(isolation_level="REPEATABLE READ", postgresql_readonly=True)
        _wall(connection, organisation)
        yield connection


@contextmanager
def writing(engine: Engine, organisation: str = EVERY) -> Iterator[Connection]:
    """A connection whose writes are all kept when the block ends well, and none otherwise.

    SQLite has one writer: the block waits for another one's end. PostgreSQL takes and shows rows of that organisation
    only, whatever is asked. Raises StoreError as `reading` does; also UnavailableError where there is no room.
    """
    with _turn(engine), _told(engine), engine.begin() as connection:
        _wall(connection, organisation)
        yield connection


@contextmanager
def rebuilding(engine: Engine) -> Iterator[Connection]:
    """As `writing`, for a change of the layout: SQLite looks after no foreign keys in it, so that a table can go over.

    Whoever rebuilds one checks them at the end. Raises StoreError as `writing`.
    """
    if engine.dialect.name == "postgresql":
        with writing(engine) as connection:
            yield connection
        return
    with _turn(engine), _told(engine), engine.connect() as connection:
        raw = connection.connection.cursor()
        raw.execute("PRAGMA foreign_keys = OFF")
        try:
            with connection.begin():
                yield connection
        finally:
            raw.execute("PRAGMA foreign_keys = ON")
            raw.close()


def scrub(engine: Engine) -> bool:
    """Take what was deleted off the disk, as far as the engine can; whether that is complete.

    SQLite copies its log into the file and empties it, which must wait for readers: False, to be tried again, where
    one of them reads on. PostgreSQL frees the rows (VACUUM); its own log and its backups are the operator's.
    Raises StoreError as `writing` does.
    """
    with _told(engine):
        if engine.dialect.name == "postgresql":
            with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
                connection.exec_driver_sql(f"VACUUM {', '.join(metadata.tables)}")
            return True
        return _empty_log(engine)


def _empty_log(engine: Engine) -> bool:
    raw = engine.raw_connection()
    cursor = raw.cursor()
    try:
        cursor.execute(f"PRAGMA busy_timeout = {PATIENCE}")
        cursor.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        busy, *_ = cursor.fetchone() or (1,)
        return not busy
    except library().OperationalError as error:
        raise OperationalError(None, None, error) from error
    finally:
        cursor.execute(f"PRAGMA busy_timeout = {BUSY}")
        raw.close()


def _wall(connection: Connection, organisation: str) -> None:
    if connection.dialect.name == "postgresql":
        connection.execute(select(func.set_config(SETTING, organisation, True)))


def _parsed(url: str) -> URL:
    try:
        parsed = make_url(url)
    except ArgumentError:
        parsed = None
    if parsed is None or parsed.get_backend_name() not in ("sqlite", "postgresql"):
        shown = repr(url) if parsed is None else parsed.render_as_string(hide_password=True)
        raise StoreError(f"store {shown}: expected sqlite:///FILE or postgresql://USER@HOST/NAME")
    if parsed.get_backend_name() == "sqlite" and not parsed.database:
        raise StoreError(f"store {url!r}: expected the name of a file, as in sqlite:///verbatim.db")
    return parsed


def _open_postgresql(url: URL, read_only: bool) -> Engine:
    try:
        url = url.set(drivername="postgresql+psycopg", query={"connect_timeout": str(CONNECT), **url.query})
        engine = create_engine(url, pool_pre_ping=True, **_OPTIONS)
    except ModuleNotFoundError as error:
        raise StoreError(f"PostgreSQL needs the package {error.name}: pip install 'verbatim[postgresql]'") from error
    return engine.execution_options(postgresql_readonly=True) if read_only else engine


def _open_sqlite(url: URL, read_only: bool) -> Engine:
    if read_only:
        url = url.set(database=f"file:{url.database}", query={"mode": "ro", "uri": "true"})
    engine = create_engine(url, module=library(), **_OPTIONS)
    _TURNS[engine.dialect] = Lock()
    pragmas = PRAGMAS if read_only else (*PRAGMAS, "journal_mode = WAL")

    @event.listens_for(engine, "connect")
    def prepare(connection: object, _record: object) -> None:
        connection.isolation_level = None  # type: ignore[attr-defined]  # `begin` below opens transactions, not the module
        cursor: _Cursor = connection.cursor()  # type: ignore[attr-defined]
        for pragma in pragmas:
            cursor.execute(f"PRAGMA {pragma}")
        cursor.close()

    @event.listens_for(engine, "begin")
    def begin(connection: Connection) -> None:
        plain = read_only or connection.get_execution_options().get(_PLAIN_READ)
        connection.exec_driver_sql("BEGIN" if plain else "BEGIN IMMEDIATE")

    return engine


@contextmanager
def _turn(engine: Engine) -> Iterator[None]:
    """A block in which no other thread of this process writes to the same SQLite file.

    SQLite's own waiting is a nap that grows, taken again and again, and whoever comes in between goes first: with
    sixteen threads that write, one in a hundred waited for two seconds. In a queue none waits longer than its turn.
    """
    turn = _TURNS.get(engine.dialect)
    if turn is None:
        yield
        return
    if not turn.acquire(timeout=BUSY / 1000):
        raise UnavailableError(f"store {engine.url.database}: another writer took {BUSY // 1000} seconds")
    try:
        yield
    finally:
        turn.release()


@contextmanager
def _told(engine: Engine) -> Iterator[None]:
    """What an engine that cannot be reached says, as a StoreError of one line: UnavailableError where that may pass."""
    shown = engine.url.render_as_string(hide_password=True)
    try:
        yield
    except (OperationalError, InternalError) as error:
        kind = UnavailableError if _may_pass(error) else StoreError
        raise kind(f"store {shown}: {str(error.orig).splitlines()[0]}") from error
    except NoFreeConnectionError as error:
        raise UnavailableError(f"store {shown}: no connection became free; expected fewer requests at once") from error


def _may_pass(error: DBAPIError) -> bool:
    code = getattr(error.orig, "sqlite_errorcode", None)
    if code is not None:
        return code & 0xFF in PASSING_CODES
    state: str | None = getattr(error.orig, "sqlstate", None)
    return isinstance(error, OperationalError) and (state is None or state.startswith(PASSING_STATES))


def _json(value: object) -> str:
    """JSON in Unicode; a lone surrogate, which no engine takes, as the escape that stands for it."""
    return as_json(value).encode("utf-8", "backslashreplace").decode()


# Parameters are customers' words: no error may show them.
_OPTIONS: dict[str, Any] = {"json_serializer": _json, "json_deserializer": json.loads, "hide_parameters": True}
