"""The commands of whoever keeps the roster: take one in, see how many of the right people were heard. Doors."""

import json as to_json
from dataclasses import asdict
from datetime import datetime
from pathlib import Path
from typing import Annotated, Literal

import typer

from verbatim.access import ORGANISATION
from verbatim.custody import Data, Database, Organisation
from verbatim.errors import InputError

Json = Annotated[bool, typer.Option("--json", help="Print everything as JSON.")]
Several = list[str] | None

rostering_app = typer.Typer()


@rostering_app.command()
def roster(  # noqa: PLR0913, PLR0917 - every option of the command is a parameter
    file: Annotated[
        Path,
        typer.Argument(help="A CSV, a workbook or JSON lines with a header, a row a person or an account."),
    ],
    column: Annotated[
        Several,
        typer.Option(help="FIELD=HEADER where a column is not recognised, as in team=Kundenteam; may be repeated."),
    ] = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Show what would be taken in, and keep nothing.")] = False,
    date_order: Annotated[Literal["dmy", "mdy", "ymd"] | None, typer.Option(help="How 03/04/2026 is meant.")] = None,
    sheet: Annotated[
        str | None, typer.Option(help="Sheet of a workbook; the first that is a table if left out.")
    ] = None,
    encoding: Annotated[str | None, typer.Option(help="Encoding of a text file; told by itself if left out.")] = None,
    organisation: Organisation = ORGANISATION,
    json: Json = False,
    data: Data = None,
    database: Database = None,
) -> None:
    """Take in accounts, the people at them, and who was asked; what a row leaves out stays as it was known."""
    from verbatim.actions.roster import RosterOrder, take_roster  # noqa: PLC0415 - --help loads no libraries
    from verbatim.actions.stores import opened  # noqa: PLC0415
    from verbatim.formats.reading import ReadOptions  # noqa: PLC0415
    from verbatim.store.audit import OPERATOR  # noqa: PLC0415
    from verbatim.terminal_roster import show_rostered  # noqa: PLC0415

    options = ReadOptions(date_order=date_order, sheet=sheet, encoding=encoding)
    order = RosterOrder(file, organisation, OPERATOR, options, _columns(column), dry_run)
    with opened(data, database) as engine:
        done = take_roster(engine, order)
    if json:
        typer.echo(to_json.dumps(asdict(done), ensure_ascii=False))
    else:
        show_rostered(done)
    if done.rejections:
        raise typer.Exit(2)


@rostering_app.command()
def coverage(  # noqa: PLR0913, PLR0917 - every option of the command is a parameter
    since: Annotated[datetime | None, typer.Option(formats=["%Y-%m-%d"], help="Answered on this day or later.")] = None,
    until: Annotated[datetime | None, typer.Option(formats=["%Y-%m-%d"], help="Answered before this day.")] = None,
    by: Annotated[
        Several,
        typer.Option(
            help="account, tier, customer_type, region, team, role, influence; up to three (default: account, role)."
        ),
    ] = None,
    account: Annotated[Several, typer.Option(help="Only this account; may be repeated.")] = None,
    tier: Annotated[Several, typer.Option(help="Only accounts of this tier; may be repeated.")] = None,
    team: Annotated[Several, typer.Option(help="Only accounts of this team; may be repeated.")] = None,
    right: Annotated[
        Several, typer.Option(help="An influence of the right people (default: decider and influencer).")
    ] = None,
    right_role: Annotated[Several, typer.Option(help="A role that is right whatever its influence.")] = None,
    limit: Annotated[int, typer.Option(min=1, max=5000, help="How many rows of each table.")] = 40,
    model: Annotated[str | None, typer.Option(help="The installation's model, or VERBATIM_MODEL.")] = None,
    organisation: Organisation = ORGANISATION,
    json: Json = False,
    data: Data = None,
    database: Database = None,
) -> None:
    """Show how many of the right people were heard, by account and role, and who is missing or silent."""
    from verbatim.actions.figures import bench  # noqa: PLC0415
    from verbatim.actions.stored_coverage import CoverageOrder, stored_coverage  # noqa: PLC0415
    from verbatim.actions.stores import opened  # noqa: PLC0415
    from verbatim.coverage import Sought  # noqa: PLC0415
    from verbatim.facts import Narrowed  # noqa: PLC0415
    from verbatim.settings import preset  # noqa: PLC0415
    from verbatim.store.audit import OPERATOR  # noqa: PLC0415
    from verbatim.terminal_roster import coverage_as_json, show_coverage  # noqa: PLC0415

    narrowed = Narrowed(
        since=since.date() if since else None,
        until=until.date() if until else None,
        account=tuple(account or ()),
        tier=tuple(tier or ()),
        team=tuple(team or ()),
    )
    sought = Sought(tuple(right) if right else Sought().right, tuple(right_role or ()))
    divisions = tuple(by or ("account", "role"))
    order = CoverageOrder(organisation, narrowed, sought, divisions, reader=OPERATOR, most=limit)
    with opened(data, database) as engine:
        told = stored_coverage(bench(engine, model or preset().model), order)
    if json:
        typer.echo(to_json.dumps(coverage_as_json(told), ensure_ascii=False))
    else:
        show_coverage(told, limit)


def _columns(given: Several) -> dict[str, str]:
    found = {}
    for one in given or ():
        field, equals, header = one.partition("=")
        if not equals or not header.strip():
            raise InputError(f"--column {one!r}: expected FIELD=HEADER, as in team=Kundenteam")
        found[field.strip()] = header.strip()
    return found
