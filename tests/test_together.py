"""Callers who wait are served together, each with its own result or its own error."""

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier, Event
from time import sleep

import pytest

from verbatim.actions.together import LARGEST_GROUP, Together
from verbatim.errors import StoreError, UnavailableError


def held_up(together, items, work):
    """The futures of callers who all wait while the first is at work."""
    begun, go = Event(), Event()

    def first(group):
        begun.set()
        go.wait(10)
        return group

    pool = ThreadPoolExecutor(len(items) + 1)
    lead = pool.submit(together.do, "key", "first", first)
    begun.wait(10)
    futures = [pool.submit(together.do, "key", item, work) for item in items]
    while together.waiting("key") < len(items):
        sleep(0.001)
    go.set()
    assert lead.result() == "first"
    pool.shutdown()
    return futures


def test_those_who_wait_are_served_in_one_go():
    groups = []

    def doubled(group):
        groups.append(len(group))
        return [2 * item for item in group]

    futures = held_up(Together(), range(8), doubled)
    assert [future.result() for future in futures] == [2 * item for item in range(8)]
    assert groups == [8]


def test_no_group_is_larger_than_it_may_be():
    groups = []
    futures = held_up(Together(), range(40), lambda group: groups.append(len(group)) or group)
    assert [future.result() for future in futures] == list(range(40))
    assert groups == [LARGEST_GROUP, 40 - LARGEST_GROUP]


def test_only_the_one_at_fault_fails():
    def work(group):
        if 3 in group:
            raise StoreError("three")
        return group

    futures = held_up(Together(), range(6), work)
    assert [future.exception() is None for future in futures] == [True, True, True, False, True, True]
    with pytest.raises(StoreError, match="three"):
        futures[3].result()


def test_a_store_that_does_not_answer_is_asked_once_for_all():
    asked = []

    def work(group):
        asked.append(len(group))
        raise UnavailableError("down")

    futures = held_up(Together(), range(6), work)
    assert all(isinstance(future.exception(), UnavailableError) for future in futures)
    assert asked == [6]


def test_callers_of_another_key_wait_for_nobody():
    together, meeting = Together(), Barrier(2, timeout=10)

    def work(group):
        meeting.wait()
        return group

    with ThreadPoolExecutor(2) as pool:
        both = [pool.submit(together.do, key, key, work) for key in ("a", "b")]
        assert [one.result() for one in both] == ["a", "b"]
    assert together._queues == {}
