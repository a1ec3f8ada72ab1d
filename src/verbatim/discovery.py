"""The command of whoever looks for what emerges: themes. A door as in `cli`, which takes it in."""

import json as to_json
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from verbatim.access import ORGANISATION
from verbatim.custody import Data, Database, Organisation
from verbatim.errors import InputError

if TYPE_CHECKING:
    from verbatim.actions.desk import Desk

Model = Annotated[str | None, typer.Option("--model", help="The installation's model, or VERBATIM_MODEL.")]
Json = Annotated[bool, typer.Option("--json", help="Print everything as JSON.")]

discovery_app = typer.Typer()


@discovery_app.command()
def themes(  # noqa: PLR0913, PLR0917 - every option of the command is a parameter
    id: Annotated[int | None, typer.Argument(help="Only this theme, with excerpts.", show_default=False)] = None,
    find: Annotated[bool, typer.Option("--find", help="Look for themes first.")] = False,
    code: Annotated[
        str | None, typer.Option("--code", help="In what this code was given for, in place of the residual.")
    ] = None,
    since: Annotated[str | None, typer.Option("--since", help="With --find: dated on this day or later.")] = None,
    until: Annotated[str | None, typer.Option("--until", help="With --find: dated before this day.")] = None,
    organisation: Organisation = ORGANISATION,
    model: Model = None,
    json: Json = False,
    data: Data = None,
    database: Database = None,
) -> None:
    """List what emerges that no code stands for: themes with their states, sizes and words; or look for them anew."""
    from verbatim.actions.theme_segments import Scope  # noqa: PLC0415 - --help loads no libraries
    from verbatim.actions.theme_shelf import Reader, excerpts, seen_theme, shelf  # noqa: PLC0415
    from verbatim.actions.theming import ThemeOrder, find_themes  # noqa: PLC0415
    from verbatim.store.audit import OPERATOR  # noqa: PLC0415
    from verbatim.store.themes import RESIDUAL  # noqa: PLC0415
    from verbatim.terminal_themes import as_json, show_theme, show_themes  # noqa: PLC0415

    scope = Scope(code or RESIDUAL, _day("--since", since), _day("--until", until))
    reader = Reader(organisation)
    with _desk(model, data, database) as desk:
        if find:
            find_themes(desk, ThemeOrder(organisation, OPERATOR, scope))
        if id is None:
            found = shelf(desk, reader, scope.name)
            _print(as_json(found)) if json else show_themes(found)
            return
        one, _ = seen_theme(desk, reader, id)
        central = excerpts(desk, reader, id)
    _print(as_json(one, central)) if json else show_theme(one, central)


def _day(option: str, text: str | None) -> datetime | None:
    """The beginning of a day, in UTC. Raises InputError."""
    if text is None:
        return None
    try:
        return datetime.strptime(text, "%Y-%m-%d").replace(tzinfo=UTC)
    except ValueError:
        raise InputError(f"{option} {text[:40]!r}: expected a day such as 2026-03-25") from None


@contextmanager
def _desk(model: str | None, data: Path | None, database: str | None) -> "Iterator[Desk]":
    from verbatim.actions.desk import open_desk  # noqa: PLC0415
    from verbatim.actions.stores import opened, store_url  # noqa: PLC0415
    from verbatim.settings import preset  # noqa: PLC0415

    with opened(data, database):
        wanted = preset()
    frame = str(wanted.codebook) if wanted.codebook else None
    desk = open_desk(store_url(data, database), model or wanted.model, frame)
    try:
        yield desk
    finally:
        desk.close()


def _print(value: Any) -> None:
    typer.echo(to_json.dumps(value, ensure_ascii=False, indent=1, default=str))
