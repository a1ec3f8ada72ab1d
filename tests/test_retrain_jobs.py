"""Retraining as a job: one at a time, cancelled without a trace, done once."""

from datetime import UTC, datetime, timedelta
from threading import Event, Thread

import pytest

from verbatim.actions.retrain_jobs import request_retrain, retrain_now, run_retrain
from verbatim.actions.stored_coding import run_recoding
from verbatim.errors import ConflictError, CorpusError, LeaseLostError, NotFoundError, StoreError
from verbatim.jobs import Worker
from verbatim.store.codings import codings_of, effective
from verbatim.store.jobs import Lease, cancel, claim, job, list_jobs
from verbatim.store.opening import reading, writing

TABLE = {"min_gold": 40, "protected": ["product.safety"]}


def leased(engine, now=None):
    with writing(engine) as connection:
        return Lease(engine, claim(connection, "w", now or datetime.now(UTC)), "w")


def asked(engine, number):
    with reading(engine, "north") as connection:
        return job(connection, "north", number)


def worked(desk):
    """Let a worker do everything that waits."""
    stop = Event()
    thread = Thread(target=Worker(desk, "w").run, args=(stop,))
    thread.start()
    while True:
        with reading(desk.engine, "north") as connection:
            if all(one.state in ("done", "failed", "cancelled") for one in list_jobs(connection, "north")):
                break
        stop.wait(0.05)
    stop.set()
    thread.join()


def test_a_worker_retrains_and_then_codes_all_history_by_the_new_model(desk, analysts):
    taught, gold = analysts.review(60), analysts.review(60, gold=True)
    plain = analysts.review(5, person=False)
    number = request_retrain(desk.engine, "north", "key:1", policy=TABLE)
    worked(desk)
    done = asked(desk.engine, number)
    assert (done.state, done.result["challenger"], done.result["promoted"]) == ("done", "small-own@1", True)
    assert done.result["gains"]["l2_weighted"]["low"] > 0
    with reading(desk.engine, "north") as connection:
        authors = {
            id: one.coding.author for id, one in effective(connection, "north", [*taught, *gold, *plain]).items()
        }
        coded = {one.verbatim for one in codings_of(connection, "north", taught) if one.coding.author == "small-own@1"}
    assert {authors[id] for id in plain} == {"small-own@1"}
    assert {authors[id] for id in (*taught, *gold)} == {"ann"}
    assert coded == set(taught)


def test_of_two_at_once_the_second_is_refused_and_told_of_the_first(desk, analysts):
    first = request_retrain(desk.engine, "north", "key:1")
    with pytest.raises(ConflictError, match=f"job {first}: a retrain is queued; expected to be asked again when"):
        request_retrain(desk.engine, "north", "key:2")
    leased(desk.engine)
    with pytest.raises(ConflictError, match=f"job {first}: a retrain is running"):
        retrain_now(desk.engine, analysts.order())
    assert request_retrain(desk.engine, "south", "key:3") != first


def test_many_at_once_start_one(desk, analysts):
    found = []

    def ask():
        try:
            found.append(request_retrain(desk.engine, "north", "key:1"))
        except ConflictError:
            found.append(None)

    threads = [Thread(target=ask) for _ in range(5)]
    for one in threads:
        one.start()
    for one in threads:
        one.join()
    assert sorted(one is None for one in found) == [False, True, True, True, True]


def test_one_whose_worker_went_away_makes_room(desk, analysts):
    first = request_retrain(desk.engine, "north", "key:1")
    leased(desk.engine, datetime.now(UTC) - timedelta(hours=1))
    second = request_retrain(desk.engine, "north", "key:1")
    assert asked(desk.engine, first).error == "its worker went away, and another retrain was asked for"
    assert asked(desk.engine, second).state == "queued"


def test_one_that_was_cancelled_promotes_nothing(desk, analysts):
    analysts.review(60)
    number = request_retrain(desk.engine, "north", "key:1", override="at once")
    lease = leased(desk.engine)
    with writing(desk.engine, "north") as connection:
        cancel(connection, "north", number, datetime.now(UTC))
    with pytest.raises(LeaseLostError):
        run_retrain(desk, lease)
    assert analysts.now() is None


def test_one_that_was_kept_is_not_done_again(desk, analysts):
    analysts.review(60)
    number = request_retrain(desk.engine, "north", "key:1", override="at once")
    run_retrain(desk, leased(desk.engine))
    later = leased(desk.engine, datetime.now(UTC) + timedelta(hours=1))
    assert later.job.id == number
    run_retrain(desk, later)
    assert len(analysts.history()) == 1


def test_one_that_is_done_at_once_is_a_job_too(desk, analysts):
    analysts.review(60)
    found = retrain_now(desk.engine, analysts.order(override="at once"))
    with reading(desk.engine, "north") as connection:
        recode, done = list_jobs(connection, "north")
    assert (done.kind, done.state, done.result["challenger"]) == ("retrain", "done", found.challenger)
    assert (recode.id, recode.state) == (found.recode, "queued")


def test_one_that_fails_at_once_is_failed(desk, analysts):
    analysts.review(60)
    analysts.installed = analysts.installed.parent / "nowhere"
    with pytest.raises(Exception, match="cannot be read as a model's manifest"):
        retrain_now(desk.engine, analysts.order())
    with reading(desk.engine, "north") as connection:
        (only,) = list_jobs(connection, "north")
    assert (only.state, only.error) == ("failed", "it was broken off")


def test_what_cannot_be_asked_for_is_refused(desk):
    with pytest.raises(CorpusError, match="policy: unknown key 'x'"):
        request_retrain(desk.engine, "north", "key:1", policy={"x": 1})
    with pytest.raises(StoreError, match="reason of 0 characters"):
        request_retrain(desk.engine, "north", "key:1", override=" ")
    with pytest.raises(NotFoundError, match="organisation 'west'"):
        request_retrain(desk.engine, "west", "key:1")
    with reading(desk.engine, "north") as connection:
        assert list_jobs(connection, "north") == ()


def test_recoding_after_rolling_back_codes_what_the_former_model_has_not(desk, analysts):
    analysts.review(60)
    plain = analysts.review(3, person=False)
    retrain_now(desk.engine, analysts.order(override="at once"))
    run_recoding(desk, leased(desk.engine))
    with reading(desk.engine, "north") as connection:
        assert {one.coding.author for one in effective(connection, "north", plain).values()} == {"small-own@1"}
