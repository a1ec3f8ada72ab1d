"""Idempotency keys: a request that is sent again has its effect once, and gets the answer that it got.

    taken ──finish──► done, for 24 hours ──► free
      └────release────────────────────────► free

The block that takes a key must end before the work begins: only then do others see that it is taken. An answer that is
kept holds numbers, never a customer's words.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, Connection, delete, or_, select, update

from verbatim.errors import ConflictError, KeyReusedError, StoreError
from verbatim.store.columns import in_utc
from verbatim.store.schema import idempotency_keys
from verbatim.store.statements import insert_into, require_organisation, require_storable

KEPT = timedelta(hours=24)
"""How long a key is kept after it was taken or done."""

ABANDONED = timedelta(minutes=10)
"""A key that has been taken for so long without an answer may be taken again: whoever took it is gone."""

LONGEST_KEY = 255


@dataclass(frozen=True, slots=True)
class Answer:
    """What was answered: a status, and a body of what JSON knows."""

    status: int
    body: object


def take_key(connection: Connection, organisation: str, key: str, fingerprint: str, now: datetime) -> Answer | None:
    """None where the key is taken by this very call, else the answer that was given to the same request before.

    `fingerprint` tells one request from another. Raises ConflictError while another request holds the key,
    KeyReusedError where it was used for a request of another fingerprint, StoreError for one that is blank or too long.
    """
    require_organisation(connection, organisation)
    if not 1 <= len(require_storable(key, "Idempotency-Key").strip()) <= LONGEST_KEY:
        raise StoreError(f"Idempotency-Key {key[:40]!r}: expected 1 to {LONGEST_KEY} characters")
    keys = idempotency_keys.c
    insert = insert_into(connection, idempotency_keys)
    fresh = {name: insert.excluded[name] for name in ("fingerprint", "state", "status", "answer", "created", "expires")}
    free = or_(keys.expires <= now, (keys.state == "in_flight") & (keys.created <= now - ABANDONED))
    upsert = insert.on_conflict_do_update(index_elements=("organisation", "key"), set_=fresh, where=free)
    row = {"organisation": organisation, "key": key, "fingerprint": fingerprint, "state": "in_flight"}
    times = {"created": now, "expires": in_utc(now) + KEPT, "status": None, "answer": None}
    if connection.execute(upsert.returning(keys.key), {**row, **times}).first():
        return None
    return _answer(connection, organisation, key, fingerprint)


def finish_key(connection: Connection, organisation: str, key: str, answer: Answer, now: datetime) -> None:
    """Keep the answer to the request that took the key, for 24 hours. Raises ConflictError where it is not taken."""
    done = {"state": "done", "status": answer.status, "answer": answer.body, "expires": in_utc(now) + KEPT}
    changed = connection.execute(update(idempotency_keys).where(*_taken(organisation, key)).values(done))
    if not changed.rowcount:
        raise ConflictError(f"Idempotency-Key {key!r}: not in flight; expected one that was taken and not yet done")


def release_key(connection: Connection, organisation: str, key: str) -> None:
    """Give up a key whose request came to nothing, so that it can be sent again."""
    connection.execute(delete(idempotency_keys).where(*_taken(organisation, key)))


def drop_expired_keys(connection: Connection, organisation: str, now: datetime) -> int:
    """How many keys were dropped because their time is over."""
    keys = idempotency_keys.c
    over = delete(idempotency_keys).where(keys.organisation == organisation, keys.expires <= now)
    return connection.execute(over).rowcount


def _taken(organisation: str, key: str) -> tuple[ColumnElement[bool], ...]:
    keys = idempotency_keys.c
    return keys.organisation == organisation, keys.key == key, keys.state == "in_flight"


def _answer(connection: Connection, organisation: str, key: str, fingerprint: str) -> Answer:
    keys = idempotency_keys.c
    chosen = select(idempotency_keys).where(keys.organisation == organisation, keys.key == key)
    row = connection.execute(chosen).one()
    if row.fingerprint != fingerprint:
        raise KeyReusedError(f"Idempotency-Key {key!r}: used for another request; expected the same, or a new key")
    if row.state == "in_flight":
        raise ConflictError(
            f"Idempotency-Key {key!r}: the first request is still running; expected to be sent again later"
        )
    return Answer(row.status, row.answer)
