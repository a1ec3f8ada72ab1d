"""The watch: around every request a line in the log, figures, headers, and the last resort for errors.

A line holds method, template of the path, status, milliseconds and the number of the key or person: no query, no words.
"""

import time
import traceback
from dataclasses import dataclass, field

import structlog
from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram
from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from verbatim.api.bodies import Gone
from verbatim.api.call import Call, call_of
from verbatim.api.problems import ProblemError, problem_of, respond

HEADERS = {
    "Cache-Control": "no-store",
    "Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
}
NOWHERE = "unknown"
"""What a path that is no route is called in log and figures: it may hold anything."""

CLIENT_GONE = 499
ALIVE = "/healthz"

_METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})
_BUCKETS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30)
_log = structlog.get_logger("verbatim.api")


class Figures:
    """What Prometheus is told: requests by method, route and status, how long they took, how many are under way."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        where = ("method", "route")
        self.requests = Counter("verbatim_requests", "Requests.", (*where, "status"), registry=self.registry)
        self.seconds = Histogram(
            "verbatim_request_seconds", "Time to the last byte.", where, registry=self.registry, buckets=_BUCKETS
        )
        self.under_way = Gauge("verbatim_requests_under_way", "Requests not yet answered.", registry=self.registry)


@dataclass(slots=True)
class _Sending:
    """The way out: notes the status, and adds the headers that every answer has."""

    send: Send
    request_id: str
    status: int = 0
    done: bool = field(default=False)

    async def __call__(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            self.status = message["status"]
            headers = MutableHeaders(scope=message)
            for name, value in {**HEADERS, "X-Request-Id": self.request_id}.items():
                headers.setdefault(name, value)
        await self.send(message)


class Watch:
    """Stands outermost; tells every error as a problem, and counts every request."""

    def __init__(self, app: ASGIApp, figures: Figures, at_once: int) -> None:
        self.app = app
        self._figures, self._at_once, self._count = figures, at_once, 0

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on, and see what comes of it."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        call, began = call_of(scope), time.perf_counter()
        sending = _Sending(send, call.id)
        self._count += 1
        self._figures.under_way.set(self._count)
        try:
            await self._pass_on(scope, receive, sending)
        finally:
            call.body.close()
            self._count -= 1
            self._figures.under_way.set(self._count)
            self._note(scope, call, sending.status, time.perf_counter() - began)

    async def _pass_on(self, scope: Scope, receive: Receive, sending: _Sending) -> None:
        call = call_of(scope)
        try:
            if self._count > self._at_once and scope["path"] != ALIVE:
                detail = f"{self._at_once} requests are under way; expected to be asked again"
                raise ProblemError(503, detail, headers={"Retry-After": "1"})
            await self.app(scope, receive, sending)
        except Gone:
            sending.status = CLIENT_GONE
        except Exception as error:  # noqa: BLE001 - the last door: whatever happens is told as a problem
            problem = problem_of(error)
            if problem.status == 500:
                _log.error("unforeseen", request=call.id, error=type(error).__name__, place=_place(error))
            if not sending.status:
                await respond(problem, call.id)(scope, receive, sending)

    def _note(self, scope: Scope, call: Call, status: int, seconds: float) -> None:
        method = scope["method"] if scope["method"] in _METHODS else NOWHERE
        route = call.template or NOWHERE
        self._figures.requests.labels(method, route, str(status)).inc()
        self._figures.seconds.labels(method, route).observe(seconds)
        who = {("user" if call.holder.login else "key"): call.holder.id} if call.holder else {"key": None}
        ms = round(seconds * 1000, 1)
        _log.info("request", request=call.id, method=method, route=route, status=status, ms=ms, **who)


def _place(error: BaseException) -> str:
    """Where an error arose, as module:line, the innermost places last; never what it says."""
    frames = traceback.extract_tb(error.__traceback__)
    named = [f"{frame.filename.rpartition('/verbatim/')[2]}:{frame.lineno}" for frame in frames[-4:]]
    return " > ".join(named)
