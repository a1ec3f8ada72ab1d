"""Stores for tests: on SQLite, and on a PostgreSQL that is started for the session.

A test that takes `store` runs twice, once on each. On PostgreSQL the store belongs to a role that is no superuser, so
that row-level security holds for it.
"""

import os
import shutil
import subprocess
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING
from uuid import uuid4

import pytest

if TYPE_CHECKING:
    from sqlalchemy import Engine

NOBODY = 65534
POSTGRESQL = Path("/usr/lib/postgresql/15/bin")
OWNER = "verbatim_app"
QUICK = "-c listen_addresses='' -c fsync=off -c full_page_writes=off -c max_connections=40"


class Cluster:
    """A PostgreSQL of our own in a folder, by a socket in it; `url` goes up to the name of the database.

    Whoever comes by it may create databases, and owns them, but is no superuser.
    """

    def __init__(self) -> None:
        if not (POSTGRESQL / "initdb").is_file():
            pytest.skip(f"{POSTGRESQL}: PostgreSQL 15 is not installed (Debian's package postgresql-15)")
        self.folder = Path(tempfile.mkdtemp(prefix="verbatim-"))
        self.user = NOBODY if os.geteuid() == 0 else None
        shutil.chown(self.folder, self.user) if self.user else None
        self.url = f"postgresql://{OWNER}@/{{name}}?host={self.folder}"
        self.run("initdb", "--username=verbatim", "--auth=trust", "--encoding=UTF8", "--locale=C", "--no-sync")
        self.start()
        self._add_owner()

    def start(self) -> None:
        log = f"--log={self.folder / 'log'}"
        self.run("pg_ctl", "start", "--wait", log, f"--options=-k {self.folder} {QUICK}")

    def _add_owner(self) -> None:
        import psycopg

        with psycopg.connect(f"postgresql://verbatim@/postgres?host={self.folder}", autocommit=True) as connection:
            connection.execute(f"CREATE ROLE {OWNER} LOGIN NOSUPERUSER NOBYPASSRLS CREATEDB")
            connection.execute(f"ALTER DATABASE postgres OWNER TO {OWNER}")

    def stop(self) -> None:
        """Stop it as a crash would: without a word to whoever is connected."""
        self.run("pg_ctl", "stop", "--mode=immediate")

    def run(self, program: str, *arguments: str) -> None:
        command = [str(POSTGRESQL / program), "--pgdata", str(self.folder / "data"), *arguments]
        done = subprocess.run(
            command, user=self.user, cwd=self.folder, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, check=False
        )
        assert done.returncode == 0, done.stderr.decode()


@contextmanager
def _running() -> Iterator[Cluster]:
    cluster = Cluster()
    yield cluster
    cluster.stop()
    shutil.rmtree(cluster.folder)


@pytest.fixture(scope="session")
def postgresql() -> Iterator[str]:
    """The URL of a PostgreSQL of this session's own, up to the name of the database."""
    with _running() as cluster:
        yield cluster.url


@pytest.fixture
def own_postgresql() -> Iterator[Cluster]:
    """A PostgreSQL of this test's own, to be stopped and started; it must run when the test ends."""
    with _running() as cluster:
        yield cluster


@pytest.fixture
def empty_store(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Callable[[str], "Engine"]]:
    """What opens an empty database of a kind, "sqlite" or "postgresql", anew at each call; closed after the test."""
    from verbatim.store.opening import open_store

    opened = []

    def new(kind: str) -> "Engine":
        name = f"v{uuid4().hex}"
        if kind == "postgresql":
            url = request.getfixturevalue("postgresql")
            _create_database(url.format(name="postgres"), name)
        opened.append(open_store(url.format(name=name) if kind == "postgresql" else f"sqlite:///{tmp_path / name}.db"))
        return opened[-1]

    yield new
    for engine in opened:
        engine.dispose()


@pytest.fixture(scope="session")
def sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A file that holds an empty store of the newest layout, for copying."""
    path = tmp_path_factory.mktemp("template") / "verbatim.db"
    _upgrade(f"sqlite:///{path}")
    return path


@pytest.fixture(scope="session")
def sqlite_engine(tmp_path_factory: pytest.TempPathFactory) -> "Engine":
    """An engine for a file of this session, which is not there yet."""
    from verbatim.store.opening import open_store

    return open_store(f"sqlite:///{tmp_path_factory.mktemp('store') / 'verbatim.db'}")


@pytest.fixture(scope="session")
def postgresql_store(postgresql: str) -> str:
    """The URL of a database with a store of the newest layout."""
    _create_database(postgresql.format(name="postgres"), "shared")
    url = postgresql.format(name="shared")
    _upgrade(url)
    return url


@pytest.fixture(scope="session")
def postgresql_engine(postgresql_store: str) -> "Engine":
    """An engine for that."""
    from verbatim.store.opening import open_store

    return open_store(postgresql_store)


@pytest.fixture(params=["sqlite", "postgresql"])
def store(request: pytest.FixtureRequest) -> Iterator["Engine"]:
    """An empty store of the newest layout with the organisations "north" and "south".

    Its engine is one that lasts, under a name of this test's own: what SQLAlchemy has compiled is kept, and what the
    product keeps by engine is not.
    """
    from verbatim.store.opening import writing
    from verbatim.store.people import add_organisation

    engine: Engine = request.getfixturevalue(f"{request.param}_engine").execution_options()
    if request.param == "sqlite":
        _renew(Path(str(engine.url.database)), request.getfixturevalue("sqlite_template"))
        engine.dispose()
    else:
        with writing(engine) as connection:
            connection.exec_driver_sql(_emptying())
    with writing(engine) as connection:
        add_organisation(connection, "north")
        add_organisation(connection, "south")
    yield engine
    engine.dispose()


def _renew(path: Path, template: Path) -> None:
    """Put a copy of the template into an empty folder; whoever is connected to what was there keeps it open."""
    shutil.rmtree(path.parent)
    path.parent.mkdir()
    shutil.copy(template, path)


@cache
def _emptying() -> str:
    """What empties every table of PostgreSQL and begins its numbers anew: twenty times as fast as TRUNCATE."""
    from sqlalchemy import Identity

    from verbatim.store.schema import metadata

    tables = metadata.sorted_tables
    numbered = [table.name for table in tables if any(isinstance(one.identity, Identity) for one in table.columns)]
    anew = ", ".join(f"setval(pg_get_serial_sequence('{name}', 'id'), 1, false)" for name in numbered)
    return "; ".join([*(f"DELETE FROM {table.name}" for table in reversed(tables)), f"SELECT {anew}"])


def _upgrade(url: str) -> None:
    from verbatim.store.migrations import upgrade
    from verbatim.store.opening import open_store

    engine = open_store(url)
    upgrade(engine)
    engine.dispose()


def _create_database(server: str, name: str) -> None:
    import psycopg

    with psycopg.connect(server, autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {name}")
