"""Worker processes, for real: claimed jobs, killed children, a killed server, signals."""

import os
import signal
import subprocess
import sys
from contextlib import contextmanager
from time import monotonic, sleep

import pytest
from sqlalchemy import func, select

from verbatim.actions.importing import start_import
from verbatim.errors import ModelError
from verbatim.formats.reading import ReadOptions
from verbatim.store.jobs import enqueue, job
from verbatim.store.opening import open_store, reading, writing
from verbatim.store.schema import codings
from verbatim.workers import Crew, Order, work_until_told

PATIENCE = 120

# A server that has a crew and nothing else; its children write to the same pipe, which ends when the last of them does.
SERVER = """
import sys
from threading import Event
from verbatim.store.schema import codings
from verbatim.workers import Crew, Order
crew = Crew(Order(*sys.argv[1:]), 2)
crew.start()
print("started", flush=True)
Event().wait()
"""


def url(engine):
    return engine.url.render_as_string(hide_password=False)


def queue(engine):
    """A job of a kind that no worker knows, so that it is refused by whoever takes it."""
    with writing(engine, "north") as connection:
        return enqueue(connection, "north", "dance", {}, None)


def stored(engine, number):
    with reading(engine, "north") as connection:
        return job(connection, "north", number)


def taken(engine, number):
    end = monotonic() + PATIENCE
    while True:
        if (one := stored(engine, number)).state not in ("queued", "running"):
            return one
        assert monotonic() < end, "waited in vain"
        sleep(0.05)


@contextmanager
def crew_of(store, trained, count=1):
    crew = Crew(Order(url(store), "host", str(trained / "small@1")), count)
    crew.start()
    try:
        yield crew
    finally:
        crew.stop()
        assert crew.pids == []


def test_a_crew_takes_jobs_and_ends_when_told(store, trained):
    with crew_of(store, trained) as crew:
        assert taken(store, queue(store)).error.startswith("job of kind 'dance': expected one of import")
        number = queue(store)
        crew.wake()
        assert taken(store, number).state == "failed"


def test_a_worker_that_is_killed_is_started_again(store, trained):
    with crew_of(store, trained) as crew:
        taken(store, queue(store))
        killed = crew.pids
        os.kill(killed[0], signal.SIGKILL)
        assert taken(store, queue(store)).state == "failed"
        assert len(crew.pids) == 1
        assert crew.pids != killed


def test_an_import_whose_worker_is_killed_is_finished_with_each_row_stored_and_coded_once(store, trained, tmp_path):
    path = tmp_path / "replies.csv"
    path.write_text("id,comment\n" + "".join(f"r{n},The price is too high in month {n}.\n" for n in range(800)))
    number = start_import(store, "north", "survey", path, path.name, ReadOptions(), "key:1")
    with crew_of(store, trained) as crew:
        while not stored(store, number).done:
            sleep(0.02)
        os.kill(crew.pids[0], signal.SIGKILL)
        ended = taken(store, number)
    assert (ended.state, ended.done, ended.result["coded"]) == ("done", 800, 800)
    with reading(store, "north") as connection:
        assert connection.scalar(select(func.count()).select_from(codings)) == 800
        assert connection.scalar(select(func.count(codings.c.verbatim_id.distinct()))) == 800


def test_a_server_that_is_killed_leaves_no_worker_behind(store, trained):
    command = [sys.executable, "-c", SERVER, url(store), "host", str(trained / "small@1")]
    with subprocess.Popen(command, stdout=subprocess.PIPE) as server:
        assert server.stdout.readline() == b"started\n"
        taken(store, queue(store))
        server.kill()
        server.stdout.read()  # ends when no process has the pipe any more


def test_a_worker_of_its_own_works_until_it_is_told_to_stop(store, trained):
    command = [sys.executable, "-m", "verbatim.cli", "worker", "--database", url(store), "--name", "alone"]
    environment = os.environ | {"VERBATIM_MODEL": str(trained / "small@1")}
    with subprocess.Popen(command, stderr=subprocess.PIPE, env=environment) as worker:
        taken(store, queue(store))
        worker.send_signal(signal.SIGTERM)
        _, said = worker.communicate(timeout=PATIENCE)
    assert worker.returncode == 0
    assert b'"worker": "alone/' in said
    assert b"job_ended" in said


def test_a_worker_beside_a_folder_of_data_finds_the_store_in_it(sqlite_template, trained, tmp_path):
    (tmp_path / "verbatim.db").write_bytes(sqlite_template.read_bytes())
    engine = open_store(f"sqlite:///{tmp_path / 'verbatim.db'}")
    with writing(engine) as connection:
        connection.exec_driver_sql("INSERT INTO organisations (id, created) VALUES ('north', '2026-03-01 00:00:00')")
    command = [sys.executable, "-m", "verbatim.cli", "worker", "--data", str(tmp_path), "--model"]
    with subprocess.Popen([*command, str(trained / "small@1")]) as worker:
        assert taken(engine, queue(engine)).state == "failed"
        worker.send_signal(signal.SIGINT)
        assert worker.wait(PATIENCE) == 0
    engine.dispose()


def test_a_worker_that_cannot_work_says_why(tmp_path):
    order = Order(f"sqlite:///{tmp_path / 'x.db'}", "alone", "nothing@9")
    with pytest.raises(ModelError, match="nothing@9"):
        work_until_told(order, signals=())
