"""The commands of whoever steers by what customers say: served, priorities, accounts, teams. Doors as in `cli`."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from verbatim.access import ORGANISATION
from verbatim.custody import Data, Database, Organisation

if TYPE_CHECKING:
    from verbatim.actions.office import Office
    from verbatim.facts import Narrowed

Several = list[str] | None
Json = Annotated[bool, typer.Option("--json", help="Print everything as JSON, as the API has it.")]
Since = Annotated[datetime | None, typer.Option(formats=["%Y-%m-%d"], help="Dated on this day or later.")]
Until = Annotated[datetime | None, typer.Option(formats=["%Y-%m-%d"], help="Dated before this day.")]
AsOf = Annotated[
    datetime | None, typer.Option(formats=["%Y-%m-%d"], help="As of this day; that of the latest answer if left out.")
]
Only = Annotated[
    Several, typer.Option("--only", help="ATTRIBUTE=VALUE, such as team=East or role=buyer; may be repeated.")
]
Model = Annotated[str | None, typer.Option("--model", help="The installation's model, or VERBATIM_MODEL.")]

steering_app = typer.Typer()


@steering_app.command()
def served(  # noqa: PLR0913, PLR0917 - every option of the command is a parameter
    by: Annotated[
        Several,
        typer.Option(help="One attribute or two, such as tier and region (default: customer_type and role)."),
    ] = None,
    since: Since = None,
    until: Until = None,
    only: Only = None,
    model: Model = None,
    organisation: Organisation = ORGANISATION,
    json: Json = False,
    data: Data = None,
    database: Database = None,
) -> None:
    """Show which groups of customers are under-served or over-served, each against all others."""
    from verbatim.actions.office import who_is_served  # noqa: PLC0415 - --help loads no libraries
    from verbatim.api.shown_office import shown_served  # noqa: PLC0415
    from verbatim.terminal_office import show_served  # noqa: PLC0415

    with _office(organisation, model, data, database) as office:
        view = who_is_served(office, by or ("customer_type", "role"), _narrowed(since, until, only))  # type: ignore[arg-type]
    if json:
        typer.echo(shown_served(view).model_dump_json())
    else:
        show_served(view)


@steering_app.command()
def priorities(  # noqa: PLR0913, PLR0917 - every option of the command is a parameter
    since: Since = None,
    until: Until = None,
    only: Only = None,
    period: Annotated[
        Literal["month", "quarter", "year"], typer.Option(help="The periods in which a code must hold to be durable.")
    ] = "quarter",
    level: Annotated[int, typer.Option(min=1, max=2, help="1: categories, 2: ids.")] = 2,
    limit: Annotated[int, typer.Option(min=1, max=200, help="How many of each kind.")] = 10,
    model: Model = None,
    organisation: Organisation = ORGANISATION,
    json: Json = False,
    data: Data = None,
    database: Database = None,
) -> None:
    """Rank concerns and opportunities by size, severity, durability and revenue, with the arithmetic."""
    from verbatim.actions.office import what_comes_first  # noqa: PLC0415
    from verbatim.api.shown_office import shown_priorities  # noqa: PLC0415
    from verbatim.terminal_office import show_priorities  # noqa: PLC0415

    with _office(organisation, model, data, database) as office:
        view = what_comes_first(office, _narrowed(since, until, only), period, level)
    if json:
        typer.echo(shown_priorities(view).model_dump_json())
    else:
        show_priorities(view, limit)


@steering_app.command()
def accounts(  # noqa: PLR0913, PLR0917 - every option of the command is a parameter
    number: Annotated[int | None, typer.Argument(help="One account, by its number.", show_default=False)] = None,
    as_of: AsOf = None,
    only: Only = None,
    level: Annotated[Literal["red", "amber", "none"] | None, typer.Option(help="Only accounts of this level.")] = None,
    limit: Annotated[int, typer.Option(min=1, max=5000, help="How many accounts.")] = 40,
    model: Model = None,
    organisation: Organisation = ORGANISATION,
    json: Json = False,
    data: Data = None,
    database: Database = None,
) -> None:
    """Show how accounts stand, with their red flags, the most pressing first; or one of them over time."""
    from verbatim.actions.office import account_now, accounts_now  # noqa: PLC0415
    from verbatim.api.shown_accounts import shown_account, shown_ratings  # noqa: PLC0415
    from verbatim.terminal_office import show_account, show_accounts  # noqa: PLC0415

    day = as_of.date() if as_of else None
    with _office(organisation, model, data, database) as office:
        if number is not None:
            one = account_now(office, number, day)
        else:
            view = accounts_now(office, _narrowed(None, None, only), day)
    if number is not None:
        typer.echo(shown_account(one).model_dump_json()) if json else show_account(one)
        return
    items = [each for each in view.items if level in (None, each.level)][:limit]
    typer.echo(shown_ratings(view, items).model_dump_json()) if json else show_accounts(view, items)


@steering_app.command()
def teams(  # noqa: PLR0913, PLR0917 - every option of the command is a parameter
    as_of: AsOf = None,
    since: Since = None,
    until: Until = None,
    model: Model = None,
    organisation: Organisation = ORGANISATION,
    json: Json = False,
    data: Data = None,
    database: Database = None,
) -> None:
    """Show which account teams need help, each against all others."""
    from verbatim.actions.office import teams_now  # noqa: PLC0415
    from verbatim.api.shown_accounts import shown_teams  # noqa: PLC0415
    from verbatim.terminal_office import show_teams  # noqa: PLC0415

    with _office(organisation, model, data, database) as office:
        view = teams_now(office, _narrowed(since, until, None), as_of.date() if as_of else None)
    if json:
        typer.echo(shown_teams(view).model_dump_json())
    else:
        show_teams(view)


@contextmanager
def _office(organisation: str, model: str | None, data: Path | None, database: str | None) -> "Iterator[Office]":
    from verbatim.actions.figures import bench  # noqa: PLC0415
    from verbatim.actions.office import Office  # noqa: PLC0415
    from verbatim.actions.stores import opened  # noqa: PLC0415
    from verbatim.settings import preset  # noqa: PLC0415

    with opened(data, database) as engine:
        yield Office(bench(engine, model or preset().model), organisation)


def _narrowed(since: datetime | None, until: datetime | None, only: Several) -> "Narrowed":
    """What is counted. Raises InputError for an attribute that there is not."""
    from verbatim.errors import InputError  # noqa: PLC0415
    from verbatim.facts import ATTRIBUTES, Narrowed  # noqa: PLC0415

    values: dict[str, tuple[str, ...]] = {}
    for one in only or ():
        name, equals, value = one.partition("=")
        if name not in ATTRIBUTES or not equals or not value:
            raise InputError(f"--only {one[:80]!r}: expected ATTRIBUTE=VALUE with one of {', '.join(ATTRIBUTES)}")
        values[name] = (*values.get(name, ()), value)
    days = {"since": since.date() if since else None, "until": until.date() if until else None}
    return Narrowed(**days, **values)  # type: ignore[arg-type]
