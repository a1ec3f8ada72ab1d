"""Persons who sign in at the page: added, listed, given another password, disabled."""

from sqlalchemy import Engine

from verbatim.actions.passwords import hashed
from verbatim.store import users
from verbatim.store.opening import reading, writing
from verbatim.store.people import add_organisation
from verbatim.store.users import NewUser, StoredUser


def add(engine: Engine, organisation: str, new: NewUser, password: str) -> StoredUser:
    """Somebody who may sign in from now on; an organisation that is new is added.

    Raises InputError for a password that is too easy to guess, and as `add_user`.
    """
    password_hash = hashed(password, new.login)
    with writing(engine, organisation) as connection:
        add_organisation(connection, organisation)
        return users.add_user(connection, organisation, new, password_hash)


def users_of(engine: Engine, organisation: str) -> tuple[StoredUser, ...]:
    """The users of an organisation, disabled ones too."""
    with reading(engine, organisation) as connection:
        return users.list_users(connection, organisation)


def set_password(engine: Engine, organisation: str, login: str, password: str) -> None:
    """Keep another password, and end all sessions; a disabled user may sign in again.

    Raises InputError for a password that is too easy to guess, NotFoundError for an unknown user.
    """
    password_hash = hashed(password, login)
    with writing(engine, organisation) as connection:
        users.set_password(connection, organisation, login, password_hash)


def disable(engine: Engine, organisation: str, login: str) -> None:
    """Let nobody sign in with this login, and end its sessions at once. Raises NotFoundError."""
    with writing(engine, organisation) as connection:
        users.disable_user(connection, organisation, login)
