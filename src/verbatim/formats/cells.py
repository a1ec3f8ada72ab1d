"""A coded verbatim as rows of cells: long (a row per code) or one-hot (a column per code)."""

import json
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date

from verbatim.domain import INTENTS, CodeMention, Coding, Excerpt, Polarity, Verbatim, merged_polarity
from verbatim.formats.frame import Frame, Frames

# A cell that starts so is a formula to Excel, LibreOffice or Sheets: https://owasp.org/www-community/attacks/CSV_Injection
FORMULA_STARTS = frozenset("=+-@\t\r\n＝＋－＠")
NEGATIVE_NUMBER = re.compile(r"-\d+(?:[.,]\d+)?(?:[eE][+-]?\d+)?\Z")
LEAD = ("id", "question", "account", "contact", "role", "date", "score", "text")
CODE = ("code", "category_name", "code_name", "polarity", "confidence", "excerpt", "start", "end", "turn")
TAIL = ("language", "stance", "stance_source", "review", "model")
TOLD = ("intents", "competitors", "quote")
INTENT = ("intent", "conditional", "competitor", "relation", "excerpt", "start", "end", "turn")
MORE = "more_fields"
EXACT = 10**15

Cell = str | int | float | None
Row = list[Cell]


@dataclass(frozen=True, slots=True)
class Layout:
    """How codings become a table: its header, and the rows of one verbatim, both without the input's own columns."""

    header: Callable[[Frames], Row]
    rows: Callable[[Verbatim, Coding, Frames], Iterator[Row]]


def long_header(_frames: Frames) -> Row:
    """The columns of the long table."""
    return [*LEAD, *CODE, *TAIL, *TOLD]


def long_rows(verbatim: Verbatim, coding: Coding, frames: Frames) -> Iterator[Row]:
    """One row per code; one row with empty code cells when there is no code; then a row per code of further models.

    The text is the reply, or the turn that the offsets of the excerpt count in; all turns where there is no excerpt.
    """
    lead, told = _lead(verbatim), _told(verbatim, coding)
    if not coding.codes:
        yield [*lead, whole(verbatim), *(None for _ in CODE), *_tail(coding), *told]
    for mention in coding.codes:
        yield [*lead, *_mention(verbatim, mention, frames.main), *_tail(coding), *told]
    for label, frame in frames.beside.items():
        for mention in coding.frames.get(label, ()):
            yield [*lead, *_mention(verbatim, mention, frame), *_tail(coding, label), *told]


def one_hot_header(frames: Frames) -> Row:
    """The columns of the one-hot table: an id each, `<id>:polarity` each, an `intent:<id>` each, further frames'."""
    intents = [f"intent:{id}" for id in INTENTS]
    beside = [f"{label}:{name}" for label, frame in frames.beside.items() for name in _flag_names(frame)]
    return [*LEAD, *TAIL, *_flag_names(frames.main), *intents, *TOLD[1:], *beside]


def one_hot_rows(verbatim: Verbatim, coding: Coding, frames: Frames) -> Iterator[Row]:
    """One row: 0 or 1 per id, then the polarity per id; 0 or 1 per intent; the same as the first for further frames.

    A category is 1 when its own id or one under it was given; its polarity is theirs, merged.
    """
    found = {intent.id for intent in coding.intents}
    intents = [int(id in found) for id in INTENTS]
    beside = [cell for label, frame in frames.beside.items() for cell in _flags(coding.frames.get(label, ()), frame)]
    flags = _flags(coding.codes, frames.main)
    told = _told(verbatim, coding)[1:]
    yield [*_lead(verbatim), whole(verbatim), *_tail(coding), *flags, *intents, *told, *beside]


def intent_rows(verbatim: Verbatim, coding: Coding) -> Iterator[Row]:
    """One row per intent, with the id of its verbatim before `INTENT` and its text after it."""
    for intent in coding.intents:
        best = intent.excerpts[0]
        kind: Row = [intent.id, int(intent.conditional), intent.name, intent.relation]
        yield [verbatim.id, *kind, *_place(verbatim, best), source_text(verbatim, best)]


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


def rolled_up(codes: Iterable[CodeMention], frame: Frame) -> dict[str, Polarity]:
    """The ids given and the categories above them, each once, with the polarity of all its mentions."""
    found: dict[str, set[Polarity]] = {}
    for mention in codes:
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
    return [source_text(verbatim, best), *_place(verbatim, best)]


def _place(verbatim: Verbatim, excerpt: Excerpt) -> Row:
    return [quoted(verbatim, excerpt), excerpt.start, excerpt.end, excerpt.turn]


def _mention(verbatim: Verbatim, mention: CodeMention, frame: Frame) -> Row:
    names = frame.name_of(frame.category_of(mention.id), "en"), frame.name_of(mention.id, "en")
    text, *place = _evidence(verbatim, mention)
    return [text, mention.id, *names, mention.polarity, round(mention.confidence, 3), *place]


def _flag_names(frame: Frame) -> list[str]:
    return [*frame.ids, *(f"{code}:polarity" for code in frame.ids)]


def _flags(codes: Iterable[CodeMention], frame: Frame) -> Row:
    found = rolled_up(codes, frame)
    return [*(int(code in found) for code in frame.ids), *(found.get(code) for code in frame.ids)]


def _told(verbatim: Verbatim, coding: Coding) -> Row:
    """The intents, the competitors with their relation, and the words of the first quotable sentence."""
    kinds = dict.fromkeys(intent.id + (" (conditional)" if intent.conditional else "") for intent in coding.intents)
    rivals = [f"{intent.name} ({intent.relation})" for intent in coding.intents if intent.name]
    quotes = [quoted(verbatim, intent.excerpts[0]) for intent in coding.intents if intent.id == "quotable"]
    return ["; ".join(kinds) or None, "; ".join(rivals) or None, quotes[0] if quotes else None]


def _lead(verbatim: Verbatim) -> Row:
    when = verbatim.date.isoformat() if verbatim.date else None
    who = (verbatim.account, verbatim.contact, verbatim.role)
    return [verbatim.id, verbatim.question, *who, when, verbatim.score]


def _tail(coding: Coding, author: str | None = None) -> Row:
    return [coding.language, coding.stance.label, coding.stance.source, int(coding.review), author or coding.author]
