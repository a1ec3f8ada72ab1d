"""API keys made, listed and revoked."""

from collections.abc import Sequence
from datetime import UTC, datetime

from sqlalchemy import Engine

from verbatim.access import Role
from verbatim.store.access_keys import Holder, StoredKey, create_key, list_keys, revoke_key
from verbatim.store.opening import reading, writing
from verbatim.store.people import add_organisation


def make_key(
    engine: Engine, organisation: str, role: Role, name: str | None = None, accounts: Sequence[str] | None = None
) -> tuple[Holder, str]:
    """The holder of a new key, and the key, told this once; an organisation that is new is added.

    It is called like its role where no name is given. Raises StoreError as `create_key`.
    """
    with writing(engine, organisation) as connection:
        add_organisation(connection, organisation)
        return create_key(connection, organisation, role if name is None else name, role, accounts)


def keys_of(engine: Engine, organisation: str) -> tuple[StoredKey, ...]:
    """The keys of an organisation, revoked ones too."""
    with reading(engine, organisation) as connection:
        return list_keys(connection, organisation)


def revoke(engine: Engine, organisation: str, number: int) -> None:
    """Let a key open nothing from now on. Raises NotFoundError."""
    with writing(engine, organisation) as connection:
        revoke_key(connection, organisation, number, datetime.now(UTC))
