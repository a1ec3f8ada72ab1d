"""Schedules: reports that go out by themselves, when a month or a quarter is over, to a webhook or by mail.

What is issued of a period is kept in the transaction in which it is announced: a report of a period goes out once, and
asked for again it changes nothing.
"""

import re
import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, Literal

from sqlalchemy import Connection, Row, delete, insert, select

from verbatim.briefing import EVERYBODY, Reach, Scope
from verbatim.errors import ConflictError, FieldError, NotFoundError
from verbatim.periods import Period, last_over
from verbatim.store.columns import in_utc
from verbatim.store.report_tables import EVERY, FORMS, REACHES, mails, report_issues, report_schedules
from verbatim.store.statements import NUMBERS, insert_into, require_organisation, require_storable
from verbatim.store.users import LANGUAGES
from verbatim.store.webhooks import announce_to, list_webhooks

READY = "report.ready"
"""What a webhook is told when a report is there to be fetched."""

PAUSE = timedelta(hours=6)
"""How long after the end of a period its report goes out: what was said on the last evening should be in it."""

MOST_RECIPIENTS = 50
LONGEST_ADDRESS = 254
LONGEST_NAME = 200

# One address as RFC 5321 has it, without quotes: nothing in it can end a header or begin another address.
ADDRESS = re.compile(r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~.-]{1,64}@[A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)*")

Every = Literal["month", "quarter"]
ReportForm = Literal["html", "pdf", "xlsx"]


@dataclass(frozen=True, slots=True)
class Plan:
    """What a schedule sends: how often, about whom, in which language and form; to one webhook or to addresses."""

    every: Every
    scope: Scope = EVERYBODY
    language: str = "en"
    form: ReportForm = "html"
    webhook: int | None = None
    recipients: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Schedule:
    """A plan, its number, and since when it holds; `active` ones are sent by themselves."""

    id: int
    organisation: str
    plan: Plan
    active: bool
    begins: datetime
    actor: str


@dataclass(frozen=True, slots=True)
class Issued:
    """What was issued of a schedule: the period, and when."""

    id: int
    period: str
    created: datetime


def add_schedule(connection: Connection, organisation: str, plan: Plan, actor: str, now: datetime) -> Schedule:
    """A new schedule; what was over before now is not sent by itself.

    Raises FieldError for a plan that cannot be, NotFoundError for an unknown organisation or webhook.
    """
    require_organisation(connection, organisation)
    _check(plan)
    if plan.webhook is not None and plan.webhook not in {one.id for one in list_webhooks(connection, organisation)}:
        raise NotFoundError(f"webhook {plan.webhook}: not in organisation {organisation!r}; expected the number of one")
    values = {
        "organisation": organisation,
        "every": plan.every,
        "reach": plan.scope.reach,
        "about": plan.scope.name,
        "language": plan.language,
        "form": plan.form,
        "webhook_id": plan.webhook,
        "recipients": list(plan.recipients) or None,
        "active": True,
        "begins": now,
        "actor": actor,
    }
    number = connection.execute(insert(report_schedules).values(values).returning(report_schedules.c.id)).scalar_one()
    return Schedule(number, organisation, plan, True, in_utc(now), actor)


def list_schedules(connection: Connection, organisation: str) -> tuple[Schedule, ...]:
    """The schedules of an organisation, by number."""
    chosen = select(report_schedules).where(report_schedules.c.organisation == organisation)
    return tuple(_schedule(row) for row in connection.execute(chosen.order_by(report_schedules.c.id)))


def schedule(connection: Connection, organisation: str, number: int) -> Schedule:
    """One schedule. Raises NotFoundError."""
    table = report_schedules.c
    own = table.organisation == organisation, table.id == (number if number in NUMBERS else 0)
    row = connection.execute(select(report_schedules).where(*own)).first()
    if row is None:
        raise NotFoundError(f"schedule {number}: not in organisation {organisation!r}; expected the number of one")
    return _schedule(row)


def remove_schedule(connection: Connection, organisation: str, number: int) -> None:
    """Take a schedule away, with what of it still waits to be sent. Raises NotFoundError."""
    schedule(connection, organisation, number)
    table = report_schedules.c
    connection.execute(delete(report_schedules).where(table.organisation == organisation, table.id == number))


def due(connection: Connection, now: datetime) -> tuple[tuple[Schedule, Period], ...]:
    """What is to be issued now, of all organisations: the period over last, where it was not over at the beginning."""
    rows = connection.execute(select(report_schedules).where(report_schedules.c.active).order_by(report_schedules.c.id))
    found = [(one, last_over(one.plan.every, (in_utc(now) - PAUSE).date())) for one in map(_schedule, rows)]
    later = [(one, period) for one, period in found if period.until > one.begins]
    chosen = select(report_issues.c.schedule_id, report_issues.c.period)
    known = set(connection.execute(chosen.where(report_issues.c.schedule_id.in_([one.id for one, _ in later]))).all())
    return tuple((one, period) for one, period in later if (one.id, period.label) not in known)


def issue(connection: Connection, one: Schedule, period: Period, now: datetime) -> int | None:
    """The number under which the report of a period went into the outbox; None where it did so before.

    Raises ConflictError for a period that is not over, or not of the schedule's size.
    """
    _require_over(one, period, now)
    row = {"organisation": one.organisation, "schedule_id": one.id, "period": period.label}
    statement = insert_into(connection, report_issues).on_conflict_do_nothing().returning(report_issues.c.id)
    number: int | None = connection.execute(statement, row).scalar_one_or_none()
    if number is None:
        return None
    if one.plan.webhook is not None:
        told = {"schedule": one.id, "issue": number, "period": period.label, "form": one.plan.form}
        href = f"/v1/schedules/{one.id}/reports/{period.label}"
        announce_to(connection, one.organisation, one.plan.webhook, READY, {**told, "href": href})
    else:
        _post(connection, one, number, now)
    return number


def issued(connection: Connection, organisation: str, number: int, limit: int = 50) -> tuple[Issued, ...]:
    """What was issued of a schedule, the latest first. Raises NotFoundError."""
    schedule(connection, organisation, number)
    table = report_issues.c
    own = table.organisation == organisation, table.schedule_id == number
    rows = connection.execute(select(report_issues).where(*own).order_by(table.id.desc()).limit(limit))
    return tuple(Issued(row.id, row.period, row.created) for row in rows)


def _post(connection: Connection, one: Schedule, number: int, now: datetime) -> None:
    rows = [
        {
            "organisation": one.organisation,
            "issue_id": number,
            "recipient": recipient,
            "message": f"<report-{one.id}-{number}-{secrets.token_hex(12)}@verbatim.invalid>",
            "due": now,
        }
        for recipient in one.plan.recipients
    ]
    connection.execute(insert(mails), rows)


def _require_over(one: Schedule, period: Period, now: datetime) -> None:
    if period.size != one.plan.every:
        expected = f"a {one.plan.every}, as the schedule says"
        raise FieldError(f"period {period.label}: expected {expected}", "period", period.label, expected)
    if period.until > in_utc(now):
        raise ConflictError(f"period {period.label}: ends on {period.end}; expected one that is over")


def _check(plan: Plan) -> None:
    """Raise FieldError for a plan that cannot be."""
    allowed: tuple[tuple[str, str, Sequence[str]], ...] = (
        ("every", plan.every, EVERY),
        ("scope", plan.scope.reach, REACHES),
        ("language", plan.language, LANGUAGES),
        ("format", plan.form, FORMS),
    )
    for name, value, among in allowed:
        if value not in among:
            raise _refused(name, value, f"one of {', '.join(among)}")
    name = require_storable(plan.scope.name or "", "name")
    if (plan.scope.reach == "all") != (plan.scope.name is None) or len(name) > LONGEST_NAME:
        raise _refused(plan.scope.reach, None, f"a name of at most {LONGEST_NAME} characters for one account or team")
    if (plan.webhook is None) != bool(plan.recipients):
        raise _refused("recipients", len(plan.recipients), "a webhook, or addresses")
    _check_recipients(plan.recipients)


def _check_recipients(recipients: Sequence[str]) -> None:
    if len(recipients) > MOST_RECIPIENTS or len({one.casefold() for one in recipients}) < len(recipients):
        raise _refused("recipients", len(recipients), f"at most {MOST_RECIPIENTS} addresses, each once")
    for place, address in enumerate(recipients):
        if len(address) > LONGEST_ADDRESS or not ADDRESS.fullmatch(address):
            raise _refused(f"recipients.{place}", f"a text of {len(address)} characters", "one mail address in ASCII")


def _refused(field: str, value: object, expected: str) -> FieldError:
    shown = f" {value!r}" if value is not None else ""
    return FieldError(f"{field}{shown}: expected {expected}", field, value, expected)


def _schedule(row: Row[Any]) -> Schedule:
    reach: Reach = row.reach
    plan = Plan(
        every=row.every,
        scope=Scope(reach, row.about),
        language=row.language,
        form=row.form,
        webhook=row.webhook_id,
        recipients=tuple(row.recipients or ()),
    )
    return Schedule(row.id, row.organisation, plan, row.active, row.begins.astimezone(UTC), row.actor)
