"""A worker, on both engines, with kinds of its own: what it does with jobs, and what it does when something breaks."""

import resource
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime, timedelta
from time import monotonic, sleep

import psycopg
import pytest
from structlog.testing import capture_logs

from verbatim import jobs
from verbatim.domain import Verbatim
from verbatim.errors import FileError
from verbatim.jobs import FILES_KEPT, KINDS, Patience, Worker, place_of
from verbatim.store.jobs import Lease, cancel, claim, enqueue, file_chunks, job, put_file
from verbatim.store.opening import reading, writing
from verbatim.store.schema import jobs as table
from verbatim.store.verbatims import Received, add_verbatims

WORDS = "Ms Lin said the price is a joke"
PATIENCE = 60


def queue(engine, kind="steps", **payload):
    with writing(engine, "north") as connection:
        return enqueue(connection, "north", kind, payload, "key:1")


def stored(engine, number):
    with reading(engine, "north") as connection:
        return job(connection, "north", number)


def until(condition):
    end = monotonic() + PATIENCE
    while not (found := condition()):
        assert monotonic() < end, "waited in vain"
        sleep(0.02)
    return found


def ended(engine, number):
    return until(lambda: (one := stored(engine, number)).state not in ("queued", "running") and one)


def step(lease, done):
    with writing(lease.engine, "north") as connection:
        lease.progress(connection, done)


@contextmanager
def at_work(desk, kinds, name="host:1", wake=None) -> Iterator[threading.Event]:
    stop = threading.Event()
    thread = threading.Thread(target=Worker(desk, name, kinds, wake).run, args=(stop,))
    thread.start()
    try:
        yield stop
    finally:
        stop.set()
        thread.join(PATIENCE)
        assert not thread.is_alive()


def one_step(desk, lease):
    with writing(desk.engine, "north") as connection:
        lease.progress(connection, 1, 1, {"rows": 1})


def test_a_worker_does_what_is_queued_one_after_the_other(desk):
    seen = []
    numbers = [queue(desk.engine, file=at) for at in range(3)]
    with at_work(desk, {"steps": lambda desk, lease: (seen.append(lease.job.payload["file"]), one_step(desk, lease))}):
        assert [ended(desk.engine, number).state for number in numbers] == ["done"] * 3
    assert seen == [0, 1, 2]
    assert stored(desk.engine, numbers[0]).result == {"rows": 1}


def test_a_worker_is_woken_by_whoever_has_queued_a_job(desk, monkeypatch):
    monkeypatch.setattr(jobs, "IDLE", 10 * PATIENCE)
    wake = threading.Event()
    with at_work(desk, {"steps": one_step}, wake=wake) as stop:
        number = queue(desk.engine)
        wake.set()
        assert ended(desk.engine, number).state == "done"
        stop.set()
        wake.set()


def test_what_is_wrong_with_a_job_is_told_and_the_next_one_is_done(desk):
    def refuse(desk, lease):
        raise FileError("file 7: not a workbook")

    refused, good = queue(desk.engine, "refused"), queue(desk.engine)
    with at_work(desk, {"refused": refuse, "steps": one_step}):
        assert ended(desk.engine, good).state == "done"
    assert (stored(desk.engine, refused).state, stored(desk.engine, refused).error) == (
        "failed",
        "file 7: not a workbook",
    )


def test_of_a_mistake_of_ours_the_type_and_the_place_are_told_but_no_words(desk):
    def break_down(desk, lease):
        raise ValueError(WORDS)

    number = queue(desk.engine)
    with capture_logs() as logged, at_work(desk, {"steps": break_down}):
        failed = ended(desk.engine, number)
    assert failed.error.startswith("a mistake of ours: ValueError in break_down, test_jobs.py:")
    assert WORDS not in f"{failed}{logged}"
    assert [line["mistake"] for line in logged if line["event"] == "job_failed"] == [failed.error.partition(": ")[2]]


def test_the_place_of_a_mistake_is_the_last_line_of_ours(store):
    with pytest.raises(AttributeError) as caught, writing(store, "north") as connection:
        add_verbatims(connection, "north", "s", [Received(Verbatim(7))])
    assert place_of(caught.value).startswith("AttributeError in _check, verbatims.py:")


def test_a_job_of_an_unknown_kind_fails(desk):
    number = queue(desk.engine, "dance")
    with at_work(desk, KINDS):
        failed = ended(desk.engine, number)
    assert failed.error == f"job of kind 'dance': expected one of {', '.join(KINDS)}"


def test_a_job_that_is_cancelled_ends_at_its_next_step_and_the_next_one_is_done(desk):
    going, cancelled = threading.Event(), threading.Event()

    def wait(desk, lease):
        step(lease, 1)
        going.set()
        cancelled.wait(PATIENCE)
        step(lease, 2)

    number, good = queue(desk.engine, "waits"), queue(desk.engine)
    with at_work(desk, {"waits": wait, "steps": one_step}):
        going.wait(PATIENCE)
        with writing(desk.engine, "north") as connection:
            cancel(connection, "north", number, datetime.now(UTC))
        cancelled.set()
        assert ended(desk.engine, good).state == "done"
    assert (stored(desk.engine, number).state, stored(desk.engine, number).done) == ("cancelled", 1)


def test_a_job_that_is_cancelled_in_its_last_moment_stays_cancelled(desk):
    def late(desk, lease):
        with writing(desk.engine, "north") as connection:
            cancel(connection, "north", lease.job.id, datetime.now(UTC))

    number = queue(desk.engine)
    with at_work(desk, {"steps": late}):
        assert ended(desk.engine, number).state == "cancelled"


def test_a_worker_that_is_to_stop_gives_its_job_up_and_another_goes_on_with_it(desk):
    first, second = [], []

    def count(seen):
        def work(desk, lease):
            for done in range(lease.job.done + 1, 200 if seen is first else lease.job.done + 3):
                step(lease, done)
                seen.append(done)

        return work

    number = queue(desk.engine)
    with at_work(desk, {"steps": count(first)}) as stop:
        until(lambda: len(first) > 2)
        stop.set()
    assert (stored(desk.engine, number).state, stored(desk.engine, number).attempts) == ("queued", 0)
    with at_work(desk, {"steps": count(second)}, "host:2"):
        ended(desk.engine, number)
    assert second == [first[-1] + 1, first[-1] + 2]


def test_a_worker_that_starts_anew_takes_back_at_once_what_its_former_self_had(desk):
    number, other = queue(desk.engine), queue(desk.engine)
    with writing(desk.engine) as connection:
        claim(connection, "host:1/former", datetime.now(UTC))
        claim(connection, "host:2/former", datetime.now(UTC))
    with at_work(desk, {"steps": one_step}):
        assert ended(desk.engine, number).state == "done"
    assert stored(desk.engine, other).state == "running"


def test_of_two_workers_of_one_name_the_former_loses_its_job_once_and_both_go_on(desk):
    going, taken = threading.Event(), threading.Event()

    def wait(desk, lease):
        if lease.job.attempts == 1:
            going.set()
            taken.wait(PATIENCE)
        step(lease, lease.job.attempts)

    number = queue(desk.engine, "waits")
    with capture_logs() as logged, at_work(desk, {"waits": wait, "steps": one_step}):
        going.wait(PATIENCE)
        with at_work(desk, {"waits": wait, "steps": one_step}):
            assert ended(desk.engine, number).done == 2
            taken.set()
            assert ended(desk.engine, queue(desk.engine)).state == "done"
    assert len([line for line in logged if line["event"] == "lease_lost"]) == 1
    assert len([line for line in logged if line["event"] == "jobs_put_back"]) == 1


def test_while_a_long_step_runs_the_lease_is_renewed(desk):
    queue(desk.engine)
    with writing(desk.engine) as connection:
        held = claim(connection, "w", datetime.now(UTC), timedelta(seconds=0.1))

    def until_when():
        with reading(desk.engine) as connection:
            return connection.scalar(table.select().with_only_columns(table.c.leased_until))

    with jobs._held(Lease(desk.engine, held, "w", timedelta(seconds=0.1))):
        first = until_when()
        until(lambda: until_when() > first + timedelta(seconds=0.3))


def test_a_store_that_goes_down_in_the_middle_of_a_job_is_waited_for_and_the_job_goes_on(desk):
    going, down = threading.Event(), threading.Event()
    seen = []

    def work(desk, lease):
        for done in range(lease.job.done + 1, 6):
            step(lease, done)
            seen.append(done)
            if done == 3 and not going.is_set():
                going.set()
                down.wait(PATIENCE)

    number = queue(desk.engine)
    with capture_logs() as logged, at_work(desk, {"steps": work}):
        going.wait(PATIENCE)
        with out_of_reach(desk.engine):
            down.set()
            until(lambda: [line for line in logged if line["event"] == "store_unavailable"])
        assert ended(desk.engine, number).state == "done"
    assert seen == [1, 2, 3, 4, 5]
    assert [line["event"] for line in logged if line["event"].startswith("store_")] == [
        "store_unavailable",
        "store_available",
    ]


@contextmanager
def out_of_reach(engine):
    """A block in which the store does not answer: PostgreSQL takes no connections, SQLite has no room on its disk."""
    if engine.dialect.name == "sqlite":
        room, most = resource.getrlimit(resource.RLIMIT_FSIZE)
        resource.setrlimit(resource.RLIMIT_FSIZE, (0, most))
        yield
        resource.setrlimit(resource.RLIMIT_FSIZE, (room, most))
        return
    server = f"host={engine.url.query['host']} user={engine.url.username} dbname=postgres"
    with psycopg.connect(server, autocommit=True) as connection:
        connection.execute(f"ALTER DATABASE {engine.url.database} ALLOW_CONNECTIONS false")
        connection.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = %s", (engine.url.database,)
        )
        yield
        connection.execute(f"ALTER DATABASE {engine.url.database} ALLOW_CONNECTIONS true")


def test_a_store_that_does_not_answer_is_told_of_once(desk, monkeypatch):
    monkeypatch.setattr(jobs, "PAUSES", (0.0, 0.0))
    patience, stop = Patience(), threading.Event()
    monkeypatch.setattr(jobs, "PAUSES", (0.001, 0.002))
    with capture_logs() as logged:
        for _ in range(5):
            patience.wait(jobs.UnavailableError("store x: gone"), stop)
        patience.over()
        patience.over()
    assert [line["event"] for line in logged] == ["store_unavailable", "store_available"]


def test_files_that_nobody_has_fetched_for_long_are_dropped(desk):
    old = queue(desk.engine)
    with writing(desk.engine, "north") as connection:
        put_file(connection, "north", old, [b"words"])
        ages_ago = datetime.now(UTC) - FILES_KEPT - timedelta(hours=1)
        connection.execute(table.update().values(state="done", finished=ages_ago))

    def there():
        with suppress(jobs.VerbatimError), reading(desk.engine, "north") as connection:
            return list(file_chunks(connection, "north", old))

    assert there() == [b"words"]
    with at_work(desk, {}):
        until(lambda: there() is None)
