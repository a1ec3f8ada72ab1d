import datetime
import struct
import zipfile
from pathlib import Path

import pytest
import xlsxwriter

from verbatim.errors import FileError
from verbatim.formats import sheets
from verbatim.formats.reading import ReadOptions
from verbatim.formats.sheet_cells import shown
from verbatim.formats.tables import Grid, Records, open_table

SURVEYS = Path(__file__).parent / "files/surveys"


def opened(path: Path, options: ReadOptions | None = None) -> Grid | Records:
    return open_table(path, path.name, options or ReadOptions())


@pytest.mark.parametrize(
    ("value", "seen"),
    [
        (9.0, "9"),
        (8.5, "8.5"),
        (True, "TRUE"),
        (datetime.date(2026, 3, 4), "2026-03-04"),
        (datetime.datetime(2026, 3, 4, 9, 8), "2026-03-04 09:08:00"),
        (datetime.timedelta(seconds=85), "0:01:25"),
        ("007", "007"),
    ],
)
def test_a_cell_is_shown_as_the_user_sees_it(value: object, seen: str) -> None:
    assert shown(value) == seen


@pytest.mark.parametrize("name", ["plain.xlsx", "plain.xls", "plain.ods"])
def test_workbooks_give_the_rows_of_the_same_csv(name: str) -> None:
    rows, same = opened(SURVEYS / name).rows, opened(SURVEYS / "plain_utf8sig.csv").rows
    for (number, cells), (other, wanted) in zip(rows, same, strict=True):
        assert number == other
        assert "".join(cells).replace(" 00:00:00", "") == "".join(wanted)


def test_rows_above_the_table_and_sheets_beside_it_keep_their_numbers(tmp_path: Path) -> None:
    with xlsxwriter.Workbook(tmp_path / "a.xlsx") as book:
        for name in ("First", "Second"):
            book.add_worksheet(name).write_column(2, 1, ["comment", name])
    assert list(opened(tmp_path / "a.xlsx").rows) == [(3, ["comment"]), (4, ["First"])]
    assert list(opened(tmp_path / "a.xlsx", ReadOptions(sheet="Second")).rows)[1] == (4, ["Second"])
    with pytest.raises(FileError, match=r"a\.xlsx: no sheet 'Third'; expected one of 'First', 'Second'"):
        opened(tmp_path / "a.xlsx", ReadOptions(sheet="Third"))


def test_a_sheet_of_remarks_before_the_table_is_passed_over_and_told(tmp_path: Path) -> None:
    with xlsxwriter.Workbook(tmp_path / "a.xlsx") as book:
        book.add_worksheet("About").write_column(0, 0, ["NPS survey", "exported in March"])
        book.add_worksheet("Answers").write_column(0, 0, ["id", 1])
        book.get_worksheet_by_name("Answers").write_column(0, 1, ["comment", "Late again."])
    table = opened(tmp_path / "a.xlsx")
    assert table.notes == ("Sheet 'Answers' (not read: 'About').",)
    assert list(table.rows) == [(1, ["id", "comment"]), (2, ["1", "Late again."])]


def test_a_workbook_without_cells_is_refused(tmp_path: Path) -> None:
    with xlsxwriter.Workbook(tmp_path / "a.xlsx") as book:
        book.add_worksheet()
    with pytest.raises(FileError, match=r"a\.xlsx: every sheet is empty; expected a table"):
        opened(tmp_path / "a.xlsx")


def test_a_workbook_that_unpacks_to_too_much_is_refused_unopened(tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "a.xlsx", "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/worksheets/sheet1.xml", bytes(40_000_000))
    with pytest.raises(FileError, match=r"a\.xlsx: the workbook unpacks to 40,000,000 bytes or more; expected at most"):
        opened(tmp_path / "a.xlsx")


SHEET = (
    '<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData>{}</sheetData></worksheet>'
)
CELL = '<row r="{1}"><c r="{0}{1}" t="inlineStr"><is><t>{2}</t></is></c></row>'


def workbook(path: Path, sheet: str) -> Path:
    """The plain survey with other XML for its sheet."""
    with zipfile.ZipFile(SURVEYS / "plain.xlsx") as plain, zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for part in plain.infolist():
            own = part.filename.startswith("xl/worksheets/sheet1")
            archive.writestr(part.filename, sheet if own else plain.read(part))
    return path


def test_an_archive_that_lies_about_what_it_unpacks_to_is_refused(tmp_path: Path) -> None:
    path = workbook(tmp_path / "a.xlsx", " " * 40_000_000)
    data = path.read_bytes().replace(struct.pack("<L", 40_000_000), struct.pack("<L", 1000))
    path.write_bytes(data)
    with pytest.raises(FileError, match=r"a\.xlsx: the workbook unpacks to [\d,]+ bytes or more; expected at most"):
        opened(path)


def test_a_part_that_is_no_deflated_data_is_damaged(tmp_path: Path) -> None:
    path = workbook(tmp_path / "a.xlsx", SHEET.format(CELL.format("A", 1, "comment" * 100)))
    with zipfile.ZipFile(path) as archive:
        start = archive.getinfo("xl/worksheets/sheet1.xml").header_offset + 60
    data = bytearray(path.read_bytes())
    data[start : start + 20] = b"\xff" * 20
    path.write_bytes(data)
    with pytest.raises(FileError, match=r"a\.xlsx: the archive is damaged .*; expected an XLSX or ODS workbook"):
        opened(path)


def test_a_cell_in_the_last_corner_takes_down_nobody_but_its_reader(tmp_path: Path) -> None:
    cells = CELL.format("A", 1, "comment") + CELL.format("XFD", 1_048_576, "x")
    with pytest.raises(
        FileError, match=r"a\.xlsx: the workbook takes too much memory or time to read; expected a small"
    ):
        opened(workbook(tmp_path / "a.xlsx", SHEET.format(cells)))


def test_entities_that_stand_for_entities_are_refused(tmp_path: Path) -> None:
    entities = "".join(f'<!ENTITY e{n} "{f"&e{n - 1};" * 10 if n else "lol"}">' for n in range(10))
    sheet = f"<!DOCTYPE a [{entities}]>" + SHEET.format(CELL.format("A", 1, "&e9;"))
    with pytest.raises(FileError, match=r"a\.xlsx: the workbook cannot be read .*; expected XLSX, XLS or ODS"):
        opened(workbook(tmp_path / "a.xlsx", sheet))


def test_rows_that_are_said_to_be_repeated_a_million_times_are_refused(tmp_path: Path) -> None:
    with zipfile.ZipFile(SURVEYS / "plain.ods") as plain, zipfile.ZipFile(tmp_path / "a.ods", "w") as archive:
        text = plain.read("content.xml").decode()
        row = (
            '<table:table-row table:number-rows-repeated="1000000"><table:table-cell office:value-type="string"'
            ' table:number-columns-repeated="16000"><text:p>x</text:p></table:table-cell></table:table-row>'
        )
        archive.writestr("content.xml", text.replace("</table:table>", row + "</table:table>", 1))
    with pytest.raises(FileError, match=r"a\.ods: the workbook .*; expected"):
        opened(tmp_path / "a.ods")


def test_an_archive_of_too_many_parts_is_refused(tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "a.xlsx", "w") as archive:
        for number in range(10_001):
            archive.writestr(f"xl/{number}", b"")
    with pytest.raises(FileError, match=r"a\.xlsx: the workbook has 10,001 parts; expected at most 10,000"):
        opened(tmp_path / "a.xlsx")


def test_a_text_that_a_million_cells_share_takes_no_more_than_its_limit(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sheets, "UNPACKED_LIMIT", 1000)
    with xlsxwriter.Workbook(tmp_path / "a.xlsx") as book:
        book.add_worksheet().write_column(0, 0, ["comment", *["x" * 100] * 100])
    monkeypatch.setattr(sheets, "_RATIO_FREE", 1 << 20)
    with pytest.raises(FileError, match=r"takes too much memory or time to read"):
        opened(tmp_path / "a.xlsx")
