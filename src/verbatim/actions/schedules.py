"""Schedules of reports: made, taken away, sent before their time; each is kept in the journal with who did it."""

from dataclasses import dataclass
from datetime import UTC, datetime

from sqlalchemy import Engine

from verbatim.errors import FieldError
from verbatim.periods import Period
from verbatim.settings import preset
from verbatim.store import audit
from verbatim.store.mails import Mail, mails_of
from verbatim.store.opening import reading, writing
from verbatim.store.schedules import (
    Issued,
    Plan,
    Schedule,
    add_schedule,
    issue,
    issued,
    list_schedules,
    remove_schedule,
    schedule,
)


def add(engine: Engine, organisation: str, plan: Plan, actor: str) -> Schedule:
    """A new schedule. Raises FieldError for a plan that cannot be, or an address outside the domains, NotFoundError."""
    check_domains(plan.recipients, preset().smtp_domains)
    with writing(engine, organisation) as connection:
        made = add_schedule(connection, organisation, plan, actor, datetime.now(UTC))
        details = {"every": plan.every, "scope": plan.scope.reach, "recipients": len(plan.recipients)}
        audit.record(connection, organisation, audit.Event(actor, "schedule added", f"schedule:{made.id}", details))
    return made


def remove(engine: Engine, organisation: str, number: int, actor: str) -> None:
    """Take a schedule away. Raises NotFoundError."""
    with writing(engine, organisation) as connection:
        remove_schedule(connection, organisation, number)
        audit.record(connection, organisation, audit.Event(actor, "schedule removed", f"schedule:{number}"))


def send(engine: Engine, organisation: str, number: int, period: Period, actor: str) -> int | None:
    """The number under which a report went into the outbox now; None where that of the period did so before.

    Raises NotFoundError, FieldError for a period of another size, ConflictError for one that is not over.
    """
    with writing(engine, organisation) as connection:
        one = schedule(connection, organisation, number)
        found = issue(connection, one, period, datetime.now(UTC))
        if found is not None:
            event = audit.Event(actor, "report sent", f"schedule:{number}", {"period": period.label})
            audit.record(connection, organisation, event)
    return found


def mail_is_set() -> bool:
    """Whether this installation has a mail server."""
    return preset().smtp_host is not None


def check_domains(recipients: tuple[str, ...], listed: str) -> None:
    """Raise FieldError for an address outside the domains that are listed, where any are."""
    allowed = {one.strip().lower() for one in listed.split(",") if one.strip()}
    for place, address in enumerate(recipients):
        domain = address.rpartition("@")[2].lower()
        if allowed and domain not in allowed:
            expected = f"an address at {', '.join(sorted(allowed))} (VERBATIM_SMTP_DOMAINS)"
            raise FieldError(f"recipients.{place}: expected {expected}", f"recipients.{place}", domain, expected)


@dataclass(frozen=True, slots=True)
class Known:
    """A schedule, and the mails and periods that went out of it, the latest first."""

    schedule: Schedule
    issued: tuple[Issued, ...]
    mails: tuple[Mail, ...]


def known(engine: Engine, organisation: str) -> tuple[Known, ...]:
    """The schedules of an organisation with what went out of each, by number."""
    with reading(engine, organisation) as connection:
        return tuple(
            Known(one, issued(connection, organisation, one.id), mails_of(connection, organisation, one.id))
            for one in list_schedules(connection, organisation)
        )
