"""The commands of whoever reports: report, and schedules of reports. Doors as in `cli`, which takes them in."""

from pathlib import Path
from typing import Annotated, Literal

import typer

from verbatim.access import ORGANISATION
from verbatim.custody import Data, Database, Organisation

reporting_app = typer.Typer()

Language = Literal["en", "zh-Hans", "zh-Hant"]
Account = Annotated[str | None, typer.Option("--account", help="Only what this account said.")]
Team = Annotated[str | None, typer.Option("--team", help="Only what the accounts of this team said.")]
Spoken = Annotated[Language | None, typer.Option("--language", help="Language of the report (default: en).")]
PeriodName = Annotated[str, typer.Option("--period", help="A month 2026-09, a quarter 2026Q3 or a year 2026.")]


@reporting_app.command()
def report(  # noqa: PLR0913, PLR0917 - every option of the command is a parameter
    period: PeriodName,
    out: Annotated[Path, typer.Option("--out", "-o", help="File to write: report.html, report.pdf or report.xlsx.")],
    account: Account = None,
    team: Team = None,
    language: Spoken = None,
    organisation: Organisation = ORGANISATION,
    data: Data = None,
    database: Database = None,
) -> None:
    """Write the report of a period: who answered, what was said, what changed, what is not known."""
    from verbatim.actions.briefings import ReportOrder, report_file  # noqa: PLC0415 - --help loads no libraries
    from verbatim.actions.stores import opened  # noqa: PLC0415
    from verbatim.settings import preset  # noqa: PLC0415

    wanted = preset()
    order = ReportOrder(
        organisation=organisation,
        period=period,
        account=account,
        team=team,
        language=language or wanted.language,
        out=out,
        model=wanted.model,
    )
    with opened(data, database) as engine:
        typer.echo(report_file(engine, order))


schedules_app = typer.Typer(help="Let reports go out by themselves, by mail or to a webhook.", no_args_is_help=True)
reporting_app.add_typer(schedules_app, name="schedules")

Number = Annotated[int, typer.Argument(help="The number of the schedule, as the list tells it.", show_default=False)]


@schedules_app.command("add")
def add_schedule(  # noqa: PLR0913, PLR0917 - every option of the command is a parameter
    every: Annotated[Literal["month", "quarter"], typer.Option(help="When it goes out: after which it is over.")],
    mail: Annotated[list[str] | None, typer.Option(help="Address that it goes to; may be repeated.")] = None,
    webhook: Annotated[int | None, typer.Option(help="In their place the number of a webhook that is told.")] = None,
    account: Account = None,
    team: Team = None,
    format: Annotated[Literal["html", "pdf", "xlsx"], typer.Option(help="What the report is sent as.")] = "html",
    language: Spoken = None,
    organisation: Organisation = ORGANISATION,
    data: Data = None,
    database: Database = None,
) -> None:
    """Let the report of each month or quarter go out some hours after its end."""
    from verbatim.actions import schedules  # noqa: PLC0415 - --help loads no libraries
    from verbatim.actions.briefings import scope_of  # noqa: PLC0415
    from verbatim.actions.stores import opened  # noqa: PLC0415
    from verbatim.settings import preset  # noqa: PLC0415
    from verbatim.store.audit import OPERATOR  # noqa: PLC0415
    from verbatim.store.schedules import Plan  # noqa: PLC0415

    spoken = language or preset().language
    plan = Plan(every, scope_of(account, team), spoken, format, webhook, tuple(mail or ()))
    with opened(data, database) as engine:
        made = schedules.add(engine, organisation, plan, OPERATOR)
    typer.echo(f"schedule {made.id}: every {every}")


@schedules_app.command("list")
def list_schedules(organisation: Organisation = ORGANISATION, data: Data = None, database: Database = None) -> None:
    """List the schedules, and how far their latest reports are."""
    from verbatim.actions.schedules import known  # noqa: PLC0415
    from verbatim.actions.stores import opened  # noqa: PLC0415
    from verbatim.terminal_reports import show_schedules  # noqa: PLC0415

    with opened(data, database) as engine:
        show_schedules(known(engine, organisation))


@schedules_app.command("send")
def send_report(
    id: Number,
    period: PeriodName,
    organisation: Organisation = ORGANISATION,
    data: Data = None,
    database: Database = None,
) -> None:
    """Put the report of a period that is over into the outbox now; one that went out before does not go out again."""
    from verbatim.actions import schedules  # noqa: PLC0415
    from verbatim.actions.stores import opened  # noqa: PLC0415
    from verbatim.periods import period_of  # noqa: PLC0415
    from verbatim.store.audit import OPERATOR  # noqa: PLC0415

    with opened(data, database) as engine:
        found = schedules.send(engine, organisation, id, period_of(period), OPERATOR)
    typer.echo(f"schedule {id}, {period}: {'in the outbox' if found is not None else 'went out before'}")


@schedules_app.command("remove")
def remove_schedule(
    id: Number, organisation: Organisation = ORGANISATION, data: Data = None, database: Database = None
) -> None:
    """Let a report go out no more; what of it still waits is dropped."""
    from verbatim.actions import schedules  # noqa: PLC0415
    from verbatim.actions.stores import opened  # noqa: PLC0415
    from verbatim.store.audit import OPERATOR  # noqa: PLC0415

    with opened(data, database) as engine:
        schedules.remove(engine, organisation, id, OPERATOR)
    typer.echo(f"schedule {id}: removed")
