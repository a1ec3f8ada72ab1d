"""Commands that look into coded data: how far its coders agree, and which of its labels are likely wrong."""

from pathlib import Path
from typing import Annotated, Literal

import typer

inspection_app = typer.Typer()


@inspection_app.command()
def agreement(
    files: Annotated[
        list[Path],
        typer.Argument(
            help="JSON lines with id, coder and codes, or tables with id, coder and code.", show_default=False
        ),
    ],
    json: Annotated[Path | None, typer.Option(help="File for everything found, as JSON.")] = None,
    period: Annotated[
        Literal["week", "month", "quarter", "year"], typer.Option(help="How long a period is when coders drift.")
    ] = "month",
    codebook: Annotated[
        Path | None, typer.Option("--codebook", help="A code frame in YAML; the built-in one if left out.")
    ] = None,
) -> None:
    """Measure how far coders agree: every id, sets, polarity, stance on both levels; a model may be one of them."""
    from verbatim.actions.agreement import AgreementOrder, compare_files  # noqa: PLC0415
    from verbatim.settings import preset  # noqa: PLC0415
    from verbatim.terminal import show_agreement  # noqa: PLC0415

    show_agreement(compare_files(AgreementOrder(tuple(files), codebook or preset().codebook, period, json)))
    if json:
        typer.echo(f"  {json}")


@inspection_app.command()
def labels(
    recipe: Annotated[Path, typer.Argument(help="A recipe in TOML: its corpus is looked through.", show_default=False)],
    json: Annotated[Path | None, typer.Option(help="File for everything found, as JSON, without texts.")] = None,
    most: Annotated[int, typer.Option(help="How many labels to print.", min=0)] = 40,
) -> None:
    """Find labels of a corpus that are likely wrong, and codes that blur: by models that had not seen them."""
    from verbatim.actions.labels import check_labels  # noqa: PLC0415
    from verbatim.terminal import show_labels  # noqa: PLC0415

    show_labels(check_labels(recipe, json, say=lambda message: typer.echo(message, err=True)), most)
    if json:
        typer.echo(f"  {json}")
