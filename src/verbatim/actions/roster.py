"""The roster comes in: accounts, the people at them, and who was asked, row by row, so that a bad one sinks no other.

What a row leaves out stays as it was known.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from sqlalchemy import Engine

from verbatim.actions.arrivals import AHEAD, EARLIEST
from verbatim.domain import Rejection
from verbatim.formats.reading import ReadOptions
from verbatim.formats.rosters import RosterReading, RosterRow, open_roster
from verbatim.store import audit
from verbatim.store.columns import in_utc
from verbatim.store.opening import writing
from verbatim.store.people import Contact, StoredContact, add_contacts, list_contacts
from verbatim.store.roster import Account, Invitation, StoredAccount, put_accounts, put_invitations

AT_ONCE = 500
"""Rows that are kept in one transaction."""

OF_ACCOUNT = ("customer_type", "region", "team", "product", "revenue", "cost_to_serve", "tier", "strategic")
OF_CONTACT = ("role", "influence", "permission")


AS_FOUND = ReadOptions()
"""Nothing about the file was decided before."""


@dataclass(frozen=True, slots=True)
class RosterOrder:
    """A file to take in, for an organisation: `columns` names headers by field; `dry_run` looks and keeps nothing."""

    path: Path
    organisation: str
    actor: str
    read: ReadOptions = AS_FOUND
    columns: Mapping[str, str] | None = None
    dry_run: bool = False


@dataclass(frozen=True, slots=True)
class Rostered:
    """What became of a file: which column was taken as what, how many rows, and of what; rejections by row."""

    file: str
    columns: Mapping[str, str]
    notes: tuple[str, ...]
    rows: int
    accounts: int
    contacts: int
    invitations: int
    rejections: tuple[Rejection, ...]
    dry_run: bool


def take_roster(engine: Engine, order: RosterOrder) -> Rostered:
    """Take in a roster from a file. Raises FileError and ColumnError for what is none, NotFoundError, StoreError."""
    opened = open_roster(order.path, order.path.name, order.read, order.columns)
    rows, rejections = _sifted(opened)
    accounts = {row.values["account"] for row in rows if row.values.get("account")}
    people = {_person(row) for row in rows if row.values.get("contact")}
    invitations = sum(bool(row.values.get("invited")) for row in rows)
    if not order.dry_run:
        for start in range(0, len(rows), AT_ONCE):
            _keep(engine, order, rows[start : start + AT_ONCE])
    return Rostered(
        file=opened.file,
        columns=opened.columns,
        notes=opened.notes,
        rows=len(rows) + len(rejections),
        accounts=len(accounts),
        contacts=len(people),
        invitations=invitations,
        rejections=tuple(rejections),
        dry_run=order.dry_run,
    )


def keep_accounts(engine: Engine, organisation: str, given: Sequence[Account], actor: str) -> tuple[StoredAccount, ...]:
    """The accounts as they are from now on, in order. Raises as `put_accounts`."""
    with writing(engine, organisation) as connection:
        found = put_accounts(connection, organisation, given)
        event = audit.Event(actor, "accounts changed", "accounts", {"accounts": len(given)})
        audit.record(connection, organisation, event)
    return found


def keep_invitations(
    engine: Engine, organisation: str, given: Sequence[Invitation], actor: str
) -> tuple[int, dict[int, str]]:
    """How many of these invitations are new, and why others are not kept, by their places.

    Raises NotFoundError for an unknown organisation, StoreError for a text that cannot be kept.
    """
    with writing(engine, organisation) as connection:
        known = _numbers(list_contacts(connection, organisation))
        wrong = {place: reason for place, one in enumerate(given) if (reason := _wrong(one, known))}
        sound = [one for place, one in enumerate(given) if place not in wrong]
        count = put_invitations(connection, organisation, sound, known)
        event = audit.Event(actor, "invitations added", "invitations", {"invitations": count})
        audit.record(connection, organisation, event)
    return count, wrong


def _wrong(one: Invitation, known: Mapping[tuple[str, str], int]) -> str | None:
    """Why an invitation cannot be kept, without anybody's name."""
    if (one.account or "", one.contact) not in known:
        return f"contact of {len(one.contact)} characters: not on the roster; expected one that PUT /v1/contacts added"
    return wrong_date(one.date)


def wrong_date(date: datetime) -> str | None:
    """Why nobody can have been invited then; None where somebody can."""
    if not EARLIEST.year < date.year < 9999 or in_utc(date) > datetime.now(UTC) + AHEAD:
        return f"date {date.date().isoformat()}: expected one after the year {EARLIEST.year}, and not after tomorrow"
    return None


def _sifted(opened: RosterReading) -> tuple[list[RosterRow], list[Rejection]]:
    """The rows that can be kept, and those that cannot."""
    rows, rejections = [], []
    for one in opened.rows:
        if isinstance(one, Rejection):
            rejections.append(one)
            continue
        problem = _problem(one)
        if problem is None:
            rows.append(one)
        else:
            rejections.append(Rejection(opened.file, one.row, problem))
    return rows, rejections


def _problem(row: RosterRow) -> str | None:
    invited = row.values.get("invited")
    if invited and not row.values.get("contact"):
        return "invited, but no contact is named; expected one"
    return wrong_date(invited) if isinstance(invited, datetime) else None


def _keep(engine: Engine, order: RosterOrder, rows: Sequence[RosterRow]) -> None:
    """Keep some rows, in one transaction."""
    organisation = order.organisation
    with writing(engine, organisation) as connection:
        put_accounts(connection, organisation, _accounts(rows))
        people = list_contacts(connection, organisation)
        known = {(one.contact.account or "", one.contact.name): one.contact for one in people}
        given = _contacts(rows, known)
        added = add_contacts(connection, organisation, given)
        numbers = {(one.account or "", one.name): number for one, number in zip(given, added, strict=True)}
        put_invitations(connection, organisation, _invitations(rows), numbers)
        event = audit.Event(order.actor, "roster taken in", "roster", {"rows": len(rows)})
        audit.record(connection, organisation, event)


def _accounts(rows: Iterable[RosterRow]) -> list[Account]:
    """An account each, with what the last row of it says that says anything."""
    found: dict[str, Account] = {}
    for row in rows:
        if name := row.values.get("account"):
            told = {key: row.values[key] for key in OF_ACCOUNT if row.values.get(key) is not None}
            found[str(name)] = replace(found.get(str(name), Account(str(name))), **_plain(told))
    return list(found.values())


def _contacts(rows: Iterable[RosterRow], known: Mapping[tuple[str, str], Contact]) -> list[Contact]:
    found: dict[tuple[str, str], Contact] = {}
    for row in rows:
        if row.values.get("contact"):
            account, name = who = _person(row)
            told = {key: row.values[key] for key in OF_CONTACT if row.values.get(key) is not None}
            former = found.get(who) or known.get(who) or Contact(name, account or None)
            found[who] = replace(former, **_plain(told))
    return list(found.values())


def _invitations(rows: Iterable[RosterRow]) -> list[Invitation]:
    """Who was asked; where a row only says that somebody was, on the day that the roster comes in."""
    today = datetime.now(UTC).replace(hour=0, minute=0, second=0, microsecond=0)
    found = []
    for row in rows:
        if invited := row.values.get("invited"):
            account, name = _person(row)
            date = invited if isinstance(invited, datetime) else today
            found.append(Invitation(account or None, name, date, str(row.values.get("survey") or "")))
    return found


def _person(row: RosterRow) -> tuple[str, str]:
    return str(row.values.get("account") or ""), str(row.values["contact"])


def _numbers(people: Sequence[StoredContact]) -> dict[tuple[str, str], int]:
    return {(one.contact.account or "", one.contact.name): one.id for one in people}


def _plain(told: Mapping[str, object]) -> dict[str, Any]:
    return dict(told)
