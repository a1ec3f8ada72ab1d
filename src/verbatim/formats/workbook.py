"""Coded verbatims as an Excel workbook: the rows, the intents, a summary of counts, and the frames that were used."""

import re
from collections import Counter
from collections.abc import Iterable
from itertools import chain
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from verbatim.domain import INTENTS, POLARITIES, STANCES, CodeMention, Coding, Polarity, Verbatim
from verbatim.errors import OutputError
from verbatim.formats.cells import FORMULA_STARTS, INTENT, LONG, Cell, FieldColumns, Row, intent_rows, rolled_up
from verbatim.formats.frame import Frame, FrameCode, Frames

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
    """Writes sheets *Coded* (the rows of the long CSV), *Intents*, *Summary* and *Codebook*, a frame sheet for each
    further model; rows do not gather in memory.
    """

    def __init__(self, path: Path, frames: Frames) -> None:
        import xlsxwriter  # noqa: PLC0415 — slow to import, wanted by few runs

        self._scratch = TemporaryDirectory(prefix="verbatim-")
        self._book = xlsxwriter.Workbook(str(path), {**OPTIONS, "tmpdir": self._scratch.name})
        self._path, self._frames = path, frames
        self._coded = Sheet(self._book, "Coded")
        self._intents = Sheet(self._book, "Intents")
        self._intents.head(["id", *INTENT, "text"])
        self._fields: FieldColumns | None = None
        self._counts = Counts()

    def write(self, verbatim: Verbatim, coding: Coding) -> None:
        """Append the rows of one verbatim. Raises OutputError where the sheet has no more rows."""
        columns = self._fields or self._begin(FieldColumns(verbatim.fields))
        fields = columns.row(verbatim.fields)
        for row in LONG.rows(verbatim, coding, self._frames):
            self._append(self._coded, row + fields, verbatim)
        for row in intent_rows(verbatim, coding):
            self._append(self._intents, row, verbatim)
        self._counts.add(coding, self._frames)

    def close(self) -> None:
        """Complete the file: the summary and the code frame after the rows."""
        if self._fields is None:
            self._begin(FieldColumns({}))
        self._coded.finish()
        self._intents.finish()
        self._summarise()
        self._print_frame("Codebook", self._frames.main)
        for label, frame in self._frames.beside.items():
            self._print_frame(_sheet_name(label), frame)
        self._book.close()

    def discard(self) -> None:
        """Let go of the file and of what was set down on the way to it."""
        for sheet in self._book.worksheets():
            if sheet.row_data_fh is not None:
                sheet.row_data_fh.close()
        self._book.fileclosed = 1  # its own mark for a closed book: else it warns when collected
        self._scratch.cleanup()

    def _append(self, sheet: "Sheet", row: Row, verbatim: Verbatim) -> None:
        if sheet.used >= MAX_ROWS:
            raise OutputError(
                f"{verbatim.id}: a sheet of {self._path.name.removeprefix('.').removesuffix('.partial')} holds"
                f" {MAX_ROWS - 1:,} rows of codings at most; expected fewer, or another format"
            )
        sheet.append(row)

    def _begin(self, columns: FieldColumns) -> FieldColumns:
        self._fields = columns
        self._coded.head(LONG.header(self._frames) + columns.header)
        return columns

    def _summarise(self) -> None:
        sheet, counts = Sheet(self._book, "Summary"), self._counts
        sheet.head(["code", "name", "verbatims", "share of all with content", *POLARITIES])
        for label, frame in {"": self._frames.main, **self._frames.beside}.items():
            for code in frame.ids:
                by = [counts.codes[label, code, polarity] for polarity in POLARITIES]
                shown = f"{label}:{code}" if label else code
                share = round(sum(by) / max(1, counts.meaningful), 4)
                sheet.append([shown, frame.name_of(code, "en"), sum(by), share, *by])
        facts: dict[str, Cell] = {
            "verbatims": counts.verbatims,
            "with a code": counts.coded,
            "without a code": counts.verbatims - counts.coded,
            "marked for review": counts.review,
            **{f"stance: {label}": counts.stances[label] for label in STANCES},
            "stance: not known": counts.stances[None],
            **{f"intent: {id}": counts.intents[id] for id in INTENTS},
            "code frame": self._frames.main.label,
            f"texts cut at {MAX_UNITS:,} characters, Excel's limit; other formats hold them whole": self._coded.cut
            + self._intents.cut,
        }
        sheet.append([])
        for name, value in facts.items():
            sheet.append([name, None, value])
        sheet.finish(filtered=False)

    def _print_frame(self, name: str, frame: Frame) -> None:
        sheet = Sheet(self._book, name)
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
        self.codes: Counter[tuple[str, str, Polarity]] = Counter()
        self.intents: Counter[str] = Counter()
        self.stances: Counter[str | None] = Counter()

    @property
    def meaningful(self) -> int:
        """Verbatims that said something."""
        return self.verbatims - self.empty

    def add(self, coding: Coding, frames: Frames) -> None:
        """Count one coding: its codes under the label of their model, "" for the main one."""
        self.verbatims += 1
        self.coded += bool(coding.codes)
        self.review += coding.review
        self.stances[coding.stance.label] += 1
        self.intents.update({intent.id for intent in coding.intents})
        self.empty += frames.main.id_with_role("no_content") in {mention.id for mention in coding.codes}
        self._count("", coding.codes, frames.main)
        for label, frame in frames.beside.items():
            self._count(label, coding.frames.get(label, ()), frame)

    def _count(self, label: str, codes: Iterable[CodeMention], frame: Frame) -> None:
        self.codes.update((label, code, polarity) for code, polarity in rolled_up(codes, frame).items())


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


def _sheet_name(label: str) -> str:
    """The label without what a sheet's name may not hold, at most 31 characters."""
    return re.sub(r"[\[\]:*?/\\']", "_", label)[:31]


def _words(code: FrameCode, name: str, language: str) -> Row:
    lists = (code.include.get(language, ()), code.exclude.get(language, ()))
    return [name, code.definitions.get(language), *("; ".join(part) or None for part in lists)]


def _units(text: str) -> int:
    return len(text.encode("utf-16-le")) // 2
