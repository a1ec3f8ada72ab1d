"""Everything that was handed in, opened: files, folders, and "-" for standard input."""

import shutil
import sys
import tempfile
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path, PurePath

from verbatim.domain import Rejection
from verbatim.errors import FileError, InputError
from verbatim.formats.encodings import HEAD_BYTES, binary_kind
from verbatim.formats.reading import Reading, ReadOptions

TABLES = frozenset({".csv", ".tsv", ".tab", ".xlsx", ".xlsm", ".xlsb", ".xls", ".ods", ".jsonl", ".ndjson"})
TRANSCRIPTS = frozenset({".vtt", ".srt", ".txt", ".json"})

_CUES = frozenset({".vtt", ".srt"})

STDIN = "-"
_STDIN_NAME = "stdin"


@dataclass(frozen=True, slots=True)
class _Source:
    """One file to open, the name under which it is reported, the stem of its ids, and what to remark about it."""

    path: Path
    name: str
    stem: str
    notes: tuple[str, ...] = ()


def open_inputs(
    paths: Sequence[str], options: ReadOptions, outputs: Collection[Path] = ()
) -> Iterator[Reading | Rejection]:
    """Each input opened in turn: files as they are named, folders with all readable files inside, sorted.

    A missing or empty path is a FileError before anything is read. A folder passes over files whose ending is not
    known and says so in the notes of its first file, and over `outputs`, which an earlier run may have left there.
    Tables and transcripts are told apart by content. Ids made from a file's name hold its path below the folder that
    was handed in, without the ending. A file that cannot be read is an error when it is the only one, and a rejection
    (row 0) among others, which go on.
    """
    sources = [source for path in paths for source in ([path] if path == STDIN else _sources(path, outputs))]
    distinct = _once(sources)
    for source in distinct:
        try:
            if isinstance(source, _Source):
                yield _opened(source, options)
            else:
                yield from _standard_input(options)
        except InputError as error:
            if len(distinct) == 1:
                raise
            yield Rejection(source.name if isinstance(source, _Source) else _STDIN_NAME, 0, str(error))


def open_input(path: Path, name: str, options: ReadOptions, stem: str | None = None) -> Reading:
    """One file opened whose own name is `name`, wherever it lies now; ids made from the file begin with `stem`.

    Raises FileError, ColumnError or TranscriptError for what cannot be read.
    """
    return _opened(_Source(path, name, stem or PurePath(name).stem), options)


def _once(sources: Sequence[str | _Source]) -> list[str | _Source]:
    """The sources without those that name a file a second time."""
    return list(
        {source.path.resolve() if isinstance(source, _Source) else source: source for source in sources}.values()
    )


def _sources(named: str, outputs: Collection[Path]) -> list[_Source]:
    if not named.strip():
        raise FileError(f"{named!r} names no file; expected a file, a folder, or {STDIN}")
    path = Path(named)
    try:
        if path.is_dir():
            return _inside(path, outputs)
        if not path.exists():
            raise FileError(f"{path}: no such file or folder")
        if path.is_fifo():
            raise FileError(f"{path}: this is a pipe; expected a file, or {STDIN} and the pipe on standard input")
    except OSError as error:
        raise FileError(f"{path}: cannot be looked at ({error.strerror}); expected a file or folder") from error
    return [_Source(path, str(path), path.stem)]


def _inside(folder: Path, outputs: Collection[Path]) -> list[_Source]:
    """The readable files of a folder and the folders below it; hidden and lock files and outputs are no files."""
    own = {path.resolve() for path in outputs}
    found = (path for path in folder.rglob("*") if path.is_file() and not _hidden(path.relative_to(folder)))
    files = sorted(path for path in found if path.resolve() not in own)
    known = [path for path in files if path.suffix.lower() in TABLES | TRANSCRIPTS]
    if not known:
        raise FileError(f"{folder}: no file to read in this folder; expected {', '.join(sorted(TABLES | TRANSCRIPTS))}")
    unknown = [str(path.relative_to(folder)) for path in files if path not in set(known)]
    notes = (f"Not read in {folder}, because of their endings: {', '.join(unknown)}.",) if unknown else ()
    stems = {path: path.relative_to(folder).with_suffix("").as_posix() for path in known}
    return [_Source(path, str(path), stems[path], notes if path == known[0] else ()) for path in known]


def _hidden(path: Path) -> bool:
    return any(part.startswith((".", "~$")) for part in path.parts)


def _opened(source: _Source, options: ReadOptions) -> Reading:
    from verbatim.formats.surveys import read_survey  # noqa: PLC0415
    from verbatim.formats.transcripts import read_transcript, require_length  # noqa: PLC0415

    try:
        with source.path.open("rb") as stream:
            head = stream.read(HEAD_BYTES)
        if not head:
            raise FileError(f"{source.name}: the file is empty; expected a table or a transcript")
        if _is_talk(source, head):
            require_length(source.name, source.path.stat().st_size)
            reading = read_transcript(source.name, source.path.read_bytes(), options, source.stem)
        else:
            reading = read_survey(source.path, source.name, options, source.stem)
    except OSError as error:
        raise FileError(
            f"{source.name}: the file cannot be read ({error.strerror}); expected a readable one"
        ) from error
    return replace(reading, notes=(*source.notes, *reading.notes))


def _is_talk(source: _Source, head: bytes) -> bool:
    """Whether a file is a transcript: by its ending, or by content where the ending says nothing."""
    from verbatim.formats.transcripts import is_transcript  # noqa: PLC0415

    ending = PurePath(source.name).suffix.lower()
    if ending in TABLES or (binary_kind(head) and ending not in _CUES):
        return False
    if ending in TRANSCRIPTS:
        return is_transcript(source.name, head)
    return b"-->" in head[:2000] or any(is_transcript(f"{source.name}{guess}", head) for guess in (".json", ".txt"))


def _standard_input(options: ReadOptions) -> Iterator[Reading]:
    """Standard input, kept in a temporary file for as long as its rows are read."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / _STDIN_NAME
        with path.open("wb") as spool:
            shutil.copyfileobj(sys.stdin.buffer, spool)
        yield _opened(_Source(path, _STDIN_NAME, _STDIN_NAME), options)
