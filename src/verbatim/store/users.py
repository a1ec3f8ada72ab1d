"""Persons who sign in with a password: added, listed, disabled. What is kept of a password is its hash.

A login is one person's over all organisations, since whoever signs in names none. It is kept case-folded.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from unicodedata import normalize

from sqlalchemy import Connection, Row, delete, select, update

from verbatim.access import ROLES, Role
from verbatim.errors import ConflictError, NotFoundError, StoreError
from verbatim.store import audit
from verbatim.store.sign_in_tables import sessions, users
from verbatim.store.statements import insert_into, require_organisation, require_storable

LONGEST = 100
LANGUAGES = ("en", "zh-Hans", "zh-Hant")
"""The languages of the page."""


@dataclass(frozen=True, slots=True)
class NewUser:
    """Somebody who is to sign in; accounts go with a manager and with nobody else. `language` of the page, if set."""

    login: str
    name: str
    role: Role
    accounts: tuple[str, ...] | None = None
    language: str | None = None


@dataclass(frozen=True, slots=True)
class StoredUser:
    """Somebody who may sign in while `active`; `hash` is that of the password, `failed` counts wrong ones in a row."""

    id: int
    organisation: str
    login: str
    name: str
    role: Role
    accounts: tuple[str, ...] | None
    language: str | None
    active: bool
    created: datetime
    last_sign_in: datetime | None
    failed: int
    hash: str = field(repr=False, default="")


def folded(login: str) -> str:
    """A login as it is kept: two that differ by case or width alone are one."""
    return normalize("NFKC", login).strip().casefold()


def add_user(
    connection: Connection, organisation: str, new: NewUser, password_hash: str, actor: str = audit.OPERATOR
) -> StoredUser:
    """Somebody who may sign in from now on.

    Raises StoreError for values that cannot be, ConflictError for a login that is taken in whichever organisation,
    NotFoundError for an unknown organisation.
    """
    require_organisation(connection, organisation)
    _check(new)
    values = {name: getattr(new, name) for name in ("name", "role", "accounts", "language")}
    row = {"organisation": organisation, "login": folded(new.login), "hash": password_hash, **values}
    insert = insert_into(connection, users).on_conflict_do_nothing(index_elements=("login",)).returning(users)
    added = connection.execute(insert, row).one_or_none()
    if added is None:
        raise ConflictError(f"login {folded(new.login)!r}: taken; expected one that nobody has")
    audit.record(connection, organisation, audit.Event(actor, "user added", f"user:{added.login}", {"role": new.role}))
    return _stored(added)


def user_of(connection: Connection, login: str) -> StoredUser | None:
    """Whoever has this login, disabled or not; the connection must see every organisation to find any."""
    row = connection.execute(select(users).where(users.c.login == folded(login))).one_or_none()
    return None if row is None else _stored(row)


def list_users(connection: Connection, organisation: str) -> tuple[StoredUser, ...]:
    """The users of an organisation, disabled ones too, from the first to the latest."""
    rows = connection.execute(select(users).where(users.c.organisation == organisation).order_by(users.c.id))
    return tuple(map(_stored, rows))


def set_password(
    connection: Connection, organisation: str, login: str, password_hash: str, actor: str = audit.OPERATOR
) -> None:
    """Keep another password, end every session of its user, who may sign in again if disabled. Raises NotFoundError."""
    number = _change(connection, organisation, login, hash=password_hash, failed=0, active=True)
    _end_sessions(connection, organisation, number)
    audit.record(connection, organisation, audit.Event(actor, "password set", f"user:{folded(login)}"))


def disable_user(connection: Connection, organisation: str, login: str, actor: str = audit.OPERATOR) -> None:
    """Let nobody sign in with this login from now on, and end every session of it. Raises NotFoundError."""
    number = _change(connection, organisation, login, active=False)
    _end_sessions(connection, organisation, number)
    audit.record(connection, organisation, audit.Event(actor, "user disabled", f"user:{folded(login)}"))


def set_language(connection: Connection, organisation: str, login: str, language: str) -> None:
    """Keep the language in which a user reads the page. Raises StoreError and NotFoundError."""
    _check_language(language)
    _change(connection, organisation, login, language=language)


def note_failure(connection: Connection, user: StoredUser) -> None:
    """Count a wrong password."""
    changed = update(users).where(users.c.organisation == user.organisation, users.c.id == user.id)
    connection.execute(changed.values(failed=users.c.failed + 1))


def note_sign_in(connection: Connection, user: StoredUser, now: datetime, password_hash: str | None = None) -> None:
    """Keep when somebody signed in, and the hash anew where it was made by weaker rules."""
    values = {"last_sign_in": now, "failed": 0} | ({"hash": password_hash} if password_hash else {})
    own = users.c.organisation == user.organisation, users.c.id == user.id
    connection.execute(update(users).where(*own).values(**values))


def _change(connection: Connection, organisation: str, login: str, **values: object) -> int:
    own = users.c.organisation == organisation, users.c.login == folded(login)
    changed = update(users).where(*own).values(**values).returning(users.c.id)
    number: int | None = connection.execute(changed).scalar_one_or_none()
    if number is None:
        raise NotFoundError(f"user {folded(login)!r}: not in organisation {organisation!r}; expected one that is")
    return number


def _end_sessions(connection: Connection, organisation: str, user: int) -> None:
    connection.execute(delete(sessions).where(sessions.c.organisation == organisation, sessions.c.user_id == user))


def _check(new: NewUser) -> None:
    login = folded(require_storable(new.login, "login"))
    if not 1 <= len(login) <= LONGEST or not login.isprintable() or any(map(str.isspace, login)):
        raise StoreError(f"login of {len(login)} characters: expected 1 to {LONGEST} without a blank")
    if not 1 <= len(require_storable(new.name, "name of a user").strip()) <= LONGEST:
        raise StoreError(f"name of a user, {len(new.name)} characters: expected 1 to {LONGEST} that are not all blank")
    if new.role not in ROLES:
        raise StoreError(f"role {new.role!r}: expected one of {', '.join(ROLES)}")
    if (new.role == "manager") != bool(new.accounts):
        found = f"role {new.role!r} with {len(new.accounts or ())} accounts"
        raise StoreError(f"{found}: expected some for a manager, else none")
    for account in new.accounts or ():
        if not require_storable(account, "account").strip():
            raise StoreError(f"account {account!r}: expected a name that is not blank")
    if new.language is not None:
        _check_language(new.language)


def _check_language(language: str) -> None:
    if language not in LANGUAGES:
        raise StoreError(f"language {language[:20]!r}: expected one of {', '.join(LANGUAGES)}")


def _stored(row: Row[tuple[object, ...]]) -> StoredUser:
    accounts: Sequence[str] | None = row.accounts
    return StoredUser(
        id=row.id,
        organisation=row.organisation,
        login=row.login,
        name=row.name,
        role=row.role,
        accounts=None if accounts is None else tuple(accounts),
        language=row.language,
        active=row.active,
        created=row.created,
        last_sign_in=row.last_sign_in,
        failed=row.failed,
        hash=row.hash,
    )
