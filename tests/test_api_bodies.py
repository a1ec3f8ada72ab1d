"""A body is counted as it comes, held in memory up to a mebibyte, and read as JSON that holds together."""

import asyncio
import hashlib

import pytest

from verbatim.api import bodies
from verbatim.api.bodies import HELD, Body, Gone, take_in
from verbatim.api.problems import ProblemError


def taken(chunks, cap=10**9, last=None):
    body, messages = Body(), [{"type": "http.request", "body": chunk, "more_body": True} for chunk in chunks]
    waiting = iter([*messages, last or {"type": "http.request", "body": b"", "more_body": False}])

    async def receive():
        return next(waiting)

    asyncio.run(take_in(receive, body, cap))
    return body


def of(data):
    body = Body()
    body.add(data)
    return body


def test_a_small_body_stays_in_memory():
    body = taken([b"ab", b"c"])
    assert (body.bytes(), body.size, body.digest) == (b"abc", 3, hashlib.sha256(b"abc").hexdigest())


def test_a_large_body_is_in_a_file_until_it_is_closed():
    body = taken([b"x" * HELD, b"y"])
    path = body.path()
    assert path.read_bytes() == b"x" * HELD + b"y" == body.bytes()
    body.close()
    assert not path.exists()


def test_what_is_too_large_is_refused_before_the_rest_has_come():

    with pytest.raises(ProblemError) as caught:
        taken([b"x" * 11, b"never read"], cap=10)
    assert caught.value.problem.status == 413


def test_a_client_that_goes_away_is_told_nothing():
    with pytest.raises(Gone):
        taken([b"half"], last={"type": "http.disconnect"})


def test_a_client_that_sends_nothing_more_is_not_waited_for(monkeypatch):
    monkeypatch.setattr(bodies, "PATIENCE", 0.01)

    async def receive():
        await asyncio.sleep(5)

    with pytest.raises(ProblemError) as caught:
        asyncio.run(take_in(receive, Body(), 10))
    assert caught.value.problem.status == 408


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"{",
        b"[1,]",
        b"\xff{}",
        b'{"a": NaN}',
        b"[" * 100_000,
        b'{"a": 1' + b"0" * 5000 + b"}",
        '{"a": 1}'.encode("utf-16"),
        b"\xef\xbb\xbf{}",
    ],
)
def test_what_is_no_json_is_malformed(data):
    with pytest.raises(ProblemError) as caught:
        of(data).json()
    assert caught.value.problem.status == 400


def test_json_is_read():
    assert of('{"名": [1, "\\ud800"]}'.encode()).json() == {"名": [1, "\ud800"]}
