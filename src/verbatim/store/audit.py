"""Who did what. An event holds numbers and names of actions, never a customer's words or name."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, select

from verbatim.store.records import Values
from verbatim.store.schema import audit_events
from verbatim.store.statements import insert_into

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
    rows = connection.execute(chosen)
    return tuple(
        StoredEvent(row.id, Event(row.actor, row.action, row.subject, row.details), row.created) for row in rows
    )
