"""The commands of whoever looks for findings: trends, and what goes with the score. Doors as in `cli`."""

import json as to_json
from datetime import datetime
from pathlib import Path
from typing import Annotated, Any, Literal

import typer

from verbatim.access import ORGANISATION
from verbatim.custody import Data, Database, Organisation

Several = list[str] | None
Json = Annotated[bool, typer.Option("--json", help="Print everything as JSON.")]
Csv = Annotated[Path | None, typer.Option("--csv", help="A file for every point as CSV; - for standard output.")]
Since = Annotated[datetime | None, typer.Option(formats=["%Y-%m-%d"], help="Dated on this day or later.")]
Until = Annotated[datetime | None, typer.Option(formats=["%Y-%m-%d"], help="Dated before this day.")]
Only = Annotated[
    Several,
    typer.Option(
        "--only",
        help="ATTRIBUTE=VALUE, such as tier=1 or role=buyer; of one attribute any will do, else all must hold.",
    ),
]
Polarity = Annotated[
    Literal["negative", "neutral", "positive"] | None, typer.Option(help="Mentions of this polarity only.")
]
Model = Annotated[str | None, typer.Option("--model", help="The installation's model, or VERBATIM_MODEL.")]

findings_app = typer.Typer()


@findings_app.command()
def trends(  # noqa: PLR0913, PLR0917 - every option of the command is a parameter
    code: Annotated[Several, typer.Option(help="A code, or all; may be repeated.")] = None,
    category: Annotated[Several, typer.Option(help="A category, or all; may be repeated.")] = None,
    theme: Annotated[list[int] | None, typer.Option(help="A theme by its number; may be repeated.")] = None,
    stance: Annotated[Several, typer.Option(help="critic, passive or promoter: its share; may be repeated.")] = None,
    nps: Annotated[bool, typer.Option("--nps", help="The Net Promoter Score.")] = False,
    conflict: Annotated[bool, typer.Option("--conflict", help="How often words and score disagree.")] = False,
    polarity: Polarity = None,
    period: Annotated[
        Literal["day", "week", "month", "quarter", "year", "rolling"], typer.Option(help="How long a period is.")
    ] = "month",
    window: Annotated[int, typer.Option(min=1, help="Days of a rolling window.")] = 90,
    every: Annotated[int, typer.Option(min=1, help="Days from one rolling window to the next.")] = 30,
    split: Annotated[str | None, typer.Option(help="A series for each value of an attribute, such as tier.")] = None,
    value: Annotated[Several, typer.Option(help="A value of the split; may be repeated.")] = None,
    against: Annotated[str | None, typer.Option(help="Compare values with all, the rest, or one of them.")] = None,
    base: Annotated[
        Literal["meaningful", "all"], typer.Option(help="Shares of what says something, or of all that is coded.")
    ] = "meaningful",
    year_ago: Annotated[bool, typer.Option("--year-ago", help="Compare with a year before too.")] = False,
    population: Annotated[
        Literal["endless", "roster"], typer.Option(help="Correct intervals for the people on the roster.")
    ] = "endless",
    only: Only = None,
    since: Since = None,
    until: Until = None,
    json: Json = False,
    csv: Csv = None,
    model: Model = None,
    organisation: Organisation = ORGANISATION,
    data: Data = None,
    database: Database = None,
) -> None:
    """Show what is said over time with 95 % limits, and which changes hold up beside everything looked at."""
    from verbatim.actions.trends import Looked, TrendsWanted  # noqa: PLC0415 - --help loads no libraries
    from verbatim.actions.trends_files import attribute_of, stances_of, trends_at, trends_csv, trends_json  # noqa: PLC0415
    from verbatim.terminal_trends import show_trends  # noqa: PLC0415
    from verbatim.trends import Question, Span  # noqa: PLC0415

    question = Question(
        (),
        span=Span(period, window, every),
        split=attribute_of(split),
        values=tuple(value or ()),
        against=against,
        base=base,
        year_ago=year_ago,
    )
    shares = tuple(code or ()), tuple(category or ()), stances_of(stance or ())
    looked = Looked(*shares, nps, conflict, polarity, tuple(theme or ()))
    narrowed = _narrowed(only, since, until)
    wanted = TrendsWanted(organisation, looked, narrowed, question, roster=population == "roster")
    found = trends_at(data, database, model, wanted)
    if csv is not None:
        _write(csv, trends_csv(found))
    if json:
        _print(trends_json(found))
    elif csv is None or str(csv) != "-":
        show_trends(found)


@findings_app.command()
def drivers(  # noqa: PLR0913, PLR0917 - every option of the command is a parameter
    metric: Annotated[Literal["nps", "score"], typer.Option(help="The Net Promoter Score, or the mean score.")] = "nps",
    by: Annotated[Literal["code", "category"], typer.Option(help="Explained by codes, or by categories.")] = "code",
    polarity: Polarity = None,
    only: Only = None,
    since: Since = None,
    until: Until = None,
    json: Json = False,
    model: Model = None,
    organisation: Organisation = ORGANISATION,
    data: Data = None,
    database: Database = None,
) -> None:
    """Show what goes with the score: impact, gap and relative weight of each code. Association, no cause."""
    from verbatim.actions.trends import DriversWanted  # noqa: PLC0415
    from verbatim.actions.trends_files import drivers_at, drivers_json  # noqa: PLC0415
    from verbatim.drivers import DriverQuestion  # noqa: PLC0415
    from verbatim.terminal_trends import show_drivers  # noqa: PLC0415

    question = DriverQuestion(metric, by, polarity)
    found = drivers_at(data, database, model, DriversWanted(organisation, question, _narrowed(only, since, until)))
    if json:
        _print(drivers_json(found))
    else:
        show_drivers(found)


def _narrowed(only: Several, since: datetime | None, until: datetime | None) -> Any:
    from verbatim.actions.trends_files import narrowed_of  # noqa: PLC0415

    return narrowed_of(only or (), since and since.date(), until and until.date())


def _write(path: Path, text: str) -> None:
    if str(path) == "-":
        typer.echo(text, nl=False)
    else:
        from verbatim.actions.trends_files import write_text  # noqa: PLC0415

        write_text(path, text)
        typer.echo(f"  {path}")


def _print(value: Any) -> None:
    typer.echo(to_json.dumps(value, ensure_ascii=False, indent=1, default=str))
