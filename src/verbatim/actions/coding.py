"""Files on disk become coded data and a report: the researcher's whole job in one function."""

import json
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import IO

from verbatim import cue_table, taxonomy
from verbatim.actions.reports import Tally, publish
from verbatim.coder import Coder
from verbatim.domain import Rejection, Verbatim
from verbatim.errors import CodebookError, InputError, TranscriptError
from verbatim.formats.coded import FORMATS, open_writer, partial_file
from verbatim.formats.competitors import read_competitors
from verbatim.formats.inputs import open_inputs
from verbatim.formats.reading import Columns, Reading, ReadOptions
from verbatim.formats.reports import RunFacts, SourceFile
from verbatim.intents import IntentReader
from verbatim.registry import CODEBOOK, Manifest, find, load, read_manifest
from verbatim.side_by_side import code_all
from verbatim.taxonomy import Codebook
from verbatim.text.sides import without_speaker

REJECTED = "rejected.jsonl"
REPORT = "report.html"
FIRST_REJECTIONS = 200
"""How many rejected rows are shown in the report; all of them stand in `rejected.jsonl`."""

Seen = Callable[[int], None]


@dataclass(frozen=True, slots=True)
class CodingOrder:
    """What to code, where to put it, and how: `inputs` are files, folders or "-"; `model` a label or a folder.

    `also` are further models that code the same words; `competitors` is a list of names to look for, `intents` a table
    of cues in place of the one that ships.
    """

    inputs: tuple[str, ...]
    out: Path
    formats: tuple[str, ...] = ("jsonl",)
    read: ReadOptions = field(default_factory=ReadOptions)
    codebook: Path | None = None
    model: str | None = None
    language: str = "en"
    also: tuple[str, ...] = ()
    competitors: Path | None = None
    intents: Path | None = None


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of it. Rows read are the rows coded plus the rows rejected; a row may hold several verbatims."""

    files: tuple[SourceFile, ...]
    failed: tuple[Rejection, ...]
    rows: int
    rows_coded: int
    rejected: int
    verbatims: int
    review: int
    outputs: tuple[Path, ...]


@dataclass(slots=True)
class Intake:
    """Reads the inputs one after the other and keeps the books: what was read from where, and what was refused."""

    read: ReadOptions
    out: Path
    refuse: Callable[[Rejection], None]
    files: list[SourceFile] = field(default_factory=list)
    failed: list[Rejection] = field(default_factory=list)
    first: list[Rejection] = field(default_factory=list)
    rejected: int = 0
    rows_coded: int = 0
    speakers: set[str] = field(default_factory=set)
    calls: int = 0

    @property
    def rows(self) -> int:
        """Rows read so far: coded or about to be, and rejected."""
        return self.rows_coded + self.rejected

    def verbatims(self, inputs: Sequence[str]) -> Iterator[Verbatim]:
        """Yield the verbatims of all inputs; rows and files that cannot be read are booked, and the others go on."""
        outputs = [self.out / name for name in (REJECTED, REPORT, *(name for name, _ in FORMATS.values()))]
        for opened in open_inputs(inputs, self.read, outputs):
            if isinstance(opened, Rejection):
                self._fail(opened)
            else:
                yield from self._of(opened)

    def _of(self, reading: Reading) -> Iterator[Verbatim]:
        count, last = 0, None
        try:
            for row in reading.rows:
                if isinstance(row, Rejection):
                    self._reject(row)
                    continue
                self.rows_coded += row.row != last
                count, last = count + 1, row.row
                self._listen(row)
                yield row
        except InputError as problem:
            self._fail(Rejection(reading.file, 0, str(problem)))
        finally:
            columns = columns_taken(reading.columns)
            self.files.append(SourceFile(reading.file, reading.layout, columns, reading.notes, count))

    def _listen(self, verbatim: Verbatim) -> None:
        self.calls += bool(verbatim.turns)
        self.speakers.update(turn.speaker for turn in verbatim.turns)

    def _reject(self, rejection: Rejection) -> None:
        self.rejected += 1
        if len(self.first) < FIRST_REJECTIONS:
            self.first.append(rejection)
        self.refuse(rejection)

    def _fail(self, rejection: Rejection) -> None:
        self.failed.append(rejection)
        self.first.append(rejection)
        self.refuse(rejection)


def code_files(order: CodingOrder, seen: Seen) -> Outcome:
    """Code every input of the order into its output folder, with a report; `seen` hears how many rows were read.

    Files appear under their final names only when everything is done. Raises InputError for an input, a model, a
    codebook or an output folder that cannot be used; rows, and files among others, are reported in `rejected.jsonl`.
    """
    started = datetime.now(UTC)
    codebook = taxonomy.load(order.codebook) if order.codebook else taxonomy.default()
    model, manifest = load(find(order.model), codebook)
    beside = _beside(order.also, model.label)
    coder = Coder(model, intents=_reader(order), beside=[each for each, _ in beside.values()])
    frames = {label: frame for label, (_, frame) in beside.items()}
    tally = Tally(codebook, frames)
    review = done = 0
    with ExitStack() as stack:
        writers = [stack.enter_context(open_writer(format, order.out, codebook, frames)) for format in order.formats]
        rejections = stack.enter_context(partial_file(order.out, REJECTED))
        refused = stack.enter_context(rejections.open("w", encoding="utf-8"))
        intake = Intake(order.read, order.out, lambda rejection: _note(refused, rejection))
        for verbatim, coding in code_all(coder, intake.verbatims(order.inputs)):
            for writer in writers:
                writer.write(verbatim, coding)
            tally.add(verbatim, coding)
            review, done = review + coding.review, done + 1
            seen(intake.rows)
        _check_customers(order.read.customers, intake)
    facts = _facts(intake, manifest, started)
    report = publish(tally.report(facts), codebook, order.out, order.language)
    return Outcome(
        files=tuple(intake.files),
        failed=tuple(intake.failed),
        rows=intake.rows,
        rows_coded=intake.rows_coded,
        rejected=intake.rejected,
        verbatims=done,
        review=review,
        outputs=(*(order.out / FORMATS[format][0] for format in order.formats), *_kept(order.out / REJECTED), report),
    )


def codebook_of(manifest: Manifest) -> Codebook:
    """The frame that a model was trained for: the one in its folder, else the one of that name that ships.

    Raises CodebookError where there is neither.
    """
    label = str(manifest.values.get("codebook"))
    own, shipped = manifest.folder / CODEBOOK, taxonomy.shipped(label.partition("@")[0])
    if not own.is_file() and shipped is None:
        raise CodebookError(f"model {manifest.label} codes by {label!r}; expected that frame as {own}")
    return taxonomy.load(own if shipped is None or own.is_file() else shipped)


def _beside(also: Sequence[str], main: str) -> dict[str, tuple[Coder, Codebook]]:
    """Return a coder and its frame for each further model, by its label; InputError for that of the main model."""
    found: dict[str, tuple[Coder, Codebook]] = {}
    for name in dict.fromkeys(also):
        folder = find(name)
        frame = codebook_of(read_manifest(folder))
        model, _ = load(folder, frame)
        if model.label == main:
            raise InputError(f"--also {name!r} is the model that codes already; expected another one")
        found[model.label] = Coder(model), frame
    return found


def _reader(order: CodingOrder) -> IntentReader:
    table = cue_table.load(order.intents) if order.intents else cue_table.default()
    return IntentReader(table, read_competitors(order.competitors) if order.competitors else ())


def columns_taken(columns: Columns) -> dict[str, str]:
    """Return which column was read as what, for showing."""
    taken = {role: getattr(columns, role) for role in ("id", "score", "date", "account", "contact", "role")}
    named = {"text": ", ".join(columns.text), **taken}
    return {role: column for role, column in named.items() if column}


def _facts(intake: Intake, manifest: Manifest, started: datetime) -> RunFacts:
    values = manifest.values
    return RunFacts(
        files=tuple(intake.files),
        rejected=intake.rejected + len(intake.failed),
        rejections=tuple(intake.first),
        model={"model": manifest.label, "codebook": values["codebook"], "encoder": values["encoder"]},
        quality=manifest.quality,
        started=started,
        finished=datetime.now(UTC),
    )


def _check_customers(customers: Sequence[str], intake: Intake) -> None:
    """Raise TranscriptError for a customer's name that no speaker of any call has."""
    missing = without_speaker(customers, intake.speakers) if intake.calls else []
    if missing:
        found = ", ".join(map(repr, sorted(intake.speakers))) or "none named"
        raise TranscriptError(f"no speaker is called {missing[0]!r}; expected one of the speakers found: {found}")


def _note(file: IO[str], rejection: Rejection) -> None:
    file.write(json.dumps(asdict(rejection), ensure_ascii=False) + "\n")


def _kept(rejected: Path) -> tuple[Path, ...]:
    """Return the file of rejected rows, or nothing, without the file, where no row was rejected."""
    if rejected.stat().st_size:
        return (rejected,)
    rejected.unlink()
    return ()
