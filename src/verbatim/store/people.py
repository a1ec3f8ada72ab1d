"""Organisations, their accounts, and the contacts at these."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from sqlalchemy import Connection, Row, select

from verbatim.errors import StoreError
from verbatim.store.layout import EVERY
from verbatim.store.records import text_hash
from verbatim.store.schema import PERMISSIONS, accounts, contacts, organisations
from verbatim.store.statements import BATCH, hold_organisation, insert_into, owned, require_storable

Permission = Literal["named", "anonymous", "aggregate"]
ContactKey = tuple[int | None, str]
"""The number of the account, or None, and the name."""


@dataclass(frozen=True, slots=True)
class Contact:
    """A person at a customer; `permission`: words shown with the name, without it, or only in counts."""

    name: str
    account: str | None = None
    role: str | None = None
    influence: str | None = None
    tier: str | None = None
    permission: Permission = "aggregate"


@dataclass(frozen=True, slots=True)
class StoredContact:
    """A contact and its number."""

    id: int
    contact: Contact


def add_organisation(connection: Connection, organisation: str, name: str | None = None) -> None:
    """Make room for an organisation; nothing changes where it is known.

    Raises StoreError for a blank id, and for the sign that stands for all organisations.
    """
    if not organisation.strip() or organisation == EVERY:
        raise StoreError(f"organisation {organisation!r}: expected an id that is not blank, and not {EVERY!r}")
    row = {"id": require_storable(organisation, "organisation"), "name": name}
    connection.execute(insert_into(connection, organisations).on_conflict_do_nothing(), row)


def any_organisation(connection: Connection) -> bool:
    """Whether the store knows an organisation; the connection must see every one."""
    return connection.scalar(select(organisations.c.id).limit(1)) is not None


def add_contacts(connection: Connection, organisation: str, roster: Sequence[Contact]) -> tuple[int, ...]:
    """The numbers of these contacts, in order; those of the same account and name get the values given here.

    Raises StoreError for a permission or a name that there cannot be, NotFoundError for an unknown organisation.
    """
    hold_organisation(connection, organisation)
    for contact in roster:
        _check(contact)
    at = account_ids(connection, organisation, {one.account for one in roster if one.account})
    insert = insert_into(connection, contacts)
    taken = {name: insert.excluded[name] for name in ("role", "influence", "tier", "permission")}
    upsert = insert.on_conflict_do_update(index_elements=("organisation", "account_key", "name"), set_=taken)
    numbered = upsert.returning(contacts.c.id)
    return tuple(connection.execute(numbered, _row(organisation, one, at)).scalar_one() for one in roster)


def list_contacts(connection: Connection, organisation: str, account: str | None = None) -> tuple[StoredContact, ...]:
    """The contacts of an organisation, of one account where it is named, by number."""
    chosen = select(contacts, accounts.c.name.label("account")).outerjoin(
        accounts, contacts.c.account_id == accounts.c.id
    )
    chosen = chosen.where(contacts.c.organisation == organisation).order_by(contacts.c.id)
    if account is not None:
        chosen = chosen.where(accounts.c.name == account)
    return tuple(_stored(row) for row in connection.execute(chosen))


def contacts_named(connection: Connection, organisation: str, name: str) -> tuple[StoredContact, ...]:
    """The contacts of that name at whatever account, without regard to script, case, width and white space."""
    wanted = text_hash(name)
    return tuple(one for one in list_contacts(connection, organisation) if text_hash(one.contact.name) == wanted)


def names_of(connection: Connection, organisation: str, numbers: Sequence[int]) -> dict[int, str]:
    """What these contacts are called, by number."""
    found: dict[int, str] = {}
    for start in range(0, len(numbers), BATCH):
        some = contacts.c.id.in_(numbers[start : start + BATCH])
        chosen = select(contacts.c.id, contacts.c.name).where(owned(contacts.c.organisation, organisation), some)
        found |= dict(connection.execute(chosen).all())
    return found


def contact_names(connection: Connection, organisation: str) -> frozenset[str]:
    """What the contacts of an organisation are called."""
    return frozenset(connection.scalars(select(contacts.c.name).where(contacts.c.organisation == organisation)))


def account_ids(connection: Connection, organisation: str, names: Iterable[str]) -> dict[str, int]:
    """The numbers of these accounts by name; those that are new are added."""
    rows = [{"organisation": organisation, "name": require_storable(name, "account")} for name in sorted(names)]
    if not rows:
        return {}
    connection.execute(insert_into(connection, accounts).on_conflict_do_nothing(), rows)
    chosen = select(accounts.c.name, accounts.c.id).where(
        accounts.c.organisation == organisation, accounts.c.name.in_([row["name"] for row in rows])
    )
    return dict(connection.execute(chosen).all())


def contact_ids(
    connection: Connection, organisation: str, roles: Mapping[ContactKey, str | None]
) -> dict[ContactKey, int]:
    """The numbers of these contacts; those that are new are added with the role given, shown in counts only."""
    keys = sorted(roles, key=lambda key: (key[0] or 0, key[1]))
    rows = [
        {
            "organisation": organisation,
            "account_id": account,
            "account_key": account or 0,
            "name": require_storable(name, "contact"),
            "role": roles[account, name],
        }
        for account, name in keys
    ]
    if not rows:
        return {}
    connection.execute(insert_into(connection, contacts).on_conflict_do_nothing(), rows)
    chosen = select(contacts.c.account_id, contacts.c.name, contacts.c.id).where(
        contacts.c.organisation == organisation, contacts.c.name.in_({name for _, name in keys})
    )
    return {(account, name): number for account, name, number in connection.execute(chosen)}


def _check(contact: Contact) -> None:
    for name in ("name", "account", "role", "influence", "tier"):
        require_storable(getattr(contact, name) or "", f"contact, {name}")
    if not contact.name.strip():
        raise StoreError(f"contact {contact.name!r}: expected a name that is not blank")
    if contact.permission not in PERMISSIONS:
        raise StoreError(f"permission {contact.permission!r}: expected one of {', '.join(PERMISSIONS)}")


def _row(organisation: str, contact: Contact, at: Mapping[str, int]) -> dict[str, object]:
    account = at[contact.account] if contact.account else None
    return {
        "organisation": organisation,
        "account_id": account,
        "account_key": account or 0,
        "name": contact.name,
        "role": contact.role,
        "influence": contact.influence,
        "tier": contact.tier,
        "permission": contact.permission,
    }


def _stored(row: Row[tuple[object, ...]]) -> StoredContact:
    names = ("name", "account", "role", "influence", "tier", "permission")
    return StoredContact(row.id, Contact(**{name: getattr(row, name) for name in names}))


def contacts_by_permission(connection: Connection, organisation: str) -> dict[Permission, frozenset[int]]:
    """The numbers of an organisation's contacts by how their words may be shown."""
    chosen = select(contacts.c.permission, contacts.c.id).where(contacts.c.organisation == organisation)
    found: dict[Permission, set[int]] = {}
    for permission, number in connection.execute(chosen):
        found.setdefault(permission, set()).add(number)
    return {permission: frozenset(numbers) for permission, numbers in found.items()}
