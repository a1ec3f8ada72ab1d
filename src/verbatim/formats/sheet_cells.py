"""Run as a program: the cells of one sheet of a workbook on standard output, a line of JSON for each row.

A workbook of a few kilobytes can make its reader ask for all memory there is: a cell in the last column of the last row
is enough. So workbooks are read by a process that may have so much and no more, and that nobody misses when it falls.

    {"notes": […]}          or {"error": "…"}, and nothing else
    [7, ["r1", "Too dear."]]
    {"rows": 1}
"""

import json
import resource
import sys
from collections.abc import Iterable, Iterator, Sequence
from datetime import date, datetime, time, timedelta
from typing import TYPE_CHECKING, TextIO

if TYPE_CHECKING:
    from python_calamine import CalamineSheet, CalamineWorkbook

MEMORY = 2 << 30
"""Bytes that the process may have."""

SECONDS = 300
"""How long it may compute."""


def main(path: str, wanted: str | None, out: TextIO) -> None:
    """Print the cells of the sheet of that name, or of the first that looks like a table."""
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    resource.setrlimit(resource.RLIMIT_CPU, (SECONDS, SECONDS))
    from python_calamine import CalamineError, CalamineWorkbook, PasswordError  # noqa: PLC0415

    try:
        book = CalamineWorkbook.from_path(path)
        name, sheet = _sheet(book, wanted)
        others = [other for other in book.sheet_names if other != name]
        rows = sheet.to_python(skip_empty_area=True)
    except PasswordError:
        _print(out, {"error": "the workbook is encrypted; expected one saved without a password"})
    except (CalamineError, OSError) as error:
        line = " ".join(str(error).split())[:120]
        _print(out, {"error": f"the workbook cannot be read ({line}); expected XLSX, XLS or ODS"})
    except LookupError as error:
        _print(out, {"error": str(error.args[0])})
    else:
        _print(out, {"notes": [f"Sheet {name!r}" + _beside(others)]})
        count = 0
        for number, cells in _rows(rows, sheet.start[0] if sheet.start else 0):
            _print(out, [number, cells])
            count += 1
        _print(out, {"rows": count})


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


def _sheet(book: "CalamineWorkbook", wanted: str | None) -> tuple[str, "CalamineSheet"]:
    """The sheet and its name. Raises LookupError, with what to tell, where there is none."""
    if wanted is not None and wanted not in book.sheet_names:
        raise LookupError(f"no sheet {wanted!r}; expected one of {', '.join(map(repr, book.sheet_names))}")
    sheets = [(name, book.get_sheet_by_name(name)) for name in (book.sheet_names if wanted is None else [wanted])]
    filled = [(name, sheet) for name, sheet in sheets if sheet.height]
    if filled:
        return max(filled, key=lambda named: min(named[1].height, 2) * min(named[1].width, 2))
    what = "every sheet" if wanted is None else f"sheet {wanted!r}"
    raise LookupError(f"{what} is empty; expected a table with a header row")


def _beside(others: Sequence[str]) -> str:
    return f" (not read: {', '.join(map(repr, others))})." if others else "."


def _rows(table: Iterable[Sequence[object]], first: int) -> Iterator[tuple[int, list[str]]]:
    """Yield the rows with their numbers; rows without a cell at the very end are no rows."""
    blank: list[int] = []
    for number, values in enumerate(table, start=first + 1):
        cells = [shown(value) for value in values]
        if not any(cells):
            blank.append(number)
            continue
        yield from ((row, []) for row in blank)
        blank.clear()
        yield number, cells


def _print(out: TextIO, value: object) -> None:
    out.write(json.dumps(value) + "\n")


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2] if len(sys.argv) > 2 else None, sys.stdout)
