"""The command line: each command parses, calls one action, and says what came of it.

Exit codes: 0 done, 1 a mistake of ours, 2 input that cannot be used or output that cannot be written, 130 interrupted.
An error is one line on standard error. Where the reader of a pipe goes away, the command ends with 1 and no word.
"""

import sys
from collections.abc import Sequence
from contextlib import suppress
from enum import StrEnum
from io import StringIO
from pathlib import Path
from typing import Annotated, Literal, NoReturn

import typer
from typer.exceptions import TyperException

from verbatim import __version__
from verbatim.custody import Data, Database, custody_app
from verbatim.discovery import discovery_app
from verbatim.drafting import drafting_app
from verbatim.errors import InputError, InternalError, VerbatimError
from verbatim.findings import findings_app
from verbatim.inspection import inspection_app
from verbatim.lineage import lineage_app
from verbatim.reporting import reporting_app
from verbatim.rostering import rostering_app
from verbatim.steering import steering_app

EXIT_CODES: dict[type[VerbatimError], int] = {InputError: 2, InternalError: 1}


class Format(StrEnum):
    """The layouts of coded data."""

    JSONL = "jsonl"
    CSV = "csv"
    ONEHOT = "onehot"
    XLSX = "xlsx"


Language = Literal["en", "zh-Hans", "zh-Hant"]
Texts = Annotated[
    list[str] | None,
    typer.Option(
        "--text", help="Column of free text; may be repeated. Columns are recognised by themselves when left out."
    ),
]
ModelName = Annotated[
    str | None, typer.Option("--model", help="A model's label, or a folder; the current one if left out.")
]
CodebookFile = Annotated[
    Path | None, typer.Option("--codebook", help="A code frame in YAML; the built-in one if left out.")
]

app = typer.Typer(
    help="Codes what B2B customers say: survey replies and call transcripts, in English and Chinese, on this machine.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)
codebook_app = typer.Typer(
    help="Look at a code frame, check one of your own; draft and publish the next version of a store's.",
    no_args_is_help=True,
)
app.add_typer(codebook_app, name="codebook")
codebook_app.add_typer(drafting_app)
app.add_typer(custody_app)
app.add_typer(inspection_app)
app.add_typer(lineage_app)
app.add_typer(reporting_app)
app.add_typer(rostering_app)
app.add_typer(findings_app)
app.add_typer(steering_app)
app.add_typer(discovery_app)


@app.command()
def code(  # noqa: PLR0913, PLR0917 - every option of the command is a parameter
    inputs: Annotated[list[str], typer.Argument(help="Files, folders, or - for standard input.", show_default=False)],
    out: Annotated[Path, typer.Option("--out", "-o", help="Folder for the coded data and the report.")],
    format: Annotated[
        list[Format] | None, typer.Option("--format", "-f", help="May be repeated (default: jsonl).")
    ] = None,
    text: Texts = None,
    id: Annotated[str | None, typer.Option(help="Column of the answer's id.")] = None,
    score: Annotated[str | None, typer.Option(help="Column of the score, 0 to 10: would recommend.")] = None,
    date: Annotated[str | None, typer.Option(help="Column of the answer's date.")] = None,
    account: Annotated[str | None, typer.Option(help="Column of the customer's company.")] = None,
    contact: Annotated[str | None, typer.Option(help="Column of the person who answered.")] = None,
    role: Annotated[str | None, typer.Option(help="Column of that person's role.")] = None,
    date_order: Annotated[Literal["dmy", "mdy", "ymd"] | None, typer.Option(help="How 03/04/2026 is meant.")] = None,
    sheet: Annotated[
        str | None, typer.Option(help="Sheet of a workbook; the first that is a table if left out.")
    ] = None,
    encoding: Annotated[
        str | None, typer.Option(help="Encoding of the text files; told by itself if left out.")
    ] = None,
    customer: Annotated[
        list[str] | None, typer.Option(help="A speaker on the customer's side, or @domain; may be repeated.")
    ] = None,
    ours: Annotated[list[str] | None, typer.Option(help="A speaker on our side, or @domain; may be repeated.")] = None,
    codebook: CodebookFile = None,
    model: ModelName = None,
    also: Annotated[
        list[str] | None,
        typer.Option(help="A further model, such as engagement@1, that codes the same words; may be repeated."),
    ] = None,
    competitors: Annotated[
        Path | None, typer.Option(help="Competitors to look for, with their other names: YAML, CSV or TSV.")
    ] = None,
    intents: Annotated[
        Path | None, typer.Option(help="A table of cues for intents in YAML; the built-in one if left out.")
    ] = None,
    language: Annotated[Language | None, typer.Option(help="Language of the report (default: en).")] = None,
    quiet: Annotated[bool, typer.Option("--quiet", "-q", help="Say nothing but errors.")] = False,
) -> None:
    """Code survey exports and transcripts: coded data and a report in one folder."""
    from verbatim.actions.coding import CodingOrder, code_files  # noqa: PLC0415 - --help loads no libraries
    from verbatim.formats.reading import ReadOptions  # noqa: PLC0415
    from verbatim.settings import preset  # noqa: PLC0415
    from verbatim.terminal_coding import progress, tell  # noqa: PLC0415

    wanted = preset()
    columns = {"id": id, "score": score, "date": date, "account": account, "contact": contact, "role": role}
    read = ReadOptions(
        text=tuple(text or ()),
        date_order=date_order,
        sheet=sheet,
        encoding=encoding,
        customers=tuple(customer or ()),
        ours=tuple(ours or ()),
        **columns,
    )
    order = CodingOrder(
        inputs=tuple(inputs),
        out=out,
        formats=tuple(dict.fromkeys(chosen.value for chosen in format or (Format.JSONL,))),
        read=read,
        codebook=codebook or wanted.codebook,
        model=model or wanted.model,
        language=language or wanted.language,
        also=tuple(also or ()),
        competitors=competitors or wanted.competitors,
        intents=intents or wanted.intents,
    )
    with progress(order.inputs, quiet) as seen:
        outcome = code_files(order, seen)
    tell(outcome, quiet)
    if outcome.failed:
        raise typer.Exit(2)


@app.command()
def train(  # noqa: PLR0913, PLR0917 - every option of the command is a parameter
    recipe: Annotated[
        Path | None,
        typer.Argument(help="A recipe in TOML; --check alone takes training/recipes/base.toml.", show_default=False),
    ] = None,
    models: Annotated[Path, typer.Option(help="Folder that the model is written into.")] = Path("models"),
    gold: Annotated[Path | None, typer.Option(help="Coded verbatims to measure on; never learnt from.")] = None,
    promote: Annotated[bool, typer.Option(help="Make it the current model of its folder.")] = True,
    encoder: Annotated[
        str | None,
        typer.Option(help="In place of the recipe's encoder: a sentence-transformers model, by name or folder."),
    ] = None,
    check: Annotated[
        bool, typer.Option("--check", help="Train nothing: check the corpus, and print its statistics.")
    ] = False,
    json: Annotated[Path | None, typer.Option(help="With --check: file for statistics and problems.")] = None,
) -> None:
    """Train a model from a recipe, and make it the current one of its folder; or check what it would learn from."""
    if check:
        _check_corpus(recipe, json)
        return
    if recipe is None or json is not None:
        raise InputError("--json goes with --check" if json else "missing recipe; expected a file in TOML")
    from verbatim.actions.training import TrainingOrder, train_order  # noqa: PLC0415

    order = TrainingOrder(recipe, models, gold, encoder, promote)
    folder = train_order(order, say=lambda message: typer.echo(message, err=True))
    typer.echo(folder)


def _check_corpus(recipe: Path | None, json: Path | None) -> None:
    from verbatim.actions.checking import DEFAULT_RECIPE, check_corpus  # noqa: PLC0415
    from verbatim.terminal import show_checked  # noqa: PLC0415

    found = check_corpus(recipe or DEFAULT_RECIPE, json, say=lambda message: typer.echo(message, err=True))
    show_checked(found)
    if found.problems:
        raise typer.Exit(2)


@app.command()
def evaluate(  # noqa: PLR0913, PLR0917 - every option of the command is a parameter
    gold: Annotated[
        Path,
        typer.Argument(
            help="JSON lines with id, text, codes and stance; codes_second and stance_second of a second coder.",
            show_default=False,
        ),
    ],
    report: Annotated[Path | None, typer.Option(help="File for everything found, as one HTML page.")] = None,
    json: Annotated[Path | None, typer.Option(help="File for everything found, as JSON.")] = None,
    by: Annotated[
        list[str] | None,
        typer.Option(help="A field of the gold file to slice by; may be repeated (default: lang, length, source)."),
    ] = None,
    economy: Annotated[
        bool, typer.Option("--economy", help="Also the learning curve at 50, 200 and 1,000 reviewed verbatims.")
    ] = False,
    model: ModelName = None,
    codebook: CodebookFile = None,
    language: Annotated[Language | None, typer.Option(help="Language of the report (default: en).")] = None,
) -> None:
    """Measure a model on gold: both levels, every id, polarity, stance, calibration, review, slices, confusions."""
    from verbatim.actions.evaluation import EvaluationOrder, evaluate_file  # noqa: PLC0415
    from verbatim.settings import preset  # noqa: PLC0415
    from verbatim.terminal import show_assessment  # noqa: PLC0415

    wanted = preset()
    order = EvaluationOrder(
        gold=gold,
        model=model or wanted.model,
        codebook=codebook or wanted.codebook,
        by=tuple(by or ()),
        economy=economy,
        report=report,
        json=json,
        language=language or wanted.language,
    )
    show_assessment(evaluate_file(order, say=lambda message: typer.echo(message, err=True)))
    for path in (report, json):
        if path:
            typer.echo(f"  {path}")


@app.command()
def serve(  # noqa: PLR0913, PLR0917 - every option of the command is a parameter
    data: Annotated[
        Path | None, typer.Option(help="Folder for the service's data; made where it is not there.")
    ] = None,
    database: Annotated[str | None, typer.Option(help="URL of the store: postgresql://user@host/name.")] = None,
    host: Annotated[str, typer.Option(help="Address to listen at; 0.0.0.0 for all of this machine.")] = "127.0.0.1",
    port: Annotated[int, typer.Option(min=0, max=65535, help="Port to listen at.")] = 8000,
    workers: Annotated[int, typer.Option(min=0, max=64, help="Processes that work on jobs beside the server.")] = 1,
    codebook: CodebookFile = None,
    model: ModelName = None,
) -> None:
    """Serve what is needed over HTTP: a store, coding, jobs and webhooks, until Ctrl+C."""
    from verbatim.api.limits import Limits  # noqa: PLC0415
    from verbatim.app import ServeOrder  # noqa: PLC0415
    from verbatim.app import serve as run  # noqa: PLC0415
    from verbatim.outbox import allowed_hosts  # noqa: PLC0415
    from verbatim.post import mail_server  # noqa: PLC0415
    from verbatim.settings import preset  # noqa: PLC0415

    wanted = preset()
    frame = codebook or wanted.codebook
    order = ServeOrder(
        data=data,
        database=database,
        host=host,
        port=port,
        workers=workers,
        model=model or wanted.model,
        codebook=str(frame) if frame else None,
        limits=Limits(**wanted.limits()),
        webhooks=allowed_hosts(wanted.webhook_hosts),
        public_url=wanted.public_url,
        mail=mail_server(wanted),
    )
    run(order)


@app.command()
def worker(
    data: Data = None,
    database: Database = None,
    name: Annotated[
        str | None, typer.Option(help="A name that no other worker has; this machine's if left out.")
    ] = None,
    codebook: CodebookFile = None,
    model: ModelName = None,
) -> None:
    """Work on the jobs of a service, beside its server or on another machine, until Ctrl+C."""
    from verbatim import logs  # noqa: PLC0415 - --help loads no libraries
    from verbatim.actions.stores import store_url  # noqa: PLC0415
    from verbatim.settings import preset  # noqa: PLC0415
    from verbatim.workers import Order, machine, work_until_told  # noqa: PLC0415

    wanted = preset()
    frame = codebook or wanted.codebook
    order = Order(store_url(data, database), name or machine(), model or wanted.model, str(frame) if frame else None)
    logs.to_standard_error()
    work_until_told(order)


@codebook_app.command("show")
def show(
    file: Annotated[Path | None, typer.Argument(help="A code frame; the built-in one if left out.")] = None,
    id: Annotated[str | None, typer.Option(help="Only this id, with definition and examples.")] = None,
    language: Annotated[
        str | None,
        typer.Option(help="Language of names and definitions; English, else the frame's first, if left out."),
    ] = None,
) -> None:
    """Show the ids of a code frame, or everything about one."""
    from verbatim import taxonomy  # noqa: PLC0415
    from verbatim.terminal import show_code, show_codebook  # noqa: PLC0415

    codebook = taxonomy.load(file) if file else taxonomy.default()
    tags = codebook.languages
    if language and language not in tags:
        raise InputError(f"codebook {codebook.label} has no language {language!r}; expected one of {', '.join(tags)}")
    tag = language or ("en" if "en" in tags else tags[0])
    if id:
        show_code(codebook[id], tag)
    else:
        show_codebook(codebook, tag)


@codebook_app.command("check")
def check(file: Annotated[Path, typer.Argument(help="A code frame in YAML.", show_default=False)]) -> None:
    """Check a code frame: every problem with its line and id."""
    from verbatim import taxonomy  # noqa: PLC0415

    found = taxonomy.problems(taxonomy.read(file))
    for problem in found:
        typer.echo(problem.told(str(file)), err=True)
    if found:
        raise typer.Exit(2)
    frame = taxonomy.load(file)
    typer.echo(f"{file}: {frame.label}, {len(frame.ids)} ids in {', '.join(frame.languages)}: no problem found")


def _version(wanted: bool) -> None:
    if wanted:
        typer.echo(f"verbatim {__version__}")
        raise typer.Exit


@app.callback()
def options(
    version: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Show the version.")
    ] = False,
) -> None:
    """Codes what B2B customers say: survey replies and call transcripts, in English and Chinese, on this machine."""


def main(arguments: Sequence[str] | None = None) -> None:
    """Run the command line and end the process; what stopped it is told in one line and by the exit code."""
    try:
        sys.exit(app(args=arguments, standalone_mode=False))
    except VerbatimError as problem:
        _stop(str(problem), next(code for kind, code in EXIT_CODES.items() if isinstance(problem, kind)))
    except TyperException as problem:  # arguments that do not fit; the help that no argument calls for has no message
        _stop(getattr(problem, "format_message", problem.__str__)(), EXIT_CODES[InputError])
    except BrokenPipeError:
        _stop("", 1)
    except OSError as problem:
        parts = (problem.filename, problem.strerror or problem)
        _stop(": ".join(str(part) for part in parts if part), EXIT_CODES[InputError])
    except Exception as problem:  # noqa: BLE001 - the last door: nobody outside is shown a traceback
        told = f"a mistake of ours: {type(problem).__name__}: {problem}; please report it"
        _stop(told, EXIT_CODES[InternalError])


def _stop(message: str, code: int) -> NoReturn:
    line = " ".join(message.split())
    with suppress(OSError):  # standard error may be full or closed too
        if line:
            typer.echo(f"verbatim: {line}", err=True)
    sys.stdout = StringIO()  # what a full disk left unwritten would fail again at the end
    sys.exit(code)


if __name__ == "__main__":
    main()
