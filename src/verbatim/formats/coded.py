"""Coded verbatims on disk: one JSON object a line, or tables that a spreadsheet opens.

Every format has one writer. A file has its final name only when the run is complete; until then it is
`.<name>.partial` in the same folder, and an interrupted run leaves neither.
"""

import csv
import errno
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Protocol

from verbatim.domain import CodeMention, Coding, Excerpt, Intent, Turn, Verbatim
from verbatim.errors import OutputError
from verbatim.formats.cells import LONG, ONE_HOT, FieldColumns, Layout, as_json, safe
from verbatim.formats.frame import Frame, Frames

DISK_ERRORS = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EFBIG, errno.EIO, errno.EROFS})


class Writer(Protocol):
    """Takes codings one by one; `close` completes the file, `discard` gives it up."""

    def write(self, verbatim: Verbatim, coding: Coding) -> None:
        """Append one coded verbatim."""

    def close(self) -> None:
        """Complete the file."""

    def discard(self) -> None:
        """Let go of the file, complete or not."""


def record(verbatim: Verbatim, coding: Coding) -> dict[str, object]:
    """One coded verbatim as the plain object that `coded.jsonl` holds on a line.

    A transcript has `turns` in place of `text`, and its excerpts name their turn. Question, account, contact, role,
    date and score stand under `fields`, beside the other columns of the input; where a column has that very name, the
    column stands. `frames`, the codes of further models by their labels, is there where further models coded.
    """
    words = {"turns": [_turn(turn) for turn in verbatim.turns]} if verbatim.turns else {"text": verbatim.text}
    stance = coding.stance
    frames = {label: [_mention(mention) for mention in codes] for label, codes in coding.frames.items()}
    return {
        "id": verbatim.id,
        **words,
        "language": coding.language,
        "codes": [_mention(mention) for mention in coding.codes],
        "stance": {
            "label": stance.label,
            "source": stance.source,
            "confidence": round(stance.confidence, 3),
            "conflict": stance.conflict,
        },
        "intents": [_intent(intent) for intent in coding.intents],
        "trust": coding.trust,
        "review": coding.review,
        "model": coding.author,
        **({"frames": frames} if frames else {}),
        "fields": dict(verbatim.fields),
    }


class JsonLines:
    """Writes `record` objects, one a line, UTF-8."""

    def __init__(self, path: Path, _frames: Frames) -> None:
        # A lone surrogate becomes the JSON escape that stands for it: the line stays valid and loses nothing.
        self._file = path.open("w", encoding="utf-8", errors="backslashreplace", newline="\n")

    def write(self, verbatim: Verbatim, coding: Coding) -> None:
        """Append one line."""
        self._file.write(as_json(record(verbatim, coding)) + "\n")

    def close(self) -> None:
        """Complete the file."""
        self._file.close()

    discard = close


class Table:
    """Writes rows of cells as CSV, UTF-8 with BOM, no cell a formula."""

    def __init__(self, path: Path, frames: Frames, layout: Layout = LONG) -> None:
        self._file = path.open("w", encoding="utf-8-sig", errors="backslashreplace", newline="")
        self._csv = csv.writer(self._file)
        self._frames, self._layout = frames, layout
        self._fields: FieldColumns | None = None

    def write(self, verbatim: Verbatim, coding: Coding) -> None:
        """Append the rows of one verbatim, after the header if it is the first."""
        columns = self._fields or self._begin(FieldColumns(verbatim.fields))
        fields = columns.row(verbatim.fields)
        for row in self._layout.rows(verbatim, coding, self._frames):
            self._csv.writerow(map(safe, row + fields))

    def close(self) -> None:
        """Complete the file, with a header also when nothing came."""
        if self._fields is None:
            self._begin(FieldColumns({}))
        self._file.close()

    def discard(self) -> None:
        """Let go of the file."""
        self._file.close()

    def _begin(self, columns: FieldColumns) -> FieldColumns:
        self._fields = columns
        self._csv.writerow(map(safe, self._layout.header(self._frames) + columns.header))
        return columns


def _one_hot(path: Path, frames: Frames) -> Writer:
    return Table(path, frames, ONE_HOT)


def _workbook(path: Path, frames: Frames) -> Writer:
    from verbatim.formats.workbook import Workbook  # noqa: PLC0415 — xlsxwriter only where a workbook is wanted

    return Workbook(path, frames)


# What --format names: the file, and what makes its writer.
FORMATS: dict[str, tuple[str, Callable[[Path, Frames], Writer]]] = {
    "jsonl": ("coded.jsonl", JsonLines),
    "csv": ("coded.csv", Table),
    "onehot": ("coded_onehot.csv", _one_hot),
    "xlsx": ("coded.xlsx", _workbook),
}


@contextmanager
def open_writer(format: str, folder: Path, frame: Frame, beside: Mapping[str, Frame] | None = None) -> Iterator[Writer]:
    """A writer of this format into this folder; its file appears when the block ends well, and not at all otherwise.

    `beside` are the frames of further models by the labels of these.
    Raises OutputError for a format that is not in `FORMATS`, a folder that cannot be made or written, a full disk.
    """
    if format not in FORMATS:
        raise OutputError(f"format {format!r}: expected one of {', '.join(FORMATS)}")
    name, make = FORMATS[format]
    with partial_file(folder, name) as path:
        writer = make(path, Frames(frame, beside or {}))
        try:
            yield writer
            writer.close()
        finally:
            writer.discard()


@contextmanager
def partial_file(folder: Path, name: str) -> Iterator[Path]:
    """A path to write to, which becomes `folder/name` when the block ends well and vanishes otherwise.

    Raises OutputError when the folder cannot be made or written, or the disk fails.
    """
    final, partial = folder / name, folder / f".{name}.partial"
    _make_writable(folder, partial)
    try:
        yield partial
        _rename(partial, final)
    except OSError as error:
        if error.errno not in DISK_ERRORS:
            raise
        raise OutputError(f"{final}: cannot be written: {error.strerror}") from error
    finally:
        partial.unlink(missing_ok=True)


def _make_writable(folder: Path, partial: Path) -> None:
    try:
        folder.mkdir(parents=True, exist_ok=True)
        partial.touch()
    except OSError as error:
        raise OutputError(f"{folder}: expected a folder that can be written: {error.strerror}") from error


def _rename(partial: Path, final: Path) -> None:
    try:
        partial.replace(final)
    except OSError as error:
        raise OutputError(f"{final}: cannot be replaced: {error.strerror}") from error


def _mention(mention: CodeMention) -> dict[str, object]:
    return {
        "id": mention.id,
        "polarity": mention.polarity,
        "confidence": round(mention.confidence, 3),
        "excerpts": [_excerpt(excerpt) for excerpt in mention.excerpts],
    }


def _intent(intent: Intent) -> dict[str, object]:
    rival = {"competitor": intent.name, "relation": intent.relation} if intent.name else {}
    excerpts = [_excerpt(excerpt) for excerpt in intent.excerpts]
    return {"id": intent.id, **rival, "conditional": intent.conditional, "excerpts": excerpts}


def _excerpt(excerpt: Excerpt) -> dict[str, int]:
    place = {"start": excerpt.start, "end": excerpt.end}
    return place if excerpt.turn is None else {"turn": excerpt.turn, **place}


def _turn(turn: Turn) -> dict[str, object]:
    return {"speaker": turn.speaker, "side": turn.side, "time": turn.time, "text": turn.text}
