"""The commands of whoever keeps the code frame of a store. Doors as in `cli`, which takes them in."""

import json as to_json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from verbatim.access import ORGANISATION
from verbatim.custody import Data, Database, Organisation
from verbatim.errors import FileError, InputError

if TYPE_CHECKING:
    from verbatim.actions.codebooks import Editor
    from verbatim.operations import Operation

Model = Annotated[str | None, typer.Option("--model", help="The installation's model, or VERBATIM_MODEL.")]
Json = Annotated[bool, typer.Option("--json", help="Print everything as JSON.")]

drafting_app = typer.Typer()


@drafting_app.command()
def draft(  # noqa: PLR0913, PLR0917 - every option of the command is a parameter
    file: Annotated[
        Path | None,
        typer.Argument(help="Operations in JSON or YAML, in place of those of the draft.", show_default=False),
    ] = None,
    append: Annotated[bool, typer.Option("--append", help="Add them to those of the draft.")] = False,
    drop: Annotated[bool, typer.Option("--drop", help="Drop the draft.")] = False,
    organisation: Organisation = ORGANISATION,
    model: Model = None,
    json: Json = False,
    data: Data = None,
    database: Database = None,
) -> None:
    """Show the draft of the next version of the code frame, change it, or drop it."""
    from verbatim.actions.drafts import edit_draft, extend_draft, seen_draft  # noqa: PLC0415 - --help loads no libraries
    from verbatim.terminal_frames import show_draft  # noqa: PLC0415

    if drop and file:
        raise InputError(f"{file}: operations, and --drop; expected one of both")
    operations = _operations(file) if file else ()
    with _editor(organisation, model, data, database) as editor:
        found = seen_draft(editor)
        if file or drop:
            change = extend_draft if append else edit_draft
            found = change(editor, operations, found.draft.revision)
    if json:
        _print([one.as_json() for one in found.draft.operations])
    else:
        show_draft(found)


@drafting_app.command()
def effect(
    organisation: Organisation = ORGANISATION,
    model: Model = None,
    json: Json = False,
    data: Data = None,
    database: Database = None,
) -> None:
    """Say what publishing the draft would change: how many verbatims, and how many of them a person must decide."""
    from dataclasses import asdict  # noqa: PLC0415

    from verbatim.actions.frame_effect import effect as of_draft  # noqa: PLC0415
    from verbatim.terminal_frames import show_effect  # noqa: PLC0415

    with _editor(organisation, model, data, database) as editor:
        found = of_draft(editor)
    if json:
        _print({"label": found.label, "changed": asdict(found.changed), "operations": [*map(asdict, found.operations)]})
    else:
        show_effect(found)


@drafting_app.command()
def publish(
    reason: Annotated[str, typer.Option("--reason", help="Why; it is kept.")],
    organisation: Organisation = ORGANISATION,
    model: Model = None,
    data: Data = None,
    database: Database = None,
) -> None:
    """Publish the draft as the next version; a job of the service brings all history under it."""
    from verbatim.actions.drafts import publish_draft, seen_draft  # noqa: PLC0415

    with _editor(organisation, model, data, database) as editor:
        done = publish_draft(editor, seen_draft(editor).draft.revision, reason)
    rest = "no code changed its id" if done.job is None else f"all history goes over: job {done.job}"
    typer.echo(f"{done.codebook.label}: in use; {rest}")


@drafting_app.command()
def versions(
    organisation: Organisation = ORGANISATION,
    model: Model = None,
    json: Json = False,
    data: Data = None,
    database: Database = None,
) -> None:
    """List the versions of the code frame, and how each came into use."""
    from dataclasses import asdict  # noqa: PLC0415

    from verbatim.actions.frame_effect import versions as known  # noqa: PLC0415
    from verbatim.terminal_frames import show_versions  # noqa: PLC0415

    with _editor(organisation, model, data, database) as editor:
        found = known(editor)
    if json:
        _print([asdict(one) for one in found])
    else:
        show_versions(found)


@drafting_app.command()
def crosswalk(  # noqa: PLR0913, PLR0917 - every option of the command is a parameter
    former: Annotated[str | None, typer.Option("--from", help="A version; the first if left out.")] = None,
    label: Annotated[str | None, typer.Option("--to", help="A later one; that in use if left out.")] = None,
    code: Annotated[str | None, typer.Option("--code", help="Only this code, and what became of it.")] = None,
    organisation: Organisation = ORGANISATION,
    model: Model = None,
    json: Json = False,
    data: Data = None,
    database: Database = None,
) -> None:
    """Say what became of each code from one version to another, and where counts cannot be compared."""
    from dataclasses import asdict  # noqa: PLC0415

    from verbatim.actions.frame_effect import crossed  # noqa: PLC0415
    from verbatim.terminal_frames import show_crossed  # noqa: PLC0415

    with _editor(organisation, model, data, database) as editor:
        found = crossed(editor, former, label, code)
    if json:
        _print(asdict(found))
    else:
        show_crossed(found)


@contextmanager
def _editor(organisation: str, model: str | None, data: Path | None, database: str | None) -> "Iterator[Editor]":
    from verbatim.actions.codebooks import Editor  # noqa: PLC0415
    from verbatim.actions.coding import codebook_of  # noqa: PLC0415
    from verbatim.actions.stores import opened  # noqa: PLC0415
    from verbatim.registry import find, read_manifest  # noqa: PLC0415
    from verbatim.settings import preset  # noqa: PLC0415
    from verbatim.store.audit import OPERATOR  # noqa: PLC0415

    frame = codebook_of(read_manifest(find(model or preset().model)))
    with opened(data, database) as engine:
        yield Editor(engine, organisation, OPERATOR, frame)


def _operations(file: Path) -> "tuple[Operation, ...]":
    """The operations of a file. Raises FileError where it cannot be read, CodebookError for what is no operation."""
    import yaml  # noqa: PLC0415

    from verbatim.operations import operation_of  # noqa: PLC0415

    try:
        found = yaml.safe_load(file.read_text(encoding="utf-8-sig"))
    except OSError as error:
        raise FileError(f"{file}: cannot be read: {error.strerror}") from error
    except (UnicodeDecodeError, yaml.YAMLError) as error:
        raise FileError(
            f"{file}: neither JSON nor YAML in UTF-8 ({type(error).__name__}); expected operations"
        ) from error
    if not isinstance(found, list) or not all(isinstance(one, dict) for one in found):
        raise FileError(f"{file}: {type(found).__name__}; expected a list of operations, each with act and code")
    return tuple(operation_of(one) for one in found)


def _print(value: Any) -> None:
    typer.echo(to_json.dumps(value, ensure_ascii=False, indent=1, default=str))
