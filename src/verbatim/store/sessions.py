"""Sessions: begun at each sign-in, found by a token that only the browser keeps, ended by time, sign-out or disabling.

A token is 256 random bits, so its plain SHA-256 does, as with keys. A session of a key is as good as the key is.
"""

import hashlib
import re
import secrets
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from sqlalchemy import Connection, Row, delete, or_, select, update

from verbatim.store.access_keys import Holder
from verbatim.store.columns import in_utc
from verbatim.store.schema import api_keys
from verbatim.store.sign_in_tables import sessions, users
from verbatim.store.statements import insert_into

IDLE = timedelta(hours=12)
"""A session that nobody used for so long is over."""

LONGEST = timedelta(days=7)
"""However much it is used, it is over after so long."""

NOTED = timedelta(minutes=1)
"""The use of a session is noted once in so long."""

COOKIE = "verbatim_session"
"""The cookie that holds the token."""

CSRF_HEADER = "X-CSRF-Token"
"""The header that a request which changes something proves itself with, since a cookie comes along by itself."""

_TOKEN = re.compile(r"[A-Za-z0-9_-]{43}")


@dataclass(frozen=True, slots=True)
class Session:
    """Who is signed in, the token that forms and scripts must send along, and the language of the page, if set."""

    id: int
    holder: Holder
    csrf: str = field(repr=False)
    language: str | None
    seen: datetime = field(compare=False)


def begin(connection: Connection, holder: Holder, now: datetime) -> str:
    """The token of a new session, which is told here and never again; sessions that are over are dropped."""
    token = secrets.token_urlsafe(32)
    row = {
        "organisation": holder.organisation,
        "hash": _hash(token),
        "csrf": secrets.token_urlsafe(32),
        "user_id": holder.id if holder.login else None,
        "key_id": None if holder.login else holder.id,
        "seen": now,
        "expires": now + LONGEST,
    }
    connection.execute(insert_into(connection, sessions), row)
    over = or_(sessions.c.expires <= in_utc(now), sessions.c.seen <= in_utc(now) - IDLE)
    connection.execute(delete(sessions).where(sessions.c.organisation == holder.organisation, over))
    return token


def session_of(connection: Connection, token: str, now: datetime) -> Session | None:
    """The session of a token; None where it is unknown or over, its user disabled, its key revoked.

    The connection must see every organisation.
    """
    if not _TOKEN.fullmatch(token):
        return None
    own = sessions.c.hash == _hash(token)
    fresh = sessions.c.expires > in_utc(now), sessions.c.seen > in_utc(now) - IDLE
    found = connection.execute(select(sessions).where(own, *fresh)).one_or_none()
    if found is None:
        return None
    return _of_user(connection, found) if found.user_id is not None else _of_key(connection, found)


def use_is_due(session: Session, now: datetime) -> bool:
    """Whether the use of a session should be noted: asked before a block that writes is opened for it."""
    return session.seen <= in_utc(now) - NOTED


def note_use(connection: Connection, session: Session, now: datetime) -> None:
    """Keep that a session was used."""
    own = sessions.c.organisation == session.holder.organisation, sessions.c.id == session.id
    connection.execute(update(sessions).where(*own).values(seen=now))


def end(connection: Connection, session: Session) -> None:
    """Let a session open nothing from now on."""
    own = sessions.c.organisation == session.holder.organisation, sessions.c.id == session.id
    connection.execute(delete(sessions).where(*own))


def _of_user(connection: Connection, found: Row[tuple[object, ...]]) -> Session | None:
    own = users.c.organisation == found.organisation, users.c.id == found.user_id, users.c.active
    user = connection.execute(select(users).where(*own)).one_or_none()
    if user is None:
        return None
    accounts = None if user.accounts is None else tuple(user.accounts)
    holder = Holder(user.id, user.organisation, user.name, user.role, accounts, login=user.login)
    return Session(found.id, holder, found.csrf, user.language, found.seen)


def _of_key(connection: Connection, found: Row[tuple[object, ...]]) -> Session | None:
    own = api_keys.c.organisation == found.organisation, api_keys.c.id == found.key_id, api_keys.c.revoked.is_(None)
    key = connection.execute(select(api_keys).where(*own)).one_or_none()
    if key is None:
        return None
    accounts = None if key.accounts is None else tuple(key.accounts)
    return Session(
        found.id, Holder(key.id, key.organisation, key.name, key.role, accounts), found.csrf, None, found.seen
    )


def _hash(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()
