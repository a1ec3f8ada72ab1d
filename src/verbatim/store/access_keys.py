"""API keys: made once, kept as a hash, revoked, and what their holders may see.

A key is 256 random bits, so its plain SHA-256 is as good as a slow hash is for passwords: there is nothing to guess.
It is looked up by that hash and compared nowhere: how long a look-up takes could only tell about a hash that the sender
can compute but not choose, so a comparison in constant time would add nothing.
"""

import hashlib
import re
import secrets
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from sqlalchemy import Connection, or_, select, update

from verbatim.access import ROLES, Role
from verbatim.errors import NotFoundError, StoreError
from verbatim.store import audit
from verbatim.store.columns import in_utc
from verbatim.store.listing import NOTHING_LEFT_OUT, Filters
from verbatim.store.schema import api_keys
from verbatim.store.statements import NUMBERS, insert_into, require_organisation, require_storable

PREFIX = "vk_"
LONGEST_NAME = 200

NOTED = timedelta(minutes=1)
"""The use of a key is noted once in so long, so that a read does not always write."""

_SECRET = re.compile(re.escape(PREFIX) + r"[A-Za-z0-9_-]{43}")


@dataclass(frozen=True, slots=True)
class Holder:
    """Whoever holds a key, or signed in by a `login`; `accounts` are the only ones that a manager sees."""

    id: int
    organisation: str
    name: str
    role: Role
    accounts: tuple[str, ...] | None = None
    last_used: datetime | None = field(default=None, compare=False)
    login: str | None = None

    @property
    def actor(self) -> str:
        """What the holder is called in jobs, in audit events, and as the submitter of a verbatim."""
        return f"user:{self.login}" if self.login else f"key:{self.id}"


@dataclass(frozen=True, slots=True)
class StoredKey:
    """What is kept of a key; the key itself is not."""

    id: int
    name: str
    role: Role
    accounts: tuple[str, ...] | None
    created: datetime
    last_used: datetime | None
    revoked: datetime | None


def create_key(
    connection: Connection,
    organisation: str,
    name: str,
    role: Role,
    accounts: Sequence[str] | None = None,
    actor: str = audit.OPERATOR,
) -> tuple[Holder, str]:
    """The holder of a new key, and the key itself, which is told here and never again.

    Accounts, which need not be known yet, go with a manager and with nobody else. Raises StoreError for a name, a role
    or accounts that cannot be, NotFoundError for an unknown organisation.
    """
    require_organisation(connection, organisation)
    _check(name, role, accounts)
    secret = PREFIX + secrets.token_urlsafe(32)
    own = tuple(dict.fromkeys(accounts)) if accounts is not None else None
    row = {"organisation": organisation, "name": name, "role": role, "accounts": own, "hash": _hash(secret)}
    number = connection.execute(insert_into(connection, api_keys).returning(api_keys.c.id), row).scalar_one()
    audit.record(connection, organisation, audit.Event(actor, "key created", f"key:{number}", {"role": role}))
    return Holder(number, organisation, name, role, own), secret


def holder(connection: Connection, secret: str) -> Holder | None:
    """Who holds this key; None where it is unknown or revoked. The connection must see every organisation."""
    if not _SECRET.fullmatch(secret):
        return None
    keys = api_keys.c
    row = connection.execute(select(api_keys).where(keys.hash == _hash(secret), keys.revoked.is_(None))).one_or_none()
    if row is None:
        return None
    return Holder(row.id, row.organisation, row.name, row.role, _accounts(row.accounts), row.last_used)


def use_is_due(holder: Holder, now: datetime) -> bool:
    """Whether the use of the key should be noted: asked before a block that writes is opened for it."""
    return holder.last_used is None or holder.last_used <= in_utc(now) - NOTED


def note_use(connection: Connection, organisation: str, number: int, now: datetime) -> None:
    """Keep when a key was used; nothing is written where that was noted less than a minute ago."""
    keys = api_keys.c
    due = or_(keys.last_used.is_(None), keys.last_used <= in_utc(now) - NOTED)
    own = keys.organisation == organisation, keys.id == number
    connection.execute(update(api_keys).where(*own, due).values(last_used=now))


def list_keys(connection: Connection, organisation: str) -> tuple[StoredKey, ...]:
    """The keys of an organisation, revoked ones too, from the first to the latest."""
    rows = connection.execute(select(api_keys).where(api_keys.c.organisation == organisation).order_by(api_keys.c.id))
    return tuple(
        StoredKey(row.id, row.name, row.role, _accounts(row.accounts), row.created, row.last_used, row.revoked)
        for row in rows
    )


def revoke_key(
    connection: Connection, organisation: str, number: int, now: datetime, actor: str = audit.OPERATOR
) -> None:
    """Let a key open nothing from now on; one that is revoked stays so. Raises NotFoundError."""
    keys = api_keys.c
    own = keys.organisation == organisation, keys.id == (number if number in NUMBERS else 0)
    if connection.scalar(select(keys.id).where(*own)) is None:
        raise NotFoundError(f"key {number}: not in organisation {organisation!r}; expected the id of one that is")
    changed = connection.execute(update(api_keys).where(*own, keys.revoked.is_(None)).values(revoked=now))
    if changed.rowcount:
        audit.record(connection, organisation, audit.Event(actor, "key revoked", f"key:{number}"))


def scope(holder: Holder, filters: Filters = NOTHING_LEFT_OUT) -> Filters:
    """The filters narrowed to what the holder may see: a submitter what it handed in, a manager its accounts."""
    if holder.role == "submitter":
        return replace(filters, submitter=holder.actor)
    if holder.role == "manager":
        return replace(filters, accounts=holder.accounts or ())
    return filters


def jobs_of(holder: Holder) -> str | None:
    """The actor whose jobs and exports alone the holder may see; None where it may see everybody's.

    An export holds what its maker may see: a manager fetches none of another's.
    """
    return holder.actor if holder.role in {"submitter", "manager"} else None


def _check(name: str, role: str, accounts: Sequence[str] | None) -> None:
    if not 1 <= len(require_storable(name, "name of a key").strip()) <= LONGEST_NAME:
        raise StoreError(f"name of a key, {len(name)} characters: expected 1 to {LONGEST_NAME} that are not all blank")
    if role not in ROLES:
        raise StoreError(f"role {role!r}: expected one of {', '.join(ROLES)}")
    if (role == "manager") != bool(accounts):
        raise StoreError(f"role {role!r} with {len(accounts or ())} accounts: expected some for a manager, else none")
    for account in accounts or ():
        if not require_storable(account, "account").strip():
            raise StoreError(f"account {account!r}: expected a name that is not blank")


def _hash(secret: str) -> str:
    return hashlib.sha256(secret.encode()).hexdigest()


def _accounts(kept: Sequence[str] | None) -> tuple[str, ...] | None:
    return None if kept is None else tuple(kept)
