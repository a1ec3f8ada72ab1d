"""Rows of a spreadsheet: XLSX, XLSB, XLS and ODS, with cells as the user sees them.

An archive is looked through before it is opened: what it says that it unpacks to, and what it does unpack to. Its cells
are then read by another process (`sheet_cells`), which a hostile workbook may take down.
"""

import io
import json
import subprocess
import sys
import zipfile
import zlib
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import IO, Any

from verbatim.errors import FileError

UNPACKED_LIMIT = 512 * 1024 * 1024
"""Bytes that a workbook may unpack to, and that its cells may take."""

RATIO_LIMIT = 100
MOST_PARTS = 10_000
PIECE = 1 << 20
_RATIO_FREE = 32 * 1024 * 1024  # below this size no packing ratio is too high
_LOCAL_HEADER = 30
_ENCRYPTED_STREAM = "EncryptedPackage".encode("utf-16-le")
_PARTS = (
    ("xl/", None),
    ("content.xml", None),
    ("word/", "a Word document"),
    ("ppt/", "a PowerPoint presentation"),
    ("", "a ZIP archive without a workbook in it"),
)


def open_workbook(
    path: Path, source: str, sheet: str | None
) -> tuple[tuple[str, ...], Iterator[tuple[int, list[str]]]]:
    """Notes, and the rows of one sheet (the named one, or the first that looks like a table) with their numbers.

    Raises FileError for an encrypted, damaged or foreign file, for one that unpacks to more than 512 MB or takes too
    much memory to read, and for a sheet that is not there.
    """
    _check_container(path, source)
    lines = io.BytesIO(_cells(path, source, sheet))
    head: dict[str, Any] = json.loads(lines.readline() or b"{}")
    if "error" in head:
        raise FileError(f"{source}: {head['error']}")
    return tuple(head["notes"]), _rows(lines)


def _rows(lines: IO[bytes]) -> Iterator[tuple[int, list[str]]]:
    for line in lines:
        row = json.loads(line)
        if isinstance(row, list):
            yield row[0], row[1]


def _cells(path: Path, source: str, sheet: str | None) -> bytes:
    """What the other process says of the sheet, whole."""
    command = [
        sys.executable,
        "-P",
        "-m",
        "verbatim.formats.sheet_cells",
        str(path.resolve()),
        *([sheet] if sheet else []),
    ]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL) as process:  # noqa: S603 - our own program
        assert process.stdout is not None
        found = bytearray()
        while len(found) <= UNPACKED_LIMIT and (piece := process.stdout.read(PIECE)):
            found += piece
        if len(found) > UNPACKED_LIMIT:
            process.kill()
    if process.returncode or len(found) > UNPACKED_LIMIT:
        raise FileError(f"{source}: the workbook takes too much memory or time to read; expected a smaller one, or CSV")
    return bytes(found)


def _check_container(path: Path, source: str) -> None:
    with path.open("rb") as stream:
        packed = stream.read(2) == b"PK"
    if packed:
        _check_archive(path, source)
    elif _ENCRYPTED_STREAM in path.read_bytes():
        raise FileError(f"{source}: the workbook is encrypted; expected one saved without a password")


def _check_archive(path: Path, source: str) -> None:
    try:
        with zipfile.ZipFile(path) as archive:
            parts = archive.infolist()
    except (zipfile.BadZipFile, NotImplementedError, ValueError) as error:
        raise FileError(f"{source}: the archive is damaged ({error}); expected an XLSX or ODS workbook") from error
    names = [part.filename for part in parts]
    kind = next((kind for start, kind in _PARTS if any(name.startswith(start) for name in names)), "an empty archive")
    if kind is not None:
        raise FileError(f"{source}: this is {kind}; expected an XLSX, XLS or ODS workbook")
    if len(parts) > MOST_PARTS:
        raise FileError(f"{source}: the workbook has {len(parts):,} parts; expected at most {MOST_PARTS:,}")
    limit = max(_RATIO_FREE, min(UNPACKED_LIMIT, RATIO_LIMIT * path.stat().st_size))
    unpacked = sum(part.file_size for part in parts)
    if unpacked <= limit:
        unpacked = _all_unpacked(path, source, parts, limit)
    if unpacked > limit:
        raise FileError(f"{source}: the workbook unpacks to {unpacked:,} bytes or more; expected at most {limit:,}")


def _all_unpacked(path: Path, source: str, parts: Iterable[zipfile.ZipInfo], limit: int) -> int:
    count = 0
    try:
        with path.open("rb") as stream:
            for part in parts:
                count += _unpacked(stream, part, limit - count)
                if count > limit:
                    break
    except zlib.error as error:
        raise FileError(f"{source}: the archive is damaged ({error}); expected an XLSX or ODS workbook") from error
    return count


def _unpacked(stream: IO[bytes], part: zipfile.ZipInfo, limit: int) -> int:
    """How many bytes a part unpacks to, whatever the archive says of it, counted up to the limit and little beyond."""
    stream.seek(part.header_offset)
    header = stream.read(_LOCAL_HEADER)
    stream.seek(int.from_bytes(header[26:28], "little") + int.from_bytes(header[28:30], "little"), io.SEEK_CUR)
    if part.compress_type != zipfile.ZIP_DEFLATED:
        return part.compress_size
    inflate = zlib.decompressobj(-zlib.MAX_WBITS)
    count, left = 0, part.compress_size
    while count <= limit and left > 0 and (packed := stream.read(min(PIECE, left))):
        left -= len(packed)
        while packed and count <= limit:
            count += len(inflate.decompress(packed, PIECE))
            packed = inflate.unconsumed_tail
    return count
