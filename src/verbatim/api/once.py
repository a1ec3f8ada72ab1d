"""A POST with an Idempotency-Key has its effect once: sent again, it gets the answer that it got.

    the same request again           the kept answer, with the header Idempotency-Replayed: true
    while the first is under way     409, with Retry-After
    another request under that key   422
    a request that came to nothing   the key is free again

Keys of one holder are nothing to another. What is kept of an answer holds ids and numbers; a secret is not kept.

Work that takes one transaction takes its key in the same one (`once_within`): it is written to the disk once, and no
end of a process comes between what was done and what is known of it.
"""

import hashlib
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from datetime import UTC, datetime

from sqlalchemy import Connection
from starlette.responses import JSONResponse, Response

from verbatim.api.call import Asked
from verbatim.api.problems import MEDIA_TYPE, Fault, ProblemError
from verbatim.errors import ConflictError, KeyReusedError, UnavailableError
from verbatim.store.keys import Answer, drop_expired_keys, finish_key, release_key, take_key
from verbatim.store.opening import writing

HEADER = "Idempotency-Key"
LONGEST = 255
REPLAYED = {"Idempotency-Replayed": "true"}


def once(asked: Asked, work: Callable[[], Answer], secret: Sequence[str] = ()) -> Response:
    """What the work answers, or answered to the same request before; `secret` names what a kept answer lacks.

    Raises ProblemError (409, 422) where the key is in use, and whatever the work raises.
    """
    given = asked.headers.get(HEADER)
    if given is None:
        return told(work())
    key = _key(asked, given)
    former = _taken(asked, key)
    if former is not None:
        return told(former, replayed=True)
    try:
        answer = work()
        if answer.status >= 400:
            _release(asked, key)
        else:
            _finish(asked, key, answer, secret)
    except BaseException:
        with suppress(UnavailableError):
            _release(asked, key)
        raise
    return told(answer)


def once_within(asked: Asked, work: Callable[[Connection], Answer]) -> Response:
    """The same for work within one block that writes, which keeps nothing where it raises anything.

    Raises ProblemError (422) where the key was used otherwise, and whatever the work raises. The same request waits
    for the end of the first one.
    """
    given = asked.headers.get(HEADER)
    key = None if given is None else _key(asked, given)
    with writing(asked.desk.engine, asked.organisation) as connection:
        former = None if key is None else _taken_in(connection, asked, key)
        if former is not None:
            return told(former, replayed=True)
        answer = work(connection)
        if key is not None:
            finish_key(connection, asked.organisation, key, answer, datetime.now(UTC))
    return told(answer)


def told(answer: Answer, *, replayed: bool = False) -> Response:
    """An answer as a response; the job that it names is where to look next."""
    headers = REPLAYED if replayed else {}
    if answer.status >= 400:
        return JSONResponse(answer.body, answer.status, headers, MEDIA_TYPE)
    job = answer.body.get("job") if isinstance(answer.body, dict) else None
    where = {"Location": str(job["href"])} if isinstance(job, dict) else {}
    return JSONResponse(answer.body, answer.status, {**headers, **where})


def _key(asked: Asked, given: str) -> str:
    """What the key is kept as: nothing that one holder sends meets what another one sent."""
    if not 1 <= len(given.strip()) <= LONGEST or not given.isprintable():
        expected = f"1 to {LONGEST} printable characters"
        shown = f"a text of {len(given)} characters"
        raise ProblemError(422, f"{HEADER}: expected {expected}", Fault(HEADER, shown, expected))
    return hashlib.sha256(f"{asked.actor}\n{given}".encode("utf-8", "surrogateescape")).hexdigest()


def _taken(asked: Asked, key: str) -> Answer | None:
    with writing(asked.desk.engine, asked.organisation) as connection:
        return _taken_in(connection, asked, key)


def _taken_in(connection: Connection, asked: Asked, key: str) -> Answer | None:
    request = "\n".join((asked.method, asked.path, asked.query, asked.body.digest))
    fingerprint = hashlib.sha256(request.encode("utf-8", "surrogateescape")).hexdigest()
    now = datetime.now(UTC)
    with _refused():
        former = take_key(connection, asked.organisation, key, fingerprint, now)
        drop_expired_keys(connection, asked.organisation, now)
        return former


@contextmanager
def _refused() -> Iterator[None]:
    """A block in which a key that is in use is told as a problem."""
    try:
        yield
    except KeyReusedError:
        expected = "the same request again, or a new key"
        raise ProblemError(422, f"{HEADER}: used for another request; expected {expected}", _fault(expected)) from None
    except ConflictError:
        expected = "to be sent again when the first request has ended"
        detail = f"{HEADER}: the first request is under way; expected {expected}"
        raise ProblemError(409, detail, _fault(expected), headers={"Retry-After": "1"}) from None


def _finish(asked: Asked, key: str, answer: Answer, secret: Sequence[str]) -> None:
    body = answer.body
    kept = {name: None if name in secret else value for name, value in body.items()} if isinstance(body, dict) else body
    with writing(asked.desk.engine, asked.organisation) as connection:
        finish_key(connection, asked.organisation, key, Answer(answer.status, kept), datetime.now(UTC))


def _release(asked: Asked, key: str) -> None:
    with writing(asked.desk.engine, asked.organisation) as connection:
        release_key(connection, asked.organisation, key)


def _fault(expected: str) -> Fault:
    return Fault(HEADER, "a key that is in use", expected)
