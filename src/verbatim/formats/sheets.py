"""Rows of a spreadsheet: XLSX, XLSB, XLS and ODS, with cells as the user sees them."""

import zipfile
from collections.abc import Iterable, Iterator, Sequence
from datetime import date, datetime, time, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

from verbatim.errors import FileError

if TYPE_CHECKING:
    from python_calamine import CalamineSheet, CalamineWorkbook

UNPACKED_LIMIT = 512 * 1024 * 1024
RATIO_LIMIT = 200
_RATIO_FREE = 32 * 1024 * 1024  # below this size no packing ratio is too high
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

    Raises FileError for an encrypted, damaged or foreign file, for one that unpacks to more than 512 MB, and for a
    sheet that is not there.
    """
    _check_container(path, source)
    from python_calamine import CalamineError, PasswordError  # noqa: PLC0415

    try:
        return _opened(path, source, sheet)
    except PasswordError as error:
        raise FileError(_encrypted(source)) from error
    except (CalamineError, OSError) as error:
        raise FileError(f"{source}: the workbook cannot be read ({_line(error)}); expected XLSX, XLS or ODS") from error


def shown(value: object) -> str:
    """A cell as the user sees it: 9.0 is "9", a date is written ISO, a truth value TRUE or FALSE."""
    if isinstance(value, str):
        return value
    if isinstance(value, bool):
        return "TRUE" if value else "FALSE"
    if isinstance(value, float):
        return str(int(value)) if value.is_integer() and abs(value) < 1e15 else repr(value)
    if isinstance(value, datetime):
        return value.isoformat(" ")
    if isinstance(value, date | time):
        return value.isoformat()
    return str(value) if isinstance(value, int | timedelta) else ""


def _rows(table: Iterable[Sequence[object]], first: int) -> Iterator[tuple[int, list[str]]]:
    blank: list[int] = []
    for number, values in enumerate(table, start=first + 1):
        cells = [shown(value) for value in values]
        if not any(cells):
            blank.append(number)
            continue
        yield from ((row, []) for row in blank)
        blank.clear()
        yield number, cells


def _check_container(path: Path, source: str) -> None:
    with path.open("rb") as stream:
        packed = stream.read(2) == b"PK"
    if packed:
        _check_archive(path, source)
    elif _ENCRYPTED_STREAM in path.read_bytes():
        raise FileError(_encrypted(source))


def _check_archive(path: Path, source: str) -> None:
    try:
        with zipfile.ZipFile(path) as archive:
            parts = archive.infolist()
    except (zipfile.BadZipFile, NotImplementedError) as error:
        raise FileError(f"{source}: the archive is damaged ({error}); expected an XLSX or ODS workbook") from error
    names = [part.filename for part in parts]
    kind = next((kind for start, kind in _PARTS if any(name.startswith(start) for name in names)), "an empty archive")
    if kind is not None:
        raise FileError(f"{source}: this is {kind}; expected an XLSX, XLS or ODS workbook")
    unpacked = sum(part.file_size for part in parts)
    limit = max(_RATIO_FREE, min(UNPACKED_LIMIT, RATIO_LIMIT * path.stat().st_size))
    if unpacked > limit:
        raise FileError(f"{source}: the workbook unpacks to {unpacked:,} bytes; expected at most {limit:,}")


def _encrypted(source: str) -> str:
    return f"{source}: the workbook is encrypted; expected one saved without a password"


def _opened(path: Path, source: str, sheet: str | None) -> tuple[tuple[str, ...], Iterator[tuple[int, list[str]]]]:
    from python_calamine import CalamineWorkbook  # noqa: PLC0415

    book = CalamineWorkbook.from_path(str(path))
    name, table = _sheet(book, source, sheet)
    others = [other for other in book.sheet_names if other != name]
    note = f"Sheet {name!r}" + (f" (not read: {', '.join(map(repr, others))})." if others else ".")
    first = table.start[0] if table.start else 0
    return (note,), _rows(table.to_python(skip_empty_area=True), first)


def _sheet(book: "CalamineWorkbook", source: str, wanted: str | None) -> tuple[str, "CalamineSheet"]:
    if wanted is not None and wanted not in book.sheet_names:
        raise FileError(f"{source}: no sheet {wanted!r}; expected one of {', '.join(map(repr, book.sheet_names))}")
    sheets = [(name, book.get_sheet_by_name(name)) for name in (book.sheet_names if wanted is None else [wanted])]
    filled = [(name, sheet) for name, sheet in sheets if sheet.height]
    if filled:
        return max(filled, key=lambda named: min(named[1].height, 2) * min(named[1].width, 2))
    what = "every sheet" if wanted is None else f"sheet {wanted!r}"
    raise FileError(f"{source}: {what} is empty; expected a table with a header row")


def _line(error: Exception) -> str:
    return " ".join(str(error).split())[:120]
