"""Signing in at the page with a password or a key, being signed in, and signing out."""

from datetime import datetime

from sqlalchemy import Connection, Engine

from verbatim.actions.passwords import hashed, is_outdated, is_right
from verbatim.errors import InputError, UnavailableError
from verbatim.store import access_keys, audit, sessions, users
from verbatim.store.access_keys import Holder
from verbatim.store.opening import reading, writing
from verbatim.store.sessions import Session


def sign_in(engine: Engine, login: str, password: str, now: datetime) -> str | None:
    """The token of a new session; None where login and password do not belong together, or the user is disabled.

    How long it takes does not tell whether there is such a login.
    """
    with reading(engine) as connection:
        user = users.user_of(connection, login)
    known = user is not None and user.active
    right = is_right(user.hash if user and known else None, password)
    if user is None or not known:
        return None
    if not right:
        with writing(engine, user.organisation) as connection:
            users.note_failure(connection, user)
        return None
    holder = Holder(user.id, user.organisation, user.name, user.role, user.accounts, login=user.login)
    with writing(engine, user.organisation) as connection:
        users.note_sign_in(connection, user, now, _renewed(user.hash, password, user.login))
        return _begun(connection, holder, now)


def sign_in_with_key(engine: Engine, secret: str, now: datetime) -> str | None:
    """The token of a new session of a key; None where it is unknown or revoked."""
    with reading(engine) as connection:
        holder = access_keys.holder(connection, secret)
    if holder is None:
        return None
    with writing(engine, holder.organisation) as connection:
        access_keys.note_use(connection, holder.organisation, holder.id, now)
        return _begun(connection, holder, now)


def signed_in(engine: Engine, token: str, now: datetime) -> Session | None:
    """The session of a token, whose use is noted; None where it is over or unknown."""
    with reading(engine) as connection:
        found = sessions.session_of(connection, token, now)
    if found is not None and sessions.use_is_due(found, now):
        _note(engine, found, now)
    return found


def sign_out(engine: Engine, session: Session) -> None:
    """End a session."""
    with writing(engine, session.holder.organisation) as connection:
        sessions.end(connection, session)
        audit.record(connection, session.holder.organisation, _event(session.holder, "signed out"))


def prefer(engine: Engine, session: Session, language: str) -> None:
    """Keep the language in which a person reads the page; of a key nothing is kept. Raises StoreError."""
    holder = session.holder
    if holder.login is not None:
        with writing(engine, holder.organisation) as connection:
            users.set_language(connection, holder.organisation, holder.login, language)


def _begun(connection: Connection, holder: Holder, now: datetime) -> str:
    audit.record(connection, holder.organisation, _event(holder, "signed in"))
    return sessions.begin(connection, holder, now)


def _event(holder: Holder, action: str) -> audit.Event:
    return audit.Event(holder.actor, action, holder.actor)


def _note(engine: Engine, session: Session, now: datetime) -> None:
    try:
        with writing(engine, session.holder.organisation) as connection:
            sessions.note_use(connection, session, now)
    except UnavailableError:
        return  # that a session was used is not worth a request


def _renewed(password_hash: str, password: str, login: str) -> str | None:
    """The hash by the rules of now, where it was made by weaker ones and the password still passes."""
    if not is_outdated(password_hash):
        return None
    try:
        return hashed(password, login)
    except InputError:
        return None
