"""Coded verbatims as an Excel workbook: the rows, a summary of counts, and the code frame that was used."""

from collections import Counter
from itertools import chain
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from verbatim.domain import POLARITIES, STANCES, Coding, Polarity, Verbatim
from verbatim.errors import OutputError
from verbatim.formats.cells import FORMULA_STARTS, LONG, Cell, FieldColumns, Row, rolled_up
from verbatim.formats.frame import Frame, FrameCode

# https://support.microsoft.com/office/excel-specifications-and-limits: rows a sheet, characters (UTF-16 units) a cell
MAX_ROWS = 1_048_576
MAX_UNITS = 32_767
CUT = " […cut]"
WIDTHS = {"text": 60, "excerpt": 45, "question": 30, "code_name": 24, "code": 26, "account": 22, "date": 20}
OPTIONS = {
    "constant_memory": True,
    "strings_to_formulas": False,
    "strings_to_urls": False,
    "strings_to_numbers": False,
}


class Workbook:
    """Writes sheets *Coded* (the rows of the long CSV), *Summary* and *Codebook*; rows do not gather in memory."""

    def __init__(self, path: Path, frame: Frame) -> None:
        import xlsxwriter  # noqa: PLC0415 — slow to import, wanted by few runs

        self._scratch = TemporaryDirectory(prefix="verbatim-")
        self._book = xlsxwriter.Workbook(str(path), {**OPTIONS, "tmpdir": self._scratch.name})
        self._path, self._frame = path, frame
        self._coded = Sheet(self._book, "Coded")
        self._fields: FieldColumns | None = None
        self._counts = Counts()

    def write(self, verbatim: Verbatim, coding: Coding) -> None:
        """Append the rows of one verbatim. Raises OutputError where the sheet has no more rows."""
        columns = self._fields or self._begin(FieldColumns(verbatim.fields))
        fields = columns.row(verbatim.fields)
        for row in LONG.rows(verbatim, coding, self._frame):
            if self._coded.used >= MAX_ROWS:
                raise OutputError(
                    f"{verbatim.id}: a sheet of {self._path.name.removeprefix('.').removesuffix('.partial')} holds"
                    f" {MAX_ROWS - 1:,} rows of codings at most; expected fewer, or another format"
                )
            self._coded.append(row + fields)
        self._counts.add(coding, self._frame)

    def close(self) -> None:
        """Complete the file: the summary and the code frame after the rows."""
        if self._fields is None:
            self._begin(FieldColumns({}))
        self._coded.finish()
        self._summarise()
        self._print_frame()
        self._book.close()

    def discard(self) -> None:
        """Let go of the file and of what was set down on the way to it."""
        for sheet in self._book.worksheets():
            if sheet.row_data_fh is not None:
                sheet.row_data_fh.close()
        self._book.fileclosed = 1  # its own mark for a closed book: else it warns when collected
        self._scratch.cleanup()

    def _begin(self, columns: FieldColumns) -> FieldColumns:
        self._fields = columns
        self._coded.head(LONG.header(self._frame) + columns.header)
        return columns

    def _summarise(self) -> None:
        sheet, counts = Sheet(self._book, "Summary"), self._counts
        sheet.head(["code", "name", "verbatims", "share of all with content", *POLARITIES])
        for code in self._frame.ids:
            by = [counts.codes[code, polarity] for polarity in POLARITIES]
            name = self._frame.name_of(code, "en")
            sheet.append([code, name, sum(by), round(sum(by) / max(1, counts.meaningful), 4), *by])
        facts: dict[str, Cell] = {
            "verbatims": counts.verbatims,
            "with a code": counts.coded,
            "without a code": counts.verbatims - counts.coded,
            "marked for review": counts.review,
            **{f"stance: {label}": counts.stances[label] for label in STANCES},
            "stance: not known": counts.stances[None],
            "code frame": self._frame.label,
            f"texts cut at {MAX_UNITS:,} characters, Excel's limit; other formats hold them whole": self._coded.cut,
        }
        sheet.append([])
        for name, value in facts.items():
            sheet.append([name, None, value])
        sheet.finish(filtered=False)

    def _print_frame(self) -> None:
        sheet, frame = Sheet(self._book, "Codebook"), self._frame
        columns = ("name", "definition", "include", "exclude")
        sheet.head(["id", "category", *(f"{column} ({tag})" for tag in frame.languages for column in columns)])
        for code in frame.codes:
            words = chain.from_iterable(_words(code, frame.name_of(code.id, tag), tag) for tag in frame.languages)
            sheet.append([code.id, frame.category_of(code.id), *words])
        sheet.finish()


class Counts:
    """What the summary sheet says, gathered on the way."""

    def __init__(self) -> None:
        self.verbatims = self.coded = self.review = self.empty = 0
        self.codes: Counter[tuple[str, Polarity]] = Counter()
        self.stances: Counter[str | None] = Counter()

    @property
    def meaningful(self) -> int:
        """Verbatims that said something."""
        return self.verbatims - self.empty

    def add(self, coding: Coding, frame: Frame) -> None:
        """Count one coding."""
        self.verbatims += 1
        self.coded += bool(coding.codes)
        self.review += coding.review
        self.stances[coding.stance.label] += 1
        found = rolled_up(coding, frame)
        self.empty += frame.id_with_role("no_content") in found
        self.codes.update(found.items())


class Sheet:
    """One sheet, filled from the top: a bold header that stays in sight, then rows whose text is never a formula."""

    def __init__(self, book: Any, name: str) -> None:
        self._sheet = book.add_worksheet(name)
        self._bold = book.add_format({"bold": True, "bottom": 1, "bg_color": "#E8EDF2", "font_color": "#1B2733"})
        self._apostrophe = book.add_format({"quote_prefix": True})
        self._width = 0
        self.used = 0
        self.cut = 0

    def head(self, header: Row) -> None:
        """Write the header and set the widths of its columns."""
        self._width = len(header)
        for column, name in enumerate(header):
            width = WIDTHS.get(str(name), 40 if " (" in str(name) else 16)
            self._sheet.set_column(column, column, width)
            self._sheet.write_string(0, column, self._fitted(str(name)), self._bold)
        self._sheet.freeze_panes(1, 0)
        self.used = 1

    def append(self, row: Row) -> None:
        """Write the next row."""
        for column, cell in enumerate(row):
            if isinstance(cell, str):
                prefix = (self._apostrophe,) if cell[:1] in FORMULA_STARTS and cell else ()
                self._sheet.write_string(self.used, column, self._fitted(cell), *prefix)
            elif cell is not None:
                self._sheet.write_number(self.used, column, cell)
        self.used += 1

    def finish(self, filtered: bool = True) -> None:
        """Put the filter over all that was written."""
        if filtered:
            self._sheet.autofilter(0, 0, max(1, self.used - 1), self._width - 1)

    def _fitted(self, text: str) -> str:
        clean = text.encode("utf-8", "backslashreplace").decode().replace("\ufffe", "�").replace("\uffff", "�")
        if len(clean) <= MAX_UNITS // 2 or _units(clean) <= MAX_UNITS:
            return clean
        self.cut += 1
        room = (MAX_UNITS - len(CUT)) * 2
        return clean.encode("utf-16-le")[:room].decode("utf-16-le", "ignore") + CUT


def _words(code: FrameCode, name: str, language: str) -> Row:
    lists = (code.include.get(language, ()), code.exclude.get(language, ()))
    return [name, code.definitions.get(language), *("; ".join(part) or None for part in lists)]


def _units(text: str) -> int:
    return len(text.encode("utf-16-le")) // 2
