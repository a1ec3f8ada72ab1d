"""Signing in and out, and the language of the pages.

The form of somebody who is not signed in proves itself by a token that stands in the form and in a cookie: another
site can send a form, but can neither read nor set that cookie.
"""

import hmac
import math
import secrets
import time
from datetime import UTC, datetime

from starlette.responses import Response

from verbatim.actions.sign_in import prefer, sign_in, sign_in_with_key, sign_out
from verbatim.store.access_keys import PREFIX
from verbatim.store.sessions import COOKIE, LONGEST
from verbatim.store.users import LANGUAGES, folded
from verbatim.web.visit import HOME, SIGN_IN, Visit, go_to, own_path, page

FORM = "verbatim_form"
LANGUAGE = "verbatim_language"
"""The cookies of forms, and of the language."""

YEAR = 365 * 24 * 3600


def show(visit: Visit) -> Response:
    """The page with the form; whoever is signed in is sent on."""
    if visit.session is not None:
        return go_to(own_path(visit.query.get("to", HOME)))
    return _form(visit, own_path(visit.query.get("to", HOME)))


def enter(visit: Visit) -> Response:
    """Sign in by login and password, or by a key in the place of both; a session that was there is ended."""
    to, secret = own_path(visit.fields.get("to", HOME)), visit.fields.get("key", "").strip()
    login, password = visit.fields.get("login", ""), visit.fields.get("password", "")
    if not is_own_form(visit):
        return _form(visit, to, 403, visit.say("sign_in.stale"))
    name, now = (PREFIX if secret else folded(login)), datetime.now(UTC)
    wait = visit.site.throttle.begin(f"{name} {visit.origin}" if secret else name, visit.origin, time.monotonic())
    if wait:
        answer = _form(visit, to, 429, visit.say("sign_in.wait", n=math.ceil(wait)))
        answer.headers["Retry-After"] = str(math.ceil(wait))
        return answer
    engine = visit.site.desk.engine
    token = sign_in_with_key(engine, secret, now) if secret else sign_in(engine, login, password, now)
    if token is None:
        return _form(visit, to, 401, visit.say("sign_in.wrong_key" if secret else "sign_in.wrong"))
    visit.site.throttle.forgive(f"{name} {visit.origin}" if secret else name, visit.origin)
    return _entered(visit, to, token)


def leave(visit: Visit) -> Response:
    """Sign out: the session opens nothing from now on."""
    if visit.session is not None:
        sign_out(visit.site.desk.engine, visit.session)
    answer = go_to(SIGN_IN)
    answer.delete_cookie(COOKIE, secure=visit.site.secure, httponly=True, samesite="lax")
    return answer


def choose_language(visit: Visit) -> Response:
    """Keep a language, in a cookie and for the person who is signed in."""
    answer = go_to(own_path(visit.fields.get("to", HOME)))
    wanted = visit.fields.get("language", "")
    if wanted in LANGUAGES:
        if visit.session is not None:
            prefer(visit.site.desk.engine, visit.session, wanted)
        _set(visit, answer, LANGUAGE, wanted, YEAR)
    return answer


def is_own_form(visit: Visit) -> bool:
    """Whether a form was sent from a page of ours: by the token of the session, or else of the form's cookie."""
    kept = visit.session.csrf if visit.session else visit.cookies.get(FORM, "")
    return bool(kept) and hmac.compare_digest(kept.encode(), visit.fields.get("csrf", "").encode())


def _form(visit: Visit, to: str, status: int = 200, problem: str | None = None) -> Response:
    token = visit.cookies.get(FORM) or secrets.token_urlsafe(32)
    login = visit.fields.get("login", "")
    answer = page(
        visit, "sign_in.html", "sign_in", status=status, to=to, form_token=token, problem=problem, login=login
    )
    _set(visit, answer, FORM, token, None)
    return answer


def _entered(visit: Visit, to: str, token: str) -> Response:
    if visit.session is not None:
        sign_out(visit.site.desk.engine, visit.session)
    answer = go_to(to)
    _set(visit, answer, COOKIE, token, int(LONGEST.total_seconds()))
    answer.delete_cookie(FORM, secure=visit.site.secure, httponly=True, samesite="lax")
    return answer


def _set(visit: Visit, answer: Response, name: str, value: str, seconds: int | None) -> None:
    answer.set_cookie(name, value, seconds, path="/", secure=visit.site.secure, httponly=True, samesite="lax")
