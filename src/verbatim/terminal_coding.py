"""What the command line shows of coding: progress while it works, and what came of it.

It stands by itself, since the one command that everybody runs all day is to start fast.
"""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, SpinnerColumn, TextColumn, TimeRemainingColumn

from verbatim.actions.coding import Outcome

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


def _lines(path: Path) -> int:
    with path.open("rb") as file:
        return sum(block.count(b"\n") for block in iter(lambda: file.read(1 << 20), b""))
