"""Rows taken out of training corpora, for good: the other lines stay byte for byte."""

import json
import os
import shutil
import tempfile
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

from verbatim.errors import CorpusError

Gone = Callable[[Mapping[str, object]], bool]
"""Whether a row is to go."""


def prune(folder: Path, gone: Gone) -> int:
    """How many rows were taken out of the folder's JSON lines files; a file in which all stay is not touched.

    Raises CorpusError, before anything is changed, for a folder without such files and for a line that cannot be read.
    """
    counts = {path: sum(gone(row) for _, row in _lines(path)) for path in _files(folder)}
    for path in (path for path, count in counts.items() if count):
        _rewrite(path, gone)
    return sum(counts.values())


def _files(folder: Path) -> list[Path]:
    files = sorted(folder.glob("*.jsonl"))
    if not files:
        raise CorpusError(f"{folder}: no *.jsonl file; expected a folder of coded verbatims")
    return files


def _lines(path: Path) -> Iterator[tuple[bytes, Mapping[str, object]]]:
    """Yield each line and what it holds; nothing for one that is blank."""
    with path.open("rb") as file:
        for number, line in enumerate(file, start=1):
            try:
                row = json.loads(line) if line.strip() else {}
            except ValueError:
                row = None
            if not isinstance(row, dict):
                raise CorpusError(f"{path}:{number}: not an object of JSON; expected a coded verbatim")
            yield line, row


def _rewrite(path: Path, gone: Gone) -> None:
    """Put a file without the rows in its place: at once, so that nobody reads half of it."""
    target = path.resolve()
    handle, name = tempfile.mkstemp(dir=target.parent, prefix=".verbatim-")
    try:
        with os.fdopen(handle, "wb") as file:
            file.writelines(line for line, row in _lines(target) if not gone(row))
            file.flush()
            os.fsync(file.fileno())
        shutil.copymode(target, name)
        Path(name).replace(target)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise
