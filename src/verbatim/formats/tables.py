"""Rows of a table, with the numbers a spreadsheet shows: CSV and TSV, JSON lines and arrays, XLSX, XLS and ODS.

Text formats are read as they are asked for, so that memory does not grow with rows; workbooks are read whole. No line,
cell or object is longer than any answer with its columns is.
"""

import csv
import io
import json
import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from itertools import islice
from pathlib import Path, PurePath
from typing import TextIO

from verbatim.domain import Rejection
from verbatim.errors import FileError
from verbatim.formats.encodings import HEAD_BYTES, binary_kind, sample, sniff
from verbatim.formats.reading import ReadOptions

Cells = list[str]
Record = dict[str, object]

_DELIMITERS = {",": "comma", ";": "semicolon", "\t": "tab", "|": "pipe"}
_NO_DELIMITER = "\x1f"
_SNIFFED_ROWS = 200
_LONGEST = 4 * 1024 * 1024
"""Characters of a line, a cell, or an object."""

_MOST_CELLS = 16_384
"""Cells of a row: as many as a spreadsheet has."""

_LARGEST_OBJECT = 16 * 1024 * 1024
"""Bytes of a file of JSON that is read whole: one with an array inside an object."""

_PIECE = 1024 * 1024
_SPACES = re.compile(r"[ \t\r\n]*")
_SEPARATOR_LINE = re.compile(r"sep=(.)\r?\n")
_DAMAGE = re.compile("[\0\ud800-\udfff]")
_CSV_ERRORS = (
    ("unexpected end of data", "a quotation mark is opened and never closed"),
    ("expected after", "a quotation mark stands inside a quoted cell; expected it doubled"),
    ("field larger", f"a cell is longer than {_LONGEST:,} characters"),
)


@dataclass(frozen=True, slots=True)
class Grid:
    """A table of cells with its header rows: rows as (row number, cells); `form` is "csv" or "workbook"."""

    file: str
    form: str
    notes: tuple[str, ...]
    rows: Iterator[tuple[int, Cells] | Rejection]


@dataclass(frozen=True, slots=True)
class Records:
    """Objects with named values: rows as (line or place in the array, object)."""

    file: str
    form: str
    notes: tuple[str, ...]
    rows: Iterator[tuple[int, Record] | Rejection]


def open_table(path: Path, source: str, options: ReadOptions) -> Grid | Records:
    """The table in a file, its form told from the content, not the name. Raises FileError for what is no table."""
    with path.open("rb") as stream:
        head = stream.read(HEAD_BYTES)
    if head.startswith((b"PK\x03\x04", b"PK\x05\x06", b"\xd0\xcf\x11\xe0")):
        from verbatim.formats.sheets import open_workbook  # noqa: PLC0415

        return Grid(source, "workbook", *open_workbook(path, source, options.sheet))
    if not head.strip(b"\0 \t\r\n\xef\xbb\xbf\xff\xfe"):
        raise FileError(f"{source}: the file is empty; expected a table with a header row")
    encoding = _encoding(path, source, options.encoding)
    start = _beginning(path, source, encoding)
    if (
        PurePath(source).suffix.lower() == ".json"
        or start.lstrip().startswith("{")
        or re.match(r"\s*\[\s*[{\]]", start)
    ):
        return _records(path, source, encoding, start)
    return _delimited(path, source, encoding, start)


def damage(text: str) -> str | None:
    """What in a text cannot be stored, in words: a zero byte, half a surrogate pair, a byte of another encoding."""
    found = _DAMAGE.search(text)
    if found is None:
        return None
    if found[0] == "\0":
        return "a NUL character"
    if "\udc80" <= found[0] <= "\udcff":
        return f"the byte 0x{ord(found[0]) - 0xDC00:02x}, which does not belong to the file's encoding"
    return f"half of a surrogate pair (U+{ord(found[0]):04X})"


def _encoding(path: Path, source: str, encoding: str | None) -> str:
    with path.open("rb") as stream:
        head = sample(stream)
    if kind := binary_kind(head):
        raise FileError(f"{source}: this is {kind}; expected a table: CSV, TSV, JSONL, XLSX, XLS or ODS")
    return sniff(head, encoding, source)


def _text(path: Path, encoding: str) -> TextIO:
    """The file as text; what does not belong to the encoding stays visible as lone surrogates."""
    errors = "surrogatepass" if encoding.startswith("utf-16") else "surrogateescape"
    stream = path.open("r", encoding=encoding, errors=errors, newline="")
    try:
        if stream.read(1) != "\ufeff":
            stream.seek(0)
    except UnicodeDecodeError:
        stream.close()
        raise
    return stream


def _beginning(path: Path, source: str, encoding: str) -> str:
    try:
        with _text(path, encoding) as stream:
            return stream.read(HEAD_BYTES)
    except UnicodeDecodeError as error:
        raise FileError(
            f"{source}: this is no {encoding} text ({error.reason}); name another with --encoding"
        ) from error


def _delimited(path: Path, source: str, encoding: str, start: str) -> Grid:
    declared = _SEPARATOR_LINE.match(start)
    delimiter = declared[1] if declared else _delimiter(start)
    notes = [f"Encoding {encoding}.", f"Columns are separated by {_DELIMITERS.get(delimiter, 'nothing: one column')}."]
    return Grid(source, "csv", tuple(notes), _csv_rows(path, source, encoding, delimiter, skip=bool(declared)))


def _delimiter(start: str) -> str:
    """The delimiter under which most rows are as wide as the header; `_NO_DELIMITER` when the header never splits."""
    whole = start if len(start) < HEAD_BYTES else start[: start.rfind("\n") + 1]
    fits = {delimiter: _fit(io.StringIO(whole, newline=""), delimiter) for delimiter in _DELIMITERS}
    best = max(fits, key=lambda delimiter: fits[delimiter])
    return best if fits[best] > (0.0, 0) else _NO_DELIMITER


def _fit(lines: Iterable[str], delimiter: str) -> tuple[float, int]:
    """The share of rows as wide as the header, and that width; (0, 0) when the header has one cell."""
    rows = _until_error(csv.reader(lines, delimiter=delimiter))
    widths = [len(row) for row in islice(rows, _SNIFFED_ROWS) if row]
    if not widths or widths[0] < 2:
        return (0.0, 0)
    return (round(widths.count(widths[0]) / len(widths), 1), widths[0])


def _until_error(rows: Iterator[Cells]) -> Iterator[Cells]:
    try:
        yield from rows
    except csv.Error:
        return


def _csv_rows(
    path: Path, source: str, encoding: str, delimiter: str, *, skip: bool
) -> Iterator[tuple[int, Cells] | Rejection]:
    csv.field_size_limit(_LONGEST)
    with _text(path, encoding) as stream:
        lines = _bounded(stream, source)
        if skip:
            next(lines, None)
        reader = csv.reader(lines, delimiter=delimiter, strict=True)
        yield from _numbered(_parsed(reader, lambda: reader.line_num), source)


def _parsed(reader: Iterator[Cells], line_number: Callable[[], int]) -> Iterator[Cells | str]:
    """Each row's cells, or in words what is wrong with the row."""
    while True:
        line = line_number() + 1
        try:
            cells = next(reader)
        except StopIteration:
            return
        except csv.Error as error:
            yield _quoting(str(error), line, line_number())
        else:
            many = len(cells) > _MOST_CELLS
            yield f"{len(cells):,} cells; expected at most {_MOST_CELLS:,}" if many else cells


def _bounded(stream: TextIO, source: str) -> Iterator[str]:
    """Yield the lines of a file. Raises FileError for one that is longer than any row is."""
    number = 0
    while line := stream.readline(_LONGEST + 1):
        number += 1
        if len(line) > _LONGEST:
            raise FileError(
                f"{source}: line {number:,} is longer than {_LONGEST:,} characters; expected a table in lines"
            )
        yield line


def _quoting(error: str, first: int, last: int) -> str:
    where = f"line {first} was" if first == last else f"lines {first} to {last} were"
    for known, meaning in _CSV_ERRORS:
        if known in error:
            return f"{meaning}; {where} not read"
    return f"{error}; {where} not read"


def _numbered(rows: Iterable[Cells | str], source: str) -> Iterator[tuple[int, Cells] | Rejection]:
    """Rows with their numbers from 1; rows without any cell at the very end are no rows."""
    held = 0
    for number, cells in enumerate(rows, start=1):
        if not cells:
            held += 1
            continue
        yield from ((blank, []) for blank in range(number - held, number))
        held = 0
        yield Rejection(source, number, cells) if isinstance(cells, str) else (number, cells)


def _records(path: Path, source: str, encoding: str, start: str) -> Records:
    notes = (f"Encoding {encoding}.",)
    if start.lstrip().startswith("["):
        return Records(source, "json", notes, _objects(_elements(path, source, encoding), source))
    if PurePath(source).suffix.lower() == ".json" and not _is_json(start.lstrip().split("\n", 1)[0]):
        return Records(source, "json", notes, _objects(_array(path, source, encoding), source))
    return Records(source, "jsonl", notes, _lines(path, source, encoding))


def _is_json(text: str) -> bool:
    try:
        json.loads(text)
    except (ValueError, RecursionError):
        return False
    return True


def _array(path: Path, source: str, encoding: str) -> list[object]:
    """The objects of the one array inside a JSON object."""
    if (size := path.stat().st_size) > _LARGEST_OBJECT:
        expected = f"at most {_LARGEST_OBJECT:,}, one array, or one object a line"
        raise FileError(f"{source}: a JSON object of {size:,} bytes; expected {expected}")
    with _text(path, encoding) as stream:
        try:
            found = json.load(stream, parse_constant=_no_constant)
        except (ValueError, RecursionError) as error:
            raise FileError(f"{source}: this is no valid JSON ({error}); expected an array of objects") from error
    arrays = [value for value in found.values() if isinstance(value, list)] if isinstance(found, dict) else []
    if len(arrays) != 1:
        raise FileError(f"{source}: this JSON holds no array of objects; expected one object a line, or one array")
    return arrays[0]


def _elements(path: Path, source: str, encoding: str) -> Iterator[object]:
    """Yield what stands in a JSON array, each as soon as it is read."""
    decoder = json.JSONDecoder(parse_constant=_no_constant)
    with _text(path, encoding) as stream:
        held, count, between = _Held(stream), 0, "["
        while held.next() == between:
            if held.take() == "[" and held.next() == "]":
                break
            count += 1
            yield _element(held, decoder, f"{source}: this is no valid JSON (object {count:,}")
            between = ","
        if held.take() != "]" or held.next():
            raise FileError(f"{source}: this is no valid JSON (after object {count:,}); expected an array of objects")


class _Held:
    """A piece of a stream that is held in memory, and how far it has been read."""

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream
        self.text, self.at = "", 0

    def more(self) -> bool:
        """Hold a piece more, without what has been read; whether there was one."""
        piece = self._stream.read(_PIECE)
        self.text, self.at = self.text[self.at :] + piece, 0
        return bool(piece)

    def next(self) -> str:
        """The next character that is no space; none at the end."""
        while True:
            self.at = _SPACES.match(self.text, self.at).end()  # type: ignore[union-attr]  # it matches everywhere
            if self.at < len(self.text) or not self.more():
                return self.text[self.at : self.at + 1]

    def take(self) -> str:
        """The same, which is read then."""
        found = self.next()
        self.at += len(found)
        return found


def _element(held: _Held, decoder: json.JSONDecoder, where: str) -> object:
    """The object that comes next."""
    held.next()
    while True:
        try:
            value, end = decoder.raw_decode(held.text, held.at)
        except (ValueError, RecursionError) as error:
            if len(held.text) - held.at > _LONGEST:
                raise FileError(f"{where} has more than {_LONGEST:,} characters); expected smaller ones") from error
            if not held.more():
                reason = getattr(error, "msg", "it goes too deep")
                raise FileError(f"{where}: {reason}); expected an array of objects") from error
        else:
            # A number at the end of what is held may go on.
            if end < len(held.text) or not held.more():
                held.at = end
                return value


def _objects(values: Iterable[object], source: str) -> Iterator[tuple[int, Record] | Rejection]:
    for number, value in enumerate(values, start=1):
        yield (number, value) if isinstance(value, dict) else _not_an_object(source, number, value)


def _lines(path: Path, source: str, encoding: str) -> Iterator[tuple[int, Record] | Rejection]:
    held = 0
    with _text(path, encoding) as stream:
        for number, line in enumerate(_split(stream, source), start=1):
            if not line.strip():
                held += 1
                continue
            yield from ((blank, {}) for blank in range(number - held, number))
            held = 0
            yield _object(line.rstrip(), number, source)


def _split(stream: TextIO, source: str) -> Iterator[str]:
    """Lines as JSON lines are divided: at line feeds only."""
    rest = ""
    for piece in _bounded(stream, source):
        rest += piece
        if len(rest) > _LONGEST:
            raise FileError(f"{source}: an object of more than {_LONGEST:,} characters; expected one a line")
        if piece.endswith("\n"):
            yield rest
            rest = ""
    if rest:
        yield rest


def _object(line: str, number: int, source: str) -> tuple[int, Record] | Rejection:
    try:
        value = json.loads(line, parse_constant=_no_constant)
    except (ValueError, RecursionError) as error:
        return Rejection(source, number, f"the line is no valid JSON ({error}); expected one object a line")
    return (number, value) if isinstance(value, dict) else _not_an_object(source, number, value)


def _not_an_object(source: str, number: int, value: object) -> Rejection:
    return Rejection(source, number, f"found {str(value)[:40]!r}; expected a JSON object")


def _no_constant(name: str) -> object:
    raise ValueError(f"{name} is no JSON value")
