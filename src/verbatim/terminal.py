"""What the command line shows: progress while it works, and what came of it."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, SpinnerColumn, TextColumn, TimeRemainingColumn
from rich.table import Table

from verbatim.actions.coding import Outcome
from verbatim.domain import POLARITIES
from verbatim.learning.check import Checked
from verbatim.learning.evaluate import Evaluation
from verbatim.learning.statistics import Statistics
from verbatim.taxonomy import Code, Codebook

OFTEN = 50
LINES = frozenset({".csv", ".tsv", ".tab", ".jsonl", ".ndjson"})


@contextmanager
def progress(inputs: Sequence[str], quiet: bool) -> Iterator[Callable[[int], None]]:
    """A function that hears how many rows are done; on a terminal it shows count, rate and time left."""
    console = Console(stderr=True)
    if quiet or not console.is_terminal:
        yield lambda _count: None
        return
    rate = TextColumn("{task.fields[rate]}")
    columns = (SpinnerColumn(), TextColumn("coding"), BarColumn(), MofNCompleteColumn(), rate, TimeRemainingColumn())
    with Progress(*columns, console=console, transient=True) as bar:
        task = bar.add_task("coding", total=about_rows(inputs), rate="")

        def seen(count: int) -> None:
            if count >= bar.tasks[task].completed + OFTEN:
                speed = bar.tasks[task].finished_speed or bar.tasks[task].speed
                bar.update(task, completed=count, rate=f"{speed:,.0f} rows/s" if speed else "")

        yield seen


def about_rows(inputs: Sequence[str]) -> int | None:
    """About how many rows there are: the lines of text tables; None when there are other files too."""
    paths = [Path(name) for name in inputs]
    if not all(path.is_file() and path.suffix.lower() in LINES for path in paths):
        return None
    return sum(_lines(path) for path in paths)


def tell(outcome: Outcome, quiet: bool) -> None:
    """Say what was read, coded and refused, and where the results are."""
    errors = Console(stderr=True, highlight=False, soft_wrap=True)
    for failure in outcome.failed:
        errors.print(f"verbatim: {failure.reason}", markup=False)
    if quiet:
        return
    console = Console(highlight=False, soft_wrap=True)
    for file in outcome.files:
        columns = "; ".join(f"{role}: {column}" for role, column in file.columns.items())
        console.print(f"{file.file}: {file.layout}" + (f" ({columns})" if columns else ""), markup=False)
        for note in file.notes:
            console.print(f"  {note}", markup=False, style="dim")
    console.print(
        f"{outcome.rows:,} rows read: {outcome.rows_coded:,} coded, {outcome.rejected:,} rejected; "
        f"{outcome.verbatims:,} verbatims, {outcome.review:,} of them to review"
    )
    for path in outcome.outputs:
        console.print(f"  {path}", markup=False)


def show_evaluation(evaluation: Evaluation) -> None:
    """Print the figures, then a row for every id, most frequent first."""
    console = Console(highlight=False, soft_wrap=True)
    console.print(f"n {evaluation.n}")
    for name, value in evaluation.figures().items():
        console.print(f"{name:24} {value:.3f}")
    table = Table(box=None)
    table.add_column("id")
    for name in ("n", "precision", "recall", "F1"):
        table.add_column(name, justify="right")
    for id, row in sorted(evaluation.per_code().items(), key=lambda pair: -pair[1]["n"]):
        table.add_row(id, f"{row['n']:.0f}", *(f"{row[name]:.2f}" for name in ("precision", "recall", "f1")))
    console.print(table)


def show_checked(checked: Checked) -> None:
    """Print the statistics of a corpus, and every problem on a line of its own on standard error."""
    console = Console(highlight=False, soft_wrap=True)
    counts = checked.statistics
    console.print(
        f"{counts.verbatims:,} verbatims with {counts.segments:,} segments in {len(counts.files)} files; "
        f"{counts.codes_a_verbatim} codes a verbatim; {counts.words:,} words and {counts.characters:,} Han characters"
    )
    shares = (("script", counts.scripts), ("length", counts.lengths), ("stance", counts.stances))
    for name, values in shares:
        console.print(f"{name:8}{_shares(values, counts.verbatims)}", markup=False)
    console.print(_id_table(counts), _file_table(counts), sep="\n")
    errors = Console(stderr=True, highlight=False, soft_wrap=True)
    for problem in checked.problems:
        errors.print(f"verbatim: {problem}", markup=False)
    console.print(f"{len(checked.problems):,} problems" if checked.problems else "no problem found")


def show_codebook(codebook: Codebook, language: str) -> None:
    """Print the ids of a frame with their names, subcategories indented."""
    console = Console(highlight=False, soft_wrap=True)
    console.print(f"{codebook.label}  ({', '.join(codebook.languages)})")
    for code in codebook.codes:
        indent = "  " if code.parent else ""
        console.print(f"{indent}{code.id:{34 - len(indent)}}{codebook.name_of(code.id, language)}", markup=False)


def show_code(code: Code, language: str) -> None:
    """Print everything that a frame says of one id, in one of its languages."""
    console = Console(highlight=False, soft_wrap=True)
    console.print(f"{code.id}: {code.names[language]}\n{code.definitions[language]}", markup=False)
    for heading, texts in (("include", code.include), ("exclude", code.exclude), ("examples", code.examples)):
        for text in texts.get(language, ()):
            console.print(f"  {heading}: {text}", markup=False)


def _shares(values: Mapping[str, int], of: int) -> str:
    return " · ".join(f"{name} {count:,} ({count / max(1, of):.1%})" for name, count in values.items())


def _id_table(counts: Statistics) -> Table:
    """The verbatims of every id: all, by polarity, and by script."""
    table = Table(box=None, padding=(0, 2, 0, 0))
    table.add_column("id", no_wrap=True, min_width=max(map(len, counts.ids)))
    for name in ("n", *(side[:3] for side in POLARITIES), *counts.scripts):
        table.add_column(name, justify="right")
    for id, count in counts.ids.items():
        cells = [count.n, *(count.polarities[side] for side in POLARITIES)]
        table.add_row(id, *map(str, [*cells, *(count.scripts.get(script, 0) for script in counts.scripts)]))
    return table


def _file_table(counts: Statistics) -> Table:
    table = Table(box=None, padding=(0, 2, 0, 0))
    table.add_column("file")
    table.add_column("verbatims", justify="right")
    for file, count in counts.files.items():
        table.add_row(Path(file).name, str(count))
    return table


def _lines(path: Path) -> int:
    with path.open("rb") as file:
        return sum(block.count(b"\n") for block in iter(lambda: file.read(1 << 20), b""))
