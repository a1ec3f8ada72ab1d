"""What is known of accounts and contacts, and who was asked: the map that answers are held against."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, Select, select

from verbatim.errors import StoreError
from verbatim.facts import number_of
from verbatim.store.columns import in_utc
from verbatim.store.office_tables import invitations
from verbatim.store.people import account_ids
from verbatim.store.schema import accounts, contacts
from verbatim.store.statements import hold_organisation, insert_into, require_storable

TEXTS = ("customer_type", "region", "team", "product", "tier")
AMOUNTS = ("revenue", "cost_to_serve")


@dataclass(frozen=True, slots=True)
class Account:
    """A customer; revenue and cost to serve are of a year. None stands for what is not known.

    `strategic`: of tier 2 at least, whatever it brings. The tier is one that was decided; it follows from the revenue
    where there is none.
    """

    name: str
    customer_type: str | None = None
    region: str | None = None
    team: str | None = None
    product: str | None = None
    revenue: float | None = None
    cost_to_serve: float | None = None
    tier: str | None = None
    strategic: bool | None = None


@dataclass(frozen=True, slots=True)
class StoredAccount:
    """An account and its number."""

    id: int
    account: Account


@dataclass(frozen=True, slots=True)
class Person:
    """A contact as far as it is counted: its number, that of its account (0: none), and what it is there."""

    id: int
    account: int
    role: str | None
    influence: str | None


@dataclass(frozen=True, slots=True)
class Asked:
    """An invitation as far as it is counted: the number of the contact, and days since 1970-01-01."""

    contact: int
    day: int


@dataclass(frozen=True, slots=True)
class Invitation:
    """That somebody was asked, on a day, in a round of questions; blank where that has no name."""

    account: str | None
    contact: str
    date: datetime
    survey: str = ""


@dataclass(frozen=True, slots=True)
class StoredInvitation:
    """An invitation, its number, and that of the contact."""

    id: int
    contact: int
    invitation: Invitation


def put_accounts(connection: Connection, organisation: str, given: Sequence[Account]) -> tuple[StoredAccount, ...]:
    """The accounts as they are from now on, in order; one is known by its name, and what is None stays as it was.

    Raises StoreError for a name that cannot be, NotFoundError for an unknown organisation.
    """
    hold_organisation(connection, organisation)
    for one in given:
        _check(one)
    numbers = account_ids(connection, organisation, {one.name for one in given})
    for one in given:
        values = {name: getattr(one, name) for name in (*TEXTS, *AMOUNTS, "strategic")}
        told = {name: value for name, value in values.items() if value is not None}
        if told:
            chosen = accounts.update().where(
                accounts.c.organisation == organisation, accounts.c.id == numbers[one.name]
            )
            connection.execute(chosen.values(told))
    kept = {row.id: row for row in list_accounts(connection, organisation, numbers.values())}
    return tuple(kept[numbers[one.name]] for one in given)


def list_accounts(
    connection: Connection, organisation: str, numbers: Iterable[int] | None = None
) -> tuple[StoredAccount, ...]:
    """The accounts of an organisation, or some of them, by number."""
    chosen = select(accounts).where(accounts.c.organisation == organisation).order_by(accounts.c.id)
    if numbers is not None:
        chosen = chosen.where(accounts.c.id.in_(list(numbers)))
    return tuple(_account(row) for row in connection.execute(chosen))


def list_people(connection: Connection, organisation: str) -> tuple[Person, ...]:
    """The contacts of an organisation by number, without their names."""
    chosen = select(contacts.c.id, contacts.c.account_key, contacts.c.role, contacts.c.influence)
    rows = connection.execute(chosen.where(contacts.c.organisation == organisation).order_by(contacts.c.id))
    return tuple(Person(*row) for row in rows)


def list_asked(connection: Connection, organisation: str) -> tuple[Asked, ...]:
    """Who was asked when, by the number of the invitation, without names."""
    chosen = select(invitations.c.contact_id, invitations.c.date).where(invitations.c.organisation == organisation)
    rows = connection.execute(chosen.order_by(invitations.c.id))
    return tuple(Asked(row.contact_id, number_of(row.date)) for row in rows)


def put_invitations(
    connection: Connection, organisation: str, given: Sequence[Invitation], contact_ids: Mapping[tuple[str, str], int]
) -> int:
    """How many of these are new; `contact_ids` holds the number of each contact, by account ("": none) and name."""
    rows = [
        {
            "organisation": organisation,
            "contact_id": contact_ids[one.account or "", one.contact],
            "survey": require_storable(one.survey, "survey"),
            "date": in_utc(one.date),
        }
        for one in given
    ]
    if not rows:
        return 0
    insert = insert_into(connection, invitations).on_conflict_do_nothing().returning(invitations.c.id)
    return len(connection.execute(insert, rows).all())


def list_invitations(
    connection: Connection, organisation: str, after: int = 0, limit: int | None = None
) -> tuple[StoredInvitation, ...]:
    """The invitations of an organisation by number, those after a number."""
    chosen = _INVITED.where(invitations.c.organisation == organisation, invitations.c.id > after)
    rows = connection.execute(chosen.order_by(invitations.c.id).limit(limit))
    return tuple(
        StoredInvitation(row.id, row.contact_id, Invitation(row.account, row.name, row.date, row.survey))
        for row in rows
    )


_INVITED: Select[Any] = select(invitations, contacts.c.name, accounts.c.name.label("account")).select_from(
    invitations.join(contacts, invitations.c.contact_id == contacts.c.id).outerjoin(
        accounts, contacts.c.account_id == accounts.c.id
    )
)


def _check(one: Account) -> None:
    if not one.name.strip():
        raise StoreError(f"account {one.name!r}: expected a name that is not blank")
    for name in ("name", *TEXTS):
        require_storable(getattr(one, name) or "", f"account, {name}")
    for name in AMOUNTS:
        value = getattr(one, name)
        if value is not None and not 0 <= value < float("inf"):
            raise StoreError(f"account, {name} {value!r}: expected an amount of a year, 0 or more")


def _account(row: Row[Any]) -> StoredAccount:
    names = ("name", *TEXTS, *AMOUNTS, "strategic")
    return StoredAccount(row.id, Account(**{name: getattr(row, name) for name in names}))
