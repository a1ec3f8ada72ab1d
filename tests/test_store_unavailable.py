"""A store that goes away or has no room: told as such, nothing half stored, and at work again without a restart."""

import resource
from contextlib import ExitStack, contextmanager

import pytest
from sqlalchemy import event

from verbatim.domain import Verbatim
from verbatim.errors import StoreError, UnavailableError
from verbatim.store.listing import count
from verbatim.store.migrations import upgrade
from verbatim.store.opening import open_store, reading, scrub, writing
from verbatim.store.people import add_organisation
from verbatim.store.verbatims import Received, add_verbatims

ROWS = 400


def add(engine, batch, rows=ROWS):
    arrivals = [Received(Verbatim(f"{batch}-{n}", f"{n} is too dear, 太贵了 " * 20)) for n in range(rows)]
    with writing(engine, "north") as connection:
        return add_verbatims(connection, "north", "survey", arrivals)


def stored(engine):
    with reading(engine, "north") as connection:
        return count(connection, "north").verbatims


@contextmanager
def files_end_at(size):
    """A block in which no file of this process grows beyond a size, as on a disk that is full."""
    before, most = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, most))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (before, most))


@pytest.fixture
def sqlite(sqlite_template, tmp_path):
    path = tmp_path / "verbatim.db"
    path.write_bytes(sqlite_template.read_bytes())
    engine = open_store(f"sqlite:///{path}")
    with writing(engine) as connection:
        add_organisation(connection, "north")
    yield engine
    engine.dispose()


@pytest.fixture
def server(own_postgresql):
    """A PostgreSQL of its own, and a store on it with the organisation "north"."""
    engine = open_store(own_postgresql.url.format(name="postgres"))
    upgrade(engine)
    with writing(engine) as connection:
        add_organisation(connection, "north")
    yield own_postgresql, engine
    engine.dispose()


@pytest.mark.parametrize("room", [0, 5_000, 100_000, 400_000, 800_000])
def test_a_full_disk_is_told_and_nothing_is_half_stored(sqlite, tmp_path, room):
    add(sqlite, "before")
    log = (tmp_path / "verbatim.db-wal").stat().st_size
    with files_end_at(log + room), pytest.raises(UnavailableError, match=r"verbatim\.db: (database or )?disk"):
        add(sqlite, "full", 2 * ROWS)
    assert stored(sqlite) == ROWS


def test_a_full_disk_can_be_read_from_and_written_to_again_once_there_is_room(sqlite):
    add(sqlite, "before")
    with files_end_at(4096):
        with pytest.raises(UnavailableError):
            add(sqlite, "full")
        assert stored(sqlite) == ROWS
    add(sqlite, "full")
    with reading(sqlite) as connection:
        assert connection.exec_driver_sql("PRAGMA integrity_check").scalar() == "ok"
    assert stored(sqlite) == 2 * ROWS


def test_a_full_disk_keeps_the_log_from_being_emptied_until_there_is_room(sqlite, tmp_path):
    add(sqlite, "before")
    with files_end_at((tmp_path / "verbatim.db").stat().st_size), pytest.raises(UnavailableError):
        scrub(sqlite)
    assert scrub(sqlite)
    assert stored(sqlite) == ROWS


def test_a_store_that_may_grow_no_more_is_full(sqlite):
    event.listen(sqlite, "begin", lambda connection: connection.exec_driver_sql("PRAGMA max_page_count = 1"))
    with pytest.raises(UnavailableError, match="database or disk is full"):
        add(sqlite, "more")
    assert stored(sqlite) == 0


def test_a_store_that_another_one_writes_to_for_too_long_is_not_available(sqlite):
    impatient = open_store(sqlite.url.render_as_string())
    event.listen(impatient, "connect", lambda connection, _: connection.execute("PRAGMA busy_timeout = 20"))
    with writing(sqlite), pytest.raises(UnavailableError, match="database is locked"):
        add(impatient, "locked")
    add(impatient, "free")
    assert stored(impatient) == ROWS
    impatient.dispose()


def test_a_server_that_is_down_is_told_and_used_again_by_the_same_engine_once_it_is_up(server):
    cluster, engine = server
    add(engine, "before", 3)
    cluster.stop()
    for attempt in (stored, lambda engine: add(engine, "down", 1), scrub):
        with pytest.raises(UnavailableError) as refused:
            attempt(engine)
        assert len(str(refused.value).splitlines()) == 1
    cluster.start()
    add(engine, "after", 1)
    assert stored(engine) == 4


def test_nothing_is_half_stored_by_a_server_that_goes_down_meanwhile(server):
    cluster, engine = server

    def arrivals():
        yield Received(Verbatim("1", "dear"))
        cluster.stop()

    with pytest.raises(UnavailableError), writing(engine, "north") as connection:
        assert [add_verbatims(connection, "north", "survey", [one]) for one in arrivals()] + [
            count(connection, "north")
        ]
    cluster.start()
    assert stored(engine) == 0


def test_a_server_that_goes_down_before_the_end_of_a_block_keeps_nothing_of_it(server):
    cluster, engine = server
    arrivals = [Received(Verbatim("1", "dear"))]
    with pytest.raises(UnavailableError), writing(engine, "north") as connection:
        assert [add_verbatims(connection, "north", "survey", arrivals), cluster.stop()]
    cluster.start()
    assert stored(engine) == 0


def test_only_what_may_pass_is_told_as_not_available(store):
    if store.dialect.name == "sqlite":
        with pytest.raises(StoreError, match="no such table") as refused, writing(store) as connection:
            connection.exec_driver_sql("SELECT * FROM ghosts")
        assert not isinstance(refused.value, UnavailableError)
        return
    raising = "DO $$ BEGIN RAISE EXCEPTION 'told' USING ERRCODE = '{}'; END $$"
    for state in ("08006", "40001", "40P01", "53100", "53300", "55P03", "57P01", "57P03", "58030"):
        with pytest.raises(UnavailableError, match="told"), writing(store) as connection:
            connection.exec_driver_sql(raising.format(state))
    with pytest.raises(StoreError, match="told") as refused, writing(store) as connection:
        connection.exec_driver_sql(raising.format("XX002"))
    assert not isinstance(refused.value, UnavailableError)


def test_more_at_once_than_there_are_connections_is_told(store, monkeypatch):
    monkeypatch.setattr(store.pool, "_timeout", 0.02)
    with pytest.raises(UnavailableError, match="no connection became free"), ExitStack() as stack:
        assert [stack.enter_context(reading(store, "north")) for _ in range(30)]
    assert stored(store) == 0
