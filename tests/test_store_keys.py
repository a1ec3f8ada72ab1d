import threading
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import func, select

from verbatim.errors import ConflictError, NotFoundError, StoreError
from verbatim.store.keys import ABANDONED, KEPT, Answer, drop_expired_keys, finish_key, release_key, take_key
from verbatim.store.opening import reading, writing
from verbatim.store.schema import idempotency_keys

NOW = datetime(2026, 3, 1, tzinfo=UTC)
ANSWER = Answer(201, {"ids": [1, 2]})


def take(engine, key="k", fingerprint="f", now=NOW, organisation="north"):
    with writing(engine) as connection:
        return take_key(connection, organisation, key, fingerprint, now)


def finish(engine, now=NOW):
    with writing(engine) as connection:
        finish_key(connection, "north", "k", ANSWER, now)


def test_the_first_request_takes_the_key_and_a_later_one_gets_its_answer(store):
    assert take(store) is None
    finish(store)
    assert take(store) == ANSWER


def test_a_request_beside_the_first_is_told_to_wait(store):
    take(store)
    with pytest.raises(ConflictError, match="Idempotency-Key 'k': the first request is still running"):
        take(store)


def test_another_request_under_the_same_key_is_refused(store):
    take(store)
    finish(store)
    with pytest.raises(ConflictError, match="Idempotency-Key 'k': used for another request"):
        take(store, fingerprint="other")


def test_organisations_have_keys_of_their_own(store):
    take(store)
    assert take(store, organisation="south", fingerprint="other") is None
    with pytest.raises(NotFoundError, match="organisation 'west'"):
        take(store, organisation="west")


@pytest.mark.parametrize(("age", "free"), [(KEPT - timedelta(seconds=1), False), (KEPT, True)])
def test_an_answer_is_kept_for_a_day(store, age, free):
    take(store)
    finish(store)
    assert (take(store, fingerprint="f", now=NOW + age) is None) == free


def test_a_key_whose_holder_is_gone_may_be_taken_again(store):
    take(store)
    with pytest.raises(ConflictError):
        take(store, now=NOW + ABANDONED - timedelta(seconds=1))
    assert take(store, fingerprint="other", now=NOW + ABANDONED) is None


def test_a_key_that_was_given_up_may_be_taken_again(store):
    take(store)
    with writing(store) as connection:
        release_key(connection, "north", "k")
    assert take(store, fingerprint="other") is None


def test_a_key_that_is_done_is_neither_given_up_nor_done_again(store):
    take(store)
    finish(store)
    with writing(store) as connection:
        release_key(connection, "north", "k")
    with pytest.raises(ConflictError, match="'k': not in flight"):
        finish(store)
    assert take(store) == ANSWER


def test_expired_keys_are_dropped(store):
    take(store, "old")
    take(store, "new", now=NOW + timedelta(hours=1))
    with writing(store) as connection:
        assert drop_expired_keys(connection, "south", NOW + KEPT) == 0
        assert drop_expired_keys(connection, "north", NOW + KEPT) == 1
    with reading(store) as connection:
        assert connection.scalar(select(func.count()).select_from(idempotency_keys)) == 1


@pytest.mark.parametrize("key", ["", "  ", "k" * 256, "a\0"])
def test_a_key_that_cannot_be_is_refused(store, key):
    with pytest.raises(StoreError, match="Idempotency-Key"):
        take(store, key)


def test_of_many_at_once_one_takes_the_key(store):
    taken, refused = [], []

    def race(key):
        try:
            taken.append((key, take(store, key)))
        except ConflictError:
            refused.append(key)

    threads = [threading.Thread(target=race, args=(f"k{number % 5}",)) for number in range(40)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(taken) == [(f"k{number}", None) for number in range(5)]
    assert len(refused) == 35
