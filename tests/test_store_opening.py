import re
import sqlite3
import threading
from concurrent.futures import ThreadPoolExecutor
from time import sleep
from types import SimpleNamespace

import pytest
from sqlalchemy import inspect, text

from verbatim.errors import StoreError, UnavailableError
from verbatim.store import opening
from verbatim.store.layout import create_all
from verbatim.store.migrations import current, head, upgrade
from verbatim.store.opening import checked_library, is_affected, open_store, reading, scrub, writing
from verbatim.store.people import add_organisation, list_contacts

KINDS = ["sqlite", "postgresql"]


@pytest.mark.parametrize("version", [(3, 7, 0), (3, 40, 1), (3, 44, 5), (3, 45, 0), (3, 50, 6), (3, 51, 2)])
def test_sqlite_with_the_wal_reset_bug_is_told(version):
    assert is_affected(version)


@pytest.mark.parametrize("version", [(3, 6, 23), (3, 44, 6), (3, 50, 7), (3, 50, 12), (3, 51, 3), (3, 53, 4)])
def test_sqlite_without_the_wal_reset_bug_is_told(version):
    assert not is_affected(version)


def test_the_library_that_comes_with_the_package_may_serve():
    assert not is_affected(tuple(map(int, checked_library().split("."))))


def test_an_affected_library_is_refused_with_the_reason():
    with pytest.raises(StoreError, match=r"SQLite 3\.40\.1: it can corrupt .* expected 3\.51\.3 or newer"):
        checked_library(SimpleNamespace(sqlite_version="3.40.1"))


def test_an_affected_library_may_read_but_not_serve(tmp_path, monkeypatch):
    url = f"sqlite:///{tmp_path / 'verbatim.db'}"
    engine = open_store(url)
    upgrade(engine)
    with writing(engine) as connection:
        add_organisation(connection, "north")
    monkeypatch.setattr("verbatim.store.opening.library", lambda: sqlite3)
    monkeypatch.setattr("verbatim.store.opening.is_affected", lambda version: True)
    with pytest.raises(StoreError, match="WAL-reset"):
        open_store(url)
    with reading(open_store(url, read_only=True)) as connection:
        assert connection.scalar(text("SELECT id FROM organisations")) == "north"


@pytest.mark.parametrize("url", ["mysql://u:secret@h/d", "verbatim.db", "sqlite://", "nonsense://", ""])
def test_a_url_of_another_kind_is_refused_without_its_password(url):
    with pytest.raises(StoreError, match="expected") as refused:
        open_store(url)
    assert "secret" not in str(refused.value)


def test_a_store_that_cannot_be_reached_is_told_in_one_line(tmp_path):
    for url in (f"sqlite:///{tmp_path / 'no' / 'folder.db'}", f"postgresql://u:secret@/d?host={tmp_path}"):
        with pytest.raises(StoreError, match="store ") as refused, writing(open_store(url)):
            pass
        assert len(str(refused.value).splitlines()) == 1
        assert "secret" not in str(refused.value)


def test_a_store_opened_to_read_takes_no_writes(store):
    url = store.url.render_as_string(hide_password=False)
    engine = open_store(url, read_only=True)
    with pytest.raises(StoreError, match=r"read.?only"), writing(engine) as connection:
        add_organisation(connection, "west")
    engine.dispose()


def test_sqlite_keeps_a_log_checks_keys_and_zeroes_what_is_deleted(tmp_path):
    with reading(open_store(f"sqlite:///{tmp_path / 'verbatim.db'}")) as connection:
        got = {name: connection.exec_driver_sql(f"PRAGMA {name}").scalar() for name in ("journal_mode", "foreign_keys")}
        rest = [connection.exec_driver_sql(f"PRAGMA {name}").scalar() for name in ("secure_delete", "busy_timeout")]
    assert got == {"journal_mode": "wal", "foreign_keys": 1}
    assert rest == [1, 30000]


def test_what_a_block_wrote_is_gone_where_it_fails(store):
    with pytest.raises(StoreError, match="' '"), writing(store) as connection:
        [add_organisation(connection, name) for name in ("west", " ")]
    with reading(store) as connection:
        assert connection.scalar(text("SELECT count(*) FROM organisations")) == 2


def test_a_reader_sees_one_state_beside_a_writer(store):
    with reading(store) as reader:
        before = list_contacts(reader, "north")
        with writing(store) as writer:
            writer.execute(text("UPDATE organisations SET name = 'North' WHERE id = 'north'"))
        assert reader.scalar(text("SELECT name FROM organisations WHERE id = 'north'")) is None
        assert list_contacts(reader, "north") == before


def test_scrubbing_waits_for_readers(tmp_path):
    engine = open_store(f"sqlite:///{tmp_path / 'verbatim.db'}")
    upgrade(engine)
    with reading(engine) as reader:
        list_contacts(reader, "north")
        with writing(engine) as writer:
            add_organisation(writer, "north")
        assert not scrub(engine)
    assert scrub(engine)


@pytest.mark.parametrize("kind", KINDS)
def test_the_steps_make_what_the_tables_say(kind, empty_store):
    stepped, made = empty_store(kind), empty_store(kind)
    upgrade(stepped)
    with writing(made) as connection:
        create_all(connection)
    assert layout(stepped) == layout(made)
    assert len(layout(made)) > 13


@pytest.mark.parametrize("kind", KINDS)
def test_several_that_upgrade_at_once_do_it_once(kind, empty_store):
    engine = empty_store(kind)
    threads = [threading.Thread(target=upgrade, args=(engine,)) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert current(engine) == head()


@pytest.mark.parametrize("kind", KINDS)
def test_a_store_of_a_later_layout_is_refused(kind, empty_store):
    store = empty_store(kind)
    upgrade(store)
    with writing(store) as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    with pytest.raises(StoreError, match="'9999': newer than this software"):
        upgrade(store)


def layout(engine):
    """Everything that the engine knows of tables, keys, indexes, views and triggers, by name."""
    with reading(engine) as connection:
        if engine.dialect.name == "sqlite":
            rows = connection.exec_driver_sql("SELECT name, sql FROM sqlite_master WHERE sql IS NOT NULL")
            parts = {name: re.split(", (?=CONSTRAINT)", " ".join(sql.split())) for name, sql in rows}
            found = {name: sorted(part.strip(" )") for part in each) for name, each in parts.items()}
        else:
            found = {
                (kind, *map(str, row)) for kind, query in CATALOGUE.items() for row in connection.exec_driver_sql(query)
            }
            found = {row: row for row in found if "alembic_version" not in str(row)}
    found.pop("alembic_version", None)
    assert set(inspect(engine).get_table_names()) - {"alembic_version"}
    return found


CATALOGUE = {
    "column": "SELECT table_name, column_name, data_type, udt_name, is_nullable, column_default, is_identity "
    "FROM information_schema.columns WHERE table_schema = 'public'",
    "index": "SELECT indexdef FROM pg_indexes WHERE schemaname = 'public'",
    "constraint": "SELECT conrelid::regclass, conname, pg_get_constraintdef(oid) FROM pg_constraint "
    "WHERE connamespace = 'public'::regnamespace",
    "view": "SELECT viewname, definition FROM pg_views WHERE schemaname = 'public'",
    "trigger": "SELECT tgrelid::regclass, tgname, pg_get_triggerdef(oid) FROM pg_trigger WHERE NOT tgisinternal",
    "function": "SELECT proname, prosrc FROM pg_proc WHERE pronamespace = 'public'::regnamespace",
}


def test_writers_of_one_process_take_turns_and_hold_no_connection_while_they_wait(store):
    def write(number):
        with writing(store) as connection:
            add_organisation(connection, f"o{number}")
            sleep(0.002)
            return store.pool.checkedout()

    with ThreadPoolExecutor(12) as pool:
        held = list(pool.map(write, range(100)))
    if store.dialect.name == "sqlite":
        assert max(held) == 1


def test_a_writer_whose_turn_does_not_come_is_told(empty_store, monkeypatch):
    store = empty_store("sqlite")
    monkeypatch.setattr(opening, "BUSY", 10)
    with writing(store), ThreadPoolExecutor(1) as pool:
        waiting = pool.submit(lambda: writing(store).__enter__())
        with pytest.raises(UnavailableError, match="another writer took 0 seconds"):
            waiting.result()
