"""A coded verbatim as rows of cells: long (a row per code) or one-hot (a column per code)."""

import json
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date

from verbatim.domain import CodeMention, Coding, Excerpt, Polarity, Verbatim, merged_polarity
from verbatim.formats.frame import Frame

# A cell that starts so is a formula to Excel, LibreOffice or Sheets: https://owasp.org/www-community/attacks/CSV_Injection
FORMULA_STARTS = frozenset("=+-@\t\r\n＝＋－＠")
NEGATIVE_NUMBER = re.compile(r"-\d+(?:[.,]\d+)?(?:[eE][+-]?\d+)?\Z")
LEAD = ("id", "question", "account", "contact", "role", "date", "score", "text")
CODE = ("code", "category_name", "code_name", "polarity", "confidence", "excerpt", "start", "end", "turn")
TAIL = ("language", "stance", "stance_source", "review", "model")
MORE = "more_fields"
EXACT = 10**15

Cell = str | int | float | None
Row = list[Cell]


@dataclass(frozen=True, slots=True)
class Layout:
    """How codings become a table: its header, and the rows of one verbatim, both without the input's own columns."""

    header: Callable[[Frame], Row]
    rows: Callable[[Verbatim, Coding, Frame], Iterator[Row]]


def long_header(_frame: Frame) -> Row:
    """The columns of the long table."""
    return [*LEAD, *CODE, *TAIL]


def long_rows(verbatim: Verbatim, coding: Coding, frame: Frame) -> Iterator[Row]:
    """One row per code; one row with empty code cells when there is no code.

    The text is the reply, or the turn that the offsets of the excerpt count in; all turns where there is no excerpt.
    """
    lead, tail = _lead(verbatim), _tail(coding)
    if not coding.codes:
        yield [*lead, whole(verbatim), *(None for _ in CODE), *tail]
    for mention in coding.codes:
        names = frame.name_of(frame.category_of(mention.id), "en"), frame.name_of(mention.id, "en")
        text, *place = _evidence(verbatim, mention)
        yield [*lead, text, mention.id, *names, mention.polarity, round(mention.confidence, 3), *place, *tail]


def one_hot_header(frame: Frame) -> Row:
    """The columns of the one-hot table: an id each, then `<id>:polarity` each."""
    return [*LEAD, *TAIL, *frame.ids, *(f"{code}:polarity" for code in frame.ids)]


def one_hot_rows(verbatim: Verbatim, coding: Coding, frame: Frame) -> Iterator[Row]:
    """One row: 0 or 1 per id, then the polarity per id.

    A category is 1 when its own id or one under it was given; its polarity is theirs, merged.
    """
    found = rolled_up(coding, frame)
    flags = [int(code in found) for code in frame.ids]
    polarities = [found.get(code) for code in frame.ids]
    yield [*_lead(verbatim), whole(verbatim), *_tail(coding), *flags, *polarities]


LONG = Layout(long_header, long_rows)
ONE_HOT = Layout(one_hot_header, one_hot_rows)


class FieldColumns:
    """The input's own columns, learnt from the first verbatim; what comes later goes as JSON into the last cell."""

    def __init__(self, fields: Mapping[str, object]) -> None:
        self.names = tuple(fields)

    @property
    def header(self) -> Row:
        """The names of these columns, and of the one for the rest."""
        return [*self.names, MORE]

    def row(self, fields: Mapping[str, object]) -> Row:
        """The cells of one verbatim under that header."""
        more = {name: value for name, value in fields.items() if name not in self.names}
        return [*(as_cell(fields.get(name)) for name in self.names), as_json(more) if more else None]


def quoted(verbatim: Verbatim, excerpt: Excerpt) -> str:
    """The words an excerpt points at, exactly as they stand in the text or in its turn."""
    return source_text(verbatim, excerpt)[excerpt.start : excerpt.end]


def source_text(verbatim: Verbatim, excerpt: Excerpt) -> str:
    """The text that the offsets of an excerpt count in: the reply, or the turn."""
    return verbatim.text if excerpt.turn is None else verbatim.turns[excerpt.turn].text


def whole(verbatim: Verbatim) -> str:
    """The reply, or the transcript with one line a turn."""
    return "\n".join(f"{turn.speaker}: {turn.text}" for turn in verbatim.turns) if verbatim.turns else verbatim.text


def rolled_up(coding: Coding, frame: Frame) -> dict[str, Polarity]:
    """The ids given and the categories above them, each once, with the polarity of all its mentions."""
    found: dict[str, set[Polarity]] = {}
    for mention in coding.codes:
        for code in (mention.id, frame.category_of(mention.id)):
            found.setdefault(code, set()).add(mention.polarity)
    return {code: merged_polarity(polarities) for code, polarities in found.items()}


def safe(cell: Cell) -> Cell:
    """A cell that no spreadsheet takes for a formula: an apostrophe before `= + - @`, TAB, CR, LF or their like.

    Numbers stay as they are, also a negative one that comes as text.
    """
    if isinstance(cell, str) and cell[:1] in FORMULA_STARTS and cell and not NEGATIVE_NUMBER.match(cell):
        return "'" + cell
    return cell


def as_cell(value: object) -> Cell:
    """A value of the input as a cell: text, numbers that a spreadsheet holds exactly, else the value written out.

    Dates are ISO 8601, what has parts is JSON; numbers of more than 15 digits, NaN and infinities become text.
    """
    if value is None or isinstance(value, str):
        return value
    if isinstance(value, bool | Mapping | list | tuple):
        return as_json(value)
    return value if isinstance(value, int | float) and abs(value) < EXACT else _plain(value)


def as_json(value: object) -> str:
    """Compact JSON in Unicode; dates as ISO 8601, numbers that JSON lacks as null."""
    try:
        return _ENCODE(value)
    except ValueError:
        return _ENCODE(_without_nan(value))


def _plain(value: object) -> str:
    return value.isoformat() if isinstance(value, date) else str(value)


_ENCODE = json.JSONEncoder(ensure_ascii=False, allow_nan=False, separators=(",", ":"), default=_plain).encode


def _without_nan(value: object) -> object:
    if isinstance(value, Mapping):
        return {str(name): _without_nan(part) for name, part in value.items()}
    if isinstance(value, list | tuple):
        return [_without_nan(part) for part in value]
    return None if isinstance(value, float) and value - value != 0 else value


def _evidence(verbatim: Verbatim, mention: CodeMention) -> Row:
    if not mention.excerpts:
        return [whole(verbatim), None, None, None, None]
    best = mention.excerpts[0]
    return [source_text(verbatim, best), quoted(verbatim, best), best.start, best.end, best.turn]


def _lead(verbatim: Verbatim) -> Row:
    when = verbatim.date.isoformat() if verbatim.date else None
    who = (verbatim.account, verbatim.contact, verbatim.role)
    return [verbatim.id, verbatim.question, *who, when, verbatim.score]


def _tail(coding: Coding) -> Row:
    return [coding.language, coding.stance.label, coding.stance.source, int(coding.review), coding.author]
