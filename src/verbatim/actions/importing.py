"""A file becomes stored and coded verbatims: looked at first, handed in with a job, and read by the job in steps.

A step's rows are stored, what is not coded of them is coded, and the codings are kept in one transaction with the
progress of the job and the rows that were left out. A worker that takes the job up again goes on after the last step
that was finished: a file is read the same way each time, and a row has the same id, so that storing it again changes
nothing.
"""

import hashlib
import json
import tempfile
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import asdict, dataclass, fields, replace
from datetime import UTC, datetime
from itertools import islice
from pathlib import Path, PurePosixPath
from typing import IO, Any

from sqlalchemy import Connection, Engine

from verbatim.actions.arrivals import problem_of, require_source
from verbatim.actions.champions import champion_desk
from verbatim.actions.coding import columns_taken
from verbatim.actions.desk import Desk
from verbatim.actions.kept_codings import ensure_introduced
from verbatim.actions.reasons import without_words
from verbatim.actions.stored_coding import LONGEST_STEP, STEP, code_stored
from verbatim.domain import Rejection, Verbatim
from verbatim.formats.inputs import open_input
from verbatim.formats.reading import Reading, ReadOptions
from verbatim.store.jobs import Lease, StoredJob, drop_file, enqueue, file_chunks, put_file
from verbatim.store.opening import reading, writing
from verbatim.store.records import words_of
from verbatim.store.verbatims import Received, add_verbatims, held_by_others

IMPORT = "import"
CALL = "call"
"""The channel of a transcript."""

LOOKED_AT = 1000
"""How many rows are looked at where nothing is to be stored yet."""

SHOWN_REJECTIONS = 20
PIECE = 1 << 20
LONGEST_FILE_NAME = 200

HELD = "id: handed in by another key under this source; expected one that no other key has handed in"

Row = Verbatim | Rejection


@dataclass(frozen=True, slots=True)
class Recognised:
    """What a file would be read as: its layout, which column is taken as what, remarks, and how its first rows fare.

    `verbatims` and `rejected` count what came out of the first rows, all of them unless there are `more`. `names` are
    those of all columns, `text` those of free text.
    """

    file: str
    layout: str
    columns: dict[str, str]
    notes: tuple[str, ...]
    verbatims: int
    rejected: int
    rejections: tuple[Rejection, ...]
    more: bool
    names: tuple[str, ...] = ()
    text: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Tally:
    """How far an import has come: rows of the file and what came of them; `read` counts verbatims and rejections.

    A row may hold several verbatims. All that are stored are coded.
    """

    rows: int = 0
    stored: int = 0
    rejected: int = 0
    read: int = 0

    def result(self, stage: str) -> dict[str, object]:
        """The result of the job."""
        return {"stage": stage, **asdict(self), "coded": self.stored}


def recognise(path: Path, name: str, options: ReadOptions) -> Recognised:
    """What the file at `path`, called `name`, would be read as, from its first 1,000 rows; nothing is kept.

    Raises FileError, ColumnError or TranscriptError for what cannot be read.
    """
    known = file_name(name)
    opened = open_input(path, known, options)
    rows = list(islice(opened.rows, LOOKED_AT + 1))
    seen = rows[:LOOKED_AT]
    refused = [_told(row) for row in seen if isinstance(row, Rejection)]
    return Recognised(
        file=known,
        layout=opened.layout,
        columns=columns_taken(opened.columns),
        notes=opened.notes,
        verbatims=len(seen) - len(refused),
        rejected=len(refused),
        rejections=tuple(refused[:SHOWN_REJECTIONS]),
        more=len(rows) > LOOKED_AT,
        names=opened.names,
        text=opened.columns.text,
    )


def start_import(  # noqa: PLR0913, PLR0917 - a file, its name and how it is to be read are three things
    engine: Engine, organisation: str, source: str, path: Path, name: str, options: ReadOptions, actor: str
) -> int:
    """The number of the job that imports the file at `path`, called `name`; the file is kept with it.

    Raises what `recognise` raises, StoreError for a source that cannot be, NotFoundError for an unknown organisation.
    """
    require_source(source)
    known = file_name(name)
    open_input(path, known, options)
    with path.open("rb") as file:
        digest = hashlib.file_digest(file, "sha256").hexdigest()
    payload = {"source": source, "file": known, "sha256": digest}
    with writing(engine, organisation) as connection, path.open("rb") as file:
        number = enqueue(connection, organisation, IMPORT, payload, actor)
        put_file(connection, organisation, number, _with_options(file, options))
    return number


def run_import(desk: Desk, lease: Lease) -> None:
    """Store and code the rows of the job's file, from where an earlier worker left off; then drop the file."""
    organisation = lease.job.organisation
    desk = champion_desk(desk, organisation)
    ensure_introduced(desk, organisation)
    with tempfile.TemporaryDirectory(prefix="verbatim-") as folder:
        path = Path(folder) / "upload"
        options = _fetched(desk.engine, lease.job, path)
        total = lease.job.total or sum(new for _, new in _rows(_opened(lease.job, path, options)))
        tally = _reached(lease.job)
        for step in _steps(islice(_rows(_opened(lease.job, path, options)), tally.read, None)):
            tally = _import_step(desk, lease, step, tally, total)
    with writing(desk.engine, organisation) as connection:
        lease.progress(connection, tally.rows, tally.rows, tally.result("done"))
        drop_file(connection, organisation, lease.job.id)


def file_name(name: str) -> str:
    """The name of a file without folders and without what does not belong into one."""
    last = PurePosixPath(name.replace("\\", "/")).name
    return "".join(one for one in last if one.isprintable())[-LONGEST_FILE_NAME:] or "upload"


def _import_step(desk: Desk, lease: Lease, step: Sequence[tuple[Row, bool]], tally: Tally, total: int) -> Tally:
    """How far the import is when this step is stored, coded and noted."""
    organisation, source = lease.job.organisation, lease.job.payload["source"]
    sound, refused = _sifted([row for row, _ in step], lease.job.actor)
    with reading(desk.engine, organisation) as connection:
        held = held_by_others(connection, organisation, source, [one.verbatim.id for one in sound], lease.job.actor)
        refused += [Rejection("", one.verbatim.row, HELD) for one in sound if one.verbatim.id in held]
        sound = [one for one in sound if one.verbatim.id not in held]
        clean = desk.redactors.redacting(connection, organisation, source, sound)
    reached = Tally(
        rows=tally.rows + sum(new for _, new in step),
        stored=tally.stored + len(sound),
        rejected=tally.rejected + len(refused),
        read=tally.read + len(step),
    )
    arrivals = [clean(one) for one in sound]
    with writing(desk.engine, organisation) as connection:
        lease.renew(connection)
        kept = add_verbatims(connection, organisation, source, arrivals)

    def note(connection: Connection) -> None:
        lease.note_errors(connection, refused)
        lease.progress(connection, reached.rows, total, reached.result("coding"))

    code_stored(desk, organisation, [one.id for one in kept], note)
    return reached


def _sifted(rows: Iterable[Row], actor: str | None) -> tuple[list[Received], list[Rejection]]:
    """What can be stored, and what cannot, with reasons that hold no customer's words."""
    sound: list[Received] = []
    refused: list[Rejection] = []
    now = datetime.now(UTC)
    for row in rows:
        if isinstance(row, Rejection):
            refused.append(_told(row))
            continue
        arrival = Received(row, channel=CALL if row.turns else None, submitter=actor)
        if problem := problem_of(arrival, now):
            refused.append(Rejection("", row.row, problem.reason))
        else:
            sound.append(arrival)
    return sound, refused


def _told(rejection: Rejection) -> Rejection:
    return replace(rejection, reason=without_words(rejection.reason))


def _rows(opened: Reading) -> Iterator[tuple[Row, bool]]:
    """What comes out of a file, and whether it is the first that comes out of its row."""
    last: int | None = None
    for row in opened.rows:
        yield row, row.row != last
        last = row.row


def _steps(rows: Iterable[tuple[Row, bool]]) -> Iterator[list[tuple[Row, bool]]]:
    """Yield what comes out of a file in steps of neither too many nor too long ones."""
    step: list[tuple[Row, bool]] = []
    characters = 0
    for row, new in rows:
        if step and (len(step) == STEP or characters >= LONGEST_STEP):
            yield step
            step, characters = [], 0
        step.append((row, new))
        characters += len(words_of(row)) if isinstance(row, Verbatim) else 0
    if step:
        yield step


def _reached(job: StoredJob) -> Tally:
    """How far an earlier worker has come."""
    result = job.result or {}
    return Tally(**{field.name: result.get(field.name, 0) for field in fields(Tally)})


def _opened(job: StoredJob, path: Path, options: ReadOptions) -> Reading:
    """The file, opened from its beginning; rows without an id are named after its content."""
    return open_input(path, job.payload["file"], options, f"file-{job.payload['sha256'][:16]}")


def _with_options(file: IO[bytes], options: ReadOptions) -> Iterator[bytes]:
    """The file behind a line that says how to read it: it names speakers, and a job's payload names nobody."""
    yield json.dumps(asdict(options)).encode() + b"\n"
    while piece := file.read(PIECE):
        yield piece


def _fetched(engine: Engine, job: StoredJob, path: Path) -> ReadOptions:
    """How to read the job's file, which lies at `path` then."""
    with reading(engine, job.organisation) as connection, path.open("wb") as file:
        chunks = file_chunks(connection, job.organisation, job.id)
        line, rest = _first_line(chunks)
        file.write(rest)
        file.writelines(chunks)
    return ReadOptions(**json.loads(line, object_hook=_with_tuples))


def _with_tuples(values: dict[str, Any]) -> dict[str, Any]:
    return {name: tuple(value) if isinstance(value, list) else value for name, value in values.items()}


def _first_line(chunks: Iterator[bytes]) -> tuple[bytes, bytes]:
    """The first line of what comes in pieces, and what of it has come behind that line."""
    held = b""
    for chunk in chunks:
        held += chunk
        line, found, rest = held.partition(b"\n")
        if found:
            return line, rest
    return held, b""
