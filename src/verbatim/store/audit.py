"""Who did what. An event holds numbers and names of actions, never a customer's words or name."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, select

from verbatim.store.records import Values
from verbatim.store.schema import audit_events
from verbatim.store.statements import insert_into, require_storable

OPERATOR = "operator"
"""Who acts where it is no key: whoever runs commands on the machine."""


@dataclass(frozen=True, slots=True)
class Event:
    """An actor's action on a subject such as "verbatim:12"."""

    actor: str
    action: str
    subject: str
    details: Values | None = None


@dataclass(frozen=True, slots=True)
class StoredEvent:
    """An event, its number, and when it happened."""

    id: int
    event: Event
    created: datetime


def record(connection: Connection, organisation: str, event: Event) -> None:
    """Keep an event."""
    values = {name: getattr(event, name) for name in ("actor", "action", "subject", "details")}
    connection.execute(insert_into(connection, audit_events), {"organisation": organisation, **values})


def events(connection: Connection, organisation: str, subject: str | None = None) -> tuple[StoredEvent, ...]:
    """The events of an organisation, of one subject where it is named, from the first to the latest."""
    chosen = select(audit_events).where(audit_events.c.organisation == organisation).order_by(audit_events.c.id)
    if subject is not None:
        chosen = chosen.where(audit_events.c.subject == subject)
    return tuple(_stored(row) for row in connection.execute(chosen))


def latest(
    connection: Connection, organisation: str, subject: str | None = None, limit: int = 100, before: int | None = None
) -> tuple[StoredEvent, ...]:
    """The latest events of an organisation, the newest first; those before a number, of one subject, if named."""
    events = audit_events.c
    chosen = select(audit_events).where(events.organisation == organisation).order_by(events.id.desc()).limit(limit)
    if before is not None:
        chosen = chosen.where(events.id < before)
    if subject is not None:
        chosen = chosen.where(events.subject == require_storable(subject, "subject"))
    return tuple(_stored(row) for row in connection.execute(chosen))


def _stored(row: Row[Any]) -> StoredEvent:
    return StoredEvent(row.id, Event(row.actor, row.action, row.subject, row.details), row.created)
