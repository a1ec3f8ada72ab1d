"""The commands of whoever answers for a store: keys, users, erasure, retention. Doors as in `cli`, which takes them."""

import csv
import json
import sys
from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import typer

from verbatim.access import ORGANISATION, Role
from verbatim.errors import InputError

Data = Annotated[Path | None, typer.Option("--data", help="Data folder of the store, or VERBATIM_DATA.")]
Database = Annotated[
    str | None, typer.Option("--database", help="In its place the URL of PostgreSQL, or VERBATIM_DATABASE.")
]
Organisation = Annotated[str, typer.Option("--organisation", help="Whose rows are meant.")]

custody_app = typer.Typer()
keys_app = typer.Typer(help="Make, list and revoke keys of the API.", no_args_is_help=True)
custody_app.add_typer(keys_app, name="keys")
users_app = typer.Typer(help="Add, list and disable persons who sign in at the page.", no_args_is_help=True)
custody_app.add_typer(users_app, name="users")

Login = Annotated[str, typer.Argument(help="What the person signs in with; case does not matter.", show_default=False)]


@keys_app.command("create")
def create(
    role: Annotated[Role, typer.Option(help="What its holder may do.")],
    name: Annotated[str | None, typer.Option(help="What the key is called; its role if left out.")] = None,
    accounts: Annotated[
        str | None, typer.Option(help="The accounts that a manager sees, with commas between; one with a comma quoted.")
    ] = None,
    organisation: Organisation = ORGANISATION,
    data: Data = None,
    database: Database = None,
) -> None:
    """Make a key, and print it this once; the store and the organisation are made where there are none yet."""
    from verbatim.actions.keys import make_key  # noqa: PLC0415 - --help loads no libraries
    from verbatim.actions.stores import opened  # noqa: PLC0415

    chosen = _split(accounts)
    with opened(data, database, make=True) as engine:
        holder, secret = make_key(engine, organisation, role, name, chosen)
    typer.echo(f"key: {secret}")
    typer.echo(f"verbatim: key {holder.id}, {role} of {organisation}; it is shown this once", err=True)


@keys_app.command("list")
def list_(organisation: Organisation = ORGANISATION, data: Data = None, database: Database = None) -> None:
    """List the keys, revoked ones too; what opens the API is kept nowhere."""
    from verbatim.actions.keys import keys_of  # noqa: PLC0415
    from verbatim.actions.stores import opened  # noqa: PLC0415
    from verbatim.terminal import show_keys  # noqa: PLC0415

    with opened(data, database) as engine:
        show_keys(keys_of(engine, organisation))


@keys_app.command("revoke")
def revoke(
    id: Annotated[int, typer.Argument(help="The number of the key, as the list tells it.", show_default=False)],
    organisation: Organisation = ORGANISATION,
    data: Data = None,
    database: Database = None,
) -> None:
    """Revoke a key: from now on it opens nothing."""
    from verbatim.actions import keys  # noqa: PLC0415
    from verbatim.actions.stores import opened  # noqa: PLC0415

    with opened(data, database) as engine:
        keys.revoke(engine, organisation, id)
    typer.echo(f"key {id}: revoked")


@users_app.command("add")
def add_user(  # noqa: PLR0913, PLR0917 - every option of the command is a parameter
    login: Login,
    role: Annotated[Role, typer.Option(help="What the person may do.")],
    name: Annotated[str | None, typer.Option(help="What the person is called; the login if left out.")] = None,
    accounts: Annotated[
        str | None, typer.Option(help="The accounts that a manager sees, with commas between; one with a comma quoted.")
    ] = None,
    language: Annotated[
        str | None, typer.Option(help="Language of the page: en, zh-Hans or zh-Hant; the browser's if left out.")
    ] = None,
    organisation: Organisation = ORGANISATION,
    data: Data = None,
    database: Database = None,
) -> None:
    """Add a person who signs in with a password: asked twice, or read from standard input that is no terminal."""
    from verbatim.actions import users  # noqa: PLC0415 - --help loads no libraries
    from verbatim.actions.stores import opened  # noqa: PLC0415
    from verbatim.store.users import NewUser  # noqa: PLC0415

    chosen = _split(accounts)
    new = NewUser(login, name or login, role, tuple(chosen) if chosen is not None else None, language)
    password = _password()
    with opened(data, database, make=True) as engine:
        added = users.add(engine, organisation, new, password)
    typer.echo(f"user {added.login}: {added.role} of {organisation}")


@users_app.command("list")
def list_users(organisation: Organisation = ORGANISATION, data: Data = None, database: Database = None) -> None:
    """List the persons who sign in, disabled ones too."""
    from verbatim.actions.stores import opened  # noqa: PLC0415
    from verbatim.actions.users import users_of  # noqa: PLC0415
    from verbatim.terminal import show_users  # noqa: PLC0415

    with opened(data, database) as engine:
        show_users(users_of(engine, organisation))


@users_app.command("password")
def password(
    login: Login, organisation: Organisation = ORGANISATION, data: Data = None, database: Database = None
) -> None:
    """Set another password, and end all sessions of the person; who was disabled may sign in again."""
    from verbatim.actions import users  # noqa: PLC0415
    from verbatim.actions.stores import opened  # noqa: PLC0415

    chosen = _password()
    with opened(data, database) as engine:
        users.set_password(engine, organisation, login, chosen)
    typer.echo(f"user {login}: password set")


@users_app.command("disable")
def disable_user(
    login: Login, organisation: Organisation = ORGANISATION, data: Data = None, database: Database = None
) -> None:
    """Disable a person: signed out at once, and not let in again."""
    from verbatim.actions import users  # noqa: PLC0415
    from verbatim.actions.stores import opened  # noqa: PLC0415

    with opened(data, database) as engine:
        users.disable(engine, organisation, login)
    typer.echo(f"user {login}: disabled")


@custody_app.command()
def erase(  # noqa: PLR0913, PLR0917 - every option of the command is a parameter
    contact: Annotated[str, typer.Option(help="The person's name, as it was handed in.")],
    account: Annotated[
        str | None, typer.Option(help="The person's company, where several have one of that name.")
    ] = None,
    corpus: Annotated[
        list[Path] | None, typer.Option(help="A folder of training data to look through too; may be repeated.")
    ] = None,
    organisation: Organisation = ORGANISATION,
    data: Data = None,
    database: Database = None,
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask.")] = False,
) -> None:
    """Erase a person's words and name for good, and print a receipt in JSON that names nobody."""
    from verbatim.actions.erasure import ErasureOrder, erase_person  # noqa: PLC0415
    from verbatim.actions.stores import opened  # noqa: PLC0415

    if not yes and not _confirmed():
        typer.echo("nothing was erased", err=True)
        return
    order = ErasureOrder(contact, account, tuple(corpus or ()), organisation)
    with opened(data, database) as engine:
        erased = erase_person(engine, order)
    typer.echo(json.dumps(asdict(erased), ensure_ascii=False))
    _tell_rest(erased.complete)


@custody_app.command()
def retain(
    older_than: Annotated[int, typer.Option("--older-than", help="Days that a verbatim is kept.")],
    organisation: Organisation = ORGANISATION,
    data: Data = None,
    database: Database = None,
) -> None:
    """Delete what is older than so many days, by its date or else its arrival, and print the counts in JSON."""
    from verbatim.actions.retention import retain as keep  # noqa: PLC0415
    from verbatim.actions.stores import opened  # noqa: PLC0415

    with opened(data, database) as engine:
        retained = keep(engine, organisation, older_than)
    typer.echo(json.dumps(asdict(retained)))
    _tell_rest(retained.complete)


def _split(accounts: str | None) -> list[str] | None:
    if accounts is None:
        return None
    return [name.strip() for name in next(csv.reader([accounts], skipinitialspace=True), [])]


def _password() -> str:
    """A password, typed twice unseen, or the first line of standard input. Raises InputError for none."""
    if not sys.stdin.isatty():
        return sys.stdin.readline().rstrip("\r\n")
    try:
        return str(typer.prompt("Password", hide_input=True, confirmation_prompt=True, err=True))
    except typer.Abort as error:
        raise InputError("no password was given; expected one") from error


def _confirmed() -> bool:
    """Whether somebody says yes. Raises InputError where nobody is there to ask."""
    if not sys.stdin.isatty():
        raise InputError("nobody to ask whether to erase; expected --yes")
    try:
        return typer.confirm("Erase this person's words and name for good?", err=True)
    except typer.Abort:
        return False


def _tell_rest(complete: bool) -> None:
    if not complete:
        rest = "deleted bytes stay in the log until the next erasure or retention"
        typer.echo(f"verbatim: others were reading the store all along: {rest}", err=True)
