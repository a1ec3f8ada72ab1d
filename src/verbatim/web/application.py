"""The pages put together: which path shows what, to whom; every other one is not found."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from urllib.parse import parse_qsl, quote

from starlette.concurrency import run_in_threadpool
from starlette.datastructures import MutableHeaders
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from verbatim.access import Role
from verbatim.actions.desk import Desk
from verbatim.actions.sign_in import signed_in
from verbatim.errors import FieldError, InputError, NotFoundError, UnavailableError
from verbatim.store.sessions import COOKIE
from verbatim.web import sign_in, static_files
from verbatim.web.places import SECTIONS
from verbatim.web.visit import HOME, SIGN_IN, Entry, Site, Visit, go_to, page
from verbatim.web.words import Words, preferred

HEADERS: Mapping[str, str] = {
    "Cache-Control": "no-store",
    "Content-Security-Policy": "; ".join((
        "default-src 'none'",
        "script-src 'self'",
        "style-src 'self'",
        "img-src 'self' data:",
        "connect-src 'self'",
        "form-action 'self'",
        "base-uri 'none'",
        "frame-ancestors 'none'",
    )),
}  # fmt: skip
"""Headers of every page; the watch adds the others. What may run is what we serve, and nothing that a page holds."""

LARGEST_FORM = 16 * 1024
MOST_FIELDS = 50
STATIC = "/static/"

Show = Callable[[Visit], Response]


@dataclass(frozen=True, slots=True)
class Place:
    """What a path shows or does; `roles` that may (None: anybody, signed in or not)."""

    act: Show
    roles: frozenset[Role] | None = None


class Pages:
    """The pages of a desk, as ASGI."""

    def __init__(self, desk: Desk, address: str | None = None) -> None:
        entries = tuple(Entry(one.name, one.path, one.roles) for one in SECTIONS if one.listed)
        self._site = Site(desk, entries, address)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request."""
        request = Request(scope, receive)
        try:
            answer = await self._answer(request)
        except ClientDisconnect:
            return
        await answer(scope, receive, _with_headers(send))

    async def _answer(self, request: Request) -> Response:
        if request.url.path.startswith(STATIC):
            version, _, name = request.url.path.removeprefix(STATIC).partition("/")
            found = static_files.serve(version, name) if request.method in ("GET", "HEAD") else None
            return found or Response("not found", 404, media_type="text/plain")
        fields = await _fields(request)
        return await run_in_threadpool(self._shown, request, fields)

    def _shown(self, request: Request, fields: Mapping[str, str] | None) -> Response:
        visit = self._visit(request, fields or {})
        try:
            return _refused(visit, request.method, fields) or _place(visit, request.method).act(visit)
        except UnavailableError:
            return _told(visit, 503)
        except NotFoundError:
            return _told(visit, 404)
        except FieldError as error:
            return _told(visit, 422, str(error))
        except InputError:
            return _told(visit, 422)

    def _visit(self, request: Request, fields: Mapping[str, str]) -> Visit:
        cookies, token = request.cookies, request.cookies.get(COOKIE)
        session = signed_in(self._site.desk.engine, token, datetime.now(UTC)) if token else None
        setting = session.language if session else None
        language = preferred(setting, cookies.get(sign_in.LANGUAGE), request.headers.get("accept-language", ""))
        query, given = dict(request.query_params), request.query_params
        many = {name: tuple(given.getlist(name)) for name in query}
        origin = self._origin(request)
        return Visit(self._site, request.url.path, query, fields, cookies, origin, session, Words(language), many)

    def _origin(self, request: Request) -> str:
        """Where a request comes from: with a proxy before this site, what that one says last."""
        peer = request.client.host if request.client else ""
        sent = request.headers.get("x-forwarded-for", "").rpartition(",")[2].strip() if self._site.address else ""
        return sent[:60] or peer


def _home(visit: Visit) -> Response:
    entries = visit.entries()
    return go_to(entries[0].path if entries else SIGN_IN)


PLACES: Mapping[tuple[str, str], Place] = {
    ("GET", HOME): Place(_home),
    ("GET", SIGN_IN): Place(sign_in.show),
    ("POST", SIGN_IN): Place(sign_in.enter),
    ("POST", "/sign-out"): Place(sign_in.leave),
    ("POST", "/language"): Place(sign_in.choose_language),
    **{("GET", one.path): Place(one.show, one.roles) for one in SECTIONS},
}
"""Every page and form."""


def _place(visit: Visit, method: str) -> Place:
    found = PLACES.get((_plain(method), visit.path))
    if found is None:
        raise NotFoundError(f"{method[:20]} of a page that there is not; expected one of the navigation")
    return found


def _refused(visit: Visit, method: str, fields: Mapping[str, str] | None) -> Response | None:
    """The answer to whoever may not, or to a form that is not ours; None where all is well."""
    place = PLACES.get((_plain(method), visit.path))
    if place is None:
        return _told(visit, 404)
    if fields is None:
        return _told(visit, 413)
    if place.roles is not None and visit.session is None:
        return go_to(f"{SIGN_IN}?to={quote(visit.here)}")
    if place.roles is not None and visit.holder.role not in place.roles:
        return _told(visit, 403)
    # The form of signing in says itself what is wrong with it.
    if method == "POST" and visit.path != SIGN_IN and not sign_in.is_own_form(visit):
        return _told(visit, 403)
    return None


def _told(visit: Visit, status: int, wrong: str = "") -> Response:
    return page(visit, "problem.html", "problem", status=status, number=status, wrong=wrong)


def _plain(method: str) -> str:
    return "GET" if method == "HEAD" else method


async def _fields(request: Request) -> Mapping[str, str] | None:
    """The fields of a form; None where there is too much."""
    if request.method != "POST":
        return {}
    body = b""
    async for chunk in request.stream():
        body += chunk
        if len(body) > LARGEST_FORM:
            return None
    try:
        return dict(parse_qsl(body.decode("utf-8", "replace"), keep_blank_values=True, max_num_fields=MOST_FIELDS))
    except ValueError:
        return None


def _with_headers(send: Send) -> Send:
    async def sending(message: Message) -> None:
        if message["type"] == "http.response.start":
            headers = MutableHeaders(scope=message)
            for name, value in HEADERS.items():
                headers.setdefault(name, value)
        await send(message)

    return sending


def pages(desk: Desk, address: str | None = None) -> ASGIApp:
    """The pages of a desk; `address` is what browsers call the site where a proxy stands before it."""
    return Pages(desk, address)
