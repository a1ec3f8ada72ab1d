"""A key may ask so many times a minute, in a burst or evenly."""

import pytest

from verbatim.api.limits import Buckets


def test_a_bucket_holds_the_requests_of_a_minute():
    buckets = Buckets(60)
    assert [buckets.wait(1, 0.0) for _ in range(60)] == [0.0] * 60
    assert buckets.wait(1, 0.0) == 1.0


def test_tokens_come_back_at_an_even_pace():
    buckets = Buckets(60)
    for _ in range(60):
        buckets.wait(1, 0.0)
    assert buckets.wait(1, 0.5) == pytest.approx(0.5)
    assert buckets.wait(1, 1.0) == 0.0
    assert buckets.wait(1, 1.0) > 0


def test_a_bucket_never_holds_more_than_a_minute():
    buckets = Buckets(2)
    assert [buckets.wait(1, 9999.0) for _ in range(3)] == [0.0, 0.0, 30.0]


def test_keys_have_buckets_of_their_own():
    buckets = Buckets(1)
    assert (buckets.wait(1, 0.0), buckets.wait(2, 0.0)) == (0.0, 0.0)
    assert buckets.wait(1, 0.0) > 0
