"""The gate: which route is meant, who asks, whether that may be, how often, and with how much in hand.

It is plain ASGI, so that nothing is read from a client before it is known who that is: the body comes last.
"""

import hmac
import math
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from re import Pattern
from urllib.parse import parse_qsl

from sqlalchemy import Engine
from starlette.concurrency import run_in_threadpool
from starlette.datastructures import Headers
from starlette.requests import cookie_parser
from starlette.types import ASGIApp, Receive, Scope, Send

from verbatim.access import PUBLIC, may
from verbatim.actions.sign_in import signed_in
from verbatim.api.bodies import take_in, too_large
from verbatim.api.call import call_of
from verbatim.api.limits import Buckets
from verbatim.api.problems import Fault, ProblemError, place, told
from verbatim.errors import UnavailableError
from verbatim.store.access_keys import Holder, holder, note_use, use_is_due
from verbatim.store.opening import reading, writing
from verbatim.store.sessions import COOKIE, CSRF_HEADER

FRESH = 3.0
"""Seconds that a look-up of a key holds: a revoked one opens nothing after that."""

MOST_KEYS = 10_000

JSON = ("application/json",)

SAFE = frozenset({"GET", "HEAD"})
"""Methods that change nothing: for every other one a session needs its CSRF token too."""


@dataclass(frozen=True, slots=True)
class Cargo:
    """What a route takes in: at most so many bytes, of one of these types; of any single file where none is named."""

    bytes: int
    types: tuple[str, ...] = JSON
    required: bool = True


@dataclass(frozen=True, slots=True)
class Way:
    """A path, its methods with the names that a query may hold, and what each takes in."""

    pattern: Pattern[str]
    template: str
    queries: Mapping[str, frozenset[str]]
    cargo: Mapping[str, Cargo]


@dataclass(slots=True)
class KnownKeys:
    """Who holds which key, looked up in the store once in a few seconds."""

    engine: Engine
    _known: dict[str, tuple[Holder | None, float]] = field(default_factory=dict)

    def remembered(self, secret: str, now: float) -> tuple[Holder | None] | None:
        """The holder, or nobody, as looked up a moment ago; None where it has to be looked up."""
        holder, until = self._known.get(secret, (None, 0.0))
        return (holder,) if now < until else None

    def look_up(self, secret: str, now: float) -> Holder | None:
        """The holder of a key, or None, from the store; that the key is used is noted there."""
        with reading(self.engine) as connection:
            found = holder(connection, secret)
        if len(self._known) >= MOST_KEYS:
            self._known.clear()
        self._known[secret] = (found, now + FRESH)
        if found is not None and use_is_due(found, datetime.now(UTC)):
            self._note(found)
        return found

    def _note(self, found: Holder) -> None:
        try:
            with writing(self.engine, found.organisation) as connection:
                note_use(connection, found.organisation, found.id, datetime.now(UTC))
        except UnavailableError:
            return  # that a key was used is not worth a request


class Gate:
    """Lets requests through to the routes, with holder and body; every other one is refused."""

    def __init__(
        self,
        app: ASGIApp,
        ways: Sequence[Way],
        keys: KnownKeys,
        buckets: Buckets,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self.app = app
        self._ways, self._keys, self._buckets, self._clock = ways, keys, buckets, clock

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Refuse a request, or let it through."""
        if scope["type"] == "http":
            await self._admit(scope, receive)
        elif scope["type"] == "websocket":
            await send({"type": "websocket.close", "code": 1008})
            return
        await self.app(scope, receive, send)

    async def _admit(self, scope: Scope, receive: Receive) -> None:
        call, headers, method = call_of(scope), Headers(scope=scope), scope["method"]
        way = _way(self._ways, scope["path"], method)
        call.template = way.template
        if way.template not in PUBLIC:
            call.holder = await self._holder(headers, method)
            if not may(call.holder.role, method, way.template):
                raise ProblemError(403, f"a key with the role {call.holder.role} may not {method} {way.template}")
            self._slow_down(call.holder)
        _check_query(scope, way.queries[method])
        if method in way.cargo:
            cargo = way.cargo[method]
            check_headers(headers, cargo)
            await take_in(receive, call.body, cargo.bytes)
            _check_there(call.body.size, cargo)

    async def _holder(self, headers: Headers, method: str) -> Holder:
        token = cookie_parser(headers.get("cookie", "")).get(COOKIE)
        if token and "authorization" not in headers:
            return await self._of_session(token, headers.get(CSRF_HEADER, ""), method)
        scheme, _, secret = headers.get("authorization", "").partition(" ")
        if scheme.lower() != "bearer" or not secret:
            raise _nobody("no key was sent; expected the header Authorization: Bearer vk_…", "")
        now = self._clock()
        known = self._keys.remembered(secret.strip(), now)
        found = known[0] if known else await run_in_threadpool(self._keys.look_up, secret.strip(), now)
        if found is None:
            raise _nobody("the key is unknown or revoked; expected one that is in use", ', error="invalid_token"')
        return found

    async def _of_session(self, token: str, csrf: str, method: str) -> Holder:
        session = await run_in_threadpool(signed_in, self._keys.engine, token, datetime.now(UTC))
        if session is None:
            raise _nobody("the session is over; expected to be signed in again", "")
        if method not in SAFE and not hmac.compare_digest(csrf.encode(), session.csrf.encode()):
            raise ProblemError(403, f"{CSRF_HEADER}: not that of the session; expected the one that the page holds")
        return session.holder

    def _slow_down(self, holder: Holder) -> None:
        wait = self._buckets.wait(holder.actor, self._clock())
        if wait:
            seconds = math.ceil(wait)
            detail = f"this key has asked too often; expected at most {self._buckets.per_minute} requests a minute"
            raise ProblemError(429, detail, headers={"Retry-After": str(seconds)})


def check_headers(headers: Headers, cargo: Cargo) -> None:
    """Raise ProblemError for a body that is announced as too large (413) or of a type that is not taken (415)."""
    length = headers.get("content-length", "")
    if length.isdecimal() and int(length) > cargo.bytes:
        raise too_large(int(length), cargo.bytes)
    if headers.get("content-encoding", "identity") != "identity":
        raise _wrong_type("content-encoding", headers["content-encoding"], "a body that is not compressed")
    kind = headers.get("content-type", "").partition(";")[0].strip().lower()
    if not cargo.types and kind.startswith("multipart/"):
        raise _wrong_type("content-type", kind, "the bytes of one file, as curl --data-binary @FILE sends them")
    if cargo.types and kind not in cargo.types and (kind or cargo.required):
        raise _wrong_type("content-type", kind, " or ".join(cargo.types))


def _way(ways: Sequence[Way], path: str, method: str) -> Way:
    # No engine keeps text with U+0000, so nothing can be called so.
    way = next((one for one in ways if one.pattern.match(path) and "\0" not in path), None)
    if way is None:
        raise ProblemError(404, "there is nothing at this path; expected one of those in /openapi.json")
    if method not in way.queries:
        allowed = ", ".join(sorted(way.queries))
        raise ProblemError(405, f"{way.template} has no {method[:20]}; expected {allowed}", headers={"Allow": allowed})
    return way


def _check_query(scope: Scope, known: frozenset[str]) -> None:
    pairs = parse_qsl(scope["query_string"].decode("latin-1"), keep_blank_values=True)
    unknown = [Fault(place([name]), None, _one_of(known)) for name, _ in pairs if name not in known]
    if unknown:
        raise ProblemError(422, f"{unknown[0].field}: no such parameter; expected {unknown[0].expected}", *unknown)
    zeros = [Fault(name, told(name, value), "text without U+0000") for name, value in pairs if "\0" in value]
    if zeros:
        raise ProblemError(422, f"{zeros[0].field}: expected {zeros[0].expected}", *zeros)


def _one_of(known: frozenset[str]) -> str:
    return f"one of {', '.join(sorted(known))}" if known else "no parameters"


def _check_there(size: int, cargo: Cargo) -> None:
    if not size and cargo.required:
        raise ProblemError(422, "the body is empty; expected one", Fault("body", "0 bytes", "a body"))


def _nobody(detail: str, more: str) -> ProblemError:
    return ProblemError(401, detail, headers={"WWW-Authenticate": f'Bearer realm="verbatim"{more}'})


def _wrong_type(header: str, value: str, expected: str) -> ProblemError:
    shown = value[:60] or "none"
    return ProblemError(415, f"{header} {shown!r}; expected {expected}", Fault(header, shown, expected))
