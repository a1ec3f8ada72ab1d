"""The mails of the outbox: each goes to one address, and is handed over to a mail server at most once.

    waiting ──claim──► sending ──hand_over──► handing ──settle──► sent
       ▲                 │ │                   │  │ └──────────► failed
       ├── to try again ─┘ └──► failed         │  └─ its sender is gone, or the server fell silent ─► in_doubt
       ├── not taken ──────────────────────────┘                                                       │
       └────────────────────────────── replay, by a person ────────────────────────────────────────────┘

A sender that is gone before `hand_over` has handed nothing to anybody: its mail is claimed again. One that is gone
after it may have: nobody can know, so the mail is in doubt, and only a person lets it be sent again.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Literal

from sqlalchemy import Connection, Row, Select, or_, select, update

from verbatim.errors import ConflictError, NotFoundError
from verbatim.periods import Period, period_of
from verbatim.store.columns import in_utc
from verbatim.store.report_tables import mails, report_issues
from verbatim.store.schedules import Schedule, schedule
from verbatim.store.statements import NUMBERS

MailState = Literal["waiting", "sending", "handing", "sent", "failed", "in_doubt"]

GONE = "its sender ended while it was handed over; it may have arrived"


@dataclass(frozen=True, slots=True)
class Mail:
    """A mail of an issue as it stands."""

    id: int
    issue: int
    period: str
    recipient: str
    state: MailState
    attempts: int
    due: datetime
    error: str | None
    created: datetime
    sent: datetime | None


@dataclass(frozen=True, slots=True)
class Held:
    """A mail that one sender may send until a moment; `attempts` counts this one."""

    id: int
    schedule: Schedule
    period: Period
    recipient: str
    message: str
    attempts: int
    until: datetime


def claim_mail(connection: Connection, now: datetime, lease: timedelta) -> Held | None:
    """The mail that has waited longest, for this sender alone until the lease is over; None where none is due.

    What a sender that is gone was handing over is put in doubt first.
    """
    over = mails.c.state == "handing", mails.c.due <= in_utc(now)
    connection.execute(update(mails).where(*over).values(state="in_doubt", error=GONE))
    row = connection.execute(_due(now).limit(1).with_for_update(skip_locked=True, of=mails)).first()
    if row is None:
        return None
    until, attempts = in_utc(now) + lease, row.attempts + 1
    taken = update(mails).where(mails.c.id == row.id)
    connection.execute(taken.values(state="sending", due=until, attempts=attempts, error=None))
    one = schedule(connection, row.organisation, row.schedule_id)
    return Held(row.id, one, period_of(row.period), row.recipient, row.message, attempts, until)


def any_mail_due(connection: Connection, now: datetime) -> bool:
    """Whether there is anything to claim, or to put in doubt."""
    over = mails.c.state == "handing", mails.c.due <= in_utc(now)
    gone = connection.scalar(select(mails.c.id).where(*over).limit(1))
    return gone is not None or connection.execute(_due(now).limit(1)).first() is not None


def hand_over(connection: Connection, held: Held) -> bool:
    """Note, before the first byte of it goes out, that a mail is handed over; False where another sender has it."""
    return _change(connection, held, "sending", {"state": "handing"})


def settle_mail(connection: Connection, held: Held, state: MailState, at: datetime, error: str | None = None) -> bool:
    """Keep what came of it: sent, failed, in doubt, or waiting for a try at that moment; False where it is lost."""
    values = {"state": state, "due": at, "error": error, "sent": at if state == "sent" else None}
    return _change(connection, held, ("sending", "handing"), values)


def mails_of(connection: Connection, organisation: str, number: int, limit: int = 200) -> tuple[Mail, ...]:
    """The mails of a schedule, the latest first. Raises NotFoundError."""
    schedule(connection, organisation, number)
    chosen = _with_period().where(mails.c.organisation == organisation, report_issues.c.schedule_id == number)
    return tuple(_mail(row) for row in connection.execute(chosen.order_by(mails.c.id.desc()).limit(limit)))


def replay_mail(connection: Connection, organisation: str, number: int, mail: int, now: datetime) -> None:
    """Let a mail that failed or is in doubt be sent again at once, as the same message.

    Raises NotFoundError for one that is not of the schedule, ConflictError for one that was sent or is on its way.
    """
    schedule(connection, organisation, number)
    issues = select(report_issues.c.id).where(
        report_issues.c.organisation == organisation, report_issues.c.schedule_id == number
    )
    own = (
        mails.c.organisation == organisation,
        mails.c.id == (mail if mail in NUMBERS else 0),
        mails.c.issue_id.in_(issues),
    )
    ended = mails.c.state.in_(("failed", "in_doubt"))
    again = {"state": "waiting", "attempts": 0, "due": now, "error": None}
    if connection.execute(update(mails).where(*own, ended).values(again)).rowcount:
        return
    state = connection.scalar(select(mails.c.state).where(*own))
    if state is None:
        raise NotFoundError(f"mail {mail}: not one of schedule {number}")
    raise ConflictError(f"mail {mail}: is {state}; expected one that failed or is in doubt")


def _due(now: datetime) -> Select[Any]:
    """What waits, and what a sender that is gone had not begun to hand over; the longest first."""
    states = or_(mails.c.state == "waiting", mails.c.state == "sending")
    return _with_period().where(states, mails.c.due <= in_utc(now)).order_by(mails.c.due, mails.c.id)


def _with_period() -> Select[Any]:
    joined = select(mails, report_issues.c.period, report_issues.c.schedule_id).select_from(mails)
    return joined.join(report_issues, mails.c.issue_id == report_issues.c.id)


def _change(connection: Connection, held: Held, states: str | Sequence[str], values: dict[str, Any]) -> bool:
    among = (states,) if isinstance(states, str) else tuple(states)
    mine = mails.c.id == held.id, mails.c.state.in_(among), mails.c.due == held.until
    return connection.execute(update(mails).where(*mine).values(values)).rowcount > 0


def _mail(row: Row[Any]) -> Mail:
    names = ("id", "period", "recipient", "state", "attempts", "due", "error", "created", "sent")
    return Mail(issue=row.issue_id, **{name: getattr(row, name) for name in names})
