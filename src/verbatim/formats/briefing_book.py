"""A briefing as an Excel workbook: what is told, the tables with numbers that can be counted with, the excerpts."""

from collections.abc import Sequence
from datetime import UTC, date, datetime
from pathlib import Path
from tempfile import TemporaryDirectory

from verbatim.briefing import Amount, Briefing, Change, CodeName, Grid, Phrase, Score, Share, Statement, Value
from verbatim.domain import Interval, NpsInterval
from verbatim.formats.briefing_page import period_told, title
from verbatim.formats.briefing_words import Speech
from verbatim.formats.cells import Cell, Row
from verbatim.formats.frame import Frame
from verbatim.formats.wording import Wording
from verbatim.formats.workbook import OPTIONS, Sheet

CREATED = datetime(2000, 1, 1, tzinfo=UTC)
"""What every workbook says of when it was made: the same figures give the same bytes."""

CITED = ("verbatim", "start", "end", "turn", "polarity", "text", "account", "role", "contact", "date")


def workbook(briefing: Briefing, frame: Frame, language: str = "en") -> bytes:
    """The workbook. Raises InputError for a language that there is not."""
    import xlsxwriter  # noqa: PLC0415 - slow to import, wanted by few runs

    speech = Speech(Wording(language), frame)
    with TemporaryDirectory(prefix="verbatim-") as folder:
        path = Path(folder) / "report.xlsx"
        book = xlsxwriter.Workbook(str(path), {**OPTIONS, "tmpdir": folder})
        book.set_properties({"title": f"{title(briefing, speech)}, {briefing.period.label}", "created": CREATED})
        _summary(Sheet(book, speech.say("briefing.sheet_summary")), briefing, speech)
        _tables(Sheet(book, speech.say("briefing.sheet_tables")), briefing, speech)
        _excerpts(Sheet(book, speech.say("briefing.sheet_excerpts")), briefing)
        book.close()
        return path.read_bytes()


def _summary(sheet: Sheet, briefing: Briefing, speech: Speech) -> None:
    made = speech.say("briefing.made", day=speech.say.day(briefing.made))
    sheet.head([title(briefing, speech), period_told(briefing, speech), made])
    for figure in briefing.figures:
        note = speech(figure.note) if figure.note else None
        sheet.append([speech.say(figure.key), speech.value(figure.value), note])
    _told(sheet, speech.say("briefing.findings"), briefing.findings, speech)
    for part in briefing.parts:
        _told(sheet, speech.say(f"briefing.part_{part.key}"), (*part.statements, *part.cited), speech)
        for remark in part.notes:
            sheet.append([None, speech(remark)])
    sheet.finish(filtered=False)


def _told(sheet: Sheet, heading: str, statements: Sequence[Statement], speech: Speech) -> None:
    if statements:
        sheet.append([])
        sheet.append([heading])
    for one in statements:
        sheet.append([None, speech(one.says)])


def _tables(sheet: Sheet, briefing: Briefing, speech: Speech) -> None:
    sheet.head([title(briefing, speech), briefing.period.label])
    for part in briefing.parts:
        for grid in part.grids:
            sheet.append([])
            sheet.append([speech.say(grid.title)])
            sheet.append(_header(grid, speech))
            for row in grid.rows:
                sheet.append([cell for place, value in enumerate(row) for cell in _cells(value, grid, place, speech)])
            for note in grid.notes:
                sheet.append([speech(note)])
    sheet.finish(filtered=False)


def _header(grid: Grid, speech: Speech) -> Row:
    """The columns; one with limits takes three."""
    found: Row = []
    for place, column in enumerate(grid.columns):
        name = speech.say(column)
        limited = _limited(grid, place)
        found += [name, f"{name}, 95% ≥", f"{name}, 95% ≤"] if limited else [name]
    return found


def _limited(grid: Grid, place: int) -> bool:
    return any(isinstance(row[place], Interval | NpsInterval | Change) for row in grid.rows)


def _cells(value: Value, grid: Grid, place: int, speech: Speech) -> Row:
    own = _numbers(value, speech)
    return [*own, *([None] * (3 - len(own)))] if _limited(grid, place) else own


def _numbers(value: Value, speech: Speech) -> list[Cell]:  # noqa: PLR0911 - one line for each kind of value
    """A value as cells: numbers as numbers, to four digits, the rest as it is told."""
    match value:
        case None:
            return [None]
        case int():
            return [value]
        case Share() | Score() | Amount():
            return [round(value.value, 4)]
        case Interval():
            return [round(value.share, 4), round(value.low, 4), round(value.high, 4)] if value.n else [None]
        case NpsInterval():
            return [round(value.value, 1), round(value.low, 1), round(value.high, 1)]
        case Change():
            return [None if one is None else round(one, 2) for one in (value.points, value.low, value.high)]
        case date():
            return [value.isoformat()]
        case str() | CodeName() | Phrase() | tuple():
            return [speech.value(value)]


def _excerpts(sheet: Sheet, briefing: Briefing) -> None:
    sheet.head(list(CITED))
    for one in briefing.cited():
        day = one.day.isoformat() if one.day else None
        place: Row = [one.number, one.start, one.end, one.turn]
        sheet.append([*place, one.polarity, one.text, one.account, one.role, one.person, day])
    sheet.finish()
