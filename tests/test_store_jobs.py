import threading
from contextlib import suppress
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import func, select

from verbatim.domain import Rejection, Verbatim
from verbatim.errors import LeaseLostError, NotFoundError
from verbatim.store.jobs import (
    LEASE,
    PIECE,
    TRIES,
    Lease,
    RowError,
    _pieces,
    cancel,
    claim,
    drop_file,
    drop_old_files,
    enqueue,
    errors_of,
    fail,
    file_chunks,
    finish,
    give_up,
    job,
    list_jobs,
    put_back,
    put_file,
)
from verbatim.store.opening import reading, writing
from verbatim.store.schema import jobs, verbatims
from verbatim.store.verbatims import Received, add_verbatims

NOW = datetime(2026, 3, 1, tzinfo=UTC)


def queue(engine, organisation="north", kind="import", actor="key:1"):
    with writing(engine, organisation) as connection:
        return enqueue(connection, organisation, kind, {"file": 7}, actor, 10)


def take(engine, worker="w/1", now=None):
    with writing(engine) as connection:
        taken = claim(connection, worker, now or datetime.now(UTC))
    return taken and Lease(engine, taken, worker)


def note(lease, done, **more):
    with writing(lease.engine, lease.job.organisation) as connection:
        lease.progress(connection, done, **more)


def stored(engine, number, organisation="north"):
    with reading(engine, organisation) as connection:
        return job(connection, organisation, number)


def stop_job(engine, number):
    with writing(engine, "north") as connection:
        return cancel(connection, "north", number, NOW)


def test_a_job_is_queued_claimed_and_done(store):
    number = queue(store)
    assert stored(store, number).state == "queued"
    lease = take(store, now=NOW)
    assert (lease.job.id, lease.job.state, lease.job.payload, lease.job.started) == (
        number,
        "running",
        {"file": 7},
        NOW,
    )
    with writing(store, "north") as connection:
        finish(connection, lease, {"rows": 10})
    ended = stored(store, number)
    assert (ended.state, ended.result, ended.total, ended.error) == ("done", {"rows": 10}, 10, None)
    assert ended.finished
    assert take(store) is None


def test_an_enqueue_that_is_rolled_back_leaves_no_job(store):
    for _ in range(20):
        with suppress(ZeroDivisionError), writing(store, "north") as connection:
            enqueue(connection, "north", "import", {"n": enqueue(connection, "north", "code", {}, None) / 0}, None)
    assert take(store) is None
    with reading(store) as connection:
        assert connection.scalar(select(func.count()).select_from(jobs)) == 0


def test_a_job_of_an_unknown_organisation_is_refused(store):
    with pytest.raises(NotFoundError, match="organisation 'west'"), writing(store, "west") as connection:
        enqueue(connection, "west", "import", {}, None)


def test_no_organisation_sees_the_jobs_of_another(store):
    number = queue(store)
    with pytest.raises(NotFoundError, match=f"job {number}: not in organisation 'south'"):
        stored(store, number, "south")
    with pytest.raises(NotFoundError), writing(store, "south") as connection:
        cancel(connection, "south", number, NOW)
    with reading(store, "south") as connection:
        assert list_jobs(connection, "south") == ()
    assert stored(store, number).state == "queued"


@pytest.mark.parametrize("number", [0, -1, 2**63, 2**70])
def test_a_job_that_cannot_be_is_not_found(store, number):
    with pytest.raises(NotFoundError, match=f"job {number}"):
        stored(store, number)
    with pytest.raises(NotFoundError, match=f"job {number}"):
        stop_job(store, number)


def test_jobs_are_listed_from_the_newest_and_by_who_asked_for_them(store):
    numbers = [queue(store, actor=f"key:{number % 2}") for number in range(4)]
    with reading(store, "north") as connection:
        assert [one.id for one in list_jobs(connection, "north")] == numbers[::-1]
        assert [one.id for one in list_jobs(connection, "north", "key:1")] == [numbers[3], numbers[1]]
        assert [one.id for one in list_jobs(connection, "north", limit=1)] == [numbers[3]]


def test_workers_that_race_never_claim_the_same_job(store):
    queued = [queue(store) for _ in range(20)]
    claimed = []

    def work(name):
        while lease := take(store, name):
            claimed.append(lease.job.id)

    threads = [threading.Thread(target=work, args=(f"w/{number}",)) for number in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(claimed) == queued


def test_a_job_that_is_being_claimed_is_passed_over(store):
    if store.dialect.name == "sqlite":
        return  # one writer: the second waits for the first one's end, as the race above shows
    first, second = queue(store), queue(store)
    with writing(store) as one, writing(store) as other:
        assert claim(one, "w/1", NOW).id == first
        assert claim(other, "w/2", NOW).id == second


def test_a_lease_that_is_over_goes_to_another_worker_and_the_first_keeps_nothing_more(store):
    number = queue(store)
    first = take(store, "w/1", now=NOW - LEASE)
    second = take(store, "w/2", now=NOW)
    assert second.job.id == number

    def work():
        with writing(store, "north") as connection:
            add_verbatims(connection, "north", "survey", [Received(Verbatim("1", "late"))])
            first.progress(connection, 1)

    with pytest.raises(LeaseLostError, match=f"job {number}: is 'running', with worker 'w/2'; expected .* 'w/1'"):
        work()
    with reading(store, "north") as connection:
        assert connection.scalar(select(func.count()).select_from(verbatims)) == 0
    assert stored(store, number).done == 0


def test_a_lease_that_is_not_over_stays(store):
    queue(store)
    take(store, "w/1", now=NOW)
    assert take(store, "w/2", now=NOW + LEASE - timedelta(seconds=1)) is None


def test_progress_is_kept_with_the_work_and_renews_the_lease(store):
    number = queue(store)
    lease = take(store, now=NOW - LEASE)
    note(lease, 4, total=20, result={"stored": 4})
    assert take(store, "w/2") is None
    after = stored(store, number)
    assert (after.done, after.total, after.result) == (4, 20, {"stored": 4})
    note(lease, 5)
    assert replace(stored(store, number), done=4) == after


def test_a_sign_of_life_renews_the_lease_and_changes_nothing_else(store):
    number = queue(store)
    lease = take(store, now=NOW - LEASE)
    before = stored(store, number)
    with writing(store, "north") as connection:
        lease.renew(connection)
    assert take(store, "w/2") is None
    assert stored(store, number) == before


@pytest.mark.parametrize("end", [finish, lambda connection, lease: fail(connection, lease, "late"), give_up])
def test_a_worker_that_lost_its_lease_cannot_end_the_job(store, end):
    number = queue(store)
    first = take(store, "w/1", now=NOW - LEASE)
    take(store, "w/2", now=NOW)
    with pytest.raises(LeaseLostError), writing(store, "north") as connection:
        end(connection, first)
    assert stored(store, number).state == "running"


def test_a_queued_job_that_is_cancelled_is_never_started(store):
    number = queue(store)
    assert stop_job(store, number).state == "cancelled"
    assert take(store) is None


def test_a_running_job_that_is_cancelled_ends_at_its_next_progress(store):
    number = queue(store)
    lease = take(store)
    note(lease, 3)
    assert stop_job(store, number).finished == NOW
    with pytest.raises(LeaseLostError, match=f"job {number}: is 'cancelled'"):
        note(lease, 4)
    assert stored(store, number).done == 3


def test_a_job_that_has_ended_is_not_cancelled(store):
    number = queue(store)
    lease = take(store)
    with writing(store, "north") as connection:
        finish(connection, lease)
    assert stop_job(store, number).state == "done"


def test_a_worker_that_is_to_stop_is_told_and_gives_the_job_up_uncounted(store):
    number = queue(store)
    lease = replace(take(store), stopping=threading.Event())
    note(lease, 1)
    lease.stopping.set()
    with pytest.raises(LeaseLostError, match="its worker is to stop"):
        note(lease, 2)
    with writing(store, "north") as connection:
        give_up(connection, lease)
    assert (stored(store, number).state, stored(store, number).attempts) == ("queued", 0)
    assert take(store, "w/2").job.done == 1


def test_a_worker_that_starts_anew_puts_back_what_its_former_self_had(store):
    mine, other = queue(store), queue(store)
    former, neighbour = take(store, "host:1/a"), take(store, "host:10/a")
    with writing(store) as connection:
        assert put_back(connection, "host:1") == 1
    assert (stored(store, mine).state, stored(store, other).state) == ("queued", "running")
    assert take(store, "host:1/b").job.id == mine
    with pytest.raises(LeaseLostError):
        note(former, 1)
    note(neighbour, 1)


def test_a_job_that_takes_its_workers_down_is_given_up_with_the_reason(store):
    number = queue(store)
    with writing(store, "north") as connection:
        put_file(connection, "north", number, [b"x"])
    for attempt in range(TRIES):
        assert take(store, f"w/{attempt}", now=NOW + attempt * LEASE).job.attempts == attempt + 1
    after = queue(store)
    assert take(store, "w/last", now=NOW + TRIES * LEASE).job.id == after
    failed = stored(store, number)
    assert (failed.state, failed.error) == (
        "failed",
        f"it was started {TRIES} times and its worker ended each time before it got on; given up",
    )
    with pytest.raises(NotFoundError), reading(store, "north") as connection:
        list(file_chunks(connection, "north", number))


def test_a_job_that_gets_on_is_taken_up_as_often_as_it_is_lost(store):
    number = queue(store)
    for attempt in range(3 * TRIES):
        lease = take(store, f"w/{attempt}")
        note(lease, attempt + 1)
        with writing(store) as connection:
            put_back(connection, "w")
    assert (stored(store, number).state, stored(store, number).attempts) == ("queued", 0)


def test_a_job_that_fails_says_why_and_loses_its_file(store):
    number = queue(store)
    lease = take(store)
    with writing(store, "north") as connection:
        put_file(connection, "north", number, [b"words"])
    with writing(store, "north") as connection:
        fail(connection, lease, "column 'a\0b\ud800': not there")
    assert (stored(store, number).state, stored(store, number).error) == ("failed", r"column 'a\0b\ud800': not there")
    with pytest.raises(NotFoundError, match=f"file of job {number}"), reading(store, "north") as connection:
        list(file_chunks(connection, "north", number))


def test_a_row_is_left_out_once_though_its_batch_is_repeated(store):
    number = queue(store)
    lease = take(store)
    rejections = [Rejection("f.csv", row, f"score '{row}\0'") for row in (700, *range(2, 602))]
    for _ in range(2):
        with writing(store, "north") as connection:
            lease.note_errors(connection, rejections)
    with reading(store, "north") as connection:
        found = errors_of(connection, "north", number, 1000)
        assert errors_of(connection, "north", number, 2) == found[:2]
        assert errors_of(connection, "south", number) == ()
    assert len(found) == 601
    assert (found[0], found[-1]) == (RowError(2, r"score '2\0'"), RowError(700, r"score '700\0'"))


@pytest.mark.parametrize("size", [0, 1, PIECE - 1, PIECE, PIECE + 1, 3 * PIECE])
def test_a_file_comes_back_byte_for_byte(store, size):
    number = queue(store)
    content = bytes(range(256)) * (size // 256) + bytes(size % 256)
    with writing(store, "north") as connection:
        put_file(connection, "north", number, [b"former"])
        assert (
            put_file(connection, "north", number, (content[at : at + 70_001] for at in range(0, size, 70_001))) == size
        )
    with reading(store, "north") as connection:
        pieces = list(file_chunks(connection, "north", number))
        with pytest.raises(NotFoundError):
            list(file_chunks(connection, "south", number))
    assert b"".join(pieces) == content
    assert {len(piece) for piece in pieces[:-1]} <= {PIECE}


@given(st.lists(st.integers(0, 2 * PIECE), max_size=5))
def test_pieces_hold_the_same_bytes_and_all_but_the_last_are_full(sizes):
    pieces = list(_pieces(bytes(size) for size in sizes))
    assert sum(map(len, pieces)) == sum(sizes)
    assert all(len(piece) == PIECE for piece in pieces[:-1])
    assert len(pieces) == max(1, -(-sum(sizes) // PIECE))


def test_a_file_is_dropped(store):
    number = queue(store)
    with writing(store, "north") as connection:
        put_file(connection, "north", number, [b"words"])
        drop_file(connection, "south", number)
        assert list(file_chunks(connection, "north", number)) == [b"words"]
        drop_file(connection, "north", number)
        with pytest.raises(NotFoundError):
            list(file_chunks(connection, "north", number))


def test_files_of_jobs_that_ended_long_ago_are_dropped(store):
    old, going = queue(store), queue(store)
    lease = take(store)
    with writing(store, "north") as connection:
        for number in (old, going):
            put_file(connection, "north", number, [b"words"])
        finish(connection, lease)
    with writing(store) as connection:
        assert drop_old_files(connection, datetime.now(UTC) - timedelta(hours=1)) == 0
        assert drop_old_files(connection, datetime.now(UTC) + timedelta(hours=1)) == 1
        assert list(file_chunks(connection, "north", going)) == [b"words"]
