"""The commands of whoever keeps models: retrain, models. Doors as in `cli`, which takes them in."""

import json as to_json
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from verbatim.access import ORGANISATION
from verbatim.custody import Data, Database, Organisation

if TYPE_CHECKING:
    from sqlalchemy import Engine

    from verbatim.actions.model_life import Keeper

Label = Annotated[str, typer.Argument(help="A model's label, such as b2b-own@1.", show_default=False)]
Reason = Annotated[str, typer.Option("--reason", help="Why; it is kept.")]
Model = Annotated[str | None, typer.Option("--model", help="The installation's model, or VERBATIM_MODEL.")]
Json = Annotated[bool, typer.Option("--json", help="Print everything as JSON.")]

lineage_app = typer.Typer()
models_app = typer.Typer(help="List, explain, compare, promote and roll back models.", no_args_is_help=True)
lineage_app.add_typer(models_app, name="models")


@lineage_app.command()
def retrain(  # noqa: PLR0913, PLR0917 - every option of the command is a parameter
    organisation: Organisation = ORGANISATION,
    recipe: Annotated[
        Path | None,
        typer.Option(help="When a challenger is promoted, in TOML: training/recipes/retrain.toml; or VERBATIM_POLICY."),
    ] = None,
    override: Annotated[
        str | None, typer.Option(help="Promote whatever the figures say, for this reason; it is kept.")
    ] = None,
    model: Model = None,
    json: Json = False,
    data: Data = None,
    database: Database = None,
) -> None:
    """Learn from what analysts corrected, and promote the new model if it codes the share kept apart better."""
    from verbatim.actions.retrain_jobs import installed_policy, retrain_now  # noqa: PLC0415 - --help loads no libraries
    from verbatim.actions.retraining import RetrainOrder  # noqa: PLC0415
    from verbatim.actions.stores import opened  # noqa: PLC0415
    from verbatim.learning.policy import read_policy  # noqa: PLC0415
    from verbatim.store.audit import OPERATOR  # noqa: PLC0415
    from verbatim.terminal_models import show_outcome  # noqa: PLC0415

    policy = read_policy(recipe) if recipe else installed_policy()
    order = RetrainOrder(organisation, OPERATOR, _installed(model), policy, override)
    with opened(data, database) as engine:
        outcome = retrain_now(engine, order)
    if json:
        _print(outcome.as_json())
    else:
        show_outcome(outcome)


@models_app.command("list")
def list_(
    organisation: Organisation = ORGANISATION,
    model: Model = None,
    json: Json = False,
    data: Data = None,
    database: Database = None,
) -> None:
    """List the models that an organisation knows, and how the current one came to be that."""
    from verbatim.actions.model_life import known_models, past  # noqa: PLC0415
    from verbatim.actions.stores import opened  # noqa: PLC0415
    from verbatim.terminal_models import show_models  # noqa: PLC0415

    with opened(data, database) as engine:
        keeper = _keeper(engine, organisation, model)
        found, moves = known_models(keeper), past(keeper)
    if json:
        _print({"models": [asdict(one) for one in found], "promotions": [asdict(one) for one in moves]})
    else:
        show_models(found, moves)


@models_app.command()
def explain(
    label: Label,
    organisation: Organisation = ORGANISATION,
    model: Model = None,
    data: Data = None,
    database: Database = None,
) -> None:
    """Print in JSON how a model was made and measured: data hash, recipe, version of the code, figures, promotions."""
    from verbatim.actions import model_life  # noqa: PLC0415
    from verbatim.actions.stores import opened  # noqa: PLC0415

    with opened(data, database) as engine:
        _print(asdict(model_life.explain(_keeper(engine, organisation, model), label)))


@models_app.command()
def compare(  # noqa: PLR0913, PLR0917 - every option of the command is a parameter
    first: Label,
    second: Label,
    organisation: Organisation = ORGANISATION,
    model: Model = None,
    json: Json = False,
    data: Data = None,
    database: Database = None,
) -> None:
    """Compare two models on what analysts coded of the share that is kept apart."""
    from verbatim.actions import model_life  # noqa: PLC0415
    from verbatim.actions.stores import opened  # noqa: PLC0415
    from verbatim.terminal_models import show_contest  # noqa: PLC0415

    with opened(data, database) as engine:
        found = model_life.compare(_keeper(engine, organisation, model), first, second)
    if json:
        _print(asdict(found))
    else:
        show_contest(found, first, second)


@models_app.command()
def promote(
    label: Label,
    reason: Reason,
    organisation: Organisation = ORGANISATION,
    model: Model = None,
    data: Data = None,
    database: Database = None,
) -> None:
    """Make a model the current one, whatever its figures; all history is coded again by a job."""
    from verbatim.actions.model_life import promote_model  # noqa: PLC0415
    from verbatim.actions.stores import opened  # noqa: PLC0415

    with opened(data, database) as engine:
        moved = promote_model(_keeper(engine, organisation, model), label, reason)
    typer.echo(f"{moved.promotion.model} codes in place of {moved.promotion.former}; recoding: job {moved.job}")


@models_app.command()
def rollback(
    reason: Reason,
    organisation: Organisation = ORGANISATION,
    model: Model = None,
    data: Data = None,
    database: Database = None,
) -> None:
    """Bring back the model that the current one took the place of."""
    from verbatim.actions.model_life import roll_back_model  # noqa: PLC0415
    from verbatim.actions.stores import opened  # noqa: PLC0415

    with opened(data, database) as engine:
        moved = roll_back_model(_keeper(engine, organisation, model), reason)
    typer.echo(f"{moved.promotion.model} codes again in place of {moved.promotion.former}; recoding: job {moved.job}")


def _installed(model: str | None) -> Path:
    from verbatim.registry import find  # noqa: PLC0415
    from verbatim.settings import preset  # noqa: PLC0415

    return find(model or preset().model)


def _keeper(engine: "Engine", organisation: str, model: str | None) -> "Keeper":
    from verbatim.actions.model_life import Keeper  # noqa: PLC0415
    from verbatim.store.audit import OPERATOR  # noqa: PLC0415

    return Keeper(engine, organisation, OPERATOR, _installed(model))


def _print(value: Any) -> None:
    typer.echo(to_json.dumps(value, ensure_ascii=False, indent=1, default=str))
