"""Survey exports read: every data row comes out as one verbatim per text column, or as one rejection."""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from itertools import chain, islice
from pathlib import Path

from verbatim.domain import Rejection, Verbatim
from verbatim.errors import FileError
from verbatim.formats.columns import Choice, Sampled, choose
from verbatim.formats.dates import date_reader
from verbatim.formats.layouts import PLAIN, Heading, recognise
from verbatim.formats.reading import Reading, ReadOptions
from verbatim.formats.scores import parse_score
from verbatim.formats.tables import Cells, Grid, Record, Records, damage, open_table

SAMPLE_ROWS = 1000
LONGEST_TEXT = 1_000_000  # characters in one cell

_HEADER_ROWS = 6
_TITLE_ROWS = 4
_BLANK = "\x1f \t\r\n\f\v\xa0\u3000"
_LABEL = re.compile(r"[\w.#-]{1,24}", re.ASCII)
_NUMBERED = re.compile(r"\s*(?:Q\s*)?(\d{1,3})\s*[、.．)）]")
_FORMS = {"jsonl": "JSON lines", "json": "JSON array"}
_ENDINGS = {
    "workbook": frozenset({".xlsx", ".xlsm", ".xlsb", ".xls", ".ods"}),
    "jsonl": frozenset({".jsonl", ".ndjson", ".json"}),
    "json": frozenset({".json", ".jsonl"}),
    "csv": frozenset({".csv", ".txt", ".tsv", ".tab"}),
}

Row = tuple[int, Record] | Rejection
Values = Mapping[str, object]
Attributes = tuple[float | None, datetime | None, str | None, str | None, str | None]
"""Score, date, account, contact and role of a row."""
Interpreter = Callable[[int, Record], Sequence[Verbatim | Rejection]]


def read_survey(path: Path, source: str, options: ReadOptions, stem: str | None = None) -> Reading:
    """One table opened: layout and columns recognised from its first 1,000 rows, its rows read as they are asked for.

    Rows without an id are named after `stem`, which is that of `source` unless given.
    Raises FileError for what is no table, ColumnError where no column, or more than one, can be taken for the text.
    """
    table = open_table(path, source, options)
    heading, head, rest = _opened_records(table) if isinstance(table, Records) else _opened_grid(table)
    choice = choose(Sampled(source, heading, *_sample(heading.names, head)), options)
    layout = _FORMS.get(table.form, heading.layout.name)
    rows = _interpreted(source, chain(head, rest), interpreter(source, heading, choice, stem))
    notes = (*_misnamed(source, table), *table.notes, *_remarks(layout, heading), *choice.notes)
    return Reading(source, layout, choice.columns, notes, rows, tuple(heading.names))


def interpreter(file: str, heading: Heading, choice: Choice, stem: str | None = None) -> Interpreter:
    """A function from a row's number and named values to its verbatims, or to the one rejection that says why not.

    It remembers the ids that it has seen (a hash and a row number each), to reject the later of two rows with the same.
    """
    columns = choice.columns
    check_drop = _drop_check(heading)
    identify = _identifier(columns.id, stem or Path(file).stem)
    parse = _attributes(choice)
    parts = _parts(heading, columns.text)
    taken = {columns.id, *columns.text}
    asked = parts[0][2] if parts[0][2] != parts[0][0] else None

    def interpret(number: int, record: Record) -> Sequence[Verbatim | Rejection]:
        try:
            check_drop(record)
            texts = [_text(record, column) for column, _, _ in parts]
            attributes = parse(record)
            identity = identify(number, record)
        except ValueError as error:
            return (Rejection(file, number, str(error)),)
        fields = {name: value for name, value in record.items() if name not in taken}
        if len(parts) == 1:
            return (Verbatim(identity, texts[0], (), number, asked, *attributes, fields),)
        return [
            Verbatim(f"{identity}:{label}", text, (), number, question, *attributes, {"question": question} | fields)
            for text, (_, label, question) in zip(texts, parts, strict=True)
        ]

    return interpret


def _interpreted(file: str, rows: Iterable[Row], interpret: Interpreter) -> Iterator[Verbatim | Rejection]:
    try:
        for row in rows:
            if isinstance(row, Rejection):
                yield row
            else:
                yield from interpret(*row)
    except UnicodeDecodeError as error:
        raise FileError(f"{file}: the text breaks off being {error.encoding} ({error.reason})") from error


def _opened_grid(table: Grid) -> tuple[Heading, list[Row], Iterator[Row]]:
    """The heading, the first data rows, and the rest of them."""
    opening = list(islice(table.rows, SAMPLE_ROWS + _HEADER_ROWS))
    headers = _below_titles([row for row in opening if not isinstance(row, Rejection) and any(row[1])])
    if not headers:
        raise FileError(f"{table.file}: no row can be read; expected a table with a header row")
    heading = recognise([cells for _, cells in headers])
    last = headers[heading.rows - 1][0]
    fit = _fitting(table.file, heading.names)
    head = [fit(row) for row in opening if isinstance(row, Rejection) or row[0] > last]
    return heading, head, map(fit, table.rows)


def _below_titles(rows: list[tuple[int, Cells]]) -> list[tuple[int, Cells]]:
    """The first rows of the table itself: a title of one cell above a row of three or more is no part of it."""
    filled = [sum(map(bool, cells)) for _, cells in rows[:_TITLE_ROWS]]
    top = next((at for at, count in enumerate(filled) if count >= 3), 0)
    top = top if all(count == 1 for count in filled[:top]) else 0
    return rows[top : top + _HEADER_ROWS]


def _opened_records(table: Records) -> tuple[Heading, list[Row], Iterator[Row]]:
    rows = (_sound(table.file, row) for row in table.rows)
    head = list(islice(rows, SAMPLE_ROWS))
    names = tuple(dict.fromkeys(name for row in head if not isinstance(row, Rejection) for name in row[1]))
    if not names:
        first = f" ({head[0].reason})" if head and isinstance(head[0], Rejection) else ""
        raise FileError(f"{table.file}: no object can be read{first}; expected one JSON object a line")
    return Heading(PLAIN, 0, names, names), head, rows


def _fitting(file: str, names: Sequence[str]) -> Callable[[tuple[int, Cells] | Rejection], Row]:
    """A function from a row's cells to its named values; blanks where cells are missing."""
    width = len(names)

    def fit(row: tuple[int, Cells] | Rejection) -> Row:
        if isinstance(row, Rejection):
            return row
        number, cells = row
        joined = "\x1f".join(cells)
        if not joined.strip(_BLANK):
            return Rejection(file, number, "empty row")
        if problem := damage(joined):
            return Rejection(file, number, _damaged(zip(names, cells, strict=False), problem))
        if len(cells) > width and any(cells[width:]):
            return Rejection(file, number, f"{len(cells)} cells; expected at most {width}, as many as headers")
        record: Record = dict(zip(names, cells, strict=False))
        record.update(dict.fromkeys(names[len(cells) :], ""))
        return number, record

    return fit


def _sound(file: str, row: Row) -> Row:
    if isinstance(row, Rejection):
        return row
    number, record = row
    if all(value in (None, "") for value in record.values()):
        return Rejection(file, number, "empty row")
    joined = "\x1f".join(_strings(record))
    if problem := damage(joined):
        return Rejection(file, number, _damaged(((name, str(value)) for name, value in record.items()), problem))
    return row


def _strings(value: object) -> Iterator[str]:
    """All strings inside a JSON value, the names in objects too."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        yield from chain.from_iterable(map(_strings, chain(value, value.values())))
    elif isinstance(value, list):
        yield from chain.from_iterable(map(_strings, value))


def _damaged(cells: Iterable[tuple[str, str]], problem: str) -> str:
    name = next((name for name, cell in cells if damage(cell) and not damage(name)), None)
    return f"{'a cell' if name is None else f'column {name!r}'} holds {problem}; expected readable text"


def _sample(names: Sequence[str], rows: Sequence[Row]) -> tuple[list[list[str]], int]:
    """The values of each column that are not blank, and the number of rows."""
    records = [row[1] for row in rows if not isinstance(row, Rejection)][:SAMPLE_ROWS]
    values = [[_string(record.get(name)).strip() for record in records] for name in names]
    return [[value for value in column if value] for column in values], len(records)


def _string(value: object) -> str:
    return value if isinstance(value, str) else "" if value is None else str(value)


def _text(record: Values, column: str) -> str:
    value = record.get(column)
    text = _string(value)
    if isinstance(value, list | dict | bool):
        raise ValueError(f"column {column!r} holds {text[:40]!r}; expected text")
    if len(text) > LONGEST_TEXT:
        raise ValueError(f"column {column!r} holds {len(text):,} characters; expected at most {LONGEST_TEXT:,}")
    return text


def _drop_check(heading: Heading) -> Callable[[Values], None]:
    """A function that raises ValueError for a row that the layout marks as preview, test or spam."""
    rules = [(name, values) for name, values in heading.layout.dropped.items() if name in heading.names]

    def check(record: Values) -> None:
        for column, reasons in rules:
            cell = _string(record.get(column)).strip()
            if cell.lower() in reasons:
                raise ValueError(f"{reasons[cell.lower()]} ({column} is {cell!r}), no answer of a customer")

    return check


def _identifier(column: str | None, stem: str) -> Callable[[int, Values], str]:
    """A function from a row's number and values to its id; a row without one is named after the file: `may:row-7`."""
    seen: dict[int, int] = {}

    def identify(number: int, record: Values) -> str:
        identity = _string(record.get(column)).strip() if column is not None else ""
        if not identity:
            return f"{stem}:row-{number}"
        earlier = seen.setdefault(hash(identity), number)
        if earlier != number:
            raise ValueError(
                f"id {identity[:60]!r} is that of row {earlier} too; expected a different one for each row"
            )
        return identity

    return identify


def _attributes(choice: Choice) -> Callable[[Values], Attributes]:
    columns = choice.columns
    read_date = date_reader(choice.date_order)

    def name(record: Values, column: str | None) -> str | None:
        return (_string(record.get(column)).strip() or None) if column is not None else None

    def parse(record: Values) -> Attributes:
        score = parse_score(_string(record.get(columns.score))) if columns.score is not None else None
        date = read_date(_string(record.get(columns.date))) if columns.date is not None else None
        account, contact = name(record, columns.account), name(record, columns.contact)
        return score, date, account, contact, name(record, columns.role)

    return parse


def _parts(heading: Heading, texts: Sequence[str]) -> list[tuple[str, str, str]]:
    """Column, label for the id, and question of each text column; the labels differ."""
    questions = dict(zip(heading.names, heading.questions, strict=True))
    parts: list[tuple[str, str, str]] = []
    for place, column in enumerate(texts, start=1):
        label = _label(column, place)
        if label in {other for _, other, _ in parts}:
            label = f"{label}.{place}"
        parts.append((column, label, questions[column] or column))
    return parts


def _label(column: str, place: int) -> str:
    """A short name of a question: Q7 of "Q7", Q3 of "3、题干", else its place among the text columns."""
    if _LABEL.fullmatch(column):
        return column
    numbered = _NUMBERED.match(column)
    return f"Q{numbered[1]}" if numbered else f"Q{place}"


def _misnamed(source: str, table: Grid | Records) -> list[str]:
    ending = Path(source).suffix.lower()
    known = frozenset().union(*_ENDINGS.values())
    if ending in _ENDINGS[table.form] or ending not in known:
        return []
    return [f"Read as {table.form}, which it is, although its name ends in {ending}."]


def _remarks(layout: str, heading: Heading) -> list[str]:
    rows = f", {heading.rows} header row{'s' if heading.rows > 1 else ''}" if heading.rows else ""
    dropped = [name for name in heading.layout.dropped if name in heading.names]
    remark = f"Rows that {' or '.join(dropped)} marks as preview, test or spam are reported, not coded."
    return [f"Layout: {layout}{rows}.", *([remark] if dropped else [])]
